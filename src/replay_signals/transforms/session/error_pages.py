"""Pages that are missing or broken: by the status of their navigation, by what they say, and by how they are made.

Title and heading alone decide nothing: a message fills its page (digest/own_content). It is short, or short beside the
other pages of the visit, or offers hardly anything that they do not offer, too (the site's header and footer); and
nobody reads on in it.

What no table of words has is known by the page alone: it is short beside the others, offers the way home at most, and
stands at an address that none of the others links to. A typed or kept address that is gone leads to such a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from statistics import median

from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.places import LAYOUT
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.elements import Elements
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.session.visits import Visit

SHORT_ELEMENTS = 150
"""A message within the header and footer of a site; pages with content have several hundred elements."""
MAX_LOST_ELEMENTS = 300
"""Of a page with no more than the way home, in a site whose menus alone have many."""
SHORT_SHARE = 0.5
"""Of the median of the other pages: without its content a page is less than half."""
STATUSES = frozenset(map(str, range(400, 600)))
MIN_LOOKED_AT = 3
"""Addresses of a visit that tell how its pages are made; one of two may be the odd one."""
MAX_WAYS = 2
"""Home, and help or back: what a page offers that has nothing to offer."""
MAX_OWN_CONTROLS = 5
"""Home, back, search and help; content brings links of its own."""
MIN_READ_SHARE = 1.5
"""Screens scrolled, there and back: whoever reads on has found something to read."""


class Visited:
    """Pages of a visit that others are compared with; what they offer is gathered once."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = pages
        self.sound = [page.elements for page in pages if not page.elements.error_page]

    @cached_property
    def usual_count(self) -> float:
        """Elements of a page that does not call itself missing or broken."""
        return median(elements.element_count for elements in self.sound)

    @cached_property
    def offered(self) -> set[tuple[str, str, str]]:
        """Controls of those pages."""
        return {_offer(control) for elements in self.sound for control in elements.all()}

    @cached_property
    def offers(self) -> Counter[tuple[str, str, str]]:
        """On how many of the pages a control stands."""
        return Counter(chain.from_iterable({_offer(c) for c in page.elements.all()} for page in self.pages))

    @cached_property
    def count(self) -> float:
        """Elements of a page, whatever it says."""
        return median(page.elements.element_count for page in self.pages)

    @cached_property
    def linked(self) -> Counter[str]:
        """On how many of the pages stand links to an address."""
        linked: Counter[str] = Counter()
        for page in self.pages:
            linked.update({_target(c, page) for c in page.elements.all() if c.href})
        return linked

    @cached_property
    def looks(self) -> Counter[str]:
        """How often an address was looked at."""
        return Counter(urls.clean(page.href) for page in self.pages)


def status_of(page: Page) -> int | None:
    """HTTP status of the page; None where the recorder saw none."""
    return page.navigation.status if page.navigation is not None else None


def is_broken(page: Page, visited: Visited) -> bool:
    """Did the page answer with an error, or call itself so?

    Applications answer well for every address, and say themselves that they know no page of it.
    """
    return (status_of(page) or 0) >= 400 or says_error(page, visited)


def was_broken(visit: Visit, visited: Visited) -> bool:
    """Was a page missing or broken that only events tell of? Its title says so, or another look at it."""
    known = [page for page in visited.pages if visit.url and urls.clean(page.href) == visit.url]
    return visit.says_error or (bool(known) and all(is_broken(page, visited) for page in known))


def says_error(page: Page, visited: Visited) -> bool:
    """Does the page call itself missing or broken, and is it made like that?"""
    if not page.elements.error_page or is_a_number(page.href) or was_read(page):
        return False
    elements = page.elements
    if not visited.sound:
        return elements.element_count <= SHORT_ELEMENTS
    if SHORT_ELEMENTS < elements.element_count <= SHORT_SHARE * visited.usual_count:
        return True
    own = (control for control in elements.all() if _offer(control) not in visited.offered)
    return len({_offer(control) for control in own if not _is_aside(control, elements)}) <= MAX_OWN_CONTROLS


def is_lost(page: Page, visited: Visited) -> bool:
    """Does a page offer the way home at most, at an address that is linked nowhere else and was never seen before?"""
    elements, here = page.elements, urls.clean(page.href)
    if not elements.has_snapshot or elements.mobile or elements.is_blank or len(visited.looks) < MIN_LOOKED_AT:
        return False
    if elements.element_count > min(MAX_LOST_ELEMENTS, SHORT_SHARE * visited.count) or visited.looks[here] > 1:
        return False
    own = {_target(c, page) for c in elements.all() if c.href}
    if visited.linked[here] > (here in own):
        return False
    ways = [c for c in elements.all() if visited.offers[_offer(c)] == 1 and _leads_elsewhere(c, page)]
    return len(ways) <= MAX_WAYS and all(c.tag == "a" and _is_known(c, page, visited) for c in ways)


def _target(control: Control, page: Page) -> str:
    """Where a link of the page leads."""
    return urls.clean(urls.joined(page.href, control.href))


def _leads_elsewhere(control: Control, page: Page) -> bool:
    """Links to the page itself lead nowhere."""
    return control.tag != "a" or _target(control, page) != urls.clean(page.href)


def _is_known(link: Control, page: Page, visited: Visited) -> bool:
    """Does a link lead to what other pages link to, or to the start of the site?"""
    url = _target(link, page)
    place = urls.split(url)
    is_start = place.path in ("", "/") and place[:2] == urls.split(page.href)[:2]
    return is_start or visited.linked[url] > 1 or visited.looks[url] > 0


def is_a_number(url: str) -> bool:
    """Is the status that a page may speak of the number of a thing (`/invoices/404`)? `/errors/404` is none."""
    *above, last = [part for part in urls.split(url).path.split("/") if part] or [""]
    return last.isdecimal() and last in STATUSES and bool(above) and not above[-1].startswith(("err", "status"))


def is_filled(page: Page, others: Iterable[Page]) -> bool:
    """Has the page as much in it as others of the visit, whatever its status? `others`: pages of the visit.

    Some hosts answer so with an application, having no other way to serve it at every address.
    """
    counts = [p.elements.element_count for p in others if p.elements is not page.elements]
    count = page.elements.element_count
    return count > SHORT_ELEMENTS and (not counts or count > SHORT_SHARE * median(counts))


def _offer(control: Control) -> tuple[str, str, str]:
    return control.tag, control.name, control.href


def _is_aside(control: Control, elements: Elements) -> bool:
    """An error page may have a header and a footer that the other pages of the visit do not have, and a search box."""
    return any(around.tag == "form" or LAYOUT in around.flags for around in elements.chain(control.first))


def was_read(page: Page) -> bool:
    """Did the visitor scroll through it, to and fro?"""
    last: dict[int | None, float] = {}
    scrolled_px = 0.0
    for _, scroll in page.of(records.Scroll):
        y = scroll.y_px or 0
        scrolled_px += abs(y - last.get(scroll.node_id, 0.0))
        last[scroll.node_id] = y
    return scrolled_px > MIN_READ_SHARE * page.height_px

"""Views of a single-page application that say they are missing or broken: by a heading, after a link led there.

A view like that is short, offers hardly anything, takes the place of another one (or hides it, session/page_stacks)
right after the address changed (by a link, or as events tell it) or as the document opened, and stays. What it says
need not be known where the server said it: it has nothing by the name that the address ends in, and another view comes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.gestures import link_at
from replay_signals.transforms.session.page_stacks import TURNING_MS, hides, is_dialog
from replay_signals.transforms.session.spans import count_in, in_ranges
from replay_signals.transforms.session.timeline import Page, Request

SHOWN_WITHIN_MS = 3000
"""From the change of address to the view; what it asks the server for may have to come first."""
STAYS_MS = 1000
"""What shows for a moment, until data is there, is no message."""
RENDERED_MS = 200
"""Components fill themselves in some frames after they were put in place."""
MAX_CONTROLS = 5
"""Home, back, search and help, beside those that the page had before."""
AWAY_MS = 2000
"""Who did nothing on the page for so long may have changed its address, of which plain recorders tell nothing."""
MAX_ASKED = 5
"""Answers about one name that are looked at; some views ask for several things by it."""
MENU_NODES = 4
"""Of a link in a menu: an item, the link, a part of it and its words."""
_COMPLETIONS = (".md", ".json", ".html", ".htm", ".txt")


@dataclass(frozen=True, slots=True)
class ErrorView:
    """Shown from `start_ms` to `until_ms` (epoch ms): until another view came, or the document was `left`.

    `url`: where it led to. `controls` are those that it offers. `says`: it is known by what it says, else it is empty,
    or `bare` (session/bare_views).
    """

    start_ms: float
    until_ms: float
    url: str
    controls: int
    left: bool = False
    says: bool = True
    bare: bool = False


def error_views(page: Page, told: Sequence[tuple[float, str]]) -> Iterator[ErrorView]:
    """The views of a page in order of time; `told`: addresses within it as events tell them."""
    reader = _Reader(page, told)
    for t, record in page.acts_first:
        if isinstance(record, records.Input):
            reader.acted_ms = t
        elif isinstance(record, records.Interaction) and record.kind in rrweb.PRESSES:
            reader.acted_ms = t
            reader.press(t, record)
        elif isinstance(record, records.FullSnapshot):
            reader.learn(record.controls)
        elif isinstance(record, records.Mutation):
            yield from reader.mutation(t, record)
    yield from reader.end()


class _Reader:
    """One pass over a page's records."""

    def __init__(self, page: Page, told: Sequence[tuple[float, str]]) -> None:
        self.page, self.told = page, told
        self.acted_ms = page.start_ms
        self._turn: tuple[float, str] | None = (page.start_ms, page.href)
        self._removed = False
        self._replaced_ms: float | None = None
        self._since_ms = float("-inf")
        self._shown: tuple[float, str, records.Mutation] | None = None
        self._placed = False
        self._links: set[str] = set()
        self._offered: set[tuple[str, str, str, str]] = set()
        self._asked: defaultdict[str, list[Request]] = defaultdict(list)
        for request in sorted((r for r in page.requests if r.by_script), key=lambda r: r.end_ms):
            if request.method == "GET":
                self._asked[_last_part(request.url)].append(request)

    def press(self, t: float, record: records.Interaction) -> None:
        """A link may lead to another view."""
        link = link_at(self.page, record.node_id)
        url = "" if link is None else urls.clean(urls.joined(self.page.href, link.href))
        self._turn, self._removed, self._replaced_ms = ((t, url) if url else None), False, None

    def learn(self, controls: Sequence[Control]) -> None:
        """What the page offers by now is nothing of a later view's own."""
        self._links.update(c.href for c in controls if c.href)
        self._offered.update(map(_offer, controls))

    def mutation(self, t: float, record: records.Mutation) -> Iterator[ErrorView]:
        """One view goes, another comes."""
        if self._shown is not None and is_view_gone(self._shown[2], record):
            fills_itself = t - self._shown[0] <= RENDERED_MS and bool(record.added) and not record.error_view
            if not (fills_itself and all(in_ranges(self._shown[2].added, n) for n in record.parents)):
                yield from self.end(t)
        self._removed = self._removed or bool(record.removed)
        if self._replaced_ms is not None and t - self._replaced_ms > STAYS_MS:
            self._turn, self._since_ms = None, self._replaced_ms  # what comes now is a way back, or no view
        address = self._address(t, record)
        if address is not None and (record.error_view or self._is_refused(address, t, record)):
            own = [c for c in record.controls if c.href not in self._links and _offer(c) not in self._offered]
            if len(own) <= MAX_CONTROLS and (self._removed or not is_dialog(record)):
                self._shown, self._placed = (t, address, record), self._removed
        if self._shown is not None and t - self._shown[0] <= TURNING_MS:
            self._placed = self._placed or any(hides(name, value) for _, name, value in record.attributes)
        if self._removed and record.added:
            self._replaced_ms = t
        self.learn(record.controls)

    def end(self, t: float | None = None) -> Iterator[ErrorView]:
        """The view that is shown goes, by default with the document."""
        if self._shown is not None and self._placed:
            shown_ms, url, record = self._shown
            until_ms = max(self.page.left_ms, shown_ms) if t is None else t
            if t is None or t - shown_ms > STAYS_MS:
                yield ErrorView(shown_ms, until_ms, url, len(record.controls), t is None)
        self._shown = None

    def _address(self, t: float, record: records.Mutation) -> str | None:
        """Where a view that comes now may belong; None where nothing led to another one.

        Parts of a page that fail by themselves say so, too, and offer to try again, but no way to another page.
        """
        address = _turned(self._turn, self.told, self._since_ms, t)
        if address is None and t - self.acted_ms > AWAY_MS and any(c.href for c in record.controls):
            last = self.told[-1][1] if self.told and self.told[-1][0] <= t else self.page.href
            return urls.clean(last)
        return address

    def _is_refused(self, address: str, t: float, record: records.Mutation) -> bool:
        """Does a view come right after the server had nothing by the name that the address ends in?"""
        name = _last_part(address)
        asked = self._asked.get(name, []) if name and record.added and record.removed else []
        i = bisect_right(asked, t, key=lambda r: r.end_ms)
        lately = [r for r in asked[max(0, i - MAX_ASKED) : i] if t - r.end_ms <= SHOWN_WITHIN_MS]
        return bool(lately) and all(r.failed for r in lately) and t - lately[-1].end_ms <= STAYS_MS


def _last_part(url: str) -> str:
    """The name at the end of an address, of its route where that stands in the fragment."""
    place = urls.split(url)
    path = place.fragment.partition("?")[0] if place.fragment.startswith(("/", "!/")) else place.path
    name = path.rstrip("/").rpartition("/")[2]
    return next((name.removesuffix(end) for end in _COMPLETIONS if name.endswith(end)), name)


def _offer(control: Control) -> tuple[str, str, str, str]:
    return control.tag, control.type, control.name, control.href


def _turned(turn: tuple[float, str] | None, told: Sequence[tuple[float, str]], since_ms: float, t: float) -> str | None:
    """Where the change of address led to that came right before, by an event after `since_ms`; None without one."""
    if turn is not None and t - turn[0] <= SHOWN_WITHIN_MS:
        return turn[1]
    i = bisect_right(told, t, key=itemgetter(0)) - 1
    changed = i > 0 and told[i][1] != told[i - 1][1] and told[i][0] > since_ms
    return urls.clean(told[i][1]) if changed and t - told[i][0] <= SHOWN_WITHIN_MS else None


def is_view_gone(shown: records.Mutation, record: records.Mutation) -> bool:
    """Is something of the view taken away, and not a menu for the same links?"""
    if not any(in_ranges(shown.added, node_id) for node_id in record.removed[::2]):
        return False
    links = [control.href for control in record.controls]
    nodes = count_in(record.added)
    return not (links and nodes <= MENU_NODES * len(links) and {*links} <= {c.href for c in shown.controls})

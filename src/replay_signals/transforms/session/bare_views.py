"""Views of a single-page application that offer the way home and nothing else, whatever they say.

So an application shows an address that it does not know: a picture, a line or two, a link to its start. No item of the
menu leads there: the one that was marked loses its mark, and no other gets it. Other views are short, too (a basket
with nothing in it, an imprint, a receipt), so all of it has to come together: a link led there, or the address changed
without a press and with nothing filled in; all that is offered was offered before; it stays as it came; and nobody used
it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.control_flags import CLASS_STATES
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.places import LAYOUT
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.elements import is_on
from replay_signals.transforms.session.error_views import (
    AWAY_MS,
    MENU_NODES,
    RENDERED_MS,
    SHOWN_WITHIN_MS,
    ErrorView,
    is_view_gone,
)
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.gestures import is_typed, link_at
from replay_signals.transforms.session.page_stacks import TURNING_MS
from replay_signals.transforms.session.routes import EMPTY_MS
from replay_signals.transforms.session.spans import count_in, in_ranges
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.session.turns import MARKS, MENU_ROLES

MIN_NODES, MAX_NODES = 4, 45
"""A line and a link with their words; a picture of some shapes, two lines and two links."""
MAX_LINKS = 2
"""Home, and back or help."""
TICK_NODES = 2
"""A clock or counter draws its time anew."""
MAX_MARKS = 20
"""Changes of marks that are remembered; a menu has fewer items."""
_CONTENT = frozenset(("input", "select", "textarea", "form", "audio", "video", "canvas", "iframe"))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A bare view; `link` led to it, None where an address did."""

    t: float
    url: str
    record: records.Mutation
    link: int | None


@dataclass(frozen=True, slots=True)
class _Mark:
    """An item of a menu changed how it is marked. Of most classes only the page's style sheets know what they mean."""

    t: float
    item: int
    gained: bool
    lost: bool


def bare_views(page: Page) -> Iterator[ErrorView]:
    """The bare views of a page in order of time."""
    if not any(_may_be_bare(record) for _, record in page.of(records.Mutation)):
        return
    reader = _Reader(page)
    by_hand_ms = {change.t for box in typed_fields(page) for change in box.typed}
    for t, record in page.acts_first:
        if isinstance(record, records.Mutation):
            yield from reader.mutation(t, record)
        elif isinstance(record, records.FullSnapshot):
            reader.learn(record.controls)
        elif isinstance(record, records.Input):
            if t in by_hand_ms or not reader.is_text(record.node_id):
                reader.acted_ms, reader.filled = t, True
        elif isinstance(record, records.Interaction) and record.kind in rrweb.PRESSES:
            reader.press(t, record)
    yield from reader.end(page.left_ms, left=True)


class _Reader:
    """One pass over a page's records."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.acted_ms = page.start_ms
        self.filled = False
        self._led: tuple[float, str, int] | None = None
        self._used_ms: float | None = None
        self._links: set[str] = set()
        self._offered: set[tuple[str, str, str, str]] = set()
        self._marks: deque[_Mark] = deque(maxlen=MAX_MARKS)
        self._shown: _Shown | None = None
        self._emptied_ms, self._emptied = float("-inf"), set[int]()

    def is_text(self, node_id: int | None) -> bool:
        """Is it a field that is typed into?"""
        return any(map(is_typed, islice(self.page.elements.around(node_id), 1)))

    def press(self, t: float, record: records.Interaction) -> None:
        """A link of the site may lead to another view; what its header or footer links to is there, if it is short."""
        self.acted_ms = t
        if self._shown is not None and self._used_ms is None:
            self._used_ms = t
        link = link_at(self.page, record.node_id)
        url = urls.joined(self.page.href, link.href) if link is not None else ""
        inside = link is not None and "b" not in link.flags and urls.split(url)[:2] == urls.split(self.page.href)[:2]
        is_led = (
            link is not None and inside and not any(LAYOUT in c.flags for c in self.page.elements.chain(link.first))
        )
        self._led = (t, urls.clean(url), link.first) if link is not None and is_led else None

    def learn(self, controls: Sequence[Control]) -> None:
        """What the page offers by now is nothing of a later view's own."""
        self._links.update(c.href for c in controls if c.href)
        self._offered.update(map(_offer, controls))

    def mutation(self, t: float, record: records.Mutation) -> Iterator[ErrorView]:
        """One view goes, another comes."""
        self._mark(t, record)
        if self._shown is not None:
            inside = bool(record.added) and all(in_ranges(self._shown.record.added, n) for n in record.parents)
            fills_itself = inside and t - self._shown.t <= RENDERED_MS
            if not fills_itself and is_view_gone(self._shown.record, record):
                yield from self.end(t, left=False)
            elif count_in(record.added) > (TICK_NODES if inside and not fills_itself else MAX_NODES):
                self._shown = None  # more comes: it was on its way
        if count_in(record.added) > TICK_NODES and (record.removed or self._is_place_empty(t, record)):
            self._take(t, record)
        if record.removed and not record.added:
            self._emptied_ms, self._emptied = t, set(record.parents)
        self.learn(record.controls)

    def _is_place_empty(self, t: float, record: records.Mutation) -> bool:
        """Was the view before taken away right before: transitions end before the next view is put in its place."""
        return t - self._emptied_ms <= EMPTY_MS and not self._emptied.isdisjoint(record.parents)

    def _take(self, t: float, record: records.Mutation) -> None:
        """A view takes the place of another one."""
        led = self._led if self._led is not None and t - self._led[0] <= SHOWN_WITHIN_MS else None
        away = t - self.acted_ms > AWAY_MS and not self.filled
        if (led is not None or away) and self._is_bare(record):
            url, link = led[1:] if led is not None else ("", None)
            self._shown, self._used_ms = _Shown(t, url, record, link), None
        if count_in(record.added) >= MIN_NODES and record.controls:
            self.filled = False

    def _is_bare(self, record: records.Mutation) -> bool:
        """Does it offer the way home, and nothing that was not offered before?"""
        controls = [c for c in record.controls if not c.is_none]
        if any(c.tag in _CONTENT or "s" in c.flags for c in controls):
            return False
        ways = [c.href for c in controls if c.tag == "a" and self._is_known(c.href)]
        new = {_offer(c) for c in controls} - self._offered
        if any(tag != "a" or not self._is_known(href) for tag, _, _, href in new):
            return False
        # the way home may be called as the menu does that is drawn with it
        own = len(new) or len(ways) - len(set(ways))
        nodes = count_in(record.added) - MENU_NODES * (len(controls) - own)
        return 1 <= own <= MAX_LINKS and MIN_NODES <= nodes <= MAX_NODES

    def _is_known(self, href: str) -> bool:
        """Does a link lead to what others led to, or to the start of the application?"""
        place, here = urls.split(urls.joined(self.page.href, href)), urls.split(self.page.href)
        is_start = place[:2] == here[:2] and place.path in ("", "/") and place.fragment in ("", "/", "!/")
        return href in self._links or is_start

    def _mark(self, t: float, record: records.Mutation) -> None:
        for node_id, name, value in record.attributes:
            if name in MARKS:
                item = next(iter(self.page.elements.around(node_id)), None)
                if item is not None and item.first == node_id and (item.tag == "a" or item.role in MENU_ROLES):
                    gained = _marks(name, value)
                    self._marks.append(_Mark(t, node_id, gained, lost=not gained and name != "class"))

    def _is_of_menu(self, shown: _Shown) -> bool:
        """Did an item of the menu get the mark with the view, may it have, or does the menu mark none?"""
        near = [mark for mark in self._marks if abs(mark.t - shown.t) <= RENDERED_MS]
        lost = {mark.item for mark in near if mark.lost}
        unclear = {mark.item for mark in near} - lost
        return not near or any(mark.gained for mark in near) or len(unclear) > 1 or shown.link in unclear

    def end(self, t: float, *, left: bool) -> Iterator[ErrorView]:
        """The view that is shown goes, or its document does. A press right before leads away from it."""
        shown, self._shown = self._shown, None
        if shown is None or self._is_of_menu(shown):
            return
        if self._used_ms is None or t - self._used_ms <= TURNING_MS:
            yield ErrorView(
                shown.t, max(t, shown.t), shown.url, len(shown.record.controls), left, says=False, bare=True
            )


def _may_be_bare(record: records.Mutation) -> bool:
    """A first look, as most pages have nothing like it."""
    return (
        bool(record.added and record.controls)
        and MIN_NODES <= count_in(record.added) <= MAX_NODES + MENU_NODES * len(record.controls)
        and all(c.is_none or c.tag not in _CONTENT for c in record.controls)
    )


def _marks(name: str, value: int) -> bool:
    """Does an attribute of this value mark the current item?"""
    if name == "class":
        return bool(value & CLASS_STATES["s"].bit)
    return is_on(value)


def _offer(control: Control) -> tuple[str, str, str, str]:
    return control.tag, control.type, control.name, control.href

"""Pages that lie on each other: applications that keep the page before in the document while the next one is shown.

Frameworks for mobile pages (Framework7, Ionic, Onsen, jQuery Mobile) put the page that a link leads to beside the one
before, which they hide, and take it away again when the visitor goes back, which shows the one before as it was. A
dialog hides what is below it, too, and says that it is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.elements import is_gone, is_set
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.gestures import link_at
from replay_signals.transforms.session.routes import SHOWN_WITHIN_MS, WayBack
from replay_signals.transforms.session.spans import pairs
from replay_signals.transforms.session.timeline import Page

MIN_NODES = 20
"""A page has at least a bar, a title and some content; messages and menus that close by themselves have less."""
TURNING_MS = 1500
"""Pages slide out; what shows the one before comes at the start or at the end of it."""
MIN_STEPS = 2
"""Sliding, and at rest."""
_STATES = frozenset(("aria-hidden", "hidden", "inert"))
_HIDING = _STATES | {"style", "class"}
_DIALOGS = frozenset(("dialog", "alertdialog"))

Attributes = dict[tuple[int, str], int]
"""Hashes of values by node and name."""


@dataclass(slots=True)
class _Top:
    """The page on top: `roots` are the first nodes of what was put there.

    `before`: attributes that changed since, as they were known before; None where they were not. `hidden`: what hides
    things beside it, `shown_ms` when each was as before again; `taken_ms`: when the page went, `replaced` by something
    as large. `parents` are what something was put into, `looks` the classes of what is beside, and when they came.
    """

    url: str
    click_ms: float
    start_ms: float
    roots: set[int]
    parents: frozenset[int]
    before: dict[tuple[int, str], int | None] = field(default_factory=dict)
    hidden: set[tuple[int, str]] = field(default_factory=set)
    shown_ms: dict[tuple[int, str], float] = field(default_factory=dict)
    taken_ms: float | None = None
    replaced: bool = False
    looks: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    def take(self, t: float, record: records.Mutation, changed: Attributes, known: Attributes) -> None:
        """Takes a change that came with the page or after it; `known`: all that was known of attributes before."""
        if self.taken_ms is None and not self.roots.isdisjoint(record.removed[::2]):
            self.taken_ms, self.replaced = t, bool(_pages(record))
        for key, value in changed.items():
            beside = key[0] not in self.parents and min(self.parents, default=0) < key[0] < min(self.roots)
            if key[1] == "class" and beside:
                self.looks.setdefault(key[0], []).append((t, value))
            self.before.setdefault(key, known.get(key))
            if self._hides(key, value):
                self.hidden.add(key)
                self.shown_ms.pop(key, None)
            elif key in self.hidden:
                self.shown_ms.setdefault(key, t)

    def _hides(self, key: tuple[int, str], value: int) -> bool:
        if key[1] in _STATES:
            return hides(key[1], value)
        before = self.before[key]
        return key[1] == "style" and not is_gone(value) if before is None else value != before

    def left_ms(self) -> float | None:
        """When the visitor began to go back; None if the page stays, or something else came for it."""
        if self.taken_ms is None:
            return None
        names = _STATES if self.replaced else _HIDING
        near = (t for (_, name), t in self.shown_ms.items() if name in names and abs(t - self.taken_ms) <= TURNING_MS)
        first = min(near, default=None) or self._slid_ms(self.taken_ms)
        return None if first is None else min(first, self.taken_ms)

    def _slid_ms(self, taken_ms: float) -> float | None:
        """When a page beside it began to slide in that had slid out as it came; classes say so, in steps both times."""
        for seen in self.looks.values() if not self.replaced else ():
            times = [t for t, _ in seen]
            k = max(range(1, len(seen)), key=lambda i: times[i] - times[i - 1], default=0)  # where it stayed hidden
            slid = times[k - 1] - self.start_ms <= TURNING_MS and times[k] >= taken_ms - TURNING_MS
            if slid and min(k, len(seen) - k) >= MIN_STEPS and seen[k - 1][1] != seen[-1][1]:
                return times[k]
        return None


def hides(name: str, value_hash: int) -> bool:
    """Does an attribute hide its element, by its name and the hash of its new value?"""
    return is_set(value_hash) if name == "aria-hidden" else name in _STATES and not is_gone(value_hash)


def stacked_ways_back(page: Page) -> Iterator[WayBack]:
    """The ways back of a page in order of time."""
    typed_ms = {change.t for box in typed_fields(page) for change in box.typed}
    reader = _Reader(page)
    for t, record in page.acts_first:
        if isinstance(record, records.Mutation):
            reader.mutation(t, record)
        elif isinstance(record, records.Input) and t in typed_ms:
            yield from reader.ended(t)
        elif isinstance(record, records.Interaction) and record.kind in rrweb.PRESSES:
            yield from reader.ended(t)
            if record.kind == rrweb.CLICK:
                reader.click(t, record)
    yield from reader.ended(page.end_ms)


class _Reader:
    """One pass over a page's records."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._led: tuple[float, str] | None = None
        self._top: _Top | None = None
        self._known: Attributes = {}

    def click(self, t: float, record: records.Interaction) -> None:
        """A link to another address may put a page on top."""
        link = link_at(self.page, record.node_id)
        url = urls.joined(self.page.href, link.href) if link is not None else ""
        self._led = (t, url) if urls.clean(url) not in ("", urls.clean(self.page.href)) else None

    def mutation(self, t: float, record: records.Mutation) -> None:
        """A page is put on top, or taken away."""
        if self._top is None and self._led is not None and t - self._led[0] <= SHOWN_WITHIN_MS:
            roots = _pages(record) - {*record.removed[::2]}  # what is moved is no page
            if roots and not is_dialog(record):
                self._top = _Top(self._led[1], self._led[0], t, roots, frozenset(record.parents))
        changed = {(n, name): value for n, name, value in record.attributes if name in _HIDING}
        if self._top is not None:
            self._top.take(t, record, changed, self._known)
        self._known |= changed

    def ended(self, t: float) -> Iterator[WayBack]:
        """The visitor goes on."""
        top, self._led, self._top = self._top, None, None
        left_ms = top.left_ms() if top is not None else None
        if top is not None and left_ms is not None:
            yield WayBack(top.url, top.click_ms, top.start_ms, left_ms, t)


def is_dialog(record: records.Mutation) -> bool:
    """Is a dialog put into the document?"""
    return any(c.tag == "dialog" or c.role in _DIALOGS for c in record.controls)


def _pages(record: records.Mutation) -> set[int]:
    """The first nodes of what is put into the document and is large enough for a page."""
    return {first for first, last in pairs(record.added) if last - first >= MIN_NODES}

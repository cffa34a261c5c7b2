"""Ways back within one document: a single-page application shows another page and then the one before.

Most recorders do not tell where such an application is. What tells is its content: a link is clicked and children of an
element are replaced by others, and some time later, with nothing pressed or typed since, they are replaced again by
what stood there before the click. Content that is loaded in two steps (a placeholder, a spinner) brings nothing of its
own in the first, or nothing known in the second. Where the navigation marks the page that is shown, the link that was
marked before has to be marked again.

An application may also keep all its pages in the document and show one of them by class, style or `hidden`
(session/turns); what changes by itself now and then, as slides do, is no page.

A menu need not be made of links: tabs, items and buttons lead to pages, too. Most buttons do something else, and some
show what they showed before a moment later (a copy that was made), so of these only a change of marking tells: the one
that was pressed gets the marking of another one as the page shows, and gives it back as the page before returns. The
same tells where nothing says that it can be pressed (tab bars of plain elements), if a whole page came with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.gestures import control_at, link_at
from replay_signals.transforms.session.known_controls import (
    Key,
    is_masked,
    is_told,
    keys_of,
    known_by,
    masked,
    nameless,
    stood,
)
from replay_signals.transforms.session.spans import count_in, in_ranges
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.session.turns import MARKS, MENU_ROLES, PROMPT_MS, RENDERED_MS, Turn, pressed_pair

SHOWN_WITHIN_MS = 1500
"""Longest time from the click to the page that it shows; what is loaded for it may come in later steps."""
STEP_MS = 300
"""Nobody goes back so soon after a page showed; it comes in several steps."""
EMPTY_MS = 500
"""Transitions take the old page away first, and are over by then."""
MIN_KNOWN_SHARE = 0.8
"""Of the controls that come back: a page that is shown again may have one more or a changed one."""
RESTLESS_MS = 10_000
"""What changed by itself so short a time before the click may do so after it."""
MAX_CAME, MAX_ROOTS = 1000, 10
"""Mutations that are remembered, and nodes that are looked for in them, or mutations in which one is."""
MIN_PAGE_NODES = 20
"""A page that what is no control leads to has at least a title and some content."""
_MARKING = MARKS | {"active", "selected"}
_SHOWING = _MARKING | {"style", "hidden", "aria-hidden"}


@dataclass(frozen=True, slots=True)
class WayBack:
    """A page that a link showed within the document, epoch ms, until the one before was shown again.

    `used_ms` is the visitor's next press, or when other content came, after which it may be another page; `before` is
    the address before, if told.
    """

    url: str
    click_ms: float
    shown_ms: float
    returned_ms: float
    used_ms: float
    before: str = ""


@dataclass(slots=True)
class _Content:
    """What was put in place from `start_ms` on: controls, and links of the navigation that were marked or unmarked.

    `is_error`: it says that it is missing or broken.
    """

    start_ms: float
    is_error: bool = False
    keys: set[Key] = field(default_factory=set)
    marked: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Shown:
    """What a click on a link has shown so far, or on an item of a menu, which has no `url`. `places` are elements whose
    children were replaced, `removed` flat ranges of what went for it, `known` what stood there (`was_error`: it said
    that it was missing or broken), `restless` what changes by itself. `is_plain`: it is no control, and `link` 0 until
    its marking changes; `node_id` was pressed."""

    url: str
    click_ms: float
    link: int
    turn: Turn
    restless: frozenset[int]
    node_id: int = 0
    is_plain: bool = False
    known: set[Key] = field(default_factory=set)
    removed: list[int] = field(default_factory=list)
    links: set[int] = field(default_factory=set)
    marked: set[int] = field(default_factory=set)
    content: _Content | None = None
    places: set[int] = field(default_factory=set)
    following: _Content | None = None
    was_error: bool = False

    @property
    def marked_within_ms(self) -> float:
        """How long before or after a page its mark may come; nothing but the mark tells of items of a menu."""
        return RENDERED_MS if self.url else PROMPT_MS


def ways_back(page: Page) -> Iterator[WayBack]:
    """The ways back of a page in order of time."""
    reader = _Reader(page)
    for t, record in page.acts_first:
        if isinstance(record, records.Mutation):
            reader.mutation(t, record)
        elif isinstance(record, records.FullSnapshot):
            reader.known.update(known_by(record.controls))
        elif isinstance(record, records.Input) and t in reader.typed_ms:
            reader.ended(t)
        elif isinstance(record, records.Interaction) and record.kind in rrweb.PRESSES:
            reader.ended(t)
            if record.kind == rrweb.CLICK:
                reader.click(t, record)
    reader.ended(page.end_ms)
    yield from reader.found


class _Reader:
    """One pass over a page's records."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.known = set(known_by(page.elements.all())) if page.restored is not None else set()
        self.typed_ms = {change.t for box in typed_fields(page) for change in box.typed}
        self.found: list[WayBack] = []
        self._back: tuple[_Shown, float] | None = None
        self._until_ms: float | None = None
        self._emptied_ms, self._emptied = float("-inf"), set[int]()
        self._shown: _Shown | None = None
        self._pressed_ms = float("-inf")
        self._alone_ms: dict[int, float] = {}
        self._alone: frozenset[int] | None = None
        self._came: deque[tuple[list[int], list[Control], bool]] = deque(maxlen=MAX_CAME)

    def click(self, t: float, record: records.Interaction) -> None:
        """A click on a link may show another page."""
        link = link_at(self.page, record.node_id)
        url = urls.joined(self.page.href, link.href) if link is not None else ""
        item = link if url else self._item_at(record.node_id)
        first, node_id = item.first if item is not None else 0, record.node_id or 0
        if first or node_id:
            self._shown = _Shown(url, t, first, Turn(first, t), self._restless(t), node_id, is_plain=not first)

    def _item_at(self, node_id: int | None) -> Control | None:
        """What may be an item of a menu that is made of no links."""
        control = control_at(self.page, node_id)
        return control if control is not None and (control.tag == "button" or control.role in MENU_ROLES) else None

    def _restless(self, t: float) -> frozenset[int]:
        """What changed by itself a short time before."""
        while self._alone_ms and t - (first := next(iter(self._alone_ms.items())))[1] > RESTLESS_MS:
            del self._alone_ms[first[0]]
            self._alone = None
        if self._alone is None:
            self._alone = frozenset(self._alone_ms)
        return self._alone

    def ended(self, t: float) -> None:
        """The visitor goes on: what was shown is used, or was left before."""
        self._pressed_ms = t
        self._settle()
        shown = self._shown
        back_ms = shown.turn.back_ms if shown is not None and shown.url else None
        if shown is not None and back_ms is not None and shown.turn.returns(shown.links):
            shown.content = _Content(shown.turn.start_ms or shown.click_ms)
            self._back = (shown, back_ms)
        if self._back is not None:
            shown, returned_ms = self._back
            shown_ms = shown.content.start_ms if shown.content is not None else returned_ms
            until_ms = t if self._until_ms is None else self._until_ms
            self.found.append(WayBack(shown.url, shown.click_ms, shown_ms, returned_ms, until_ms))
        self._back = self._shown = self._until_ms = None

    def mutation(self, t: float, record: records.Mutation) -> None:
        """Children of an element are replaced, or what was put in place is filled."""
        shown = self._shown
        if shown is not None and not shown.url and shown.turn.start_ms is None and t - shown.click_ms > SHOWN_WITHIN_MS:
            self._shown = shown = None  # no item of a menu
        if shown is not None and shown.following is not None and t - shown.following.start_ms > shown.marked_within_ms:
            self._settle()
            shown = self._shown
        if shown is not None:
            self._take(shown, t, record)
        elif self._back is not None and self._until_ms is None:
            left, returned_ms = self._back
            again = t - returned_ms > RENDERED_MS and not left.places.isdisjoint(record.parents)
            if again and record.added and record.removed and not self._is_drawn_anew(record):
                self._until_ms = t
        if t - self._pressed_ms > SHOWN_WITHIN_MS:
            self._changed_alone(t, {n for n, name, _ in record.attributes if name in _SHOWING})
        self.known.update(known_by(record.controls))
        if record.added:
            self._came.append((record.added, record.controls, record.error_view))

    def _changed_alone(self, t: float, node_ids: set[int]) -> None:
        for node_id in node_ids:
            self._alone_ms.pop(node_id, None)  # in order of the last change
            self._alone_ms[node_id] = t
            self._alone = None

    def _before(self, removed: Sequence[int]) -> set[Key]:
        """What stood there before: what came with the nodes that were removed, and since; else all that is known."""
        first = len(self._came)
        for node_id in islice(removed[::2], MAX_ROOTS):
            came = (k for k in reversed(range(len(self._came))) if in_ranges(self._came[k][0], node_id))
            if (found := next(came, None)) is None:
                return set(self.known)
            first = min(first, found)
        keys = {key for _, controls, _ in islice(self._came, first, None) for key in known_by(controls)}
        return keys | {masked(key) for key in keys if is_masked(key)}

    def _take(self, shown: _Shown, t: float, record: records.Mutation) -> None:
        if not shown.link and not self._may_be_item(shown, t, record):
            self._shown = None
            return
        links = self._marked_with(shown, record)
        shown.links |= links
        changes = (change for change in record.attributes if change[1] in _SHOWING and change[0] not in shown.restless)
        shown.turn.take(t, {(node_id, name): value for node_id, name, value in changes}, links)
        replaces = self._replaces(t, record) and (not shown.is_plain or count_in(record.added) >= MIN_PAGE_NODES)
        again = replaces and shown.content is not None and not shown.places.isdisjoint(record.parents)
        if shown.following is None and again and shown.content is not None and t > shown.content.start_ms:
            if self._is_drawn_anew(record):
                return
            shown.following = _Content(t)
        elif shown.following is None and t - shown.click_ms > SHOWN_WITHIN_MS:
            return
        if shown.content is None:
            shown.removed += record.removed
        if replaces and shown.following is None:
            shown.places.update(record.parents)
            if shown.content is None:
                shown.content, shown.known = _Content(t), self._before(shown.removed)
                gone = shown.removed[: 2 * MAX_ROOTS : 2]
                shown.was_error = any(e and any(in_ranges(own, n) for n in gone) for own, _, e in self._came)
        into = shown.following or shown.content
        if into is not None:
            into.is_error |= record.error_view
            into.keys.update(keys_of(record.controls))
        (shown.marked if shown.following is None else shown.following.marked).update(links)

    def _is_drawn_anew(self, record: records.Mutation) -> bool:
        """Do the same links take the place of those that came there last, as with every tick of a clock?"""
        removed, last = record.removed, islice(reversed(self._came), MAX_ROOTS)
        came = (controls for added, controls, _ in last if removed and in_ranges(added, removed[0]))
        gone = {nameless(key) for key in keys_of(next(came, ()))}
        same = gone == {nameless(key) for key in keys_of(record.controls)}
        return same and bool(gone) and all(href for *_, href in gone)

    def _replaces(self, t: float, record: records.Mutation) -> bool:
        """Are children of an element replaced: at once, or some moments after the old ones were taken away?"""
        emptied = t - self._emptied_ms <= EMPTY_MS and not self._emptied.isdisjoint(record.parents)
        if record.removed and not record.added:
            self._emptied_ms, self._emptied = t, set(record.parents)
        return bool(record.added and (record.removed or emptied))

    def _may_be_item(self, shown: _Shown, t: float, record: records.Mutation) -> bool:
        """Is what was pressed an item of a menu, by the marking that it takes from another one soon?"""
        pair = pressed_pair(((n, name) for n, name, _ in record.attributes if name in _MARKING), shown.node_id)
        if pair is not None:
            shown.link = shown.turn.link = max(n for n in pair if n <= shown.node_id)
            shown.links = pair
        return bool(shown.link) or t - shown.click_ms <= PROMPT_MS

    def _marked_with(self, shown: _Shown, record: records.Mutation) -> set[int]:
        if shown.is_plain:
            return {n for n, name, _ in record.attributes if name in _MARKING and n in shown.links}
        return set(self._marked(record, "a" if shown.url else "button"))

    def _marked(self, record: records.Mutation, tag: str) -> Iterator[int]:
        """Items of a menu whose marking changes: those that are tabs by their role, and those of a tag."""
        for node_id in {node_id for node_id, name, _ in record.attributes if name in _MARKING}:
            control = control_at(self.page, node_id)
            own = control is not None and control.first == node_id
            if control is not None and own and (control.tag == tag or control.role in MENU_ROLES):
                yield node_id

    def _settle(self) -> None:
        """Is what followed the page before? Else it belongs to what the click shows, if it came soon."""
        shown = self._shown
        if shown is None or shown.following is None or shown.content is None:
            return
        following, shown.following = shown.following, None
        turned_ms = shown.turn.back_ms if shown.turn.back_ms is not None else float("-inf")
        if following.is_error and not shown.was_error:
            self._shown = None
        elif following.start_ms - shown.content.start_ms < STEP_MS:
            shown.content.keys |= following.keys
        elif abs(following.start_ms - turned_ms) <= shown.marked_within_ms or (
            shown.url and _returns(shown, shown.content, following)
        ):
            self._back, self._shown = (shown, following.start_ms), None
            self._until_ms = None
        elif following.start_ms - shown.click_ms <= SHOWN_WITHIN_MS:
            shown.content.keys |= following.keys
            shown.marked |= following.marked


def _returns(shown: _Shown, content: _Content, following: _Content) -> bool:
    """Is what the click showed replaced by what stood there before?"""
    own, returned = content.keys - following.keys, following.keys - content.keys
    returned = {key for key in returned if is_told(key)} or returned
    known = sum(stood(key, shown.known) for key in returned)
    before, now = shown.marked - {shown.link}, following.marked - shown.marked
    elsewhere = bool(now) and not before <= following.marked  # another link is marked than the one before
    return bool(own and returned) and known >= MIN_KNOWN_SHARE * len(returned) and not elsewhere

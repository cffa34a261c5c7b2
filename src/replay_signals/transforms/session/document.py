"""What is known of a document: its tree as far as a digest holds it, its addresses, and what was used last."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control, is_component
from replay_signals.transforms.digest.dom import MAX_TARGETS
from replay_signals.transforms.session.spans import in_ranges

SAME_CONTROLS = 0.6
"""Share of known controls that a checkout shows under the same ids; pages of one site share a header, seldom more."""
MAX_CHANGES = 200
"""A document that changed more often is not asked which nodes it has: each change is looked at for each node."""
_FIELDS = frozenset(("input", "textarea", "select"))
_LEADING = frozenset(("a", "area", "button", "input"))
_FRAMES = frozenset(("iframe", "frame"))
STILL_PX = 2
"""A pointer that rests is reported within this."""
SLEPT_MS = 200
"""Moves are sent some time after they began; what began so long before a document was parsed, another one saw."""


class _Pointer(NamedTuple):
    """Where the pointer was, epoch ms and CSS pixels, and over what."""

    t: float
    x: int
    y: int
    node_id: int


@dataclass(frozen=True, slots=True)
class Opening:
    """A document is shown from the record at index `first` on.

    `restored` is the opening of the document that came back from the page cache, `href` its address then.
    """

    first: int
    href: str = ""
    restored: Opening | None = None


@dataclass(slots=True, eq=False)
class Document:
    """What is known of a document so far; `href` is its newest address.

    `clicked`: the node of the last click, if nothing has changed since.
    """

    opening: Opening
    start_ms: float
    href: str = ""
    addresses: set[str] = field(default_factory=set)
    snapshot: records.FullSnapshot | None = None
    changes: list[records.Mutation] = field(default_factory=list)
    highest_id: int = 0
    newest_id: int = 0
    recorder_told: bool = False
    hidden_ms: float | None = None
    focused: set[int] = field(default_factory=set)
    last_focused: int | None = None
    pointer: _Pointer | None = None
    clicked: int | None = None

    def named(self, href: str) -> None:
        """Takes an address that it has from now on."""
        self.href = href
        self.addresses.add(href)

    def had(self, url: str) -> bool:
        """Is it one of its addresses?"""
        return any(same_address(url, known) for known in self.addresses)

    def count(self, node_ids: Iterable[int]) -> int:
        """How many of the nodes it has or had."""
        ids = [(self.snapshot.ids or []) if self.snapshot is not None else [], *(c.added for c in self.changes)]
        return sum(any(in_ranges(own, node_id) for own in ids) for node_id in node_ids)

    def shows(self, snapshot: records.FullSnapshot) -> None:
        """Takes its tree as it is now."""
        self.snapshot, self.changes = snapshot, []
        self.highest_id = max(self.highest_id, snapshot.root_id, *(snapshot.ids or [])[-1:])
        self.newest_id = max(self.newest_id, self.highest_id)

    def changed(self, change: records.Mutation) -> None:
        """Takes a change of its tree."""
        self.changes.append(change)
        self.newest_id = max([self.newest_id, *change.added[-1:]])
        self.clicked = None

    def uses(self, t: float, record: records.ReplayRecord) -> None:
        """Takes the focus and the place of the pointer."""
        if isinstance(record, records.Interaction) and record.kind == rrweb.FOCUS and record.node_id is not None:
            self.focused.add(record.node_id)
            self.last_focused = record.node_id
        pointer = _pointer(t, record)
        if pointer is not None and (self.pointer is None or self.pointer.t <= pointer.t):
            self.pointer = pointer

    def rests(self, t: float, record: records.ReplayRecord) -> bool:
        """Is the pointer where it was last, over the same node? Browsers say so as they show a document again."""
        pointer = _pointer(t, record)
        return pointer is not None and self.pointer is not None and _is_still(pointer, self.pointer)

    def left(self) -> None:
        """Another document is shown; what was used last may have been that one's already."""
        self.last_focused = self.pointer = None

    def is_left_for(self, other: Document, t: float, record: records.ReplayRecord) -> bool:
        """Can the record only be of the other document?

        It is of nodes that only the other one has, takes the focus from what had it there and never here, is of a
        pointer that rests where it was there, on a control that has another id here, goes on to number new nodes where
        the other one left off, or tells of moves that began before this document did: its recorder slept with the
        other one.
        """
        if isinstance(record, records.Move) and record.positions and t + record.positions[2] < self.start_ms - SLEPT_MS:
            return other.start_ms < self.start_ms
        if isinstance(record, records.Interaction) and record.kind == rrweb.BLUR and record.node_id is not None:
            here = self.control(record.node_id)
            focuses_itself = here is not None and here[0] in _FIELDS
            return record.node_id == other.last_focused and not (focuses_itself or record.node_id in self.focused)
        pointer = _pointer(t, record)
        if pointer is not None and other.pointer is not None and self._moves_on(pointer, other, other.pointer):
            return True
        if self._continues(other, record):
            return True
        root_id = other.snapshot.root_id if other.snapshot is not None else 0
        used = set(nodes_of(record)) - {root_id}  # records of the window name the root
        return bool(used) and self._is_complete() and not self.count(used) and other.count(used) == len(used)

    def _moves_on(self, pointer: _Pointer, other: Document, last: _Pointer) -> bool:
        if not _is_still(pointer, last):
            return False
        there = other.control_at(last.node_id)
        if there is None or looks(there) == self.control(last.node_id):
            return False
        return any(
            looks(c) == looks(there) and _is_same_part(c, there) and other.control(c.first) != looks(there)
            for c in self._controls()
        )

    def _continues(self, other: Document, record: records.ReplayRecord) -> bool:
        """Are nodes put in under the numbers that come next in the other document, and are others' here already?"""
        first = other.newest_id + 1
        if not isinstance(record, records.Mutation) or not record.added or min(record.added) != first:
            return False
        ids = (self.snapshot.ids or []) if self.snapshot is not None else []
        gone = any(in_ranges(removed, first) for removed in (record.removed, *(c.removed for c in self.changes)))
        return self._is_complete() and in_ranges(ids, first) and not gone

    def leads_away(self) -> bool:
        """Was the last click one on a link or a button, and changed nothing?"""
        if self.clicked is None:
            return False
        return any(c.first <= self.clicked <= c.last and c.tag in _LEADING for c in self._controls())

    def _controls(self) -> list[Control]:
        return self.snapshot.controls if self.snapshot is not None else []

    def control_at(self, node_id: int) -> Control | None:
        """The control with this id in the snapshot."""
        return next((c for c in self._controls() if c.first == node_id), None)

    def control(self, node_id: int) -> tuple[str, str, str, str] | None:
        """What the control with this id looked like in the snapshot."""
        control = self.control_at(node_id)
        return looks(control) if control is not None else None

    def _is_complete(self) -> bool:
        ids = self.snapshot.ids if self.snapshot is not None else None
        return ids is not None and len(ids) < 2 * MAX_TARGETS and len(self.changes) <= MAX_CHANGES


def _is_same_part(one: Control, other: Control) -> bool:
    """Do two links to one address stand in the same part of their pages? A menu's items have a class in common, which
    a logo or a link in a text has not; pages may leave themselves out of their menu."""
    left, right = set(one.classes.split()), set(other.classes.split())
    return not left.isdisjoint(right) if left or right else True


def _is_still(pointer: _Pointer, last: _Pointer) -> bool:
    return pointer.node_id == last.node_id and max(abs(pointer.x - last.x), abs(pointer.y - last.y)) <= STILL_PX


def _pointer(t: float, record: records.ReplayRecord) -> _Pointer | None:
    """Place of the pointer and the node below it, where a record tells both; moves are sent some time later."""
    if isinstance(record, records.Move) and record.node_id and record.positions:
        x, y, offset_ms = record.positions[-3:]
        return _Pointer(t + offset_ms, x, y, record.node_id)
    pressed = isinstance(record, records.Interaction) and record.kind in (rrweb.CLICK, rrweb.MOUSE_DOWN)
    if isinstance(record, records.Interaction) and pressed and record.x_px is not None and record.node_id:
        return _Pointer(t, record.x_px, record.y_px or 0, record.node_id)
    return None


def nodes_of(record: records.ReplayRecord) -> Iterator[int]:
    """Ids of nodes that had to exist for this record."""
    if isinstance(record, records.Mutation):
        added = record.added
        yield from (n for n in (*record.parents, *record.texts, *record.attribute_nodes) if not in_ranges(added, n))
    elif isinstance(record, records.Interaction | records.Scroll | records.Input | records.Move) and record.node_id:
        yield record.node_id


def differs(old: records.FullSnapshot, new: records.FullSnapshot, document: Document) -> bool | None:
    """Is it another tree? None when it could be either: a static page looks the same when it is loaded again."""
    if new.root_id > document.highest_id:
        return _unlike([*_kinds(old.controls)], [*_kinds(new.controls)])  # ids go on: shown by the same recorder
    alive = {c.first: c for c in old.controls}
    gone: set[int] = set()
    added: set[int] = set()
    for change in document.changes:
        for node_id in change.parents:  # a component is kept while nothing is in it
            if (filled := alive.get(node_id)) is not None and is_component(filled.tag, filled.role):
                del alive[node_id]
        alive |= {c.first: c for c in change.controls}
        for node_id in _each(change.removed):
            alive.pop(node_id, None)
            gone.add(node_id)
            added.discard(node_id)
        fresh = set(_each(change.added))
        gone -= fresh
        added |= fresh
    if new.ids:
        roots = sorted(gone)
        alive = {node_id: c for node_id, c in alive.items() if not _went(node_id, new.ids, roots)}
    kept = {c.first: c.tag for c in new.controls}
    if alive and sum(kept.get(node_id) == c.tag for node_id, c in alive.items()) < SAME_CONTROLS * len(alive):
        return True
    if new.ids is None or old.ids is None:
        return None
    gone = {node_id for node_id in gone if in_ranges(old.ids, node_id)}
    if gone:
        return sum(in_ranges(new.ids, node_id) for node_id in gone) * 2 > len(gone)
    if any(in_ranges(new.ids, node_id) for node_id in added if not in_ranges(old.ids, node_id)):
        return False
    if added:
        return True if _lacks(old, new, document.changes) else None
    return None if old.ids == new.ids else True


def _lacks(old: records.FullSnapshot, new: records.FullSnapshot, changes: Sequence[records.Mutation]) -> bool:
    """Is an element missing that was put into nodes that are there, and never taken away?

    What is in a frame is told by changes of its own, after a checkout as well; digests hold nothing of the document's
    head, so the nodes have to be some that hold others.
    """
    before, after = old.ids or [], new.ids or []
    if len(after) >= 2 * MAX_TARGETS:
        return False
    framed = {c.first for c in old.controls if c.tag in _FRAMES}
    gone = {node_id for change in changes for node_id in _each(change.removed)}
    for change in changes:
        framed.update(c.first for c in change.controls if c.tag in _FRAMES)
        if not framed.isdisjoint(change.parents):
            framed.update(_each(change.added))
        elif (
            change.owners
            and all(in_ranges(after, n) and in_ranges(before, n + 1) for n in change.parents)
            and not any(n in gone or in_ranges(after, n) for n in _each(change.added))
        ):
            return True
    return False


def _went(node_id: int, ranges: Sequence[int], roots: Sequence[int]) -> bool:
    """Did a node go with a subtree? Recorders tell of its root only, which has a lower id; all between are gone."""
    i = bisect_right(ranges, node_id)
    if in_ranges(ranges, node_id) or i == 0:
        return False
    k = bisect_right(roots, node_id)
    return k > 0 and roots[k - 1] > ranges[i - 1]


def looks(control: Control) -> tuple[str, str, str, str]:
    """What a control is, but for its name, which is masked where it is not known what it stands in."""
    return control.tag, control.type, control.dom_id, control.href


def _kinds(controls: Iterable[Control]) -> Iterator[tuple[str, str]]:
    return ((c.tag, c.name) for c in controls)


def _unlike(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> bool:
    common = len(set(old) & set(new))
    return bool(old and new) and common < SAME_CONTROLS * min(len(set(old)), len(set(new)))


MAX_EACH = 20_000
"""Ids looked at per range list: hostile ranges may span all numbers, real ones a few hundred."""


def _each(ranges: Sequence[int]) -> Iterator[int]:
    """The ids in flat ranges, at most `MAX_EACH`."""
    left = MAX_EACH
    for first, last in zip(ranges[::2], ranges[1::2], strict=False):
        yield from range(first, min(last, first + left - 1) + 1)
        left -= max(last - first + 1, 0)
        if left <= 0:
            return


def same_address(a: str, b: str) -> bool:
    """Equal but for query and fragment, which pages change without leaving."""
    try:
        left, right = urlsplit(a), urlsplit(b)
    except ValueError:
        return a == b
    return (left.netloc, left.path.rstrip("/")) == (right.netloc, right.path.rstrip("/"))

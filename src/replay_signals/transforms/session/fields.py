"""What the visitor typed into the fields of a page, apart from what scripts and the browser put there.

Recorders report a value that a script sets like one that was typed. Typing has to be seen: the recorder says so
(`userTriggered`, where it is configured), or the field had the focus or was pressed before. Where no focus was recorded
(it was there before the recorder was) the field's losing it later proves it.
A value that comes in one step into a field that the page itself gave the focus is a draft or a default.
Several fields that change in one moment were filled by a script or by the browser (whose events count as the
visitor's), except for the one with the focus when it grew or shrank by one character: pages copy what is typed into
other fields (a slug, a hidden field, the twin by which a text area measures its height).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.gestures import is_typed
from replay_signals.transforms.session.timeline import Page

AT_ONCE_MS = 50
"""Different fields changed within this were not typed into; a hand needs longer from one to the next."""
FOCUS_ORDER_MS = 50
"""A recorder may report the focus this much after the first input."""
LEFT_MS = 5
"""A value that is told as late as this before or after the field lost the focus was typed at any time before."""
GIVEN_MS = 500
"""After a page was opened: a focus as early as this was given by the page (`autofocus`)."""
FIRST_KEY_MS = 250
"""From the focus to the first key; what shows when a field gets the focus (a calendar) is there by then."""
_PRESSES = frozenset((rrweb.MOUSE_DOWN, rrweb.CLICK, rrweb.TOUCH_START, rrweb.TOUCH_END))


@dataclass(frozen=True, slots=True)
class Change:
    """A new value: epoch ms, its length in characters, and whether the visitor typed it."""

    t: float
    length: int
    by_hand: bool


@dataclass(slots=True, eq=False)
class TypedField:
    """A text field that the visitor typed into. `form` is the form element around it.

    `changes` are in order from the first that was typed on; later ones may be a script's. `moves` are the times at
    which it got and lost the focus (rrweb's FOCUS and BLUR), in order.
    """

    control: Control
    form: Control | None
    changes: list[Change] = field(default_factory=list)
    moves: list[tuple[float, int]] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Characters that it held in the end."""
        return self.changes[-1].length

    @property
    def typed(self) -> list[Change]:
        """Changes by the visitor, at least one."""
        return [change for change in self.changes if change.by_hand]

    def began_ms(self, change: Change) -> float:
        """When the typing of a value may have begun: some recorders tell it no earlier than the field is left."""
        i = bisect_right(self.moves, (change.t + LEFT_MS, float("inf")))
        (got_ms, got), (lost_ms, lost) = self.moves[i - 2 : i] if i > 1 else ((0.0, 0), (0.0, 0))
        if (got, lost) != (rrweb.FOCUS, rrweb.BLUR) or change.t - lost_ms > LEFT_MS:
            return change.t
        return min(change.t, got_ms + FIRST_KEY_MS)


def typed_fields(page: Page) -> Sequence[TypedField]:
    """Text fields of a page that the visitor typed into, in order of their first change; found once for a page."""
    if page.typed_fields is None:
        page.typed_fields = _typed_fields(page)
    return page.typed_fields


def _typed_fields(page: Page) -> Sequence[TypedField]:
    typed: dict[int, TypedField] = {}
    for node_id, change in _changes(page):
        around = list(page.elements.around(node_id))
        box = around[0] if around else None
        if box is None or not is_typed(box) or not (change.by_hand or box.first in typed):
            continue
        form = next((c for c in around if c.tag == "form"), None)
        typed.setdefault(box.first, TypedField(box, form)).changes.append(change)
    for t, record in page.of(records.Interaction) if typed else ():
        if record.kind in (rrweb.FOCUS, rrweb.BLUR) and (moved := typed.get(record.node_id or 0)) is not None:
            moved.moves.append((t, record.kind))
    return tuple(typed.values())


def _changes(page: Page) -> Iterator[tuple[int, Change]]:
    """Node id and change of every field's value in order; recorders give fields outside the document no id, or -1."""
    changes = [(t, record) for t, record in page.of(records.Input) if (record.node_id or 0) > 0]
    focus = _Focus(page) if changes else None
    held: dict[int, int] = {}
    typed: set[int] = set()
    for i, (t, record) in enumerate(changes):
        node_id = record.node_id or 0
        by_key = abs(record.length - held.get(node_id, 0)) == 1 and focus is not None and focus.at(t) == node_id
        held[node_id] = record.length
        told = record.by_user
        could = told if told is not None else focus is not None and focus.on(node_id, t)
        whole = told is None and not by_key and node_id not in typed
        given = whole and focus is not None and focus.given(node_id, t)
        by_hand = could and not given and (by_key or not _with_others(changes, i))
        if by_hand:
            typed.add(node_id)
        yield node_id, Change(t, record.length, by_hand)


def _with_others(changes: list[tuple[float, records.Input]], i: int) -> bool:
    """Did another text field change in the same moment?"""
    t, record = changes[i]
    return any(
        abs(other_t - t) <= AT_ONCE_MS
        and other.node_id != record.node_id
        and other.length
        and other.by_user == record.by_user
        for other_t, other in changes[max(0, i - 1) : i + 2]
    )


class _Focus:
    """Which node had the focus when, and which were pressed."""

    def __init__(self, page: Page) -> None:
        self._given_ms = page.start_ms + GIVEN_MS
        self._moves: list[tuple[float, int]] = []
        self._times: dict[int, list[float]] = {}
        self._pressed: dict[int, float] = {}
        self._left: dict[int, float] = {}
        for t, record in page.of(records.Interaction):
            node_id = record.node_id or 0
            if record.kind == rrweb.FOCUS:
                self._moves.append((t, node_id))
                self._times.setdefault(node_id, []).append(t)
            elif record.kind == rrweb.BLUR:
                self._left[node_id] = t
            elif record.kind in _PRESSES:
                self._press(page, node_id, t)

    def _press(self, page: Page, node_id: int, t: float) -> None:
        box = next((c for c in page.elements.around(node_id) if is_typed(c)), None)
        self._pressed.setdefault(node_id, t)
        if box is not None:
            self._pressed.setdefault(box.first, t)

    def at(self, t: float) -> int | None:
        """The node that has the focus then; None where no focus was recorded."""
        i = bisect_right(self._moves, (t + FOCUS_ORDER_MS, float("inf")))
        return self._moves[i - 1][1] if i else None

    def given(self, node_id: int, t: float) -> bool:
        """Has the node had the focus from the page alone? Then a draft or a default that appears in it is no typing."""
        times = self._times.get(node_id, [])
        i = bisect_right(times, t + FOCUS_ORDER_MS)
        return i > 0 and times[i - 1] <= self._given_ms and not self._was_pressed(node_id, t)

    def _was_pressed(self, node_id: int, t: float) -> bool:
        pressed = self._pressed.get(node_id)
        return pressed is not None and pressed <= t + FOCUS_ORDER_MS

    def on(self, node_id: int, t: float) -> bool:
        """Could the visitor type into the node then?"""
        if self._was_pressed(node_id, t):
            return True
        if self._moves and self._moves[0][0] <= t + FOCUS_ORDER_MS:
            return self._times.get(node_id, [float("inf")])[0] <= t + FOCUS_ORDER_MS
        return self._left.get(node_id, t - 1) >= t

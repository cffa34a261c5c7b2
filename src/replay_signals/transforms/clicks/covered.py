"""Covered controls: presses that were meant for a control and landed on something else.

An unseen layer takes the press that was meant for what is below it; a control that lets the pointer through
(`pointer-events: none`, `inert`, disabled by many style sheets) leaves it to what lies behind. Recorders tell the node
that was pressed, and no positions of others. Which control was meant shows where the pointer was over it before at the
same place, where it is the only one in what was pressed or the only one there that cannot be pressed, where it is the
only one beside the layer, or stands right before it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from math import hypot
from operator import itemgetter
from typing import NamedTuple

from replay_signals.schemas import rrweb
from replay_signals.transforms.clicks.observability import over_embedded, unseen_layer
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.control_flags import STAYS_UNSEEN
from replay_signals.transforms.digest.controls import CONTAINER_TAGS, Control, is_named
from replay_signals.transforms.session.gestures import Click, control_at, is_text_field
from replay_signals.transforms.session.spans import in_ranges
from replay_signals.transforms.session.timeline import Page

SAME_PLACE_PX = 12
"""Half the height of a small button (WCAG 2.2, target size: 24 pixels)."""
LOOKED_BACK_MS = 120_000
MAX_GROUP = 20
"""Controls right below what was pressed: a bar of buttons; more are a part of the page."""
WRAPPER_NODES = 6
"""Nodes in what is pressed beside the control: an icon, some words."""
_PRESSED = (rrweb.CLICK, rrweb.MOUSE_DOWN)
LAYER = "an unseen layer took it"
THROUGH = "the control lets the pointer through"
LAYER_CONFIDENCE, MEANT_CONFIDENCE = 0.7, 0.8
"""How sure it is: the click on a layer may have been meant for nothing behind it, unless a control is known there."""


class Meant(NamedTuple):
    """What a press was meant for, None where that is not known, and why it did not get there."""

    control: Control | None
    reason: str
    confidence: float


class _Pointed(NamedTuple):
    t: float
    x: int
    y: int
    node_id: int


class Covers:
    """The covered controls of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._moves: dict[int, list[tuple[float, bool]]] = {}

    def meant(self, click: Click) -> Meant | None:
        """What a press on no control was meant for; None where it was meant for what it landed on, or nobody knows."""
        if click.control is not None or click.node_id is None:
            return None
        if self._is_unseen(click):
            below = self._only_beside(click.node_id, click.t)
            if below is None and over_embedded(self._page, click.node_id):
                return None
            below = below or self._seen_there(click)
            if below is not None:
                return Meant(below, LAYER, MEANT_CONFIDENCE)
            if (beside := self._stands_before(click.node_id)) is not None:
                return Meant(beside, LAYER, LAYER_CONFIDENCE)
            return Meant(None, LAYER, LAYER_CONFIDENCE) if unseen_layer(self._page, click) else None
        if (passed := self._passed(click)) is not None:
            return Meant(passed, THROUGH, MEANT_CONFIDENCE)
        stopped = self._stopped(click)
        return None if stopped is None else Meant(stopped, THROUGH, LAYER_CONFIDENCE)

    def _is_unseen(self, click: Click) -> bool:
        """Did it land on a layer that could not be seen then?"""
        own = next(self._page.elements.chain(click.node_id), None)
        if own is None or "u" not in own.flags or own.first != click.node_id or self._page.elements.is_filled(own):
            return False
        return self._shown_ms.get(own.first, click.t + 1) > click.t

    def _only_beside(self, node_id: int, t: float) -> Control | None:
        """The only control in the same element as a layer: the two were put there together."""
        beside = [c for c in self._page.elements.beside(node_id) if not c.is_none and self._is_there(c, t)]
        return beside[0] if len(beside) == 1 and _is_pressed(beside[0]) else None

    def _stopped(self, click: Click) -> Control | None:
        """The only one of the buttons and links right below what was pressed that cannot be pressed itself."""
        elements, t = self._page.elements, click.t
        own = next(elements.chain(click.node_id), None)
        if own is not None and own.first == click.node_id and "s" in own.flags:
            return None
        below = [c for c in elements.in_bar(click.node_id) if not c.is_none]
        stopped = [c for c in below if elements.passes(c, t) or elements.disabled(c, t)]
        stopped = [c for c in stopped if self._is_there(c, t)]
        if len(stopped) != 1 or elements.chosen(stopped[0], t):
            return None
        others = [c for c in below if self._is_there(c, t)]
        if len(others) > MAX_GROUP or any(not _is_pressed(c) or is_text_field(c) for c in others):
            return None
        return stopped[0]

    def _stands_before(self, node_id: int) -> Control | None:
        """The control right before a layer, which was put there to lie over it; it may be a canvas's glass as well."""
        if any(c.tag == "canvas" for c in self._page.elements.all()):
            return None
        before = (c for c in self._page.elements.all() if c.last == node_id - 1 and not c.is_none and _is_pressed(c))
        return next(before, None)

    @cached_property
    def _shown_ms(self) -> dict[int, float]:
        """When the style of each node changed first to what may be seen, epoch ms."""
        first: dict[int, float] = {}
        for t, change in self._page.of(records.Mutation):
            for node_id, name, value in change.attributes:
                if name == "style" and not value & STAYS_UNSEEN:
                    first.setdefault(node_id, t)
        return first

    def _passed(self, click: Click) -> Control | None:
        """The control in what was pressed that let the pointer through."""
        elements = self._page.elements
        if not elements.passing:
            return None
        below = self._seen_there(click)
        if below is not None and _is_pressed(below) and elements.passes(below, click.t):
            return below
        behind = next(elements.chain(click.node_id), None)
        if behind is None or behind.first != click.node_id or "Q" not in behind.flags or "s" in behind.flags:
            return None
        inside = [c for c in elements.all() if behind.first < c.first <= behind.last]
        roots = [c for c in inside if "q" in c.flags]
        own = {c.first: c for c in inside if not c.is_none}
        if len(own) != 1 or not roots:
            return None
        control = next(iter(own.values()))
        if not _is_pressed(control):
            return None
        size = roots[0].last - roots[0].first
        if behind.last - behind.first - size > WRAPPER_NODES or elements.chosen(control, click.t):
            return None
        return control if elements.passes(control, click.t) else None

    def _seen_there(self, click: Click) -> Control | None:
        """The control that the pointer was over at this place before, and that is still there."""
        if click.x is None or click.y is None:
            return None
        for at in self._before(click.down_ms):
            if hypot(at.x - click.x, at.y - click.y) <= SAME_PLACE_PX and at.node_id != click.node_id:
                control = control_at(self._page, at.node_id)
                if control is None or self._went(control, at.t, click.t):
                    return None
                return control
        return None

    def _before(self, t: float) -> Iterator[_Pointed]:
        """Where the pointer was since the page was last scrolled or resized, backwards."""
        end = bisect_left(self._pointed, t, key=lambda at: at.t)
        moved = bisect_left(self._scrolled, t)
        since = max(self._scrolled[moved - 1] if moved else 0.0, t - LOOKED_BACK_MS)
        for at in reversed(self._pointed[:end]):
            if at.t < since:
                return
            yield at

    @cached_property
    def _pointed(self) -> list[_Pointed]:
        found = []
        for t, record in self._page.of(records.Move, records.Interaction):
            if isinstance(record, records.Move) and record.node_id and record.positions:
                x, y, offset_ms = record.positions[-3:]
                found.append(_Pointed(t + offset_ms, x, y, record.node_id))
            elif isinstance(record, records.Interaction) and record.kind in _PRESSED and record.x_px and record.node_id:
                found.append(_Pointed(t, record.x_px, record.y_px or 0, record.node_id))
        return sorted(found)

    @cached_property
    def _scrolled(self) -> list[float]:
        return [t for t, _ in self._page.of(records.Scroll, records.Resize)]

    def _is_there(self, control: Control, t: float) -> bool:
        """Is it in the document at that time? What is moved is removed and added in one change."""
        first = control.first
        if first not in self._moves:
            self._moves[first] = [
                (when, came)
                for when, change in self._changes
                if (came := in_ranges(change.added, first)) or in_ranges(change.removed, first)
            ]
        moves = self._moves[first]
        i = bisect_right(moves, t, key=itemgetter(0))
        return moves[i - 1][1] if i else not (moves and moves[0][1])

    @cached_property
    def _changes(self) -> list[tuple[float, records.Mutation]]:
        return [(t, change) for t, change in self._page.of(records.Mutation) if change.added or change.removed]

    def _went(self, control: Control, since_ms: float, until_ms: float) -> bool:
        """Was it removed meanwhile, by itself or with what is around it?"""
        around = [c.first for c in self._page.elements.chain(control.first)]
        return any(
            any(in_ranges(change.removed, node_id) for node_id in around)
            for t, change in self._page.of(records.Mutation)
            if since_ms <= t <= until_ms and change.removed
        )


def _is_pressed(control: Control) -> bool:
    """Is it made to be pressed? Labels in fields and halves of double sliders let the pointer through by intention."""
    if control.tag == "input":
        return control.type.lower() != "range"
    return control.tag not in _NOT_PRESSED and (is_named(control.tag, control.role) or control.is_hand)


_NOT_PRESSED = CONTAINER_TAGS | {"label", "option"}

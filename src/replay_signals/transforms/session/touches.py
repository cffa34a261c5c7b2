"""Taps: which touches of a native screen are taps, and on what.

Recorders send where a finger came down and where it went up, in the screen's own points, without the view below
(`id` is 0, or the number of the finger). What lies there is looked up in the screen as it stood at the touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.screens import CLICK_MS, SLOP_POINTS
from replay_signals.transforms.session.timeline import Page

LONG_PRESS_MS = 500
"""iOS and Android call a touch this long a long press."""
BOTH_FINGERS_MS = 300
"""A second finger this soon after the first, before that went up, makes a pinch; later ones follow a lost end."""


@dataclass(slots=True)
class _Touch:
    """A finger that is down."""

    t: float
    x: int | None
    y: int | None
    fingers: int = 1
    not_a_tap: bool = False


def taps_of(page: Page) -> list[Click]:
    """Taps of a native page in order. Swipes, long presses, pinches and touches without an end are none."""
    taps: list[Click] = []
    touch: _Touch | None = None
    for t, record in page.records:
        if isinstance(record, records.Move) and touch is not None and record.source == rrweb.TOUCH_MOVE:
            touch.not_a_tap = touch.not_a_tap or _slid(touch, record.positions)
        if not isinstance(record, records.Interaction):
            continue
        kind, x, y = record.kind, record.x_px, record.y_px
        if kind == rrweb.TOUCH_START:
            if touch is not None and t - touch.t <= BOTH_FINGERS_MS:
                touch.fingers, touch.not_a_tap = touch.fingers + 1, True
            else:
                touch = _Touch(t, x, y)
        elif kind == rrweb.TOUCH_END and touch is not None:
            touch.fingers -= 1
            if touch.fingers:
                continue
            if not touch.not_a_tap and t - touch.t <= LONG_PRESS_MS and not _far(touch, x, y):
                taps.append(_tap(page, touch, t))
            touch = None
        elif kind == rrweb.TOUCH_CANCEL:
            touch = None
        elif kind == rrweb.CLICK and not (taps and t - taps[-1].t <= CLICK_MS):
            taps.append(_tap(page, touch or _Touch(t, x, y), t))
            touch = None
    return taps


def _slid(touch: _Touch, positions: list[int]) -> bool:
    return any(_far(touch, positions[i], positions[i + 1]) for i in range(0, len(positions), 3))


def _far(touch: _Touch, x: int | None, y: int | None) -> bool:
    if x is None or y is None or touch.x is None or touch.y is None:
        return False
    return hypot(x - touch.x, y - touch.y) > SLOP_POINTS


def _tap(page: Page, touch: _Touch, t: float) -> Click:
    control = page.screens.control_below(touch.t) if page.screens is not None else None
    return Click(page, t, touch.t, None, touch.x, touch.y, control, "tap")

"""Units of times that count from a start of their own: seconds, where nobody can have been so quick in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.times import is_relative
from replay_signals.transforms.session.ordered import TimedRecord

PRESS_MS = 60
"""Nobody presses a button more often."""
MIN_PRESSES = 3


def in_ms(windows: Sequence[list[TimedRecord]]) -> list[list[TimedRecord]]:
    """The records of a session's windows, times in milliseconds: those are seconds in which too much was done else.

    Positions of a move say how long it took, whatever the unit of its time.
    """
    times = [ordered[i][0] for ordered in windows if ordered for i in (0, -1)]
    if not times or not all(map(is_relative, times)):
        return list(windows)
    moved_ms, presses = 0.0, 0
    for ordered in windows:
        for _, record in ordered:
            if isinstance(record, records.Move):
                moved_ms -= min(record.positions[2::3], default=0)
            elif isinstance(record, records.Interaction):
                presses += record.kind in (rrweb.MOUSE_DOWN, rrweb.CLICK, rrweb.TOUCH_START)
    least_ms = max(moved_ms, PRESS_MS * (presses - 1) / 2 if presses >= MIN_PRESSES else 0.0)
    if least_ms <= len(windows) * (max(times) - min(times)):
        return list(windows)
    return [[TimedRecord(round(t * 1000, 3), record) for t, record in ordered] for ordered in windows]

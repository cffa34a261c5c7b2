"""Capture health: which sessions have a recording, which recordings cannot be judged, and what was rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from replay_signals.schemas.problem_rows import CaptureDayRow
from replay_signals.transforms.report.shown import text


class CaptureDay(NamedTuple):
    """One day of one project; `share` and `expected` are null where events tell of no session, or of no rate."""

    day: date
    team: str
    with_events: int
    recorded: int
    share: float | None
    expected: float | None
    recordings: int
    not_judgeable: int


class Capture(NamedTuple):
    """All days, the newest first, and their sums."""

    days: list[CaptureDay]
    has_teams: bool
    recordings: int
    with_events: int
    recorded: int
    share: float | None
    not_judgeable: int
    reasons: list[tuple[str, int]]
    rejected: list[tuple[str, int]]
    rejected_count: int


def capture_page(rows: Sequence[CaptureDayRow], rejected: Sequence[tuple[str, int]]) -> Capture:
    """What the page of capture health shows; `rows` are those of whole teams."""
    reasons: Counter[str] = Counter()
    for row in rows:
        reasons.update(row.not_judgeable)
    with_events, recorded = sum(row.event_sessions for row in rows), sum(row.recorded_sessions for row in rows)
    return Capture(
        days=[_day(row) for row in sorted(rows, key=lambda row: (row.day, row.team), reverse=True)],
        has_teams=len({row.team for row in rows}) > 1,
        recordings=sum(row.recordings for row in rows),
        with_events=with_events,
        recorded=recorded,
        share=_share(recorded, with_events),
        not_judgeable=reasons.total(),
        reasons=[(text(reason).replace("_", " "), count) for reason, count in reasons.most_common()],
        rejected=[(text(reason).replace("_", " "), count) for reason, count in rejected],
        rejected_count=sum(count for _, count in rejected),
    )


def _day(row: CaptureDayRow) -> CaptureDay:
    return CaptureDay(
        row.day,
        text(row.team),
        row.event_sessions,
        row.recorded_sessions,
        _share(row.recorded_sessions, row.event_sessions),
        row.sample_rate,
        row.recordings,
        sum(row.not_judgeable.values()),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

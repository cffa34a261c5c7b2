"""Capture health: recordings that stop coming while visitors still do. Lost recordings never come back.

One population for both numbers: sessions with analytics events, and those among them that have a recording.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import msgspec

from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems.effect import DEFAULT

EXPLAINED_SHARE = 0.9
"""Of the lost recordings of a day: a slice that holds so many is where they are lost."""
WEEK = 7

Slice = tuple[str, str]
"""Dimension and value: ("host", "shop.example"), ("library_version", "1.2"); ("", "") for all sessions."""


class CaptureDay(msgspec.Struct, frozen=True):
    """One day of one slice: sessions with events, those of them with a recording, and the configured sampling.

    `sample_rate` is the share of sessions that should be recorded, where events say it: a change of it is no loss.
    """

    day: dt.date
    dimension: str
    value: str
    event_sessions: int
    recorded_sessions: int
    sample_rate: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.recorded_sessions <= self.event_sessions:
            raise ValueError(f"recorded sessions are not a part of those with events: {self}")


class CaptureGap(msgspec.Struct, frozen=True):
    """A slice whose recordings are lost since a day: share of sessions recorded, its norm, and how many are missing."""

    dimension: str
    value: str
    since: dt.date
    share: float
    norm: float
    event_sessions: int
    lost_sessions: int


def capture_gaps(days: Iterable[CaptureDay], as_of: dt.date, rules: Problems = DEFAULT) -> list[CaptureGap]:
    """Gaps that are open at the end of a day, most recordings lost first; one for each place where they are lost.

    A slice has a gap when its share of recorded sessions falls below `capture_ratio` of the median of the
    `baseline_days` before, while its traffic holds within `traffic_ratio` of the same weekdays; it needs
    `min_recordings` recordings on a median day and `min_days` days. The days of a gap are no baseline, and a day with
    fewer than `min_sessions` sessions, as one that has only begun, ends none. A slice that nobody visits any more has
    no gap.
    """
    slices: dict[Slice, dict[dt.date, CaptureDay]] = {}
    for one in days:
        if one.day <= as_of:
            slices.setdefault((one.dimension, one.value), {})[one.day] = one
    gaps = [gap for of, rows in slices.items() if (gap := _gap(of, rows, as_of, rules))]
    return _narrowest(sorted(gaps, key=lambda g: (-g.lost_sessions, g.event_sessions, g.dimension, g.value)), rules)


def _gap(of: Slice, rows: Mapping[dt.date, CaptureDay], as_of: dt.date, rules: Problems) -> CaptureGap | None:
    """Goes through the days of a slice; a gap stays open until the share is back above the bar."""
    healthy: list[CaptureDay] = []
    since: dt.date | None = None
    lost = sessions = recorded = 0
    norm = 0.0
    for day in sorted(rows):
        row = rows[day]
        base = [d for d in healthy if (day if since is None else since) - d.day <= dt.timedelta(rules.baseline_days)]
        usual = _norm(base, rules)
        low = usual is not None and row.event_sessions > 0 and _share(row) < rules.capture_ratio * usual
        if low and (since is not None or _traffic_holds(row, base, rules)):
            norm = usual or 0.0
            since = day if since is None else since
            lost += max(0, round(norm * _sampling(row) * row.event_sessions) - row.recorded_sessions)
            sessions, recorded = sessions + row.event_sessions, recorded + row.recorded_sessions
        elif not low and (since is None or row.event_sessions >= rules.min_sessions):
            since, lost, sessions, recorded = None, 0, 0, 0
            healthy.append(row)
    if since is None or max(rows) < as_of - dt.timedelta(1):
        return None
    return CaptureGap(*of, since, recorded / sessions, norm, sessions, lost)


def _norm(base: Sequence[CaptureDay], rules: Problems) -> float | None:
    """Median share of a usual day; None where there is too little to know one."""
    known = [d for d in base if d.event_sessions]
    if len(known) < rules.min_days or median(d.recorded_sessions for d in known) < rules.min_recordings:
        return None
    return median(_share(d) for d in known)


def _traffic_holds(row: CaptureDay, base: Sequence[CaptureDay], rules: Problems) -> bool:
    """Sessions with events are about as many as on the same weekday before, or on all days where it was not seen."""
    same = [d.event_sessions for d in base if (row.day - d.day).days % WEEK == 0]
    usual = median(same or [d.event_sessions for d in base])
    return abs(row.event_sessions - usual) <= rules.traffic_ratio * usual


def _sampling(row: CaptureDay) -> float:
    return row.sample_rate if row.sample_rate else 1.0


def _share(row: CaptureDay) -> float:
    """Recorded of those that should be."""
    return row.recorded_sessions / (row.event_sessions * _sampling(row))


def _narrowest(gaps: list[CaptureGap], rules: Problems) -> list[CaptureGap]:
    """One gap for each loss: the smallest slice that explains the greatest one, then what is lost beside it."""
    if not gaps:
        return []
    whole = gaps[0]
    one = min(
        (g for g in gaps if g is whole or _explains(g, whole, rules)),
        key=lambda g: (g.event_sessions, g.dimension != "", g.dimension, g.value),
    )
    apart = [g for g in gaps if whole.dimension == g.dimension != "" and whole.value != g.value]
    return [one, *_narrowest(apart, rules)]


def _explains(part: CaptureGap, whole: CaptureGap, rules: Problems) -> bool:
    """The part holds nearly all of the loss, and what is outside of it has no gap of its own."""
    lost = whole.lost_sessions - part.lost_sessions
    usual = whole.norm * whole.event_sessions - part.norm * part.event_sessions
    return lost <= (1 - EXPLAINED_SHARE) * whole.lost_sessions and lost <= (1 - rules.capture_ratio) * max(0.0, usual)

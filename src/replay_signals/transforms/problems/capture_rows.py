"""Capture gaps as rows of problems: what is lost, where, since when, and whether it came back. Pure.

Whose recording is lost met no trouble, but whatever trouble they met is lost for good: each counts as one visitor with
the loss that a problem which annoys is expected to bring (`problems.friction_effect`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b

import msgspec

from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems.capture import CaptureDay, CaptureGap, capture_gaps
from replay_signals.transforms.problems.history import TREND_DAYS
from replay_signals.transforms.problems.kinds import kind_of
from replay_signals.transforms.problems.severity import severity_of
from replay_signals.transforms.text import utf8

FAILURE = "capture"
MAX_NAME_CHARS = 80
UNKNOWN_SHARE = -1.0
"""In a trend: a day without sessions."""
CONFIDENCE = 1.0
"""Both numbers are counted, nothing is judged."""
NO_COMPARISON = "lost recordings show no outcome"
DIMENSIONS = {"host": "host", "platform": "platform", "library_version": "SDK version"}


def capture_problems(
    teams: Mapping[str, Sequence[CaptureDay]],
    stored: Mapping[str, ProblemRow],
    as_of: date,
    rules: Problems,
    rules_version: str,
) -> list[ProblemRow]:
    """Open gaps of all teams as problems, and those of the stored ones that closed, as resolved.

    `stored` are the newest rows of problems by id. Rows have revision 0 and status new, see `revise`.
    """
    found = {}
    for team, days in teams.items():
        for gap in capture_gaps(days, as_of, rules):
            row = _row(team, gap, days, as_of, rules, rules_version)
            found[row.problem_id] = _with_state(row, stored.get(row.problem_id), gap, rules)
    closed = (
        msgspec.structs.replace(row, day=as_of, state="resolved", summary="Recordings come again.")
        for row in stored.values()
        if row.failure == FAILURE and row.state != "resolved" and row.problem_id not in found
    )
    return [*found.values(), *closed]


def _row(
    team: str, gap: CaptureGap, days: Iterable[CaptureDay], as_of: date, rules: Problems, rules_version: str
) -> ProblemRow:
    name = _name(gap)
    lost_a_day = gap.lost_sessions / ((as_of - gap.since).days + 1)
    severity = severity_of(lost_a_day, None, 1.0, 0.0, rules)
    began = datetime.combine(gap.since, time(), UTC)
    return ProblemRow(
        day=as_of,
        team=team,
        problem_id=problem_id(team, gap.dimension, gap.value),
        revision=0,
        status="new",
        state="new",
        kind=kind_of(FAILURE).name,
        failure=FAILURE,
        cause=f"recordings are lost: {name}",
        title=f"{kind_of(FAILURE).words}: {name}",
        summary=_summary(gap, name),
        place="",
        places=[gap.value] if gap.dimension == "host" else [],
        element="",
        element_key="",
        sessions=gap.lost_sessions,
        users=gap.lost_sessions,
        reached_sessions=gap.event_sessions,
        used_sessions=gap.event_sessions,
        affected_share=round(gap.lost_sessions / gap.event_sessions, 6),
        comparison="none",
        comparison_reason=NO_COMPARISON,
        outcome="",
        effect=None,
        effect_low=None,
        effect_high=None,
        users_per_day=round(lost_a_day, 3),
        time_lost_ms=0,
        value_lost=0.0,
        trend=_trend(gap, days, as_of),
        first_seen=began,
        last_seen=datetime.combine(as_of, time(), UTC),
        onset=gap.since,
        onset_low=gap.since,
        onset_high=gap.since,
        started_with="",
        lifts="[]",
        severity=severity.score,
        components=severity.components,
        priority=severity.priority,
        weight=severity.weight,
        confidence=CONFIDENCE,
        examples=[],
        aliases=[],
        merged_into="",
        rules_version=rules_version,
        told="",
        priors_version="",
    )


def problem_id(team: str, dimension: str, value: str) -> str:
    """The id of a gap: the same each time recordings of one slice are lost."""
    return blake2b(utf8("\0".join((team, FAILURE, dimension, value))), digest_size=8, person=b"problem").hexdigest()


def _with_state(row: ProblemRow, before: ProblemRow | None, gap: CaptureGap, rules: Problems) -> ProblemRow:
    """New, or regressed where it had closed before, for `new_days`; then ongoing."""
    if (row.day - gap.since).days >= rules.new_days:
        return msgspec.structs.replace(row, state="ongoing")
    is_back = before is not None and before.state in ("resolved", "regressed")
    return msgspec.structs.replace(row, state="regressed" if is_back else "new")


def _name(gap: CaptureGap) -> str:
    if not gap.dimension:
        return "all sessions"
    value = gap.value if len(gap.value) <= MAX_NAME_CHARS else gap.value[: MAX_NAME_CHARS - 1] + "…"
    return f"{DIMENSIONS.get(gap.dimension, gap.dimension)} {value}"


def _summary(gap: CaptureGap, name: str) -> str:
    return (
        f"Since {gap.since:%A} {gap.since} {gap.share:.0%} of the sessions with events have a recording ({name}), "
        f"before it were {gap.norm:.0%}. About {gap.lost_sessions:,} recordings are lost, and do not come back."
    )


def _trend(gap: CaptureGap, days: Iterable[CaptureDay], as_of: date) -> list[float]:
    """Share of sessions without a recording, by day."""
    own = {one.day: one for one in days if (one.dimension, one.value) == (gap.dimension, gap.value)}
    each = (own.get(as_of - timedelta(n)) for n in reversed(range(TREND_DAYS)))
    return [
        round(1 - one.recorded_sessions / one.event_sessions, 6) if one and one.event_sessions else UNKNOWN_SHARE
        for one in each
    ]

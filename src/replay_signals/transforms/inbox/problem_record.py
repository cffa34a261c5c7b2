"""From a problem's row to its inbox record, and whether an inbox lacks it. Pure.

The record is complete for whoever starts to fix it: what many sessions say is in `problem`, the rest of it (page,
element, visitor, evidence, recording) is the best example, so one can look at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import get_args

import msgspec

from replay_signals.schemas.inbox import Fix, Impact, InboxRecord, Problem, Said, Status, Where, Who
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rows import SessionRow, SignalRow
from replay_signals.transforms.inbox.record import inbox_record
from replay_signals.transforms.problems.kinds import kind_of
from replay_signals.transforms.problems.revise import moved
from replay_signals.transforms.problems.told import ENDED, Told, is_open

FOUND = "found"
STATUSES: dict[str, Status] = {status: status for status in get_args(Status)}
CLOSED = (*ENDED, "dismissed", "snoozed", "fix_claimed")
"""Statuses of records whose ticket is closed, for now or for good."""


def problem_record(
    row: ProblemRow,
    *,
    produced_at: datetime,
    example: SignalRow | None = None,
    session: SessionRow | None = None,
    brief: str = "",
    still_url: str = "",
) -> InboxRecord:
    """The complete record of a problem; `example` is the leading signal of its best example, where it still is."""
    shown = (
        _blank(row, produced_at) if example is None else inbox_record(example, produced_at=produced_at, session=session)
    )
    return msgspec.structs.replace(
        shown,
        id=row.problem_id,
        record_type="problem",
        revision=row.revision,
        status=STATUSES.get(row.status, "revised"),
        team=row.team,
        kind=row.kind,
        problem_type=kind_of(row.failure).problem_type,
        title=row.title,
        summary=row.summary,
        verdict=FOUND,
        confidence=row.confidence,
        severity=row.severity,
        components=row.components,
        weight=row.weight,
        rules_version=row.rules_version,
        impact=Impact(sessions=row.sessions, users=row.users, exposed_sessions=row.used_sessions),
        incident_id="",
        is_leading=False,
        failure=row.failure,
        cause=row.cause,
        problem_id=row.problem_id,
        problem=_problem(row),
        brief=brief,
        still_url=still_url,
    )


def is_news(row: ProblemRow, known: InboxRecord | None) -> bool:
    """Whether an inbox, which knows this of a problem, lacks what its row says.

    One that never heard of a problem does not hear of its end, nor of one that people want to hear nothing of. One that
    outlives a warehouse may know a revision that the table has yet to come to: then what it says is what counts.
    """
    if known is None:
        return is_open(row)
    said = _told(known)
    return row.revision > known.revision or (moved(said, row) and not (row.is_quiet and said.verdict == row.verdict))


def is_quiet_record(record: InboxRecord) -> bool:
    """Whether people asked to hear nothing of a record's problem, and that still holds."""
    return record.problem is not None and record.problem.said is not None and record.problem.said.holds


def is_open_record(record: InboxRecord) -> bool:
    """Whether a record is of a problem that is to be looked at."""
    return record.problem is not None and record.status not in CLOSED and record.problem.state not in ENDED


def announced(record: InboxRecord, known: InboxRecord | None) -> InboxRecord:
    """A record that is news, as the inbox has to say it: under a revision that is free there."""
    if known is None:
        return msgspec.structs.replace(record, status="new")
    return msgspec.structs.replace(record, revision=max(record.revision, known.revision + 1))


def example_of(row: ProblemRow, found: Iterable[SignalRow]) -> SignalRow | None:
    """The leading signal of the best example that is still in the tables."""
    ids = {row.problem_id, *row.aliases}
    by_example = {f"{one.session_id}@{one.offset_ms}": one for one in found if one.is_leading and one.problem_id in ids}
    return next((by_example[name] for name in row.examples if name in by_example), None)


def session_of(example: str) -> str:
    """The session of `session_id@offset_ms`."""
    return example.rpartition("@")[0]


def _problem(row: ProblemRow) -> Problem:
    return Problem(
        state=row.state,
        places=row.places,
        affected_share=row.affected_share,
        comparison=row.comparison,
        comparison_reason=row.comparison_reason,
        outcome=row.outcome,
        effect=row.effect,
        effect_low=row.effect_low,
        effect_high=row.effect_high,
        users_per_day=row.users_per_day,
        time_lost_ms=row.time_lost_ms,
        value_lost=row.value_lost,
        trend=row.trend,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        onset=_onset(row.onset, row.onset_low, row.onset_high),
        started_with=row.started_with,
        lifts=row.lifts,
        priority=row.priority,
        examples=row.examples,
        aliases=row.aliases,
        merged_into=row.merged_into,
        next_step=kind_of(row.failure).next_step,
        said=_said(row),
        fix=_fix(row),
    )


def _said(row: ProblemRow) -> Said | None:
    if row.verdict_at is None:
        return None
    return Said(
        verdict=row.verdict,
        reason=row.verdict_reason,
        by=row.verdict_by,
        at=row.verdict_at,
        until="" if row.verdict_until is None else row.verdict_until.isoformat(),
        holds=row.is_quiet,
    )


def _fix(row: ProblemRow) -> Fix | None:
    if not row.fix:
        return None
    return Fix(
        verdict=row.fix,
        gone_out=row.fix_with,
        on="" if row.fix_on is None else row.fix_on.isoformat(),
        affected=row.fix_affected,
        exposed=row.fix_exposed,
        effect=row.fix_effect,
        effect_low=row.fix_effect_low,
        effect_high=row.fix_effect_high,
    )


def _onset(day: date | None, low: date | None, high: date | None) -> str:
    return "" if day is None or low is None or high is None else f"{day} ({low} to {high})"


def _told(known: InboxRecord) -> Told:
    """What an inbox's record said that a reader acts on."""
    of = known.problem
    assert of is not None, "a problem's record"
    return Told(
        of.state,
        known.severity,
        of.effect,
        of.effect_low,
        of.effect_high,
        of.comparison,
        of.onset.partition(" ")[0],
        of.started_with,
        of.aliases,
        of.merged_into,
        of.said.verdict if of.said else "",
    )


def _blank(row: ProblemRow, produced_at: datetime) -> InboxRecord:
    """A record without an example: its sessions were forgotten, or their days were replaced."""
    return InboxRecord(
        id=row.problem_id,
        record_type="problem",
        revision=row.revision,
        status="new",
        team=row.team,
        kind=row.kind,
        problem_type=kind_of(row.failure).problem_type,
        title=row.title,
        summary=row.summary,
        where=Where(
            page="", page_pattern=row.places[0] if row.places else "", element=row.element,
            element_key=row.element_key, place=row.place,
        ),
        who=Who(session_id="", window_id="", distinct_id=""),
        started_at=row.first_seen,
        ended_at=row.last_seen,
        offset_ms=0,
        verdict=FOUND,
        confidence=row.confidence,
        severity=row.severity,
        components=row.components,
        weight=row.weight,
        click_count=0,
        evidence="{}",
        flags={},
        rules_version=row.rules_version,
        produced_at=produced_at,
    )  # fmt: skip

"""From table rows to what leaves the system: inbox records, JSON lines and PostHog's signal input."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from replay_signals.schemas.inbox import InboxRecord, ProblemType, Recording, Where, Who
from replay_signals.schemas.rows import SessionRow, SignalRow
from replay_signals.schemas.signal_input import EventHistoryItem, SessionProblemExtra, SessionProblemSignalInput

PROBLEM_TYPES: dict[str, ProblemType] = {
    "blocking_exception": "blocking_exception",
    "error_click": "blocking_exception",  # the click threw and did nothing
    "console_error": "non_blocking_exception",
    "failed_request": "failure",
    "slow_response": "failure",
    "dead_end": "failure",
    "refresh_loop": "failure",
    "form_abandonment": "abandonment",
    "unexpected_exit": "abandonment",
}
"""PostHog's problem type of a kind; every other kind is `confusion`: the visitor expected something else."""

_FIRST = ("session_id", "kind", "started_at", "ended_at", "page", "element", "verdict", "confidence", "severity")


def inbox_record(signal: SignalRow, *, produced_at: datetime, session: SessionRow | None = None) -> InboxRecord:
    """The complete record of a signal; `session` adds the span of its recording."""
    recording = None
    if session is not None:
        recording = Recording(
            started_at=session.started_at, ended_at=session.ended_at, active_ms=session.active_ms
        )
    return InboxRecord(
        id=signal.signal_id,
        record_type="signal",
        revision=signal.revision,
        status=_status(signal.status),
        team=signal.team,
        kind=signal.kind,
        problem_type=PROBLEM_TYPES.get(signal.kind, "confusion"),
        title=title(signal.kind, signal.element, signal.page_pattern),
        summary=signal.summary,
        where=Where(
            page=signal.page,
            page_pattern=signal.page_pattern,
            element=signal.element,
            element_key=signal.element_key,
            x_px=signal.x_px,
            y_px=signal.y_px,
        ),
        who=Who(
            session_id=signal.session_id,
            window_id=signal.window_id,
            distinct_id=signal.distinct_id,
            person_id=signal.person_id,
        ),
        started_at=signal.started_at,
        ended_at=signal.ended_at,
        offset_ms=signal.offset_ms,
        verdict=signal.verdict,
        confidence=signal.confidence,
        severity=signal.severity,
        components=signal.components,
        weight=weight(signal),
        click_count=signal.click_count,
        evidence=signal.evidence,
        flags=signal.flags,
        rules_version=signal.rules_version,
        produced_at=produced_at,
        reaction_ms=signal.reaction_ms,
        recording=recording,
    )

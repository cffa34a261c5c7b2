"""judge_session: from the evidence about one session to its rows in every table, in `detect`, batch and stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from replay_signals.schemas.digests import MessageDigest, SessionDigest, to_row
from replay_signals.schemas.messages import DeadLetter, SourcePosition
from replay_signals.schemas.rows import EventRow, SessionVerdict
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.judge.caps import events_within, messages_within
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.parse.values import dead_of_bug
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.table_rows import Rows, canonical, one_per_key

JUDGED_TABLES = (
    "sessions",
    "signals",
    "interactions",
    "console_logs",
    "network_requests",
    "page_views",
    "exceptions",
)


class JudgedSession(msgspec.Struct, frozen=True):
    """Rows of a session as the tables give them back, before revisions (revision 1, status `new`).

    `rows` has `message_digests` and `events` always, and JUDGED_TABLES unless there is a `failure`: a bug met by this
    session, as a dead letter that names it. Its evidence is kept, so it can be judged again after a fix.
    """

    rows: Rows
    failure: DeadLetter | None = None


def judge_session(
    digests: Iterable[MessageDigest], events: Iterable[EventRow], rules: Rules, *, truncated: bool = False
) -> JudgedSession:
    """Judges everything that is known about one session, in any order and with any repetition. Total.

    Of copies of a message or an event one counts, the same in any order. `truncated` says that evidence over a cap was
    let go before. Raises ValueError when there is no message, or they are of two sessions.
    """
    session = session_of(digests)
    messages = list(session.messages.values())
    copies: list[EventRow] = list(one_per_key("events", events).values())
    ordered = sorted(copies, key=lambda row: (row.occurred_at, row.uuid))
    rows: Rows = {"message_digests": [to_row(one) for one in messages], "events": ordered}
    try:
        return JudgedSession(rows | _judged(session, ordered, rules, truncated))
    except Exception as error:  # noqa: BLE001 - a bug in a detector costs one session's judgement, not the run
        return JudgedSession(rows, _failure(session, error))


def _judged(session: SessionDigest, events: Sequence[EventRow], rules: Rules, truncated: bool) -> Rows:
    """Raises whatever a detector or a strange input makes of itself."""
    messages = messages_within(session.messages.values(), rules.session)
    capped = events_within(events, rules.session)
    truncated = truncated or len(messages) < len(session.messages) or len(capped) < len(events)
    within = SessionDigest(session.team, session.session_id, {one.message_id: one for one in messages})
    verdict = judge(within, [event_of(row) for row in capped], rules)
    return {table: list(one_per_key(table, rows).values()) for table, rows in _rows(verdict, truncated).items()}


def _rows(verdict: SessionVerdict, truncated: bool) -> Rows:
    """Raises msgspec.ValidationError when a row does not fit its table."""
    session = msgspec.structs.replace(verdict.session, truncated=verdict.session.truncated or truncated)
    found: Rows = {"sessions": [session]} | {table: getattr(verdict, table) for table in JUDGED_TABLES[1:]}
    return {table: canonical(table, rows) for table, rows in found.items()}


def _failure(session: SessionDigest, error: Exception) -> DeadLetter:
    received = [one.received_ms for one in session.messages.values() if one.received_ms is not None]
    return dead_of_bug(
        error,
        SourcePosition(f"session:{session.session_id}"),
        what="judge failed",
        team=session.team,
        session_id=session.session_id,
        received_ms=max(received, default=None),
    )

"""judge_session: from the evidence about one session to its rows in every table, in `detect`, batch and stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from replay_signals.schemas.digests import MessageDigest, SessionDigest, to_row
from replay_signals.schemas.messages import DeadLetter, Reason, SourcePosition
from replay_signals.schemas.rows import EventRow, SessionRow, SessionVerdict
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.records import CorruptDigest, records_of
from replay_signals.transforms.evidence.dead_letters import misfit_letter
from replay_signals.transforms.judge.caps import events_within, messages_within
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors
from replay_signals.transforms.parse.values import dead, dead_of_bug
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.table_rows import Misfit, Rows, canonical, fitted, one_per_key

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
    session, as a dead letter that names it. Its evidence is kept, so it can be judged again after a fix. `partial` are
    dead letters of what it was judged without: messages whose digest is damaged, and single rows that do not fit their
    table; the session's own row stays, without the value to blame.
    """

    rows: Rows
    failure: DeadLetter | None = None
    partial: list[DeadLetter] = []

    @property
    def letters(self) -> list[DeadLetter]:
        """All that became of the judgement but rows."""
        return self.partial if self.failure is None else [self.failure]


def judge_session(
    digests: Iterable[MessageDigest],
    events: Iterable[EventRow],
    rules: Rules,
    priors: Priors = NO_PRIORS,
    *,
    truncated: bool = False,
) -> JudgedSession:
    """Judges everything that is known about one session, in any order and with any repetition. Total.

    Of copies of a message or an event one counts, the same in any order. `priors` are what elements did for other
    visitors; `truncated` says that evidence over a cap was let go before. Raises ValueError when there is no message,
    or they are of two sessions.
    """
    session = session_of(digests)
    messages = list(session.messages.values())
    copies: list[EventRow] = list(one_per_key("events", events).values())
    ordered = sorted(copies, key=lambda row: (row.occurred_at, row.uuid))
    rows: Rows = {"message_digests": [to_row(one) for one in messages], "events": ordered}
    try:
        found, misfits = _judged(session, ordered, rules, priors, truncated)
        received_ms = _received_ms(session)
        damaged = [_damage(one) for one in messages if found["sessions"][0].truncated and _is_corrupt(one)]
        return JudgedSession(rows | found, partial=[*damaged, *(misfit_letter(one, received_ms) for one in misfits)])
    except Exception as error:  # noqa: BLE001 - a bug in a detector costs one session's judgement, not the run
        return JudgedSession(rows, _failure(session, error))


def _judged(
    session: SessionDigest, events: Sequence[EventRow], rules: Rules, priors: Priors, truncated: bool
) -> tuple[Rows, list[Misfit]]:
    """Raises whatever a detector or a strange input makes of itself."""
    messages = messages_within(session.messages.values(), rules.session)
    capped = events_within(events, rules.session)
    truncated = truncated or len(messages) < len(session.messages) or len(capped) < len(events)
    within = SessionDigest(session.team, session.session_id, {one.message_id: one for one in messages})
    verdict = judge(within, [event_of(row) for row in capped], rules, priors)
    found, misfits = _rows(verdict, truncated)
    return {table: list(one_per_key(table, rows).values()) for table, rows in found.items()}, misfits


def _rows(verdict: SessionVerdict, truncated: bool) -> tuple[Rows, list[Misfit]]:
    """Rows that fit their tables, and what does not."""
    session = msgspec.structs.replace(verdict.session, truncated=verdict.session.truncated or truncated)
    rows: Rows = {}
    session_rows, misfits = _session_row(session)
    rows["sessions"] = session_rows
    for table in JUDGED_TABLES[1:]:
        rows[table], unfit = fitted(table, getattr(verdict, table))
        misfits += unfit
    return rows, misfits


def _session_row(row: SessionRow) -> tuple[list[Any], list[Misfit]]:
    """The session's row, on which the revisions of all others hang: a value that does not fit is left empty.

    Raises what `canonical` does when nothing makes it fit.
    """
    misfits: list[Misfit] = []
    for _ in row.__struct_fields__:
        kept, unfit = fitted("sessions", [row])
        if not unfit:
            return kept, misfits
        misfits += unfit
        row = _emptied(row, unfit[0].column)
    return canonical("sessions", [row]), misfits


def _emptied(row: SessionRow, column: str) -> SessionRow:
    """The row with the first empty value that its column takes."""
    empties: tuple[Any, ...] = (None, 0, "", False, [], {})
    for empty in empties:
        changed = msgspec.structs.replace(row, **{column: empty})
        if all(one.column != column for one in fitted("sessions", [changed])[1]):
            return changed
    return row


def _is_corrupt(message: MessageDigest) -> bool:
    try:
        records_of(message)
    except CorruptDigest:
        return True
    return False


def _damage(message: MessageDigest) -> DeadLetter:
    return dead(
        SourcePosition(f"digest:{message.message_id}"),
        Reason.CORRUPT_DIGEST,
        "the stored digest of a message cannot be decoded; the session was judged without it",
        team=message.team,
        session_id=message.session_id,
        received_ms=message.received_ms,
    )


def _failure(session: SessionDigest, error: Exception) -> DeadLetter:
    return dead_of_bug(
        error,
        SourcePosition(f"session:{session.session_id}"),
        what="judge failed",
        team=session.team,
        session_id=session.session_id,
        received_ms=_received_ms(session),
    )


def _received_ms(session: SessionDigest) -> int | None:
    received = [one.received_ms for one in session.messages.values() if one.received_ms is not None]
    return max(received, default=None)

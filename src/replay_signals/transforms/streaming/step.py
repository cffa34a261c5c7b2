"""Step: what one call of the live operator asks its engine to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from replay_signals.schemas.clocks import BrokerMs
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.messages import DeadLetter, SourcePosition
from replay_signals.transforms.evidence.dead_letters import unexpected_letter
from replay_signals.transforms.expectations.rows import unexpected
from replay_signals.transforms.parse.values import dead_of_bug
from replay_signals.transforms.streaming.codec import StateError

T = TypeVar("T")


class Late(msgspec.Struct, frozen=True):
    """A message or event whose session's evidence is no longer in state: its row was written, nobody judged it.

    `kind` is `message` or `event`, `id` the message id or uuid. `rejudge` works from the tables.
    """

    team: str
    session_id: str
    kind: str
    id: str
    received_ms: BrokerMs


class Step(msgspec.Struct):
    """Outputs of one call, in the order in which they are to be emitted.

    `rows` are (table, row), complete with revision and status, as they will come back from the tables. `timer_ms` is an
    event-time timer to set (epoch ms, broker clock), None when the one that is set is enough; none ever needs deleting.
    `last_received_ms` comes with it: how far the broker's clock had come when the session was last heard of.
    `counts` are counters to add to, by the names in `COUNTERS`.
    """

    rows: list[tuple[str, Any]] = []
    inbox: list[InboxRecord] = []
    letters: list[DeadLetter] = []
    late: list[Late] = []
    timer_ms: int | None = None
    last_received_ms: int = 0
    counts: dict[str, int] = {}

    def count(self, name: str, by: int = 1) -> None:
        """Adds to a counter."""
        self.counts[name] = self.counts.get(name, 0) + by

    def write(self, table: str, row: Any, now_ms: BrokerMs) -> bool:
        """Adds a row, or the dead letter of one that its table's suite does not expect; whether it is a row."""
        what = unexpected(table, row)
        if what is None:
            self.rows.append((table, row))
        else:
            self.letters.append(unexpected_letter(table, row, what, now_ms))
        return what is None

    def add(self, other: Step) -> None:
        """Appends another step's outputs."""
        self.rows += other.rows
        self.inbox += other.inbox
        self.letters += other.letters
        self.late += other.late
        for name, by in other.counts.items():
            self.count(name, by)


COUNTERS = {
    "messages": "messages taken in for the first time",
    "messages_repeated": "messages seen before",
    "messages_late": "messages of sessions that had closed and were opened again",
    "messages_expired": "messages of sessions whose evidence is gone",
    "messages_capped": "messages over a cap: kept as a row, not judged",
    "events": "events taken in for the first time",
    "events_repeated": "events seen before",
    "events_late": "events of sessions that had closed and were opened again",
    "events_expired": "events of sessions whose evidence is gone",
    "events_capped": "events over the cap: kept as a row, not judged",
    "sessions_opened": "sessions whose first message came",
    "sessions_closed": "sessions judged as a whole for the first time",
    "sessions_rejudged": "sessions judged as a whole again, because of late evidence",
    "sessions_expired": "sessions whose evidence was let go",
    "judged_interim": "judgements of a session's tail",
    "judged_messages": "message digests read by judgements",
    "judge_failed": "judgements that a bug ended, or whose session row is refused; the session has a dead letter",
    "signals_new": "signals published for the first time",
    "signals_revised": "signals published again with other content",
    "signals_retracted": "signals taken back",
    "signals_recovered": "records in the inbox that a crash made the job forget, learned of again",
    "signals_late": "sessions that had closed and were opened again because of such a record",
}
"""Every counter a step may carry, with its meaning."""


class Arrival(msgspec.Struct, frozen=True):
    """When a record came, broker's clock, and where it stands in its topic; None where no topic is known."""

    now_ms: BrokerMs
    position: SourcePosition | None = None


def guarded(
    step: Step,
    session: tuple[str, str],
    what: str,
    arrival: Arrival,
    work: Callable[[Step], T],
) -> T | None:
    """Runs pure work; a bug in it costs its own outputs and gives a dead letter, not the end of the job.

    Nothing in `work` may write to a store: an engine's errors must stop the job, and state is written whole or not.
    """
    own = Step()
    try:
        result = work(own)
    except StateError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a detector or a strange input makes of itself
        team, session_id = session
        position = arrival.position or SourcePosition(f"session:{session_id}")
        letter = dead_of_bug(error, position, what=what, team=team, session_id=session_id, received_ms=arrival.now_ms)
        step.letters.append(letter)
        return None
    step.add(own)
    return result

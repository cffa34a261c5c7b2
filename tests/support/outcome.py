"""From recorded events to rows, the way a job does it: digest, merge, judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent, SnapshotMessage, SourcePosition
from replay_signals.schemas.rows import InteractionRow, SessionVerdict, SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.evidence.extract import event_evidence
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors
from replay_signals.transforms.judge.session import JUDGED_TABLES, judge_session
from support.dom import Json
from support.evidence import assert_declared

START_MS = 1_795_490_000_000
POSITION = SourcePosition("visit.jsonl")


def message(events: Sequence[Json] | bytes, **fields: Any) -> SnapshotMessage:
    """One message; `events` may be raw bytes."""
    items = events if isinstance(events, bytes) else json.dumps(events, ensure_ascii=False).encode()
    defaults: dict[str, Any] = {"team": "team", "session_id": "session-1", "window_id": "window-1"}
    return SnapshotMessage(items=items, **(defaults | {"position": POSITION} | fields))


def digested(events: Sequence[Json] | bytes, **fields: Any) -> MessageDigest:
    """The digest of a message that has to be accepted."""
    made = digest(message(events, **fields))
    assert isinstance(made, MessageDigest), made
    return made


def verdict_of(
    messages: Iterable[MessageDigest],
    events: Sequence[AnalyticsEvent] = (),
    rules: Rules | None = None,
    priors: Priors = NO_PRIORS,
    letters: int = 0,
) -> SessionVerdict:
    """The rows of a session that is judged with so many dead letters."""
    made = judge_session(messages, [event_evidence(event) for event in events], rules or Rules(), priors)
    assert len(made.letters) == letters, made.letters
    for signal in made.rows["signals"]:
        assert_declared(signal.kind, json.loads(signal.evidence))
    judged_rows = {table: made.rows[table] for table in JUDGED_TABLES if table != "sessions"}
    return SessionVerdict(session=made.rows["sessions"][0], **judged_rows)


def judged(
    recorded: Mapping[str, Sequence[Json]],
    events: Sequence[AnalyticsEvent],
    rules: Rules,
    session: str = "session-1",
    distinct_id: str = "user-1",
    priors: Priors = NO_PRIORS,
) -> Outcome:
    """Judges events by window, one message each."""
    messages = [
        digested(own, window_id=window, session_id=session, distinct_id=distinct_id) for window, own in recorded.items()
    ]
    return Outcome(verdict_of(messages, events, rules, priors))


@dataclass(frozen=True)
class Outcome:
    """A verdict, asked for by kind and element instead of by column."""

    rows: SessionVerdict

    @property
    def kinds(self) -> list[str]:
        return [s.kind for s in self.rows.signals]

    def signal(self, kind: str) -> SignalRow:
        """The only signal of a kind."""
        found = [s for s in self.rows.signals if s.kind == kind]
        assert len(found) == 1, f"{len(found)} of {kind} among {self.kinds}"
        return found[0]

    def evidence(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.signal(kind).evidence)
        return found

    def click(self, name: str) -> InteractionRow:
        """The last click on the element with this id attribute."""
        found = [i for i in self.rows.interactions if f"#{name}" in i.element or i.element_key == name]
        assert found, f"no click on {name} among {[i.element for i in self.rows.interactions]}"
        return found[-1]

    def verdicts(self) -> list[str]:
        return [i.verdict for i in self.rows.interactions]

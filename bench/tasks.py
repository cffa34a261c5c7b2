"""Our functions and the parsers they are measured beside. Every result is dropped at once, as in a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import msgspec
import orjson

from bench.recordings import Session, read_to_the_end
from bench.timing import Task
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import DeadLetter, SnapshotMessage
from replay_signals.schemas.privacy import Privacy
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.judge.judgement import judge
from replay_signals.transforms.privacy.policy import Policy

PARSE = "parse"
DIGEST = "digest"
DIGEST_BARE = "digest, no rules of privacy"
JUDGE = "judge"
BOTH = "digest + judge"
BOTH_INFLATED = "digest + judge, inflated"
ORJSON_SENT = "orjson, as sent"
ORJSON_END = "orjson, as sent, to the end"
ORJSON_INFLATED = "orjson, inflated"
MSGSPEC_SENT = "msgspec, as sent"
MSGSPEC_INFLATED = "msgspec, inflated"

_RULES = Rules()
_NO_PRIVACY = Policy(Privacy(enabled=False))
_msgspec = msgspec.json.Decoder()


def tasks_of(sessions: Sequence[Session]) -> list[Task]:
    """One task a row of the table."""
    digests = {session.name: digests_of(session.messages) for session in sessions}
    return [
        _task(PARSE, sessions, _parse, "request bodies to messages and events"),
        _task(DIGEST, sessions, lambda s: _each(digest, s.messages), "messages to digests"),
        _task(DIGEST_BARE, sessions, lambda s: _each(_bare_digest, s.messages), "the same, and every text stays"),
        _task(JUDGE, sessions, lambda s: _judge(digests[s.name], s), "digests and analytics events to all rows"),
        _task(BOTH, sessions, _both, "both of these"),
        _task(BOTH_INFLATED, sessions, _both_inflated, "the same, of rrweb events without compressed fields"),
        _task(ORJSON_SENT, sessions, _orjson_sent, "request bodies, compressed fields stay text"),
        _task(ORJSON_END, sessions, _orjson_end, "the same, then inflates and parses the compressed fields"),
        _task(ORJSON_INFLATED, sessions, _of_inflated(orjson.loads), "rrweb events without compressed fields"),
        _task(MSGSPEC_SENT, sessions, _msgspec_sent, "request bodies to untyped values"),
        _task(MSGSPEC_INFLATED, sessions, _of_inflated(_msgspec.decode), "the same events to untyped values"),
    ]


def digests_of(messages: Iterable[SnapshotMessage]) -> list[MessageDigest]:
    """Digests of a session; raises ValueError for a message that was rejected, since nothing would be measured."""
    digests = []
    for message in messages:
        digested = digest(message)
        if isinstance(digested, DeadLetter):
            raise ValueError(f"{message.position}: {digested.reason}: {digested.detail}")
        digests.append(digested)
    return digests


def _task(name: str, sessions: Sequence[Session], run: Callable[[Session], None], note: str) -> Task:
    return Task(name, [partial(run, session) for session in sessions], note)


def _each(function: Callable[[Any], object], items: Iterable[Any]) -> None:
    for item in items:
        function(item)


def _bare_digest(message: SnapshotMessage) -> object:
    return digest(message, _NO_PRIVACY)


def _parse(session: Session) -> None:
    for body in session.bodies:
        body.parse()


def _judge(digests: list[MessageDigest], session: Session) -> None:
    judge(session_of(digests), session.events, _RULES)


def _both(session: Session) -> None:
    _judge(digests_of(session.messages), session)


def _both_inflated(session: Session) -> None:
    _judge(digests_of(session.inflated), session)


def _orjson_sent(session: Session) -> None:
    for body in session.bodies:
        orjson.loads(body.body)


def _orjson_end(session: Session) -> None:
    for body in session.bodies:
        for event in _snapshot_items(orjson.loads(body.body)):
            read_to_the_end(event)


def _snapshot_items(body: Any) -> Iterable[dict[str, Any]]:
    """rrweb events of a parsed body: one event, a list of events, or a batch."""
    events = body if isinstance(body, list) else body.get("batch", [body])
    for event in events:
        yield from event.get("properties", {}).get("$snapshot_data", ())


def _msgspec_sent(session: Session) -> None:
    for body in session.bodies:
        _msgspec.decode(body.body)


def _of_inflated(parse: Callable[[bytes], object]) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        for message in session.inflated:
            parse(message.items)

    return run

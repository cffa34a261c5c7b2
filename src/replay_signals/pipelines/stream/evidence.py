"""evidence: one Kafka message to what is kept of it. Raw payload ends here. No engine in here.

Everything that comes out is keyed by its owner (a session, or an event without one), so that all evidence about an
owner meets in one place. What is rejected is a dead letter with its position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from replay_signals.pipelines.evidence import DIGEST, EVENT, LETTER, Owner, letter_row, owner_of_event, pack
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, Reason, Record, SnapshotMessage, SourcePosition
from replay_signals.transforms.digest.rejects import digested
from replay_signals.transforms.parse.kafka import parse_kafka_event, parse_kafka_snapshot
from replay_signals.transforms.parse.values import dead
from replay_signals.transforms.session.analytics import event_row

UNKNOWN_TEAM = "header_token_present_team_missing_or_disabled"
"""PostHog's name for a token that is not configured (facts: team filter)."""


class Arrived(msgspec.Struct, frozen=True):
    """One Kafka message as the source hands it over."""

    value: bytes | None
    headers: Mapping[str, bytes | None]
    timestamp_ms: int | None
    position: SourcePosition


class Evidence(msgspec.Struct, frozen=True):
    """What is kept of a message: its owner, the kind of part, and the part's bytes."""

    owner: str
    kind: str
    body: bytes


Parse = Callable[..., list[Record]]
PARSERS: dict[str, Parse] = {"snapshots": parse_kafka_snapshot, "events": parse_kafka_event}


def evidence_of(topic: str, arrived: Arrived, teams: frozenset[str]) -> list[Evidence]:
    """All evidence in one message of a topic (`snapshots` or `events`). Total."""
    try:
        records = PARSERS[topic](arrived.value, arrived.headers, arrived.timestamp_ms, arrived.position)
        return [kept for record in records for kept in _kept(_checked(record, arrived, teams))]
    except Exception as error:  # noqa: BLE001 - a bug met by one message costs that message, not the job
        detail = f"{type(error).__name__}: {error}"
        return [*_kept(_rejected(arrived, Reason.INTERNAL, detail))]


def _checked(record: Record, arrived: Arrived, teams: frozenset[str]) -> Record:
    if isinstance(record, DeadLetter) or not teams or record.team in teams:
        return record
    return _rejected(arrived, UNKNOWN_TEAM, "the token is not configured", record.team)


def _rejected(arrived: Arrived, reason: str, detail: str, team: str = "") -> DeadLetter:
    return dead(arrived.position, reason, detail, arrived.value or b"", team=team, received_ms=arrived.timestamp_ms)


def _kept(record: Record) -> Iterator[Evidence]:
    for one in digested(record) if isinstance(record, SnapshotMessage) else [record]:
        if isinstance(one, MessageDigest):
            yield Evidence(key_of(Owner(one.team, one.session_id)), *pack(DIGEST, one))
        elif isinstance(one, AnalyticsEvent):
            row = event_row(one)
            yield Evidence(key_of(owner_of_event(row)), *pack(EVENT, row))
        else:
            yield Evidence("", *pack(LETTER, letter_row(one)))


def key_of(owner: Owner) -> str:
    """An owner as the text that engines partition by."""
    return msgspec.json.encode([_whole(part) for part in msgspec.structs.astuple(owner)]).decode()


def _whole(text: str) -> str:
    """Without lone surrogates, which no encoding can carry."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")

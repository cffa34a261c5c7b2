"""Evidence in one Kafka message of PostHog's topics, with its team filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from replay_signals.schemas.messages import DeadLetter, Reason, Record, SourcePosition
from replay_signals.transforms.digest.masking import DEFAULT_POLICY
from replay_signals.transforms.evidence.extract import Evidence, evidence_in
from replay_signals.transforms.parse.kafka import parse_kafka_event, parse_kafka_snapshot
from replay_signals.transforms.parse.values import dead
from replay_signals.transforms.privacy.policy import Policy

PARSERS: dict[str, Callable[..., list[Record]]] = {"snapshots": parse_kafka_snapshot, "events": parse_kafka_event}
"""By the topic's role."""


class KafkaMessage(msgspec.Struct, frozen=True):
    """One message as a consumer hands it over; `timestamp_ms` is the broker's."""

    value: bytes | None
    headers: Mapping[str, bytes | None]
    timestamp_ms: int | None
    position: SourcePosition


def evidence_of_kafka(
    role: str, message: KafkaMessage, teams: frozenset[str] = frozenset(), policy: Policy = DEFAULT_POLICY
) -> Iterator[Evidence]:
    """All evidence in one message of a topic (`snapshots` or `events`). Total. Without `teams` every team is known."""

    def parse() -> Iterator[Record]:
        for record in PARSERS[role](message.value, message.headers, message.timestamp_ms, message.position):
            yield _known(record, message, teams)

    return evidence_in(parse, message.value or b"", message.position, received_ms=message.timestamp_ms, policy=policy)


def _known(record: Record, message: KafkaMessage, teams: frozenset[str]) -> Record:
    if isinstance(record, DeadLetter) or not teams or record.team in teams:
        return record
    return dead(
        message.position,
        Reason.UNKNOWN_TEAM,
        "the token is not configured",
        message.value or b"",
        team=record.team,
        received_ms=message.timestamp_ms,
    )

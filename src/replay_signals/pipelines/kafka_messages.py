"""Recordings as the messages that PostHog's services would put on Kafka.

A request's snapshots become one message of the snapshot topic, as capture writes it: `data` is JSON within JSON, the
token is a header, the key is the session. Analytics events become what PostHog's ingestion writes to
`clickhouse_events_json`: properties as JSON text, ClickHouse's form of times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from replay_signals.schemas.digests import EPOCH, at
from replay_signals.schemas.messages import AnalyticsEvent, Record, SnapshotMessage

SNAPSHOTS: Literal["snapshots"] = "snapshots"
EVENTS: Literal["events"] = "events"
Headers = list[tuple[str, bytes | None]]


class Outgoing(msgspec.Struct, frozen=True):
    """One message to send: the topic's role, when it arrived (epoch ms, the broker's timestamp), and its parts."""

    topic: Literal["snapshots", "events"]
    timestamp_ms: int
    key: bytes
    value: bytes
    headers: Headers


def messages_of(records: Iterable[Record]) -> Iterator[Outgoing]:
    """Messages of records in their order; dead letters have none. A record without arrival time has that of its client."""
    for record in records:
        if isinstance(record, SnapshotMessage):
            yield snapshot_message(record)
        elif isinstance(record, AnalyticsEvent):
            yield event_message(record)


def snapshot_message(message: SnapshotMessage) -> Outgoing:
    """As capture writes it (facts: producer side of capture, and its envelope)."""
    received = message.received_ms or message.sent_ms or 0
    uuid = str(UUID(message.message_id))
    now = _rfc3339(received)
    properties = {
        "distinct_id": message.distinct_id,
        "$session_id": message.session_id,
        "$window_id": message.window_id,
        "$snapshot_source": message.snapshot_source,
        "$snapshot_items": msgspec.Raw(message.items),
        **({"$lib": message.snapshot_library} if message.snapshot_library else {}),
    }
    envelope = {
        "uuid": uuid,
        "distinct_id": message.distinct_id,
        "ip": "127.0.0.1",
        "data": msgspec.json.encode({"event": "$snapshot_items", "properties": properties}).decode(),
        "now": now,
        **({} if message.sent_ms is None else {"sent_at": _rfc3339(message.sent_ms)}),
        "token": message.team,
        "event": "$snapshot_items",
        "timestamp": now,
    }
    headers: Headers = [
        ("token", message.team.encode()),
        ("distinct_id", message.distinct_id.encode()),
        ("session_id", message.session_id.encode()),
        ("timestamp", str(received).encode()),
        ("event", b"$snapshot_items"),
        ("uuid", uuid.encode()),
        ("now", now.encode()),
        ("force_disable_person_processing", b"false"),
        ("historical_migration", None),  # capture sets the key always
    ]
    return Outgoing(SNAPSHOTS, received, message.session_id.encode(), msgspec.json.encode(envelope), headers)


def event_message(event: AnalyticsEvent) -> Outgoing:
    """As PostHog's ingestion writes it (facts: clickhouse_events_json)."""
    received = event.received_ms or event.timestamp_ms
    when = _clickhouse(event.timestamp_ms)
    value = {
        "uuid": event.uuid,
        "team_id": 1,
        "project_id": 1,
        "event": event.event,
        "distinct_id": event.distinct_id,
        "properties": msgspec.json.encode(event.properties).decode(),
        "timestamp": when,
        "created_at": _clickhouse(received),
        "elements_chain": event.elements_chain,
        "person_mode": "full",
        **({} if event.person_id is None else {"person_id": event.person_id}),
        **({} if not event.person_properties else {"person_properties": msgspec.json.encode(event.person_properties).decode()}),
    }
    key = f"{event.team}:{event.distinct_id}".encode("utf-8", "replace")
    return Outgoing(EVENTS, received, key, msgspec.json.encode(value), [("token", event.team.encode())])


def renamed(message: Outgoing, copy: int) -> Outgoing:
    """The same message of another visitor: ids get the number of the copy at their end."""
    raise NotImplementedError


def _rfc3339(ms: int) -> str:
    return at(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _clickhouse(ms: int) -> str:
    return (EPOCH + timedelta(milliseconds=ms)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


_ = datetime

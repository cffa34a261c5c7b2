"""Recordings as the messages that PostHog's services would put on Kafka.

A request's snapshots become one message of the snapshot topic, as capture writes it: `data` is JSON within JSON, the
token is a header, the key is the session. Analytics events become what PostHog's ingestion writes to
`clickhouse_events_json`: properties as JSON text, ClickHouse's form of times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec

from replay_signals.schemas.digests import EPOCH, at
from replay_signals.schemas.messages import AnalyticsEvent, Record, SnapshotMessage
from replay_signals.transforms.parse.values import epoch_ms

SNAPSHOTS: Literal["snapshots"] = "snapshots"
EVENTS: Literal["events"] = "events"
Headers = list[tuple[str, bytes | None]]
_COPIES = UUID(int=0)


class Outgoing(msgspec.Struct, frozen=True):
    """One message to send: the topic's role, when it arrived (epoch ms, the broker's timestamp), and its parts."""

    topic: Literal["snapshots", "events"]
    timestamp_ms: int
    key: bytes
    value: bytes
    headers: Headers


def messages_of(records: Iterable[Record]) -> Iterator[Outgoing]:
    """Messages of records in their order; dead letters have none. Without an arrival time, the client's counts."""
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
        **(
            {}
            if message.flushed_ms is None
            else {"timestamp": _rfc3339(_made_ms(message, message.flushed_ms, received))}
        ),
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


def _made_ms(message: SnapshotMessage, flushed_ms: int, received_ms: int) -> int:
    """A client's time by the clock of capture, which corrects it where the request says when it was sent."""
    return flushed_ms if message.sent_ms is None else flushed_ms - message.sent_ms + received_ms


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
        **(
            {}
            if not event.person_properties
            else {"person_properties": msgspec.json.encode(event.person_properties).decode()}
        ),
    }
    key = f"{event.team}:{event.distinct_id}".encode("utf-8", "replace")
    return Outgoing(EVENTS, received, key, msgspec.json.encode(value), [("token", event.team.encode())])


def copied(record: Record, number: int) -> Record:
    """The record of another visitor: session, distinct id and uuid carry the number of the copy; 0 changes nothing."""
    if number == 0 or not isinstance(record, SnapshotMessage | AnalyticsEvent):
        return record
    ids = {
        name: f"{getattr(record, name)[:55]}-{number}"
        for name in ("session_id", "distinct_id")
        if getattr(record, name)
    }
    if isinstance(record, AnalyticsEvent):
        ids["uuid"] = str(uuid5(_COPIES, f"{record.uuid}-{number}"))
    return msgspec.structs.replace(record, **ids)


def moved(message: Outgoing, by_ms: int) -> Outgoing:
    """The message `by_ms` later by every clock: the broker's, the sender's, and those of the events inside."""
    if by_ms == 0:
        return message
    later = message.timestamp_ms + by_ms
    envelope: dict[str, Any] = msgspec.json.decode(message.value)
    if message.topic == EVENTS:
        for name in ("timestamp", "created_at"):
            envelope[name] = _clickhouse((epoch_ms(envelope[name]) or 0) + by_ms)
    else:
        data = msgspec.json.decode(envelope["data"])
        for item in data["properties"]["$snapshot_items"]:
            _move_item(item, by_ms)
        envelope["data"] = msgspec.json.encode(data).decode()
        for name in ("now", "sent_at", "timestamp"):
            if name in envelope:
                envelope[name] = _rfc3339((epoch_ms(envelope[name]) or 0) + by_ms)
    return msgspec.structs.replace(message, timestamp_ms=later, value=msgspec.json.encode(envelope))


def _move_item(item: Any, by_ms: int) -> None:
    """rrweb events carry one time of their own; requests of the network plugin a second one."""
    if not isinstance(item, dict):
        return
    data = item.get("data")
    payload = data.get("payload") if isinstance(data, dict) else None
    requests = payload.get("requests") if isinstance(payload, dict) else None
    for timed in (item, *(requests if isinstance(requests, list) else ())):
        for name in ("timestamp", "timeOrigin"):
            if isinstance(timed, dict) and isinstance(timed.get(name), int | float):
                timed[name] += by_ms


def _rfc3339(ms: int) -> str:
    return at(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _clickhouse(ms: int) -> str:
    return (EPOCH + timedelta(milliseconds=ms)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

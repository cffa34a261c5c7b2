"""PostHog's Kafka topics: `session_recording_snapshot_item_events` and `clickhouse_events_json`.

Checks and drop reasons of the snapshot topic in the order of PostHog's message-parser.ts, then its team filter. Its
rules that look into the items (no valid timestamp at all; more than 7 days from now) belong to `digest`, which sees the
items; the message's `received_ms` is the "now" they are measured from, so history replays as it would have run.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from replay_signals.schemas.messages import DeadLetter, Reason, Record, SnapshotMessage, SourcePosition
from replay_signals.schemas.wire import LIMITS, CapturedEvent, ClickHouseEvent, Limits, SnapshotItems
from replay_signals.transforms.parse import events
from replay_signals.transforms.parse.budget import Budget, TooLarge
from replay_signals.transforms.parse.json_text import MALFORMED, decode, problem
from replay_signals.transforms.parse.packed import GZIP_MAGIC, Refused, Unpacked, gunzip, unlz4
from replay_signals.transforms.parse.salvage import MAX_MESSAGE_STEPS, Damage, salvage
from replay_signals.transforms.parse.values import dead, epoch_ms, session_problem, text_of, whole_ms
from replay_signals.transforms.text import text_of_utf8, utf8

SNAPSHOT_ITEMS = "$snapshot_items"

_CAPTURED = msgspec.json.Decoder(CapturedEvent)
_ITEMS = msgspec.json.Decoder(SnapshotItems)
_CLICKHOUSE = msgspec.json.Decoder(ClickHouseEvent)


def parse_kafka_snapshot(
    value: bytes | None,
    headers: Mapping[str, bytes | None],
    timestamp_ms: int | None,
    position: SourcePosition,
    *,
    strict: bool = True,
    limits: Limits = LIMITS,
) -> list[Record]:
    """The message of one value of the snapshot topic, or a dead letter with PostHog's drop reason. Total.

    `timestamp_ms` is the broker's; `strict=False` is for values that were stored without their headers and timestamp:
    then the team is empty, and the arrival is the `now` that capture wrote into the value.
    """
    received = whole_ms(timestamp_ms)
    token = _header(headers, "token")
    if not value or (strict and received is None):
        return [
            dead(position, Reason.EMPTY, "no value, or no timestamp", value or b"", team=token, received_ms=received)
        ]
    plain = _unpacked(value, headers, limits)
    if not isinstance(plain, Unpacked):
        return [dead(position, *plain, value, team=token, received_ms=received)]
    try:
        envelope = decode(_CAPTURED, plain.data)
    except MALFORMED as error:
        return [dead(position, *problem(error), plain.data, team=token, received_ms=received)]
    if not strict and received is None:
        received = epoch_ms(envelope.now)
    records = _messages(envelope, token, received, position)
    if strict and not token and any(isinstance(record, SnapshotMessage) for record in records):
        return [dead(position, Reason.NO_TOKEN, "no token header", plain.data, received_ms=received)]
    return records


def parse_kafka_event(
    value: bytes | None,
    headers: Mapping[str, bytes | None],
    timestamp_ms: int | None,
    position: SourcePosition,
    *,
    limits: Limits = LIMITS,
) -> list[Record]:
    """The analytics event of one value of `clickhouse_events_json`, or a dead letter. Total."""
    received = whole_ms(timestamp_ms)
    token = _header(headers, "token")
    if not value:
        return [dead(position, Reason.EMPTY, "no value", team=token, received_ms=received)]
    plain = _unpacked(value, headers, limits)
    if not isinstance(plain, Unpacked):
        return [dead(position, *plain, value, team=token, received_ms=received)]
    try:
        Budget().spend(plain.data)
        event = decode(_CLICKHOUSE, plain.data)
    except TooLarge as error:
        return [dead(position, Reason.TOO_LARGE, str(error), plain.data, team=token, received_ms=received)]
    except MALFORMED as error:
        return [dead(position, *problem(error), plain.data, team=token, received_ms=received)]
    return [events.stored(event, plain.data, token, position, events.Clocks(received))]


def _messages(envelope: CapturedEvent, token: str, received_ms: int | None, position: SourcePosition) -> list[Record]:
    """The message inside `data`, and a dead letter for each of its items that is no JSON."""
    text = utf8(envelope.data)

    def rejected(reason: str, detail: str, session_id: str = "") -> list[Record]:
        return [dead(position, reason, detail, text, team=token, session_id=session_id, received_ms=received_ms)]

    damages: list[Damage] = []
    try:
        data = decode(_ITEMS, text)
    except MALFORMED as error:
        rest = salvage(text, max_steps=MAX_MESSAGE_STEPS)
        damages = rest.damages
        try:
            data = decode(_ITEMS, rest.text)
        except MALFORMED:
            reason, detail = problem(error)
            return rejected(reason if reason == Reason.TOO_DEEP else Reason.NOT_SNAPSHOT, detail)
    properties = data.properties
    session_id, items = properties.session_id, bytes(properties.items).strip()
    if data.event != SNAPSHOT_ITEMS or not items.startswith(b"[") or not session_id:
        return rejected(Reason.NOT_SNAPSHOT, "not $snapshot_items, or without an array of them or a $session_id")
    if not isinstance(session_id, str):
        return rejected(Reason.NOT_SNAPSHOT, "$session_id is no text")
    bad_id = session_problem(session_id)
    if bad_id is not None:
        return rejected(Reason.INVALID_SESSION_ID, bad_id)
    message = SnapshotMessage(
        team=token,
        session_id=session_id,
        window_id=text_of(properties.window_id) or session_id,
        items=items,
        position=position,
        distinct_id=text_of(envelope.distinct_id),
        received_ms=received_ms,
        sent_ms=epoch_ms(envelope.sent_at),
        snapshot_source=text_of(properties.source) or "web",
        snapshot_library=text_of(properties.lib) or text_of(properties.lib_old) or None,
        flushed_ms=_flushed_ms(envelope),
    )
    return [message, *(_lost(damage, message) for damage in damages)]


def _flushed_ms(envelope: CapturedEvent) -> int | None:
    """The client's time of the first snapshot, which capture moved to its own clock by `now` - `sent_at`."""
    when, now, sent = (epoch_ms(value) for value in (envelope.timestamp, envelope.now, envelope.sent_at))
    return when if when is None or now is None or sent is None else whole_ms(when - now + sent)


def _lost(damage: Damage, message: SnapshotMessage) -> DeadLetter:
    return dead(
        message.position,
        damage.reason,
        f"item {damage.item}: {damage.detail}",
        damage.text,
        team=message.team,
        session_id=message.session_id,
        received_ms=message.received_ms,
    )


def _unpacked(value: bytes, headers: Mapping[str, bytes | None], limits: Limits) -> Unpacked | Refused:
    limits = msgspec.structs.replace(limits, event_bytes=min(limits.event_bytes, limits.value_bytes))
    if _header(headers, "content-encoding").lower() == "lz4":
        unpacked = unlz4(value, limits)
    elif value[:4] == GZIP_MAGIC:
        unpacked = gunzip(value, limits)
    else:
        unpacked = Unpacked(value)
    if isinstance(unpacked, Unpacked) and len(unpacked.data) > limits.event_bytes:
        return Reason.TOO_LARGE, f"a value of {len(unpacked.data)} bytes, more than {limits.event_bytes}"
    return unpacked


def _header(headers: Mapping[str, bytes | None], name: str) -> str:
    """Text of a header; producers insert the key always, so it may be there with no value."""
    return text_of(text_of_utf8(headers.get(name) or b""))

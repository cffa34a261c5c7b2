"""Kafka messages: PostHog's checks in PostHog's order, its compression, and the analytics topic."""

from __future__ import annotations

import gzip
import json
from typing import Any

import lz4.block
import pytest

from replay_signals.schemas.messages import AnalyticsEvent, Reason, Record
from replay_signals.schemas.wire import Limits
from replay_signals.transforms.parse import parse_kafka_event, parse_kafka_snapshot
from support.wire_samples import (
    POSITION,
    RECEIVED_MS,
    SESSION,
    TEAM,
    kafka_data,
    kafka_value,
    messages,
    reasons,
    rrweb,
)

HEADERS: dict[str, bytes | None] = {"token": TEAM.encode(), "historical_migration": None}
VALUE = kafka_value("w", [rrweb(1), rrweb(2)]).encode()


def parse(value: bytes | None, headers: dict[str, bytes | None] | None = None, **more: Any) -> list[Record]:
    time = more.pop("timestamp_ms", RECEIVED_MS)
    return parse_kafka_snapshot(value, HEADERS if headers is None else headers, time, POSITION, **more)


def framed(value: bytes) -> bytes:
    """As capture frames it: little-endian size, then one block."""
    return len(value).to_bytes(4, "little") + lz4.block.compress(value, store_size=False)


def test_message() -> None:
    (message,) = messages(parse(kafka_value("w", [rrweb(1)], **{"$snapshot_source": "mobile", "$lib": "ios"}).encode()))
    assert (message.team, message.session_id, message.window_id) == (TEAM, SESSION, "w")
    assert (message.distinct_id, message.received_ms, message.sent_ms) == ("user-1", RECEIVED_MS, None)
    assert (message.snapshot_source, message.snapshot_library) == ("mobile", "ios")
    assert json.loads(message.items) == [rrweb(1)]


def test_older_library_field_and_missing_window() -> None:
    value = kafka_value("", [rrweb(1)], **{"$snapshot_library": "web", "$window_id": None}).encode()
    (message,) = messages(parse(value))
    assert (message.window_id, message.snapshot_library, message.snapshot_source) == (SESSION, "web", "web")


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(VALUE, mtime=0), gzip.compress(VALUE[:50], mtime=0) + gzip.compress(VALUE[50:], mtime=0)],
)
def test_gzip_by_magic_bytes(packed: bytes) -> None:
    assert messages(parse(packed)) == messages(parse(VALUE))


def test_lz4_by_header() -> None:
    headers = {**HEADERS, "content-encoding": b"lz4"}
    assert messages(parse(framed(VALUE), headers)) == messages(parse(VALUE))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\x01", Reason.INVALID_LZ4),
        (VALUE, Reason.TOO_LARGE),  # its first four bytes, read as a size
        (framed(VALUE)[:-5], Reason.INVALID_LZ4),
        (b"\x05" + framed(VALUE)[1:], Reason.INVALID_LZ4),
        ((2**31).to_bytes(4, "little") + b"x", Reason.TOO_LARGE),
        (framed(b"{}"), Reason.INVALID_PAYLOAD),
    ],
)
def test_broken_lz4(value: bytes, reason: str) -> None:
    assert reasons(parse(value, {**HEADERS, "content-encoding": b"lz4"})) == [reason]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.EMPTY),
        (b"\x1f\x8b\x08\x00garbage", Reason.INVALID_GZIP),
        (gzip.compress(VALUE)[:-9], Reason.INVALID_GZIP),
        (b"not json", Reason.INVALID_JSON),
        (b'{"a":' + b"[" * 100_000, Reason.TOO_DEEP),
        (b"[]", Reason.INVALID_PAYLOAD),
        (b'{"data":"{}"}', Reason.INVALID_PAYLOAD),
        (b'{"distinct_id":5,"data":"{}"}', Reason.INVALID_PAYLOAD),
        (b'{"distinct_id":"a","data":{}}', Reason.INVALID_PAYLOAD),
        (b'{"distinct_id":"a","data":"nope"}', Reason.NOT_SNAPSHOT),
        (b'{"distinct_id":"a","data":"[]"}', Reason.NOT_SNAPSHOT),
        (b'{"distinct_id":"a","data":"{\\"event\\":\\"$pageview\\",\\"properties\\":{}}"}', Reason.NOT_SNAPSHOT),
        (b'{"distinct_id":"a","data":"{\\"a\\":' + b"[" * 100_000 + b'"}', Reason.TOO_DEEP),
        (kafka_value("w", None).encode(), Reason.NOT_SNAPSHOT),
        (kafka_value("w", {"type": 3}).encode(), Reason.NOT_SNAPSHOT),
        (kafka_value("w", [rrweb(1)], **{"$session_id": ""}).encode(), Reason.NOT_SNAPSHOT),
        (kafka_value("w", [rrweb(1)], **{"$session_id": 7}).encode(), Reason.NOT_SNAPSHOT),
        (kafka_value("w", [rrweb(1)], **{"$session_id": "x" * 201}).encode(), Reason.INVALID_SESSION_ID),
        (kafka_value("w", [rrweb(1)], **{"$session_id": "a\x00b"}).encode(), Reason.INVALID_SESSION_ID),
    ],
)
def test_drop_reasons(value: bytes | None, reason: str) -> None:
    assert reasons(parse(value)) == [reason]


@pytest.mark.parametrize("time", [None, 0, -1, 10**18])
def test_a_message_without_a_usable_broker_time_is_dropped(time: int | None) -> None:
    assert reasons(parse(VALUE, timestamp_ms=time)) == [Reason.EMPTY]


@pytest.mark.parametrize("headers", [{}, {"token": None}, {"token": b""}])
def test_a_message_without_token_is_dropped(headers: dict[str, bytes | None]) -> None:
    assert reasons(parse(VALUE, headers)) == [Reason.NO_TOKEN]
    assert reasons(parse(b"not json", headers)) == [Reason.INVALID_JSON]


def test_values_stored_without_headers_take_what_capture_wrote() -> None:
    (message,) = messages(parse_kafka_snapshot(VALUE, {}, None, POSITION, strict=False))
    assert (message.team, message.received_ms) == ("", 1795489863000)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    assert reasons(parse(bomb, limits=Limits(event_bytes=1_000_000))) == [Reason.TOO_LARGE]
    assert reasons(parse(VALUE, limits=Limits(event_bytes=10))) == [Reason.TOO_LARGE]


def test_one_bad_item_does_not_lose_the_others() -> None:
    data = kafka_data("w", ["A", "HERE", "B"]).replace('"HERE"', '{"type":}')
    records = parse(json.dumps({"distinct_id": "user-1", "data": data}).encode())
    assert [json.loads(m.items) for m in messages(records)] == [["A", "B"]]
    assert reasons(records) == [Reason.INVALID_JSON]


def test_lone_surrogates_become_replacement_characters() -> None:
    inside = json.dumps({"distinct_id": "user-1", "data": kafka_data("w", [{"t": "\udc00"}])})
    outside = inside.replace("\\\\udc00", "\\udc00")
    for value in (inside, outside):
        (message,) = messages(parse(value.encode()))
        assert json.loads(message.items) == [{"t": "�"}]


EVENT: dict[str, Any] = {
    "uuid": "01a20b89-1550-7703-8ce5-2ee74b310b61",
    "team_id": 2,
    "event": "$pageview",
    "distinct_id": "user-1",
    "properties": json.dumps({"$session_id": SESSION, "$window_id": "w"}),
    "person_id": "p",
    "person_properties": '{"plan":"b"}',
    "timestamp": "2026-11-24 03:11:02.992000",
    "created_at": "2026-11-24 03:11:03.000000",
    "elements_chain": "button",
}


def parse_event(change: dict[str, Any], headers: dict[str, bytes | None] | None = None) -> list[Record]:
    return parse_kafka_event(json.dumps({**EVENT, **change}).encode(), headers or {}, RECEIVED_MS, POSITION)


def test_clickhouse_event() -> None:
    (event,) = parse_event({})
    assert isinstance(event, AnalyticsEvent)
    assert (event.team, event.uuid, event.session_id, event.window_id) == ("2", EVENT["uuid"], SESSION, "w")
    assert (event.timestamp_ms, event.received_ms) == (1795489862992, RECEIVED_MS)
    assert (event.person_id, event.person_properties, event.elements_chain) == ("p", {"plan": "b"}, "button")


def test_the_team_of_an_event_is_the_token_as_for_snapshots() -> None:
    (by_header,) = parse_event({}, {"token": b"head"})
    (by_property,) = parse_event({"properties": '{"token":"own"}'})
    assert isinstance(by_header, AnalyticsEvent)
    assert isinstance(by_property, AnalyticsEvent)
    assert (by_header.team, by_property.team) == ("head", "own")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"event": None}, Reason.INVALID_EVENT),
        ({"distinct_id": ""}, Reason.MISSING_DISTINCT_ID),
        ({"properties": "{"}, Reason.INVALID_EVENT),
        ({"properties": '{"a":' + "[" * 100_000}, Reason.TOO_DEEP),
    ],
)
def test_bad_clickhouse_events(change: dict[str, Any], reason: str) -> None:
    assert reasons(parse_event(change)) == [reason]


def test_optional_parts_of_an_event_may_be_missing_or_wrong() -> None:
    (event,) = parse_event({"timestamp": "?", "person_properties": "{", "properties": None, "person_id": None})
    assert isinstance(event, AnalyticsEvent)
    assert (event.timestamp_ms, event.person_properties, event.properties) == (RECEIVED_MS, {}, {})
    assert event.person_id is None


@pytest.mark.parametrize(
    ("value", "reason"), [(None, Reason.EMPTY), (b"{", Reason.INVALID_JSON), (b"1", Reason.INVALID_PAYLOAD)]
)
def test_values_that_are_no_event(value: bytes | None, reason: str) -> None:
    assert reasons(parse_kafka_event(value, {}, RECEIVED_MS, POSITION)) == [reason]

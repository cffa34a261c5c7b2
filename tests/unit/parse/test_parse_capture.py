"""Capture requests: rules of the capture service, and what damaged bodies still hold."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from replay_signals.schemas.messages import AnalyticsEvent, Reason, Record
from replay_signals.schemas.wire import Limits
from replay_signals.transforms.parse import parse_capture_request
from support.wire_samples import POSITION, RECEIVED_MS, SESSION, TEAM, messages, reasons, rrweb, snapshot

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64)"
EVENT = {
    "event": "$pageview",
    "uuid": "01a20b89-1550-7703-8ce5-2ee74b310b61",
    "distinct_id": "user-1",
    "timestamp": "2026-11-24T03:11:02.992Z",
    "properties": {"$session_id": SESSION, "$window_id": "w", "token": TEAM, "$current_url": "http://site.test/"},
}


def parse(body: Any, path: str = "/s/", received_ms: int | None = RECEIVED_MS, **more: Any) -> list[Record]:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    options = {"user_agent": USER_AGENT, "position": POSITION, **more}
    return parse_capture_request(text, path=path, received_ms=received_ms, **options)


def event_of(body: Any, **more: Any) -> AnalyticsEvent:
    (record,) = parse(body, "/e/", **more)
    assert isinstance(record, AnalyticsEvent), record
    return record


def test_snapshots_of_one_session_and_window_become_one_message() -> None:
    first, second, third = rrweb(1), rrweb(2), rrweb(3)
    (message,) = parse([snapshot("w", [first]), snapshot("w", []), snapshot("w", second), snapshot("w", [third])])
    assert messages([message])
    assert json.loads(message.items) == [first, second, third]
    assert (message.team, message.session_id, message.window_id) == (TEAM, SESSION, "w")
    assert (message.distinct_id, message.received_ms) == ("user-1", RECEIVED_MS)


def test_other_windows_and_sessions_become_messages_of_their_own() -> None:
    other = snapshot("w", [rrweb(3)], **{"$session_id": "other"})
    records = parse([snapshot("w", [rrweb(1)]), snapshot("v", [rrweb(2)]), other])
    assert [(m.session_id, m.window_id) for m in messages(records)] == [(SESSION, "w"), (SESSION, "v"), ("other", "w")]


def test_rrweb_events_are_passed_on_byte_for_byte() -> None:
    data = b'[{"type":2,"data":"\\u001f\\b\\u0000 \xc3\xbf","timestamp":1.5e3 }]'
    body = json.dumps([snapshot("w", "HERE")]).encode().replace(b'"HERE"', data)
    (message,) = messages(parse(body))
    assert message.items == data


@pytest.mark.parametrize("body", [snapshot("w", [rrweb(1)]), {"batch": [snapshot("w", [rrweb(1)])], "api_key": "key"}])
def test_a_body_may_be_one_event_or_a_batch(body: dict[str, Any]) -> None:
    (message,) = messages(parse(body))
    assert message.team == body.get("api_key", TEAM)


def test_defaults_are_those_of_capture() -> None:
    body = snapshot("w", [rrweb(1)])
    del body["properties"]["$window_id"]
    (message,) = messages(parse(body))
    assert (message.window_id, message.snapshot_source, message.snapshot_library) == (SESSION, "web", "web")
    assert messages(parse(body, user_agent="posthog-ios/3.1"))[0].snapshot_library == "posthog-ios"
    assert messages(parse(body, user_agent=""))[0].snapshot_library == "unknown"
    own = snapshot("w", [rrweb(1)], **{"$lib": "web", "$snapshot_source": "mobile"})
    assert (messages(parse(own))[0].snapshot_library, messages(parse(own))[0].snapshot_source) == ("web", "mobile")


@pytest.mark.parametrize("session_id", [None, "", 5, "x" * 71, "a b", "naïve", "a\x00", "a_b", ["a"], {}])
def test_session_ids_that_capture_rejects(session_id: object) -> None:
    records = parse([snapshot("w", [rrweb(1)], **{"$session_id": session_id}), snapshot("w", [rrweb(2)])])
    assert reasons(records) == [Reason.INVALID_SESSION_ID]
    assert len(messages(records)) == 1


@pytest.mark.parametrize(
    ("distinct_id", "text"),
    [
        ("a\x00b", "a�b"),
        (17, "17"),
        (2**70, str(2**70)),
        ({"a": 1}, '{"a":1}'),
        ({"a": 2**70}, f'{{"a":{2**70}}}'),
        ("\U0001f600", "\U0001f600"),
        ("x" * 300, "x" * 200),
    ],
)
def test_distinct_ids_are_made_text_as_capture_does(distinct_id: object, text: str) -> None:
    (message,) = messages(parse([snapshot("w", [rrweb(1)], distinct_id=distinct_id)]))
    assert message.distinct_id == text


def test_a_snapshot_without_distinct_id_is_rejected_and_the_root_one_counts() -> None:
    body = snapshot("w", [rrweb(1)], distinct_id="")
    assert reasons(parse(body)) == [Reason.MISSING_DISTINCT_ID]
    assert messages(parse({**body, "distinct_id": "root"}))[0].distinct_id == "root"


@pytest.mark.parametrize("data", [None, "text", 5, True])
def test_snapshot_data_is_an_array_or_an_object(data: object) -> None:
    assert reasons(parse(snapshot("w", data))) == [Reason.INVALID_PAYLOAD]


def test_sent_at_of_event_batch_and_query() -> None:
    event = snapshot("w", [rrweb(1)])
    assert messages(parse({**event, "sent_at": "2026-11-24T03:11:05.5Z"}))[0].sent_ms == 1795489865500
    assert messages(parse({"batch": [event], "sent_at": "2026-11-24T03:11:05Z"}))[0].sent_ms == 1795489865000
    assert messages(parse(event, query="compression=gzip-js&_=1795489864000"))[0].sent_ms == 1795489864000
    assert messages(parse(event))[0].sent_ms is None


def test_analytics_event() -> None:
    event = event_of(
        {"batch": [{**EVENT, "$set": {"plan": "b"}, "$set_once": {"plan": "a", "first": 1}}], "api_key": "key"}
    )
    assert (event.team, event.uuid, event.event, event.distinct_id) == ("key", EVENT["uuid"], "$pageview", "user-1")
    assert (event.session_id, event.window_id, event.timestamp_ms) == (SESSION, "w", 1795489862992)
    assert event.person_properties == {"plan": "b", "first": 1}
    assert event.properties["$current_url"] == "http://site.test/"
    assert event_of(EVENT).team == TEAM


@pytest.mark.parametrize(
    ("timestamp", "ms"),
    [
        ("2026-11-24T03:11:02.992Z", 1795489862992),
        ("2026-11-24T05:11:02.992+02:00", 1795489862992),
        ("2026-11-24T05:11:02.992+02", 1795489862992),
        ("2026-11-24 03:11:02.992123", 1795489862992),
        ("1795489862992", 1795489862992),
        (1795489862992, 1795489862992),
        (1795489862.992, 1795489862992),
        ("2026-11-24", 1795478400000),
        ("yesterday", RECEIVED_MS),
        ("", RECEIVED_MS),
        (None, RECEIVED_MS),
        (-5, RECEIVED_MS),
        (10**30, RECEIVED_MS),
        (10**400, RECEIVED_MS),
        (1e300, RECEIVED_MS),
        ("9" * 5000, RECEIVED_MS),
        ("9999-12-31T23:59:59-12:00", RECEIVED_MS),
        ("1960-01-01T00:00:00Z", RECEIVED_MS),
        ([], RECEIVED_MS),
        (True, RECEIVED_MS),
    ],
)
def test_timestamps(timestamp: object, ms: int) -> None:
    assert event_of({**EVENT, "timestamp": timestamp}).timestamp_ms == ms


def test_offset_counts_from_sending_else_from_arrival() -> None:
    event = {**EVENT, "timestamp": None, "offset": 1500}
    assert event_of(event).timestamp_ms == RECEIVED_MS - 1500
    assert event_of({"batch": [event], "sent_at": "2026-11-24T03:11:05Z"}).timestamp_ms == 1795489865000 - 1500


def test_an_event_without_any_time_is_rejected() -> None:
    assert reasons(parse({**EVENT, "timestamp": None}, "/e/", None)) == [Reason.INVALID_EVENT]


def test_a_missing_uuid_is_made_of_the_content() -> None:
    event = {**EVENT, "uuid": None}
    assert event_of(event).uuid == event_of(event).uuid != event_of({**event, "event": "other"}).uuid
    assert len(event_of(event).uuid) == 36


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"event": None}, Reason.INVALID_EVENT),
        ({"event": 5}, Reason.INVALID_EVENT),
        ({"distinct_id": None}, Reason.MISSING_DISTINCT_ID),
        ({"properties": [1]}, Reason.INVALID_EVENT),
    ],
)
def test_bad_analytics_events_do_not_lose_their_neighbours(change: dict[str, Any], reason: str) -> None:
    records = parse({"batch": [{**EVENT, **change}, EVENT, 5]}, "/e/")
    assert sorted(reasons(records)) == sorted([reason, Reason.INVALID_EVENT])
    assert [type(record) for record in records].count(AnalyticsEvent) == 1


def test_lone_surrogates_become_replacement_characters() -> None:
    body = json.dumps([snapshot("w", [{"t": "\ud800 \U0001f600"}]), {**EVENT, "properties": {"a": "\udfff\\ud800"}}])
    assert "\\ud800" in body
    message, event = parse(body.encode())
    assert json.loads(messages([message])[0].items) == [{"t": "� \U0001f600"}]
    assert isinstance(event, AnalyticsEvent)
    assert event.properties == {"a": "�\\ud800"}


def test_bytes_that_are_not_utf8_are_replaced() -> None:
    body = json.dumps({**EVENT, "properties": {"a": "HERE"}}).encode().replace(b"HERE", b"\xff\xed\xa0\x80")
    assert event_of(body).properties == {"a": "����"}


@pytest.mark.parametrize(
    "bad", [b'{"type":tru}', b'{"a":"\x00"}', b"{" * 5 + b"}" * 5, b"[" * 200_000 + b"]" * 200_000]
)
def test_one_bad_rrweb_event_does_not_lose_the_others(bad: bytes) -> None:
    body = json.dumps([snapshot("w", ["A", "HERE", "B"]), snapshot("v", ["C"])]).encode().replace(b'"HERE"', bad)
    records = parse(body)
    assert [json.loads(m.items) for m in messages(records)] == [["A", "B"], ["C"]]
    assert reasons(records) == [Reason.TOO_DEEP if bad.startswith(b"[") else Reason.INVALID_JSON]


def test_a_body_that_breaks_off_keeps_what_stands_before() -> None:
    body = json.dumps([snapshot("w", ["A", "B"]), snapshot("v", ["C", "D"])]).encode()
    for cut, kept in ((-4, [["A", "B"], ["C", "D"]]), (body.index(b'"D"') + 1, [["A", "B"]])):
        records = parse(body[:cut])
        assert [json.loads(m.items) for m in messages(records)] == kept
        assert Reason.INVALID_JSON in reasons(records)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.INVALID_JSON),
        (b"\x00\xff", Reason.INVALID_JSON),
        (b"null", Reason.INVALID_PAYLOAD),
        (b'"text"', Reason.INVALID_PAYLOAD),
        (b'{"batch":{}}', Reason.INVALID_PAYLOAD),
        (b"[" * 100_000, Reason.TOO_DEEP),
        (b"\x1f\x8b\x08\x00broken", Reason.INVALID_GZIP),
    ],
)
def test_unusable_bodies(body: bytes, reason: str) -> None:
    assert reasons(parse(body)) == [reason]


def test_empty_bodies_of_no_events_give_nothing() -> None:
    assert parse([]) == []
    assert parse({"batch": []}) == []


def test_gzipped_body_and_its_limit() -> None:
    body = gzip.compress(json.dumps([snapshot("w", [rrweb(1)])]).encode())
    assert len(messages(parse(body))) == 1
    bomb = gzip.compress(b" " * 10_000_000)
    assert reasons(parse(bomb, limits=Limits(event_bytes=1_000_000))) == [Reason.TOO_LARGE]
    assert reasons(parse(body[:-9])) == [Reason.INVALID_GZIP]


def test_ids_may_be_nested_as_deep_as_json_can() -> None:
    for depth in (500, 900, 960, 980):
        body = json.dumps([snapshot("w", [1]), snapshot("v", [2])]).replace('"user-1"', "[" * depth + "]" * depth, 1)
        records = parse(body.encode())
        kept = {message.window_id for message in messages(records)}
        assert "v" in kept
        assert "w" in kept or reasons(records) == [Reason.TOO_DEEP]


def test_dead_letters_are_bounded() -> None:
    (letter,) = parse(b'{"a":"' + b"x" * 1_000_000)
    assert len(letter.payload) == 4096  # type: ignore[union-attr]

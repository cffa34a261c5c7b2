"""Recordings in whatever wrapper: windows, sessions, packed text, and what is told of what cannot be read."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from replay_signals.pipelines.files.reading import read
from replay_signals.schemas.messages import DeadLetter, Reason, Record
from replay_signals.transforms.parse.listed import MAX_LISTED
from support.wire_samples import PACKED_FILES, events_by_window, expected, messages, packed, reasons, rrweb

EVENTS = [rrweb(1000), rrweb(2000), rrweb(3000)]
META = {"type": 4, "data": {"href": "http://site.test/"}}


@pytest.fixture
def read_json(tmp_path: Path) -> Any:
    def read_json(content: Any) -> list[Record]:
        path = tmp_path / "rec-1.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return list(read(str(path)))

    return read_json


def letters(records: list[Record]) -> list[DeadLetter]:
    return [record for record in records if isinstance(record, DeadLetter)]


@pytest.mark.parametrize("name", PACKED_FILES)
def test_every_packed_form(name: str, read_json: Any) -> None:
    records = read_json(PACKED_FILES[name](EVENTS))
    assert reasons(records) == []
    assert events_by_window(records) == expected({"rec-1": EVENTS}, "rec-1")


@pytest.mark.parametrize(
    ("wrapper", "session", "window"),
    [
        ({"session_id": "s", "window_id": "w", "events": EVENTS}, "s", "w"),
        ({"sessionId": "s", "data": {"tabId": 7, "snapshots": EVENTS}}, "s", "7"),
        ({"session": {"id": "s"}, "records": EVENTS}, "s", "s"),
        ({"recording": {"id": "s", "events": EVENTS}}, "s", "s"),
        ({"variables": {"session_secure_id": "s", "events": {"events": EVENTS}}}, "s", "s"),
        ({"distinct_id": "u", "replay_id": "s", "seq": 0, "events": EVENTS}, "s", "s"),
        ([{"id": 17, "session_id": "s", "event": json.dumps(event)} for event in EVENTS], "s", "s"),
        ([{**event, "session_id": "s", "window_id": "w"} for event in EVENTS], "s", "w"),
        ([{"id": 17, "event": event} for event in EVENTS], "rec-1", "rec-1"),
        ({"replay_id": "outer", "segments": [{"replay_id": "s", "events": EVENTS}]}, "s", "s"),
    ],
)
def test_ids_of_wrappers(wrapper: Any, session: str, window: str, read_json: Any) -> None:
    records = read_json(wrapper)
    assert reasons(records) == []
    assert list(events_by_window(records)) == [(session, window)]


def test_rows_of_a_database_keep_their_data_as_text(read_json: Any) -> None:
    rows = [{"row": 5, **event, "data": json.dumps(event["data"])} for event in EVENTS]
    records = read_json(rows)
    assert [one["data"] for one in json.loads(messages(records)[0].items)] == [event["data"] for event in EVENTS]


def log_record(body: str, **attributes: object) -> dict[str, Any]:
    """OpenTelemetry's, as its JSON encoding has it: an attribute's value stands under its type."""
    named = {"rr-web.event": 1, "rr-web.chunk": 1, "rr-web.total-chunks": 1} | attributes
    listed = [{"key": key, "value": {"doubleValue": value}} for key, value in named.items()]
    return {"timeUnixNano": "1795489863447000000", "body": {"stringValue": body}, "attributes": listed}


def otlp(*records: dict[str, Any]) -> dict[str, Any]:
    session = {"key": "rum.sessionId", "value": {"stringValue": "s"}}
    logs = {"resource": {"attributes": [session]}, "scopeLogs": [{"logRecords": list(records)}]}
    return {"resourceLogs": [logs]}


def test_events_in_the_logs_of_open_telemetry(read_json: Any) -> None:
    """Recorders cut long events into pieces, which may come in any order."""
    cut = json.dumps(EVENTS[1])
    pieces = [log_record(cut[20:], **{"rr-web.event": 2, "rr-web.chunk": 2, "rr-web.total-chunks": 2})]
    pieces.append(log_record(cut[:20], **{"rr-web.event": 2, "rr-web.chunk": 1, "rr-web.total-chunks": 2}))
    whole = [log_record(json.dumps(EVENTS[i]), **{"rr-web.event": i + 1}) for i in (0, 2)]
    records = read_json(otlp(whole[0], *pieces, whole[1]))
    assert reasons(records) == []
    assert events_by_window(records) == expected({"s": EVENTS}, "s")
    lacking = read_json(otlp(whole[0], pieces[1], whole[1]))
    assert events_by_window(lacking) == expected({"s": [EVENTS[0], EVENTS[2]]}, "s")
    assert len(letters(lacking)) == 1


def test_rows_of_a_log_table(read_json: Any) -> None:
    rows = [
        {
            "Timestamp": "2026-11-24 03:11:02",
            "Body": json.dumps(event),
            "LogAttributes": {"rr-web.total-chunks": "1"},
            "ResourceAttributes": {"rum.sessionId": "s"},
        }
        for event in EVENTS
    ]
    records = read_json("\n".join(map(json.dumps, rows)).encode())
    assert reasons(records) == []
    assert events_by_window(records) == expected({"s": EVENTS}, "s")


def test_marks_at_the_beginning_of_every_text(read_json: Any) -> None:
    """Files that were put together, and JSON text sequences (RFC 7464)."""
    for mark in (b"\xef\xbb\xbf", b"\x1e"):
        records = read_json(b"".join(mark + json.dumps(event).encode() + b"\r\n" for event in EVENTS))
        assert reasons(records) == []
        assert events_by_window(records) == expected({"rec-1": EVENTS}, "rec-1")


def test_pairs_of_a_window_and_packed_text(read_json: Any) -> None:
    records = read_json("\n".join(json.dumps(["w", packed(event)]) for event in EVENTS).encode())
    assert reasons(records) == []
    assert events_by_window(records) == expected({"w": EVENTS}, "rec-1")


def test_times_of_exports_of_a_database(read_json: Any) -> None:
    times = [
        {"$date": "2026-11-24T03:11:02Z"},
        {"$date": {"$numberLong": "1795489862000"}},
        {"$numberLong": "1795489862"},
    ]
    for time, text in zip(times, ["2026-11-24T03:11:02Z", "1795489862000", "1795489862"], strict=True):
        records = read_json([event | {"timestamp": time} for event in EVENTS])
        assert {one["timestamp"] for one in json.loads(messages(records)[0].items)} == {text}


def test_arrays_of_arrays_are_windows_when_pages_overlap(read_json: Any) -> None:
    def page(start: int) -> list[dict[str, Any]]:
        return [{**META, "timestamp": start}, rrweb(start + 500)]

    windows = read_json([page(1000), page(1200)])
    assert events_by_window(windows) == expected({"1": page(1000), "2": page(1200)}, "rec-1")
    batches = read_json([page(1000), page(2000)])
    assert events_by_window(batches) == expected({"rec-1": [*page(1000), *page(2000)]}, "rec-1")


DAY_MS = 24 * 3600 * 1000
FIRST_MS = 1_795_489_862_000


def row(start_ms: int, lasts_ms: int = 5000, **first: Any) -> list[dict[str, Any]]:
    """The events of one array: it begins with a page, unless `first` says otherwise."""
    return [{**META, "timestamp": start_ms, **first}, rrweb(start_ms + lasts_ms)]


@pytest.mark.parametrize(
    ("rows", "sessions"),
    [
        ([row(FIRST_MS), row(FIRST_MS + 9 * DAY_MS)], {"rec-1": [0], "rec-1-2": [1]}),
        ([row(FIRST_MS + DAY_MS), row(FIRST_MS)], {"rec-1-2": [0], "rec-1": [1]}),
        ([row(FIRST_MS), row(FIRST_MS + 60_000), row(FIRST_MS + DAY_MS)], {"rec-1": [0, 1], "rec-1-2": [2]}),
        ([row(FIRST_MS), row(FIRST_MS + DAY_MS), [rrweb(FIRST_MS + DAY_MS + 9000)]], {"rec-1": [0], "rec-1-2": [1, 2]}),
        ([row(FIRST_MS, 3_600_000), row(FIRST_MS + 3_700_000)], {"rec-1": [0, 1]}),
        ([row(FIRST_MS), row(FIRST_MS + DAY_MS, type=3)], {"rec-1": [0, 1]}),
        ([row(FIRST_MS, session_id="s"), row(FIRST_MS + DAY_MS, session_id="s")], {"s": [0, 1]}),
    ],
    ids=[
        "days apart",
        "newest first",
        "a reload between",
        "batches of each",
        "right after a long one",
        "no page",
        "told",
    ],
)
def test_arrays_that_lie_apart_are_sessions(rows: Any, sessions: dict[str, list[int]], read_json: Any) -> None:
    if "s" in sessions:
        rows = [[{**event, "session_id": "s"} for event in events] for events in rows]
    records = read_json(rows)
    assert reasons(records) == []
    found = {session: events for (session, _), events in events_by_window(records).items()}
    wanted = {session: [event for i in own for event in rows[i]] for session, own in sessions.items()}
    assert found == {
        session: expected({session: events}, session)[session, session] for session, events in wanted.items()
    }


@pytest.mark.parametrize(
    ("wrap", "sessions"),
    [
        (lambda n, events: {"events": events}, ["rec-1", "rec-1-2"]),
        (lambda n, events: {"id": n, "events": json.dumps(events)}, ["rec-1", "rec-1-2"]),
        (lambda n, events: {"id": f"visit-{n}", "events": events}, ["visit-1", "visit-2"]),
        (lambda n, events: {"seq": n, "events": events[1:]}, ["rec-1"]),
    ],
    ids=["objects", "rows of a table", "told", "parts without a page"],
)
def test_wrapped_arrays_that_lie_apart_are_sessions(wrap: Any, sessions: list[str], read_json: Any) -> None:
    for around in ("recordings", None):
        items = [wrap(n, row(FIRST_MS + n * DAY_MS)) for n in (1, 2)]
        records = read_json({around: items} if around else items)
        assert reasons(records) == []
        assert [one.session_id for one in messages(records)] == sessions


def test_a_wrapper_that_names_the_session_keeps_its_arrays_together(read_json: Any) -> None:
    records = read_json({"session_id": "s", "events": [row(FIRST_MS), row(FIRST_MS + DAY_MS)]})
    assert {one.session_id for one in messages(records)} == {"s"}


def test_every_item_of_a_list_is_an_event_or_a_dead_letter(read_json: Any) -> None:
    broken = packed(EVENTS[0])[:-4]
    records = read_json({"events": [EVENTS[0], 5, "x", {"a": {"b": 1}}, broken, [EVENTS[1]], EVENTS[2]]})
    assert events_by_window(records) == expected({"rec-1": EVENTS}, "rec-1")
    told = letters(records)
    assert [letter.reason for letter in told] == [Reason.INVALID_EVENT] * 3 + [Reason.INVALID_GZIP]
    assert [letter.position.offset for letter in told] == [2, 3, 4, 5]
    assert "keys a" in told[2].detail


def test_formats_may_be_mixed_line_by_line(read_json: Any) -> None:
    lines = [{"window_id": "w", "data": EVENTS[:1]}, ["w", EVENTS[1]], {"a": 1}, [{**EVENTS[2], "windowId": "w"}]]
    records = read_json("\n".join(json.dumps(line) for line in lines).encode())
    assert events_by_window(records) == expected({"w": EVENTS}, "rec-1")
    assert [(one.reason, one.position.offset) for one in letters(records)] == [(Reason.NO_VALID_EVENTS, 3)]
    assert "keys a" in letters(records)[0].detail


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"sources": [], "next": None}, "an object with keys sources, next"),
        ({"Maria Schmidt": 1, "type": 2}, "an object with keys [key], type"),
        ([{"name": "a"}, 2], "an array of 2, the first: an object with keys name"),
        ([], "an empty array"),
        ({"errors": [], "data": {"sessionId": "1"}}, "keys errors, data; data is an object with keys sessionId"),
        (
            {"n": 2, "sessions": [{"id": "a", "clicks": 3}]},
            "sessions is an array, the first of it: an object with keys id",
        ),
        (b"<html></html>", 'not JSON (a page of HTML) and begins with "<html></html>"'),
        (b"<?xml version='1.0'?><events/>", "not JSON (XML)"),
        (b"session_id,Ann,event\n1,2,3\n", "a table of 3 columns: session_id, [column], event"),
        (b"events = [{}];", 'not JSON (JavaScript) and begins with "events = [{}];"'),
        (b'show([{"type": 3}])', "not JSON (JavaScript)"),
        (b"-- MySQL dump\nINSERT INTO events VALUES (1, '{\"type\":4}');", "not JSON (SQL)"),
        (b'data: {"type": 3}\n\n', "a stream of server-sent events"),
        (b'10:02:11 INFO got {"type": 3}\n', "JSON with other text before it"),
        (b"events:\n  - type: 3\n", "YAML or headers"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7\nsize 12\n", "a pointer of Git LFS"),
        (b"hello world\nof words\n", 'not JSON and begins with "hello world"'),
        (b"\xfd7zXZ\0\0\x04", "binary data (xz)"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "binary data (a 7z archive)"),
        (b"\0\0\0\x18ftypmp42", "binary data (a film)"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary data (a picture)"),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "binary data (a ZIP archive)"),
        (zlib.compress(b"\x1f\x8b\x08\0"), "binary data (compressed twice)"),
        (b"events.json".ljust(257, b"\0") + b"ustar\0" + b"\0" * 250, "binary data (a tar archive)"),
        (b'{"a": [1, 2}', "not JSON (JSON is malformed"),
    ],
)
def test_what_is_not_recognised_is_named(content: Any, told: str, read_json: Any) -> None:
    (only,) = letters(read_json(content))
    assert only.reason == Reason.UNKNOWN_FORMAT
    assert told in only.detail
    assert ("malformed" in only.detail) == ("malformed" in told)


def test_lists_that_break_inside_keep_their_events(read_json: Any) -> None:
    text = json.dumps([EVENTS[:2], EVENTS[2:]]).encode()
    for cut in (text[:-4], text.replace(b'"timestamp": 3000', b'"timestamp": x')):
        records = read_json(cut)
        assert events_by_window(records) == expected({"rec-1": EVENTS[:2]}, "rec-1")
        assert [one.position.offset for one in letters(records)] == [3]


def test_packed_bombs_are_refused(read_json: Any) -> None:
    bomb = zlib.compress(b'{"type":3,"timestamp":1,"data":"' + b" " * 30_000_000 + b'"}').decode("latin-1")
    records = read_json({"events": [packed(EVENTS[0]), bomb, packed(EVENTS[1])]})
    assert reasons(records) == [Reason.TOO_LARGE]
    assert events_by_window(records) == expected({"rec-1": EVENTS[:2]}, "rec-1")


def test_wrappers_end_somewhere(read_json: Any) -> None:
    value: Any = EVENTS
    for _ in range(40):
        value = [value, EVENTS[0]]
    assert Reason.TOO_DEEP in reasons(read_json(value))
    for _ in range(40):
        value = {"a": value}
    assert reasons(read_json(value)) == [Reason.UNKNOWN_FORMAT]


def test_sentry_segments_that_break_off(read_json: Any) -> None:
    whole = PACKED_FILES["sentry (stored)"](EVENTS)
    records = read_json(whole[:-5])
    assert events_by_window(records)["rec-1", "rec-1"] >= expected({"w": EVENTS[:2]}, "s")["s", "w"]
    assert Reason.INVALID_GZIP in reasons(records)


@pytest.mark.parametrize("time", ["none", None, True, [1]], ids=["none", "null", "true", "list"])
@pytest.mark.parametrize("lines", [True, False])
def test_an_event_without_a_time_is_told_with_its_own_place(time: Any, lines: bool, read_json: Any) -> None:
    """In a message of two thousand events the place of the first one would tell nobody where to look."""
    broken = {key: value for key, value in (EVENTS[0] | {"timestamp": time}).items() if value != "none"}
    rows = [*EVENTS[:2], broken, EVENTS[2]]
    records = read_json("\n".join(map(json.dumps, rows)).encode() if lines else rows)
    assert events_by_window(records) == expected({"rec-1": EVENTS}, "rec-1")
    (only,) = letters(records)
    assert (only.reason, only.position.offset) == (Reason.INVALID_EVENT, 3)
    assert "without a timestamp: an object with keys type" in only.detail


def test_types_of_events_as_text(read_json: Any) -> None:
    """What tools make of an event's type; text that is no small number is none."""
    rows = [event | {"type": str(event["type"])} for event in EVENTS]
    assert events_by_window(read_json(rows)) == expected({"rec-1": EVENTS}, "rec-1")
    assert reasons(read_json([*EVENTS, EVENTS[0] | {"type": "click"}])) == [Reason.INVALID_EVENT]


@pytest.mark.parametrize(
    ("beside", "found"),
    [([], []), ([[], [[], []]], []), ([[1, 2, [3]]], [Reason.INVALID_EVENT]), ([[], [None]], [Reason.INVALID_EVENT])],
    ids=["nothing", "empty arrays", "numbers", "null"],
)
def test_arrays_with_neither_objects_nor_text_beside_events(
    beside: list[Any], found: list[str], read_json: Any
) -> None:
    """Each is one dead letter at most, however many arrays and numbers it is of."""
    records = read_json([*EVENTS, *beside])
    assert events_by_window(records) == expected({"rec-1": EVENTS}, "rec-1")
    assert reasons(records) == found


def test_lines_of_thousands_of_empty_arrays_are_not_walked(read_json: Any) -> None:
    """8,000 arrays a line took 40 ms; one that is nested deeper than is walked is known to hold nothing."""
    line: list[Any] = []
    for _ in range(400):
        line = [line]
    records = read_json("\n".join([*map(json.dumps, EVENTS), json.dumps(line)]).encode())
    assert events_by_window(records) == expected({"rec-1": EVENTS}, "rec-1")
    assert reasons(records) == [Reason.NO_VALID_EVENTS]


def test_of_very_many_items_that_are_no_events_the_first_are_listed(read_json: Any) -> None:
    """A line of 400 KB made 40,000 dead letters, and took 5 s."""
    records = read_json([*EVENTS, *range(40_000)])
    assert events_by_window(records) == expected({"rec-1": EVENTS}, "rec-1")
    *listed, rest = [one for one in records if isinstance(one, DeadLetter)]
    assert len(listed) == MAX_LISTED
    assert rest.reason == Reason.INVALID_EVENT
    assert rest.detail.startswith("39,000 more are rejected; the last of them: neither an rrweb event")
    assert rest.payload == b""

"""digest: what is kept of a message, what is never kept, and what is rejected under which name."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest

from replay_signals.pipelines.files.reading import read
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import DeadLetter, SnapshotMessage
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.parse.budget import Budget
from support import events as rrweb
from support.dom import Document, Json, button, el, field_, html
from support.outcome import START_MS, digested, message, verdict_of
from support.samples import EXAMPLES


def records_of(*events: Json) -> list[Any]:
    return records.records_of(digested(list(events)))


def letter(items: bytes) -> DeadLetter:
    made = digest(message(items, team="t", received_ms=7))
    assert isinstance(made, DeadLetter)
    return made


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (b"", "invalid_json"),
        (b"nonsense", "invalid_json"),
        (b"{}", "invalid_json"),
        (b"null", "invalid_json"),
        (b"[", "invalid_json"),
        (b"[]", "message_contained_no_valid_rrweb_events"),
        (b"[1, null, {}]", "message_contained_no_valid_rrweb_events"),
        (b'[{"timestamp": -1, "type": 3, "data": {}}]', "message_contained_no_valid_rrweb_events"),
        (b'[{"timestamp": 1e300, "type": 3, "data": {}}]', "message_contained_no_valid_rrweb_events"),
        (b'[{"timestamp": "soon", "type": 3, "data": {}}]', "message_contained_no_valid_rrweb_events"),
        (b"[" * 100_000, "nested_too_deeply"),
    ],
)
def test_rejects_have_names(items: bytes, reason: str) -> None:
    made = letter(items)
    assert made.reason == reason
    assert made.detail
    assert (made.team, made.session_id, made.received_ms) == ("t", "session-1", 7)


def test_a_rejected_payload_is_kept_in_part() -> None:
    assert len(letter(b"x" * 100_000).payload) == 4096


def test_every_event_is_one_record_with_its_time() -> None:
    kept = records_of(rrweb.meta(5000, "http://a/"), rrweb.interaction(5250.5, rrweb.CLICK, 4, 1, 1))
    assert [r.offset_ms for r in kept] == [0, 250.5]


def test_what_was_typed_is_not_kept() -> None:
    kept = records_of(rrweb.incremental(5000, 5, id=4, text="Secret", isChecked=False))
    assert kept == [records.Input(0, node_id=4, length=6, checked=False)]


def test_texts_of_the_page_are_not_kept_but_names_of_controls_are() -> None:
    document = Document(html(el("p", "Dear Ann Smith"), button("Pay now"), field_("box", value="4711 0815")))
    kept = repr(records_of(rrweb.event(5000, rrweb.FULL, document.snapshot())))
    assert "Pay now" in kept
    assert "Ann Smith" not in kept
    assert "4711 0815" not in kept


def test_changed_texts_are_not_kept() -> None:
    kept = records_of(rrweb.mutation(5000, texts=[{"id": 9, "value": "Dear Ann"}]))
    assert "Ann" not in repr(kept)
    assert kept[0].texts == [9]


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        (" http://a.test/x ", "http://a.test/x"),
        ("http://ann:secret@a.test/x", "http://a.test/x"),
        ("http://a.test/x@", "http://a.test/x@"),
        (None, ""),
        (7, ""),
        ("http://a.test" + "/part" * 1000, ("http://a.test" + "/part" * 1000)[:1000]),
    ],
)
def test_page_urls_carry_no_user_info(href: Any, kept: str) -> None:
    assert records_of(rrweb.meta(5000, href))[0].href == kept


def test_a_part_of_a_url_that_is_cut_is_not_kept() -> None:
    assert re.fullmatch(
        r"http://a\.test/\[text:\w{5}\]", records_of(rrweb.meta(5000, "http://a.test/" + "x" * 5000))[0].href
    )


def test_request_urls_carry_no_query() -> None:
    request = {"name": "http://u:p@a.test/api?token=secret#x", "duration": 12.34, "status": 200, "method": "GET"}
    kept = records_of(rrweb.network(START_MS + 500, request | {"timestamp": START_MS + 0.12}))
    assert kept[0].requests == [records.RecordedRequest("http://a.test/api", START_MS + 0.1, 12.3, 200, "GET", "", "")]


@pytest.mark.parametrize(
    ("told_ms", "timestamp", "start_ms"),
    [
        (START_MS + 500, START_MS + 100, START_MS + 100),
        (START_MS + 500, START_MS / 1000 + 0.1, START_MS + 100),
        (5000, START_MS + 100, None),
        (5000, 4800, 4800),
        (START_MS + 500, 4800, None),
    ],
    ids=[
        "one clock",
        "seconds",
        "the recording was set to begin at 0",
        "and its requests",
        "since the page was opened",
    ],
)
def test_a_request_begins_by_the_clock_of_its_recording(
    told_ms: float, timestamp: float, start_ms: float | None
) -> None:
    request = {"name": "http://a.test/api", "duration": 20, "status": 200, "timestamp": timestamp}
    assert records_of(rrweb.network(told_ms, request))[0].requests[0].start_ms == start_ms


def test_console_lines_are_bounded() -> None:
    kept = records_of(rrweb.console(5000, "error", "x " * 2000, "y", trace=("z" * 1000,)))
    line = kept[0]
    assert (line.level, len(line.message), len(line.trace)) == ("error", 300, 200)


@pytest.mark.parametrize("level", ["error", "warn", "log"])
def test_a_console_line_of_an_older_rrweb_is_read_as_that_of_the_plugin(level: str) -> None:
    """Before rrweb 1.1 the console was a source of changes, `IncrementalSource.Log`, and no plugin."""
    parts, trace = (
        ['"Uncaught TypeError: x is null"', '"for 7"'],
        ["pay (http://a.test/app.js:1:2)", "f (http://a.test/b.js:2:1)"],
    )
    older = rrweb.incremental(5000, 11, level=level, payload=parts, trace=trace)
    assert records_of(older) == records_of(rrweb.console(5000, level, *parts, trace=tuple(trace)))


@pytest.mark.parametrize("data", [{}, {"level": 5, "payload": [1, None]}, {"payload": "text"}])
def test_an_odd_line_of_the_console_costs_no_event(data: Json) -> None:
    assert len(records_of(rrweb.incremental(5000, 11, **data))) == 1


@pytest.mark.parametrize("text", ["a\ud83d", "\udc00", "\x00", "👍"])
def test_odd_characters_cost_no_event(text: str) -> None:
    items = json.dumps([rrweb.console(5000, "error", text), rrweb.meta(5001, "http://a/")]).encode()
    made = digested(items)
    assert (made.event_count, made.rejected_event_count) == (2, 0)
    verdict_of([made])


def test_events_of_unknown_types_are_counted() -> None:
    made = digested([rrweb.event(5000, 99, {}), rrweb.incremental(5001, 99), rrweb.event(5002, 6, {"plugin": "x"})])
    assert made.event_count == 3


def test_a_damaged_event_is_left_out_and_counted() -> None:
    made = digested([rrweb.meta(5000, "http://a/"), rrweb.event(5001, rrweb.FULL, "not gzip"), {"type": 3}])
    assert (made.event_count, made.rejected_event_count) == (1, 2)


def test_a_compressed_field_that_ends_too_early_is_left_out() -> None:
    cut = rrweb.packed({"node": None})[:-12]
    made = digested([rrweb.meta(5000, "http://a/"), rrweb.event(5001, rrweb.FULL, cut)])
    assert made.rejected_event_count == 1


def test_a_field_that_inflates_too_well_costs_the_message() -> None:
    bomb = rrweb.packed({"node": None, "filling": "x" * 9_000_000})
    items = [rrweb.meta(5000, "http://a/"), rrweb.event(5001, rrweb.FULL, bomb)]
    made = digest(message(msgspec.json.encode(items)))
    assert isinstance(made, DeadLetter)
    assert made.reason == "too_large"


def test_fields_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Budget, "MAX_INFLATED_BYTES", 1_000_000)
    field = rrweb.packed({"node": None, "filling": "x" * 400_000})
    events = [rrweb.event(5000, rrweb.FULL, field)]
    assert isinstance(digest(message(msgspec.json.encode(events * 2))), MessageDigest)
    made = digest(message(msgspec.json.encode(events * 3)))
    assert isinstance(made, DeadLetter)
    assert made.reason == "too_large"


def test_a_deep_document_costs_only_itself() -> None:
    node = b'{"type":2,"id":5,"tagName":"div","attributes":{},"childNodes":['
    deep = node * 20_000 + b"]}" * 20_000
    items = b'[{"type":4,"timestamp":5000,"data":{"href":"x"}},{"type":2,"timestamp":5001,"data":{"node":%s}}]' % deep
    made = digest(message(items))
    if isinstance(made, MessageDigest):
        assert (made.event_count, made.rejected_event_count) == (1, 1)
    else:
        assert made.reason == "nested_too_deeply"


def test_times_and_sizes_of_a_message() -> None:
    items = json.dumps([rrweb.meta(7000.25, "b"), rrweb.meta(5000, "a")]).encode()
    made = digested(items)
    assert (made.first_ms, made.last_ms, made.size_bytes) == (5000, 7000.25, len(items))
    assert made.window_id == "window-1"
    assert digested(items, window_id="").window_id == "session-1"


def test_digests_of_real_recordings_are_small() -> None:
    """The budget is 5 % of the raw bytes; only digests are shuffled and kept."""
    raw = kept = 0
    for path in sorted(EXAMPLES.glob("*.posts.jsonl.gz")):
        for record in read(str(path)):
            if isinstance(record, SnapshotMessage):
                made = digest(record)
                assert isinstance(made, MessageDigest)
                raw, kept = raw + len(record.items), kept + len(made.records)
    assert kept <= 0.05 * raw


@pytest.mark.parametrize("status", [True, "500", 500.0, None, [], 0, 10**30])
def test_a_status_that_is_no_status_is_none(status: object) -> None:
    payload = {"requests": [{"name": "http://a/", "timestamp": 5000, "status": status}]}
    (kept,) = records_of(rrweb.event(5000, rrweb.PLUGIN, {"plugin": "rrweb/network@1", "payload": payload}))
    assert kept.requests[0].status is None

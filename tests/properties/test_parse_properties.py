"""Whatever comes in: parsers never raise, formats agree, and damage costs only what it touched."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from replay_signals.pipelines.files.compression import BrokenStreamError, plain_chunks
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.files.text_lines import numbered_lines
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, SnapshotMessage, SourcePosition
from replay_signals.schemas.wire import Limits
from replay_signals.transforms.parse import parse_capture_request, parse_kafka_event, parse_kafka_snapshot
from replay_signals.transforms.parse.cut import RecordedEvent, into_records
from replay_signals.transforms.parse.formats import FORMATS
from replay_signals.transforms.parse.json_text import flaw
from replay_signals.transforms.parse.recordings import Place
from replay_signals.transforms.parse.salvage import salvage
from replay_signals.transforms.text import json_utf8
from support.wire_samples import (
    FILES_OF_ONE_WINDOW,
    FILES_OF_WINDOWS,
    PACKED_FILES,
    POSITION,
    SESSION,
    events_by_window,
    expected,
    messages,
    rrweb,
)

# Other work on the machine must not fail a test: no deadlines.
FAIR = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SAMPLES = [
    *(make({"w": [rrweb(1), rrweb(2)], "v": [rrweb(3)]}).encode() for make in FILES_OF_WINDOWS.values()),
    *(make([rrweb(1), rrweb(2)]).encode() for make in FILES_OF_ONE_WINDOW.values()),
    *(make([rrweb(1), rrweb(2)]) for make in PACKED_FILES.values()),
]
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner), max_leaves=8
)
events = st.builds(lambda at, data: {"type": 3, "timestamp": at, "data": data}, st.integers(1, 2**53), values)
windows = st.dictionaries(
    st.sampled_from(["w", "01a2-b", "9"]), st.lists(events, min_size=1, max_size=4), min_size=1, max_size=3
)
KEYS = ["event", "properties", "batch", "data", "version", "snapshots", "snapshotsByWindowId", "events", "type", "uuid"]
KEYS += ["timestamp", "$session_id", "$window_id", "$snapshot_data", "$snapshot_items", "distinct_id", "topic", "value"]
KEYS += [
    "headers",
    "body",
    "path",
    "t",
    "ua",
    "query",
    "team_id",
    "person",
    "distinct_ids",
    "offset",
    "sent_at",
    "token",
]
texts = st.sampled_from(["$snapshot", "$snapshot_items", "$pageview", "{}", "[]", "\x00", "9" * 400, 10**400, -(2**80)])
wire = st.recursive(
    scalars | texts, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner), max_leaves=20
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sample of some format with a piece replaced by anything."""
    sample = draw(st.sampled_from(SAMPLES))
    start = draw(st.integers(0, len(sample)))
    end = draw(st.integers(start, min(len(sample), start + 50)) | st.just(len(sample)))
    return (
        sample[:start]
        + draw(st.binary(max_size=6) | st.sampled_from([b"\\ud800", b"]", b"}", b'"', b""]))
        + sample[end:]
    )


anything = st.binary() | damaged() | wire.map(lambda value: json.dumps(value).encode())


@settings(FAIR)
@given(anything, st.none() | st.integers(), st.text(max_size=5), st.text(max_size=5))
def test_capture_requests_never_raise(body: bytes, received_ms: int | None, path: str, query: str) -> None:
    for whole in (body, gzip.compress(body)):
        for record in parse_capture_request(
            whole, path=path, received_ms=received_ms, user_agent=query, position=POSITION, query=query
        ):
            assert isinstance(record, SnapshotMessage | AnalyticsEvent | DeadLetter)
            assert not isinstance(record, SnapshotMessage) or flaw(record.items) is None


headers = st.dictionaries(
    st.sampled_from(["token", "content-encoding", "now"]), st.none() | st.binary() | st.just(b"lz4")
)


@settings(FAIR)
@given(st.none() | anything, headers, st.none() | st.integers(), st.booleans())
def test_kafka_messages_never_raise_and_one_becomes_one_record_at_least(
    value: bytes | None, headers: dict[str, bytes | None], timestamp_ms: int | None, strict: bool
) -> None:
    assert parse_kafka_snapshot(value, headers, timestamp_ms, POSITION, strict=strict)
    (record,) = parse_kafka_event(value, headers, timestamp_ms, POSITION)
    assert isinstance(record, AnalyticsEvent | DeadLetter)


@settings(FAIR)
@given(anything, st.booleans())
def test_file_formats_never_raise(text: bytes, is_document: bool) -> None:
    for one in FORMATS.values():
        for record in into_records(one.parse(text.strip(), Place("file", "session", 3, is_document))):
            assert isinstance(record, SnapshotMessage | AnalyticsEvent | DeadLetter)


@settings(FAIR, max_examples=50)
@given(content=st.lists(anything, max_size=4), cut=st.integers(0, 400), packed=st.booleans())
def test_files_never_raise_and_nothing_is_silent(
    tmp_path_factory: pytest.TempPathFactory, content: list[bytes], cut: int, packed: bool
) -> None:
    text = b"\n".join(content)
    path = tmp_path_factory.mktemp("any") / "any.json"
    path.write_bytes(gzip.compress(text)[: -cut or None] if packed else text)
    for format in ("auto", *FORMATS):
        records = list(read(str(path), format))
        assert records or format in ("auto", "request-body", "requests")  # a request may hold no events


@settings(FAIR, max_examples=40)
@given(windows)
def test_every_format_with_windows_gives_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, windows: dict[str, list[dict[str, Any]]]
) -> None:
    path = tmp_path_factory.mktemp("same") / f"{SESSION}.json"
    for name, make in FILES_OF_WINDOWS.items():
        path.write_text(make(windows))
        records = list(read(str(path)))
        assert events_by_window(records) == expected(windows, SESSION), name
        assert len(records) == len(messages(records))


@settings(FAIR, max_examples=40)
@given(st.lists(events, min_size=1, max_size=6))
def test_every_format_without_windows_gives_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("same") / f"{SESSION}.json"
    for name, make in FILES_OF_ONE_WINDOW.items():
        path.write_text(make(events))
        assert events_by_window(read(str(path))) == expected({SESSION: events}, SESSION), name


@settings(FAIR, max_examples=40)
@given(st.lists(events, min_size=1, max_size=6))
def test_every_packed_form_gives_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("same") / f"{SESSION}.json"
    for name, make in PACKED_FILES.items():
        path.write_bytes(make(events))
        records = list(read(str(path)))
        assert events_by_window(records) == expected({SESSION: events}, SESSION), name
        assert len(records) == len(messages(records)), name


FORMS: dict[str, Any] = {
    **{name: (lambda events, make=make: make({SESSION: events}).encode()) for name, make in FILES_OF_WINDOWS.items()},
    **{name: (lambda events, make=make: make(events).encode()) for name, make in FILES_OF_ONE_WINDOW.items()},
    **PACKED_FILES,
}


@settings(FAIR, max_examples=300)
@given(name=st.sampled_from(sorted(FORMS)), place=st.integers(0, 10_000), extra=st.binary(max_size=3))
@example(name="sentry (stored)", place=2023, extra=b"")
def test_a_cut_file_keeps_only_whole_events_and_says_that_it_was_cut(
    tmp_path_factory: pytest.TempPathFactory, name: str, place: int, extra: bytes
) -> None:
    own = [rrweb(at, adds=[{"id": at}, {"id": at + 1}], text="é") for at in (1, 2, 3, 4)]
    content = FORMS[name](own)
    cut = place % len(content)
    path = tmp_path_factory.mktemp("cut") / f"{SESSION}.json"
    path.write_bytes(content[:cut])
    records = list(read(str(path)))
    (kept,) = [events for _, events in events_by_window(records).items()] or [Counter()]
    (whole,) = expected({SESSION: own}, SESSION).values()
    assert kept <= whole
    is_told = any(isinstance(record, DeadLetter) for record in records)
    is_between = content[:cut].replace(b"\0", b"").rstrip(b" ,\r\n")[-1:] in (b"}", b"]", b'"', b"")  # behind a line
    is_shorter = any(content[:cut] == FORMS[name](own[:count]) for count in range(1, len(own)))  # between two segments
    assert is_told or kept == whole or is_between or is_shorter
    path.write_bytes(content[:cut] + extra + content[cut + 1 :])
    for record in read(str(path)):
        assert isinstance(record, SnapshotMessage | AnalyticsEvent | DeadLetter)


@settings(FAIR)
@given(values, st.integers(0, 10_000))
def test_a_json_text_that_breaks_off_is_closed(value: Any, cut: int) -> None:
    text = json.dumps({"a": value, "events": [value, [value]]}).encode()
    rest = salvage(text[: 1 + cut % len(text)])
    assert flaw(rest.text) is None
    assert bool(rest.damages) == (cut % len(text) + 1 < len(text))


@settings(FAIR)
@given(st.lists(values), st.lists(st.sampled_from([b"tru", b'"\x01"', b"01"]), max_size=3), st.randoms())
def test_broken_items_are_found_and_the_others_kept(items: list[Any], bad: list[bytes], random: Any) -> None:
    texts = [json.dumps(item).encode() for item in items]
    mixed = [*((text, True) for text in texts), *((text, False) for text in bad)]
    random.shuffle(mixed)
    rest = salvage(b'{"events":[' + b",".join(text for text, _ in mixed) + b"]}")
    assert json.loads(rest.text)["events"] == [json.loads(text) for text, is_good in mixed if is_good]
    assert [damage.item for damage in rest.damages] == [at for at, (_, is_good) in enumerate(mixed, 1) if not is_good]


@settings(FAIR)
@given(st.text(alphabet=st.sampled_from(["\\", "u", "d", "8", "0", "c", "\ud800", "\udc00", '"', "a", "\U0001f600"])))
def test_repair_touches_lone_surrogates_only(text: str) -> None:
    fixed = json.loads(json_utf8(json.dumps(text).encode()))
    joined = json.loads(json.dumps(text))  # two lone halves that meet are one character
    assert fixed == joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@settings(FAIR)
@given(st.lists(st.binary(max_size=20)), st.lists(st.integers(0, 20), max_size=10))
def test_lines_do_not_depend_on_the_chunks(lines: list[bytes], cuts: list[int]) -> None:
    text = b"\n".join(lines)
    chunks, start = [], 0
    for cut in cuts:
        chunks.append(text[start : start + cut])
        start += cut
    chunks.append(text[start:])
    limits = Limits(text_bytes=12)
    assert list(numbered_lines(chunks, limits)) == list(numbered_lines([text], limits))


@settings(FAIR)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 60)), max_size=60))
def test_messages_hold_every_event_in_order_and_keep_the_limits(sizes: list[tuple[str, int]]) -> None:
    parsed = [
        RecordedEvent("s", window, b"{" + b" " * size + b"}", SourcePosition("f", number))
        for number, (window, size) in enumerate(sizes)
    ]
    found: dict[str, list[bytes]] = {"a": [], "b": [], "c": []}
    for record in into_records(parsed, Limits(message_bytes=100, message_events=3)):
        assert isinstance(record, SnapshotMessage)
        items = record.items[1:-1].split(b",")
        assert len(items) <= 3
        assert len(record.items) <= 101 or len(items) == 1
        found[record.window_id] += items
    assert found == {window: [one.item for one in parsed if one.window_id == window] for window in "abc"}


@settings(FAIR)
@given(st.binary(max_size=3000), st.integers(0, 3000), st.integers(0, 255))
def test_damaged_gzip_yields_a_true_beginning(content: bytes, place: int, change: int) -> None:
    packed = bytearray(gzip.compress(content))
    at = 10 + place % (len(packed) - 10)  # behind the header, whose fields may change freely
    for broken in (packed[:at], packed[:at] + bytes([packed[at] ^ (change or 1)]) + packed[at + 1 :]):
        out = b""
        try:
            for chunk in plain_chunks(io.BytesIO(bytes(broken))):
                out += chunk
        except BrokenStreamError:
            continue
        assert out == content


@settings(FAIR)
@given(st.integers() | st.just(10**400) | st.floats() | st.text() | st.binary())
def test_received_times_are_storable_or_nothing(received: Any) -> None:
    line = json.dumps({"t": received if not isinstance(received, bytes) else None, "path": "/e/", "body": "null"})
    (record,) = FORMATS["requests"].parse(line.encode(), Place("f", "s"))
    assert isinstance(record, DeadLetter)
    assert record.received_ms is None or 0 <= record.received_ms <= 253_402_300_799_999

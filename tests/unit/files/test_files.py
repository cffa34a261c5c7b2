"""Reading files: every format and compression, its detection, and every kind of damage."""

from __future__ import annotations

import base64
import gzip
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import msgspec
import pytest
import zstandard

from replay_signals.pipelines.files.paths import InputError
from replay_signals.pipelines.files.reading import FORMATS, read
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, Reason, Record, SnapshotMessage
from replay_signals.schemas.wire import Limits
from replay_signals.transforms.parse import formats
from replay_signals.transforms.parse.cut import Parsed
from replay_signals.transforms.parse.recordings import Place
from support.samples import EXAMPLES
from support.wire_samples import (
    FILES_OF_ONE_WINDOW,
    FILES_OF_WINDOWS,
    RECEIVED_MS,
    SESSION,
    TEAM,
    events_by_window,
    expected,
    kafka_line,
    kafka_value,
    messages,
    reasons,
    request_line,
    rrweb,
    snapshot,
)

WINDOWS = {"win-1": [rrweb(1000), rrweb(3000, text="é�\u2028")], "win-2": [rrweb(2000)]}
OWN_SESSION = ("requests", "request-body", "kafka", "kafka-value", "export")


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(content: str | bytes, name: str = "rec-1.session.json") -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def letter(records: list[Record]) -> DeadLetter:
    """The only dead letter."""
    (only,) = (record for record in records if isinstance(record, DeadLetter))
    return only


@pytest.mark.parametrize("name", FILES_OF_WINDOWS)
def test_every_format_with_windows(name: str, write: Any) -> None:
    path = write(FILES_OF_WINDOWS[name](WINDOWS))
    session = SESSION if name in OWN_SESSION else "rec-1"
    for format in ("auto", name.split(maxsplit=1)[0]):
        records = list(read(path, format))
        assert reasons(records) == []
        assert events_by_window(records) == expected(WINDOWS, session)


@pytest.mark.parametrize("name", FILES_OF_ONE_WINDOW)
def test_every_format_without_windows(name: str, write: Any) -> None:
    events = [rrweb(1000), rrweb(2000), rrweb(3000)]
    path = write(FILES_OF_ONE_WINDOW[name](events))
    for format in ("auto", "rrweb"):
        records = list(read(path, format))
        assert events_by_window(records) == expected({"rec-1": events}, "rec-1")
        assert [message.team for message in messages(records)] == [""]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress, lambda content: content])
def test_compression_is_recognised_by_content(pack: Any, write: Any) -> None:
    content = FILES_OF_WINDOWS["requests"](WINDOWS).encode()
    for name in ("a.json", "a.json.gz", "a.json.zst"):
        assert events_by_window(read(write(pack(content), name))) == expected(WINDOWS, SESSION)


def test_several_members_and_padding(write: Any) -> None:
    lines = [line.encode() + b"\n" for line in FILES_OF_WINDOWS["requests"](WINDOWS).splitlines()]
    packs = (gzip.compress, zstandard.ZstdCompressor().compress)
    for content in (*(b"".join(map(pack, lines)) for pack in packs), gzip.compress(b"".join(lines)) + bytes(512)):
        records = list(read(write(content)))
        assert reasons(records) == []
        assert events_by_window(records) == expected(WINDOWS, SESSION)


def test_shipped_recordings() -> None:
    files = sorted(EXAMPLES.glob("*.posts.jsonl.gz"))
    assert len(files) == 12
    for file in files:
        records = list(read(str(file)))
        assert reasons(records) == []
        sessions = {message.session_id for message in messages(records)}
        events = [record for record in records if isinstance(record, AnalyticsEvent)]
        assert sessions
        assert {event.session_id for event in events} <= sessions
        assert {record.team for record in records} == {"phc_test"}


def test_positions_are_lines_or_events_of_a_document(write: Any) -> None:
    lines = [request_line(snapshot("w", [rrweb(1)])), "", request_line(snapshot("w", [rrweb(2)])), "{broken"]
    path = write("\r\n".join(lines))
    records = list(read(path))
    assert [(record.position.source, record.position.offset) for record in records] == [(path, 1), (path, 3), (path, 4)]
    document = list(read(write(json.dumps([rrweb(1), "x", rrweb(2)], indent=2))))
    assert sorted((type(one).__name__, one.position.offset) for one in document) == [
        ("DeadLetter", 2),
        ("SnapshotMessage", 1),
    ]


def test_broken_lines_keep_their_neighbours(write: Any) -> None:
    good = [kafka_line(kafka_value("w", [rrweb(at)])) for at in (1, 2, 3)]
    bad = ["{", "[]", "null", "\x00", good[0][:-9], '{"topic":"t","value":5}', '{"topic":' + "[" * 50_000]
    records = list(read(write("\n".join([bad[0], good[0], *bad[1:4], good[1], *bad[4:], good[2]]))))
    assert len(messages(records)) == 3
    assert sorted(reasons(records)) == sorted(
        [
            Reason.INVALID_JSON,
            Reason.INVALID_PAYLOAD,
            Reason.INVALID_PAYLOAD,
            Reason.INVALID_JSON,
            Reason.INVALID_JSON,
            Reason.EMPTY,
            Reason.TOO_DEEP,
        ]
    )


@pytest.mark.parametrize(
    "content", [b"", b" \n\r\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0), gzip.compress(b"\n", mtime=0)]
)
def test_an_empty_file_is_one_dead_letter(content: bytes, write: Any) -> None:
    assert reasons(list(read(write(content)))) == [Reason.EMPTY]


@pytest.mark.parametrize(
    "content",
    ["# Notes\n\nnot a recording\n", '{"seed": 1, "labels": []}', "[1, 2, 3]", '{"a":{"b":1}}\n{"c":2}\n', "\x00" * 99],
)
def test_other_files_are_of_unknown_format(content: str, write: Any) -> None:
    only = letter(list(read(write(content))))
    assert only.reason == Reason.UNKNOWN_FORMAT
    assert all(name in only.detail for name, _ in FORMATS[1:])


@pytest.mark.parametrize("content", ["[]", '{"events": []}'])
def test_a_recording_without_events(content: str, write: Any) -> None:
    assert reasons(list(read(write(content), "rrweb"))) == [Reason.NO_VALID_EVENTS]


@pytest.mark.parametrize("data", [{"id": "a", "snapshots": []}, {"id": "a"}, {"snapshotsByWindowId": {"w": []}}])
def test_an_export_without_events(data: dict[str, Any], write: Any) -> None:
    assert reasons(list(read(write(json.dumps({"version": "2023-04-28", "data": data}))))) == [Reason.NO_VALID_EVENTS]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_truncated_compression_keeps_everything_before_the_break(pack: Any, write: Any) -> None:
    lines = [request_line([snapshot("w", [rrweb(at, noise=f"{at * 7919 % 65537:x}" * 50)])]) for at in range(1, 2000)]
    packed = pack("\n".join(lines).encode())
    records = list(read(write(packed[: len(packed) // 2])))
    only = letter(records)
    kept = len(messages(records))
    assert only.reason in (Reason.INVALID_GZIP, Reason.INVALID_ZSTD)
    assert 500 < kept < 1500
    assert only.position.offset == kept + 1
    assert isinstance(records[-1], DeadLetter)


def test_damaged_gzip_keeps_everything_before_the_damage(write: Any) -> None:
    lines = [request_line([snapshot("w", [rrweb(at, noise=f"{at * 7919 % 65537:x}" * 9)])]) for at in range(1, 900)]
    packed = bytearray(gzip.compress("\n".join(lines).encode()))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\xff" * 40
    records = list(read(write(bytes(packed))))
    assert Reason.INVALID_GZIP in reasons(records)
    assert len(messages(records)) > 300
    checksum = bytearray(gzip.compress("\n".join(lines).encode()))
    checksum[-6] ^= 1
    records = list(read(write(bytes(checksum))))
    assert (len(messages(records)), reasons(records)) == (899, [Reason.INVALID_GZIP])


@pytest.mark.parametrize("indent", [None, 2])
def test_truncated_documents_keep_their_events(indent: int | None, write: Any) -> None:
    events = [rrweb(at) for at in range(1, 100)]
    for text in (json.dumps(events, indent=indent), json.dumps({"events": events}, indent=indent)):
        for content in (text[: len(text) // 2].encode(), gzip.compress(text.encode())[:-20]):
            records = list(read(write(content)))
            (message,) = messages(records)
            kept = json.loads(message.items)
            assert kept == events[: len(kept)]
            assert len(kept) > 40
            assert letter(records).position.offset == len(kept) + 1
    export = FILES_OF_WINDOWS["export"]({"w": events})
    records = list(read(write(export[: len(export) // 2])))
    assert sum(len(json.loads(message.items)) for message in messages(records)) > 40
    assert {message.session_id for message in messages(records)} == {SESSION}


def test_one_broken_event_of_a_document_keeps_the_others(write: Any) -> None:
    text = json.dumps([rrweb(1), "HERE", rrweb(2), rrweb(3)])
    for bad in ('{"type":3,"data":tru}', "[" * 50_000 + "]" * 50_000, '"\x01"'):
        records = list(read(write(text.replace('"HERE"', bad))))
        assert [len(json.loads(message.items)) for message in messages(records)] == [3]
        assert letter(records).position.offset == 2


def test_lines_after_a_broken_first_line_that_could_begin_a_document(write: Any) -> None:
    lines = [json.dumps(rrweb(at)) for at in (1, 2)]
    for start in ("{", '{"type":3,', '{"type":3,"data":{"adds":['):
        records = list(read(write("\n".join([start, *lines]))))
        assert events_by_window(records) == expected({"rec-1": [rrweb(1), rrweb(2)]}, "rec-1")
        assert letter(records).position.offset == 1
    for text in (f"[\n{lines[0]}\n]", f"[\n{lines[0]},\n{lines[1]}\n]"):
        assert reasons(list(read(write(text)))) == []


@pytest.mark.parametrize("name", [*FILES_OF_WINDOWS, *FILES_OF_ONE_WINDOW])
def test_text_of_events_is_made_readable(name: str, write: Any) -> None:
    event = rrweb(1, text="HERE")
    text = (
        FILES_OF_WINDOWS[name]({"w": [event]}) if name in FILES_OF_WINDOWS else FILES_OF_ONE_WINDOW[name]([event])
    ).encode()
    for bad in (b"\xff", b"\\ud800" if b'"HERE' in text else b"\xc3"):
        (message,) = read(write(text.replace(b"HERE", bad)))
        assert json.loads(message.items)[0]["data"]["text"] == "�"


def test_half_an_event_never_passes_for_a_whole_one(write: Any) -> None:
    event = json.dumps({"type": 3, "timestamp": 5, "data": {"source": 0, "adds": [{"a": 1}, {"a": 2}]}})
    records = list(read(write("\n".join([event, event[:-12], event])), "rrweb"))
    assert [json.loads(message.items) for message in messages(records)] == [[json.loads(event)] * 2]
    assert reasons(records) == [Reason.INVALID_JSON]


def test_long_recordings_are_cut_the_same_way_each_time(write: Any) -> None:
    events = [rrweb(at, pad="x" * 1000) for at in range(1, 2500)]
    path = write("\n".join(json.dumps(event) for event in events))
    records = list(read(path))
    assert [message.message_id for message in messages(records)] == [m.message_id for m in messages(read(path))]
    assert len(messages(records)) == 3
    assert all(len(message.items) <= 1_000_002 for message in messages(records))
    assert events_by_window(records) == expected({"rec-1": events}, "rec-1")
    many = list(read(write(json.dumps([rrweb(at) for at in range(1, 4502)]))))
    assert [len(json.loads(message.items)) for message in messages(many)] == [2000, 2000, 501]


def test_too_large_events_lines_and_documents(write: Any) -> None:
    large = Limits(event_bytes=5000, text_bytes=20_000)
    events = [rrweb(1), rrweb(2, pad="x" * 6000), rrweb(3)]
    for text in (json.dumps(events), "\n".join(json.dumps(event) for event in events)):
        records = list(read(write(text), limits=large))
        assert reasons(records) == [Reason.TOO_LARGE]
        assert [len(json.loads(message.items)) for message in messages(records)] == [2]
    lines = [json.dumps(rrweb(1)), json.dumps(rrweb(2, pad="x" * 50_000)), json.dumps(rrweb(3))]
    records = list(read(write("\n".join(lines)), limits=large))
    assert (len(messages(records)), letter(records).reason, letter(records).position.offset) == (1, Reason.TOO_LARGE, 2)
    assert len(letter(records).payload) == 4096
    document = json.dumps([rrweb(at) for at in range(1, 1000)], indent=1)
    records = list(read(write(document), limits=large))
    assert letter(records).reason == Reason.TOO_LARGE
    assert messages(records)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_bombs_end_early_and_stay_small(pack: Any, write: Any) -> None:
    good = request_line([snapshot("w", [rrweb(1)])]).encode() + b"\n"
    path = write(pack(good + b" " * 200_000_000))
    tracemalloc.start()
    records = list(read(path, limits=Limits(ratio_from_bytes=1_000_000, text_bytes=10_000_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(messages(records)) == 1
    assert Reason.TOO_LARGE in reasons(records)
    assert peak < 60_000_000
    absolute = list(read(path, limits=Limits(decompressed_bytes=10_000_000)))
    assert reasons(absolute) == [Reason.TOO_LARGE]


def test_a_line_of_100_megabytes_passes_and_its_neighbours_too(write: Any) -> None:
    lines = [json.dumps(rrweb(1)), json.dumps(rrweb(2, pad="x" * 100_000_000)), json.dumps(rrweb(3))]
    records = list(read(write(gzip.compress("\n".join(lines).encode(), 1))))
    assert reasons(records) == [Reason.TOO_LARGE]
    assert events_by_window(records) == expected({"rec-1": [rrweb(1), rrweb(3)]}, "rec-1")


def test_json_lines_are_streamed(write: Any) -> None:
    line = request_line([snapshot("w", [rrweb(1, pad="x" * 10_000)])])
    path = write(gzip.compress("\n".join([line] * 5000).encode(), 1))
    tracemalloc.start()
    count = sum(1 for _ in read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 5000
    assert peak < 10_000_000


def test_many_windows_are_bounded_in_memory(write: Any) -> None:
    lines = (json.dumps([f"window-{number}", rrweb(1, pad="x" * 100)]) for number in range(20_000))
    records = list(read(write("\n".join(lines))))
    assert len({message.window_id for message in messages(records)}) == 20_000


KCAT = {"topic": "t", "partition": 0, "offset": 1, "tstype": "create", "ts": RECEIVED_MS, "headers": ["token", TEAM]}


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({**KCAT, "payload": kafka_value("w", [rrweb(1)])}),
        kafka_line(kafka_value("w", [rrweb(1)]), headers=[{"key": "token", "value": TEAM}]),
        kafka_line(
            base64.b64encode(gzip.compress(kafka_value("w", [rrweb(1)]).encode())).decode(), value_encoding="base64"
        ),
        kafka_line("").replace('"value": ""', '"value": ' + kafka_value("w", [rrweb(1)])),
    ],
)
def test_kafka_lines_of_other_tools(line: str, write: Any) -> None:
    (message,) = read(write(line))
    assert events_by_window([message]) == expected({"w": [rrweb(1)]}, SESSION)
    assert (message.team, message.received_ms) == (TEAM, RECEIVED_MS)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": None}, Reason.EMPTY),
        ({"value": "?", "value_encoding": "base64"}, Reason.INVALID_PAYLOAD),
        ({"value_encoding": "hex"}, Reason.INVALID_PAYLOAD),
        ({"headers": 5}, Reason.INVALID_PAYLOAD),
        ({"headers": {}}, Reason.NO_TOKEN),
        ({"headers": {"token": None}}, Reason.NO_TOKEN),
    ],
)
def test_bad_kafka_lines(change: dict[str, Any], reason: str, write: Any) -> None:
    assert reasons(list(read(write(kafka_line(**{"value": kafka_value("w", [rrweb(1)]), **change}))))) == [reason]


def test_both_topics_in_one_file(write: Any) -> None:
    event = {"event": "$pageview", "uuid": "u", "team_id": 2, "distinct_id": "d", "timestamp": "2026-11-24 03:11:02"}
    topics = ("clickhouse_events_json", "prefix_clickhouse_events_json_test", "something-else")
    lines = [
        kafka_line(kafka_value("w", [rrweb(1)])),
        *(kafka_line(json.dumps(event), topic=topic) for topic in topics),
    ]
    records = list(read(write("\n".join(lines))))
    assert [type(record).__name__ for record in records] == ["SnapshotMessage", *["AnalyticsEvent"] * 3]
    assert [type(one).__name__ for one in read(write(json.dumps(event)))] == ["AnalyticsEvent"]


@pytest.mark.parametrize(
    ("name", "session"),
    [
        ("s0001.posts.jsonl", "s0001"),
        ("plain", "plain"),
        (".hidden", ".hidden"),
        ("a b-ü.json", "a b-ü"),
        ("x" * 220, "x" * 200),
    ],
)
def test_a_file_without_session_ids_is_named_by_its_name(name: str, session: str, write: Any) -> None:
    (message,) = messages(read(write(json.dumps([rrweb(1)]), name)))
    assert message.session_id == session


def test_an_export_without_id_is_named_by_its_file_and_numbers_windows(write: Any) -> None:
    snapshots = [{**rrweb(1), "windowId": 1}, ["w", rrweb(2)], rrweb(3)]
    export = {"version": "2023-04-28", "data": {"id": "", "snapshots": snapshots}}
    assert sorted(events_by_window(read(write(json.dumps(export))))) == [
        ("rec-1", "1"),
        ("rec-1", "rec-1"),
        ("rec-1", "w"),
    ]


def test_unknown_format_names_the_nearest() -> None:
    with pytest.raises(InputError, match="unknown format 'kafak'; did you mean 'kafka'"):
        read("whatever", "kafak")


def test_unreadable_files_are_dead_letters(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.json"):
        assert reasons(list(read(str(path)))) == [Reason.UNREADABLE]


def test_a_read_that_fails_in_the_middle_keeps_what_came_before() -> None:
    lines = FILES_OF_WINDOWS["requests"](WINDOWS).encode()
    fsspec.register_implementation("failing", _FailingFileSystem, clobber=True)
    _FailingFileSystem.content = lines
    records = list(read("failing://a.json"))
    assert events_by_window(records) == expected({"win-1": WINDOWS["win-1"]}, SESSION)
    assert letter(records).reason == Reason.UNREADABLE
    assert "the network is gone" in letter(records).detail


class _FailingFileSystem(fsspec.AbstractFileSystem):  # type: ignore[misc]  # fsspec is untyped
    """A store whose connection ends after most of the content."""

    protocol = "failing"
    content = b""

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        return _FailingFile([self.content[:-30]])


class _FailingFile:
    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)

    def __enter__(self) -> _FailingFile:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def read(self, size: int) -> bytes:
        for chunk in self._chunks:
            return chunk
        raise ConnectionError("the network is gone")


def test_a_bug_of_a_parser_costs_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        json.dumps(["w", {"type": 4, "timestamp": 1_700_000_000_000 + i, "data": {"href": f"/{i}"}}]) for i in range(3)
    ]
    path = tmp_path / "session.jsonl"
    path.write_text("\n".join(lines))
    pairs = formats.FORMATS["window-pairs"]

    def picky(text: bytes, place: Place) -> Iterator[Parsed]:
        if b"/1" in text:
            raise ZeroDivisionError("nobody foresaw this")
        return pairs.parse(text, place)

    monkeypatch.setitem(formats.FORMATS, "window-pairs", msgspec.structs.replace(pairs, parse=picky))
    found = list(read(str(path)))
    letters = [record for record in found if isinstance(record, DeadLetter)]
    assert [(letter.reason, letter.position.offset, letter.payload) for letter in letters] == [
        (Reason.INTERNAL, 2, lines[1].encode())
    ]
    kept = b"".join(record.items for record in found if isinstance(record, SnapshotMessage))
    assert b'"/0"' in kept and b'"/2"' in kept


@pytest.mark.parametrize("first", ['["w", {"type": 3, [', '{"type": 3, "data": {"source": 2}{"times', "xx{["])
@pytest.mark.parametrize("line", ['["w", %s]', "%s", '{"event": %s}'])
def test_a_sound_line_is_kept_beside_one_that_looks_like_the_beginning_of_a_document(
    tmp_path: Path, first: str, line: str
) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text(first + "\n" + line % json.dumps(rrweb(5)))
    records = list(read(str(path)))
    assert [json.loads(message.items) for message in messages(records)] == [[rrweb(5)]]
    assert len(records) == 2

"""Mutated recordings: `python -m bench.fuzz --seed N --inputs 100000 [FILES]`.

Takes values of both topics and texts of files, made of the examples in all formats, changes them at the level of bytes,
JSON, events and gzip, and takes each as the stream or `detect` would. Nothing may raise, nothing may be an
`internal_error`, and nothing may take long: what does is saved, so that it can be tried again.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
import tracemalloc
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from bench.bomb_messages import SENT_MS, packed
from replay_signals.pipelines.files.paths import expand
from replay_signals.schemas.messages import Reason, SourcePosition
from replay_signals.schemas.rows import DeadLetterRow
from replay_signals.transforms.evidence.extract import Evidence, evidence_of
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka
from replay_signals.transforms.parse.cut import into_records
from replay_signals.transforms.parse.formats import FORMATS
from replay_signals.transforms.parse.recordings import Place

MAX_SECONDS, MAX_MB = 1.5, 200.0
"""Three times what a message may cost: machines are shared."""
WEIGHTS = 1, 14, 1
"""Of changes to bytes, JSON and compression: most inputs are to get past the parser."""
MEMORY_EVERY = 500
"""Memory is traced for one input of so many, because tracing takes as long as the rest."""
SEED_BYTES = 100_000
MAX_REPEATED_CHARS = 10_000
_GZIP = "\x1f\x8b"
_WORDS = json.loads(
    '[null, true, false, 0, -0.0, -1, 1.5, 1e308, -1e308, 9223372036854775807, 18446744073709551616, "", "x", "1",'
    ' "NaN", [], {}, [[]], {"a": {}}, "\\u0000", "\\ud800", "2026-11-27T10:00:00Z", "a@example.com", "[", "eJw="]'
)
_BYTES = (b'"', b"\\", b"[", b"]", b"{", b"}", b",", b":", b"\xff", b"\x00", b"\xed\xa0\x80", b"NaN", b"1e999", b"\n")


class Input(msgspec.Struct, frozen=True):
    """Something that arrives: `way` is a topic's role or the name of a file format, `at_ms` the broker's time."""

    way: str
    data: bytes
    at_ms: int = SENT_MS


class Found(msgspec.Struct):
    """What a run came to."""

    inputs: int = 0
    kept: int = 0
    dead: int = 0
    failures: int = 0
    slowest_seconds: float = 0.0
    slowest: Input | None = None
    largest_mb: float = 0.0
    largest: Input | None = None


def seeds(paths: list[str]) -> dict[str, list[Input]]:
    """By way: the messages of recordings in the form that it takes, each of them something that is kept."""
    found: dict[str, list[Input]] = defaultdict(list)
    for path in expand(paths):
        text = gzip.decompress(Path(path).read_bytes()) if path.endswith(".gz") else Path(path).read_bytes()
        lines = sorted((line for line in text.splitlines() if 2 < len(line) < SEED_BYTES), key=len)
        for line in lines[:: max(1, len(lines) // 8)]:
            found["requests"].append(Input("requests", line))
            for event in _events(line):
                for one in _of_event(event):
                    found[one.way].append(one)
    return dict(found)


def _of_event(event: dict[str, Any]) -> Iterator[Input]:
    properties = event.get("properties", {})
    yield Input("request-body", json.dumps([event]).encode())
    items = properties.get("$snapshot_data")
    if event.get("event") != "$snapshot":
        text = json.dumps({**event, "properties": json.dumps(properties), "distinct_id": "d"})
        yield Input("events", text.encode())
    elif isinstance(items, list) and items:
        at_ms = max(item["timestamp"] for item in items)
        for forms in (items, [_unpacked(item) for item in items]):
            yield Input("snapshots", _snapshot(forms), at_ms)
            for way, text in _files(forms, at_ms):
                yield Input(way, text.encode())


def _files(items: list[Any], at_ms: int) -> Iterator[tuple[str, str]]:
    """One message's events as text of each file format that knows such things."""
    value = _snapshot(items).decode()
    line = {"topic": "session_recording_snapshot_item_events", "partition": 0, "offset": 1, "timestamp": at_ms}
    yield "kafka", json.dumps({**line, "headers": {"token": "t"}, "value": value})
    yield "kafka-value", value
    yield "export", json.dumps({"version": "2023-04-28", "data": {"id": "s", "snapshots": items}})
    yield "export", json.dumps({"version": "2022-12-02", "data": {"snapshotsByWindowId": {"w": items}}})
    yield "blob", json.dumps({"window_id": "w", "data": items})
    yield "window-pairs", json.dumps([["w", item] for item in items])
    yield "sentry", json.dumps([items])
    yield "packed", json.dumps([zlib.compress(json.dumps(item).encode()).decode("latin-1") for item in items])
    yield "rrweb", json.dumps(items)
    yield "rrweb", json.dumps({"data": {"a": {"events": items}}})


def _events(line: bytes) -> Iterator[dict[str, Any]]:
    try:
        body = json.loads(line).get("body")
        body = json.loads(body) if isinstance(body, str) else body
    except (ValueError, AttributeError):
        return
    batch = body.get("batch", [body]) if isinstance(body, dict) else body
    yield from (event for event in batch or [] if isinstance(event, dict))


def _snapshot(items: list[Any]) -> bytes:
    inner = {"event": "$snapshot_items", "properties": {"$session_id": "s", "$snapshot_items": items}}
    return json.dumps({"distinct_id": "d", "data": json.dumps(inner)}).encode()


def _unpacked(item: dict[str, Any]) -> dict[str, Any]:
    """An event without compressed fields, where changes reach every node."""

    def plain(field: Any) -> Any:
        is_packed = isinstance(field, str) and field.startswith(_GZIP)
        return json.loads(gzip.decompress(field.encode("latin-1"))) if is_packed else field

    data = plain(item.get("data"))
    data = {name: plain(field) for name, field in data.items()} if isinstance(data, dict) else data
    return {name: field for name, field in item.items() if name != "cv"} | {"data": data}


def _bytes(data: bytes, rng: random.Random) -> bytes:
    at, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    end = min(end, at + rng.choice((0, 1, 8, 1000)))
    piece = rng.choice((b"", rng.choice(_BYTES), rng.randbytes(4), data[at:end] * 2, rng.choice(_BYTES) * 500))
    return data[:at] + piece + data[end:]


def _json(data: bytes, rng: random.Random) -> bytes:
    """Changes values, names and order anywhere in the JSON, also in JSON that stands in a string."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return _bytes(data, rng)
    return json.dumps(_changed(value, rng)).encode()


def _changed(value: Any, rng: random.Random) -> Any:
    if rng.random() < 0.12 or not value or not isinstance(value, dict | list | str):
        return _other(value, rng)
    if isinstance(value, str):
        return _changed_text(value, rng)
    if isinstance(value, list):
        at = rng.randrange(len(value))
        return [*value[:at], _changed(value[at], rng), *value[at + 1 :]]
    name = rng.choice(list(value))
    return {**value, rng.choice((name, name, name, "x", "id")): _changed(value[name], rng)}


def _changed_text(text: str, rng: random.Random) -> Any:
    """Text that holds JSON, plain or packed as posthog-js does it, changes inside."""
    is_packed = text.startswith(_GZIP)
    try:
        plain = gzip.decompress(text.encode("latin-1")).decode() if is_packed else text
        inner = json.loads(plain) if plain[:1] in "[{" else None
    except (ValueError, OSError, EOFError, zlib.error):
        inner = None
    if inner is None:
        return _other(text, rng)
    changed = json.dumps(_changed(inner, rng))
    return packed([changed.encode()]) if is_packed else changed


def _other(value: Any, rng: random.Random) -> Any:
    choices: tuple[Callable[[], Any], ...] = (
        lambda: rng.choice(_WORDS),
        lambda: [value] * rng.choice((0, 2, 50)),
        lambda: {"a": value, "timestamp": value},
        lambda: str(value)[:MAX_REPEATED_CHARS] * rng.choice((2, 100)),
        lambda: -value if isinstance(value, int | float) else value,
        lambda: value * 10**9 if isinstance(value, int) else 10 ** rng.choice((18, 19, 30, 400)),
    )
    return rng.choice(choices)()


def _gzip(data: bytes, rng: random.Random) -> bytes:
    whole = gzip.compress(data, mtime=0) if rng.random() < 0.5 else zlib.compress(data)
    return rng.choice((whole, _bytes(whole, rng), whole[: rng.randrange(len(whole))], whole + whole))


def mutated(one: Input, rng: random.Random) -> Input:
    """Another input, by one to four changes."""
    data = one.data
    for _ in range(rng.randint(1, 4)):
        data = rng.choices((_bytes, _json, _gzip), WEIGHTS)[0](data, rng) or b"0"
    return msgspec.structs.replace(one, data=data[: 4 * SEED_BYTES])


def take(one: Input) -> list[Evidence]:
    """All evidence in an input; raises nothing, or it is a bug."""
    if one.way in FORMATS:
        records = into_records(FORMATS[one.way].parse(one.data, Place("fuzz", "s")))
        return [evidence for record in records for evidence in evidence_of(record)]
    message = KafkaMessage(one.data, {"token": b"t"}, one.at_ms, SourcePosition("fuzz", 0, 0))
    return list(evidence_of_kafka(one.way, message))


def run(inputs: int, seed: int, paths: list[str], failures: Path, note: Callable[[str], None] = print) -> Found:
    """Takes so many inputs; every failure is a file in `failures`, named by its reason."""
    rng = random.Random(seed)
    known = list(seeds(paths).values())
    found = Found()
    for number in range(inputs):
        one = mutated(rng.choice(rng.choice(known)), rng)
        traced = number % MEMORY_EVERY == 0
        if traced:
            tracemalloc.start()
        started = time.process_time()
        problem = ""
        try:
            evidence = take(one)
        except Exception as error:  # noqa: BLE001 - finding it is what this is for
            evidence, problem = [], f"{type(error).__name__}: {error}"
        seconds = time.process_time() - started
        mb = tracemalloc.get_traced_memory()[1] / 1e6 if traced else 0.0
        if traced:
            tracemalloc.stop()
        reasons = [item.body.reason for item in evidence if isinstance(item.body, DeadLetterRow)]
        found.inputs += 1
        found.dead += len(reasons)
        found.kept += len(evidence) - len(reasons)
        bugs = [item.body.detail for item in evidence if isinstance(item.body, DeadLetterRow)]
        if Reason.INTERNAL in reasons:
            problem = bugs[reasons.index(Reason.INTERNAL)]
        if not traced and seconds > found.slowest_seconds:
            found.slowest_seconds, found.slowest = seconds, one
        if mb > found.largest_mb:
            found.largest_mb, found.largest = mb, one
        if not problem and ((not traced and seconds > MAX_SECONDS) or mb > MAX_MB):
            problem = f"{seconds:.2f} s, {mb:.0f} MB"
        if problem:
            found.failures += 1
            failures.mkdir(parents=True, exist_ok=True)
            (failures / f"{seed}-{number}-{one.way}").write_bytes(one.data)
            note(f"input {number} ({one.way}, {len(one.data)} bytes): {problem[:300]}")
    return found


def main() -> int:
    """Prints what a run came to; 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("paths", nargs="*", default=["examples"], help="recordings to start from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--failures", type=Path, default=Path("fuzz-failures"), help="folder for what failed")
    options = parser.parse_args()
    found = run(options.inputs, options.seed, options.paths, options.failures)
    print(f"{found.inputs:,} inputs: {found.kept:,} kept, {found.dead:,} dead letters, {found.failures:,} failures")
    for name, value, one in (
        ("slowest", f"{found.slowest_seconds:.3f} s", found.slowest),
        ("largest", f"{found.largest_mb:.1f} MB", found.largest),
    ):
        print(f"{name}: {value}" + (f", {one.way}, {len(one.data):,} bytes" if one else ""))
    return int(found.failures > 0)


if __name__ == "__main__":
    sys.exit(main())

"""Sessions that should not exist, through Kafka and a running local cluster: `make stack`, `python -m bench.extremes`.

A gigabyte of changes in one session, a bot that clicks a hundred times a second, one session id for a whole office, and
beside them examples whose signals must not change. Prints how long it took, what was truncated, and what was held.
"""

from __future__ import annotations

import heapq
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec

from bench import traffic
from bench.stream import ROOT, RULES, cancelled, config_of, resident_mb, start
from replay_signals.jobs.detect import Rejects, collect, judge_all
from replay_signals.jobs.stack import rest
from replay_signals.jobs.stack_state import State, load_state
from replay_signals.pipelines.files.paths import expand
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.pipelines.kafka.messages import Outgoing, messages_of, snapshot_message
from replay_signals.schemas.messages import SnapshotMessage

NEIGHBOURS = 3
GIANT_MESSAGES, GIANT_BYTES = 1_000, 1_000_000
BOT_SECONDS, CLICKS_A_SECOND = 600, 100
OFFICE_WINDOWS = 200
PATIENCE_S = 900
HELD = """
    SELECT session_id, truncated, message_count AS judged, click_count AS clicks, signal_count AS signals,
           (SELECT count(*) FROM latest_message_digests d WHERE d.session_id = s.session_id) AS rows
    FROM latest_sessions s ORDER BY 1
"""


def giant(like: SnapshotMessage, changes: list[bytes], start_ms: int) -> Iterator[Outgoing]:
    """A session of a gigabyte: the changes of a real page over and over, in messages of a megabyte."""
    supply = cycle(changes)
    for number in range(GIANT_MESSAGES):
        now_ms = start_ms + number * 500
        items, size = [like.items[1:-1]] if number == 0 else [], 0
        while size < GIANT_BYTES:
            items.append(traffic.TIMESTAMP.sub(b'"timestamp":%d' % now_ms, next(supply)))
            size += len(items[-1])
        yield _message(like, "giant", "w0", items, now_ms)


def bot(like: SnapshotMessage, start_ms: int) -> Iterator[Outgoing]:
    """A session that clicks a hundred times a second for ten minutes."""
    for second in range(BOT_SECONDS):
        now_ms = start_ms + second * 1000
        items = [like.items[1:-1]] if second == 0 else []
        for click in range(CLICKS_A_SECOND):
            at_ms = now_ms + click * 1000 // CLICKS_A_SECOND
            items.append(
                b'{"type":3,"timestamp":%d,"data":{"source":2,"type":2,"id":%d,"x":5,"y":5}}' % (at_ms, 20 + click % 40)
            )
        yield _message(like, "bot", "w0", items, now_ms + 1000)


def office(visitor: list[SnapshotMessage], start_ms: int) -> Iterator[Outgoing]:
    """One session id for many visitors: each a window, all at once."""
    for number, message in enumerate(visitor):
        for window in range(OFFICE_WINDOWS):
            now_ms = start_ms + number * 3000 + window
            yield _message(message, "office", f"w{window}", [message.items[1:-1]], now_ms)


def _message(like: SnapshotMessage, session_id: str, window_id: str, items: list[bytes], now_ms: int) -> Outgoing:
    body = b"[" + b",".join(items) + b"]"
    own = msgspec.structs.replace(
        like, session_id=session_id, window_id=window_id, items=body, received_ms=now_ms, sent_ms=now_ms
    )
    return snapshot_message(own)


def load() -> tuple[Iterator[Outgoing], dict[str, int], list[str]]:
    """All messages by time, how many each extreme has, and the neighbours' files."""
    every = expand([str(traffic.EXAMPLES / "s*.gz")])
    files = every[:NEIGHBOURS]
    known = [sorted(read(url, "auto"), key=lambda r: getattr(r, "received_ms", 0) or 0) for url in files]
    visitor = [r for r in known[1] if isinstance(r, SnapshotMessage)]
    first = next(r for r in known[0] if isinstance(r, SnapshotMessage))
    start_ms = first.received_ms or 0
    changes = [item for url in every for r in read(url, "auto") for item in traffic.changes_of(r)]
    extremes = giant(first, changes, start_ms), bot(first, start_ms), office(visitor, start_ms)
    counts = {"giant": GIANT_MESSAGES, "bot": BOT_SECONDS, "office": OFFICE_WINDOWS * len(visitor)}
    return heapq.merge(*extremes, *map(messages_of, known), key=lambda m: m.timestamp_ms), counts, files


def wait(state: State, job: str, warehouse: str, wanted: int) -> dict[str, float]:
    """Waits until all sessions closed; the most that was held meanwhile."""
    peak = {"resident_mb": 0.0, "checkpoint_mb": 0.0}
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        checkpoints: Any = rest(state, f"/jobs/{job}/checkpoints")
        newest = checkpoints["latest"]["completed"] if checkpoints else None
        peak["checkpoint_mb"] = max(peak["checkpoint_mb"], newest["state_size"] / 1e6 if newest else 0)
        peak["resident_mb"] = max(peak["resident_mb"], resident_mb(load_state(ROOT)))
        if query("SELECT count(*) AS n FROM latest_sessions", warehouse).to_pylist()[0]["n"] >= wanted:
            return peak
        time.sleep(2)
    raise SystemExit(f"Sessions had not closed after {PATIENCE_S} s.")


def main() -> None:
    """Runs it and prints a line each; ends with 1 when a neighbour's signals are others than without the extremes."""
    state = load_state(ROOT)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        config = config_of(state, Path(name), "extremes", parallelism=2, rules=RULES)
        messages, counts, files = load()
        warehouse = config.warehouse.folder
        with cancelled(start(config)) as job:
            began = time.monotonic()
            traffic.fill(state.bootstrap, config.kafka, messages)
            peak = wait(state, job, warehouse, len(counts) + NEIGHBOURS)
            seconds = time.monotonic() - began
        print(f"closed after {seconds:.0f} s; at most {peak}", flush=True)
        for row in query(HELD, warehouse).to_pylist():
            if row["session_id"] in counts:
                print(f"{row}, of {counts[row['session_id']]} messages", flush=True)
        expected = {
            s.signal_id for rows in judge_all(collect(files, "auto", Rejects()), RULES) for s in rows["signals"]
        }
        ours = query("SELECT signal_id, session_id FROM latest_signals", warehouse).to_pylist()
        found = {row["signal_id"] for row in ours if row["session_id"] not in counts}
        print(f"neighbours: {len(found)} signals, {len(found ^ expected)} others than without the extremes")
    raise SystemExit(int(found != expected))


if __name__ == "__main__":
    main()

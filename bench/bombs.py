"""Messages that are made to cost: `python -m bench.bombs`.

Each is small, and asks for far more than its size: by compression, by many values, by nesting, by names. A process of
its own takes it as the stream would; CPU seconds and the memory that the message added are printed.
"""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import DeadLetterRow
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka

SENT_MS = 1_790_000_000_000
MAX_SECONDS, MAX_MB = 0.5, 200.0
"""What one message may cost, whatever is in it: CPU seconds, and MB beyond the message itself."""
MAX_PROCESS_BYTES = 2_000_000_000
"""Address space of the process that takes a bomb: beyond, it dies, as a task manager would."""


class Cost(msgspec.Struct):
    """What a message did to the process that took it."""

    message_bytes: int
    cpu_seconds: float
    added_mb: float
    outcomes: list[str]


def packed(parts: Iterable[bytes], level: int = 9) -> str:
    """Text as posthog-js compresses a field, made of parts so that it need not fit into memory."""
    stream = zlib.compressobj(level, zlib.DEFLATED, 31)
    return b"".join([*map(stream.compress, parts), stream.flush()]).decode("latin-1")


def message(*events: dict[str, Any]) -> bytes:
    """A value of the snapshot topic, written in UTF-8 as JavaScript does."""
    inner = {"$session_id": "bomb", "$snapshot_items": events}
    data = json.dumps({"event": "$snapshot_items", "properties": inner}, ensure_ascii=False)
    return json.dumps({"distinct_id": "visitor", "data": data}, ensure_ascii=False).encode()


def _full(*parts: bytes) -> dict[str, Any]:
    return {"type": 2, "timestamp": SENT_MS, "cv": "2024-10", "data": packed(parts)}


def _changed(**fields: Any) -> dict[str, Any]:
    no_change: dict[str, Any] = {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": []}
    return {"type": 3, "timestamp": SENT_MS, "cv": "2024-10", "data": no_change | fields}


def _field(**data: Any) -> dict[str, Any]:
    return {"type": 3, "timestamp": SENT_MS, "data": {"source": 5, "id": 1, **data}}


def _nodes(count: int) -> bytes:
    block = b',{"id":1}' * 100_000
    head = b'{"node":{"id":1,"type":0,"childNodes":[{"id":1}'
    return message(_full(head, *[block] * (count // 100_000), b"]}}"))


def _adds(count: int) -> bytes:
    rows = (
        b'{"parentId":%d,"node":{"id":%d,"type":2,"tagName":"a"}},' % (i * 7919 % 1_000_003, i) for i in range(count)
    )
    return message(_changed(adds=packed([b"[", *rows, b'{"parentId":1}]'])))


def _nested(texts: int, controls: int) -> bytes:
    """Many texts in links in links: each text is a part of the name of every link around it."""
    opened = b"".join(b'{"id":%d,"type":2,"tagName":"a","childNodes":[' % i for i in range(1, controls + 1))
    inner = b",".join(b'{"id":%d,"type":3,"textContent":"x"}' % (1000 + i) for i in range(texts))
    return message(_full(b'{"node":', opened, inner, b"]}" * controls, b"}"))


def _names(count: int) -> dict[str, str]:
    return {f"a{i}": "" for i in range(count)}


BOMBS: dict[str, Callable[[], bytes]] = {
    "24 million nodes in a compressed snapshot": lambda: _nodes(24_000_000),
    "compressed snapshot, just within the budget": lambda: _nodes(400_000),
    "changes that add 700,000 links": lambda: _adds(700_000),
    "changes that add 150,000 links": lambda: _adds(150_000),
    "60 compressed fields of 200 MB": lambda: message(*[_changed(texts=packed([b"[]", *[b" " * 10**6] * 200]))] * 60),
    "3 million attributes of one node": lambda: message(
        _changed(attributes=[{"id": 1, "attributes": _names(3 * 10**6)}])
    ),
    "100,000 attributes of one node": lambda: message(_changed(attributes=[{"id": 1, "attributes": _names(10**5)}])),
    "300,000 texts in 300 links in each other": lambda: _nested(300_000, 300),
    "80 MB of backslashes": lambda: gzip.compress(b'{"a":[' + b"\\" * 80_000_000),
    "8 MB of backslashes in a string": lambda: gzip.compress(b'{"data":"' + b"\\" * 8_000_001),
    "a million lone surrogates": lambda: gzip.compress(b'{"data":["' + rb"\ud800 " * 1_000_000),
    "5 million empty lists for a text": lambda: message(_field(text=[[]] * 5_000_000)),
    "2 million entries for a text": lambda: message(_field(text=dict.fromkeys(map(str, range(2 * 10**6)), 1))),
    "a million brackets that never close": lambda: gzip.compress(b'{"distinct_id":"d","data":"' + b"[" * 8_000_000),
}


def cost_of(value: bytes) -> Cost:
    """Takes a message in a process of its own; raises RuntimeError when that dies."""
    command = [sys.executable, "-m", "bench.bombs", "--take"]
    done = subprocess.run(command, input=value, capture_output=True, check=False, timeout=120)
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.decode()[-500:]}")
    return msgspec.json.decode(done.stdout, type=Cost)


def _take() -> None:
    """The child: reads a message, takes it, prints what it cost."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_PROCESS_BYTES, MAX_PROCESS_BYTES))
    value = sys.stdin.buffer.read()
    place = SourcePosition("bombs", 1, 0)
    list(evidence_of_kafka("snapshots", KafkaMessage(message(), {"token": b"t"}, SENT_MS, place)))  # warms up
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before_mb, before = _peak_mb(), time.process_time()
    found = list(evidence_of_kafka("snapshots", KafkaMessage(value, {"token": b"t"}, SENT_MS, place)))
    seconds, added = time.process_time() - before, _peak_mb() - before_mb
    outcomes = [one.body.reason if isinstance(one.body, DeadLetterRow) else "digest" for one in found]
    sys.stdout.buffer.write(msgspec.json.encode(Cost(len(value), seconds, added, outcomes)))


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def main() -> int:
    """Prints a line for each bomb; 1 when one costs more than a message may."""
    if sys.argv[1:] == ["--take"]:
        _take()
        return 0
    table = Table("message", "bytes", "CPU s", "MB", "outcome")
    broken = False
    for name, make in BOMBS.items():
        cost = cost_of(make())
        broken = broken or cost.cpu_seconds > MAX_SECONDS or cost.added_mb > MAX_MB
        outcome = ", ".join(sorted(set(cost.outcomes)))
        table.add_row(name, f"{cost.message_bytes:,}", f"{cost.cpu_seconds:.2f}", f"{cost.added_mb:.0f}", outcome)
    Console(width=120).print(table)
    return int(broken)


if __name__ == "__main__":
    raise SystemExit(main())

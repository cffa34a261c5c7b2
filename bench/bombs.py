"""Messages that are made to cost: `python -m bench.bombs`.

Each is small, and asks for far more than its size: by compression, by many values, by nesting, by names. A process of
its own takes it as the stream would; CPU seconds and the memory that the message added are printed.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.bomb_messages import EVENTS, SENT_MS, SNAPSHOTS, warm_up
from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import DeadLetterRow
from replay_signals.transforms.evidence.extract import Evidence
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka

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


BOMBS = {name: ("snapshots", make) for name, make in SNAPSHOTS.items()}
BOMBS |= {name: ("events", make) for name, make in EVENTS.items()}
"""The topic's role, and what makes the value."""


def cost_of(value: bytes, role: str = "snapshots") -> Cost:
    """Takes a message in a process of its own; raises RuntimeError when that dies."""
    command = [sys.executable, "-m", "bench.bombs", "--take", role]
    done = subprocess.run(command, input=value, capture_output=True, check=False, timeout=120)
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.decode()[-500:]}")
    return msgspec.json.decode(done.stdout, type=Cost)


def _take(role: str) -> None:
    """The child: reads a message, takes it, prints what it cost."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_PROCESS_BYTES, MAX_PROCESS_BYTES))
    value = sys.stdin.buffer.read()
    _evidence("snapshots", warm_up())
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before_mb, before = _peak_mb(), time.process_time()
    found = _evidence(role, value)
    seconds, added = time.process_time() - before, _peak_mb() - before_mb
    outcomes = [one.body.reason if isinstance(one.body, DeadLetterRow) else "kept" for one in found]
    sys.stdout.buffer.write(msgspec.json.encode(Cost(len(value), seconds, added, outcomes)))


def _evidence(role: str, value: bytes) -> list[Evidence]:
    place = SourcePosition("bombs", 1, 0)
    return list(evidence_of_kafka(role, KafkaMessage(value, {"token": b"t"}, SENT_MS, place)))


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def main() -> int:
    """Prints a line for each bomb; 1 when one costs more than a message may."""
    if sys.argv[1:2] == ["--take"]:
        _take(sys.argv[2])
        return 0
    table = Table("message", "bytes", "CPU s", "MB", "outcome")
    broken = False
    for name, (role, make) in BOMBS.items():
        cost = cost_of(make(), role)
        broken = broken or cost.cpu_seconds > MAX_SECONDS or cost.added_mb > MAX_MB
        outcome = ", ".join(sorted(set(cost.outcomes)))
        table.add_row(name, f"{cost.message_bytes:,}", f"{cost.cpu_seconds:.2f}", f"{cost.added_mb:.0f}", outcome)
    Console(width=120).print(table)
    return int(broken)


if __name__ == "__main__":
    raise SystemExit(main())

"""What a question over a warehouse costs: CPU and wall time of whole commands, from start to answer.

`make bench` asks a small warehouse, where a command is little more than its start, and holds it against the start of
the libraries that no answer can do without. `python -m bench.questions --sessions 1000000` (or `--warehouse DIR`) asks
a large one; exit code 1 when an answer takes more than 5 s.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.budgets import Budget

QUESTIONS: Mapping[str, Sequence[str]] = {
    "sessions, one": ("sessions", "--limit", "1"),
    "sessions, worst 20": ("sessions",),
    "sessions with a rage click": ("sessions", "--where", "signal = 'rage_click'"),
    "sessions, pages and events": ("sessions", "--where", "page = '/checkout' and not event = 'order completed'"),
    "signals, worst 20": ("signals",),
    "signals of one kind and release": ("signals", "--where", "kind = 'failed_request' and session.release <> '1.0'"),
    "funnel": ("funnel", "$pageview", "order completed", "--within", "1h"),
    "trend, two series by release": ("trend", "order completed", "signal: rage_click", "--by", "release"),
    "retention by week": ("retention", "$pageview", "--period", "week", "--by", "severity >= 40"),
    "compare": ("compare", "--where", "severity > 50"),
    "groups": ("groups",),
    "collections show": ("collections", "show", "worst-of-the-week"),
}
LIBRARIES = "import duckdb, fastavro, msgspec, rich.console, typer"
"""What has to start before anything can be answered."""
MAX_START = 4.0
"""CPU of a command over a small warehouse to that of starting the libraries."""
MAX_ANSWER_S = 5.0
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""With it every start compiles every module: that is not what is measured."""
SMALL_SESSIONS = 1_000
REPEATS = 3


@dataclass(frozen=True)
class Answer:
    """What one question took: CPU and wall seconds, and the peak of resident memory."""

    name: str
    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def simulated(folder: Path, sessions: int) -> Path:
    """A warehouse of simulated sessions over 28 days. Raises CalledProcessError."""
    command = _command("simulate", "--warehouse", str(folder), "--sessions", str(sessions), "--days", "28")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def asked(warehouse: Path, repeats: int = REPEATS) -> list[Answer]:
    """Every question, the least of several runs. Raises CalledProcessError when one is not answered."""
    return [
        least(name, _command(*arguments, "--warehouse", str(warehouse)), repeats)
        for name, arguments in QUESTIONS.items()
    ]


def least(name: str, command: Sequence[str], repeats: int) -> Answer:
    """The least CPU and wall time of several runs of a command."""
    runs = [_run(command) for _ in range(repeats)]
    cpu, wall, peak = (min(values) for values in zip(*runs, strict=True))
    return Answer(name, cpu, wall, peak)


def of_start(repeats: int = REPEATS) -> Budget:
    """The start of a question, over a small warehouse."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        warehouse = simulated(Path(folder) / "warehouse", SMALL_SESSIONS)
        ours = max(one.cpu_seconds for one in asked(warehouse, repeats))
    ratio = ours / least("libraries", (sys.executable, "-c", LIBRARIES), repeats).cpu_seconds
    name = "start of the slowest question to the start of its libraries"
    return Budget(name, f"<= {MAX_START:g}x", f"{ratio:.2f}x, {ours:.2f} s", ratio <= MAX_START)


def _command(*arguments: str) -> Sequence[str]:
    return (sys.executable, "-c", "from replay_signals.jobs.cli import main; main()", *arguments)


def _run(command: Sequence[str]) -> tuple[float, float, float]:
    """CPU and wall seconds and peak megabytes of one process."""
    started = time.monotonic()
    environment = {key: value for key, value in os.environ.items() if key != NO_BYTECODE}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss * 1024 / 1e6


def main() -> int:
    """Asks a warehouse and prints a Markdown table."""
    parser = argparse.ArgumentParser(prog="bench.questions", description="CPU and wall time of questions.")
    parser.add_argument("--warehouse", type=Path, help="an existing warehouse, instead of a simulated one")
    parser.add_argument("--sessions", type=int, default=1_000_000, help="sessions to simulate")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        answers = asked(options.warehouse or simulated(Path(folder) / "warehouse", options.sessions))
    print("| question | CPU s | wall s | MB |\n|---|---|---|---|")
    for one in answers:
        print(f"| {one.name} | {one.cpu_seconds:.2f} | {one.wall_seconds:.2f} | {one.peak_mb:.0f} |")
    return int(any(one.wall_seconds > MAX_ANSWER_S for one in answers))


if __name__ == "__main__":
    sys.exit(main())

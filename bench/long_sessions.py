"""Sessions of any length, from a file to rows: `python -m bench.long_sessions`.

A tab opened 100,000 times, and a program that clicks a million times, each one session in a file of capture requests.
`detect` takes the file in a process of its own; CPU seconds, peak memory and cost per unit are printed. Of a session so
much is judged as fits under `session.max_*`, so memory and judging are bounded, and reading is linear.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import orjson

from bench.growth import Growth
from bench.synthetic import clicks, tabs
from replay_signals.schemas.messages import SnapshotMessage

SIZES: dict[str, tuple[Callable[[int], Iterable[SnapshotMessage]], tuple[int, ...]]] = {
    "windows": (tabs, (10_000, 100_000)),
    "clicks": (clicks, (100_000, 1_000_000)),
}
MAX_GROWTH = 1.5
DETECT = """
import atexit, pathlib, sys
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: print(status.read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr))
from replay_signals.jobs.cli import main
main()
"""
"""The command, and the kB that it held at its peak as the last word."""


class Cost(msgspec.Struct):
    """What a session took."""

    unit: str
    size: int
    mb: float
    cpu_seconds: float
    peak_mb: float


def measured(unit: str, size: int, folder: Path) -> Cost:
    """Writes the session and runs `detect` on it. Raises CalledProcessError when that fails."""
    path = folder / f"{unit}-{size}.jsonl"
    with path.open("wb") as file:
        file.writelines(map(_line, SIZES[unit][0](size)))
    command = [sys.executable, "-c", DETECT, "detect", str(path), "--jsonl"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak_mb = int(done.stderr.split()[-1]) * 1024 / 1e6
    found = Cost(unit, size, path.stat().st_size / 1e6, seconds, peak_mb)
    path.unlink()
    return found


def _line(message: SnapshotMessage) -> bytes:
    """The message as the request that brought it."""
    properties = {
        "$session_id": message.session_id,
        "$window_id": message.window_id,
        "$snapshot_data": orjson.Fragment(message.items),
        "distinct_id": message.distinct_id,
        "token": message.team,
    }
    body = [{"event": "$snapshot", "properties": properties}]
    return orjson.dumps({"t": message.received_ms, "path": "/s/", "query": "", "ua": "", "body": body}) + b"\n"


def growths(costs: Iterable[Cost]) -> list[Growth]:
    """Cost per unit of the largest over that of the smallest."""
    found = []
    known = list(costs)
    for unit in SIZES:
        first, *_, last = [cost for cost in known if cost.unit == unit]
        found.append(Growth(unit, last.cpu_seconds / last.size * first.size / first.cpu_seconds))
    return found


def main() -> int:
    """Prints a line for each session; 1 when one costs more than its length tells."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.long_sessions", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--share", type=float, default=1.0, help="so much of each size")
    share = parser.parse_args().share
    print(f"{'session of':<20}{'MB':>8}{'CPU s':>8}{'us a unit':>11}{'peak MB':>9}")
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        for unit, (_, sizes) in SIZES.items():
            for size in sizes:
                one = measured(unit, int(size * share), Path(folder))
                costs.append(one)
                each = one.cpu_seconds / one.size * 1e6
                name = f"{one.size:,} {unit}"
                print(f"{name:<20}{one.mb:>8.1f}{one.cpu_seconds:>8.1f}{each:>11.1f}{one.peak_mb:>9.0f}", flush=True)
    found = growths(costs)
    for growth in found:
        print(f"{growth.name}: {growth.factor:.2f} times the cost of each (linear is 1, quadratic 10)")
    return int(any(growth.factor > MAX_GROWTH for growth in found))


if __name__ == "__main__":
    sys.exit(main())

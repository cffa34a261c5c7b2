"""Figures of the streaming job on a running local cluster (`make stack`): `python -m bench.stream WHAT`.

throughput: a topic is filled before the job starts; MB a second of raw snapshots through one slot once it runs, and the
CPU of the TaskManagers beside that of the pure functions on the same messages in one process, and beside a job that
only counts bytes.
latency: recordings are played in as of now; from the moment that a signal can be known (its evidence window is over,
and the message that holds the evidence is on the broker) to its record being read by a consumer.
memory: the same load for as long as one wants; resident memory of the TaskManagers and size of checkpoints over time;
at the end what is left in the state when every session is forgotten (a savepoint holds no more than that).
"""

from __future__ import annotations

import argparse
import math
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from bench import traffic
from bench.pure import Cost, Player
from replay_signals.jobs import replay
from replay_signals.jobs.follow import arriving
from replay_signals.jobs.stack import rest
from replay_signals.jobs.stack_home import PROJECT
from replay_signals.jobs.stack_state import State, load_state
from replay_signals.jobs.stream import newest_checkpoint, run_module, stop_with_savepoint, submit
from replay_signals.pipelines.kafka.messages import SNAPSHOTS, Outgoing
from replay_signals.pipelines.stream.config import StreamConfig, Warehouse, to_json
from replay_signals.schemas.rules import Rules, Session

ROOT = Path(".stack").absolute()
TICKS_A_SECOND = 100
RULES = Rules(session=Session(close_after_ms=60_000))
"""Sessions close within the run, so that what a close costs is in the figures."""
COUNTED_MB = 1500
FORGOTTEN_S = 300
"""When a session of the memory run is forgotten, after its last message."""
STEADY = (0.3, 0.95)
"""Shares of the messages between which is measured: after start-up, before the end."""


def cpu_s(state: State) -> float:
    """CPU that the TaskManagers and their Python workers used so far, by process group."""
    total = 0
    for fields in _processes(state):
        total += int(fields[11]) + int(fields[12])
    return total / TICKS_A_SECOND


def resident_mb(state: State) -> float:
    """Resident memory of the TaskManagers and their Python workers."""
    return sum(int(fields[21]) for fields in _processes(state)) * 4096 / 1e6


def _processes(state: State) -> list[list[str]]:
    """Fields of /proc/PID/stat, from the state on, of every process in the TaskManagers' groups."""
    groups = {proc.pid for name, proc in state.processes.items() if name.startswith("taskmanager")}
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) in groups:
            found.append(fields)
    return found


def throughput(state: State, folder: Path, given: argparse.Namespace) -> None:
    """MB/s of one slot beside the limit of the engine, CPU beside the pure functions."""
    messages = traffic.endless(given.kb, given.mb)
    snapshots = [m for m in messages if m.topic == SNAPSHOTS]
    raw_mb = sum(len(m.value) for m in snapshots) / 1e6
    pure = Player(RULES).play(messages)
    say_pure(pure, raw_mb, messages, snapshots)
    for mode in given.mode:
        config = config_of(state, folder, "throughput", execution_mode=mode, parallelism=given.parallelism, rules=RULES)
        traffic.fill(state.bootstrap, config.kafka, messages)
        limit = None if given.no_limit else counted(state, folder, mode, snapshots, raw_mb)
        with cancelled(submit(config, ROOT)) as job:
            share, seconds, used = steady(load_state(ROOT), job, "Digest snapshots", len(snapshots))
        rate = share * raw_mb / seconds
        beside = "" if limit is None else f", {rate / limit:.2f} of counting bytes ({limit:.0f} MB/s)"
        print(
            f"{mode}: {rate:.1f} MB/s{beside}; CPU {used / (share * pure.total_s):.1f}x the pure functions, "
            f"{used / seconds:.2f} cores",
            flush=True,
        )


def counted(state: State, folder: Path, mode: str, snapshots: Sequence[Outgoing], raw_mb: float) -> float:
    """MB/s of the job that only counts bytes, on the same messages over and over."""
    again = math.ceil(COUNTED_MB / raw_mb)
    config = config_of(state, folder, "count", execution_mode=mode, parallelism=1)
    for _ in range(again):
        traffic.fill(state.bootstrap, config.kafka, snapshots)
    with cancelled(run_module(ROOT, "count_job", to_json(config), [PROJECT / "src", PROJECT / "bench"])) as job:
        share, seconds, _ = steady(state, job, "Count bytes", again * len(snapshots))
    return share * again * raw_mb / seconds


def say_pure(pure: Cost, raw_mb: float, messages: Sequence[Outgoing], snapshots: Sequence[Outgoing]) -> None:
    """One line about the load."""
    parts = [f"{name[:-2]} {getattr(pure, name):.1f}" for name in ("digest_s", "take_s", "early_s", "close_s")]
    print(
        f"{len(snapshots)} snapshot messages of {raw_mb / len(snapshots) * 1000:.0f} KB, "
        f"{len(messages) - len(snapshots)} events, {pure.rows} rows, {pure.records} records; "
        f"pure functions {raw_mb / pure.total_s:.1f} MB/s a core (s: {', '.join(parts)})",
        flush=True,
    )


def steady(state: State, job: str, step: str, count: int) -> tuple[float, float, float]:
    """Share of the messages, seconds and CPU seconds between two moments of steady running."""
    marks: list[tuple[int, float, float]] = []
    while not marks or marks[-1][0] < count * STEADY[1]:
        done = handed_on(state, job, step)
        if done and (not marks or done > marks[-1][0]):
            marks.append((done, time.monotonic(), cpu_s(load_state(ROOT))))
        time.sleep(0.1)
    first = next((m for m in marks if m[0] > count * STEADY[0]), marks[0])
    last = marks[-1]
    if last is first:
        raise SystemExit("Too little to measure: raise --mb.")
    return (last[0] - first[0]) / count, last[1] - first[1], last[2] - first[2]


def handed_on(state: State, job: str, step: str) -> int:
    """Records that the task of a step handed on."""
    answer: Any = rest(state, f"/jobs/{job}")
    for vertex in answer["vertices"] if answer else []:
        if step in vertex["name"]:
            return int(vertex["metrics"]["write-records"])
    return 0


def config_of(state: State, folder: Path, what: str, **more: Any) -> StreamConfig:
    """A job on topics of its own."""
    kafka = traffic.make_topics(traffic.name_of(what), folder, state.bootstrap)
    return StreamConfig(kafka=kafka, warehouse=Warehouse(str(folder / kafka.group)), name=kafka.group, **more)


def latency(state: State, folder: Path, given: argparse.Namespace) -> None:
    """Percentiles of the time from knowable to read."""
    for mode in given.mode:
        config = config_of(state, folder, "latency", execution_mode=mode, parallelism=2, bundle_ms=given.bundle_ms)
        begin_ms = int((time.time() + given.lead_s) * 1000)
        messages = traffic.upcoming(given.gap_ms, begin_ms, given.warm_up_s + given.seconds)
        with cancelled(start(config)):
            used, found, clicks = arrivals(load_state(ROOT), config, messages, begin_ms, given)
        rate = steady_mb(messages, begin_ms + given.warm_up_s * 1000)
        print(f"{mode}: {rate:.1f} MB/s in real time, TaskManagers used {used:.2f} cores", flush=True)
        print(f"  from knowable to read: {spread(found)}")
        print(f"  dead clicks, from the click to read, less the evidence window: {spread(clicks)}", flush=True)


def arrivals(
    state: State, config: StreamConfig, messages: Sequence[Outgoing], begin_ms: int, given: argparse.Namespace
) -> tuple[float, list[float], list[float]]:
    """Sends messages at their times; cores used, ms from knowable to read, and for dead clicks from the click's end."""
    if time.time() * 1000 > begin_ms:
        raise SystemExit("It took longer to make the load than --lead-s.")
    traffic.keep_pace(state.bootstrap, config.kafka, messages)
    time.sleep(max(0.0, begin_ms / 1000 + given.warm_up_s - time.time()))
    cpu, started = cpu_s(state), time.monotonic()
    found: list[float] = []
    clicks: list[float] = []
    for record in arriving(state.bootstrap, config.kafka.inbox, False, given.seconds):
        if record is not None:
            found.append((time.time() - record.produced_at.timestamp()) * 1000)
            if record.kind == "dead_click" and record.revision == 1:
                over_ms = record.started_at.timestamp() * 1000 + RULES.clicks.window_ms
                clicks.append(time.time() * 1000 - over_ms)
    return (cpu_s(state) - cpu) / (time.monotonic() - started), found, clicks


def steady_mb(messages: Sequence[Outgoing], since_ms: float) -> float:
    """MB of raw snapshots a second, from a time on."""
    sizes = (len(m.value) for m in messages if m.topic == SNAPSHOTS and m.timestamp_ms >= since_ms)
    return sum(sizes) / (messages[-1].timestamp_ms - since_ms) / 1000


def spread(found_ms: Sequence[float]) -> str:
    """Percentiles in words."""
    cuts = statistics.quantiles(found_ms, n=100)
    parts = (f"{name} {cut:.0f} ms" for name, cut in (("p50", cuts[49]), ("p95", cuts[94]), ("p99", cuts[98])))
    return f"{', '.join(parts)}, max {max(found_ms):.0f} ms, of {len(found_ms)} records"


@contextmanager
def cancelled(job: str) -> Iterator[str]:
    """The job ends with the block, however that ends: a job left behind would be part of the next measurement."""
    try:
        yield job
    finally:
        rest(load_state(ROOT), f"/jobs/{job}?mode=cancel", "PATCH")


def start(config: StreamConfig) -> str:
    """Submits a job and waits until all of its tasks run."""
    job = submit(config, ROOT)
    while newest_checkpoint(ROOT, job) is None:
        time.sleep(0.5)
    return job


def play(state: State, declaration: Path, sessions: int, gap_ms: float) -> threading.Thread:
    """Plays the examples in as of now, in the background."""
    where = [str(traffic.EXAMPLES)], state.bootstrap, declaration
    options = replay.Options(*where, 1.0, sessions, now=True, gap_ms=gap_ms)
    thread = threading.Thread(target=replay.run, args=(options,), daemon=True)
    thread.start()
    return thread


def memory(state: State, folder: Path, given: argparse.Namespace) -> None:
    """Resident memory and checkpoint size, a line every so often. Sessions are forgotten within minutes."""
    forgetful = msgspec.structs.replace(RULES.session, keep_closed_ms=60_000, remember_ms=120_000)
    rules = msgspec.structs.replace(RULES, session=forgetful)
    config = config_of(state, folder, "memory", execution_mode=given.mode[0], parallelism=2, rules=rules)
    with cancelled(start(config)) as job:
        state = load_state(ROOT)
        load = play(state, folder / "topics.toml", given.sessions, given.gap_ms)
        end = time.monotonic() + given.seconds
        while time.monotonic() < end:
            time.sleep(min(30.0, given.seconds / 10))
            checkpoints: Any = rest(state, f"/jobs/{job}/checkpoints")
            newest = checkpoints["latest"]["completed"] if checkpoints else None
            size = newest["state_size"] / 1e6 if newest else 0
            line = {"left_s": round(end - time.monotonic()), "resident_mb": round(resident_mb(state)), "state_mb": size}
            print(msgspec.json.encode(line).decode(), flush=True)
        load.join()
        time.sleep(FORGOTTEN_S)
        savepoint = Path(stop_with_savepoint(state, job).removeprefix("file:"))
        left = sum(file.stat().st_size for file in savepoint.rglob("*") if file.is_file())
        print(f"All forgotten: {left / 1e6:.2f} MB of state are left of {given.sessions} sessions")


def main() -> None:
    """Runs one of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["latency", "throughput", "memory"])
    parser.add_argument("--mode", nargs="+", choices=["thread", "process"], default=["thread"])
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--gap-ms", type=float, default=250, help="pause between the starts of two sessions")
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument(
        "--warm-up-s", type=float, default=240, help="latency: a visit lasts 75 s, new TaskManagers compile for minutes"
    )
    parser.add_argument("--lead-s", type=float, default=60, help="latency: time to make the load before it begins")
    parser.add_argument("--bundle-ms", type=int, default=StreamConfig().bundle_ms)
    parser.add_argument("--kb", type=int, default=50)
    parser.add_argument(
        "--parallelism", type=int, default=1, help="throughput: slots, each on a TaskManager of its own"
    )
    parser.add_argument("--mb", type=int, default=200)
    parser.add_argument("--no-limit", action="store_true", help="without the job that only counts bytes")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        {"latency": latency, "throughput": throughput, "memory": memory}[given.what](
            load_state(ROOT), Path(name), given
        )


if __name__ == "__main__":
    main()

"""Figures of the streaming job on a running local cluster (`make stack`): `python -m bench.stream latency|throughput`.

latency: recordings are played in as of now; from the moment that a signal is due on the broker's clock (its evidence
window is over; see `produced_at`) to its record being read by a consumer.
throughput: a topic is filled before the job starts; MB of raw values a second through one slot, CPU of the TaskManagers
beside that of the pure functions on the same bytes in one process.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
from confluent_kafka import Producer

from replay_signals.jobs import replay
from replay_signals.jobs.follow import arriving
from replay_signals.jobs.stack import rest
from replay_signals.jobs.stack_home import INFRA
from replay_signals.jobs.stack_state import State, load_state
from replay_signals.jobs.stream import newest_checkpoint, submit
from replay_signals.pipelines.kafka_messages import messages_of
from replay_signals.pipelines.kafka_topics import create_topics, declared_topics
from replay_signals.pipelines.stream.config import Kafka, StreamConfig, Warehouse
from replay_signals.pipelines.stream.evidence import Arrived, evidence_of
from replay_signals.schemas.messages import SnapshotMessage, SourcePosition

ROOT = Path(".stack").absolute()
EXAMPLES = Path(__file__).parents[1] / "examples"
TICKS_A_SECOND = 100
WARM_UP_S = 20
TEAMS: frozenset[str] = frozenset()


def topics_of(prefix: str, folder: Path, bootstrap: str) -> tuple[Kafka, Path]:
    """Topics of this run alone."""
    text = (INFRA / "topics.toml").read_text()
    names = {role: topic.name for role, topic in declared_topics(INFRA / "topics.toml").items()}
    for name in names.values():
        text = text.replace(f'name = "{name}"', f'name = "{prefix}.{name}"')
    declaration = folder / "topics.toml"
    declaration.write_text(text)
    create_topics(bootstrap, declaration)
    own = {role: f"{prefix}.{name}" for role, name in names.items()}
    return Kafka(bootstrap=bootstrap, group=prefix, **own), declaration


def cpu_s(state: State) -> float:
    """CPU that the TaskManagers and their Python workers used so far, by process group."""
    groups = {proc.pid for name, proc in state.processes.items() if name.startswith("taskmanager")}
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) in groups:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS_A_SECOND


def latency(state: State, folder: Path, mode: str, sessions: int, seconds: float) -> None:
    """Percentiles of due to read."""
    kafka, declaration = topics_of(f"latency-{time.time_ns()}", folder, state.bootstrap)
    config = StreamConfig(
        kafka=kafka, warehouse=Warehouse(str(folder / "w")), name=kafka.group, execution_mode=mode, parallelism=2
    )
    job = submit(config, ROOT)
    found: list[float] = []
    played: list[replay.Sent] = []

    def play() -> None:
        options = replay.Options([str(EXAMPLES)], state.bootstrap, declaration, 1.0, sessions, now=True)
        played.append(replay.run(options))

    while newest_checkpoint(ROOT, job) is None:  # all tasks run
        time.sleep(0.5)
    state = load_state(ROOT)
    thread = threading.Thread(target=play, daemon=True)
    thread.start()
    cpu, started = cpu_s(state), time.monotonic()
    for record in arriving(state.bootstrap, kafka.inbox, True, seconds):
        if record is not None and time.monotonic() - started > WARM_UP_S:
            found.append((time.time() - record.produced_at.timestamp()) * 1000)
    used = (cpu_s(state) - cpu) / (time.monotonic() - started)
    rest(state, f"/jobs/{job}?mode=cancel", "PATCH")
    cuts = statistics.quantiles(found, n=100)
    print(
        f"{mode}: {len(found)} records, p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, "
        f"max {max(found):.0f} ms; {sessions} sessions at their own pace, TaskManagers used {used:.2f} cores"
    )


def bodies(kb: int) -> list[bytes]:
    """Values of about so many KB, made of recorded messages."""
    from replay_signals.pipelines.files import expand, read

    real = [r for url in expand([str(EXAMPLES)]) for r in read(url, "auto") if isinstance(r, SnapshotMessage)]
    out: list[bytes] = []
    items: list[Any] = []
    for message in real * 40:
        items += msgspec.json.decode(message.items)
        if len(msgspec.json.encode(items)) < kb * 1000:
            continue
        grown = msgspec.structs.replace(message, items=msgspec.json.encode(items), session_id=f"s-{len(out)}")
        out.append(next(iter(messages_of([grown]))).value)
        items = []
    return out


def throughput(state: State, folder: Path, mode: str, kb: int, megabytes: int) -> None:
    """MB/s of one slot, and CPU beside the pure functions."""
    kafka, _ = topics_of(f"throughput-{time.time_ns()}", folder, state.bootstrap)
    values = bodies(kb)
    mean = statistics.mean(map(len, values))
    count = int(megabytes * 1e6 / mean)
    producer = Producer({"bootstrap.servers": state.bootstrap, **replay.PRODUCER})
    now = int(time.time() * 1000)
    for i in range(count):
        while True:
            try:
                value = values[i % len(values)].replace(b"s-", b"t%d-" % i, 1)
                producer.produce(kafka.snapshots, value, b"%d" % i, headers=[("token", b"t")], timestamp=now + i)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    producer.flush()
    before = time.process_time()
    for i in range(0, count, 10):
        arrived = Arrived(values[i % len(values)], {"token": b"t"}, now, SourcePosition("t", i))
        evidence_of("snapshots", arrived, TEAMS)
    pure_s = (time.process_time() - before) * 10
    config = StreamConfig(
        kafka=kafka, warehouse=Warehouse(str(folder / "w")), name=kafka.group, execution_mode=mode, parallelism=1
    )
    cpu = cpu_s(state)
    job = submit(config, ROOT)
    marks: list[tuple[float, int, float]] = []
    while not marks or marks[-1][1] < count:
        done = _digested(state, job)
        if done and (not marks or done > marks[-1][1]):
            marks.append((time.monotonic(), done, cpu_s(load_state(ROOT))))
        time.sleep(0.2)
    rest(state, f"/jobs/{job}?mode=cancel", "PATCH")
    first = next(m for m in marks if m[1] > count * 0.2)
    share = (marks[-1][1] - first[1]) / count
    rate = share * count * mean / 1e6 / (marks[-1][0] - first[0])
    used = marks[-1][2] - first[2]
    print(
        f"{mode}, {mean / 1000:.0f} KB: {rate:.1f} MB/s, {used / (pure_s * share):.1f}x the CPU of the pure functions "
        f"({count * mean / 1e6 / pure_s:.0f} MB/s a core); {count} messages, {cpu:.0f} s CPU before"
    )


def _digested(state: State, job: str) -> int:
    """Messages that left the digest step."""
    answer: Any = rest(state, f"/jobs/{job}")
    for vertex in answer["vertices"] if answer else []:
        if "Digest snapshots" in vertex["name"]:
            return int(vertex["metrics"]["write-records"])
    return 0


def main() -> None:
    """Runs one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["latency", "throughput"])
    parser.add_argument("--mode", choices=["thread", "process"], default="thread")
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--kb", type=int, default=50)
    parser.add_argument("--mb", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        state = load_state(ROOT)
        if given.what == "latency":
            latency(state, Path(name), given.mode, given.sessions, given.seconds)
        else:
            throughput(state, Path(name), given.mode, given.kb, given.mb)


if __name__ == "__main__":
    main()

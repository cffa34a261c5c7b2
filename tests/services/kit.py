"""Real Kafka and real Flink for tests: traffic, what the stream made of it, and the batch result to compare with."""

from __future__ import annotations

import base64
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from replay_signals.jobs.brokers import everything
from replay_signals.jobs.sending import Sender
from replay_signals.jobs.stack_home import INFRA, PROJECT, fetch_jars
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.iceberg.row_columns import identity_of
from replay_signals.pipelines.iceberg.warehouse import latest
from replay_signals.pipelines.inbox.consumer import SqliteLedger, consume
from replay_signals.pipelines.inbox.encoding import decode
from replay_signals.pipelines.kafka.messages import Outgoing, messages_of
from replay_signals.pipelines.kafka.topics import create_topics, declared_topics
from replay_signals.pipelines.stream.config import Kafka, StreamConfig, Warehouse
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.rows import TABLES, SignalRow
from replay_signals.transforms.inbox.record import inbox_record
from support.samples import EXAMPLES
from support.warehouses import Place, backfill, store_of

TOPICS = declared_topics(INFRA / "topics.toml")
HOUR_MS = 3_600_000
PATIENCE_S = 300.0
"""For what a job does: it starts in 20 s on a quiet machine, and in minutes on a busy one."""
Row = tuple[tuple[str, Any], ...]


class Topics(msgspec.Struct, frozen=True):
    """A test's own topics on a shared broker, named by a prefix."""

    bootstrap: str
    prefix: str

    def name(self, role: str) -> str:
        """Full name of a topic; roles as in the declaration."""
        return f"{self.prefix}.{TOPICS[role].name}"

    def kafka(self) -> Kafka:
        """The job's configuration for these topics."""
        names = {role: self.name(role) for role in TOPICS}
        return Kafka(bootstrap=self.bootstrap, group=self.prefix, **names)

    def make(self, folder: Path) -> None:
        """Makes them as declared."""
        text = (INFRA / "topics.toml").read_text()
        for topic in TOPICS.values():
            text = text.replace(f'name = "{topic.name}"', f'name = "{self.prefix}.{topic.name}"')
        declaration = folder / "topics.toml"
        declaration.write_text(text)
        create_topics(self.bootstrap, declaration)


def link_jars(root: Path) -> None:
    """Gives a cluster's folder the project's own jars."""
    fetch_jars(PROJECT / ".stack")
    root.mkdir(exist_ok=True)
    if not (root / "libs").exists():
        (root / "libs").symlink_to(PROJECT / ".stack" / "libs")


def config_of(topics: Topics, warehouse: Place, **changes: Any) -> StreamConfig:
    """A job on the test's topics with quick checkpoints."""
    where = store_of(warehouse)
    own = StreamConfig(
        kafka=topics.kafka(),
        warehouse=Warehouse(catalog=where.catalog) if where.catalog else Warehouse(folder=str(where.warehouse)),
        name=topics.prefix,
        checkpoint_interval_ms=2_000,
        parallelism=1,
    )
    return msgspec.structs.replace(own, **changes)


def recorded(*numbers: int) -> list[Outgoing]:
    """Messages of examples, by arrival."""
    paths = (EXAMPLES / f"s{number:04}.posts.jsonl.gz" for number in numbers)
    messages = [m for path in paths for m in messages_of(read(str(path), "auto"))]
    return sorted(messages, key=lambda m: m.timestamp_ms)


def send(topics: Topics, messages: Iterable[Outgoing], pause_s: float = 0.0) -> None:
    """Sends in the given order, each with its own broker time."""
    sender = Sender(topics.bootstrap)
    for m in messages:
        sender.send_message(topics.name(m.topic), m)
        sender.wait(pause_s)
    sender.finish()


def send_raw(topics: Topics, role: str, value: bytes | None, **more: Any) -> None:
    """One message as it is."""
    send_to(topics.bootstrap, topics.name(role), value, **more)


def send_to(bootstrap: str, topic: str, value: bytes | None, **more: Any) -> None:
    """One message to a topic of any name."""
    sender = Sender(bootstrap)
    sender.send(topic, value, **more)
    sender.finish()


def tick(topics: Topics, timestamp_ms: int) -> None:
    """Moves the broker's clock on every partition (by a message that is none: it becomes a dead letter)."""
    for role in ("snapshots", "events"):
        for partition in range(TOPICS[role].partitions):
            send_raw(topics, role, b"tick", partition=partition, timestamp=timestamp_ms)


def dump(topics: Topics, path: Path) -> int:
    """Writes everything in both source topics as Kafka lines for a backfill; returns how many messages."""
    count = 0
    with path.open("w") as file:
        for role in ("snapshots", "events"):
            for message in everything(topics.bootstrap, topics.name(role)):
                count += 1
                file.write(json.dumps(_line(message)) + "\n")
    return count


def _line(message: Any) -> dict[str, Any]:
    return {
        "topic": message.topic(),
        "partition": message.partition(),
        "offset": message.offset(),
        "timestamp": message.timestamp()[1],
        "headers": {k: None if v is None else v.decode("utf-8", "replace") for k, v in message.headers() or []},
        "value": base64.b64encode(message.value() or b"").decode(),
        "value_encoding": "base64",
    }


def batch_of(topics: Topics, folder: Path, warehouse: Place | None = None) -> Place:
    """A warehouse, in the folder by default, that a backfill makes of everything in the topics."""
    warehouse = warehouse or folder / "batch"
    dump(topics, folder / "dump.jsonl")
    backfill(warehouse, folder / "dump.jsonl")
    return warehouse


def newest(warehouse: Place) -> dict[str, list[Row]]:
    """What the `latest_` views show of each table, comparable: no revision, and dead letters without their place.

    A row keeps the version of priors that first gave its result, which may be an earlier one in a stream.
    """
    where = store_of(warehouse)
    return {name: sorted(map(_row, latest(name, *where).to_pylist()), key=repr) for name in TABLES}


def _row(row: dict[str, Any]) -> Row:
    leave_out = {"revision", "status", "priors_version"} | (
        {"dead_letter_id", "source", "offset", "partition"} if "dead_letter_id" in row else set()
    )
    return tuple(sorted((key, _cell(value)) for key, value in row.items() if key not in leave_out))


def _cell(value: Any) -> Any:
    """Maps have no order."""
    return tuple(sorted(value)) if isinstance(value, list) and value and isinstance(value[0], tuple) else repr(value)


def differences(stream: Place, batch: Place) -> dict[str, tuple[int, int]]:
    """Rows that only one of the warehouses has, by table."""
    ours, theirs = newest(stream), newest(batch)
    found = {}
    for name in TABLES:
        a, b = Counter(ours[name]), Counter(theirs[name])
        if a != b:
            found[name] = (a - b).total(), (b - a).total()
    return found


def inbox_of(topics: Topics, folder: Path) -> dict[str, InboxRecord]:
    """The inbox as a consumer ends up with it: newest revision by id, retracted ones left out."""
    state: dict[str, InboxRecord] = {}

    def keep(record: InboxRecord) -> None:
        state[record.id] = record

    ledger = SqliteLedger(folder / f"ledger-{time.time_ns()}.db")
    where: dict[str, Any] = {"bootstrap": topics.bootstrap, "topic": topics.name("inbox")}
    consume(keep, group=f"{topics.prefix}-{time.time_ns()}", ledger=ledger, until_quiet_s=5, **where)
    assert not ledger.parked()
    return {key: record for key, record in state.items() if record.status != "retracted"}


def repeats_of(topics: Topics) -> int:
    """Committed inbox records that say what an earlier one said already: same id and revision."""
    records = (decode(message.value() or b"") for message in everything(topics.bootstrap, topics.name("inbox")))
    seen = Counter((r.id, r.revision) for r in records)
    return seen.total() - len(seen)


def expected_inbox(warehouse: Place, inbox: dict[str, InboxRecord]) -> dict[str, InboxRecord]:
    """What the inbox must hold by the signals of a warehouse; times of production are the inbox's own."""
    rows = latest("signals", *store_of(warehouse)).to_pylist()
    out = {}
    for row in rows:
        maps = {name: dict(row[name]) for name in ("components", "flags")}
        signal = SignalRow(**{**row, **maps})
        known = inbox.get(signal.signal_id)
        if known is not None:
            record = inbox_record(signal, produced_at=known.produced_at)
            out[record.id] = msgspec.structs.replace(record, recording=known.recording)
        else:
            out[signal.signal_id] = inbox_record(signal, produced_at=signal.started_at)
    return out


def wait_until(is_true: Callable[[], bool], seconds: float = PATIENCE_S, step_s: float = 1.0) -> bool:
    """Waits for a condition; False when it did not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_true():
            return True
        time.sleep(step_s)
    return is_true()


def shuffled(messages: Sequence[Outgoing], seed: int, repeats: float = 0.2) -> list[Outgoing]:
    """Out of order within some messages, and some of them twice."""
    dice = random.Random(seed)
    order = {id(m): i + dice.uniform(0, 12) for i, m in enumerate(messages)}
    again = [m for m in messages if dice.random() < repeats]
    return sorted([*messages, *again], key=lambda m: order[id(m)])


def recordings() -> list[list[Any]]:
    """Records of every example, each by arrival."""
    files = (read(str(path), "auto") for path in sorted(EXAMPLES.glob("*.posts.jsonl.gz")))
    return [sorted(records, key=lambda r: r.received_ms) for records in files]


def duplicates(warehouse: Place) -> dict[str, int]:
    """Rows that are stored more than once under one identity, by table, without any de-duplication."""
    tables = open_tables(open_catalog(*store_of(warehouse), create=False), create=False)
    found = {}
    for name, table in tables.items():
        identity = identity_of(name)
        rows = table.scan(selected_fields=identity).to_arrow().to_pylist()
        extra = len(rows) - len({tuple(row[column] for column in identity) for row in rows})
        if extra:
            found[name] = extra
    return found


def unlike(inbox: dict[str, InboxRecord], expected: dict[str, InboxRecord]) -> dict[str, Any]:
    """What the inbox lacks, has too much, or holds with other content: field, what is there, what should be."""
    found: dict[str, Any] = dict.fromkeys(expected.keys() - inbox.keys(), "lacking")
    found |= {key: f"not expected: {inbox[key].title}" for key in inbox.keys() - expected.keys()}
    for key in inbox.keys() & expected.keys():
        pairs = [(f, getattr(inbox[key], f), getattr(expected[key], f)) for f in InboxRecord.__struct_fields__]
        different = [pair for pair in pairs if pair[1] != pair[2] and pair[0] not in ("revision", "status")]
        if different:
            found[key] = different
    return found

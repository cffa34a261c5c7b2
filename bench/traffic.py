"""Load for the streaming benchmarks: the examples as other visitors' sessions, in messages of about a wanted size."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

import msgspec

from replay_signals.jobs.replay import in_order
from replay_signals.jobs.sending import Sender
from replay_signals.jobs.stack_home import INFRA
from replay_signals.pipelines.files.paths import expand
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.kafka.messages import Outgoing, copied, messages_of, moved
from replay_signals.pipelines.kafka.topics import create_topics, declared_topics
from replay_signals.pipelines.stream.config import Kafka
from replay_signals.schemas.messages import Record, SnapshotMessage

TIMESTAMP = re.compile(rb'"timestamp":[0-9]+')
EXAMPLES = Path(__file__).parents[1] / "examples"


def make_topics(prefix: str, folder: Path, bootstrap: str) -> Kafka:
    """Topics of one run alone, declared in `folder`/topics.toml; the job's configuration for them."""
    text = (INFRA / "topics.toml").read_text()
    names = {role: topic.name for role, topic in declared_topics(INFRA / "topics.toml").items()}
    for name in names.values():
        text = text.replace(f'name = "{name}"', f'name = "{prefix}.{name}"')
    declaration = folder / "topics.toml"
    declaration.write_text(text)
    create_topics(bootstrap, declaration)
    own = {role: f"{prefix}.{name}" for role, name in names.items()}
    return Kafka(bootstrap=bootstrap, group=prefix, **own)


def recordings(kb: int) -> list[list[Record]]:
    """Each example's records by arrival, its snapshot messages made about `kb` KB each; 0 leaves them as they are."""
    found = []
    for url in expand([str(EXAMPLES)]):
        records = list(read(url, "auto"))
        changes = [item for r in records for item in changes_of(r)]
        sized = (one for r in records for one in _resized(r, kb, changes))
        found.append(sorted(sized, key=lambda r: getattr(r, "received_ms", 0) or 0))
    return found


def _resized(record: Record, kb: int, changes: list[bytes]) -> Iterator[Record]:
    """The message in pieces when it is larger; when smaller, with more changes of its page: a heavier one."""
    if not isinstance(record, SnapshotMessage) or not kb:
        yield record
        return
    items = _items(record)
    missing = kb * 1000 - len(record.items)
    now = TIMESTAMP.search(items[-1]) if items else None
    for change in cycle(changes if now else ()):
        if missing <= 0:
            break
        items.append(TIMESTAMP.sub(now[0] if now else b"", change))
        missing -= len(items[-1])
    piece: list[bytes] = []
    for item in items:
        piece.append(item)
        if sum(map(len, piece)) >= kb * 1000:
            yield msgspec.structs.replace(record, items=_array(piece))
            piece = []
    if piece:
        yield msgspec.structs.replace(record, items=_array(piece))


def _items(record: SnapshotMessage) -> list[bytes]:
    return [bytes(item) for item in msgspec.json.decode(record.items, type=list[msgspec.Raw])]


def changes_of(record: Record) -> list[bytes]:
    """The page changes of a snapshot message, each as JSON."""
    items = _items(record) if isinstance(record, SnapshotMessage) else []
    return [item for item in items if b'"source":0,' in item[:60]]


def _array(items: list[bytes]) -> bytes:
    return b"[" + b",".join(items) + b"]"


def endless(kb: int, megabytes: float) -> list[Outgoing]:
    """Messages of as many sessions as it takes for so many MB of snapshots, by time."""
    known = recordings(kb)
    sizes = [sum(len(r.items) for r in records if isinstance(r, SnapshotMessage)) for records in known]
    copies = max(len(known) + 1, round(megabytes * 1e6 / sum(sizes) * len(known)))
    return list(in_order(known, copies))


def upcoming(gap_ms: float, start_ms: int, seconds: float) -> list[Outgoing]:
    """What arrives from `start_ms` on when a session begins every `gap_ms`, by time.

    Made beforehand: whoever sends them needs next to nothing of the machine that is measured.
    """
    known = recordings(0)
    found = []
    for i in range(int(seconds * 1000 / gap_ms)):
        records = known[i % len(known)]
        shift_ms = start_ms + round(i * gap_ms) - (getattr(records[0], "received_ms", 0) or 0)
        for message in messages_of(copied(record, i + 1) for record in records):
            if message.timestamp_ms + shift_ms < start_ms + seconds * 1000:
                found.append(moved(message, shift_ms))
    return sorted(found, key=lambda m: m.timestamp_ms)


def keep_pace(bootstrap: str, kafka: Kafka, messages: Sequence[Outgoing]) -> threading.Thread:
    """Sends each message at its time, in the background."""

    def paced() -> Iterator[Outgoing]:
        for m in messages:
            while (left_s := m.timestamp_ms / 1000 - time.time()) > 0:
                time.sleep(left_s)
            yield m

    thread = threading.Thread(target=fill, args=(bootstrap, kafka, paced()), daemon=True)
    thread.start()
    return thread


def fill(bootstrap: str, kafka: Kafka, messages: Iterable[Outgoing]) -> None:
    """Sends everything as fast as it goes, under the messages' own broker times."""
    sender = Sender(bootstrap)
    for m in messages:
        sender.send_message(getattr(kafka, m.topic), m)
    sender.finish()


def name_of(what: str) -> str:
    """A prefix that no other run has."""
    return f"{what}-{time.time_ns()}"

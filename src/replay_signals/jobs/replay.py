"""replay: recordings as live traffic on Kafka, with their own timing, faster, or many times over.

Messages keep the order and the pauses in which they arrived, divided by `speed`. Their broker time is their recorded
arrival, so a stream closes sessions by the recording's own clock at any speed; with `now` all clocks (broker, client,
and those inside of rrweb events) are moved so that the first message arrives now.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from replay_signals.jobs.brokers import partitions_of, reader
from replay_signals.jobs.sending import Sender
from replay_signals.pipelines.files.paths import expand
from replay_signals.pipelines.files.reading import read
from replay_signals.pipelines.kafka.messages import Outgoing, copied, messages_of, moved
from replay_signals.pipelines.kafka.topics import Topic, declared_topics, retention_ms
from replay_signals.schemas.messages import AnalyticsEvent, Record, SnapshotMessage

ROLES = ("snapshots", "events")
HOUR_MS = 3_600_000
GAP_MS = 250
"""Copies of a session start this much after each other, so that load is even and not in step."""


class Options(msgspec.Struct, frozen=True):
    """What to send and how. `speed` 0 sends as fast as possible; `sessions` is how many to send (0: each once),
    the copies `gap_ms` after each other."""

    paths: Sequence[str]
    bootstrap: str
    topics: Path
    speed: float = 1.0
    sessions: int = 0
    now: bool = False
    file_format: str = "auto"
    gap_ms: float = GAP_MS


class Sent(msgspec.Struct):
    """What was sent."""

    messages: int = 0
    value_bytes: int = 0
    sessions: int = 0
    seconds: float = 0.0


def run(options: Options, warn: Callable[[str], None] = lambda _: None) -> Sent:
    """Sends everything. Raises InputError for unusable paths and BrokerError when brokers refuse some of it."""
    topics = declared_topics(options.topics)
    recordings = _recordings(options)
    _look_for_topics(options.bootstrap, topics)
    if recordings and not options.now:
        _warn_of_retention(options.bootstrap, topics, recordings, warn)
    copies = options.sessions or len(recordings)
    sender = Sender(options.bootstrap)
    sent, started = Sent(sessions=copies), time.monotonic()
    first_ms: int | None = None
    shift_ms = 0
    for message in in_order(recordings, copies, options.gap_ms):
        if first_ms is None:
            first_ms, started = message.timestamp_ms, time.monotonic()  # it took a while to have them all in order
            shift_ms = int(time.time() * 1000) - first_ms if options.now else 0
        if options.speed > 0:
            due = started + (message.timestamp_ms - first_ms) / 1000 / options.speed
            while (left := due - time.monotonic()) > 0:
                sender.wait(min(left, 0.05))
        sender.send_message(topics[message.topic].name, moved(message, shift_ms) if options.now else message)
        sent.messages += 1
        sent.value_bytes += len(message.value)
    sender.finish()
    sent.seconds = time.monotonic() - started
    return sent


def _look_for_topics(bootstrap: str, topics: dict[str, Topic]) -> None:
    """A client sends to brokers that are away until minutes are over: it is told now, by BrokerError."""
    consumer = reader(bootstrap)
    try:
        for role in ROLES:
            partitions_of(consumer, bootstrap, topics[role].name)
    finally:
        consumer.close()


def _warn_of_retention(
    bootstrap: str, topics: dict[str, Topic], recordings: Sequence[list[Record]], warn: Callable[[str], None]
) -> None:
    """Brokers delete by the time of a message: what is too old goes within minutes, read or not."""
    oldest = min(_arrival(records[0]) or 0 for records in recordings)
    age_ms = time.time() * 1000 - oldest
    for role in ROLES:
        kept_ms = retention_ms(bootstrap, topics[role].name)
        if kept_ms is not None and age_ms > kept_ms:
            warn(
                f"Topic {topics[role].name} keeps a message for {kept_ms / HOUR_MS:.0f} h by its own time, and the "
                f"oldest of these is {age_ms / HOUR_MS:.0f} h old: brokers may delete it before a job reads it. "
                "Send with --now, or raise retention.ms of the topic."
            )


def _recordings(options: Options) -> list[list[Record]]:
    """Records of each file that has any, by arrival."""
    found = ([r for r in read(url, options.file_format) if _arrival(r) is not None] for url in expand(options.paths))
    return [sorted(records, key=lambda r: _arrival(r) or 0) for records in found if records]


def _arrival(record: Record) -> int | None:
    if isinstance(record, SnapshotMessage):
        return record.received_ms or record.sent_ms
    return record.received_ms or record.timestamp_ms if isinstance(record, AnalyticsEvent) else None


def in_order(recordings: Sequence[list[Record]], copies: int, gap_ms: float = GAP_MS) -> Iterator[Outgoing]:
    """Messages of all copies by time. Without more copies than recordings, each recording keeps its own time."""
    if copies <= len(recordings):
        yield from heapq.merge(*(messages_of(r) for r in recordings[:copies]), key=lambda m: m.timestamp_ms)
        return
    start = min(_arrival(r[0]) or 0 for r in recordings)
    yield from heapq.merge(
        *(_copy(recordings[i % len(recordings)], i, start + round(i * gap_ms)) for i in range(copies)),
        key=lambda m: m.timestamp_ms,
    )


def _copy(records: list[Record], number: int, start_ms: int) -> Iterable[Outgoing]:
    """One recording as another visitor's, starting at a given time."""
    shift = start_ms - (_arrival(records[0]) or 0)
    return (moved(message, shift) for message in messages_of(copied(record, number) for record in records))

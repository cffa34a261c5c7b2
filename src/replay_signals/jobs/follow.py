"""inbox follow: a live table of the inbox topic."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, Message, TopicPartition
from rich.live import Live
from rich.table import Table

from replay_signals.jobs import render
from replay_signals.jobs.brokers import partitions_of, reader
from replay_signals.pipelines.inbox.encoding import InboxError, decode
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.inbox.record import record_dict
from replay_signals.transforms.printable import json_bytes

ROWS = 20
REMEMBERED = 100_000
"""So many (id, revision) back a repeat is not shown again; a viewer may run for weeks."""


def run(bootstrap: str, topic: str, *, json: bool, from_start: bool, seconds: float | None = None) -> None:
    """Shows records as they are published, until Ctrl-C or for some seconds; repeats show once. Raises BrokerError."""
    records = arriving(bootstrap, topic, from_start, seconds)
    if json:
        for record in records:
            if record is not None:
                render.write(json_bytes(record_dict(record)), flush=True)
        return
    shown: deque[InboxRecord] = deque(maxlen=ROWS)
    count = 0
    with Live(_table(shown, count), console=render.out(), refresh_per_second=8) as live:
        for record in records:
            if record is not None:
                count += 1
                shown.append(record)
                live.update(_table(shown, count))


def arriving(bootstrap: str, topic: str, from_start: bool, seconds: float | None) -> Iterator[InboxRecord | None]:
    """Each (id, revision) once; None when nothing came for a moment. Raises BrokerError at once."""
    consumer = reader(bootstrap)
    start = OFFSET_BEGINNING if from_start else OFFSET_END
    consumer.assign([TopicPartition(topic, p, start) for p in partitions_of(consumer, bootstrap, topic)])
    return _records(consumer, None if seconds is None else time.monotonic() + seconds)


def _records(consumer: Consumer, end: float | None) -> Iterator[InboxRecord | None]:
    seen: dict[tuple[str, int], None] = {}
    try:
        while end is None or time.monotonic() < end:
            record = _record(consumer.poll(0.2))
            if record is None or (record.id, record.revision) in seen:
                yield None
                continue
            seen[record.id, record.revision] = None
            if len(seen) > REMEMBERED:
                del seen[next(iter(seen))]
            yield record
    finally:
        consumer.close()


def _record(message: Message | None) -> InboxRecord | None:
    if message is None or message.error() is not None:
        return None
    try:
        return decode(message.value() or b"")
    except InboxError:
        return None  # the consumer library parks such records; a viewer goes on


def _table(records: deque[InboxRecord], count: int) -> Table:
    table = Table(title=f"{count} records", title_justify="left", expand=True)
    table.add_column("")
    table.add_column("Seen", no_wrap=True)
    table.add_column("Severity", justify="right")
    table.add_column("What", ratio=1)
    table.add_column("Session", no_wrap=True)
    for record in records:
        when = record.started_at.strftime("%H:%M:%S")
        who = render.text(record.who.session_id[-12:])
        table.add_row(render.MARKS[record.status], when, f"{record.severity:.0f}", render.text(record.title), who)
    return table

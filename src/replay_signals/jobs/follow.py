"""inbox follow: a live table of the inbox topic."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

import msgspec
from confluent_kafka import Consumer, Message
from rich.live import Live
from rich.table import Table

from replay_signals.jobs import render
from replay_signals.pipelines.inbox import InboxError, decode
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.present import json_bytes, record_dict

ROWS = 20
MARKS = {"new": "+", "revised": "~", "retracted": "-"}


def run(bootstrap: str, topic: str, *, json: bool, from_start: bool, seconds: float | None = None) -> None:
    """Shows records as they are published, until Ctrl-C or for some seconds; repeats show once."""
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
    """Each (id, revision) once; None when nothing came for a moment."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"replay-signals-follow-{time.time_ns()}",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest" if from_start else "latest",
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([topic])
    end = None if seconds is None else time.monotonic() + seconds
    seen: set[tuple[str, int]] = set()
    try:
        while end is None or time.monotonic() < end:
            record = _record(consumer.poll(0.2))
            if record is not None and (record.id, record.revision) not in seen:
                seen.add((record.id, record.revision))
                yield record
            else:
                yield None
    finally:
        consumer.close()


def _record(message: Message | None) -> InboxRecord | None:
    if message is None or message.error() is not None:
        return None
    try:
        return decode(message.value() or b"")
    except (InboxError, msgspec.ValidationError, ValueError):
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
        table.add_row(MARKS[record.status], when, f"{record.severity:.0f}", render.text(record.title), who)
    return table

"""validate --new: the suites on what came since the last look, told by metrics, inbox and a report; once, or again and
again beside a stream.

What a look found is in the memory, with the records that tell it, before anybody is told: a process that was killed in
between tells it when it starts again, and nobody else twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.gate import REPORTS
from replay_signals.jobs.gate_metrics import metrics
from replay_signals.jobs.tables import Store
from replay_signals.schemas.inbox import InboxRecord, Status
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.inbox.fault_record import Said, fault_record
from replay_signals.transforms.printable import json_bytes

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

    from replay_signals.pipelines.gate.memory import Memory, OpenFault
    from replay_signals.pipelines.gate.watching import Found, Look

MEMORY = "validated.json"
"""In a warehouse."""
Tell = Callable[[Sequence[InboxRecord]], None]


class Request(NamedTuple):
    """What one asks for; see the options of the command."""

    store: Store
    inbox: str
    """Folder; empty for none."""
    kafka: str
    """Brokers of the inbox topic; empty for none."""
    topic: str
    patience: timedelta
    metrics: Path | None
    json: bool


def run(request: Request, every_s: float | None) -> ExitCode:
    """Looks and tells; with `every_s` until Ctrl-C. Raises WarehouseError, InboxError, BrokerError and OSError."""
    from replay_signals.pipelines.gate.memory import remembered
    from replay_signals.pipelines.iceberg.catalog import open_catalog

    catalog = open_catalog(*request.store, create=False)
    if request.kafka:
        _find_topic(request.kafka, request.topic)
    path = memory_of(request.store)
    with remembered(path) as memory:
        while True:
            started = time.monotonic()
            _round(catalog, memory, path, request, once=every_s is None)
            if every_s is None:
                return ExitCode.NOT_VALID if memory.faults else ExitCode.OK
            time.sleep(max(0.0, every_s - (time.monotonic() - started)))


def memory_of(store: Store) -> Path:
    """Where looks at these tables are remembered: of a configured catalog in the working folder, under its name."""
    if store.catalog is None:
        return Path(store.warehouse or ".") / MEMORY
    return Path(f"validated-{quote(store.catalog, safe='')}.json")


def _find_topic(brokers: str, topic: str) -> None:
    """A wrong broker is not first found by a fault that waits for it. Raises BrokerError."""
    from replay_signals.jobs.brokers import partitions_of, reader

    consumer = reader(brokers)
    try:
        partitions_of(consumer, brokers, topic)
    finally:
        consumer.close()


def _round(catalog: Catalog, memory: Memory, path: Path, request: Request, *, once: bool) -> None:
    from replay_signals.pipelines.gate.memory import save
    from replay_signals.pipelines.gate.watching import look

    started, now = time.monotonic(), datetime.now(UTC)
    _tell(memory, path, request)
    found = look(catalog, memory, now, request.patience)
    memory.outbox = _records(found, memory, now)
    _write_reports(found, memory, path.parent)
    save(path, memory)
    _tell(memory, path, request)
    if request.metrics is not None:
        _write_metrics(request.metrics, memory, now, time.monotonic() - started)
    _print(found, memory, json=request.json, once=once)


def _records(found: Look, memory: Memory, now: datetime) -> list[InboxRecord]:
    version = Rules().version

    def said(key: str, one: OpenFault, status: Status) -> InboxRecord:
        return fault_record(one.fault, Said(key, one.revision, status, one.found_at, now), version)

    opened = ((key, memory.faults[key]) for key in found.opened)
    told = [said(key, one, "new" if one.revision == 1 else "reopened") for key, one in opened]
    return told + [said(key, one, "resolved") for key, one in found.over.items()]


def _tell(memory: Memory, path: Path, request: Request) -> None:
    """Sends what is to be sent, and forgets it."""
    from replay_signals.pipelines.gate.memory import save

    if not memory.outbox:
        return
    if request.inbox:
        from replay_signals.pipelines.inbox.folder import publish

        publish(request.inbox, memory.outbox)
    if request.kafka:
        from replay_signals.jobs.sending import Sender
        from replay_signals.pipelines.inbox.encoding import encode_for

        sender = Sender(request.kafka)
        for record in memory.outbox:
            sender.send(request.topic, encode_for(request.topic, record), record.id)
        sender.finish()
    memory.outbox = []
    save(path, memory)


def _write_reports(found: Look, memory: Memory, folder: Path) -> None:
    from replay_signals.jobs.gate_report import page

    for key, one in found.opened.items():
        path = folder / memory.faults[key].fault.report
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(_title(one), [one.finding]), "utf-8")


def _title(found: Found) -> str:
    return f"{found.finding.suite}: {found.finding.what}"


def _write_metrics(path: Path, memory: Memory, now: datetime, seconds: float) -> None:
    """Whole or not at all: a collector may read it at any moment."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(metrics(memory, now, seconds), "utf-8")
    part.replace(path)


def _print(found: Look, memory: Memory, *, json: bool, once: bool) -> None:
    """What is new and what is over; how things stand where that changed, or nobody looks again."""
    faults = [{"id": key} | msgspec.to_builtins(one.fault) for key, one in memory.faults.items()]
    if json:
        told = {"holds": not faults, "faults": faults, "new": list(found.opened), "over": list(found.over)}
        told |= {"rows": memory.rows, "awaited_sessions": len(memory.awaited)}
        render.write(json_bytes(told), flush=True)
        return
    for key, one in found.opened.items():
        render.out().print(render.text(f"! {key[: render.ID_CHARS]}  {_title(one)}: {one.finding.unexpected:,} rows"))
    for key, over in found.over.items():
        render.out().print(render.text(f"= {key[: render.ID_CHARS]}  {over.fault.suite}: {over.fault.what}: over"))
    if once and not faults:
        render.say("Every expectation holds.")
    elif once or found.opened or found.over:
        render.say(f"{render.count(len(faults), 'fault')} open; reports in {REPORTS}")

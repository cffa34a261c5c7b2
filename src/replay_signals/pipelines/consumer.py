"""Consumer library of the inbox topic: `from replay_signals.pipelines.consumer import consume, SqliteLedger`.

The stream may publish a record twice (at-least-once is the quick mode), consumers crash between effect and commit,
partitions move to other consumers. `consume` gives a handler each record once all the same:

- A ledger remembers the newest revision handled of each id. Repeats and older revisions do not reach the handler.
- An offset is committed after the effect, and when partitions are taken away.
- A handler that writes to the ledger's own database does so in the transaction that marks the record: then nothing
  can come between the two. A handler with effects elsewhere may see a record again after a crash in that moment, and
  is given `record.id` and `record.revision` to recognise it.
- What cannot be decoded, or fails `attempts` times, is parked in the ledger with its reason, and the rest goes on.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec
from confluent_kafka import Consumer, KafkaException, Message

from replay_signals.pipelines.inbox import InboxError, decode
from replay_signals.schemas.inbox import InboxRecord

Handler = Callable[[InboxRecord], None]
log = logging.getLogger(__name__)

COMMIT_EVERY_S = 1.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS handled (id TEXT PRIMARY KEY, revision INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS parked (
  topic TEXT, part INTEGER, position INTEGER, reason TEXT, key BLOB, value BLOB, PRIMARY KEY (topic, part, position));
"""


class Parked(msgspec.Struct, frozen=True):
    """A record that was put aside."""

    topic: str
    partition: int
    offset: int
    reason: str
    key: bytes | None
    value: bytes | None


class Ledger(Protocol):
    """Remembers what was handled."""

    def is_new(self, record: InboxRecord) -> bool:
        """Whether no such or newer revision was handled."""

    def effect(self, record: InboxRecord) -> contextlib.AbstractContextManager[None]:
        """A transaction that marks the record as handled when its block ends well."""

    def park(self, parked: Parked) -> None:
        """Puts a record aside for good."""


class SqliteLedger:
    """A ledger in a SQLite file; `connection` is for handlers whose effects belong into the same transaction."""

    def __init__(self, path: str | Path) -> None:
        self.connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.executescript(_SCHEMA)

    def is_new(self, record: InboxRecord) -> bool:
        """Whether no such or newer revision was handled."""
        row = self.connection.execute("SELECT revision FROM handled WHERE id = ?", (record.id,)).fetchone()
        return row is None or row[0] < record.revision

    @contextlib.contextmanager
    def effect(self, record: InboxRecord) -> Iterator[None]:
        """Marks the record in the same transaction as the block's writes; rolls both back when the block raises."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("INSERT OR REPLACE INTO handled VALUES (?, ?)", (record.id, record.revision))
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def park(self, parked: Parked) -> None:
        """Puts a record aside."""
        self.connection.execute("INSERT OR REPLACE INTO parked VALUES (?,?,?,?,?,?)", msgspec.structs.astuple(parked))

    def parked(self) -> list[Parked]:
        """Everything that was put aside, by position."""
        rows = self.connection.execute("SELECT * FROM parked ORDER BY topic, part, position")
        return [Parked(*row) for row in rows]


class Consumed(msgspec.Struct):
    """What a run did."""

    handled: int = 0
    repeated: int = 0
    parked: int = 0


def consume(  # noqa: PLR0913 - keyword arguments with defaults
    handler: Handler,
    *,
    bootstrap: str,
    group: str,
    ledger: Ledger,
    topic: str = "replay_signals",
    attempts: int = 3,
    stop: threading.Event | None = None,
    until_quiet_s: float | None = None,
    properties: dict[str, str] | None = None,
) -> Consumed:
    """Calls the handler for every record until `stop` is set, or nothing came for `until_quiet_s`.

    Raises KafkaException when the broker refuses the client for good; what a handler raises is retried, then parked.
    """
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "partition.assignment.strategy": "cooperative-sticky",
            **(properties or {}),
        }
    )
    run = _Run(handler, ledger, attempts, consumer)
    consumer.subscribe([topic], on_revoke=run.on_revoke)
    try:
        _poll(run, consumer, stop or threading.Event(), until_quiet_s)
    finally:
        run.commit()
        consumer.close()
    return run.done


def _poll(run: _Run, consumer: Consumer, stop: threading.Event, until_quiet_s: float | None) -> None:
    quiet_since = committed = time.monotonic()
    while not stop.is_set():
        message = consumer.poll(0.2)
        now = time.monotonic()
        if message is not None:
            run.take(message)
            quiet_since = now
        elif until_quiet_s is not None and now - quiet_since > until_quiet_s:
            return
        if now - committed > COMMIT_EVERY_S:
            run.commit()
            committed = now


class _Run:
    """One consumer's work."""

    def __init__(self, handler: Handler, ledger: Ledger, attempts: int, consumer: Consumer) -> None:
        self.handler, self.ledger, self.attempts, self.consumer = handler, ledger, attempts, consumer
        self.done = Consumed()
        self.dirty = False

    def take(self, message: Message) -> None:
        """Handles, skips or parks one message; its offset counts as done then."""
        error = message.error()
        if error is not None:
            if error.fatal():
                raise KafkaException(error)
            log.warning("consumer: %s", error)
            return
        self._handle(message)
        self.consumer.store_offsets(message)
        self.dirty = True

    def _handle(self, message: Message) -> None:
        try:
            record = decode(message.value() or b"")
        except (InboxError, msgspec.ValidationError, ValueError, EOFError, IndexError, KeyError) as error:
            self._park(message, f"not decodable: {type(error).__name__}: {error}")
            return
        if not self.ledger.is_new(record):
            self.done.repeated += 1
            return
        for attempt in range(1, self.attempts + 1):
            try:
                with self.ledger.effect(record):
                    self.handler(record)
                self.done.handled += 1
                return
            except Exception as error:  # noqa: BLE001 - a handler may raise anything: the record is tried again, then put aside
                log.warning("handler failed on %s (attempt %d): %s", record.id, attempt, error)
                if attempt == self.attempts:
                    self._park(message, f"handler failed: {type(error).__name__}: {error}")

    def _park(self, message: Message, reason: str) -> None:
        position = (message.topic() or "", message.partition() or 0, message.offset() or 0)
        self.ledger.park(Parked(*position, reason[:500], _bytes(message.key()), _bytes(message.value())))
        self.done.parked += 1

    def commit(self) -> None:
        """Commits what was done, if anything was."""
        if self.dirty:
            with contextlib.suppress(KafkaException):  # a rebalance took the partitions: the next owner repeats them
                self.consumer.commit(asynchronous=False)
            self.dirty = False

    def on_revoke(self, consumer: Any, partitions: Any) -> None:
        """Partitions go to another consumer: what was done here is told first."""
        self.commit()


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value

"""Ledgers of the inbox consumer: which revision of each record was handled, and what was put aside.

The check, the handler's effect and the mark are one transaction. So two consumers that meet the same record at the same
time, after a partition moved from one to the other in the middle of a handler, still act once.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from replay_signals.schemas.inbox import InboxRecord

log = logging.getLogger(__name__)

LOCKED_S = 300.0
"""How long another process may hold the file: as long as its handler takes."""
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
    """Remembers what was handled. All consumers of a group share one, also from several threads."""

    def effect(self, record: InboxRecord) -> contextlib.AbstractContextManager[bool]:
        """A transaction that says whether the record is new: neither this nor a newer revision was handled.

        If it is, the record is marked when the block ends well, and nothing is kept when it raises. What raises on
        entering ends the consumer; what raises later counts as a failure of the handler.
        """

    def park(self, parked: Parked) -> None:
        """Puts a record aside for good; the same position again replaces it."""


class SqliteLedger:
    """A ledger in a SQLite file, for one handler; `connection` is for effects that belong into the same transaction.

    The transaction is the ledger's: a handler neither commits nor rolls back. Consumers that share a ledger handle one
    record at a time.
    """

    def __init__(self, path: str | Path) -> None:
        self.connection = sqlite3.connect(path, timeout=LOCKED_S, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.executescript(_SCHEMA)
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def effect(self, record: InboxRecord) -> Iterator[bool]:
        """Marks the record in the same transaction as the block's writes; rolls both back when the block raises."""
        with self._lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                is_new = self._is_new(record)
                yield is_new
                if is_new:
                    self._mark(record)
                if self.connection.in_transaction:
                    self.connection.execute("COMMIT")
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")

    def park(self, parked: Parked) -> None:
        """Puts a record aside."""
        with self._lock:
            row = msgspec.structs.astuple(parked)
            self.connection.execute("INSERT OR REPLACE INTO parked VALUES (?,?,?,?,?,?)", row)

    def parked(self) -> list[Parked]:
        """Everything that was put aside, by position."""
        with self._lock:
            rows = self.connection.execute("SELECT * FROM parked ORDER BY topic, part, position").fetchall()
        return [Parked(*row) for row in rows]

    def close(self) -> None:
        """Closes the file; consumers must have ended."""
        self.connection.close()

    def _is_new(self, record: InboxRecord) -> bool:
        row = self.connection.execute("SELECT revision FROM handled WHERE id = ?", (record.id,)).fetchone()
        return row is None or row[0] < record.revision

    def _mark(self, record: InboxRecord) -> None:
        if not self.connection.in_transaction:  # as `with ledger.connection:` does
            log.warning("the handler ended the ledger's transaction: a crash here could repeat %s", record.id)
        self.connection.execute("INSERT OR REPLACE INTO handled VALUES (?, ?)", (record.id, record.revision))

"""The index of a local inbox: which segment holds the record that counts for each id.

A SQLite file beside the segments, made from them and never the other way round: when it is missing, damaged, or no
longer agrees with the segments it is made anew. So publishing reads only what came since, and only the records that
it asks for. Its write lock is the inbox's: publishers and the merging of segments take turns.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from replay_signals.pipelines.inbox.encoding import InboxError, decode
from replay_signals.pipelines.inbox.segments import Frame, frames, segments, write_segment
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.inbox.changes import start_day
from replay_signals.transforms.inbox.newest import newer

FILE = "index.db"
LOCKED_S = 300.0
"""How long another publisher may hold the lock."""
MERGE_FROM_SEGMENTS = 32
"""So many small segments become one: a publisher that runs daily merges once a month."""
SMALL_BYTES = 8 * 1024 * 1024
"""Also about the size of the segments that merging makes: what one pass over them holds in memory."""
_TABLES = """
CREATE TABLE segments (
  name TEXT PRIMARY KEY, size INTEGER, changed_ns INTEGER, records INTEGER, live INTEGER, whole INTEGER);
CREATE TABLE records (
  id TEXT PRIMARY KEY, revision INTEGER, retracted INTEGER, day TEXT, segment TEXT, position INTEGER, size INTEGER);
CREATE INDEX by_segment ON records (segment, position);
CREATE INDEX by_day ON records (day) WHERE NOT retracted;
PRAGMA user_version = 1;
"""


class Index:
    """The index of one inbox folder, inside one transaction: see `locked`."""

    def __init__(self, inbox: Path, db: sqlite3.Connection) -> None:
        self._inbox, self._db = inbox, db

    def get(self, record_id: str) -> InboxRecord | None:
        """The record that counts for an id."""
        where = self._db.execute("SELECT segment, position, size FROM records WHERE id = ?", (record_id,)).fetchone()
        return None if where is None else self._read(*where)

    def standing(self, first: date, last: date) -> Iterator[InboxRecord]:
        """Records that are not retracted, of sessions that start within the days (both included)."""
        days = (first.isoformat(), last.isoformat())
        query = "SELECT id FROM records WHERE NOT retracted AND day BETWEEN ? AND ? ORDER BY day, id"
        for (record_id,) in self._db.execute(query, days).fetchall():
            record = self.get(record_id)
            if record is not None:
                yield record

    def is_empty(self) -> bool:
        """Whether no record was ever published."""
        return self._db.execute("SELECT 1 FROM records LIMIT 1").fetchone() is None

    def is_news(self, record: InboxRecord) -> bool:
        """Whether a record would count: its id is new, or its revision is the highest."""
        known = self._db.execute("SELECT revision FROM records WHERE id = ?", (record.id,)).fetchone()
        return known is None or known[0] < record.revision

    def add(self, path: Path, read: Iterable[tuple[Frame, InboxRecord]], *, whole: bool = True) -> None:
        """Takes a segment up."""
        count = 0
        stat = path.stat()
        entry = (path.name, stat.st_size, stat.st_mtime_ns, 0, 0, whole)
        self._db.execute("INSERT OR REPLACE INTO segments VALUES (?,?,?,?,?,?)", entry)
        for frame, record in read:
            count += 1
            self._put(path.name, frame, record)
        self._db.execute("UPDATE segments SET records = ? WHERE name = ?", (count, path.name))

    def catch_up(self) -> None:
        """Takes up the segments that it does not know; starts over when known ones changed or are gone."""
        there = {path.name: (path, path.stat()) for path in segments(self._inbox)}
        known = {name: stat for name, *stat in self._db.execute("SELECT name, size, changed_ns FROM segments")}
        now = {name: [stat.st_size, stat.st_mtime_ns] for name, (_, stat) in there.items()}
        if any(now.get(name) != stat for name, stat in known.items()):
            self._db.execute("DELETE FROM records")
            self._db.execute("DELETE FROM segments")
            known = {}
        for name, (path, _) in there.items():
            if name not in known:
                found = list(frames(path))
                read = [(frame, decode(frame.data, self._inbox)) for frame in found if frame is not None]
                self.add(path, read, whole=None not in found)

    def merge(self) -> None:
        """Writes what counts of many small segments, and of half dead ones, anew, and then deletes them.

        The new segments are there in full before, so a crash leaves every record, perhaps twice, and an index that is
        made anew.
        """
        victims = self._victims()
        for batch in self._batches(victims):
            path, written = write_segment(self._inbox, (self._bytes(*where) for _, where in batch))
            stat = path.stat()
            entry = (path.name, stat.st_size, stat.st_mtime_ns, len(batch), len(batch), True)
            self._db.execute("INSERT OR REPLACE INTO segments VALUES (?,?,?,?,?,?)", entry)
            for (record_id, _), frame in zip(batch, written, strict=True):
                place = (path.name, frame.position, record_id)
                self._db.execute("UPDATE records SET segment = ?, position = ? WHERE id = ?", place)
        for name in victims:
            self._db.execute("DELETE FROM segments WHERE name = ?", (name,))
            (self._inbox / name).unlink(missing_ok=True)

    def _victims(self) -> list[str]:
        """A damaged segment stays: what is left in it may matter to somebody."""
        query = "SELECT name FROM segments WHERE whole AND size < ? ORDER BY name"
        small = [name for (name,) in self._db.execute(query, (SMALL_BYTES,))]
        dead = [name for (name,) in self._db.execute("SELECT name FROM segments WHERE whole AND live * 2 < records")]
        return sorted({*dead, *(small if len(small) >= MERGE_FROM_SEGMENTS else [])})

    def _batches(self, names: Sequence[str]) -> Iterator[list[tuple[str, tuple[str, int, int]]]]:
        """Ids and places of what counts in segments, in batches of the size of a segment."""
        batch: list[tuple[str, tuple[str, int, int]]] = []
        total = 0
        query = "SELECT id, segment, position, size FROM records WHERE segment = ? ORDER BY position"
        for name in names:
            for record_id, *where in self._db.execute(query, (name,)).fetchall():
                batch.append((record_id, (where[0], where[1], where[2])))
                total += where[2]
                if total >= SMALL_BYTES:
                    yield batch
                    batch, total = [], 0
        if batch:
            yield batch

    def _put(self, segment: str, frame: Frame, record: InboxRecord) -> None:
        known = self._db.execute("SELECT revision, segment FROM records WHERE id = ?", (record.id,)).fetchone()
        if known is not None:
            if known[0] > record.revision or (known[0] == record.revision and not self._wins(record)):
                return
            self._db.execute("UPDATE segments SET live = live - 1 WHERE name = ?", (known[1],))
        place = (segment, frame.position, len(frame.data))
        day = start_day(record).isoformat()
        row = (record.id, record.revision, record.status == "retracted", day, *place)
        self._db.execute("INSERT OR REPLACE INTO records VALUES (?,?,?,?,?,?,?)", row)
        self._db.execute("UPDATE segments SET live = live + 1 WHERE name = ?", (segment,))

    def _wins(self, record: InboxRecord) -> bool:
        known = self.get(record.id)
        return known is None or (known != record and newer(known, record) == record)

    def _read(self, segment: str, position: int, size: int) -> InboxRecord:
        return decode(self._bytes(segment, position, size), self._inbox)

    def _bytes(self, segment: str, position: int, size: int) -> bytes:
        with (self._inbox / segment).open("rb") as file:
            file.seek(position)
            return file.read(size)


@contextlib.contextmanager
def locked(inbox: Path) -> Iterator[Index]:
    """The index of a folder that exists, up to date and for this caller alone until the block ends.

    What the block did is kept when it ends well. Raises InboxError.
    """
    try:
        with contextlib.closing(_opened(inbox / FILE)) as db:
            index = Index(inbox, db)
            index.catch_up()
            yield index
            index.merge()
            db.execute("COMMIT")
    except sqlite3.Error as error:
        help_ = "" if isinstance(error, sqlite3.OperationalError) else " Delete it: it is made anew."
        raise InboxError(f"Cannot use {inbox / FILE}: {error}.{help_}") from error
    except OSError as error:
        raise InboxError(f"Cannot write to the inbox {inbox}: {error.strerror}.") from error


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that holds the write lock; a file that is no index of this version is made anew."""
    try:
        db = _begun(path)
        if db.execute("PRAGMA user_version").fetchone() == (1,):
            return db
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # locked, or the disk
            raise
        path.unlink()
        db = _begun(path)
    names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    for (name,) in names:
        db.execute(f'DROP TABLE "{name}"')
    for statement in _TABLES.split(";"):
        db.execute(statement)
    return db


def _begun(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=LOCKED_S, isolation_level=None)
    try:
        db.execute("BEGIN IMMEDIATE")
    except BaseException:
        db.close()
        raise
    return db

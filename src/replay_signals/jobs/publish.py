"""What the tables say of some sessions and an inbox folder does not: new signals, changed ones, retractions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import islice

from pyiceberg.expressions import AlwaysTrue

from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.lookup import Tables, newest_rows, session_keys
from replay_signals.pipelines.iceberg.predicates import SessionKey
from replay_signals.pipelines.inbox.folder import Publisher, publisher
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.inbox.changes import announcements, retractions
from replay_signals.transforms.inbox.record import inbox_record

SESSIONS_AT_ONCE = 5_000
"""Sessions whose newest rows are in memory together: some 50 MB."""


def publish(
    store: Store, folder: str, touched: Collection[SessionKey], replaced: tuple[date, date] | None = None
) -> int:
    """Publishes what an inbox lacks of the touched sessions; returns how many records were written.

    A new inbox gets all sessions of the warehouse. Of `replaced` days (both included) signals that the tables no longer
    hold are retracted; of other days nothing is known, so they stay. Raises WarehouseError and InboxError.
    """
    opened = open_tables(open_catalog(store.warehouse, store.catalog, create=False), create=False)
    tables = {name: PinnedTable(table) for name, table in opened.items()}
    with publisher(folder) as inbox:
        keys = session_keys(tables["sessions"], AlwaysTrue()) if inbox.is_new else touched
        written = 0
        for batch in _batches(sorted(keys)):
            written += inbox.publish(announcements(_records(tables, batch), inbox.get))
        if replaced is not None:
            written += inbox.publish(_retractions(tables, inbox, replaced))
        return written


def _records(tables: Tables, keys: Collection[SessionKey]) -> Iterator[InboxRecord]:
    """The newest record of every signal of the sessions, retracted ones included."""
    produced_at = datetime.now(UTC)
    sessions = {(row.team, row.session_id): row for row in newest_rows(tables["sessions"], "sessions", keys)}
    for row in newest_rows(tables["signals"], "signals", keys):
        yield inbox_record(row, produced_at=produced_at, session=sessions.get((row.team, row.session_id)))


def _retractions(tables: Tables, inbox: Publisher, days: tuple[date, date]) -> Iterator[InboxRecord]:
    standing = (record for record in inbox.standing(*days) if record.record_type == "signal")
    while batch := list(islice(standing, SESSIONS_AT_ONCE)):
        keys = {(record.team, record.who.session_id) for record in batch}
        held = {row.signal_id for row in newest_rows(tables["signals"], "signals", keys)}
        yield from retractions(batch, held)


def _batches(keys: Iterable[SessionKey]) -> Iterator[list[SessionKey]]:
    left = iter(keys)
    while batch := list(islice(left, SESSIONS_AT_ONCE)):
        yield batch

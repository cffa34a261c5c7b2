"""Stored rows of given sessions, read by workers from pinned tables (a moment in time, without the catalog)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from pyiceberg.expressions import AlwaysFalse, BooleanExpression

from replay_signals.pipelines.iceberg.catalog import PinnedTable, WarehouseError, sentence
from replay_signals.pipelines.iceberg.predicates import SessionKey, any_of, any_session_of
from replay_signals.pipelines.iceberg.schema import rows_of
from replay_signals.schemas.rows import ROW_KEYS, TABLES

SESSION_TABLES = tuple(name for name, key in ROW_KEYS.items() if "session_id" in key)
"""Tables whose rows belong to a session by key."""

Tables = Mapping[str, PinnedTable]


def read_rows(pinned: PinnedTable, table: str, where: BooleanExpression) -> Iterator[Any]:
    """Rows of a table that match, streamed batch by batch. Raises WarehouseError for data files that are not there."""
    if pinned.snapshot_id is None or where == AlwaysFalse():
        return
    try:
        for batch in pinned.table.scan(row_filter=where).to_arrow_batch_reader():
            yield from rows_of(batch, TABLES[table])
    except (OSError, pa.ArrowInvalid) as error:
        raise WarehouseError(f"table {table} cannot be read: {sentence(error)}") from error


def rows_of_sessions(tables: Tables, keys: Iterable[SessionKey]) -> Iterator[tuple[str, Any]]:
    """(table, row) of everything stored about the sessions, their events and dead letters included."""
    where = any_session_of(keys)
    for table in (*SESSION_TABLES, "events", "dead_letters"):
        for row in read_rows(tables[table], table, where):
            yield table, row


def rows_by_id(tables: Tables, table: str, ids: Iterable[str]) -> Iterator[Any]:
    """Rows of `events` or `dead_letters` by the last part of their key."""
    return read_rows(tables[table], table, any_of(ROW_KEYS[table][-1], ids))

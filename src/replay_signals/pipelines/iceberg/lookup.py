"""Stored rows of given sessions, read by workers from pinned tables (a moment in time, without the catalog)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from pyiceberg.expressions import AlwaysFalse, BooleanExpression

from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.errors import WarehouseError, sentence
from replay_signals.pipelines.iceberg.predicates import SessionKey, any_of, any_session_of
from replay_signals.pipelines.iceberg.schema import rows_of
from replay_signals.schemas.rows import FED_TABLES, ROW_KEYS, TABLES
from replay_signals.transforms.revisions.revise import latest

SESSION_TABLES = tuple(name for name, key in ROW_KEYS.items() if "session_id" in key and name in FED_TABLES)
"""Tables whose rows belong to a session by key, but for its messages for playback."""

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


def newest_rows(pinned: PinnedTable, table: str, keys: Iterable[SessionKey]) -> list[Any]:
    """The newest revision of each row of a history (`sessions`, `signals`) about the sessions."""
    return list(latest(table, read_rows(pinned, table, any_session_of(keys))).values())


def session_keys(pinned: PinnedTable, where: BooleanExpression) -> set[SessionKey]:
    """Keys of the sessions that rows of a table belong to, of rows that match."""
    return {(team, session) for team, session in cells(pinned, ("team", "session_id"), where) if session}


def cells(pinned: PinnedTable, names: tuple[str, ...], where: BooleanExpression) -> Iterator[tuple[Any, ...]]:
    """Some columns of the rows that match."""
    if pinned.snapshot_id is None or where == AlwaysFalse():
        return
    for batch in pinned.table.scan(row_filter=where, selected_fields=names).to_arrow_batch_reader():
        yield from zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def rows_of_sessions(tables: Tables, keys: Iterable[SessionKey]) -> Iterator[tuple[str, Any]]:
    """(table, row) of everything stored about the sessions, their events and dead letters included."""
    where = any_session_of(keys)
    for table in (*SESSION_TABLES, "events", "dead_letters"):
        for row in read_rows(tables[table], table, where):
            yield table, row


def rows_by_id(tables: Tables, table: str, ids: Iterable[str]) -> Iterator[Any]:
    """Rows of `events` or `dead_letters` by the last part of their key."""
    return read_rows(tables[table], table, any_of(ROW_KEYS[table][-1], ids))

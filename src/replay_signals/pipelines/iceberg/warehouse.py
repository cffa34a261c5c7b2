"""The read side: SQL over the tables of a warehouse with DuckDB, raw and with only the newest revisions.

DuckDB reads the Parquet files that the current snapshots name, wherever they lie: columns and row groups that a query
does not need are not fetched. Each table is as of one snapshot, taken when the connection is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from replay_signals.pipelines.iceberg.duck import create_view, files_sql
from replay_signals.pipelines.iceberg.errors import WarehouseError, sentence
from replay_signals.pipelines.iceberg.folder import local_folder
from replay_signals.pipelines.iceberg.local_files import local_files
from replay_signals.pipelines.iceberg.views import all_views
from replay_signals.schemas.rows import FED_TABLES, TABLES
from replay_signals.transforms.revisions.revise import SETS

if TYPE_CHECKING:
    import pyarrow as pa

    from replay_signals.schemas.rules import Rules


def connect(
    warehouse: str | None,
    catalog: str | None = None,
    session_id: str | None = None,
    names: Iterable[str] = TABLES,
    rules: Rules | None = None,
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with each table in `names` and the views over them (`views`). Raises WarehouseError.

    With `session_id`, data files that hold nothing of that session are left out, by partition and column statistics;
    the views may still show other sessions. `rules` say which properties are columns (`property_columns`).
    """
    wanted = dict.fromkeys(names)
    if not wanted.keys().isdisjoint(SETS):
        wanted["sessions"] = None  # says which set counts
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    with reading():
        first_only = _local_views(connection, warehouse, session_id, wanted) if catalog is None and warehouse else None
        if first_only is None:
            _planned_views(connection, warehouse, catalog, session_id, wanted)
    for name, query_of_view in all_views(wanted, first_only or (), rules.privacy if rules else None):
        connection.execute(f"CREATE VIEW {name} AS {query_of_view}")
    return connection


def _local_views(
    connection: duckdb.DuckDBPyConnection, warehouse: str, session_id: str | None, names: Iterable[str]
) -> set[str] | None:
    """Views of a local folder's tables; returns those of first revisions alone, or None: PyIceberg must be asked."""
    tables = local_files(local_folder(warehouse), names)
    if tables is None:
        return None
    for name, files in tables.items():
        by_session = session_id and name in FED_TABLES
        kept = [one for one in files if not by_session or one.may_hold("session_id", session_id or "")]
        create_view(connection, name, files_sql(one.path for one in kept))
    return {name for name, files in tables.items() if all(one.newest_revision == 1 for one in files)}


def _planned_views(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str | None,
    catalog: str | None,
    session_id: str | None,
    names: Iterable[str],
) -> None:
    """Views of any catalog's tables, whose files PyIceberg plans."""
    from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
    from replay_signals.pipelines.iceberg.predicates import equal
    from replay_signals.pipelines.iceberg.scans import ALL, table_view

    only = equal("session_id", session_id) if session_id else ALL
    tables = open_tables(open_catalog(warehouse, catalog, create=False), names, create=False)
    for name in names:
        table_view(connection, name, tables.get(name), only if name in FED_TABLES else ALL)


@contextmanager
def reading() -> Iterator[None]:
    """Turns what DuckDB says of files that it cannot read into a WarehouseError."""
    try:
        yield
    except (duckdb.IOException, duckdb.HTTPException, OSError) as error:
        raise WarehouseError(f"a data file cannot be read: {sentence(error)}") from error


def query(sql: str, warehouse: str | None, catalog: str | None = None) -> pa.Table:
    """The result of one SQL statement over the views. Raises WarehouseError, and duckdb.Error for the statement."""
    with connect(warehouse, catalog) as connection, reading():
        return connection.sql(sql).to_arrow_table()


def latest(table: str, warehouse: str | None, catalog: str | None = None, where: str = "true") -> pa.Table:
    """The rows of a table that count: newest revisions, without retracted signals. `where` is an SQL condition."""
    if table not in TABLES:
        raise ValueError(f"no table {table}; there are {', '.join(TABLES)}")
    return query(f"SELECT * FROM latest_{table} WHERE {where}", warehouse, catalog)

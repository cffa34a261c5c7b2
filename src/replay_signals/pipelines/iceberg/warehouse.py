"""The read side: SQL over the tables of a warehouse with DuckDB, raw and with only the newest revisions.

PyIceberg plans which Parquet files the current snapshots name, and DuckDB reads them, wherever they lie: columns and
row groups that a query does not need are not fetched. Each table is as of one snapshot, taken when the connection is
opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.table import FileScanTask, Table

from replay_signals.pipelines.iceberg.catalog import WarehouseError, open_catalog, open_tables, sentence
from replay_signals.pipelines.iceberg.schema import schema_of
from replay_signals.pipelines.iceberg.storage import Place, SchemeFilesystem
from replay_signals.pipelines.iceberg.views import all_views
from replay_signals.schemas.rows import FED_TABLES, TABLES
from replay_signals.transforms.revisions.revise import SETS

ALL = AlwaysTrue()


def connect(
    warehouse: str | None,
    catalog: str | None = None,
    only: BooleanExpression = ALL,
    names: Iterable[str] = TABLES,
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with each table in `names` and the views over them (`views`). Raises WarehouseError.

    `only` leaves out data files of sessions that hold no row it matches, by partition and column statistics; the views
    may still show rows that it does not match. It must select by what all revisions of a row have in common (team,
    session), or `latest_` views would show an older one.
    """
    wanted = dict.fromkeys(names)
    if not wanted.keys().isdisjoint(SETS):
        wanted["sessions"] = None  # says which set counts
    tables = open_tables(open_catalog(warehouse, catalog, create=False), create=False)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    with reading():
        for name in wanted:
            table_view(connection, name, tables.get(name), only if name in FED_TABLES else ALL)
    for name, query_of_view in all_views(wanted):
        connection.execute(f"CREATE VIEW {name} AS {query_of_view}")
    return connection


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


def table_view(connection: duckdb.DuckDBPyConnection, name: str, table: Table | None, only: BooleanExpression) -> None:
    """A view of a table's rows; data files that hold no row which `only` matches are left out.

    Files are joined by column name to an empty table of the schema: it has columns that old files and tables lack.
    """
    connection.register(f"{name}_columns", schema_of(name).as_arrow().empty_table())
    sources = [f"SELECT * FROM {name}_columns"]
    if table is not None and table.current_snapshot() is not None:
        sources.append(_data(connection, name, table, only))
    connection.execute(f"CREATE VIEW {name} AS {' UNION ALL BY NAME '.join(sources)}")


def _data(connection: duckdb.DuckDBPyConnection, name: str, table: Table, only: BooleanExpression) -> str:
    """PyIceberg plans the files, DuckDB reads them; a table with deletes of other engines is streamed by PyIceberg."""
    tasks = list(table.scan(row_filter=only).plan_files())
    if any(task.delete_files for task in tasks):
        connection.register(f"{name}_data", StreamedScan(table, only))
        return f"SELECT * FROM {name}_data"
    if not tasks:
        return f"SELECT * FROM {name}_columns"
    files = ", ".join("'" + _readable(connection, table, task).replace("'", "''") + "'" for task in tasks)
    return f"SELECT * FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)"


class StreamedScan:
    """Rows of a table as Arrow batches, anew for each query, so that they are never all in memory."""

    def __init__(self, table: Table, only: BooleanExpression) -> None:
        self._table, self._only = table, only

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's C stream interface, which DuckDB reads."""
        return self._table.scan(row_filter=self._only).to_arrow_batch_reader().__arrow_c_stream__(requested_schema)


def _readable(connection: duckdb.DuckDBPyConnection, table: Table, task: FileScanTask) -> str:
    """A data file as DuckDB can name it; the file system of an object store is made known to it first."""
    place = Place(table.io, task.file.file_path)
    if place.is_local:
        return place.path
    scheme = f"iceberg-{place.scheme}"  # not the bare one: DuckDB keeps `s3` for an extension that is not installed
    if not connection.filesystem_is_registered(scheme):
        connection.register_filesystem(SchemeFilesystem(place.filesystem, scheme))
    return f"{scheme}://{place.path}"

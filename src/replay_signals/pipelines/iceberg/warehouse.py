"""The read side: SQL over the tables of a warehouse with DuckDB, raw and with only the newest revisions.

PyIceberg plans which Parquet files the current snapshots name, and DuckDB reads them, wherever they lie: columns and
row groups that a query does not need are not fetched. Each table is as of one snapshot, taken when the connection is
opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.table import FileScanTask, Table

from replay_signals.pipelines.iceberg.catalog import WarehouseError, open_catalog, open_tables, sentence
from replay_signals.pipelines.iceberg.schema import has_revision, schema_of
from replay_signals.pipelines.iceberg.storage import Place, SchemeFilesystem
from replay_signals.schemas.rows import FED_TABLES, ROW_KEYS, TABLES
from replay_signals.transforms.revisions.revise import SETS

ALL = AlwaysTrue()

LATEST: dict[str, str] = {
    "sessions": """
        SELECT * FROM sessions
        QUALIFY row_number() OVER (PARTITION BY team, session_id ORDER BY revision DESC) = 1""",
    "signals": """
        SELECT * FROM (
            SELECT * FROM signals
            QUALIFY row_number() OVER (PARTITION BY team, session_id, signal_id ORDER BY revision DESC) = 1
        ) WHERE status <> 'retracted'""",
    **{
        name: f"""
        SELECT * FROM {name}
        SEMI JOIN (
            SELECT team, session_id, max(revision) AS revision FROM sessions GROUP BY team, session_id
        ) USING (team, session_id, revision)"""
        for name in SETS
    },
    "problems": """
        SELECT * FROM problems
        QUALIFY row_number() OVER (PARTITION BY team, problem_id ORDER BY day DESC) = 1""",
}
"""What `<table>_latest` shows of histories, of sets and of problems; of facts it is the newest revision of each key."""


def connect(
    warehouse: str | None, catalog: str | None = None, only: BooleanExpression = ALL
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with a view of every table and its `_latest`. Raises WarehouseError.

    `only` leaves out data files of sessions that hold no row it matches, by partition and column statistics; the views
    may still show rows that it does not match. It must select by what all revisions of a row have in common (team,
    session), or `_latest` would show an older one.
    """
    tables = open_tables(open_catalog(warehouse, catalog, create=False), create=False)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    with reading():
        for name in TABLES:
            table_view(connection, name, tables.get(name), only if name in FED_TABLES else ALL)
    for name in TABLES:
        connection.execute(f"CREATE VIEW {name}_latest AS {LATEST.get(name) or _newest(name)}")
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
    return query(f"SELECT * FROM {table}_latest WHERE {where}", warehouse, catalog)


def _newest(name: str) -> str:
    """The newest revision of each key; the table itself where rows have no revision."""
    if not has_revision(name):
        return f"SELECT * FROM {name}"
    key = ", ".join(ROW_KEYS[name])
    return f"SELECT * FROM {name} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY revision DESC) = 1"


def table_view(connection: duckdb.DuckDBPyConnection, name: str, table: Table | None, only: BooleanExpression) -> None:
    """A view of a table's rows; data files that hold no row which `only` matches are left out.

    Files are joined by column name to an empty table of the schema: it has columns that old files lack.
    """
    columns = (table.schema() if table else schema_of(name)).as_arrow()
    connection.register(f"{name}_columns", columns.empty_table())
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

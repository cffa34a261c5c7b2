"""The read side: SQL over the tables of a warehouse with DuckDB, raw and with only the newest revisions.

Views read the Parquet files that the current snapshots name, so DuckDB prunes columns and files by itself. Each table
is as of one snapshot, taken when the connection is opened.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.iceberg.schema import has_revision, schema_of
from replay_signals.schemas.rows import ROW_KEYS, TABLES

LATEST: dict[str, str] = {
    "sessions": """
        SELECT * FROM sessions
        QUALIFY row_number() OVER (PARTITION BY team, session_id ORDER BY revision DESC) = 1""",
    "signals": """
        SELECT * FROM (
            SELECT * FROM signals
            QUALIFY row_number() OVER (PARTITION BY team, session_id, signal_id ORDER BY revision DESC) = 1
        ) WHERE status <> 'retracted'""",
    "interactions": """
        SELECT * FROM interactions
        SEMI JOIN (
            SELECT team, session_id, max(revision) AS revision FROM sessions GROUP BY team, session_id
        ) USING (team, session_id, revision)""",
}
"""What `<table>_latest` shows of histories and of sets; of facts it is the newest revision of each key."""


def connect(warehouse: str | None, catalog: str | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with a view of every table and its `_latest`. Raises WarehouseError."""
    tables = open_tables(open_catalog(warehouse, catalog, create=False), create=False)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name in TABLES:
        _view(connection, name, tables.get(name))
    for name in TABLES:
        connection.execute(f"CREATE VIEW {name}_latest AS {LATEST.get(name) or _newest(name)}")
    return connection


def query(sql: str, warehouse: str | None, catalog: str | None = None) -> pa.Table:
    """The result of one SQL statement over the views. Raises WarehouseError, and duckdb.Error for the statement."""
    with connect(warehouse, catalog) as connection:
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


def _view(connection: duckdb.DuckDBPyConnection, name: str, table: Table | None) -> None:
    """Files are joined by column name to an empty table of the schema: it has columns that old files lack."""
    columns = (table.schema() if table else schema_of(name)).as_arrow()
    connection.register(f"{name}_columns", columns.empty_table())
    sources = [f"SELECT * FROM {name}_columns"]
    if table is not None and table.current_snapshot() is not None:
        sources.append(_data(connection, name, table))
    connection.execute(f"CREATE VIEW {name} AS {' UNION ALL BY NAME '.join(sources)}")


def _data(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> str:
    """Local files are read by DuckDB; other stores, and files with deletes, by PyIceberg into memory."""
    tasks = list(table.scan().plan_files())
    paths = [_local_path(task.file.file_path) for task in tasks]
    if any(task.delete_files for task in tasks) or None in paths:
        connection.register(f"{name}_data", table.scan().to_arrow())
        return f"SELECT * FROM {name}_data"
    if not paths:
        return f"SELECT * FROM {name}_columns"
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"SELECT * FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)"


def _local_path(location: str) -> str | None:
    parts = urlsplit(location)
    return parts.path if parts.scheme in ("", "file") else None

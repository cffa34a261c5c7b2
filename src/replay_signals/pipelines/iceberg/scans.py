"""Tables of any catalog for DuckDB: PyIceberg plans which Parquet files a snapshot names, and DuckDB reads them."""

from __future__ import annotations

import duckdb
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.duck import create_view, files_sql
from replay_signals.pipelines.iceberg.storage import Place, SchemeFilesystem

ALL = AlwaysTrue()


def table_view(connection: duckdb.DuckDBPyConnection, name: str, table: Table | None, only: BooleanExpression) -> None:
    """A view of a table's rows; data files that hold no row which `only` matches are left out."""
    source = None
    if table is not None and table.current_snapshot() is not None:
        source = _data(connection, name, table, only)
    create_view(connection, name, source)


def _data(connection: duckdb.DuckDBPyConnection, name: str, table: Table, only: BooleanExpression) -> str | None:
    """PyIceberg plans the files, DuckDB reads them; a table with deletes of other engines is streamed by PyIceberg."""
    tasks = list(table.scan(row_filter=only).plan_files())
    if any(task.delete_files for task in tasks):
        connection.register(f"{name}_data", StreamedScan(table, only))
        return f"SELECT * FROM {name}_data"
    return files_sql(readable(connection, table, task.file.file_path) for task in tasks)


class StreamedScan:
    """Rows of a table as Arrow batches, anew for each query, so that they are never all in memory."""

    def __init__(self, table: Table, only: BooleanExpression) -> None:
        self._table, self._only = table, only

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's C stream interface, which DuckDB reads."""
        return self._table.scan(row_filter=self._only).to_arrow_batch_reader().__arrow_c_stream__(requested_schema)


def readable(connection: duckdb.DuckDBPyConnection, table: Table, path: str) -> str:
    """A data file as DuckDB can name it; the file system of an object store is made known to it first."""
    place = Place(table.io, path)
    if place.is_local:
        return place.path
    scheme = f"iceberg-{place.scheme}"  # not the bare one: DuckDB keeps `s3` for an extension that is not installed
    if not connection.filesystem_is_registered(scheme):
        connection.register_filesystem(SchemeFilesystem(place.filesystem, scheme))
    return f"{scheme}://{place.path}"

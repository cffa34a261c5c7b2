"""Tables in DuckDB: their columns by the row structs, and the Parquet files that hold their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import duckdb
import msgspec

from replay_signals.pipelines.iceberg.row_columns import Column, columns_of
from replay_signals.schemas.rows import TABLES

FETCHED_ROWS = 1000
_TYPES: dict[type, str] = {
    str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", bytes: "BLOB",
    datetime: "TIMESTAMP WITH TIME ZONE", date: "DATE",
}  # fmt: skip


def create_view(connection: duckdb.DuckDBPyConnection, name: str, source: str | None) -> None:
    """A view of a table: its columns by name, also those that old files and tables lack, and the rows of `source`."""
    connection.execute(f"CREATE VIEW {name} AS {rows_sql(name, source)}")


def rows_sql(name: str, source: str | None) -> str:
    """The query for the rows of `source` with every column of a table."""
    columns = ", ".join(f'CAST(NULL AS {_sql_type(one)}) AS "{one.name}"' for one in columns_of(TABLES[name]))
    sources = [f"SELECT {columns} WHERE false", *([source] if source else [])]
    return " UNION ALL BY NAME ".join(sources)


def files_sql(paths: Iterable[str]) -> str | None:
    """The query for all rows of Parquet files, None without any."""
    files = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"SELECT * FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)" if files else None


def struct_rows(found: duckdb.DuckDBPyConnection, row: type[msgspec.Struct]) -> Iterator[Any]:
    """The rows of a result as structs; nulls from before a column existed hold the column's zero.

    The result must have the struct's columns, in their order.
    """
    columns = columns_of(row)
    while cells := found.fetchmany(FETCHED_ROWS):
        for values in cells:
            yield row(**{c.name: c.zero if v is None else v for c, v in zip(columns, values, strict=True)})


def _sql_type(column: Column) -> str:
    if column.kind is dict:
        key, value = (_TYPES[one] for one in column.args)
        return f"MAP({key}, {value})"
    return f"{_TYPES[column.args[0]]}[]" if column.kind is list else _TYPES[column.kind]

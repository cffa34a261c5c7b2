"""Rows of any table with the fields that a test names, and a DuckDB that holds them with the views over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from replay_signals.pipelines.iceberg.row_columns import columns_of
from replay_signals.pipelines.iceberg.schema import arrow_table, schema_of
from replay_signals.pipelines.iceberg.views import all_views
from replay_signals.schemas.privacy import Privacy
from replay_signals.schemas.rows import TABLES


def made(table: str, **fields: object) -> Any:
    """A row whose other fields are empty."""
    row = TABLES[table]
    return row(**({column.name: column.zero for column in columns_of(row)} | fields))


def holding(rows: Mapping[str, Sequence[Any]], privacy: Privacy | None = None) -> duckdb.DuckDBPyConnection:
    """A connection with these rows in the tables, the other tables empty, and every view over them."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        put(connection, table, rows.get(table, ()))
    for name, query in all_views(privacy=privacy):
        connection.execute(f"CREATE VIEW {name} AS {query}")
    return connection


def put(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Any]) -> None:
    """Holds these rows in a table instead of those that it had."""
    connection.register(table, arrow_table(list(rows), schema_of(table).as_arrow()))

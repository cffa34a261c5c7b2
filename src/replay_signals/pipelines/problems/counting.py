"""Counts of days: the grouping statement run by DuckDB over the data files that PyIceberg plans.

Only files of the days are opened, and of them only the columns that the statement names. What does not fit into the
memory limit goes to disk, so time grows with the sessions of a day and memory does not.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb
import msgspec
import pyarrow as pa
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.predicates import within
from replay_signals.pipelines.iceberg.scans import table_view
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.pipelines.problems.statement import results, steps

ONE_DAY = timedelta(days=1)
SOURCES = ("sessions", "signals", "interactions", "page_views", "network_requests", "events")
"""Tables that the statement reads."""


class Settings(msgspec.Struct, frozen=True):
    """What decides the counts beside the rows."""

    window_ms: int
    """A problem met this long after time zero was met at time zero."""
    horizon_ms: int
    """An outcome counts up to here after time zero."""
    outcomes: tuple[str, ...] = ()
    """Key events; without any, an answered click or a new page counts."""
    without_visitors: tuple[tuple[str, str], ...] = ()
    """Team and platform (`snapshot_source`) of which only bots, colleagues or tests were recorded: they count there."""


class Limits(msgspec.Struct, frozen=True):
    """What one machine may use."""

    memory_bytes: int = 1_000_000_000
    threads: int = 2


def counted(
    tables: Mapping[str, Table], first: date, last: date, settings: Settings, limits: Limits
) -> Iterator[tuple[str, pa.Table]]:
    """(table, rows) of the counts of the days from first to last.

    Raises WarehouseError for data files that cannot be read.
    """
    with connected(limits) as connection, reading():
        for name in SOURCES:
            table_view(connection, name, tables.get(name), _files(name, first, last))
        _surroundings(connection, first, last, settings)
        for step in steps():
            kind = "TABLE" if step.is_kept else "VIEW"
            connection.execute(f"CREATE TEMP {kind} {step.name} AS {step.query}")
        for table, name in results().items():
            yield table, connection.sql(f"SELECT * FROM {name}").to_arrow_table()


def wanted_sessions(connection: duckdb.DuckDBPyConnection, first: date, last: date, settings: Settings) -> None:
    """The relations that decide which sessions count: the days, and where those of robots do."""
    connection.execute(
        "CREATE TEMP TABLE wanted_days AS SELECT CAST(unnest(generate_series(CAST($first AS TIMESTAMP),"
        " CAST($last AS TIMESTAMP), INTERVAL 1 DAY)) AS DATE) AS day",
        {"first": first, "last": last},
    )
    connection.execute("CREATE TEMP TABLE without_visitors (team VARCHAR, snapshot_source VARCHAR)")
    if settings.without_visitors:
        connection.executemany("INSERT INTO without_visitors VALUES (?, ?)", list(settings.without_visitors))


def without_visitors(sessions: Table, first: date, last: date, limits: Limits) -> tuple[tuple[str, str], ...]:
    """Teams' platforms of which no visitor was recorded from first to last. Raises WarehouseError."""
    with connected(limits) as connection, reading():
        table_view(connection, "sessions", sessions, within(first, last))
        found = connection.execute(
            "SELECT team, snapshot_source FROM sessions GROUP BY ALL"
            " HAVING NOT bool_or(coalesce(traffic, '') IN ('', 'visitor')) ORDER BY ALL"
        )
        return tuple(found.fetchall())


def _files(table: str, first: date, last: date) -> BooleanExpression:
    """Rows of a session lie on the day it started; its newest revision and its events may lie on a day beside it."""
    return within(
        first - ONE_DAY if table == "sessions" else first, last + ONE_DAY if table in ("sessions", "events") else last
    )


@contextmanager
def connected(limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database within the limits; what does not fit goes to a folder that is removed with it."""
    with tempfile.TemporaryDirectory(prefix="replay-signals-rank-") as spill, duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{limits.memory_bytes} B'")
        connection.execute(f"SET threads = {limits.threads}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET temp_directory = ?", [spill])
        connection.execute("CREATE MACRO millis(moment) AS epoch_ms(moment)")
        yield connection


def _surroundings(connection: duckdb.DuckDBPyConnection, first: date, last: date, settings: Settings) -> None:
    """What the statement asks of its engine beside the tables."""
    wanted_sessions(connection, first, last, settings)
    connection.execute(
        "CREATE TEMP TABLE settings AS SELECT CAST(? AS BIGINT) AS window_ms, CAST(? AS BIGINT) AS horizon_ms,"
        " CAST(? AS BOOLEAN) AS has_outcomes",
        [settings.window_ms, settings.horizon_ms, bool(settings.outcomes)],
    )
    connection.execute(
        "CREATE TEMP TABLE wanted_outcomes AS SELECT unnest(CAST(? AS VARCHAR[])) AS event", [list(settings.outcomes)]
    )
    connection.execute(
        "CREATE TEMP VIEW session_flags AS SELECT team, session_id, revision, entry.key AS flag, entry.value AS variant"
        " FROM (SELECT team, session_id, revision, unnest(map_entries(flags)) AS entry FROM sessions)"
    )

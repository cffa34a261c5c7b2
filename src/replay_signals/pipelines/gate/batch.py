"""check: every suite that concerns a batch, on its branches."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

import duckdb
from pyiceberg.catalog import Catalog
from pyiceberg.expressions import AlwaysFalse, BooleanExpression
from pyiceberg.table import Table

from replay_signals.pipelines.gate.evaluate import Finding, evaluate
from replay_signals.pipelines.gate.history import DAY, Period, unknown_view, volumes_view
from replay_signals.pipelines.gate.relations import (
    Seen,
    columns_view,
    day_of,
    is_in_session,
    keys_table,
    known_sessions,
    rows_view,
)
from replay_signals.pipelines.iceberg.branches import REPLACED, Staged, added_files, history, note_in
from replay_signals.pipelines.iceberg.catalog import open_tables
from replay_signals.pipelines.iceberg.errors import WarehouseError, sentence
from replay_signals.pipelines.iceberg.predicates import within
from replay_signals.pipelines.iceberg.scans import ALL
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.schemas.expectations import KEY_SUITES, ROW_SUITES
from replay_signals.schemas.expectations.fed import SIGNAL_KINDS
from replay_signals.schemas.expectations.history import (
    COLUMNS,
    COUNTED_TABLES,
    HISTORY_DAYS,
    UNKNOWN_CLICKS,
    VOLUMES,
)
from replay_signals.schemas.expectations.ranked import PROBLEM_KINDS
from replay_signals.schemas.expectations.suite import Suite
from replay_signals.schemas.rows import FED_TABLES
from replay_signals.transforms.problems.kinds import KINDS, OTHER
from replay_signals.transforms.signals import SIGNALS

MEMORY_LIMIT = "1GB"


class Batch(NamedTuple):
    """What is to be looked at: tables with what is new in them, the days they replace if they do, and today (UTC)."""

    seen: Mapping[str, Seen]
    others: Mapping[str, Seen]
    """Tables in which nothing is new."""
    replaced: Period | None
    today: date


def staged_batch(catalog: Catalog, parts: Iterable[Staged], today: date) -> Batch:
    """What is staged, on its branches, among what is published, with the days that it replaces as noted there."""
    staged = {part.name: part for part in parts}
    beside = COUNTED_TABLES if not staged.keys().isdisjoint(FED_TABLES) else ()
    tables = open_tables(catalog, {*staged, *beside}, create=False)
    new = {name: added_files(tables[name], part.snapshot_id) for name, part in staged.items()}
    notes = (note_in(tables[name], part.snapshot_id, REPLACED) for name, part in staged.items())
    replaced = next((Period.of_interval(note) for note in notes if note), None)
    days = _days_and_before({day_of(file) for files in new.values() for file in files}, replaced)
    seen = {name: Seen(name, tables[name], part.snapshot_id, new[name], days) for name, part in staged.items()}
    return Batch(seen, _nothing_new(tables, seen, days), replaced, today)


def published_since(catalog: Catalog, since: datetime | None, today: date) -> Batch:
    """What is published, all of it or what was since a moment."""
    tables = open_tables(catalog, create=False)
    seen = {name: _published(name, table, since) for name, table in tables.items()}
    seen = {name: one for name, one in seen.items() if one.new}
    return Batch(seen, _nothing_new(tables, seen, ALL), None, today)


def parameters() -> dict[str, Any]:
    """Values of the suites' parameters, by what is registered now."""
    return {SIGNAL_KINDS: list(SIGNALS), PROBLEM_KINDS: [kind.name for kind in (*KINDS.values(), OTHER)]}


def check(batch: Batch) -> list[Finding]:
    """What became of every expectation. Raises WarehouseError when a file cannot be read."""
    with relations(batch) as (connection, suites):
        return [found for suite, relation in suites for found in evaluate(connection, suite, relation, parameters())]


@contextmanager
def relations(batch: Batch) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[tuple[Suite, str]]]]:
    """A connection that has the relations of a batch, and each suite with the name of its relation."""
    with connected() as connection:
        yield connection, list(_suites(connection, batch))


@contextmanager
def connected() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to look at data files with. Raises WarehouseError meanwhile when a file cannot be read."""
    with tempfile.TemporaryDirectory(prefix="replay-signals-gate-") as spill, duckdb.connect() as connection, reading():
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute("SET temp_directory = ?", [spill])
        try:
            yield connection
        except duckdb.InvalidInputException as error:  # how DuckDB tells of a file that is damaged
            raise WarehouseError(f"a data file cannot be read: {sentence(error)}") from error


def _suites(connection: duckdb.DuckDBPyConnection, batch: Batch) -> Iterator[tuple[Suite, str]]:
    seen, tables = batch.seen, {**batch.others, **batch.seen}
    if "sessions" in tables:
        known_sessions(connection, tables["sessions"], [one for one in seen.values() if is_in_session(one.name)])
    for name, one in seen.items():
        if one.new:
            yield ROW_SUITES[name], rows_view(connection, one)
            yield KEY_SUITES[name], keys_table(connection, one)
    if "interactions" in seen:
        yield UNKNOWN_CLICKS, unknown_view(connection, seen["interactions"])
    yield VOLUMES, volumes_view(connection, tables.values(), batch.replaced, batch.today)
    yield COLUMNS, columns_view(connection, {name: one.table for name, one in seen.items()})


def _days_and_before(added: set[date], replaced: Period | None) -> BooleanExpression:
    """The days that a batch touches, and those before that say what is usual."""
    days = added | set(replaced or ())
    if not days:
        return AlwaysFalse()
    first, last = min(days), max(days)
    return within(first if first == date.min else first - HISTORY_DAYS * DAY, last)


def _published(name: str, table: Table, since: datetime | None) -> Seen:
    current = table.metadata.current_snapshot_id
    if since is None:
        return Seen(name, table, current, None)
    after = [one.snapshot_id for one in history(table) if one.timestamp_ms > since.timestamp() * 1000]
    new = {file.file_path for one in after for file in added_files(table, one)}
    whole = Seen(name, table, current, None)  # what was added may be gone again
    return Seen(name, table, current, [file for file in whole.new if file.file_path in new])


def _nothing_new(tables: Mapping[str, Table], seen: Mapping[str, Seen], days: BooleanExpression) -> dict[str, Seen]:
    return {
        name: Seen(name, table, table.metadata.current_snapshot_id, [], days)
        for name, table in tables.items()
        if name not in seen and name in COUNTED_TABLES
    }

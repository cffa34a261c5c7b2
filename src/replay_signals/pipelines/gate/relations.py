"""The relations that the suites look at, as DuckDB views over data files of pinned snapshots.

Rows are looked at once, when they are added: a suite of rows reads only the files that a batch adds. Of stored rows
(keys, known sessions) it reads a few columns of the files that may hold what a batch names, as their statistics tell.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import duckdb
import pyarrow as pa
from pyiceberg.expressions import BooleanExpression
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.types import StringType

from replay_signals.pipelines.iceberg import duck
from replay_signals.pipelines.iceberg.predicates import SessionKey, any_session_of
from replay_signals.pipelines.iceberg.row_columns import columns_of
from replay_signals.pipelines.iceberg.scans import ALL, readable
from replay_signals.pipelines.iceberg.schema import iceberg_type
from replay_signals.schemas.digests import EPOCH
from replay_signals.schemas.expectations import ROW_SUITES
from replay_signals.schemas.expectations.common import SESSION_KNOWN, identity
from replay_signals.schemas.rows import ROW_KEYS, TABLES
from replay_signals.transforms.revisions.revise import SETS

DAY = timedelta(days=1)


class Seen:
    """One table at one snapshot: the files that are new in it, and those that stood there before."""

    def __init__(
        self,
        name: str,
        table: Table,
        snapshot_id: int | None,
        new: list[DataFile] | None,
        days: BooleanExpression = ALL,
    ) -> None:
        """`new` are the added files, None: all there are; of the others, those that may have rows on `days`."""
        self.name, self.table, self.snapshot_id = name, table, snapshot_id
        files = self.stored(days)
        self.new = files if new is None else new
        paths = {file.file_path for file in self.new}
        self.old = [file for file in files if file.file_path not in paths]
        self.days = frozenset(map(day_of, self.new))

    def stored(self, only: BooleanExpression) -> list[DataFile]:
        """The snapshot's files that may hold rows which `only` matches, as partitions and statistics tell."""
        if self.snapshot_id is None:
            return []
        return [task.file for task in self.table.scan(row_filter=only, snapshot_id=self.snapshot_id).plan_files()]

    def may_hold(self, files: Iterable[DataFile], column: str, values: Iterable[str]) -> list[DataFile]:
        """Of files, those whose statistics leave room for one of the values in a column of text."""
        field_id = self.table.schema().find_field(column).field_id
        ordered = sorted(value.encode() for value in values)

        def has_room(file: DataFile) -> bool:
            place = bisect_left(ordered, (file.lower_bounds or {}).get(field_id, b""))
            high = (file.upper_bounds or {}).get(field_id)
            return place < len(ordered) and (high is None or ordered[place] <= high)

        return [file for file in files if has_room(file)]


def rows_by_day(files: Iterable[DataFile]) -> Counter[date]:
    """Rows of each day, as the manifests tell."""
    found: Counter[date] = Counter()
    for file in files:
        found[day_of(file)] += file.record_count
    return found


def day_of(file: DataFile) -> date:
    """The day of a data file's partition."""
    value = file.partition[0]
    return value if isinstance(value, date) else (EPOCH + value * DAY).date()


def rows_view(connection: duckdb.DuckDBPyConnection, seen: Seen, newest: str = "") -> str:
    """The new rows of a table, with the columns that its suite computes; `newest` leaves some out (`newest_only`)."""
    name, suite = seen.name, ROW_SUITES[seen.name]
    connection.execute(f"CREATE VIEW new_{name} AS {files_sql(connection, seen, seen.new)}{newest}")
    computed = [f"{column.sql} AS {column.name}" for column in suite.computed]
    if is_in_session(name):
        computed.append(f"known.team IS NOT NULL AS {SESSION_KNOWN}")
    joined = " LEFT JOIN known_sessions AS known ON known.team = r.team AND known.session_id = r.session_id"
    columns = ", ".join(["r.*", *computed])
    connection.execute(
        f"CREATE VIEW checked_{name} AS SELECT {columns} FROM new_{name} AS r{joined if is_in_session(name) else ''}"
    )
    return f"checked_{name}"


def known_sessions(connection: duckdb.DuckDBPyConnection, sessions: Seen, referring: Iterable[Seen]) -> None:
    """The sessions that new rows belong to and that have a row, as a table.

    Most are new themselves; of stored sessions only files that may hold one of the others are read.
    """
    names = ("team", "session_id")
    new = files_sql(connection, sessions, sessions.new, names)
    connection.execute(f"CREATE TABLE known_sessions AS SELECT DISTINCT team, session_id FROM ({new})")
    missing: set[SessionKey] = set()
    for one in referring:
        rows = files_sql(connection, one, one.new, names)
        found = connection.execute(
            f"SELECT DISTINCT r.team, r.session_id FROM ({rows}) AS r ANTI JOIN known_sessions USING (team, session_id)"
        )
        missing.update(found.fetchall())
    if not missing:
        return
    paths = {file.file_path for file in sessions.new}
    named = [(team, session_id) for team, session_id in missing if team is not None and session_id is not None]
    files = [file for file in sessions.stored(any_session_of(named)) if file.file_path not in paths]
    files = sessions.may_hold(files, "session_id", (session_id for _, session_id in named))
    stored = files_sql(connection, sessions, files, names)
    connection.execute(f"INSERT INTO known_sessions SELECT DISTINCT team, session_id FROM ({stored})")


def keys_table(connection: duckdb.DuckDBPyConnection, seen: Seen, newest: str = "") -> str:
    """Keys of the new rows, and of stored rows of the same keys and days; `newest` as for rows."""
    names = identity(seen.name)
    new = files_sql(connection, seen, seen.new, names) + newest
    connection.execute(f"CREATE TABLE {seen.name}_keys AS {new}")
    old = [file for file in seen.old if day_of(file) in seen.days]
    for column in _telling(seen):
        if old:
            values = connection.execute(f'SELECT DISTINCT "{column}" FROM {seen.name}_keys').fetchall()
            old = seen.may_hold(old, column, (value for (value,) in values if value is not None))
    if old:
        stored = files_sql(connection, seen, old, names)
        same = " AND ".join(f'o."{name}" = n."{name}"' for name in names)
        connection.execute(
            f"INSERT INTO {seen.name}_keys SELECT o.* FROM ({stored}) AS o SEMI JOIN {seen.name}_keys AS n ON {same}"
        )
    return f"{seen.name}_keys"


def _telling(seen: Seen) -> tuple[str, ...]:
    """Columns of the key by which files are told apart: the session, of rows without one all texts."""
    names = identity(seen.name)
    if "session_id" in names:
        return ("session_id",)
    return tuple(name for name in names if isinstance(seen.table.schema().find_type(name), StringType))


def newest_only(table: str) -> str:
    """The end of a query for rows of which readers see no later revision: of their key, or of their session's set."""
    if "revision" not in TABLES[table].__struct_fields__:
        return ""
    key = ("team", "session_id") if table in SETS else ROW_KEYS[table]
    of = ", ".join(f'"{name}"' for name in key)
    return f" QUALIFY revision IS NOT DISTINCT FROM max(revision) OVER (PARTITION BY {of})"


def is_in_session(table: str) -> bool:
    """Whether the rows of a table belong to a session that must be there."""
    return any(SESSION_KNOWN in expectation.columns for expectation in ROW_SUITES[table].expectations)


def files_sql(
    connection: duckdb.DuckDBPyConnection, seen: Seen, files: Iterable[DataFile], columns: Iterable[str] = ()
) -> str:
    """SQL that gives the rows of data files, with the columns of the table's struct."""
    names = ", ".join(f'"{name}"' for name in columns) or "*"
    rows = duck.files_sql(readable(connection, seen.table, file.file_path) for file in files)
    return f"SELECT {names} FROM ({duck.rows_sql(seen.name, rows)})"


def columns_view(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> str:
    """What each table's columns are beside those of its row struct."""
    found = [
        {"table": name, "column": column, "state": state}
        for name, table in tables.items()
        for column, state in _columns(name, table)
    ]
    schema = pa.schema([("table", pa.string()), ("column", pa.string()), ("state", pa.string())])
    connection.register("table_columns", pa.Table.from_pylist(found, schema))
    return "table_columns"


def _columns(name: str, table: Table) -> Iterable[tuple[str, str]]:
    stored = {field.name: field.field_type for field in table.schema().fields}
    declared = {c.name: iceberg_type(c, i) for i, c in enumerate(columns_of(TABLES[name]), start=1)}
    for column, kind in declared.items():
        # ids of members of maps and lists are the table's own
        is_same = column in stored and type(stored[column]) is type(kind)
        yield column, "same" if is_same else "differs" if column in stored else "missing"
    for column in stored.keys() - declared.keys():
        yield column, "newer"

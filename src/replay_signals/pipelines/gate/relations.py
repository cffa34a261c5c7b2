"""The relations that the suites look at, as DuckDB views over data files of pinned snapshots.

Rows are looked at once, when they are added: a suite of rows reads only the files that a batch adds. What it takes from
stored rows (keys, known sessions) is read in a few columns of the days that the batch touches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import duckdb
import pyarrow as pa
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg import duck
from replay_signals.pipelines.iceberg.row_columns import columns_of
from replay_signals.pipelines.iceberg.scans import readable
from replay_signals.pipelines.iceberg.schema import iceberg_type
from replay_signals.schemas.digests import EPOCH
from replay_signals.schemas.expectations import ROW_SUITES
from replay_signals.schemas.expectations.common import SESSION_KNOWN, identity
from replay_signals.schemas.rows import TABLES

DAY = timedelta(days=1)


class Seen:
    """One table at one snapshot: the files that are new in it, and those that stood there before."""

    def __init__(self, name: str, table: Table, snapshot_id: int | None, new_paths: frozenset[str] | None) -> None:
        """`new_paths` are the added files; None: all there are."""
        self.name, self.table = name, table
        tasks = table.scan(snapshot_id=snapshot_id).plan_files() if snapshot_id is not None else ()
        self.files: list[DataFile] = [task.file for task in tasks]
        self.new = [file for file in self.files if new_paths is None or file.file_path in new_paths]
        self.old = [] if new_paths is None else [file for file in self.files if file.file_path not in new_paths]
        self.days = frozenset(map(day_of, self.new))

    def rows_by_day(self) -> Counter[date]:
        """Rows of each day, as the manifests tell."""
        found: Counter[date] = Counter()
        for file in self.files:
            found[day_of(file)] += file.record_count
        return found


def day_of(file: DataFile) -> date:
    """The day of a data file's partition."""
    value = file.partition[0]
    return value if isinstance(value, date) else (EPOCH + value * DAY).date()


def rows_view(connection: duckdb.DuckDBPyConnection, seen: Seen) -> str:
    """The new rows of a table, with the columns that its suite computes."""
    name, suite = seen.name, ROW_SUITES[seen.name]
    connection.execute(f"CREATE VIEW new_{name} AS {files_sql(connection, seen, seen.new)}")
    computed = [f"{column.sql} AS {column.name}" for column in suite.computed]
    is_in_session = any(SESSION_KNOWN in expectation.columns for expectation in suite.expectations)
    if is_in_session:
        computed.append(f"known.team IS NOT NULL AS {SESSION_KNOWN}")
    joined = " LEFT JOIN known_sessions AS known ON known.team = r.team AND known.session_id = r.session_id"
    columns = ", ".join(["r.*", *computed])
    connection.execute(
        f"CREATE VIEW checked_{name} AS SELECT {columns} FROM new_{name} AS r{joined if is_in_session else ''}"
    )
    return f"checked_{name}"


def known_sessions(connection: duckdb.DuckDBPyConnection, sessions: Seen, days: Iterable[date]) -> None:
    """The sessions that have a row on the days, as a table: each relation that belongs to sessions asks for them."""
    wanted = set(days)
    files = [file for file in sessions.files if day_of(file) in wanted]
    sql = files_sql(connection, sessions, files, ("team", "session_id"))
    connection.execute(f"CREATE TABLE known_sessions AS SELECT DISTINCT team, session_id FROM ({sql})")


def keys_table(connection: duckdb.DuckDBPyConnection, seen: Seen) -> str:
    """Keys of the new rows, and of stored rows of the same keys and days."""
    names = identity(seen.name)
    new = files_sql(connection, seen, seen.new, names)
    connection.execute(f"CREATE TABLE {seen.name}_keys AS {new}")
    if old := [file for file in seen.old if day_of(file) in seen.days]:
        stored = files_sql(connection, seen, old, names)
        same = " AND ".join(f'o."{name}" = n."{name}"' for name in names)
        connection.execute(
            f"INSERT INTO {seen.name}_keys SELECT o.* FROM ({stored}) AS o SEMI JOIN {seen.name}_keys AS n ON {same}"
        )
    return f"{seen.name}_keys"


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

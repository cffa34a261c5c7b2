"""What a filter named and the warehouse does not hold at all: a typo must not look like nothing wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from replay_signals.pipelines.analysis.moments import on_days
from replay_signals.transforms.filters.condition import Mention
from replay_signals.transforms.filters.scopes import JSON_COLUMNS, SCOPES
from replay_signals.transforms.filters.typos import nearest

MAX_KNOWN = 20_000
"""Values among which the nearest is looked for."""


def hints(db: duckdb.DuckDBPyConnection, mentions: Iterable[Mention]) -> list[str]:
    """A sentence for each name or value that no row has, with the nearest that one has."""
    found = []
    for one in dict.fromkeys(mentions):
        table = SCOPES[one.scope].table
        is_held = f"{one.sql} = ?" if one.value is not None else f"{one.sql} IS NOT NULL"
        values = [*one.values, *([one.value] if one.value is not None else [])]
        if not db.execute(f"SELECT 1 FROM {table} AS seen WHERE {is_held} LIMIT 1", values).fetchone():
            found.append(_sentence(db, one, table))
    return list(dict.fromkeys(found))


def held(db: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """A sentence about the days that a table has rows of."""
    ((first, last),) = db.execute(f"SELECT min(day), max(day) FROM {table}").fetchall()
    return [f"{table} of the warehouse are of {first} to {last}"] if first else [f"the warehouse has no {table}"]


def outside(db: duckdb.DuckDBPyConnection, scopes: Iterable[str], first: date | None, last: date | None) -> list[str]:
    """A sentence about the days that there are, for each scope whose table has nothing on those asked for."""
    found = []
    for scope in dict.fromkeys(scopes):
        table, days = SCOPES[scope].table, on_days(scope, "e", first, last)
        rows = f"SELECT 1 FROM {table} AS e WHERE {days.sql} LIMIT 1"
        if days.values and not db.execute(rows, days.values).fetchone():
            found += held(db, table)
    return found


def _sentence(db: duckdb.DuckDBPyConnection, one: Mention, table: str) -> str:
    if one.value is None:
        before, key = one.said.split(".", 1)
        near = nearest(key.strip('"'), _keys(db, one, table))
        return f"no row of {table} has {one.said}{near.replace('mean ', f'mean {before}.')}"
    rows = db.execute(f"SELECT DISTINCT CAST({one.sql} AS VARCHAR) FROM {table} AS seen LIMIT {MAX_KNOWN}", one.values)
    near = nearest(one.value, sorted(value for (value,) in rows.fetchall() if value))
    return f"no row of {table} has {one.said} = {one.value!r}{near}"


def _keys(db: duckdb.DuckDBPyConnection, one: Mention, table: str) -> list[str]:
    before = one.said.split(".", 1)[0]
    column = SCOPES[one.scope].maps[before]
    listed = f"json_keys(TRY(CAST({column} AS JSON)))" if column in JSON_COLUMNS else f"map_keys({column})"
    rows = db.execute(f"SELECT DISTINCT unnest({listed}) FROM {table}").fetchall()
    keys = sorted(str(key) for (key,) in rows)
    flags = [key.removeprefix("$feature/") for key in keys if key.startswith("$feature/")]
    return flags if before == "flag" and column in JSON_COLUMNS else keys

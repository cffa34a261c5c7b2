"""What a name of a filter reads of a row: a column, a key of a map or JSON object, or SQL that a scope states."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.filters.scopes import FLAG_PROPERTY, JSON_COLUMNS, SCOPES, SHORTHANDS
from replay_signals.transforms.filters.typos import no_such


class Operand(NamedTuple):
    """SQL for one value of a row, the values of its parameters, and its type; `column` is None for keys of maps."""

    sql: str
    values: list[object]
    kind: type
    column: str | None


def operand(scope: str, row: str, name: exp.Column) -> Operand | None:
    """What a name reads of `row`, an alias of a row of a scope; None where the scope itself has no such name."""
    if name.args.get("db"):
        raise FilterError(f'{name.sql()}: a name has one dot at most; quote the rest: person."a.b"')
    known = SCOPES[scope]
    if name.table:
        return _key(scope, row, name.table, name.name) if name.table in known.maps else None
    column = known.aliases.get(name.name, name.name)
    if column in known.columns:
        return Operand(f"{row}.{column}", [], known.columns[column], column)
    if column in known.computed:
        return Operand(known.computed[column].format(row=row), [], str, column)
    return None


def _key(scope: str, row: str, before: str, key: str) -> Operand:
    column = SCOPES[scope].maps[before]
    if column not in JSON_COLUMNS:
        return Operand(f"{row}.{column}[?]", [key], str, None)
    pointer = "/" + (FLAG_PROPERTY + key if before == "flag" else key).replace("~", "~0").replace("/", "~1")
    told = f"TRY(json_extract_string(NULLIF({row}.{column}, ''), ?))"
    if scope == "session" or before not in SCOPES["session"].maps:
        return Operand(told, [pointer], str, None)
    theirs = _key("session", "whole", before, key)
    ours = f"whole.team = {row}.team AND whole.session_id = {row}.session_id"
    of_session = f"(SELECT max({theirs.sql}) FROM latest_sessions AS whole WHERE {ours})"
    return Operand(f"COALESCE({told}, {of_session})", [pointer, *theirs.values], str, None)


def is_of_session(scope: str, name: exp.Column) -> bool:
    """Whether a name that the scope lacks is one of the session that its rows belong to."""
    session = SCOPES["session"]
    return scope != "session" and (name.table in session.maps if name.table else name.name in session.names)


def unknown(scope: str, name: exp.Column) -> FilterError:
    """A name that nothing here has, and the nearest that there is."""
    known = SCOPES[scope]
    if name.table:
        before = [*known.maps, *SCOPES["session"].maps, *SCOPES]
        return no_such(f"{name.table}.{name.name}", name.table, before, scope, f".{name.name}")
    return no_such(name.name, name.name, [*known.names, *SHORTHANDS, *SCOPES["session"].names, *SCOPES], scope)

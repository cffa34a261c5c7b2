"""Rows of the tables as Flink carries them: the types between Python and SQL, derived from the row structs.

Between the Python steps and the sinks a row holds texts, numbers, bytes, maps and lists only, in both execution
modes; SQL makes times and dates of their texts on the way into the table.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from pyflink.common import Row, Types
from pyflink.common.typeinfo import TypeInformation

from replay_signals.schemas.rows import TABLES

_TYPES: dict[Any, Any] = {
    str: Types.STRING,
    int: Types.LONG,
    float: Types.DOUBLE,
    bool: Types.BOOLEAN,
    datetime: Types.STRING,
    date: Types.STRING,
}
_SQL: dict[Any, str] = {str: "STRING", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", bytes: "BYTES"}
_CASTS: dict[Any, str] = {datetime: "TIMESTAMP_LTZ(6)", date: "DATE"}


@cache
def _columns(table: str) -> dict[str, Any]:
    """Bare Python type of each column, in order."""
    hints = get_type_hints(TABLES[table], include_extras=True)
    return {field.name: _bare(hints[field.name]) for field in msgspec.structs.fields(TABLES[table])}


def _bare(hint: Any) -> Any:
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, UnionType):
        return next(arg for arg in get_args(hint) if arg is not type(None))
    return hint


def type_of(table: str) -> TypeInformation:
    """Flink's type of a row of the table on its way to the sink."""
    columns = _columns(table)
    return Types.ROW_NAMED(list(columns), [_type(kind) for kind in columns.values()])


def _type(kind: Any) -> TypeInformation:
    if get_origin(kind) is dict:
        return Types.MAP(*(_TYPES[arg]() for arg in get_args(kind)))
    if get_origin(kind) is list:
        return Types.OBJECT_ARRAY(_TYPES[get_args(kind)[0]]())
    return Types.PRIMITIVE_ARRAY(Types.BYTE()) if kind is bytes else _TYPES[kind]()


def sql_columns(table: str) -> list[tuple[str, str]]:
    """Name and SQL type of each column between Python and the sink."""
    return [(name, _sql(kind)) for name, kind in _columns(table).items()]


def _sql(kind: Any) -> str:
    if get_origin(kind) is dict:
        key, value = (_SQL[arg] for arg in get_args(kind))
        return f"MAP<{key} NOT NULL, {value} NOT NULL>"
    if get_origin(kind) is list:
        return f"ARRAY<{_SQL[get_args(kind)[0]]} NOT NULL>"
    return _SQL.get(kind, "STRING")


def select_list(table: str) -> str:
    """The SELECT that gives every column its type in the table."""
    return ", ".join(
        f"CAST(`{name}` AS {_CASTS[kind]}) AS `{name}`" if kind in _CASTS else f"`{name}`"
        for name, kind in _columns(table).items()
    )


def flink_row(row: msgspec.Struct) -> Row:
    """A row as Flink carries it."""
    return Row(*(_cell(value) for value in msgspec.structs.astuple(row)))


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value

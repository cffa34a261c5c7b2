"""Columns as the row structs of `schemas/rows` declare them: name, type, description, and what is unique in a table."""

from __future__ import annotations

from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from replay_signals.schemas.digests import EPOCH
from replay_signals.schemas.rows import ROW_KEYS, TABLES

_ZERO: dict[type, object] = {str: "", int: 0, float: 0.0, bool: False, bytes: b"", date: date(1970, 1, 1)}


class Column(msgspec.Struct, frozen=True):
    """One column as a row struct declares it; `kind` is the bare Python type, `args` its parameters."""

    name: str
    kind: type
    args: tuple[type, ...]
    optional: bool
    doc: str
    zero: object


@cache
def columns_of(row: type[msgspec.Struct]) -> tuple[Column, ...]:
    """Columns of a row struct in declared order; raises TypeError for a field without documentation."""
    hints = get_type_hints(row, include_extras=True)
    return tuple(_column(field, hints[field.name]) for field in msgspec.structs.fields(row))


def _column(field: msgspec.structs.FieldInfo, hint: Any) -> Column:
    docs = [m.description for m in get_args(hint)[1:] if isinstance(m, msgspec.Meta) and m.description]
    if get_origin(hint) is not Annotated or not docs:
        raise TypeError(f"{field.name}: a column needs a description")
    inner = get_args(hint)[0]
    members = get_args(inner) if get_origin(inner) in (Union, UnionType) else (inner,)
    optional = type(None) in members
    bare = next(m for m in members if m is not type(None))
    kind = cast(type, get_origin(bare) or bare)
    return Column(field.name, kind, get_args(bare), optional, docs[-1], _zero(field, kind, optional))


def _zero(field: msgspec.structs.FieldInfo, kind: type, optional: bool) -> object:
    """What a row written before the column existed holds in it."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    if optional:
        return None
    return kind() if kind in (dict, list) else _ZERO.get(kind, EPOCH)


def identity_of(table: str) -> tuple[str, ...]:
    """What is unique in a table: its key, and the revision where it has one."""
    revision = ("revision",) if has_revision(table) else ()
    return (*ROW_KEYS[table], *revision)


def has_revision(table: str) -> bool:
    """Whether rows of the table carry a revision."""
    return "revision" in TABLES[table].__struct_fields__

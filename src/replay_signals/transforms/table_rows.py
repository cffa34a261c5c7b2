"""Rows in the form in which the tables give them back, and what makes two of them the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, get_type_hints

import msgspec

from replay_signals.schemas.rows import ROW_KEYS, TABLES
from replay_signals.transforms.text import encoded

Rows = dict[str, list[Any]]
"""Rows by table, of one evidence key: a session, an event without one, or a dead letter."""

_encoder = msgspec.msgpack.Encoder()
_lists: dict[str, msgspec.msgpack.Decoder[Any]] = {
    table: msgspec.msgpack.Decoder(list[row])  # type: ignore[valid-type]  # a type at run time
    for table, row in TABLES.items()
}
encode_sorted = msgspec.msgpack.Encoder(order="sorted").encode
"""Any total order of rows: their bytes with sorted keys."""
_BLANK: dict[str, object] = {
    "revision": 0,
    "status": "",
    "rules_version": "",
    "priors_version": "",
    "privacy_version": "",
}


MIN_INT, MAX_INT = -(2**63), 2**63 - 1
"""What a column of whole numbers holds: Iceberg's `long`. MessagePack takes numbers twice as large."""
_WHOLE: dict[str, tuple[str, ...]] = {
    table: tuple(name for name, hint in get_type_hints(row).items() if hint in (int, int | None))
    for table, row in TABLES.items()
}
_MISFIT = (msgspec.ValidationError, OverflowError, TypeError)
_BLAMED = re.compile(r"`\$\[\d+\]\.(\w+)")


class Misfit(msgspec.Struct, frozen=True):
    """A row that its table cannot hold, and the first column to blame."""

    table: str
    column: str
    row: Any


def canonical(table: str, rows: list[Any]) -> list[Any]:
    """Rows with every value in its column's type (5 in a double column is 5.0) and well-formed texts.

    Raises msgspec.ValidationError, OverflowError or TypeError when a row does not fit its table.
    """
    made: list[Any] = _lists[table].decode(encoded(_encoder.encode, rows))
    for i, row in enumerate(made):
        for name in _WHOLE[table]:
            if (value := getattr(row, name)) is not None and not MIN_INT <= value <= MAX_INT:
                raise msgspec.ValidationError(f"Expected `int` of 64 bits - at `$[{i}].{name}`")
    return made


def fitted(table: str, rows: list[Any]) -> tuple[list[Any], list[Misfit]]:
    """The rows that fit their table, as `canonical` gives them, and those that do not. Total."""
    try:
        return canonical(table, rows), []
    except _MISFIT:
        kept: list[Any] = []
        misfits: list[Misfit] = []
    for row in rows:
        try:
            kept += canonical(table, [row])
        except _MISFIT as error:
            misfits.append(Misfit(table, _blamed(row, error), row))
    return kept, misfits


def _blamed(row: Any, error: Exception) -> str:
    """The column whose value is of a wrong type, or that nothing can encode."""
    if found := _BLAMED.search(str(error)):
        return found[1]
    return next((name for name in row.__struct_fields__ if not _encodable(getattr(row, name))), "")


def _encodable(value: object) -> bool:
    try:
        encoded(_encoder.encode, value)
    except _MISFIT:
        return False
    return True


def key_of(table: str, row: Any) -> tuple[str, ...]:
    """The key of a row within its table."""
    return tuple(getattr(row, name) for name in ROW_KEYS[table])


def content(row: Any) -> bytes:
    """What makes two rows the same: everything but revision, status and versions of rules."""
    return encode_sorted(msgspec.structs.replace(row, **_blank(row.__class__)))


def one_per_key(table: str, rows: Iterable[Any]) -> dict[tuple[str, ...], Any]:
    """One row per key. Of several, the one whose content sorts first: the same one whichever came first."""
    chosen: dict[tuple[str, ...], Any] = {}
    for row in rows:
        key = key_of(table, row)
        known = chosen.get(key)
        chosen[key] = row if known is None else min(known, row, key=lambda one: (content(one), encode_sorted(one)))
    return chosen


@cache
def _blank(row: type[msgspec.Struct]) -> dict[str, object]:
    return {name: value for name, value in _BLANK.items() if name in row.__struct_fields__}


assert set(ROW_KEYS) == set(TABLES)

"""Rows in the form in which the tables give them back, and what makes two of them the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

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
_BLANK: dict[str, object] = {"revision": 0, "status": "", "rules_version": "", "privacy_version": ""}


def canonical(table: str, rows: list[Any]) -> list[Any]:
    """Rows with every value in its column's type (5 in a double column is 5.0) and well-formed texts.

    Raises msgspec.ValidationError when a row does not fit its table.
    """
    return _lists[table].decode(encoded(_encoder.encode, rows))  # type: ignore[no-any-return]  # one decoder for each table


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

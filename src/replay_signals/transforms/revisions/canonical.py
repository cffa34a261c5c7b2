"""canonical: rows as they come back from the tables, so that fresh and stored ones compare equal. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from replay_signals.schemas.rows import TABLES

T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()
_lists: dict[str, msgspec.msgpack.Decoder[Any]] = {
    table: msgspec.msgpack.Decoder(list[row])  # type: ignore[valid-type]  # a type at run time
    for table, row in TABLES.items()
}


def canonical(table: str, rows: list[Any]) -> list[Any]:
    """Rows with every value in its column's type (5 in a double column is 5.0) and well-formed strings."""
    return _lists[table].decode(encoded(_encoder.encode, rows))  # type: ignore[no-any-return]  # one decoder for each table


def well_formed(value: Any) -> Any:
    """Structs, containers and strings with lone surrogates replaced: no file format can hold those."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, msgspec.Struct):
        fields = {name: well_formed(getattr(value, name)) for name in value.__struct_fields__}
        return type(value)(**fields)
    if isinstance(value, dict):
        return {well_formed(k): well_formed(v) for k, v in value.items()}
    return [well_formed(v) for v in value] if isinstance(value, list) else value


def encoded(encode: Callable[[T], bytes], value: T) -> bytes:
    """What `encode` gives, of the well-formed value when the value itself has lone surrogates."""
    try:
        return encode(value)
    except UnicodeEncodeError:
        return encode(well_formed(value))

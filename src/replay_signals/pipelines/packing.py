"""What is shuffled: evidence and its key as bytes, so that engines never pickle our structs."""

from __future__ import annotations

from typing import Any

import msgspec

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rows import TABLES, DeadLetterRow, EventRow
from replay_signals.transforms.evidence.keys import DEAD_LETTER, DIGEST, EVENT, Body, EvidenceKey, kind_of
from replay_signals.transforms.text import encoded, well_formed

PART_LETTER = "part-letter"
"""Kind of a dead letter for a part of a record whose rest is kept."""
PackedRow = tuple[str, bytes]
"""Kind and MessagePack: DIGEST, EVENT or DEAD_LETTER for fresh evidence, the table's name for a stored row."""

_encode = msgspec.msgpack.Encoder().encode
_key = msgspec.msgpack.Decoder(EvidenceKey)
_bodies: dict[str, msgspec.msgpack.Decoder[Any]] = {
    DIGEST: msgspec.msgpack.Decoder(MessageDigest),
    EVENT: msgspec.msgpack.Decoder(EventRow),
    DEAD_LETTER: msgspec.msgpack.Decoder(DeadLetterRow),
    PART_LETTER: msgspec.msgpack.Decoder(DeadLetterRow),
    **{table: msgspec.msgpack.Decoder(row) for table, row in TABLES.items()},
}


def pack_key(key: EvidenceKey) -> bytes:
    """Deterministic, as grouping needs it."""
    return encoded(_encode, key)


def unpack_key(data: bytes) -> EvidenceKey:
    """The inverse of `pack_key`."""
    return _key.decode(data)


def key_text(key: EvidenceKey) -> str:
    """A key as text, for engines and headers that want one."""
    return msgspec.json.encode([well_formed(part) for part in msgspec.structs.astuple(key)]).decode()


def pack(body: Body, *, is_part: bool = False) -> PackedRow:
    """Fresh evidence; `is_part` as in `Evidence`."""
    return PART_LETTER if is_part else kind_of(body), encoded(_encode, body)


def pack_stored(table: str, row: msgspec.Struct) -> PackedRow:
    """A row of a table."""
    return table, encoded(_encode, row)


def unpack(kind: str, data: bytes) -> Any:
    """The struct that was packed."""
    return _bodies[kind].decode(data)

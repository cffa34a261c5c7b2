"""Records: what a digest keeps of each rrweb event, and their compact encoding.

A record is a short list `[offset_ms, code, ...]`; `offset_ms` counts from the first event of its message. Every rrweb
event gives exactly one record, so the judge sees the same set of records however events were split into messages.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import msgspec

Record = list[object]

LOAD, META, FULL, MUTATION, MOVE, INTERACTION, SCROLL, INPUT, RESIZE = range(9)
MEDIA, STYLE, CANVAS, SELECTION, CUSTOM, CONSOLE, NETWORK, OTHER = range(9, 17)
"""Codes: position 1 of a record. Part of the persisted format: append, never renumber."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[list[object]])
MAX_RECORDS_BYTES = 256 * 1024 * 1024
MAX_TIMESTAMP_MS = 253_402_300_799_000
"""9999-12-31, the last day a UTC timestamp can hold."""


class CorruptDigest(ValueError):
    """Stored records that cannot be decoded."""


def encode(records: Sequence[Record]) -> bytes:
    """Records as compressed MessagePack."""
    return zlib.compress(_encoder.encode(records), 6)


def encodable(record: Record) -> bool:
    """False when a number in it does not fit into 64 bits."""
    try:
        _encoder.encode(record)
    except OverflowError:
        return False
    return True


def decode(data: bytes) -> list[Record]:
    """Records of `encode`; raises CorruptDigest."""
    try:
        return _decoder.decode(zlib.decompressobj().decompress(data, MAX_RECORDS_BYTES))
    except (zlib.error, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise CorruptDigest(str(error)) from None

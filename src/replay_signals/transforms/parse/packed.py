"""Compressed values: gzip by its magic bytes, LZ4 as capture's replay envelope frames it."""

from __future__ import annotations

import zlib

from msgspec import Struct

from replay_signals.schemas.messages import Reason
from replay_signals.schemas.wire import Limits

GZIP_MAGIC = b"\x1f\x8b\x08\x00"
"""What the snapshot consumer looks for (deflate, no flags)."""

_LZ4_SIZE_BYTES = 4


class Unpacked(Struct, frozen=True):
    """The decompressed value."""

    data: bytes


Refused = tuple[str, str]
"""Reason and detail."""


def gunzip(value: bytes, limits: Limits) -> Unpacked | Refused:
    """Decompresses a gzipped value, never more than the limit of one event."""
    parts: list[bytes] = []
    size = 0
    try:
        while value:
            stream = zlib.decompressobj(wbits=31)
            parts.append(stream.decompress(value, limits.event_bytes - size + 1))
            size += len(parts[-1])
            if size > limits.event_bytes:
                return Reason.TOO_LARGE, f"decompresses to more than {limits.event_bytes} bytes"
            if not stream.eof:
                return Reason.INVALID_GZIP, "the gzip data ends too early"
            value = stream.unused_data
    except zlib.error as error:
        return Reason.INVALID_GZIP, str(error)
    return Unpacked(b"".join(parts))


def unlz4(value: bytes, limits: Limits) -> Unpacked | Refused:
    """Decompresses capture's LZ4 envelope: 4 bytes little-endian size, then one LZ4 block (capture: serialization)."""
    import lz4.block

    size = int.from_bytes(value[:_LZ4_SIZE_BYTES], "little")
    if size > limits.event_bytes:
        return Reason.TOO_LARGE, f"says it decompresses to {size} bytes, more than {limits.event_bytes}"
    try:
        data: bytes = lz4.block.decompress(value[_LZ4_SIZE_BYTES:], uncompressed_size=size)
    except (lz4.block.LZ4BlockError, ValueError) as error:
        return Reason.INVALID_LZ4, str(error)
    if len(data) != size:
        return Reason.INVALID_LZ4, f"{len(data)} bytes came out, {size} were announced"
    return Unpacked(data)

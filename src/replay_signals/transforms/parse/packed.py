"""Compressed values: gzip by its magic bytes, LZ4 as capture's replay envelope frames it, text of rrweb's packer."""

from __future__ import annotations

import binascii
import zlib
from base64 import b64decode

from msgspec import Struct

from replay_signals.schemas.messages import Reason
from replay_signals.schemas.wire import Limits
from replay_signals.transforms.parse.budget import Budget, CompressedEndsEarly, TooLarge

GZIP_MAGIC = b"\x1f\x8b\x08\x00"
"""What the snapshot consumer looks for (deflate, no flags)."""

_LZ4_SIZE_BYTES = 4

_ZLIB_LEVELS = "\x01\x5e\x9c\xda"  # second byte of a zlib header with the usual window
_BASE64_HEADS = ("eJ", "eA", "eF", "eN", "H4sI")  # zlib with each of these, and gzip
_GZIP_WBITS, _ANY_WBITS = 31, 47  # any: zlib or gzip, by the header


class Unpacked(Struct, frozen=True):
    """The decompressed value."""

    data: bytes


Refused = tuple[str, str]
"""Reason and detail."""


def gunzip(value: bytes, limits: Limits) -> Unpacked | Refused:
    """Decompresses a gzipped value, never more than the limit of one event."""
    budget = Budget(limits.event_bytes)
    parts: list[bytes] = []
    try:
        while value:
            data, value = budget.inflated(value, _GZIP_WBITS)
            parts.append(data)
    except TooLarge as error:
        return Reason.TOO_LARGE, str(error)
    except (CompressedEndsEarly, zlib.error) as error:
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


def is_packed(text: str) -> bool:
    """Whether a text is compressed: zlib or gzip, a byte a character (rrweb's packer), or the same in base64."""
    if text[:2] == "\x1f\x8b" or (text[:1] == "x" and text[1:2] in _ZLIB_LEVELS and len(text) > 2):
        return True
    return text.startswith(_BASE64_HEADS) and isinstance(_bytes_of(text), bytes)


def unpack_text(text: str, limits: Limits) -> bytes | Refused:
    """What a packed text holds, never more than the limits allow."""
    data = _bytes_of(text)
    if data is None:
        return Reason.INVALID_GZIP, "packed text has characters that are no bytes"
    try:
        return Budget(limits.event_bytes).inflated(data, _ANY_WBITS)[0]
    except TooLarge as error:
        return Reason.TOO_LARGE, f"packed text of {len(data)} bytes {error}"
    except (CompressedEndsEarly, zlib.error) as error:
        return Reason.INVALID_GZIP, f"packed text: {error}"


def _bytes_of(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True) if text.startswith(_BASE64_HEADS) else text.encode("latin-1")
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None

"""Parts of a picture's file, counted before a decoder reads them: no screenshot has thousands, and each costs time.

Pillow reads the headers of JPEG and PNG part by part, and inflates texts and colour profiles of up to 1 MB each; a
progressive JPEG is decoded once for each scan that it has. Sizes are in bytes.
"""

from __future__ import annotations

import struct

MAX_HEAD_PARTS = 64
"""Parts before the pixels; encoders write about ten."""
MAX_HEAD_BYTES = 256 * 1024
"""Length of one; a colour profile of a display has some kilobytes, Exif at most 64."""
MAX_DATA_PARTS = 4096
"""Pieces of the pixels' data: libpng and Skia write one each 8 KB."""
MAX_SCANS = 32
"""Progressive JPEG has about ten."""
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_SCAN = 0xDA


def is_plain(data: bytes) -> bool:
    """Does the file hold no more parts than an encoder of screenshots writes? True of formats without such parts."""
    if data.startswith(_PNG):
        return _plain_png(data)
    return not data.startswith(_JPEG) or _plain_jpeg(data)


def _plain_png(data: bytes) -> bool:
    at, head = len(_PNG), 0
    for _ in range(MAX_DATA_PARTS):
        if at + 8 > len(data):
            return True  # cut: the decoder will say so
        length, kind = struct.unpack_from(">I4s", data, at)
        head = head if kind == b"IDAT" else head + 1
        if head > MAX_HEAD_PARTS or (kind != b"IDAT" and length > MAX_HEAD_BYTES):
            return False
        at += 12 + length
    return False


def _plain_jpeg(data: bytes) -> bool:
    at = len(_JPEG)
    for _ in range(MAX_HEAD_PARTS):
        if at + 4 > len(data):
            return True
        _, marker, length = struct.unpack_from(">BBH", data, at)
        if marker == _SCAN:
            return data.count(bytes((0xFF, _SCAN))) <= MAX_SCANS
        at += 2 + length
    return False

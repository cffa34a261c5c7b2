"""Segments of the local inbox: append-only files of records, each with its length and CRC-32 in front.

A segment appears whole (temporary file, fsync, rename), so a crash leaves the inbox as it was or with the whole new
segment. Should a copy or a full disk cut one all the same, readers take the records before the cut.
"""

from __future__ import annotations

import contextlib
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from replay_signals.pipelines.inbox.encoding import InboxError

MAGIC = b"replay-signals inbox 1\n"
_FRAME = struct.Struct(">II")


class Frame(NamedTuple):
    """A record's bytes, and where in its segment they begin."""

    position: int
    data: bytes


def segments(inbox: Path) -> list[Path]:
    """In the order in which they were written."""
    return sorted(inbox.glob("[0-9]*-*.segment"))


def frames(path: Path) -> Iterator[Frame | None]:
    """Whole records of a segment, then None where bytes are left that are none.

    Raises FileNotFoundError for a segment that is gone (merged with others meanwhile), InboxError for one that cannot
    be read.
    """
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise InboxError(f"Cannot read {path}: {error.strerror}.") from error
    at = len(MAGIC)
    if body[:at] != MAGIC:
        yield None
        return
    while at < len(body):
        head = body[at : at + _FRAME.size]
        size, checksum = _FRAME.unpack(head) if len(head) == _FRAME.size else (0, -1)
        start = at + _FRAME.size
        data = body[start : start + size]
        if len(data) < size or zlib.crc32(data) != checksum:
            yield None
            return
        yield Frame(start, data)
        at = start + size


def write_segment(inbox: Path, records: Iterable[bytes]) -> tuple[Path, list[Frame]]:
    """Writes records as one new segment; its path and where each of them lies."""
    written: list[Frame] = []
    body = bytearray(MAGIC)
    for data in records:
        body += _FRAME.pack(len(data), zlib.crc32(data))
        written.append(Frame(len(body), data))
        body += data
    number = max((int(path.name.partition("-")[0]) for path in segments(inbox)), default=0) + 1
    path = inbox / f"{number:08d}-{blake2b(body, digest_size=8).hexdigest()}.segment"
    write_whole(path, bytes(body))
    return path, written


def write_whole(path: Path, data: bytes) -> None:
    """Appears whole or not at all, and stays through a power cut."""
    if path.exists() and path.read_bytes() == data:
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(part.name).unlink()
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

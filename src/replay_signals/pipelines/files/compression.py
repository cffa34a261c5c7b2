"""Decompression of a stream by its magic bytes, with limits, keeping everything before a break."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

import zstandard

from replay_signals.schemas.messages import Reason
from replay_signals.schemas.wire import LIMITS, Limits

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_READ_BYTES = 256 * 1024
_OUT_BYTES = 1024 * 1024
# A zstd block of 4 bytes can stand for 128 KiB, and the library returns all of a call's output at once.
_ZSTD_STEP_BYTES = 512


class BrokenStreamError(Exception):
    """The stream ends, or stops being readable, here; what came before it was yielded."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Readable(Protocol):
    """A binary file."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


def plain_chunks(file: Readable, limits: Limits = LIMITS) -> Iterator[bytes]:
    """Chunks of the decompressed content; gzip (also several members) and zstd by magic bytes, anything else as it is.

    Raises BrokenStreamError at a break or a limit, and OSError when reading fails.
    """
    head = _at_least(file, len(ZSTD_MAGIC))
    counted = _Counted(file, head)
    if head.startswith(GZIP_MAGIC):
        return _limited(_gunzip(counted), counted, limits)
    if head.startswith(ZSTD_MAGIC):
        return _limited(_unzstd(counted), counted, limits)
    return counted.chunks()


def _at_least(file: Readable, size: int) -> bytes:
    head = b""
    while len(head) < size:
        more = file.read(_READ_BYTES)
        if not more:
            break
        head += more
    return head


class _Counted:
    """Chunks of a file, and how many bytes were read."""

    def __init__(self, file: Readable, head: bytes) -> None:
        self._file = file
        self._head = head
        self.read_bytes = 0

    def chunks(self) -> Iterator[bytes]:
        chunk = self._head
        while chunk:
            self.read_bytes += len(chunk)
            yield chunk
            chunk = self._file.read(_READ_BYTES)


def _limited(chunks: Iterator[bytes], counted: _Counted, limits: Limits) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        yield chunk  # also the one that goes over a limit: what stands at its beginning counts
        size += len(chunk)
        if size > limits.decompressed_bytes:
            raise BrokenStreamError(Reason.TOO_LARGE, f"decompresses to more than {limits.decompressed_bytes} bytes")
        if size > limits.ratio_from_bytes and size > limits.ratio * counted.read_bytes:
            raise BrokenStreamError(Reason.TOO_LARGE, f"decompresses to more than {limits.ratio} times its size")


def _gunzip(counted: _Counted) -> Iterator[bytes]:
    stream = zlib.decompressobj(wbits=31)
    for chunk in counted.chunks():
        left, has_more = chunk, False
        while left or has_more:
            if stream.eof:
                if not left.strip(b"\0"):  # tar and tape tools pad with zeros
                    break
                stream = zlib.decompressobj(wbits=31)
            try:
                before = stream.copy()
                out = stream.decompress(left, _OUT_BYTES)
            except zlib.error as error:
                yield _until_error(before.decompress, left)
                raise BrokenStreamError(Reason.INVALID_GZIP, str(error)) from None
            if out:
                yield out
            left = stream.unused_data if stream.eof else stream.unconsumed_tail
            has_more = len(out) == _OUT_BYTES and not stream.eof  # output may wait although all input is taken
    if not stream.eof:
        raise BrokenStreamError(Reason.INVALID_GZIP, "the gzip data ends too early")


def _until_error(decompress: Callable[[bytes], bytes], data: bytes) -> bytes:
    """What can still be decompressed of a chunk that breaks somewhere inside."""
    parts: list[bytes] = []
    with suppress(zlib.error):  # the break, which the caller reports
        for place in range(len(data)):
            parts.append(decompress(data[place : place + 1]))
    return b"".join(parts)


def _unzstd(counted: _Counted) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor()
    stream = decompressor.decompressobj()
    started = True
    for chunk in counted.chunks():
        left = chunk
        while left:
            if stream.eof:
                stream, started = decompressor.decompressobj(), True
            step, left = left[:_ZSTD_STEP_BYTES], left[_ZSTD_STEP_BYTES:]
            try:
                out = stream.decompress(step)
            except zstandard.ZstdError as error:
                raise BrokenStreamError(Reason.INVALID_ZSTD, str(error)) from None
            if out:
                yield out
            if stream.eof:
                left, started = stream.unused_data + left, False
    if started:
        raise BrokenStreamError(Reason.INVALID_ZSTD, "the zstd data ends too early")

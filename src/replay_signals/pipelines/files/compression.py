"""Decompression of a stream by its magic bytes, with limits, keeping everything before a break."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Protocol

import zstandard

from replay_signals.schemas.messages import Reason
from replay_signals.schemas.wire import LIMITS, Limits

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZLIB_MAGIC = re.compile(rb"x[\x01\x5e\x9c\xda]")
# Sentry stores a segment as a header line and then JSON in zlib; in an envelope further lines stand before it.
_SEGMENT = re.compile(rb'(?s:.*?)\{"segment_id"\s*:\s*\d+\}\s*?\n(?=x[\x01\x5e\x9c\xda])')
_HEAD_BYTES = 16 * 1024
_ANY_ZLIB = 47  # gzip or zlib, told by the header
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
    """Chunks of the decompressed content, told by magic bytes; anything else as it is.

    gzip and zlib (also several members), zstd, Sentry's segments (a header line, then zlib).
    Raises BrokenStreamError at a break or a limit, and OSError when reading fails.
    """
    counted = _Counted(file)
    head = counted.head
    if head.startswith(GZIP_MAGIC) or ZLIB_MAGIC.match(head):
        return _limited(_gunzip(counted), counted, limits)
    if _SEGMENT.match(head):
        return _limited(_segments(counted), counted, limits)
    if head.startswith(ZSTD_MAGIC):
        return _limited(_unzstd(counted), counted, limits)
    return counted.chunks()


class _Counted:
    """Chunks of a file, how many bytes were read, and its head: enough of it to tell how it is compressed."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._start = b""
        self._broken: BrokenStreamError | None = None
        self.read_bytes = 0
        while len(self._start) < _HEAD_BYTES and (more := self._more()):
            self._start += more
        self.head = self._start[:_HEAD_BYTES]

    def chunks(self) -> Iterator[bytes]:
        chunk = self._start
        while chunk:
            self.read_bytes += len(chunk)
            yield chunk
            chunk = self._more()
        if self._broken is not None:
            raise self._broken

    def _more(self) -> bytes:
        """What is read next; a break counts only after everything before it."""
        if self._broken is None:
            try:
                return self._file.read(_READ_BYTES)
            except BrokenStreamError as error:
                self._broken = error
        return b""


def _limited(chunks: Iterator[bytes], counted: _Counted, limits: Limits) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        yield chunk  # also the one that goes over a limit: what stands at its beginning counts
        size += len(chunk)
        if size > limits.decompressed_bytes:
            raise BrokenStreamError(Reason.TOO_LARGE, f"decompresses to more than {limits.decompressed_bytes} bytes")
        if size > limits.ratio_from_bytes and size > limits.ratio * counted.read_bytes:
            raise BrokenStreamError(Reason.TOO_LARGE, f"decompresses to more than {limits.ratio} times its size")


def _segments(counted: _Counted) -> Iterator[bytes]:
    """The header lines and the JSON of each segment, as lines."""
    left, stream = b"", None
    for chunk in counted.chunks():
        left += chunk
        while left:
            if stream is None:
                header = _SEGMENT.match(left[:_HEAD_BYTES])
                if header is None:
                    break
                yield header[0]
                left, stream = left[header.end() :], zlib.decompressobj()
            out, left, stream = _inflated(left, stream)
            yield out
            if stream is None:
                yield b"\n"
    if stream is not None:
        raise BrokenStreamError(Reason.INVALID_GZIP, "the zlib data of a segment ends too early")
    yield left  # segments that are not compressed may follow


def _inflated(data: bytes, stream: Any) -> tuple[bytes, bytes, Any]:
    """A piece of the output, the input that is left, and the stream, None at its end."""
    try:
        out = stream.decompress(data, _OUT_BYTES)
    except zlib.error as error:
        raise BrokenStreamError(Reason.INVALID_GZIP, str(error)) from None
    if stream.eof:
        return out, stream.unused_data.lstrip(b"\n"), None
    if len(out) == _OUT_BYTES and not stream.unconsumed_tail:  # output may wait although all input is taken
        out += stream.decompress(b"", 2 * _OUT_BYTES)
    return out, stream.unconsumed_tail, stream


def _gunzip(counted: _Counted) -> Iterator[bytes]:
    stream = zlib.decompressobj(wbits=_ANY_ZLIB)
    for chunk in counted.chunks():
        left, has_more = chunk, False
        while left or has_more:
            if stream.eof:
                if not left.strip(b"\0"):  # tar and tape tools pad with zeros
                    break
                stream = zlib.decompressobj(wbits=_ANY_ZLIB)
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

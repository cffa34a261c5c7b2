"""Splits a stream into lines, bounded in memory, keeping what stands before a break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from replay_signals.pipelines.files.compression import BrokenStreamError
from replay_signals.schemas.messages import MAX_DEAD_LETTER_PAYLOAD_BYTES, Reason
from replay_signals.schemas.wire import LIMITS, Limits

_BOM = b"\xef\xbb\xbf"
_SEPARATOR = b"\x1e"
"""Before each text of a JSON text sequence (RFC 7464)."""
_MARKS = (_BOM[:1], _SEPARATOR)
"""Files that were put together have a mark at the beginning of each."""


class Line(Struct, frozen=True):
    """A line that is not blank. `broken` says why its text is not all of it; `is_end`, that the stream broke there."""

    number: int
    text: bytes
    broken: tuple[str, str] | None = None  # reason and detail
    is_end: bool = False


def numbered_lines(chunks: Iterable[bytes], limits: Limits = LIMITS) -> Iterator[Line]:
    """Lines that are not blank, without surrounding white space, numbered from 1 as an editor would.

    Of a line over the limit only the beginning is kept. A break of the stream is the last line, with what there is.
    """
    filling = _Filling(limits.text_bytes)
    try:
        for chunk in chunks:
            *ends, rest = chunk.split(b"\n")
            for end in ends:
                filling.add(end)
                yield from filling.take()
            filling.add(rest)
    except BrokenStreamError as error:
        text = filling.line().text
        yield Line(filling.number, text, (error.reason, error.detail), is_end=True)
        return
    yield from filling.take()


class _Filling:
    """The line that is being filled."""

    def __init__(self, limit_bytes: int) -> None:
        self.number = 1
        self._limit_bytes = limit_bytes
        self._parts: list[bytes] = []
        self._size_bytes = 0

    def add(self, part: bytes) -> None:
        was_over = self._size_bytes > self._limit_bytes
        self._size_bytes += len(part)
        if was_over:
            return
        self._parts.append(part)
        if self._size_bytes > self._limit_bytes:  # from now on only enough for a dead letter is kept
            self._parts = [b"".join(self._parts)[: min(self._limit_bytes, MAX_DEAD_LETTER_PAYLOAD_BYTES)]]

    def line(self) -> Line:
        text = b"".join(self._parts).strip()
        if text[:1] in _MARKS:
            text = text.removeprefix(_BOM).removeprefix(_SEPARATOR).strip()
        if self._size_bytes > self._limit_bytes:
            detail = f"a line of {self._size_bytes} bytes, more than {self._limit_bytes}"
            return Line(self.number, text, (Reason.TOO_LARGE, detail))
        return Line(self.number, text)

    def take(self) -> Iterator[Line]:
        """The finished line, unless it is blank."""
        line = self.line()
        if line.text or line.broken:
            yield line
        self.number += 1
        self._parts = []
        self._size_bytes = 0

"""Text of a stream as UTF-8: files that Windows tools wrote are UTF-16, and begin with a byte order mark or a NUL."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JSON_STARTS = b"[{"


def utf8_chunks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8; what cannot be read in UTF-16 or UTF-32 becomes U+FFFD. Other text passes as it is."""
    head = next(chunks, b"")
    encoding = _encoding(head)
    if encoding is None:
        yield head
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(head).encode("utf-8", "replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _encoding(head: bytes) -> str | None:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if len(head) > 3 and head[0] in _JSON_STARTS and head[1] == 0 and head[3] == 0 and head[2] != 0:
        return "utf-16-le"
    if len(head) > 3 and head[0] == 0 and head[1] in _JSON_STARTS and head[2] == 0 and head[3] != 0:
        return "utf-16-be"
    return None

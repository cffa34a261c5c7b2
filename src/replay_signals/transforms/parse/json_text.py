"""JSON text as it really arrives: decoding with repair, and texts that hold several values.

The hot path is one `Decoder.decode`. Only when it fails does anything here look closer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw

from replay_signals.schemas.messages import Reason
from replay_signals.transforms.text import json_utf8

T = TypeVar("T")

MALFORMED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises for text that is not JSON, not UTF-8, not of the expected type, or nested too deeply."""

_RAW = msgspec.json.Decoder(Raw)
_RAWS = msgspec.json.Decoder(list[Raw])
_OBJECT = msgspec.json.Decoder(dict[str, Raw])


def utf8(text: bytes) -> bytes:
    """The text itself when it is UTF-8, else repaired. Decoders do not look into parts that they skip."""
    if not text.isascii():
        try:
            text.decode()
        except UnicodeDecodeError:
            return json_utf8(text)
    return text


def decode(decoder: msgspec.json.Decoder[T], text: bytes | Raw) -> T:
    """Decodes, and once more after repair; raises one of MALFORMED."""
    try:
        return decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        return decoder.decode(json_utf8(bytes(text)))


def array_items(text: bytes | Raw) -> list[Raw]:
    """Items of a JSON array, undecoded; raises one of MALFORMED."""
    return decode(_RAWS, text)


def problem(error: BaseException) -> tuple[str, str]:
    """Reason and words for one of MALFORMED; JSON that parses but has the wrong shape is an invalid payload."""
    if isinstance(error, RecursionError):
        return Reason.TOO_DEEP, "nested too deeply to be parsed"
    if isinstance(error, msgspec.ValidationError):
        return Reason.INVALID_PAYLOAD, str(error)
    return Reason.INVALID_JSON, str(error)


def flaw(text: bytes) -> tuple[str, str] | None:
    """What is wrong with a JSON text, or None."""
    try:
        _RAW.decode(text)
    except MALFORMED as error:
        return problem(error)
    return None


_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_BETWEEN = b" \t\r\n,\x1e"  # what stands between values of a file: nothing, lines, commas, RFC 7464's separator


def values_in(text: bytes) -> Iterator[bytes]:
    """The values of a text that holds several, one after the other; the last may be damaged."""
    rest = memoryview(text)
    while rest:
        place = end_of_first(rest)
        if place is None:
            yield bytes(rest)
            return
        yield bytes(rest[:place])
        while place < len(rest) and rest[place] in _BETWEEN:
            place += 1
        rest = rest[place:]


def end_of_first(text: memoryview) -> int | None:
    """Where the first value ends and something else follows: the decoder says so, and looks no further."""
    try:
        _RAW.decode(text)
    except MALFORMED as error:
        found = _TRAILING.search(str(error))
        return int(found[1]) - 1 if found else None  # counted from 1
    return None


def first_items(array: bytes | Raw, most: int) -> list[bytes]:
    """The first items of a JSON array, without looking at the rest of it."""
    rest = memoryview(array)[1:]
    items: list[bytes] = []
    while len(items) < most:
        end = end_of_first(rest)
        if end is None:
            break
        items.append(bytes(rest[:end]).strip())
        if bytes(rest[end : end + 1]) != b",":
            break
        rest = rest[end + 1 :]
    return items


def has_several(text: bytes) -> bool:
    """Whether a text begins with a whole array or object, and something follows it."""
    found = flaw(text) if text[:1] in (b"{", b"[") else None
    return found is not None and _TRAILING.search(found[1]) is not None


def shape_of(item: bytes) -> frozenset[str] | int | None:
    """What items of one list have in common: names of fields; of lists that begin with a name, how long they are."""
    try:
        if item.startswith(b"{"):
            return frozenset(_OBJECT.decode(item))
        items = _RAWS.decode(item)
    except MALFORMED:
        return None
    return len(items) if items and bytes(items[0]).startswith(b'"') else None

"""Text that every format can hold: one repair of lone surrogates, NUL and length, for texts, bytes and whole structs.

JavaScript strings are UTF-16 and may hold half of a surrogate pair; JSON carries it as `\\ud83d`. UTF-8, which tables,
topics and terminals use, cannot. A half becomes U+FFFD (the Unicode standard's replacement character); two halves that
belong together become the character they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

REPLACEMENT = "\ufffd"
MAX_ID_CHARS = 200
"""PostHog's capture service cuts distinct ids here."""
MAX_ERROR_CHARS = 1000
"""Of the words in a dead letter: whoever mends it needs the whole message of an exception, but not a payload in it."""

_MAY_HAVE_SURROGATES = re.compile(rb"\\u[dD][89a-fA-F]")
# Runs of backslashes are taken whole: only what follows an odd number of them is an escape, and a text full of
# backslashes has few matches.
_SURROGATES = re.compile(
    rb"(?<!\\)(\\++)u[dD](?:[89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|([89a-fA-F][0-9a-fA-F]{2}))"
)

MAX_REPAIRS = 200_000
"""Escapes of surrogates that are looked at in one text: a quarter of a second. What has more stays damaged."""


def well_formed(value: Any) -> Any:
    """A text without lone surrogates; structs, dicts and lists with such texts in them. Other values as they are."""
    if isinstance(value, str):
        return _repaired(value)
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: well_formed(getattr(value, name)) for name in value.__struct_fields__})
    if isinstance(value, dict):
        return {well_formed(key): well_formed(one) for key, one in value.items()}
    return [well_formed(one) for one in value] if isinstance(value, list) else value


def utf8(text: str) -> bytes:
    """UTF-8 of a text, repaired where it must be."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _repaired(text).encode()


def text_of_utf8(data: bytes) -> str:
    """The text of bytes that claim to be UTF-8. Surrogates as bytes (CESU-8) are read; other damage is U+FFFD."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    try:
        return _repaired(data.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def json_utf8(data: bytes) -> bytes:
    """JSON text in UTF-8 whose escapes of lone surrogates are escapes of U+FFFD; everything else as it was."""
    if not data.isascii():
        data = text_of_utf8(data).encode()
    return _SURROGATES.sub(_without_lone, data, MAX_REPAIRS) if _MAY_HAVE_SURROGATES.search(data) else data


def _without_lone(found: re.Match[bytes]) -> bytes:
    text: bytes = found[0]
    is_pair, is_escape = found[2] is None, len(found[1]) % 2 == 1
    if is_pair == is_escape:
        return text
    return (found[1] if is_escape else text[: -len(b"udc00")]) + b"ufffd"


def encoded(encode: Callable[[T], bytes], value: T) -> bytes:
    """What `encode` gives, of the well-formed value when the value itself has lone surrogates."""
    try:
        return encode(value)
    except UnicodeEncodeError:
        return encode(well_formed(value))


def bounded_id(text: str) -> str:
    """An id as capture keeps it: NUL is U+FFFD, at most `MAX_ID_CHARS` characters."""
    return _repaired(text[:MAX_ID_CHARS]).replace("\0", REPLACEMENT)


def error_text(error: object) -> str:
    """The words of an error, or of a named problem, at most `MAX_ERROR_CHARS` characters."""
    words = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error)
    return _repaired(words[:MAX_ERROR_CHARS])


def _repaired(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text

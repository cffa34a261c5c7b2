"""Payloads of dead letters: the form of what was rejected, without its text.

Whoever mends a sender needs to see where it went wrong: names of fields that the formats define, nesting, lengths. All
other letters become `x` and digits `0`. The input itself is where the letter's position says.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

from replay_signals.schemas import rrweb, wire

# Also one that is cut, between a backslash and what it escapes too: each quote begins a match, so none is tried twice.
_STRING = re.compile(r'"((?:[^"\\]|\\.|\\\Z)*+)("(?:\s*:)?|\Z)', re.DOTALL)
_ESCAPE = re.compile(r"\\+(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_WORDS = frozenset(("true", "false", "null"))
_BARE = re.compile(r"[^\W\d_]+")
MAX_DEPTH = 2
"""Snapshot messages hold JSON as text in JSON."""
MAX_SHOWN_HEAD_BYTES = 4
"""Of binary input: enough to name a compression by its magic number."""


def _fields(module: object) -> set[str]:
    kinds = (kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct))
    return {name for kind in kinds for name in kind.__struct_encode_fields__}


KNOWN = frozenset(_fields(wire) | _fields(rrweb) | {"headers", "offset", "key", "uuid", "windowId"})
"""Names of fields in the formats that are read here: they are nobody's text."""


def form_of(payload: bytes) -> bytes:
    """The form of a payload, at most as many characters as it has bytes."""
    try:
        text = payload.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        if error.start < len(payload) - 4:  # more than a character that was cut
            head = payload[:MAX_SHOWN_HEAD_BYTES].hex()
            return f"[{len(payload)} bytes, begin {head}]".encode()
        text = payload[: error.start].decode("utf-8", "surrogatepass")
    return "".join(_forms(text)).encode()


def _forms(text: str, depth: int = 0) -> list[str]:
    parts: list[str] = []
    at = 0
    for found in _STRING.finditer(text):
        parts.append(_bare(text[at : found.start()]))
        inner, end = found[1], found[2]
        if end.endswith(":") and inner in KNOWN:
            parts.append(found[0])
        elif '\\"' in inner and depth < MAX_DEPTH:
            parts += ('"', "".join(_forms(inner.replace('\\"', '"'), depth + 1)).replace('"', '\\"'), end)
        else:
            parts += ('"', _masked(_ESCAPE.sub("x", inner)), end)
        at = found.end()
    parts.append(_bare(text[at:]))
    return parts


def _bare(text: str) -> str:
    """Outside of strings: `true`, `false` and `null` stay."""
    return _masked(_BARE.sub(lambda word: word[0] if word[0] in _WORDS else "x" * len(word[0]), text), bare=True)


def _masked(text: str, *, bare: bool = False) -> str:
    return "".join(_char(char, bare) for char in text)


def _char(char: str, bare: bool) -> str:
    if char.isascii():
        if char.isdigit():
            return "0"
        return "x" if char.isalpha() and not bare else char
    return "0" if unicodedata.category(char).startswith("N") else "x"

"""What an input that is not read is, in words for whoever has to find out: keys and first record, or its kind."""

from __future__ import annotations

import re

from msgspec import Raw

from replay_signals.transforms.parse.json_text import first_items
from replay_signals.transforms.parse.shapes import fields_of, first, items_of

_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.-]{0,39}")
"""Names that programs give; others may be data, such as somebody's name."""
_SHOWN_KEYS = 12
_SHOWN_CHARS = 60
_LOOKED_AT_BYTES = 4 * _SHOWN_CHARS

_DAMAGED = b"\xef\xbf\xbd"  # U+FFFD: text is repaired before anybody names it
_FILES = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"7z" + _DAMAGED, "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "bzip2"),
    (_DAMAGED + b"7zXZ", "xz"),
    (b"\x04\x22M\x18", "LZ4"),
    (_DAMAGED + b"\x06\x00\x00sNaPpY", "Snappy"),
    (b"PAR1", "Parquet"),
    (b"ARROW1", "Arrow"),
    (b"ORC", "ORC"),
    (b"Obj\x01", "Avro"),
    (b"SQLite format 3", "a SQLite database"),
    (b"%PDF", "PDF"),
    (_DAMAGED + b"PNG", "a picture"),
    (_DAMAGED * 3, "a picture or another file of bytes"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture, a sound or a film"),
    (b"\x1aE\xdf\xa3", "a film"),
    (b"\x1f" + _DAMAGED + b"\x08", "compressed twice"),  # gzip's first bytes
)
"""How other files begin that people hand over."""
_TAR_AT, _FILM_AT = 257, 4

_TEXTS = (
    (re.compile(rb"<(?:!doctype\s+html|html|head|body|script)\b", re.I), "a page of HTML"),
    (re.compile(rb"<\?xml|<[A-Za-z]"), "XML"),
    (re.compile(rb"version https://git-lfs\.github\.com/spec/"), "a pointer of Git LFS: the file itself is elsewhere"),
    (re.compile(rb"data:\s*[{\[]|(?:event|id|retry):[^\n]*\n"), "a stream of server-sent events"),
    (re.compile(rb"(?:--\s|(?:create|insert|drop|set|begin|copy|pragma)\s+[\w\"`])", re.I), "SQL"),
    (re.compile(rb"(?:window|var|let|const|export|import|module|function)\b|/[*/]|[\w$.]+\s*[=(]"), "JavaScript"),
    (re.compile(rb"(?:---\s*\n)?[A-Za-z_][\w-]*:(?:\s*\n|\s+\S)"), "YAML or headers"),
    (re.compile(rb'[^\n{\["]+[{\[]\s*["{\[]'), "JSON with other text before it"),
)
"""Kinds of text, by how they begin; the first that fits counts."""
_SEPARATORS = ("\t", ";", ",", "|")
_COLUMN = re.compile(
    r"(?:[A-Za-z]+[_.])*(?:id|ids|time|timestamp|date|at|ts|type|events?|data|sessions?|window|snapshots?|payload|url|page)"
)
"""Names of columns that programs give for certain: the first line of a table may be somebody's data."""


def seen_text(text: bytes, flaw: str) -> str:
    """A text that is no JSON in words: where it breaks if it begins as JSON, else what it begins with.

    That stands in quotes, as everything does that may be somebody's: the rules of privacy take it for what it is.
    """
    named = next((name for start, name in _FILES if text.startswith(start)), None)
    if named is None and text[_TAR_AT : _TAR_AT + 5] == b"ustar":
        named = "a tar archive"
    if named is None and text[_FILM_AT : _FILM_AT + 4] == b"ftyp":
        named = "a film"
    if named is not None:
        return f"binary data ({named})"
    begin = text[:_LOOKED_AT_BYTES].lstrip()
    if begin[:1] in (b"{", b"["):
        return f"text that is not JSON ({flaw})"
    line = begin.decode(errors="replace").partition("\n")[0].strip()
    if not line[:_SHOWN_CHARS].isprintable() or "\ufffd" in line[:_SHOWN_CHARS]:
        return "binary data"
    kind = next((name for pattern, name in _TEXTS if pattern.match(begin)), None) or _table(begin)
    what = f"text that is not JSON ({kind})" if kind else "text that is not JSON"
    return f"{what} and begins with " + '"' + line[:_SHOWN_CHARS].replace('"', "'") + '"'


def _table(begin: bytes) -> str | None:
    """A table of text: what stands in its first line, and again in its second."""
    line, *more = begin.decode(errors="replace").splitlines()
    for separator in _SEPARATORS:
        names = [name.strip(" '\"") for name in line.split(separator)]
        if len(names) > 1 and more and separator in more[0] and all(names):
            shown = ", ".join(name if _COLUMN.fullmatch(name) else "[column]" for name in names[:_SHOWN_KEYS])
            return f"a table of {len(names)} columns: {shown}{', …' if len(names) > _SHOWN_KEYS else ''}"
    return None


def _shown(keys: list[str]) -> str:
    shown = [key if _PLAIN_KEY.fullmatch(key) else "[key]" for key in keys[:_SHOWN_KEYS]]
    return ", ".join(shown) + (", …" if len(keys) > _SHOWN_KEYS else "")


def seen(value: Raw | bytes) -> str:
    """A value in words, for whoever has to find out what it is: its keys and the first record of its lists."""
    kind = first(value)
    if kind == b"{":
        fields = fields_of(value)
        return f"{_object(fields)}{_within(fields)}" if fields else "an object without keys"
    if kind == b"[":
        items = items_of(value)
        return f"an array of {len(items)}, the first: {seen(items[0])}" if items else "an empty array"
    text = bytes(memoryview(value)[:_LOOKED_AT_BYTES]).decode("utf-8", "replace")[:_SHOWN_CHARS]
    return f"the value {text}"


def _object(fields: dict[str, Raw]) -> str:
    return f"an object with keys {_shown(list(fields))}"


def _within(fields: dict[str, Raw]) -> str:
    """The largest list of objects in an object, by its first record, else the largest object in it."""
    largest = sorted(fields, key=lambda name: memoryview(fields[name]).nbytes, reverse=True)
    for key in largest:
        items = first_items(fields[key], 1) if first(fields[key]) == b"[" else []
        if items and (record := fields_of(items[0])):
            return f"; {_shown([key])} is an array, the first of it: {_object(record)}"
    inner = next((key for key in largest if first(fields[key]) == b"{"), None)
    return "" if inner is None else f"; {_shown([inner])} is {_object(fields_of(fields[inner]))}"

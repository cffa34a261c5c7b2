"""Style sheets of recorded pages: as they are, without what asks for anything elsewhere or holds text of people.

What is left draws a page and does nothing else: no address but small pictures in the sheet itself, no import, and of
strings only words, as names of fonts and attributes are.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_CSS_CHARS = 2_000_000
"""Of one sheet; the largest that frameworks ship have some hundred thousand."""
MAX_PICTURE_CHARS = 20_000
"""Of a picture in a sheet: icons and patterns."""
MAX_VALUE_CHARS = 400

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\([0-9a-fA-F]{1,6})[ \t\r\n\f]?|\\([g-zG-Z])")
_STRING = r"\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?"
_PARTS = re.compile(
    rf"(?P<url>\b(?:url|src|image)\(\s*(?:{_STRING}|[^)\"'\s]*)[^)]*\)?)|(?P<string>{_STRING})|(?:[a-z]{{1,20}}:)?//[^\s)'\"}};]*",
    re.IGNORECASE,
)
_IMPORT = re.compile(r"@(?:import|namespace|document|-moz-document)\b[^;{]*;?", re.IGNORECASE)
_SET = re.compile(r"(?:-webkit-)?(?:image-set|cross-fade|element|paint)\s*\(", re.IGNORECASE)
_ACTIVE = re.compile(
    r"\bexpression\s*\([^;}]*|-moz-binding(?=\s*:)|\bbehavior(?=\s*:)|(?:java|vb)script\s*:", re.IGNORECASE
)
_PICTURE = re.compile(r"^url\(\s*(?:[\"']\s*)?data:image/(?:png|gif|jpe?g|webp|svg\+xml)[;,]", re.IGNORECASE)
_FRAGMENT = re.compile(r"^url\(\s*[\"']?#[\w-]{1,100}[\"']?\s*\)$", re.IGNORECASE)
_WORD = re.compile(r"[\w\- ,.%()]{0,40}|\\[0-9a-fA-F]{1,6} ?|[^\w\s]{0,4}")
_DIGITS = re.compile(r"\d{6}")
_NAME = re.compile(r"-?-?[a-z][a-z0-9-]{0,60}", re.IGNORECASE)
_FREE = re.compile(
    r"(?:\b(?:rgba?|hsla?|calc|var|min|max|clamp|translate[xyz3d]*|scale[xyz3d]*|rotate[xyz3d]*|cubic-bezier)\(|--[\w-]+"
    r"|#[0-9a-f]{3,8}\b|[-+]?[\d.]+(?:[a-z]{1,5}|%)?|[\s,()/*+-])++",
    re.IGNORECASE,
)
"""Numbers, colours and functions of them; possessive, since a number has as many readings as digits and dots."""


@lru_cache(maxsize=256)
def safe_sheet(css: str) -> str:
    """A style sheet, or a rule of one, that asks for nothing. Total."""
    text = _plain(css[:MAX_CSS_CHARS])
    text = _IMPORT.sub("", text)
    text = _PARTS.sub(_part, text)
    return _ACTIVE.sub("x", _SET.sub("none(", text)).replace("<", "\\3c ")


def safe_declarations(style: str) -> str:
    """The `style` attribute of an element: known forms of values, without strings and addresses. Total."""
    kept = []
    for declaration in _plain(style[: 10 * MAX_VALUE_CHARS]).split(";"):
        name, colon, value = declaration.partition(":")
        shown = safe_value(name.strip(), value.strip()) if colon else ""
        if shown:
            kept.append(f"{name.strip()}: {shown}")
    return "; ".join(kept)


def safe_value(name: str, value: str) -> str:
    """The value of one declaration; empty when it may not be kept. Total."""
    value = _plain(value[:MAX_VALUE_CHARS]).strip()
    if not is_name(name) or any(sign in value for sign in "\"'{}<>@\\;") or _DIGITS.search(value):
        return ""
    if re.search(r"\b(?:url|src|image)\(", value, re.IGNORECASE) or _SET.search(value) or _ACTIVE.search(f"{value}:"):
        return ""
    if name.lower() in ("content", "behavior", "-moz-binding") or (
        name.startswith("--") and not _FREE.fullmatch(value)
    ):
        return ""
    return value


def is_name(name: object) -> bool:
    """Is it the name of a property?"""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _plain(css: str) -> str:
    """Without comments, and without escapes that spell letters: `u\\72l(` is `url(`."""
    return _ESCAPED.sub(_unescaped, _COMMENT.sub(" ", css))


def _unescaped(found: re.Match[str]) -> str:
    if found[2]:
        return found[2]
    code = int(found[1], 16)
    char = chr(code) if code < 128 else ""
    return char if char.isalpha() or char in ("@", "(") else found[0]


def _part(found: re.Match[str]) -> str:
    text = found[0]
    if found["url"] is not None:
        is_kept = _FRAGMENT.match(text) or (len(text) <= MAX_PICTURE_CHARS and _PICTURE.match(text))
        return text if is_kept else "none"
    if found["string"] is None:
        return ""
    inner = text[1:-1] if len(text) > 1 and text[-1] == text[0] else text[1:]
    return f"{text[0]}{inner}{text[0]}" if _WORD.fullmatch(inner) and not _DIGITS.search(inner) else '""'

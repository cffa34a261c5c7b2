"""Encodings: what a text says once its disguises are off: other scripts' digits, escapes, entities, base64.

A disguise is no attack as a rule: addresses stand percent-encoded in URLs, JSON escapes what is not ASCII, forms send
full-width digits. What comes out is only searched; it is kept only where something was found and masked in it.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from urllib.parse import unquote

ROUNDS = 4
"""Encodings in one another: proxies and redirects encode twice, logs of them once more."""
_ESCAPE = re.compile(r"(?<!\\)\\++(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2}))")
_OLD_ESCAPE = re.compile(r"%u([0-9a-fA-F]{4})")
"""JavaScript's `escape`."""
_NUMBER_SIGN = re.compile(r"&#0*+([0-9]{1,7}+)([0-9]*+)")
"""`html.unescape` makes an int of all digits, which Python refuses for more than 4,300 of them."""
_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－·•‧∙", "-"),
        "。": ".",
        "｡": ".",
        "．": ".",
        "․": ".",
        "⁄": "/",
        "∕": "/",
    }
)
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers and a blank that count as letters and signs."""
RIGHT_TO_LEFT = "\u202e"
"""Shows what follows backwards: `gro.elpmaxe@airam` is an address to who reads it."""
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){6,}")
MAX_SAID_CHARS = 4000


def plain(text: str) -> str:
    """The text without disguises; the same text when it wears none."""
    for _ in range(ROUNDS):
        before = text
        if not text.isascii():
            text = _ascii_like(text)
        if "&" in text:
            text = html.unescape(_NUMBER_SIGN.sub(_short_reference, text))
        if "%" in text:
            text = unquote(_OLD_ESCAPE.sub(lambda found: _char(found[1], found[0]), text))
        if "\\" in text:
            text = _ESCAPE.sub(_unescaped, text)
        if text == before:
            break
    return text


def _ascii_like(text: str) -> str:
    """Compatible forms (NFKC), digits of any script, one kind of dash; no invisible or combining characters."""
    folded = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else " " if char.isspace() else char
        for char in folded
        if char.isascii() or (unicodedata.category(char) not in ("Cf", "Mn", "Me", "Cc") and char not in _INVISIBLE)
    )


def _short_reference(found: re.Match[str]) -> str:
    """Without zeros in front; beyond all characters it is one that is not known, as browsers have it."""
    return "\ufffd" if found[2] else f"&#{found[1]}"


def _unescaped(found: re.Match[str]) -> str:
    return _char(found[1] or found[2] or found[3], found[0])


def _char(digits: str, otherwise: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else otherwise


def says(token: str) -> str:
    """The text that a token holds in base64, base64url or hexadecimal digits; empty when it holds none.

    Random bytes are readable text once in thousands of times at 9 bytes, so readable means meant.
    """
    token = token[:MAX_SAID_CHARS]
    raw = b""
    if _HEX.fullmatch(token):
        if not token.isdigit():
            raw = bytes.fromhex(token)
    else:
        bare = token.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        except (binascii.Error, ValueError):
            return ""
    return _readable(raw)


def _readable(raw: bytes) -> str:
    if len(raw) < 8:
        return ""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return ""
    if not all(char.isprintable() or char in "\r\n\t" for char in text):
        return ""
    return text if text.isascii() or sum(char.isalnum() or char == " " for char in text) * 4 >= len(text) * 3 else ""

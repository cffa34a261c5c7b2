"""Marked personal texts, and their search in what a run leaves.

A `word` is a name without any pattern, for places of which nothing is kept. A `mail` or a `number` stands where words
are kept: there patterns have to go. Marks are letters or digits alone, so that a search sees them through any spelling.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

STEMS = "zyxmar", "qwmark"
"""How marks begin: what is cut in the middle of one is found, too."""

PLAYED = frozenset(("changed text", "changed attribute", "added later", "alert"))
"""Places whose marks a player shows: names of controls and alerts that come later, in messages that do not show what is
around them. A digest sees one message and masks them; playback has followed the window and knows that no rule does."""


class Marks:
    """Gives out marked texts and remembers the place of each."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    def word(self, place: str) -> str:
        """A name that no pattern knows."""
        return self._put(f"Zyxmarkus{_letters(len(self.places))}", place)

    def mail(self, place: str) -> str:
        """An address."""
        return self._put(f"qwmarked{_letters(len(self.places))}", place) + "@example.org"

    def phone(self, place: str) -> str:
        """A phone number: 12 digits."""
        digits = f"4930{90182000 + len(self.places)}"
        self._put(digits, place)
        return f"+{digits[:2]} {digits[2:4]} {digits[4:]}"

    def card(self, place: str) -> str:
        """A payment card: 16 digits with Luhn's check digit."""
        digits = f"4242424242{len(self.places):05}"
        twice = [int(d) * (2 - i % 2) for i, d in enumerate(digits)]
        return self._put(digits + str(-sum(d // 10 + d % 10 for d in twice) % 10), place)

    def found_in(self, texts: Iterable[str]) -> dict[str, str]:
        """Marks that stand in texts, however they are spelt there, with their places."""
        said = "\n".join(spelt for text in texts for spelt in spellings(text))
        found = {mark: place for mark, place in self.places.items() if mark.lower() in said}
        return found | ({} if found else {stem: "a part of a mark" for stem in STEMS if stem in said})

    def _put(self, mark: str, place: str) -> str:
        self.places[mark] = place
        return mark


def _letters(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")


# Search


def spellings(text: str) -> Iterator[str]:
    """A text as bare letters and as bare digits, also of what it holds in escapes, base64 and hexadecimal digits."""
    yield from bare(text)
    plain = text
    for _ in range(3):
        plain = html.unescape(unquote(re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), plain)))
    if plain != text:
        yield from bare(plain)
    for token in re.findall(r"[A-Za-z0-9+/_-]{12,}", plain):
        yield from bare(_unpacked(token))
    if "\u202e" in text:
        yield from bare(text[::-1])


def bare(text: str) -> tuple[str, str]:
    """Letters alone, lower case, and digits alone."""
    if not text.isascii():
        text = "".join(_ascii(char) for char in unicodedata.normalize("NFKD", text))
    return re.sub(r"[^a-z]", "", text.lower()), re.sub(r"[^0-9]", "", text)


def _ascii(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _unpacked(token: str) -> str:
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){6,}", token):
        return bytes.fromhex(token).decode("latin-1")
    token = token.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4)).decode("latin-1")
    except binascii.Error:
        return ""


def decoded(value: Any) -> Iterator[str]:
    """Every text in a value, also in bytes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "backslashreplace")
    elif isinstance(value, msgspec.Struct):
        yield from decoded([getattr(value, name) for name in value.__struct_fields__])
    elif isinstance(value, dict):
        yield from decoded([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from decoded(one)
    elif isinstance(value, (int, float)):
        yield str(value)
    elif hasattr(value, "__dict__"):
        yield from decoded(vars(value))

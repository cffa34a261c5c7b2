"""Recorded text as a quotation: in Markdown nothing of it can end the quotation, and nothing in it is invisible.

What a terminal acts on, what hides text (zero-width, tag and private characters, variation selectors) and what turns
its direction shows as its escape, and so do backticks: whatever reads the Markdown, they end no quotation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_TEXT_CHARS = 160
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Characters of other classes that show as nothing."""
_BACKTICKS = re.compile("`+")
MIN_FENCE = 3


def shown(text: str, limit: int = MAX_TEXT_CHARS) -> str:
    """A recorded text on one line, every hidden character as its escape, cut short."""
    out = "".join(map(_visible, text[: 2 * limit]))
    return out if len(out) <= limit else out[: limit - 1] + "…"


def span(text: str) -> str:
    """A recorded text, which is shown already, as a code span."""
    return f"`{text or ' '}`"


def fenced(lines: Iterable[str], kind: str = "text") -> str:
    """Lines in a fenced block that none of them can end: it is longer than any run of backticks (CommonMark 4.5)."""
    body = "\n".join(lines)
    fence = "`" * max(MIN_FENCE, 1 + max(map(len, _BACKTICKS.findall(body)), default=0))
    return f"{fence}{kind}\n{body}\n{fence}"


def _visible(char: str) -> str:
    if char == "`":
        return r"\x60"
    if char.isascii() and char.isprintable():
        return char
    if unicodedata.category(char) in _HIDDEN or _BLANK.match(char):
        return char.encode("unicode_escape").decode()
    return char

"""The size of a brief: how tokens are counted, and what is left out of one that has too many. Pure.

Tokenizers differ and none is needed to stay below a limit: `tokens` counts more than the common ones do. Letters count
one for each four, digits one for each two, every other visible character one, and beyond ASCII one for each byte of
UTF-8 but the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from replay_signals.schemas.briefs import NOTICE, Brief
from replay_signals.transforms.brief.markdown import markdown
from replay_signals.transforms.printable import json_bytes

MAX_TOKENS = 6_000
MAX_SCRIPT_TOKENS = 2_500
_PIECE = re.compile(r"[A-Za-z]+|[0-9]+|[^\sA-Za-z0-9]|\n+| {2,}")
LETTERS, DIGITS = 4, 2


class Part(NamedTuple):
    """A list of the brief, and how many of its items are worth more than the items of parts after it."""

    name: str
    keep: int


BY_WORTH: Sequence[Part] = (
    Part("console", 2),
    Part("examples", 1),
    Part("ruled_out", 2),
    Part("questions", 2),
    Part("requests", 2),
    Part("exceptions", 2),
    Part("began", 2),
    Part("effect", 1),
    Part("sure", 1),
    Part("happens", 3),
    Part("way", 4),
)
"""What loses items first, the least worth in front: once down to what each keeps, then to nothing."""


def tokens(text: str) -> int:
    """An upper estimate of the tokens of a text."""
    return sum(map(_tokens, _PIECE.findall(text)))


def fitted(brief: Brief, limit: int = MAX_TOKENS) -> Brief:
    """The brief with at most so many tokens, as Markdown and as JSON.

    Items go one by one from the end of the least worthy part. A script that is too long for its share goes first: it
    can be asked for by itself.
    """
    if tokens(brief.script) > MAX_SCRIPT_TOKENS:
        brief = msgspec.structs.replace(brief, script="", left_out=brief.left_out | {"script": 1})
    for keeps in (True, False):
        for part in BY_WORTH:
            while size(brief) > limit and len(getattr(brief, part.name)) > (part.keep if keeps else 0):
                brief = _without_last(brief, part.name)
    return brief


def size(brief: Brief) -> int:
    """Tokens of the longer of its two forms."""
    return max(tokens(markdown(brief)), tokens(brief_json(brief).decode()))


def brief_json(brief: Brief) -> bytes:
    """The brief as a JSON object, with the notice of what was recorded in front."""
    return json_bytes({"notice": NOTICE} | msgspec.to_builtins(brief))


def _without_last(brief: Brief, part: str) -> Brief:
    items = list(getattr(brief, part))
    del items[-2 if part == "way" and len(items) > 1 else -1]  # the fault itself stays to the end
    left_out = brief.left_out | {part: brief.left_out.get(part, 0) + 1}
    return msgspec.structs.replace(brief, **{part: items}, left_out=left_out)


def _tokens(piece: str) -> int:
    if not piece.isascii():
        return max(1, len(piece.encode()) - 1)
    if piece[0].isalpha():
        return -(-len(piece) // LETTERS)
    return -(-len(piece) // DIGITS) if piece[0].isdigit() else 1

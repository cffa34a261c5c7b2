"""How many dead letters a file may cost: a file of nothing but `{}` a line would otherwise be a table of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from replay_signals.schemas.messages import DeadLetter
from replay_signals.transforms.parse.cut import Parsed

MAX_LISTED = 1000
"""Dead letters of one reason in a file, or of one text; each takes 200 microseconds on its way into a table."""


def listed(parsed: Iterable[Parsed], most: int = MAX_LISTED) -> Iterator[Parsed]:
    """Everything but the dead letters beyond `most` of one reason: one in place of those says how many, and where."""
    seen: Counter[str] = Counter()
    beyond: dict[str, tuple[DeadLetter, DeadLetter]] = {}  # the first and the last of those left out
    for one in parsed:
        if isinstance(one, DeadLetter):
            seen[one.reason] += 1
            if seen[one.reason] > most:
                beyond[one.reason] = beyond.get(one.reason, (one, one))[0], one
                continue
        yield one
    for reason, (first, last) in beyond.items():
        yield first if first is last else _summary(first, last, seen[reason] - most)


def _summary(first: DeadLetter, last: DeadLetter, number: int) -> DeadLetter:
    """The first of those left out, with a word about the others."""
    until = last.position.offset
    detail = f"{number:,} of this reason from here to {until:,}, not listed one by one; the first: {first.detail}"
    return msgspec.structs.replace(first, detail=detail)

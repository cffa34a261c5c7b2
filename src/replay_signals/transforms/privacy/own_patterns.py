"""Patterns of one's own, from the rules file. Python's engine goes back and forth, so only what is bounded is taken.

Every repetition has a bound, none stands in another, and so has the number of ways in which a pattern can be tried at
one place: whatever a visitor writes, a search costs at most so many steps a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from re import _constants, _parser  # type: ignore[attr-defined]  # the standard library's own parser, without stubs
from typing import Any

from replay_signals.schemas.privacy import OwnPattern, Patterns
from replay_signals.transforms.privacy.patterns import Pattern

MAX_PATTERN_CHARS = 300
MAX_WAYS = 1000
"""Ways to try a pattern at one place: the product of the choices that each repetition and alternative leaves."""
_NAME = re.compile(r"[a-z][a-z_]{0,29}")
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_REFUSED = {
    _constants.GROUPREF: "refers to a group",
    _constants.GROUPREF_EXISTS: "refers to a group",
}


class PatternError(ValueError):
    """A pattern that cannot be read, or that may cost more than it should."""


def own_patterns(rules: Iterable[OwnPattern]) -> list[Pattern]:
    """The patterns of a rules file, ready to use; raises PatternError."""
    return [Pattern(one.name, lambda text: True, _compiled(one), len) for one in rules]


def _compiled(own: OwnPattern) -> re.Pattern[str]:
    where = f"own_patterns: {own.name!r}"
    if not _NAME.fullmatch(own.name) or own.name in Patterns.__struct_fields__:
        raise PatternError(
            f"{where} is no name for a pattern of your own: small letters and _, none of the built-in ones"
        )
    if not own.pattern or len(own.pattern) > MAX_PATTERN_CHARS:
        raise PatternError(f"{where}: a pattern has 1 to {MAX_PATTERN_CHARS} characters")
    try:
        compiled = re.compile(own.pattern)
        parsed = _parser.parse(own.pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"{where}: {error}") from None
    if compiled.match(""):
        raise PatternError(f"{where} matches nothing at all, so it would match everywhere")
    ways = _ways(parsed, where, in_repeat=False)
    if ways > MAX_WAYS:
        raise PatternError(f"{where} can be tried in {ways:,} ways at one place; {MAX_WAYS:,} are allowed: narrow it")
    return compiled


def _ways(parsed: Sequence[Any], where: str, *, in_repeat: bool) -> int:
    ways = 1
    for operator, value in parsed:
        if operator in _REFUSED:
            raise PatternError(f"{where} {_REFUSED[operator]}")
        if operator in _REPEATS:
            least, most, body = value
            if most is _constants.MAXREPEAT:
                raise PatternError(
                    f"{where} repeats without a bound: write {{1,20}} instead of +, {{0,20}} instead of *"
                )
            if in_repeat and most > 1:
                raise PatternError(f"{where} has a repetition in a repetition")
            below = _ways(body, where, in_repeat=in_repeat or most > 1)
            ways *= (int(most) - int(least) + 1) * below ** min(int(most), MAX_WAYS)
        elif operator is _constants.BRANCH:
            ways *= sum(_ways(one, where, in_repeat=in_repeat) for one in value[1])
        elif operator is _constants.SUBPATTERN:
            ways *= _ways(value[-1], where, in_repeat=in_repeat)
        elif operator in (_constants.ASSERT, _constants.ASSERT_NOT):
            ways *= _ways(value[1], where, in_repeat=in_repeat)
        elif operator is _constants.ATOMIC_GROUP:
            ways *= _ways(value, where, in_repeat=in_repeat)
        if ways > MAX_WAYS:
            return ways
    return ways

"""Steps: how long it takes to search texts for personal data, told from the texts alone.

Anyone can send texts that are all candidates and no matches. What is spent must not depend on the clock, or on what a
process has seen before: batch and stream would keep different texts.
"""

from __future__ import annotations

from functools import lru_cache

MAX_STEPS = 200_000
"""Of one message, or one event; a step takes at most 2 microseconds. The largest pages known take 45,000."""
_PER_TEXT, _PER_MARK, _MAX_CHARS, _SHORT_CHARS = 30, 9, 2000, 500
_MARKS = b"0123456789@.%+:,;=(\"'`" + bytes(range(128, 256))  # what patterns begin with, or are told by


class Steps:
    """What is left for the texts of one message or event."""

    def __init__(self, left: int = MAX_STEPS) -> None:
        self._left = left

    @property
    def is_left(self) -> bool:
        """Whether a text may still be searched."""
        return self._left > 0

    def spend(self, steps: int) -> bool:
        """Takes so many steps. False: there were none left."""
        is_left = self._left > 0
        self._left -= steps if is_left else 0
        return is_left

    def take(self, *texts: object) -> bool:
        """Takes texts that are to be searched; what is no text costs nothing. False: they are not to be searched."""
        if self._left <= 0:
            return False
        self._left -= sum(steps_of(text) for text in texts if text and isinstance(text, str))
        return True


def steps_of(text: str) -> int:
    """Digits and signs make more candidates than letters. Of a long text only the begin is searched."""
    return _known(text) if len(text) <= _SHORT_CHARS else _steps_of(text)


def _steps_of(text: str) -> int:
    chars = text[:_MAX_CHARS].encode("utf-8", "surrogatepass")
    return _PER_TEXT + len(chars) + (_PER_MARK - 1) * (len(chars) - len(chars.translate(None, _MARKS)))


_known = lru_cache(maxsize=20_000)(_steps_of)

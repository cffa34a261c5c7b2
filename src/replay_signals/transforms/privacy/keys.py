"""Keys: names of values that are personal or secret whatever their form: `password`, `apiKey`, `user.first_name`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
MAX_KEY_CHARS = 100
MIN_PART_CHARS = 5
"""Names from this length on also count as the begin or the end of a word: `stripetoken`, `passwordhash`."""
MAX_WORDS_OF_NAME = 3
"""A name in the rules may be written as several words in a key: `apikey` is `api_key`, `API key`, `x-api-key`."""


class Keys:
    """Key names of the rules."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(_folded(name) for name in names)
        self._long = tuple(name for name in self._names if len(name) >= MIN_PART_CHARS)
        self._known: dict[str, bool] = {}

    def is_personal(self, key: str) -> bool:
        """Does a word of the key, or some that stand together, say that its value is personal?"""
        key = key[:MAX_KEY_CHARS]
        known = self._known.get(key)
        if known is None:
            if len(self._known) > 10_000:
                self._known.clear()
            known = self._known[key] = self._is_personal(key)
        return known

    def _is_personal(self, key: str) -> bool:
        words = [word.lower() for word in _WORD.findall(key)]
        if any(part.startswith(self._long) or part.endswith(self._long) for part in words):
            return True
        joined = (
            "".join(words[at : at + count]) for count in range(1, MAX_WORDS_OF_NAME + 1) for at in range(len(words))
        )
        return any(one in self._names or one.removesuffix("s") in self._names for one in joined)


class Listed:
    """A list of property names; `*` stands for any end."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact = frozenset(name for name in names if "*" not in name)
        self._globs = tuple(name for name in names if "*" in name)

    def __contains__(self, name: str) -> bool:
        return name in self._exact or any(fnmatchcase(name, glob) for glob in self._globs)


def _folded(name: str) -> str:
    return "".join(_WORD.findall(name)).lower()

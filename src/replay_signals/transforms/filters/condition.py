"""What a filter becomes, and what is wrong with one; apart from the language, whose parser takes a while to import."""

from __future__ import annotations

from typing import NamedTuple


class FilterError(ValueError):
    """A filter that says nothing: a typo in a name, a value of another type, or no condition at all."""


class Condition(NamedTuple):
    """An SQL condition over the rows of a scope, and the values of its parameters in order."""

    sql: str
    values: list[object]

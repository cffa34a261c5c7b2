"""What a filter becomes, and what is wrong with one; apart from the language, whose parser takes a while to import."""

from __future__ import annotations

from typing import NamedTuple


class FilterError(ValueError):
    """A filter that says nothing: a typo in a name, a value of another type, or no condition at all."""


class Mention(NamedTuple):
    """A value, or a key when `value` is None, that a filter takes for one that exists: it may be a typo.

    `sql` with `values` reads it of `seen`, a row of the scope's table.
    """

    said: str
    scope: str
    sql: str
    values: tuple[object, ...]
    value: str | None


class Condition(NamedTuple):
    """An SQL condition or expression over the rows of a scope, the values of its parameters in order, and mentions."""

    sql: str
    values: list[object]
    mentions: tuple[Mention, ...] = ()


def quoted(text: str) -> str:
    """A text as a value of a filter."""
    return "'" + text.replace("'", "''") + "'"

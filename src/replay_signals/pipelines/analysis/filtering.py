"""Filters over a warehouse: cohorts come from files, and what columns can hold from the program itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import duckdb

from replay_signals.schemas.rows import TABLES
from replay_signals.transforms.filters.condition import Condition, FilterError

if TYPE_CHECKING:
    from replay_signals.transforms.filters.language import Language

MAX_COHORT_BYTES = 256 << 20
VOCABULARY = {
    ("signal", "verdict"): ("dead", "slow", "alive", "unknown", "found"),
    ("click", "verdict"): ("alive", "slow", "dead", "unknown"),
    ("click", "kind"): ("click", "tap"),
    ("console", "level"): ("info", "warn", "error"),
    ("request", "status_class"): ("2xx", "3xx", "4xx", "5xx", ""),
    ("session", "traffic"): ("visitor", "bot", "internal", "test", ""),
    ("session", "witness"): ("full", "partial", "none"),
    ("session", "judgeable"): ("ok", "no_snapshot", "no_mutations", "broken_clock", "canvas", ""),
}  # fmt: skip
_VIEW = re.compile(r"\blatest_(\w+)")


def cohort(name: str) -> list[str]:
    """Ids of a file, one a line; empty lines do not count. Raises FilterError."""
    path = Path(name)
    try:
        if path.stat().st_size > MAX_COHORT_BYTES:
            raise FilterError(f"cohort {name} is larger than {MAX_COHORT_BYTES >> 20} MB")
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        if isinstance(error, FilterError):
            raise
        raise FilterError(f"cohort {name} cannot be read: {error}") from error
    return [line.strip() for line in lines if line.strip()]


def vocabulary(scope: str, column: str) -> tuple[str, ...]:
    """All values that a column of a scope can have; none where they are not known."""
    if (scope, column) == ("signal", "kind"):
        from replay_signals.transforms.signals import SIGNALS

        return tuple(SIGNALS)
    if (scope, column) == ("signal", "failure"):
        from replay_signals.transforms.signals.descriptor import Failure

        return get_args(Failure)
    return VOCABULARY.get((scope, column), ())


@cache
def language() -> Language:
    """Filters over a warehouse; made when it is first needed, since its parser takes a while to import."""
    from replay_signals.transforms.filters.language import Language

    return Language(cohort, vocabulary)


def condition(where: str, scope: str, row: str) -> Condition:
    """What a filter says of `row`, an alias of a row of a scope; everything when it is empty. Raises FilterError."""
    return language().condition(where, scope, row) if where.strip() else Condition("true", [])


def check_days(first: date | None, last: date | None) -> None:
    """Raises FilterError when the first day is after the last: such a span holds nothing."""
    if first and last and first > last:
        raise FilterError(f"the first day ({first}) is after the last ({last})")


@contextmanager
def asking() -> Iterator[None]:
    """Turns what DuckDB says of a value, such as a regular expression that is none, into a FilterError."""
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise FilterError(str(error).splitlines()[0].split(": ", 1)[-1]) from error


def tables_of(sql: str) -> set[str]:
    """Tables whose latest rows a statement reads."""
    return {name for name in _VIEW.findall(sql) if name in TABLES}

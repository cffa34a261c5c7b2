"""Filters over a warehouse: cohorts come from files, and what columns can hold from the program itself."""

from __future__ import annotations

import os
import re
import stat
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

MAX_FILE_BYTES = 64 << 20
"""Of a list of people or an insight: a million ids of 36 signs have 37 MB."""
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


def given_file(name: str) -> bytes:
    """What a file holds that a question names; never more than fits. Raises FilterError."""
    try:
        with Path(name).open("rb") as file:
            if stat.S_ISCHR(os.fstat(file.fileno()).st_mode):
                raise FilterError(f"{name[:200]} is a device, not a file")
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, FilterError):
            raise
        raise FilterError(f"{name[:200]} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > MAX_FILE_BYTES:
        raise FilterError(f"{name[:200]} is larger than {MAX_FILE_BYTES >> 20} MB")
    return data


def cohort(name: str) -> list[str]:
    """Ids of a file, one a line; empty lines do not count. Raises FilterError."""
    try:
        lines = given_file(name).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FilterError(f"cohort {name[:200]} cannot be read: it is not a text in UTF-8") from error
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
    except UnicodeEncodeError as error:
        raise FilterError("a text is not valid UTF-8") from error
    except (duckdb.BinderException, duckdb.ParserException) as error:
        if "depth" not in str(error):
            raise
        raise FilterError("the filter is nested too deep") from error
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise FilterError(str(error).splitlines()[0].split(": ", 1)[-1]) from error


def tables_of(sql: str) -> set[str]:
    """Tables whose latest rows a statement reads."""
    return {name for name in _VIEW.findall(sql) if name in TABLES}

"""What a suite of expectations is: Great Expectations' own form, so that it loads and runs there as it stands.

A suite looks at one relation: rows with some columns computed beside them (`Computed`). Its JSON has the types and
keyword arguments of GX Core 1.x; `{"$PARAMETER": name}` stands for a value that is known when it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

BETWEEN = "expect_column_values_to_be_between"
IN_SET = "expect_column_values_to_be_in_set"
NOT_NULL = "expect_column_values_to_not_be_null"
UNIQUE = "expect_compound_columns_to_be_unique"
NOT_LESS = "expect_column_pair_values_a_to_be_greater_than_b"
PARAMETER = "$PARAMETER"


class Expectation(msgspec.Struct, frozen=True):
    """One expectation; `what` says in words what is wrong when it does not hold."""

    type: str
    kwargs: dict[str, Any]
    what: str

    @property
    def columns(self) -> list[str]:
        """The columns that it looks at."""
        named = (self.kwargs.get(key) for key in ("column", "column_A", "column_B"))
        return [*(name for name in named if name), *self.kwargs.get("column_list", ())]


class Computed(msgspec.Struct, frozen=True):
    """A column beside those of the table, in SQL (DuckDB) and for one row."""

    name: str
    sql: str
    of_row: Callable[[Any], Any]


class Suite(msgspec.Struct, frozen=True):
    """Expectations of one relation. `key` names the columns by which an unexpected row is told."""

    name: str
    expectations: tuple[Expectation, ...]
    key: tuple[str, ...]
    computed: tuple[Computed, ...] = ()

    def as_gx(self) -> dict[str, Any]:
        """The suite as Great Expectations reads it."""
        found = [{"type": e.type, "kwargs": e.kwargs, "meta": {"what": e.what}} for e in self.expectations]
        return {"name": self.name, "expectations": found}


def between(column: str, low: float | None, high: float | None, what: str = "") -> Expectation:
    """Values from low to high, both included; null passes."""
    kwargs = {"column": column, "min_value": low, "max_value": high}
    return Expectation(BETWEEN, kwargs, what or f"{column} is not {_span(low, high)}")


def one_of(column: str, values: Sequence[Any] | str, what: str = "") -> Expectation:
    """Values of a set, or of the set that a parameter names; null passes."""
    chosen: Any = {PARAMETER: values} if isinstance(values, str) else list(values)
    return Expectation(IN_SET, {"column": column, "value_set": chosen}, what or f"{column} is an unknown word")


def present(column: str) -> Expectation:
    """No null."""
    return Expectation(NOT_NULL, {"column": column}, f"{column} is null, and must not be")


def unique(columns: Sequence[str], what: str) -> Expectation:
    """No two rows with the same values."""
    return Expectation(UNIQUE, {"column_list": list(columns)}, what)


def not_less(column: str, than: str, what: str) -> Expectation:
    """A column is at least another; where one is null it passes."""
    kwargs = {"column_A": column, "column_B": than, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    return Expectation(NOT_LESS, kwargs, what)


def resolved(value: Any, parameters: Mapping[str, Any]) -> Any:
    """A keyword argument, or the value of the parameter that it names."""
    return parameters[value[PARAMETER]] if isinstance(value, dict) else value


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at most {high:g}" if high is not None else f"at least {low:g}"
    return f"{low:g} to {high:g}" if low != high else f"{low:g}"

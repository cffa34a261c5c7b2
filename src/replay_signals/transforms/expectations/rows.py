"""unexpected: the cheap expectations of a table on one row, from the suites that the gate runs on batches. Pure.

Ranges, words, sums and required columns; what needs other rows (keys, references, volumes) is looked at after commits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from replay_signals.schemas.expectations import ROW_SUITES
from replay_signals.schemas.expectations.common import SESSION_KNOWN
from replay_signals.schemas.expectations.fed import SIGNAL_KINDS
from replay_signals.schemas.expectations.suite import (
    BETWEEN,
    IN_SET,
    NOT_LESS,
    NOT_NULL,
    PARAMETER,
    Expectation,
    Suite,
)
from replay_signals.transforms.signals import SIGNALS

Value = Callable[[Any], Any]
Check = Callable[[Any], bool]
"""Whether a row is as expected."""


def unexpected(table: str, row: Any) -> str | None:
    """What is wrong with a row in words, the first of it; None when it is as expected."""
    return next((what for what, holds in _checks(table) if not holds(row)), None)


@cache
def _checks(table: str) -> tuple[tuple[str, Check], ...]:
    suite = ROW_SUITES[table]
    own = [one for one in suite.expectations if SESSION_KNOWN not in one.columns]
    return tuple((one.what, _MAKERS[one.type](one, suite)) for one in own)


def _between(expectation: Expectation, suite: Suite) -> Check:
    value = _value(suite, expectation.kwargs["column"])
    low, high = expectation.kwargs["min_value"], expectation.kwargs["max_value"]

    def holds(row: Any) -> bool:
        found = value(row)
        return found is None or ((low is None or found >= low) and (high is None or found <= high))

    return holds


def _in_set(expectation: Expectation, suite: Suite) -> Check:
    value, named = _value(suite, expectation.kwargs["column"]), expectation.kwargs["value_set"]
    words = SIGNALS if named == {PARAMETER: SIGNAL_KINDS} else frozenset(named)
    return lambda row: (found := value(row)) is None or found in words


def _not_null(expectation: Expectation, suite: Suite) -> Check:
    value = _value(suite, expectation.kwargs["column"])
    return lambda row: value(row) is not None


def _not_less(expectation: Expectation, suite: Suite) -> Check:
    value, than = (_value(suite, expectation.kwargs[key]) for key in ("column_A", "column_B"))

    def holds(row: Any) -> bool:
        one, other = value(row), than(row)
        return one is None or other is None or one >= other

    return holds


_MAKERS: dict[str, Callable[[Expectation, Suite], Check]] = {
    BETWEEN: _between,
    IN_SET: _in_set,
    NOT_NULL: _not_null,
    NOT_LESS: _not_less,
}


def _value(suite: Suite, column: str) -> Value:
    computed = {one.name: one.of_row for one in suite.computed}
    return computed.get(column) or (lambda row: getattr(row, column))

"""Suites of Great Expectations' form, run as SQL in DuckDB: one pass over a relation however many expectations.

Importing Great Expectations alone costs 12 s of CPU, a quarter of a small backfill; so it runs the same suites only
when asked (`greatexpectations`), and a test holds both to the same verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import msgspec

from replay_signals.schemas.expectations.suite import (
    BETWEEN,
    IN_SET,
    NOT_LESS,
    NOT_NULL,
    UNIQUE,
    Expectation,
    Suite,
    resolved,
)

EXAMPLES = 5
Parameters = Mapping[str, Any]
Condition = tuple[str, list[Any]]
"""SQL that is true for an unexpected row, and its parameters."""


class Finding(msgspec.Struct, frozen=True):
    """What became of one expectation; `examples` are unexpected rows, their key and the columns looked at."""

    suite: str
    type: str
    what: str
    columns: list[str]
    rows: int
    unexpected: int
    examples: list[dict[str, Any]] = []

    @property
    def holds(self) -> bool:
        """Whether nothing was unexpected."""
        return not self.unexpected


def evaluate(
    connection: duckdb.DuckDBPyConnection, suite: Suite, relation: str, parameters: Parameters
) -> list[Finding]:
    """Every expectation of a suite on a relation, in order. Raises duckdb.Error."""
    found: dict[int, Finding] = {}
    of_rows = [(i, e) for i, e in enumerate(suite.expectations) if e.type in CONDITIONS]
    conditions = {i: CONDITIONS[e.type](e, parameters) for i, e in of_rows}
    counts = _counts(connection, relation, list(conditions.values()))
    for (i, expectation), unexpected in zip(of_rows, counts[1:], strict=True):
        bad = _examples(connection, suite, relation, expectation, conditions[i]) if unexpected else []
        found[i] = _finding(suite, expectation, counts[0], unexpected, bad)
    for i, expectation in enumerate(suite.expectations):
        if expectation.type == UNIQUE:
            found[i] = _unique(connection, suite, relation, expectation)
    return [found[i] for i in range(len(suite.expectations))]


def _counts(connection: duckdb.DuckDBPyConnection, relation: str, conditions: Sequence[Condition]) -> list[int]:
    """Rows, and the unexpected ones of each condition."""
    sums = ", ".join(["count(*)", *(f"count(*) FILTER (WHERE {sql})" for sql, _ in conditions)])
    values = [value for _, given in conditions for value in given]
    (row,) = connection.execute(f"SELECT {sums} FROM {relation}", values).fetchall()
    return list(row)


def _examples(
    connection: duckdb.DuckDBPyConnection, suite: Suite, relation: str, expectation: Expectation, condition: Condition
) -> list[dict[str, Any]]:
    columns = list(dict.fromkeys((*suite.key, *expectation.columns)))
    sql = f"SELECT {_list(columns)} FROM {relation} WHERE {condition[0]} LIMIT {EXAMPLES}"
    return [dict(zip(columns, row, strict=True)) for row in connection.execute(sql, condition[1]).fetchall()]


def _unique(connection: duckdb.DuckDBPyConnection, suite: Suite, relation: str, expectation: Expectation) -> Finding:
    """Great Expectations counts every row of a doubled key, and so does this."""
    columns = expectation.kwargs["column_list"]
    doubled = (
        f"SELECT {_list(columns)}, count(*) AS n FROM {relation} "
        f"WHERE {' OR '.join(f'{_quoted(c)} IS NOT NULL' for c in columns)} GROUP BY ALL HAVING count(*) > 1"
    )
    ((rows, unexpected),) = connection.execute(
        f"SELECT (SELECT count(*) FROM {relation}), coalesce((SELECT sum(n) FROM ({doubled})), 0)"
    ).fetchall()
    bad = connection.execute(f"{doubled} LIMIT {EXAMPLES}").fetchall() if unexpected else []
    examples = [dict(zip(columns, row, strict=False)) for row in bad]
    return _finding(suite, expectation, rows, int(unexpected), examples)


def _finding(
    suite: Suite, expectation: Expectation, rows: int, unexpected: int, examples: list[dict[str, Any]]
) -> Finding:
    return Finding(suite.name, expectation.type, expectation.what, expectation.columns, rows, unexpected, examples)


def _between(expectation: Expectation, parameters: Parameters) -> Condition:
    column, parts, values = _quoted(expectation.kwargs["column"]), [], []
    for key, sign in (("min_value", "<"), ("max_value", ">")):
        limit = resolved(expectation.kwargs[key], parameters)
        if limit is not None:
            parts.append(f"{column} {sign} ?")
            values.append(limit)
    return f"({' OR '.join(parts)})", values


def _in_set(expectation: Expectation, parameters: Parameters) -> Condition:
    column = _quoted(expectation.kwargs["column"])
    values = list(resolved(expectation.kwargs["value_set"], parameters))
    return f"({column} IS NOT NULL AND NOT list_contains(?, {column}))", [values]


def _not_null(expectation: Expectation, _: Parameters) -> Condition:
    return f"({_quoted(expectation.kwargs['column'])} IS NULL)", []


def _not_less(expectation: Expectation, _: Parameters) -> Condition:
    return f"({_quoted(expectation.kwargs['column_A'])} < {_quoted(expectation.kwargs['column_B'])})", []


CONDITIONS: dict[str, Callable[[Expectation, Parameters], Condition]] = {
    BETWEEN: _between,
    IN_SET: _in_set,
    NOT_NULL: _not_null,
    NOT_LESS: _not_less,
}


def _list(columns: Sequence[str]) -> str:
    return ", ".join(map(_quoted, columns))


def _quoted(column: str) -> str:
    return f'"{column}"'

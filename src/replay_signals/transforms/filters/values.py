"""Values of a filter: what was written, as the type of the column that it is compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlglot import exp

from replay_signals.transforms.filters.condition import FilterError

Value = str | int | float | bool


def literal(node: exp.Expr) -> Value:
    """A text, number, true or false as it was written. Raises FilterError."""
    match node:
        case exp.Boolean():
            return bool(node.this)
        case exp.Literal(is_string=True):
            return str(node.this)
        case exp.Literal():
            return _number(str(node.this))
        case exp.Neg(this=exp.Literal(is_string=False)):
            return -_number(str(node.this.this))
    raise FilterError(f"{node.sql(dialect='duckdb')[:60]} is not a value: write a number, true, false or a 'text'")


def typed(column: str, kind: type, value: Value, sign: str) -> object:
    """A value as a column of a type is compared with it. Raises FilterError."""
    if sign in {"LIKE", "ILIKE", "~"} and kind is not str:
        raise FilterError(f"{column} is not a text, so it is like nothing")
    if kind is str and isinstance(value, str):
        return value
    if kind is bool and isinstance(value, bool):
        return value
    if kind in {int, float} and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if kind in {date, datetime} and isinstance(value, str):
        return _moment(column, kind, value)
    names = {str: "a text, in single quotes", bool: "true or false", int: "a number", float: "a number",
             date: "a day like '2026-11-24'", datetime: "a time like '2026-11-24T10:00:00'"}  # fmt: skip
    raise FilterError(f"{column} is {names[kind]}, not {value!r}")


def _number(text: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:  # also an integer of thousands of digits
            continue
    raise FilterError(f"{text[:60]} is not a number")


def _moment(column: str, kind: type, text: str) -> date | datetime:
    """A day or a time in ISO 8601; without an offset it is UTC."""
    try:
        if kind is date:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:  # in UTC the first day of year 1 may be one that is none
        raise FilterError(f"{column}: {text[:60]!r} is not a time; write it like '2026-11-24T10:00:00'") from error

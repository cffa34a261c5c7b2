"""Filters on Iceberg tables, built from values rather than text: ids in them are data and may hold anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, cast

from pyiceberg.expressions import (
    AlwaysFalse,
    And,
    BooleanExpression,
    EqualTo,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    LessThan,
    LessThanOrEqual,
    Or,
)

Predicate = Callable[[str, Any], BooleanExpression]
# PyIceberg's predicates take (column, value); their synthesized signatures say something else
equal = cast(Predicate, EqualTo)
less, at_most = cast(Predicate, LessThan), cast(Predicate, LessThanOrEqual)
greater, at_least = cast(Predicate, GreaterThan), cast(Predicate, GreaterThanOrEqual)
is_in = cast(Predicate, In)

SessionKey = tuple[str, str]
"""Team and session id."""


def any_of(column: str, values: Iterable[str]) -> BooleanExpression:
    """`column IN values`, with its bounds spelled out: Iceberg prunes files by an IN list only up to 200 values."""
    chosen = sorted(set(values))
    if not chosen:
        return AlwaysFalse()
    return And(is_in(column, chosen), And(at_least(column, chosen[0]), at_most(column, chosen[-1])))


def any_session_of(keys: Iterable[SessionKey]) -> BooleanExpression:
    """Rows of the sessions."""
    by_team: dict[str, set[str]] = defaultdict(set)
    for team, session in keys:
        by_team[team].add(session)
    where: BooleanExpression = AlwaysFalse()
    for team, sessions in sorted(by_team.items()):
        where = Or(where, And(equal("team", team), any_of("session_id", sessions)))
    return where


def within(first: date, last: date) -> BooleanExpression:
    """Rows of the days from first to last."""
    return And(at_least("day", first.isoformat()), at_most("day", last.isoformat()))


def beyond(first: date, last: date) -> BooleanExpression:
    """Rows of all other days."""
    return Or(less("day", first.isoformat()), greater("day", last.isoformat()))

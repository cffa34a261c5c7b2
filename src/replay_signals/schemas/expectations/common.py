"""What the suites of all tables have in common: required columns, severities, sessions that must be there, keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec

from replay_signals.schemas.expectations.suite import Computed, Expectation, Suite, between, one_of, present, unique
from replay_signals.schemas.rows import ROW_KEYS, TABLES

TENTH = 0.051
"""How far a sum of points may be from its parts, both rounded to tenths."""
SESSION_KNOWN = "session_is_known"
"""Computed where sessions are known: whether the row's session has a row of its own."""


def suite_of(
    table: str, *expectations: Expectation, computed: Sequence[Computed] = (), in_session: bool = False
) -> Suite:
    """The suite of a table's rows: its required columns first."""
    rules = [*map(present, required(table)), *expectations]
    if in_session:
        rules.append(one_of(SESSION_KNOWN, [True], "it belongs to a session that has no row in sessions"))
    return Suite(table, tuple(rules), identity(table), tuple(computed))


def keys_of(table: str) -> Suite:
    """The suite of a table's keys: what a batch adds, beside what is stored of the same keys."""
    names = identity(table)
    return Suite(f"{table}_keys", (unique(names, f"two rows have one {' and '.join(names[-2:])}"),), names)


@cache
def identity(table: str) -> tuple[str, ...]:
    """What is unique in a table: its key, and the revision where it has one.

    A browser may send one event id in two sessions; each session keeps its own.
    """
    session = ("session_id",) if table == "events" else ()
    return (*session, *ROW_KEYS[table], *(("revision",) if "revision" in TABLES[table].__struct_fields__ else ()))


def required(table: str) -> Iterator[str]:
    """Columns that are never null: those that every version wrote, and that are not optional."""
    hints = get_type_hints(TABLES[table])
    for field in msgspec.structs.fields(TABLES[table]):
        if field.required and type(None) not in get_args(hints[field.name]):
            yield field.name


def points(slack: float) -> tuple[Expectation, ...]:
    """A severity and its components, which add up within `slack`."""
    return (
        between("severity", 0, 100),
        between("components_gap", 0, slack, "the components do not add up to the severity"),
    )


def share(column: str) -> Expectation:
    """A number from 0 to 1."""
    return between(column, 0, 1)


def counts(*columns: str) -> tuple[Expectation, ...]:
    """Numbers that count, or measure, something."""
    return tuple(between(column, 0, None) for column in columns)


COMPONENTS_GAP = Computed(
    "components_gap",
    "abs(severity - greatest(0.0, least(100.0, list_sum([0.0] || map_values(components)))))",
    lambda row: abs(row.severity - max(0.0, min(100.0, sum(row.components.values())))),
)


def sum_gap(name: str, total: str, parts: str) -> Computed:
    """How far a count is from the sum of a map's values."""

    def gap(row: Any) -> int:
        values: Mapping[str, int] = getattr(row, parts)
        whole: int = getattr(row, total)
        return abs(whole - sum(values.values()))

    return Computed(name, f"abs({total} - list_sum([0] || map_values({parts})))", gap)


def day_gap(moment: str) -> Computed:
    """How many days the partition is from the day of a moment."""
    return Computed(
        "day_gap_days",
        f"abs(date_diff('day', day, CAST({moment} AT TIME ZONE 'UTC' AS DATE)))",
        lambda row: abs((getattr(row, moment).date() - row.day).days),
    )

"""Funnels: how many visitors took the steps in order, who dropped after each, and what trouble those met more often.

The rules are PostHog's. A visitor is a person with all ids that it had (`analysis.people`). From each row that is the
first step the next ones are followed as early as possible, each another row, all within the window of the first; the
visitor's furthest way counts, of equal ones the earliest, and its group is that of its first row. Rows of one moment
count in the order of the steps. `strict` allows no other row between two steps, `unordered` takes the steps in any
order, and an excluded row between two steps ends the way.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import duckdb
import msgspec

from replay_signals.pipelines.analysis import people, troubles
from replay_signals.pipelines.analysis.filtering import asking, check_days, tables_of
from replay_signals.pipelines.analysis.hints import hints, outside
from replay_signals.pipelines.analysis.moments import Asked, hold, moments, step_of
from replay_signals.pipelines.analysis.troubles import Group, Trouble
from replay_signals.pipelines.analysis.unordered import unordered_ways
from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.transforms.filters.condition import Condition, FilterError
from replay_signals.transforms.insights.questions import Exclusion, Funnel
from replay_signals.transforms.problems.intervals import wilson

MAX_STEPS = 20


class Step(NamedTuple):
    """One step of a group: how many visitors reached it, of those who reached the one before; and who stopped there.

    `sessions` are recorded sessions in which those who dropped took the step, the worst first.
    """

    name: str
    visitors: int
    share: float
    low: float
    high: float
    dropped: int
    sessions: list[str]
    troubles: list[Trouble]
    group: Group = None


class Answer(NamedTuple):
    """Steps of each group, groups with most visitors first; and what of the question the warehouse does not hold."""

    steps: list[Step]
    hints: list[str]


def funnel(asked: Funnel, warehouse: str | None, catalog: str | None = None) -> Answer:
    """The steps of a funnel. Raises FilterError and WarehouseError."""
    found = statement(asked)
    names = tables_of(found.sql) | troubles.TABLES | people.TABLES
    with connect(warehouse, catalog, names=names) as db:
        steps = answered(db, asked, found)
        return Answer(steps, [*hints(db, found.mentions), *outside(db, asked.steps, asked.from_day, asked.to_day)])


def answered(db: duckdb.DuckDBPyConnection, asked: Funnel, found: Condition | None = None) -> list[Step]:
    """The steps of a funnel over an open connection. Raises FilterError and WarehouseError."""
    found = found or statement(asked)
    with reading(), asking():
        hold(db, "hits", found)
        db.execute(f"CREATE OR REPLACE TEMP TABLE ways AS {_ways(db, asked)}")
        counted = db.execute("SELECT grp, depth, count(*) FROM ways GROUP BY ALL").fetchall()
        behind = troubles.recorded(
            db, "SELECT team, sessions[depth] AS session_id, grp, depth FROM ways", "grp", "depth"
        )
        met = [
            troubles.troubles(db, _arms(number)) if any(depth == number for _, depth, _ in counted) else {}
            for number in range(1, len(asked.steps))
        ]
    reached: dict[Group, dict[int, int]] = {}
    for group, depth, visitors in counted:
        reached.setdefault(group, {})[depth] = visitors
    groups = sorted(reached, key=lambda group: (-sum(reached[group].values()), group or "")) or [None]
    return [
        step
        for group in groups
        for step in _steps(asked, group, reached.get(group, {}), behind, [of.get(group, []) for of in met])
    ]


def _steps(
    asked: Funnel,
    group: Group,
    reached: dict[int, int],
    behind: dict[tuple[Any, ...], list[str]],
    met: list[list[Trouble]],
) -> list[Step]:
    steps, before = [], 0
    for number, name in enumerate(asked.steps, start=1):
        visitors = sum(count for depth, count in reached.items() if depth >= number)
        of = before if number > 1 else visitors
        low, high = wilson(visitors / of, of) if of else (0.0, 1.0)
        dropped = reached.get(number, 0) if number < len(asked.steps) else 0
        who = (behind.get((group, number), []), met[number - 1]) if dropped else ([], [])
        steps.append(Step(name, visitors, visitors / of if of else 0.0, low, high, dropped, *who, group))
        before = visitors
    return steps


def statement(asked: Funnel) -> Condition:
    """The query for every row that is a step, or stands between two. Raises FilterError."""
    if not 2 <= len(asked.steps) <= MAX_STEPS:
        raise FilterError(f"a funnel has 2 to {MAX_STEPS} steps")
    if asked.within <= timedelta(0):
        raise FilterError("a funnel needs some time: --within 1h")
    check_days(asked.from_day, asked.to_day)
    steps = [step_of(step) for step in asked.steps]
    excluded = [step_of(one.step) for one in exclusions(asked)]
    rows = moments(Asked(asked.where, asked.by, asked.from_day, asked.to_day), [*steps, *excluded])
    first = "CASE " + " ".join(f"WHEN is_{n} THEN {n}" for n in range(1, len(steps) + 1)) + " ELSE 0 END"
    kept = "true" if asked.order == "strict" else " OR ".join(f"is_{n}" for n in range(1, len(steps + excluded) + 1))
    place = f"row_number() OVER (PARTITION BY team, visitor ORDER BY moment, {first}, id) AS place"
    return rows._replace(sql=f"SELECT *, {place} FROM ({rows.sql}) WHERE {kept}")


def exclusions(asked: Funnel) -> list[Exclusion]:
    """The exclusions with their steps. Raises FilterError for steps that are not there."""
    count = len(asked.steps)
    given = [Exclusion(one) if isinstance(one, str) else one for one in asked.exclude]
    whole = [msgspec.structs.replace(one, last=one.last or count) for one in given]
    for one in whole:
        if not 1 <= one.first < one.last <= count:
            raise FilterError(
                f"{one.step} is excluded between two of the steps 1 to {count}, the first before the last"
            )
    if whole and asked.order == "unordered":
        raise FilterError("an unordered funnel excludes nothing: no step is between two others")
    return whole


def _ways(db: duckdb.DuckDBPyConnection, asked: Funnel) -> str:
    """The query for every visitor's furthest way: its group, its depth, and the session of each step."""
    if asked.order == "unordered":
        return unordered_ways(db, len(asked.steps), asked.within)
    return _followed(asked)


def _followed(asked: Funnel) -> str:
    """Each first step followed to the next ones, as early as possible."""
    count = len(asked.steps)
    within = f"INTERVAL {round(asked.within.total_seconds() * 1000)} MILLISECONDS"
    parts = ["""
        WITH way_1 AS (
            SELECT team, visitor, grp, place AS began, moment AS began_at, place, [session_id] AS sessions, 1 AS depth
            FROM hits WHERE is_1
        )"""]  # fmt: skip
    for n in range(2, count + 1):
        match = "h.place = w.place + 1" if asked.order == "strict" else "h.place > w.place"
        kind = "LEFT JOIN" if asked.order == "strict" else "ASOF LEFT JOIN"
        between = [
            f"x.is_{number}"
            for number, one in enumerate(exclusions(asked), start=count + 1)
            if one.first < n <= one.last
        ]
        kept = f"""
            WHERE NOT EXISTS (
                SELECT 1 FROM hits AS x WHERE ({" OR ".join(between)}) AND x.team = w.team AND x.visitor = w.visitor
                AND x.place > w.since AND x.place < w.place
            )"""
        parts.append(f"""
        , next_{n} AS (
            SELECT w.team, w.visitor, w.grp, w.began, w.began_at, h.place, {n} AS depth, w.place AS since,
                   list_append(w.sessions, h.session_id) AS sessions
            FROM way_{n - 1} AS w
            {kind} (SELECT * FROM hits WHERE is_{n}) AS h
              ON h.team = w.team AND h.visitor = w.visitor AND {match}
            WHERE h.place IS NOT NULL AND h.moment <= w.began_at + {within}
        ), way_{n} AS (
            SELECT team, visitor, grp, began, began_at, place, sessions, depth
            FROM next_{n} AS w{kept if between else ""}
        )""")
    every = " UNION ALL ".join(f"SELECT * FROM way_{n}" for n in range(1, count + 1))
    return f"""{"".join(parts)}
        SELECT team, visitor, max(depth) AS depth, arg_max(sessions, (depth, -began)) AS sessions,
               arg_max([grp], (depth, -began))[1] AS grp
        FROM ({every}) GROUP BY team, visitor"""


def _arms(step: int) -> str:
    """Those who stopped at a step and those who went on, with the session of the step."""
    return (
        f"SELECT team, visitor, sessions[{step}] AS session_id, grp, depth > {step} AS went_on "
        f"FROM ways WHERE depth >= {step}"
    )

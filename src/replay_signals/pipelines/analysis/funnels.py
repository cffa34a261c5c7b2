"""Funnels: how many visitors took the steps in order, who dropped after each, and what trouble those met more often.

The rules are PostHog's. A visitor is a person, else a distinct id; a distinct id that any event joins to a person is
that person's. From each event that is the first step the next ones are followed as early as possible, each another
event, all within the window of the first; the visitor's furthest way counts, of equal ones the earliest. Events of one
moment count in the order of the steps. `strict` allows no other event between two steps, `unordered` takes the steps
in any order, and an excluded event between two steps ends the way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

import duckdb
import msgspec

from replay_signals.pipelines.analysis.filtering import asking, check_days, condition, tables_of
from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.transforms.filters.condition import Condition, FilterError
from replay_signals.transforms.problems.intervals import difference, wilson

Order = Literal["ordered", "strict", "unordered"]
MAX_STEPS = 20
_NAME = re.compile(r"[\w$ .:/-]+")


class Funnel(msgspec.Struct, frozen=True):
    """What is asked: steps are names of events or conditions on one event; days are those of the events."""

    steps: Sequence[str]
    within: timedelta = timedelta(days=14)
    order: Order = "ordered"
    exclude: Sequence[str] = ()
    where: str = ""
    from_day: date | None = None
    to_day: date | None = None


class Trouble(NamedTuple):
    """A problem in the sessions of those who dropped and of those who went on, with the difference of both shares."""

    problem_id: str
    title: str
    dropped: int
    went_on: int
    difference: float
    low: float
    high: float


class Step(NamedTuple):
    """One step: how many visitors reached it, of those who reached the one before; and who stopped there."""

    name: str
    visitors: int
    share: float
    low: float
    high: float
    dropped: int
    sessions: list[str]
    troubles: list[Trouble]


def funnel(asked: Funnel, warehouse: str | None, catalog: str | None = None) -> list[Step]:
    """The steps of a funnel. Raises FilterError and WarehouseError."""
    found = statement(asked)
    with connect(warehouse, catalog, names=tables_of(found.sql) | {"signals", "problems", "sessions"}) as db:
        return answered(db, asked, found)


def answered(db: duckdb.DuckDBPyConnection, asked: Funnel, found: Condition | None = None) -> list[Step]:
    """The steps over a connection that has the views."""
    found = found or statement(asked)
    with reading(), asking():
        db.execute(f"CREATE OR REPLACE TEMP TABLE ways AS {found.sql}", found.values)
        reached = dict(db.execute("SELECT depth, count(*) FROM ways GROUP BY depth").fetchall())
        steps, before = [], 0
        for number, name in enumerate(asked.steps, start=1):
            visitors = sum(count for depth, count in reached.items() if depth >= number)
            of = before if number > 1 else visitors
            low, high = wilson(visitors / of, of) if of else (0.0, 1.0)
            dropped = reached.get(number, 0) if number < len(asked.steps) else 0
            who = (_sessions(db, number), _troubles(db, number)) if dropped else ([], [])
            steps.append(Step(name, visitors, visitors / of if of else 0.0, low, high, dropped, *who))
            before = visitors
        return steps


def statement(asked: Funnel) -> Condition:
    """The query for every visitor's furthest way: its depth, and the session of each step. Raises FilterError."""
    if not 2 <= len(asked.steps) <= MAX_STEPS:
        raise FilterError(f"a funnel has 2 to {MAX_STEPS} steps")
    if asked.within <= timedelta(0):
        raise FilterError("a funnel needs some time: --within 1h")
    check_days(asked.from_day, asked.to_day)
    values: list[object] = []

    def bound(found: Condition) -> str:
        values.extend(found.values)
        return found.sql

    days = [(sign, day) for sign, day in ((">=", asked.from_day), ("<=", asked.to_day)) if day]
    chosen = ", ".join(f"{bound(_event(step))} AS is_{n}" for n, step in enumerate(asked.steps, start=1))
    excluded = " OR ".join(bound(_event(one)) for one in asked.exclude) or "false"
    scope = bound(condition(asked.where, "event", "e"))
    for _, day in days:
        values.append(day)
    span = "".join(f" AND e.day {sign} ?" for sign, _ in days)
    matches = " OR ".join(f"is_{n}" for n in range(1, len(asked.steps) + 1))
    kept = "true" if asked.order == "strict" else f"({matches} OR is_excluded)"
    first = "CASE " + " ".join(f"WHEN is_{n} THEN {n}" for n in range(1, len(asked.steps) + 1)) + " ELSE 0 END"
    hits = f"""
        WITH people AS (
            SELECT team, distinct_id, max(NULLIF(person_id, '')) AS person FROM latest_events GROUP BY team, distinct_id
        ), tried AS (
            SELECT e.team, COALESCE(p.person, e.distinct_id) AS visitor, e.session_id, e.occurred_at AS moment, e.uuid,
                   {chosen}, ({excluded}) AS is_excluded
            FROM latest_events AS e JOIN people AS p ON p.team = e.team AND p.distinct_id = e.distinct_id
            WHERE {scope}{span}
        ), hits AS MATERIALIZED (
            SELECT *, row_number() OVER (PARTITION BY team, visitor ORDER BY moment, {first}, uuid) AS place
            FROM tried WHERE {kept}
        )"""
    way = _unordered(asked) if asked.order == "unordered" else _followed(asked)
    return Condition(hits + way, values)


def _event(step: str) -> Condition:
    """A name of an event, or a condition on one."""
    text = step.strip()
    if not text:
        raise FilterError("a step is the name of an event or a condition on one; this one is empty")
    if _NAME.fullmatch(text):
        return Condition("e.event = ?", [text])
    return condition(text, "event", "e")


def _followed(asked: Funnel) -> str:
    """Each first step followed to the next ones, as early as possible."""
    within = f"INTERVAL {round(asked.within.total_seconds() * 1000)} MILLISECONDS"
    parts = ["""
        , way_1 AS (
            SELECT team, visitor, place AS began, moment AS began_at, place, [session_id] AS sessions, 1 AS depth
            FROM hits WHERE is_1
        )"""]  # fmt: skip
    for n in range(2, len(asked.steps) + 1):
        match = "h.place = w.place + 1" if asked.order == "strict" else "h.place > w.place"
        kind = "LEFT JOIN" if asked.order == "strict" else "ASOF LEFT JOIN"
        parts.append(f"""
        , next_{n} AS (
            SELECT w.team, w.visitor, w.began, w.began_at, h.place, list_append(w.sessions, h.session_id) AS sessions,
                   {n} AS depth, w.place AS since
            FROM way_{n - 1} AS w
            {kind} (SELECT * FROM hits WHERE is_{n}) AS h
              ON h.team = w.team AND h.visitor = w.visitor AND {match}
            WHERE h.place IS NOT NULL AND h.moment <= w.began_at + {within}
        ), way_{n} AS (
            SELECT team, visitor, began, began_at, place, sessions, depth FROM next_{n} AS w
            WHERE NOT EXISTS (
                SELECT 1 FROM hits AS x WHERE x.is_excluded AND x.team = w.team AND x.visitor = w.visitor
                AND x.place > w.since AND x.place < w.place
            )
        )""")
    every = " UNION ALL ".join(f"SELECT * FROM way_{n}" for n in range(1, len(asked.steps) + 1))
    return f"""{"".join(parts)}
        SELECT team, visitor, max(depth) AS depth, arg_max(sessions, (depth, -began)) AS sessions
        FROM ({every}) GROUP BY team, visitor"""


def _unordered(asked: Funnel) -> str:
    """The most different steps within the window of any of them."""
    within = f"INTERVAL {round(asked.within.total_seconds() * 1000)} MILLISECONDS"
    count = " + ".join(f"max(h.is_{n}::INT)" for n in range(1, len(asked.steps) + 1))
    return f"""
        , way AS (
            SELECT s.team, s.visitor, s.place AS began, {count} AS depth, arg_max(h.session_id, h.place) AS session_id
            FROM hits AS s
            JOIN hits AS h ON h.team = s.team AND h.visitor = s.visitor
             AND h.moment BETWEEN s.moment AND s.moment + {within}
            GROUP BY s.team, s.visitor, s.place
        )
        SELECT team, visitor, max(depth) AS depth,
               list_resize([]::VARCHAR[], max(depth), arg_max(session_id, (depth, -began))) AS sessions
        FROM way GROUP BY team, visitor HAVING max(depth) > 0"""


def _sessions(db: duckdb.DuckDBPyConnection, step: int) -> list[str]:
    """Sessions of those who stopped at a step, the worst first."""
    rows = db.execute(
        """SELECT DISTINCT w.sessions[?] AS session_id, COALESCE(s.severity, 0) AS severity FROM ways AS w
           LEFT JOIN latest_sessions AS s ON s.team = w.team AND s.session_id = w.sessions[?]
           WHERE w.depth = ? AND w.sessions[?] <> '' ORDER BY severity DESC, session_id""",
        [step] * 4,
    ).fetchall()
    return [session for session, _ in rows]


def _troubles(db: duckdb.DuckDBPyConnection, step: int) -> list[Trouble]:
    """Problems that those who stopped at a step met surely (95 %) more often than who went on, the worst first."""
    rows: list[tuple[Any, ...]] = db.execute(
        """WITH met AS (
               SELECT DISTINCT w.team, w.visitor, w.depth > ? AS went_on, s.problem_id
               FROM ways AS w JOIN latest_signals AS s ON s.team = w.team AND s.session_id = w.sessions[?]
               WHERE w.depth >= ? AND s.problem_id <> ''
           ), all_of AS (
               SELECT count(*) FILTER (depth = ?) AS dropped, count(*) FILTER (depth > ?) AS went_on FROM ways
           )
           SELECT m.problem_id, any_value(COALESCE(p.title, '')), count(*) FILTER (NOT m.went_on),
                  count(*) FILTER (m.went_on), any_value(a.dropped), any_value(a.went_on)
           FROM met AS m CROSS JOIN all_of AS a
           LEFT JOIN latest_problems AS p ON p.team = m.team AND p.problem_id = m.problem_id
           GROUP BY m.problem_id""",
        [step] * 5,
    ).fetchall()
    found = []
    for problem_id, title, dropped, went_on, of, other_of in rows:
        if of and other_of:
            low, high = difference(dropped / of, of, went_on / other_of, other_of)
            found.append(Trouble(problem_id, title, dropped, went_on, dropped / of - went_on / other_of, low, high))
    return sorted((one for one in found if one.low > 0), key=lambda one: -one.difference)

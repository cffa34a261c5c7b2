"""Problems that one group of visitors met more often than another, and the sessions behind a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import duckdb

from replay_signals.transforms.problems.intervals import difference
from replay_signals.transforms.problems.lifts import Arm, chance, false_discovery

MAX_FALSE = 0.05
"""Share of the named problems that may be there by chance (Benjamini and Hochberg)."""
TABLES = frozenset(("sessions", "signals", "problems"))
"""What is read of a warehouse."""
Group = str | None


class Trouble(NamedTuple):
    """A problem in the sessions of those who dropped and of those who went on, with the difference of both shares.

    `low` and `high` are its 95 % interval, `q` the chance of such a difference without cause, corrected for all
    problems that were compared.
    """

    problem_id: str
    title: str
    dropped: int
    went_on: int
    difference: float
    low: float
    high: float
    dropped_of: int
    went_on_of: int
    q: float


def troubles(db: duckdb.DuckDBPyConnection, arms: str) -> dict[Group, list[Trouble]]:
    """By group, the problems that those who dropped met surely more often than those who went on, the worst first.

    `arms` is a query for team, visitor, session_id, grp and went_on; a visitor is on one side of a group.
    """
    rows: list[tuple[Any, ...]] = db.execute(f"""
        WITH arms AS ({arms}), met AS (
            SELECT a.team, a.visitor, a.grp, a.went_on, s.problem_id, max(s.cause) AS cause
            FROM arms AS a
            JOIN (
                SELECT team, session_id, problem_id, max(cause) AS cause FROM latest_signals WHERE problem_id <> ''
                GROUP BY team, session_id, problem_id
            ) AS s
              ON s.team = a.team AND s.session_id = a.session_id
            GROUP BY a.team, a.visitor, a.grp, a.went_on, s.problem_id
        ), sides AS (
            SELECT grp, count(DISTINCT (team, visitor)) FILTER (NOT went_on) AS dropped,
                   count(DISTINCT (team, visitor)) FILTER (went_on) AS went_on
            FROM arms GROUP BY grp
        ), named AS (SELECT team, problem_id, max(title) AS title FROM latest_problems GROUP BY team, problem_id)
        SELECT m.grp, m.problem_id, max(COALESCE(NULLIF(p.title, ''), m.cause, '')), count(*) FILTER (NOT m.went_on),
               count(*) FILTER (m.went_on), max(a.dropped), max(a.went_on)
        FROM met AS m JOIN sides AS a ON a.grp IS NOT DISTINCT FROM m.grp
        LEFT JOIN named AS p ON p.team = m.team AND p.problem_id = m.problem_id
        GROUP BY m.grp, m.team, m.problem_id""").fetchall()
    by_group: dict[Group, list[tuple[Any, ...]]] = defaultdict(list)
    for group, *row in rows:
        by_group[group].append(tuple(row))
    return {group: list(_surely_more(found)) for group, found in by_group.items()}


def _surely_more(rows: list[tuple[Any, ...]]) -> Iterable[Trouble]:
    arms = [Arm("", problem, dropped, of, went_on, other_of) for problem, _, dropped, went_on, of, other_of in rows]
    chances = false_discovery([chance(arm) for arm in arms])
    found = []
    for (problem, title, dropped, went_on, of, other_of), q in zip(rows, chances, strict=True):
        if of and other_of and q <= MAX_FALSE:
            share, other = dropped / of, went_on / other_of
            low, high = difference(share, of, other, other_of)
            found.append(Trouble(problem, title, dropped, went_on, share - other, low, high, of, other_of, q))
    return sorted((one for one in found if one.low > 0), key=lambda one: (-one.difference, one.problem_id))


def recorded(db: duckdb.DuckDBPyConnection, chosen: str, *keys: str) -> dict[tuple[Any, ...], list[str]]:
    """Recorded sessions of a query for team, session_id and keys, by the keys, the worst first."""
    names = ", ".join(f"c.{key}" for key in keys)
    rows = db.execute(f"""
        SELECT {names}, list(c.session_id ORDER BY s.severity DESC, c.session_id)
        FROM (SELECT DISTINCT team, session_id, {", ".join(keys)} FROM ({chosen})) AS c
        JOIN latest_sessions AS s ON s.team = c.team AND s.session_id = c.session_id
        GROUP BY {names}""").fetchall()
    return {tuple(row[:-1]): row[-1] for row in rows}

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

    `arms` is a query for team, who (a visitor's number), session_id, grp and went_on; a visitor is on one side of a
    group.
    """
    db.execute(f"CREATE OR REPLACE TEMP TABLE arms AS {arms}")
    sides: dict[tuple[Group, bool], int] = {
        (group, went_on): visitors
        for group, went_on, visitors in db.execute(
            "SELECT grp, went_on, count(DISTINCT who) FROM arms GROUP BY grp, went_on"
        ).fetchall()
    }
    if not any((group, not went_on) in sides for group, went_on in sides):
        return {}
    rows = db.execute("""
        SELECT grp, team, problem_id, count(*) FILTER (NOT went_on), count(*) FILTER (went_on)
        FROM (
            SELECT DISTINCT a.grp, a.went_on, a.who, s.team, s.problem_id FROM arms AS a
            JOIN (SELECT team, session_id, problem_id FROM latest_signals WHERE problem_id <> '') AS s
              ON s.team = a.team AND s.session_id = a.session_id
        )
        GROUP BY grp, team, problem_id""").fetchall()
    by_group: dict[Group, list[_Met]] = defaultdict(list)
    for group, team, problem, dropped, went_on in rows:
        of, other = sides.get((group, False), 0), sides.get((group, True), 0)
        by_group[group].append(_Met(team, problem, dropped, of, went_on, other))
    found = {group: list(_surely_more(met)) for group, met in by_group.items()}
    titles = _titles(db, {(team, one.problem_id) for of_group in found.values() for team, one in of_group})
    return {
        group: [one._replace(title=titles.get((team, one.problem_id), "")) for team, one in of_group]
        for group, of_group in found.items()
    }


class _Met(NamedTuple):
    team: str
    problem_id: str
    dropped: int
    of: int
    went_on: int
    other_of: int


def _surely_more(rows: list[_Met]) -> Iterable[tuple[str, Trouble]]:
    """Problems of a group with their teams, still without titles."""
    arms = [Arm("", one.problem_id, one.dropped, one.of, one.went_on, one.other_of) for one in rows]
    chances = false_discovery([chance(arm) for arm in arms])
    found = []
    for (team, problem, dropped, of, went_on, other_of), q in zip(rows, chances, strict=True):
        if of and other_of and q <= MAX_FALSE:
            share, other = dropped / of, went_on / other_of
            low, high = difference(share, of, other, other_of)
            one = Trouble(problem, "", dropped, went_on, share - other, low, high, of, other_of, q)
            found.append((team, one))
    surely = [one for one in found if one[1].low > 0]
    return sorted(surely, key=lambda one: (-one[1].difference, one[1].problem_id))


def _titles(db: duckdb.DuckDBPyConnection, problems: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What problems are called: their title where they were ranked, else the cause of their signals."""
    if not problems:
        return {}
    rows = db.execute(
        """SELECT team, problem_id, max(title) FROM latest_problems
           WHERE list_contains($ids, problem_id) GROUP BY team, problem_id
           UNION ALL
           SELECT team, problem_id, max(cause) FROM latest_signals
           WHERE list_contains($ids, problem_id) GROUP BY team, problem_id""",
        {"ids": sorted({problem for _, problem in problems})},
    ).fetchall()
    titles: dict[tuple[str, str], str] = {}
    for team, problem, title in rows:
        titles[team, problem] = titles.get((team, problem)) or title or ""
    return titles


def recorded(db: duckdb.DuckDBPyConnection, chosen: str, *keys: str) -> dict[tuple[Any, ...], list[str]]:
    """Recorded sessions of a query for team, session_id and keys, by the keys, the worst first."""
    names = ", ".join(f"c.{key}" for key in keys)
    rows = db.execute(f"""
        SELECT {names}, list(c.session_id ORDER BY s.severity DESC, c.session_id)
        FROM (SELECT DISTINCT team, session_id, {", ".join(keys)} FROM ({chosen})) AS c
        JOIN latest_sessions AS s ON s.team = c.team AND s.session_id = c.session_id
        GROUP BY {names}""").fetchall()
    return {tuple(row[:-1]): row[-1] for row in rows}

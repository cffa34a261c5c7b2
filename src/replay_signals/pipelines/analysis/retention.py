"""Retention: of the visitors who did something in a period, how many came back to do it, or another thing, later.

The rules are PostHog's with strict calendar dates. A visitor is in the cohort of each period in which it did the first
thing, or with `is_first_time` only of the first such period ever; its group is that of the first such row. It is back
in period n when it did the second thing in the n-th period after the cohort's. Periods that are not over yet are told
apart: those who may still come back have not stayed away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

import duckdb

from replay_signals.pipelines.analysis import people, troubles
from replay_signals.pipelines.analysis.filtering import asking, check_days, tables_of
from replay_signals.pipelines.analysis.hints import hints, outside
from replay_signals.pipelines.analysis.moments import Asked, hold, moments, scopes_of, step_of
from replay_signals.pipelines.analysis.periods import after, midnight
from replay_signals.pipelines.analysis.troubles import Group, Trouble
from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.transforms.filters.condition import Condition, FilterError
from replay_signals.transforms.insights.questions import Retention
from replay_signals.transforms.problems.intervals import wilson

MAX_PERIODS = 100
MOST_SESSIONS = 1_000
"""Of a cell, unless more are asked for."""


class Cell(NamedTuple):
    """How many of a cohort were back in one period after it, with Wilson's interval of their share.

    Sessions are recorded ones of the cohort's own period, the worst first: `back` of those who were back, `away` of
    those who were not.
    """

    period: int
    start: datetime
    returned: int
    share: float
    low: float
    high: float
    is_over: bool
    back: list[str]
    away: list[str]


class Cohort(NamedTuple):
    """Visitors of one group who began in one period."""

    group: Group
    start: datetime
    visitors: int
    cells: list[Cell]


class Table(NamedTuple):
    """Cohorts of one group, `curve` over all of them, and what those met more often who were never back.

    The curve counts only periods that are over, and for the troubles cohorts count that have one.
    """

    group: Group
    cohorts: list[Cohort]
    curve: list[Cell]
    troubles: list[Trouble]


class Answer(NamedTuple):
    """Tables, groups with most visitors first; and what of the question the warehouse does not hold."""

    tables: list[Table]
    hints: list[str]


def retention(
    asked: Retention,
    warehouse: str | None,
    catalog: str | None = None,
    *,
    most_sessions: int = MOST_SESSIONS,
    only: tuple[datetime, int] | None = None,
) -> Answer:
    """Who came back; sessions as in `answered`. Raises FilterError and WarehouseError."""
    found = statement(asked)
    names = tables_of(found.sql) | troubles.TABLES | people.TABLES
    with connect(warehouse, catalog, names=names) as db:
        tables = answered(db, asked, found, most_sessions=most_sessions, only=only)
        steps = [asked.start, asked.back.strip() or asked.start]
        days = outside(db, scopes_of(steps), asked.from_day, asked.to_day)
        return Answer(tables, [*hints(db, found.mentions), *days])


def statement(asked: Retention) -> Condition:
    """The query for all rows: is_1 where one begins, is_2 where it is a return. Raises FilterError."""
    if not 1 <= asked.periods <= MAX_PERIODS:
        raise FilterError(f"retention looks at 1 to {MAX_PERIODS} periods")
    check_days(asked.from_day, asked.to_day)
    start = step_of(asked.start)
    back = step_of(asked.back) if asked.back.strip() else start
    rows = Asked(asked.where, asked.by, None if asked.is_first_time else asked.from_day, asked.to_day)
    return moments(rows, [start, back])


def answered(
    db: duckdb.DuckDBPyConnection,
    asked: Retention,
    found: Condition | None = None,
    *,
    most_sessions: int = MOST_SESSIONS,
    only: tuple[datetime, int] | None = None,
) -> list[Table]:
    """Who came back, over an open connection.

    A cell has so many sessions at most, the worst; with `only`, start and period of a cell, that has all and no other
    has any.

    Raises FilterError and WarehouseError.
    """
    with reading(), asking():
        people.identify(db)
        hold(db, "hits", found or statement(asked))
        now = _now(db, asked)
        db.execute(_COHORTS.format(period=asked.period), [midnight(asked.from_day or date.min), asked.is_first_time])
        db.execute(_RETURNS.format(period=asked.period, periods=asked.periods))
        sizes = db.execute("SELECT grp, start, count(*) FROM cohorts GROUP BY ALL ORDER BY start").fetchall()
        counted = db.execute("SELECT grp, start, n, count(*) FROM returns GROUP BY ALL").fetchall()
        behind = _behind(db, asked.periods, most_sessions, only) if most_sessions or only else {}
        judged = [start for _, start, _ in sizes if after(start, asked.period, 2) <= now]
        db.execute("CREATE OR REPLACE TEMP TABLE judged AS SELECT unnest(?::TIMESTAMPTZ[]) AS start", [judged])
        met = troubles.troubles(db, _ARMS)
    returns = {(group, start, n): count for group, start, n, count in counted}
    groups: dict[Group, list[Cohort]] = {}
    for group, start, size in sizes:
        cells = _cells(asked, (group, start), size, returns, now)
        listed = [one._replace(back=behind.get((group, start, one.period, True), []),
                               away=behind.get((group, start, one.period, False), [])) for one in cells]  # fmt: skip
        groups.setdefault(group, []).append(Cohort(group, start, size, listed))
    order = sorted(groups, key=lambda group: (-sum(one.visitors for one in groups[group]), group or ""))
    return [Table(group, groups[group], list(_curve(asked, groups[group])), met.get(group, [])) for group in order]


def _now(db: duckdb.DuckDBPyConnection, asked: Retention) -> datetime:
    """When what is known ends: at the newest event or session, or with the last day that is asked for."""
    ((newest,),) = db.execute("""
        SELECT max(newest) FROM (SELECT max(occurred_at) AS newest FROM events
                                 UNION ALL SELECT max(ended_at) FROM sessions)""").fetchall()
    end = after(midnight(asked.to_day), "day") if asked.to_day else newest
    return min(end, newest) if newest and end else midnight(date.min)


_COHORTS = """
    CREATE OR REPLACE TEMP TABLE cohorts AS
    SELECT began.team, who, start, began.session AS session_id, began.grp FROM (
        SELECT *, min(start) OVER (PARTITION BY who) AS first FROM (
            SELECT who, date_trunc('{period}', moment) AS start, min(moment) AS began_at,
                   arg_min({{'team': team, 'session': session_id, 'grp': grp}}, (moment, id)) AS began
            FROM hits WHERE is_1 GROUP BY who, start
        )
    ) WHERE began_at >= ? AND (start = first OR NOT ?)"""
_RETURNS = """
    CREATE OR REPLACE TEMP TABLE returns AS
    SELECT c.team, c.who, c.session_id, c.grp, c.start, date_diff('{period}', c.start, b.start) AS n
    FROM cohorts AS c
    JOIN (SELECT DISTINCT who, date_trunc('{period}', moment) AS start FROM hits WHERE is_2) AS b
      ON b.who = c.who AND b.start > c.start
    WHERE date_diff('{period}', c.start, b.start) <= {periods}"""
_LISTED = """
    CREATE OR REPLACE TEMP TABLE listed AS
    SELECT c.who, c.start, c.grp, s.session_id, row_number() OVER (ORDER BY s.severity DESC, s.session_id) AS place
    FROM cohorts AS c JOIN latest_sessions AS s ON s.team = c.team AND s.session_id = c.session_id"""
_IN_CELLS = """
    WITH cells AS (
        SELECT l.grp, l.start, n.n, r.who IS NOT NULL AS is_back, list_sort({kept}) AS places
        FROM listed AS l CROSS JOIN range(1, {periods} + 1) AS n (n)
        LEFT JOIN returns AS r ON r.who = l.who AND r.start = l.start AND r.n = n.n
        WHERE {chosen}
        GROUP BY ALL
    )
    SELECT c.grp, c.start, c.n, c.is_back, list(l.session_id ORDER BY l.place)
    FROM (SELECT * EXCLUDE (places), unnest(places) AS place FROM cells) AS c JOIN listed AS l USING (place)
    GROUP BY ALL"""
_ARMS = """
    SELECT c.team, c.who, c.session_id, c.grp, COALESCE(r.went_on, false) AS went_on
    FROM cohorts AS c SEMI JOIN judged USING (start)
    LEFT JOIN (SELECT DISTINCT who, grp, true AS went_on FROM returns SEMI JOIN judged USING (start)) AS r
      ON r.who = c.who AND r.grp IS NOT DISTINCT FROM c.grp"""


def _behind(
    db: duckdb.DuckDBPyConnection, periods: int, most: int, only: tuple[datetime, int] | None
) -> dict[tuple[Any, ...], list[str]]:
    """The worst sessions of those who were back and of those who were not, by group, cohort, period and which of both.

    A session of several visitors stands once.
    """
    db.execute(_LISTED)
    kept = "list(l.place)" if only else f"min(l.place, {most})"
    chosen = "l.start = ? AND n.n = ?" if only else "true"
    rows = db.execute(_IN_CELLS.format(periods=periods, kept=kept, chosen=chosen), only or ()).fetchall()
    return {tuple(row[:-1]): list(dict.fromkeys(row[-1])) for row in rows}


def _cells(
    asked: Retention,
    cohort: tuple[Group, datetime],
    size: int,
    returns: dict[tuple[Group, datetime, int], int],
    now: datetime,
) -> list[Cell]:
    """Cells of the periods that have begun."""
    cells = []
    for n in range(1, asked.periods + 1):
        start = after(cohort[1], asked.period, n)
        if start > now:
            break
        is_over = after(start, asked.period) <= now
        cells.append(_cell(n, start, returns.get((*cohort, n), 0), size, is_over))
    return cells


def _cell(n: int, start: datetime, returned: int, of: int, is_over: bool) -> Cell:
    share = returned / of
    return Cell(n, start, returned, share, *wilson(share, of), is_over, [], [])


def _curve(asked: Retention, cohorts: list[Cohort]) -> Iterator[Cell]:
    for n in range(1, asked.periods + 1):
        over = [(one, cell) for one in cohorts for cell in one.cells if cell.period == n and cell.is_over]
        if over:
            returned = sum(cell.returned for _, cell in over)
            yield _cell(n, over[0][1].start, returned, sum(one.visitors for one, _ in over), True)

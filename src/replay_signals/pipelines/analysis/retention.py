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
from replay_signals.pipelines.analysis.moments import Asked, hold, moments, step_of
from replay_signals.pipelines.analysis.periods import after, midnight
from replay_signals.pipelines.analysis.troubles import Group, Trouble
from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.transforms.filters.condition import Condition, FilterError
from replay_signals.transforms.insights.questions import Retention
from replay_signals.transforms.problems.intervals import wilson

MAX_PERIODS = 100


class Cell(NamedTuple):
    """How many of a cohort were back in one period after it, with Wilson's interval of their share.

    Sessions are recorded ones of the cohort's own period: `back` of those who were back, `away` of those who were not.
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
    asked: Retention, warehouse: str | None, catalog: str | None = None, *, is_listing: bool = True
) -> Answer:
    """Who came back. Raises FilterError and WarehouseError."""
    found = statement(asked)
    names = tables_of(found.sql) | troubles.TABLES | people.TABLES
    with connect(warehouse, catalog, names=names) as db:
        tables = answered(db, asked, found, is_listing=is_listing)
        steps = [asked.start, asked.back.strip() or asked.start]
        return Answer(tables, [*hints(db, found.mentions), *outside(db, steps, asked.from_day, asked.to_day)])


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
    db: duckdb.DuckDBPyConnection, asked: Retention, found: Condition | None = None, *, is_listing: bool = True
) -> list[Table]:
    """Who came back, over an open connection; without `is_listing` no cell has sessions.

    Raises FilterError and WarehouseError.
    """
    with reading(), asking():
        hold(db, "hits", found or statement(asked))
        now = _now(db, asked)
        db.execute(_COHORTS.format(period=asked.period), [midnight(asked.from_day or date.min), asked.is_first_time])
        db.execute(_RETURNS.format(period=asked.period, periods=asked.periods))
        sizes = db.execute("SELECT grp, start, count(*) FROM cohorts GROUP BY ALL ORDER BY start").fetchall()
        counted = db.execute("SELECT grp, start, n, count(*) FROM returns GROUP BY ALL").fetchall()
        back, away = _behind(db, asked.periods) if is_listing else ({}, {})
        judged = [start for _, start, _ in sizes if after(start, asked.period, 2) <= now]
        db.execute("CREATE OR REPLACE TEMP TABLE judged AS SELECT unnest(?::TIMESTAMPTZ[]) AS start", [judged])
        met = troubles.troubles(db, _ARMS)
    returns = {(group, start, n): count for group, start, n, count in counted}
    groups: dict[Group, list[Cohort]] = {}
    for group, start, size in sizes:
        cells = _cells(asked, (group, start), size, returns, now)
        listed = [one._replace(back=back.get((group, start, one.period), []),
                               away=away.get((group, start, one.period), [])) for one in cells]  # fmt: skip
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
    SELECT team, visitor, start, session_id, grp FROM (
        SELECT *, row_number() OVER (PARTITION BY team, visitor ORDER BY start) AS nth FROM (
            SELECT team, visitor, date_trunc('{period}', moment) AS start, min(moment) AS began_at,
                   arg_min(session_id, (moment, id)) AS session_id, arg_min([grp], (moment, id))[1] AS grp
            FROM hits WHERE is_1 GROUP BY team, visitor, start
        )
    ) WHERE began_at >= ? AND (nth = 1 OR NOT ?)"""
_RETURNS = """
    CREATE OR REPLACE TEMP TABLE returns AS
    SELECT c.team, c.visitor, c.session_id, c.grp, c.start, date_diff('{period}', c.start, b.start) AS n
    FROM cohorts AS c
    JOIN (SELECT DISTINCT team, visitor, date_trunc('{period}', moment) AS start FROM hits WHERE is_2) AS b
      ON b.team = c.team AND b.visitor = c.visitor AND b.start > c.start
    WHERE date_diff('{period}', c.start, b.start) <= {periods}"""
_AWAY = """
    SELECT c.team, c.session_id, c.grp, c.start, n.n FROM cohorts AS c CROSS JOIN range(1, {periods} + 1) AS n (n)
    ANTI JOIN returns AS r ON r.team = c.team AND r.visitor = c.visitor AND r.start = c.start AND r.n = n.n"""
_ARMS = """
    SELECT c.team, c.visitor, c.session_id, c.grp, bool_or(r.n IS NOT NULL) OVER (PARTITION BY c.team, c.visitor, c.grp)
           AS went_on
    FROM cohorts AS c SEMI JOIN judged USING (start)
    LEFT JOIN returns AS r ON r.team = c.team AND r.visitor = c.visitor AND r.start = c.start"""
Behind = dict[tuple[Any, ...], list[str]]


def _behind(db: duckdb.DuckDBPyConnection, periods: int) -> tuple[Behind, Behind]:
    """Sessions of those who were back and of those who were not, by group, cohort and period."""
    back = troubles.recorded(db, "SELECT team, session_id, grp, start, n FROM returns", "grp", "start", "n")
    return back, troubles.recorded(db, _AWAY.format(periods=periods), "grp", "start", "n")


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

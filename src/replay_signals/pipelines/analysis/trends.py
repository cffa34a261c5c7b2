"""Trends: how often something happened by hour, day, week or month, to how many visitors, in which sessions.

A count has the score interval of a Poisson mean. The share is that of the visitors who were there at the time (with any
row of the scope; for what is no event, with any session), with Wilson's interval.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import duckdb

from replay_signals.pipelines.analysis import people, troubles
from replay_signals.pipelines.analysis.filtering import asking, check_days, language, tables_of
from replay_signals.pipelines.analysis.hints import hints, outside
from replay_signals.pipelines.analysis.moments import EVENT, Asked, Step, hold, moments, scopes_of, step_of
from replay_signals.pipelines.analysis.periods import after, between, midnight, start_of
from replay_signals.pipelines.analysis.troubles import Group, Trouble
from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.transforms.filters.condition import Condition, FilterError, quoted
from replay_signals.transforms.filters.scopes import SCOPES
from replay_signals.transforms.insights.questions import Trend
from replay_signals.transforms.problems.intervals import poisson, wilson

MAX_POINTS = 1_000
MAX_SERIES = 26
"""Each is counted on its own; PostHog calls them A to Z."""
OTHERS = "(others)"
"""The group of all values that are not among the most frequent."""


class Point(NamedTuple):
    """One series and group in one period.

    `low` and `high` are the interval of `rows`; `share` is null where nobody was there. `sessions` are the recorded
    ones, the worst first, and `filter` chooses exactly those.
    """

    series: str
    group: Group
    start: datetime
    rows: int
    low: float
    high: float
    visitors: int
    visitors_there: int
    share: float | None
    share_low: float
    share_high: float
    sessions: list[str]
    filter: str


class Line(NamedTuple):
    """One series of one group: its points in order of time, and what those met more often who never did it."""

    series: str
    group: Group
    points: list[Point]
    troubles: list[Trouble]


class Answer(NamedTuple):
    """Lines, those with most rows first in each series; and what of the question the warehouse does not hold."""

    lines: list[Line]
    hints: list[str]


def trend(asked: Trend, warehouse: str | None, catalog: str | None = None) -> Answer:
    """The lines of a trend. Raises FilterError and WarehouseError."""
    if len(asked.series) > MAX_SERIES:
        raise FilterError(f"a trend has at most {MAX_SERIES} series")
    found = [statement(asked, step_of(one)) for one in asked.series]
    names = tables_of(" ".join(one.sql for one in found)) | troubles.TABLES | people.TABLES
    with connect(warehouse, catalog, names=names) as db:
        lines = answered(db, asked)
        told = hints(db, [mention for one in found for mention in one.mentions])
        return Answer(lines, [*told, *outside(db, scopes_of(asked.series), asked.from_day, asked.to_day)])


def answered(db: duckdb.DuckDBPyConnection, asked: Trend) -> list[Line]:
    """The lines of a trend over an open connection. Raises FilterError and WarehouseError."""
    if not asked.series:
        raise FilterError("a trend needs an event: replay-signals trend purchase")
    with reading():
        people.identify(db)
    return [line for one in asked.series for line in _series(db, asked, one, step_of(one))]


def statement(asked: Trend, step: Step) -> Condition:
    """The query for all rows: is_1 where one is the step, is_2 where it says that its visitor was there."""
    check_days(asked.from_day, asked.to_day)
    there = Step(EVENT if step.scope == EVENT else "session", "team is not null")
    rows = Asked(asked.where, asked.by, asked.from_day, asked.to_day)
    try:
        return moments(rows, [step, there])
    except FilterError:
        if step.scope in {EVENT, "session"}:
            raise
        return moments(rows, [step, Step(step.scope, "team is not null")])


def _series(db: duckdb.DuckDBPyConnection, asked: Trend, name: str, step: Step) -> list[Line]:
    with reading(), asking():
        hold(db, "hits", statement(asked, step))
        tops = _top_groups(db, asked.max_groups)
        db.execute(_TOLD.format(interval=asked.interval), [tops])
        counts: dict[Group, dict[datetime, tuple[int, int, int]]] = {}
        for group, start, *counted in db.execute(_COUNTS).fetchall():
            counts.setdefault(group, {})[start] = tuple(counted)
        behind = troubles.recorded(db, "SELECT team, session_id, grp, start FROM told WHERE times > 0", "grp", "start")
        met = troubles.troubles(db, _ARMS)
    starts = _starts(asked, [start for of in counts.values() for start in of])
    groups = sorted(counts, key=lambda group: (-sum(of[0] for of in counts[group].values()), group or ""))
    shown = [group for group in groups if any(of[0] for of in counts[group].values())] or [None]
    filters = {group: _filter(asked, step, group, tops) for group in shown}
    return [
        Line(
            name,
            group,
            [
                _point(name, group, start, counts.get(group, {}).get(start, (0, 0, 0)),
                       behind.get((group, start), []), _within(asked, step, filters[group], start))
                for start in starts
            ],
            met.get(group, []),
        )
        for group in shown
    ]  # fmt: skip


_TOLD = f"""
    CREATE OR REPLACE TEMP TABLE told AS
    SELECT team, session_id, who, start, count(*) FILTER (is_1) AS times, bool_or(is_2) AS is_there,
           CASE WHEN grp IS NULL OR list_contains(?, grp) THEN grp ELSE '{OTHERS}' END AS grp
    FROM (SELECT *, date_trunc('{{interval}}', moment) AS start FROM hits)
    GROUP BY ALL"""
_COUNTS = """
    SELECT grp, start, sum(times)::BIGINT, count(*) FILTER (times > 0), count(*) FILTER (is_there) FROM (
        SELECT grp, start, who, sum(times) AS times, bool_or(is_there) AS is_there FROM told GROUP BY grp, start, who
    ) GROUP BY grp, start"""
_ARMS = """
    SELECT t.team, t.who, t.session_id, t.grp, a.went_on FROM told AS t
    JOIN (SELECT who, grp, bool_or(times > 0) AS went_on FROM told GROUP BY who, grp) AS a
      ON a.who = t.who AND a.grp IS NOT DISTINCT FROM t.grp"""


def _top_groups(db: duckdb.DuckDBPyConnection, limit: int) -> list[str]:
    rows = db.execute(
        "SELECT grp FROM hits WHERE is_1 AND grp IS NOT NULL GROUP BY grp ORDER BY count(*) DESC, grp LIMIT ?", [limit]
    ).fetchall()
    return [group for (group,) in rows]


def _starts(asked: Trend, seen: list[datetime]) -> list[datetime]:
    """Periods from the first to the last day that is asked for, else from the first to the last that holds rows."""
    if not seen:
        return []
    first = start_of(midnight(asked.from_day), asked.interval) if asked.from_day else min(seen)
    last = start_of(after(midnight(asked.to_day), "hour", 23), asked.interval) if asked.to_day else max(seen)
    starts = []
    for start in between(first, last, asked.interval):
        starts.append(start)
        if len(starts) > MAX_POINTS:
            raise FilterError(
                f"more than {MAX_POINTS:,} periods of one {asked.interval}: choose longer ones, or fewer days"
            )
    return starts


def _point(
    name: str, group: Group, start: datetime, counted: tuple[int, int, int], sessions: list[str], chosen: str
) -> Point:
    count, visitors, there = counted
    share = visitors / there if there else None
    low, high = wilson(share, there) if share is not None else (0.0, 1.0)
    return Point(name, group, start, count, *poisson(count), visitors, there, share, low, high, sessions, chosen)


def _filter(asked: Trend, step: Step, group: Group, tops: list[str]) -> list[str]:
    """What a filter says of the rows of a group, beside the step itself."""
    parts = [f"({asked.where})"] if asked.where.strip() else []
    if asked.by.strip():
        by = asked.by.strip()
        if group == OTHERS and OTHERS not in tops:
            others = [f"not {language().equal(one, by, step.scope)}" for one in ["", *tops]]
            return parts + others
        parts.append(language().equal(group or "", by, step.scope))
    return parts


def _within(asked: Trend, step: Step, parts: list[str], start: datetime) -> str:
    """The filter of sessions with such a row in a period, as far as its days are asked for."""
    moment = SCOPES[step.scope].moment
    end = after(start, asked.interval)
    start = max(start, midnight(asked.from_day)) if asked.from_day else start
    end = min(end, after(midnight(asked.to_day), "day")) if asked.to_day else end
    span = [f"{moment} >= {quoted(f'{start:%Y-%m-%dT%H:%M}')}", f"{moment} < {quoted(f'{end:%Y-%m-%dT%H:%M}')}"]
    return step.within(*parts, *span)

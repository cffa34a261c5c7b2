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
from replay_signals.pipelines.analysis.moments import Asked, hold, moments, scopes_of, step_of
from replay_signals.pipelines.analysis.troubles import Group, Trouble
from replay_signals.pipelines.analysis.unordered import MOST_ROWS, unordered_ways
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
        days = outside(db, scopes_of(asked.steps), asked.from_day, asked.to_day)
        return Answer(steps, [*hints(db, found.mentions), *days])


def answered(db: duckdb.DuckDBPyConnection, asked: Funnel, found: Condition | None = None) -> list[Step]:
    """The steps of a funnel over an open connection. Raises FilterError and WarehouseError."""
    found = found or statement(asked)
    with reading(), asking():
        people.identify(db)
        hold(db, "step_rows", found)
        db.execute(_IN_ORDER.format(first=_first_step(len(asked.steps))))
        db.execute("CREATE OR REPLACE TEMP VIEW hits AS SELECT *, rowid AS place FROM ordered_rows")
        db.execute(f"CREATE OR REPLACE TEMP TABLE ways AS {_ways(db, asked)}")
        counted = db.execute("SELECT grp, depth, count(*) FROM ways GROUP BY ALL").fetchall()
        behind = troubles.recorded(
            db,
            "SELECT h.team, h.session_id, w.grp, w.depth FROM ways AS w JOIN hits AS h ON h.place = w.places[w.depth]",
            "grp",
            "depth",
        )
        dropped_at = sorted({depth for _, depth, _ in counted if depth < len(asked.steps)})
        met = {number: troubles.troubles(db, _arms(number)) for number in dropped_at}
    reached: dict[Group, dict[int, int]] = {}
    for group, depth, visitors in counted:
        reached.setdefault(group, {})[depth] = visitors
    groups = sorted(reached, key=lambda group: (-sum(reached[group].values()), group or "")) or [None]
    return [step for group in groups for step in _steps(asked, group, reached.get(group, {}), behind, met)]


def _steps(
    asked: Funnel,
    group: Group,
    reached: dict[int, int],
    behind: dict[tuple[Any, ...], list[str]],
    met: dict[int, dict[Group, list[Trouble]]],
) -> list[Step]:
    steps, before = [], 0
    for number, name in enumerate(asked.steps, start=1):
        visitors = sum(count for depth, count in reached.items() if depth >= number)
        of = before if number > 1 else visitors
        low, high = wilson(visitors / of, of) if of else (0.0, 1.0)
        dropped = reached.get(number, 0) if number < len(asked.steps) else 0
        who = (behind.get((group, number), []), met[number].get(group, [])) if dropped else ([], [])
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
    kept = "true" if asked.order == "strict" else " OR ".join(f"is_{n}" for n in range(1, len(steps + excluded) + 1))
    return rows._replace(sql=f"SELECT * FROM ({rows.sql}) WHERE {kept}")


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


_IN_ORDER = """
    CREATE OR REPLACE TEMP TABLE ordered_rows AS
    SELECT * EXCLUDE (stranger, id) FROM step_rows ORDER BY who, moment, {first}, id"""
"""Rows in the order in which each visitor's follow each other: the number of a row is its place."""


def _first_step(count: int) -> str:
    """Rows of one moment count in the order of the steps, and before them what is excluded."""
    return "CASE " + " ".join(f"WHEN is_{n} THEN {n}" for n in range(1, count + 1)) + " ELSE 0 END"


def _ways(db: duckdb.DuckDBPyConnection, asked: Funnel) -> str:
    """The query for every visitor's furthest way: who, its depth, the places of its rows in `hits`, and its group."""
    if asked.order == "unordered":
        return unordered_ways(db, len(asked.steps), asked.within)
    return _followed(asked)


def _followed(asked: Funnel) -> str:
    """Each first step followed to the next ones, as early as possible.

    Of a visitor's ways the deepest counts, then the one that began first: one number says both.
    """
    count = len(asked.steps)
    within = f"INTERVAL {round(asked.within.total_seconds() * 1000)} MILLISECONDS"
    parts = [f"""
        WITH way_1 AS (
            SELECT who, place AS began, moment + {within} AS until, place, [place] AS places FROM hits WHERE is_1
        )"""]  # fmt: skip
    for n in range(2, count + 1):
        match = "h.place = w.place + 1" if asked.order == "strict" else "h.place > w.place"
        kind = "JOIN" if asked.order == "strict" else "ASOF JOIN"
        between = [
            f"x.is_{number}"
            for number, one in enumerate(exclusions(asked), start=count + 1)
            if one.first < n <= one.last
        ]
        kept = f"""
            WHERE NOT EXISTS (
                SELECT 1 FROM hits AS x WHERE ({" OR ".join(between)}) AND x.who = w.who
                AND x.place > w.since AND x.place < w.place
            )"""
        parts.append(f"""
        , next_{n} AS (
            SELECT w.who, w.began, w.until, h.place, w.place AS since, list_append(w.places, h.place) AS places
            FROM way_{n - 1} AS w
            {kind} (SELECT who, place, moment FROM hits WHERE is_{n}) AS h ON h.who = w.who AND {match}
            WHERE h.moment <= w.until
        ), way_{n} AS (
            SELECT who, began, until, place, places FROM next_{n} AS w{kept if between else ""}
        )""")
    every = " UNION ALL ".join(
        f"SELECT who, {n}::BIGINT * {MOST_ROWS} - began AS way, places FROM way_{n}" for n in range(1, count + 1)
    )
    return f"""{"".join(parts)}
        , best AS (SELECT who, arg_max(places, way) AS places FROM ({every}) GROUP BY who)
        SELECT b.who, len(b.places) AS depth, b.places, h.grp FROM best AS b JOIN hits AS h ON h.place = b.places[1]"""


def _arms(step: int) -> str:
    """Those who stopped at a step and those who went on, with the session of the step."""
    return f"""
        SELECT h.team, w.who, h.session_id, w.grp, w.depth > {step} AS went_on
        FROM (SELECT *, places[{step}] AS at FROM ways WHERE depth >= {step}) AS w JOIN hits AS h ON h.place = w.at"""

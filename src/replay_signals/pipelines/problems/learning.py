"""Priors out of a warehouse: what elements did for visitors, counted from verdicts that were reached without priors.

Only sessions that one version of the rules judged count, only recordings that can be judged, and each visitor once. An
element's silent visitors are held against those of other controls of the same place: another control that answers
within `carry_on_ms` is how one sees that somebody goes on, whatever page the first click led to. What is usual at pages
and routes is counted from the same visits (`usual`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import blake2b
from typing import Any

import duckdb
import msgspec
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.predicates import equal, within
from replay_signals.pipelines.iceberg.scans import table_view
from replay_signals.pipelines.iceberg.schema import rows_of
from replay_signals.pipelines.iceberg.views import latest_sql
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.pipelines.problems.counting import ONE_DAY, Limits, connected
from replay_signals.pipelines.problems.usual import Version, usual_rows
from replay_signals.schemas.prior_rows import PriorRow
from replay_signals.transforms.problems.stances import Tally, has_answered, stance_of

MIN_VISITORS = 10
"""Visitors of an element below which it is not kept."""
MIN_OTHERS = 50
"""Visitors of other controls of a place below which those of the whole site stand in."""
MAX_ELEMENTS = 20_000
"""Of a version, the most visited: it is in the memory of every worker that judges."""


class Window(msgspec.Struct, frozen=True):
    """Which sessions count, and when one has gone on or succeeded after a click."""

    first: date
    last: date
    judged_by: str
    carry_on_ms: int
    horizon_ms: int
    outcomes: tuple[str, ...] = ()


VISITS = f"""
CREATE TEMP TABLE visits AS
SELECT team, session_id, revision, coalesce(nullif(person_id, ''), nullif(distinct_id, ''), session_id) AS visitor
FROM ({latest_sql("sessions")})
WHERE day BETWEEN $first AND $last AND rules_version = $judged_by
  AND coalesce(traffic, '') IN ('', 'visitor') AND coalesce(judgeable, '') IN ('', 'ok')"""
CLICKS = """
CREATE TEMP TABLE clicks AS
SELECT i.team, i.session_id, v.visitor, coalesce(nullif(i.place, ''), i.page_pattern) AS place, i.element_key,
       millis(i.occurred_at) AS at_ms, coalesce(nullif(i.verdict_alone, ''), i.verdict) AS verdict
FROM interactions AS i JOIN visits AS v USING (team, session_id, revision)
WHERE i.element_key <> '' AND i.reason <> 'the control is disabled'"""
"""A disabled control is silent on purpose."""
USES = """
CREATE TEMP TABLE uses AS
SELECT team, session_id, visitor, place, element_key, min(at_ms) AS first_ms,
       bool_or(verdict IN ('alive', 'slow')) AS is_answered,
       max(at_ms) FILTER (WHERE verdict = 'dead') - min(at_ms) FILTER (WHERE verdict = 'dead') > $double_ms AS is_tried
FROM clicks
GROUP BY ALL HAVING bool_or(verdict IN ('alive', 'slow', 'dead'))"""
FOLLOWED = """
CREATE TEMP TABLE followed AS
SELECT u.*,
       EXISTS (
           SELECT 1 FROM clicks AS c
           WHERE c.team = u.team AND c.session_id = u.session_id AND c.verdict IN ('alive', 'slow')
             AND (c.place, c.element_key) <> (u.place, u.element_key)
             AND c.at_ms > u.first_ms AND c.at_ms <= u.first_ms + $carry_on_ms
       ) AS is_going_on,
       EXISTS (
           SELECT 1 FROM events AS e
           WHERE e.team = u.team AND e.session_id = u.session_id AND list_contains($outcomes, e.event)
             AND millis(e.occurred_at) > u.first_ms AND millis(e.occurred_at) <= u.first_ms + $horizon_ms
       ) AS is_success
FROM uses AS u"""
VISITORS = """
CREATE TEMP TABLE visitors AS
SELECT team, place, element_key, visitor, bool_or(is_answered) AS is_answered, bool_or(is_tried) AS is_tried,
       bool_or(is_going_on) AS is_going_on, bool_or(is_success) AS is_success
FROM followed GROUP BY ALL"""
TALLIES = """
WITH own AS (
    SELECT team, place, element_key, count(*) AS visitors,
           count(*) FILTER (WHERE is_answered) AS answered, count(*) FILTER (WHERE NOT is_answered) AS silent,
           count(*) FILTER (WHERE NOT is_answered AND is_tried) AS tried,
           count(*) FILTER (WHERE NOT is_answered AND is_going_on) AS carried_on,
           count(*) FILTER (WHERE NOT is_answered AND is_success) AS succeeded,
           count(*) FILTER (WHERE is_going_on) AS going_on, count(*) FILTER (WHERE is_success) AS successes
    FROM visitors GROUP BY ALL
),
around AS (
    SELECT *, sum(visitors) OVER here - visitors AS near, sum(visitors) OVER site - visitors AS far,
           sum(going_on) OVER here - going_on AS near_on, sum(going_on) OVER site - going_on AS far_on,
           sum(successes) OVER here - successes AS near_success, sum(successes) OVER site - successes AS far_success
    FROM own
    WINDOW here AS (PARTITION BY team, place), site AS (PARTITION BY team)
)
SELECT team, place, element_key, answered, silent, tried, carried_on, succeeded,
       CAST(CASE WHEN near >= $min_others THEN near ELSE far END AS BIGINT),
       CAST(CASE WHEN near >= $min_others THEN near_on ELSE far_on END AS BIGINT),
       CAST(CASE WHEN near >= $min_others THEN near_success ELSE far_success END AS BIGINT)
FROM around
WHERE visitors >= $min_visitors
ORDER BY visitors DESC, team, place, element_key LIMIT $max_elements"""


def learned(
    tables: Mapping[str, Table], window: Window, before: Iterable[PriorRow], double_ms: float, limits: Limits
) -> list[PriorRow]:
    """Rows of the next version, in order of their key; none without sessions. Raises WarehouseError.

    `before` are those of the newest version: what has ever answered is remembered from version to version. `double_ms`
    is the longest time between two halves of a double click.
    """
    old = list(before)
    number = max((row.number for row in old), default=0) + 1
    with connected(limits) as db, reading():
        around = within(window.first - ONE_DAY, window.last + ONE_DAY)
        for name in ("sessions", "interactions", "events", "page_views", "network_requests"):
            table_view(db, name, tables[name], around)
        db.execute(VISITS, {"first": window.first, "last": window.last, "judged_by": window.judged_by})
        version = Version(window.last, number, window.judged_by)
        rows = [*_of_controls(db, window, version, old, double_ms), *usual_rows(db, version, old)]
    rows.sort(key=_key)
    name = blake2b(msgspec.json.encode([_content(row) for row in rows]), digest_size=8).hexdigest()
    return [msgspec.structs.replace(row, version=name) for row in rows]


def _of_controls(
    db: duckdb.DuckDBPyConnection, window: Window, version: Version, old: Iterable[PriorRow], double_ms: float
) -> Iterator[PriorRow]:
    """Rows of controls, from the temporary table `visits`."""
    answered = {_key(row) for row in old if row.has_answered}
    has_outcomes = bool(window.outcomes)
    for team, place, element_key, *counts in _tallies(db, window, double_ms):
        own, silent, tried, carried_on, succeeded, others, others_on, others_succeeded = counts
        tally = Tally(
            answered=own,
            silent=silent,
            tried=tried,
            carried_on=carried_on,
            succeeded=succeeded if has_outcomes else None,
            others=others,
            others_carried_on=others_on,
            others_succeeded=others_succeeded if has_outcomes else None,
            has_answered=has_answered(own, silent) or (team, place, element_key) in answered,
        )
        yield PriorRow(
            day=version.day,
            version="",
            number=version.number,
            judged_by=version.judged_by,
            team=team,
            place=place,
            element_key=element_key,
            says=stance_of(tally),
            **tally._asdict(),
        )


def newest_version(priors: Table) -> str | None:
    """The version of the highest number; None without any."""
    found = _versions(priors)
    return max(found)[1] if found else None


def rows_of_version(priors: Table, version: str) -> list[PriorRow]:
    """All rows of a version; none of one that does not exist. Raises WarehouseError."""
    if priors.current_snapshot() is None:
        return []
    with reading():
        return list(rows_of(priors.scan(row_filter=equal("version", version)).to_arrow(), PriorRow))


def sessions_of_versions(sessions: Table, first: date, last: date, limits: Limits) -> dict[str, int]:
    """Sessions from first to last by the rules that judged them. Raises WarehouseError."""
    with connected(limits) as db, reading():
        table_view(db, "sessions", sessions, within(first - ONE_DAY, last + ONE_DAY))
        found = db.execute(
            f"SELECT rules_version, count(*) FROM ({latest_sql('sessions')}) WHERE day BETWEEN ? AND ? GROUP BY ALL",
            [first, last],
        )
        return dict(found.fetchall())


def _versions(priors: Table) -> set[tuple[int, str]]:
    if priors.current_snapshot() is None:
        return set()
    with reading():
        found = priors.scan(row_filter=AlwaysTrue(), selected_fields=("number", "version")).to_arrow()
    return set(zip(found.column("number").to_pylist(), found.column("version").to_pylist(), strict=True))


def _tallies(db: duckdb.DuckDBPyConnection, window: Window, double_ms: float) -> list[tuple[Any, ...]]:
    followed = {
        "carry_on_ms": window.carry_on_ms,
        "horizon_ms": window.horizon_ms,
        "outcomes": list(window.outcomes),
    }
    steps: tuple[tuple[str, dict[str, object]], ...] = (
        (CLICKS, {}),
        (USES, {"double_ms": double_ms}),
        (FOLLOWED, followed),
        (VISITORS, {}),
    )
    for statement, values in steps:
        db.execute(statement, values)
    limited = {"min_others": MIN_OTHERS, "min_visitors": MIN_VISITORS, "max_elements": MAX_ELEMENTS}
    return db.execute(TALLIES, limited).fetchall()


def _key(row: PriorRow) -> tuple[str, str, str]:
    return row.team, row.place, row.element_key


def _content(row: PriorRow) -> PriorRow:
    """What a version is made of: everything but its name, number and day."""
    return msgspec.structs.replace(row, version="", number=0, day=date.min)

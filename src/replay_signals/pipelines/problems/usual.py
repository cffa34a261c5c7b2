"""What is usual at pages and routes, out of a warehouse: the median over days of each day's percentiles and shares.

Of a median day, so that what went wrong for less than half of the days is not yet how it is. For how often a route
fails the best version counts, so that a route that keeps failing does not become one that always did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import floor, log10
from typing import Any, NamedTuple

import duckdb

from replay_signals.schemas.prior_rows import PAGE, ROUTE, PriorRow

MIN_DAYS = 3
"""Days with enough visitors, below which nothing is usual yet."""
MIN_DAY_VISITORS = 10
"""Visitors of a day below which its percentiles are luck."""
MAX_NAMES = 10_000
"""Pages, and routes, of a version, the most visited: they are in the memory of every worker that judges."""
PLACES = 2
"""Significant digits that are kept: what changes in the third is no other version."""

PAGES = """
SELECT team, page_pattern, count(*) AS days, CAST(sum(visitors) AS BIGINT) AS visitors,
       median(lcp_ms), median(inp_ms), median(load_ms)
FROM (
    SELECT p.day, p.team, p.page_pattern, count(DISTINCT v.visitor) AS visitors,
           CASE WHEN count(p.lcp_ms) >= $least THEN quantile_cont(p.lcp_ms, 0.75) END AS lcp_ms,
           CASE WHEN count(p.inp_ms) >= $least THEN quantile_cont(p.inp_ms, 0.75) END AS inp_ms,
           CASE WHEN count(p.load_ms) >= $least THEN quantile_cont(p.load_ms, 0.75) END AS load_ms
    FROM page_views AS p JOIN visits AS v USING (team, session_id, revision)
    WHERE p.page_pattern <> ''
    GROUP BY ALL HAVING count(DISTINCT v.visitor) >= $least
)
WHERE coalesce(lcp_ms, inp_ms, load_ms) IS NOT NULL
GROUP BY ALL HAVING count(*) >= $days
ORDER BY visitors DESC, team, page_pattern LIMIT $names"""
ROUTES = """
SELECT team, route, count(*) AS days, CAST(sum(visitors) AS BIGINT) AS visitors, median(p95_ms), median(failed_share)
FROM (
    SELECT day, team, route, count(DISTINCT visitor) AS visitors, quantile_cont(duration_ms, 0.95) AS p95_ms,
           count(DISTINCT visitor) FILTER (WHERE status >= 400)
               / nullif(count(DISTINCT visitor) FILTER (WHERE status IS NOT NULL), 0) AS failed_share
    FROM (
        SELECT r.day, r.team, r.route, r.status, r.duration_ms, v.visitor
        FROM network_requests AS r JOIN visits AS v USING (team, session_id)
        WHERE r.route <> '' AND r.initiator IN ('fetch', 'xmlhttprequest')
        QUALIFY row_number() OVER (PARTITION BY r.team, r.session_id, r.request_id ORDER BY r.revision DESC) = 1
    )
    GROUP BY ALL HAVING count(DISTINCT visitor) >= $least
)
GROUP BY ALL HAVING count(*) >= $days
ORDER BY visitors DESC, team, route LIMIT $names"""


class Version(NamedTuple):
    """What all rows of a version share, see `PriorRow`."""

    day: Any
    number: int
    judged_by: str


def usual_rows(db: duckdb.DuckDBPyConnection, version: Version, before: Iterable[PriorRow]) -> Iterator[PriorRow]:
    """Rows of pages and routes; `db` has the tables and the temporary table `visits` of `learning`."""
    values = {"least": MIN_DAY_VISITORS, "days": MIN_DAYS, "names": MAX_NAMES}
    for team, page, days, visitors, *speeds in db.execute(PAGES, values).fetchall():
        lcp_ms, inp_ms, load_ms = map(_rounded, speeds)
        yield _row(version, team, PAGE, page, "", days, visitors, lcp_ms=lcp_ms, inp_ms=inp_ms, load_ms=load_ms)
    best = _least_failed(before)
    for team, route, days, visitors, p95_ms, failed in db.execute(ROUTES, values).fetchall():
        known = [share for share in (failed, best.get((team, route))) if share is not None]
        least = round(min(known), 4) if known else None
        yield _row(version, team, ROUTE, "", route, days, visitors, p95_ms=_rounded(p95_ms), failed_share=least)


def _least_failed(before: Iterable[PriorRow]) -> Mapping[tuple[str, str], float]:
    routes = (row for row in before if row.unit == ROUTE)
    return {(row.team, row.element_key): row.failed_share for row in routes if row.failed_share is not None}


def _row(
    version: Version, team: str, unit: str, place: str, key: str, days: int, visitors: int, **usual: float | None
) -> PriorRow:
    return PriorRow(
        day=version.day,
        version="",
        number=version.number,
        judged_by=version.judged_by,
        team=team,
        place=place,
        element_key=key,
        answered=0,
        silent=0,
        tried=0,
        carried_on=0,
        succeeded=None,
        others=0,
        others_carried_on=0,
        others_succeeded=None,
        has_answered=False,
        says="",
        unit=unit,
        usual_days=days,
        usual_visitors=visitors,
        **usual,
    )


def _rounded(ms: float | None) -> float | None:
    """To `PLACES` significant digits."""
    if ms is None or ms <= 0:
        return ms
    return float(round(ms, PLACES - 1 - floor(log10(ms))))

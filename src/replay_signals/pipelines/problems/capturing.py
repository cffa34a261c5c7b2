"""Capture by day: sessions with analytics events, and those among them that have a recording, by slice.

One population for both: a session counts by its events, on the day of the first one, and is recorded when the tables
hold it at all. So sessions whose events came late, or which no event tells of, cannot make the share pass 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.predicates import within
from replay_signals.pipelines.iceberg.warehouse import reading, table_view
from replay_signals.pipelines.problems.counting import ONE_DAY, Limits, connected
from replay_signals.transforms.problems.capture import CaptureDay

DIMENSIONS: dict[str, str] = {"host": "$host", "platform": "$lib", "library_version": "$lib_version"}
"""Slices, and the property of the events that tells each. Lost recordings often belong to one of them."""
SAMPLE_RATE = "$replay_sample_rate"

STATEMENT = """
WITH said AS (
    SELECT team, session_id, min(day) AS day, {values},
           max(TRY_CAST(json_extract_string(properties, '$."{sample_rate}"') AS DOUBLE)) AS sample_rate
    FROM events WHERE session_id <> '' GROUP BY team, session_id
),
visits AS (
    SELECT said.*, EXISTS (
        SELECT 1 FROM sessions AS s WHERE s.team = said.team AND s.session_id = said.session_id
    ) AS is_recorded
    FROM said WHERE day BETWEEN $first AND $last
)
SELECT team, day, {sets} AS dimension, {chosen} AS value, count(*), count(*) FILTER (WHERE is_recorded),
       avg(sample_rate)
FROM visits
GROUP BY GROUPING SETS ((team, day), {groups})
ORDER BY ALL"""


def capture_days(tables: Mapping[str, Table], first: date, last: date, limits: Limits) -> dict[str, list[CaptureDay]]:
    """Counts of the days from first to last, by team. Raises WarehouseError for data files that cannot be read."""
    around = within(first - ONE_DAY, last + ONE_DAY)
    found: defaultdict[str, list[CaptureDay]] = defaultdict(list)
    with connected(limits) as db, reading():
        table_view(db, "events", tables.get("events"), around)
        table_view(db, "sessions", tables.get("sessions"), around)
        for team, day, dimension, value, sessions, recorded, sample_rate in db.execute(
            _statement(), {"first": first, "last": last}
        ).fetchall():
            if value or not dimension:  # a session whose events do not say it stands in no slice
                found[team].append(CaptureDay(day, dimension, value or "", sessions, recorded, sample_rate or None))
    return dict(found)


def _statement() -> str:
    """The statement for all dimensions; the one that a row is about is the one it is grouped by."""
    return STATEMENT.format(
        values=", ".join(
            f"coalesce(max(json_extract_string(properties, '$.\"{name}\"')), '') AS {dimension}"
            for dimension, name in DIMENSIONS.items()
        ),
        sample_rate=SAMPLE_RATE,
        sets=f"CASE {' '.join(f'WHEN grouping({d}) = 0 THEN {d!r}' for d in DIMENSIONS)} ELSE '' END",
        chosen=f"CASE {' '.join(f'WHEN grouping({d}) = 0 THEN {d}' for d in DIMENSIONS)} ELSE '' END",
        groups=", ".join(f"(team, day, {d})" for d in DIMENSIONS),
    )

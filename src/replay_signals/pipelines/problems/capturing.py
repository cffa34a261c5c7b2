"""Capture by day: sessions with analytics events, and those among them that have a recording, by slice.

One population for both: a session counts by its events, on the day of the first one, and is recorded when the tables
hold it at all. So sessions whose events came late, or which no event tells of, cannot make the share pass 1. Beside
them all recordings of the day are counted, and those that cannot be judged by reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from hashlib import blake2b

import pyarrow as pa
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.predicates import within
from replay_signals.pipelines.iceberg.scans import table_view
from replay_signals.pipelines.iceberg.schema import schema_of
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.pipelines.problems.counting import ONE_DAY, Limits, connected
from replay_signals.pipelines.problems.days import files_by_day, hash_of, stale

DIMENSIONS: dict[str, tuple[str, str]] = {
    "host": ("$host", "host"),
    "platform": ("$lib", "coalesce(snapshot_library, snapshot_source)"),
    "library_version": ("$lib_version", "library_version"),
}
"""Slices: the property of the events that tells each, and what a session's row says where no event does."""
SAMPLE_RATE = "$replay_sample_rate"
REASONS = "not_judgeable"

STATEMENT = """
WITH said AS (
    SELECT team, session_id, min(day) AS day, {told},
           max(TRY_CAST(json_extract_string(properties, '$."{sample_rate}"') AS DOUBLE)) AS sample_rate
    FROM (
        SELECT team, session_id, day, CASE WHEN json_valid(properties) THEN properties END AS properties
        FROM events WHERE session_id <> ''
    )
    GROUP BY team, session_id
),
recorded AS (
    SELECT team, session_id, day, judgeable, {recorded} FROM sessions
    QUALIFY row_number() OVER (PARTITION BY team, session_id ORDER BY revision DESC) = 1
),
visits AS (
    SELECT team, session_id, coalesce(said.day, recorded.day) AS day, {values}, sample_rate, judgeable,
           said.day IS NOT NULL AS has_events, recorded.day IS NOT NULL AS is_recorded
    FROM said FULL JOIN recorded USING (team, session_id)
),
slices AS (
    SELECT *, unnest([{{'dimension': '', 'value': ''}}, {slices}], recursive := true)
    FROM visits WHERE day BETWEEN $first AND $last
)
SELECT day, team, dimension, value,
       count(*) FILTER (WHERE has_events) AS event_sessions,
       count(*) FILTER (WHERE has_events AND is_recorded) AS recorded_sessions,
       round(avg(sample_rate), 9) AS sample_rate,
       count(*) FILTER (WHERE is_recorded) AS recordings,
       CAST(coalesce(histogram(judgeable) FILTER (WHERE is_recorded AND judgeable NOT IN ('', 'ok')), MAP {{}})
            AS MAP(VARCHAR, BIGINT)) AS not_judgeable
FROM slices
WHERE dimension = '' OR value <> ''
GROUP BY ALL"""
"""A session that says nothing of a dimension stands in no slice of it."""


def capture_to_count(tables: Mapping[str, Table], first: date, last: date) -> dict[date, str]:
    """Days from first to last whose data files changed since they were counted, with the hash of what they hold.

    Events and recording of one session may lie on neighbouring days, so a day is made from the files around it, too.
    """
    made_by = (blake2b(_statement().encode(), digest_size=8).hexdigest(),)
    files: defaultdict[date, set[str]] = defaultdict(set)
    held = set()
    for name in ("events", "sessions"):
        for day, file in files_by_day(tables[name], first - ONE_DAY, last + ONE_DAY):
            held.add(day)
            for owner in (day - ONE_DAY, day, day + ONE_DAY):
                files[owner].add(file.file_path)
    now = {day: hash_of(files[day], made_by) for day in held if first <= day <= last}
    return stale(now, tables["capture_days"], first, last, hash_of((), made_by))


def capture_counts(tables: Mapping[str, Table], first: date, last: date, limits: Limits) -> pa.Table:
    """Rows of `capture_days` without `sources`. Raises WarehouseError for data files that cannot be read."""
    around = within(first - ONE_DAY, last + ONE_DAY)
    with connected(limits) as db, reading():
        for name in ("events", "sessions"):
            table_view(db, name, tables.get(name), around)
        found = db.sql(_statement(), params={"first": first, "last": last}).to_arrow_table()
    schema = schema_of("capture_days").as_arrow()
    reasons = pa.array(found.column(REASONS).to_pylist(), schema.field(REASONS).type)  # a cast of maps ends the process
    return found.set_column(found.schema.get_field_index(REASONS), REASONS, reasons)


def _statement() -> str:
    """The statement for all dimensions."""
    return STATEMENT.format(
        told=", ".join(
            f"coalesce(max(json_extract_string(properties, '$.\"{name}\"')), '') AS {dimension}"
            for dimension, (name, _) in DIMENSIONS.items()
        ),
        recorded=", ".join(f"coalesce({column}, '') AS {dimension}" for dimension, (_, column) in DIMENSIONS.items()),
        values=", ".join(f"coalesce(nullif(said.{d}, ''), recorded.{d}, '') AS {d}" for d in DIMENSIONS),
        sample_rate=SAMPLE_RATE,
        slices=", ".join(f"{{'dimension': '{d}', 'value': {d}}}" for d in DIMENSIONS),
    )

"""Relations that hold a batch against the days before it: volumes by day, and the share of unknown verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from math import inf
from statistics import median
from typing import NamedTuple

import duckdb
import pyarrow as pa
from pyiceberg.manifest import DataFile

from replay_signals.pipelines.gate.relations import Seen, day_of, files_sql, rows_by_day
from replay_signals.schemas.expectations.history import (
    COUNTED_TABLES,
    ENOUGH_CLICKS,
    HISTORY_DAYS,
    MIN_CLICK_SESSIONS,
    MIN_CLICKS,
    MIN_DAYS,
    MIN_USUAL_ROWS,
    MIN_WEEKDAYS,
)

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
VOLUMES = pa.schema(
    [
        ("table", pa.string()), ("day", pa.date32()), ("rows", pa.int64()), ("usual_rows", pa.float64()),
        ("usual_share", pa.float64()),
    ]
)  # fmt: skip


WEEKDAY_VOLUMES = pa.schema(
    [
        ("table", pa.string()), ("day", pa.date32()), ("rows", pa.int64()), ("weekday_rows", pa.float64()),
        ("weekday_share", pa.float64()),
    ]
)  # fmt: skip


class Period(NamedTuple):
    """First and last day of what a batch is about, both included."""

    first: date
    last: date

    @property
    def interval(self) -> str:
        """As ISO 8601 writes it."""
        return f"{self.first}/{self.last}"

    @classmethod
    def of_interval(cls, text: str) -> Period:
        """What `interval` wrote. Raises ValueError."""
        return cls(*map(date.fromisoformat, text.split("/")))


def volumes_view(
    connection: duckdb.DuckDBPyConnection, seen: Iterable[Seen], replaced: Period | None, today: date
) -> str:
    """Rows of whole days beside a usual day's, where there are enough days to tell."""
    counted = [one for one in seen if one.name in COUNTED_TABLES]
    rows = [
        row for one in counted for row in _volumes(one, _whole_days(counted, replaced, today), replaced is not None)
    ]
    connection.register("day_volumes", pa.Table.from_pylist(rows, VOLUMES))
    return "day_volumes"


def _whole_days(seen: Iterable[Seen], replaced: Period | None, today: date) -> list[date]:
    """Days that a batch may leave whole: those that it replaces, else those between its first and its last.

    Where it only adds, its first and last may be half there; today always may be.
    """
    tables = list(seen)
    stored = {day for one in tables if one.name == "sessions" for day in map(day_of, (*one.old, *one.new))}
    new = {day for one in tables for day in one.days}
    stored = stored or new
    if not stored or not (new or replaced):
        return []
    if replaced is not None:
        first = max(replaced.first, min(stored))
        last = max(stored) if replaced.last == date.max else replaced.last
    else:
        first, last = min(new) + DAY, max(new) - DAY
    last = min(last, today - DAY)
    return [first + n * DAY for n in range((last - first).days + 1)]


def _volumes(seen: Seen, days: Iterable[date], is_replaced: bool) -> Iterator[dict[str, object]]:
    by_day, added = rows_by_day((*seen.old, *seen.new)), rows_by_day(seen.new)
    for day in days:
        usual = _usual_rows(by_day, day)
        is_amid = min(added[day - DAY], added[day + DAY]) >= usual / 2
        if usual >= MIN_USUAL_ROWS and (is_replaced or is_amid):  # a few late rows on either side say nothing of it
            share = by_day[day] / usual
            yield {"table": seen.name, "day": day, "rows": by_day[day], "usual_rows": usual, "usual_share": share}


def _usual_rows(by_day: Counter[date], day: date) -> float:
    """The median of the days before, or the most of the same weekday where that is less; 0 when they are too few."""
    before = [count for n in range(1, HISTORY_DAYS + 1) if (count := by_day[day - n * DAY])]
    if len(before) < MIN_DAYS:
        return 0
    oldest = min(one for one, count in by_day.items() if count)
    weekdays = [by_day[day - n * WEEK] for n in range(1, HISTORY_DAYS // 7 + 1) if day - n * WEEK >= oldest]
    return min(median(before), max(weekdays, default=inf))


def weekday_volumes_view(connection: duckdb.DuckDBPyConnection, seen: Iterable[Seen], days: Period) -> str:
    """Rows of days beside the median of the same days of the week before, where there are enough to tell."""
    rows = [row for one in seen for row in _weekday_volumes(one, days)]
    connection.register("weekday_volumes", pa.Table.from_pylist(rows, WEEKDAY_VOLUMES))
    return "weekday_volumes"


def _weekday_volumes(seen: Seen, days: Period) -> Iterator[dict[str, object]]:
    by_day = rows_by_day((*seen.old, *seen.new))
    for day in (days.first + n * DAY for n in range((days.last - days.first).days + 1)):
        before = [count for n in range(1, HISTORY_DAYS // 7 + 1) if (count := by_day[day - n * WEEK])]
        usual = median(before) if len(before) >= MIN_WEEKDAYS else 0
        if usual >= MIN_USUAL_ROWS:
            share = by_day[day] / usual
            yield {"table": seen.name, "day": day, "rows": by_day[day], "weekday_rows": usual, "weekday_share": share}


def unknown_view(connection: duckdb.DuckDBPyConnection, seen: Seen) -> str:
    """The share of clicks with an unknown verdict beside that of the days before, by team, where there are enough.

    Shares are means over sessions: one on a page that cannot be judged clicks as often as it likes.
    """
    before = _sample(seen) if rows_in(seen.new) >= MIN_CLICKS else []
    shares = " JOIN ".join(
        "(SELECT team, sum(clicks) AS {0}clicks, avg(share) AS {0}unknown_share, count(*) AS {0}sessions FROM ("
        "SELECT team, session_id, count(*) AS clicks, avg((verdict = 'unknown')::DOUBLE) AS share FROM ({1}) "
        "GROUP BY team, session_id) GROUP BY team)".format(
            prefix, files_sql(connection, seen, files, ("team", "session_id", "verdict"))
        )
        for prefix, files in (("", seen.new if before else []), ("usual_", before))
    )
    connection.execute(
        f"CREATE VIEW click_verdicts AS SELECT *, unknown_share - usual_unknown_share AS more_unknown "
        f"FROM {shares} USING (team) WHERE least(clicks, usual_clicks) >= {MIN_CLICKS} "
        f"AND least(sessions, usual_sessions) >= {MIN_CLICK_SESSIONS}"
    )
    return "click_verdicts"


def _sample(seen: Seen) -> list[DataFile]:
    """Files of the days before, latest first, until they have enough clicks: the warehouse may hold any number."""
    first = min(seen.days, default=date.max)
    before = [file for file in seen.old if HISTORY_DAYS * DAY >= first - day_of(file) > timedelta(0)]
    chosen: list[DataFile] = []
    for file in sorted(before, key=day_of, reverse=True):
        if rows_in(chosen) >= ENOUGH_CLICKS:
            break
        chosen.append(file)
    return chosen


def rows_in(files: Iterable[DataFile]) -> int:
    """Rows of data files, as the manifests tell."""
    return sum(file.record_count for file in files)

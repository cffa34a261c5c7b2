"""Relations that hold a batch against the days before it: volumes by day, and the share of unknown verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

import duckdb
import pyarrow as pa

from replay_signals.pipelines.gate.relations import Seen, day_of, files_sql
from replay_signals.schemas.expectations.history import (
    COUNTED_TABLES,
    HISTORY_DAYS,
    MIN_CLICKS,
    MIN_DAYS,
    MIN_USUAL_ROWS,
)

DAY = timedelta(days=1)
VOLUMES = pa.schema(
    [
        ("table", pa.string()), ("day", pa.date32()), ("rows", pa.int64()), ("usual_rows", pa.float64()),
        ("usual_share", pa.float64()),
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


def whole_days(seen: Mapping[str, Seen], replaced: Period | None, today: date) -> list[date]:
    """Days that a batch leaves whole: those that it replaces, else those between its first and its last.

    Of days that are only added to, the newest of the tables may be half there, and so may be today.
    """
    new = {day for one in seen.values() if one.name in COUNTED_TABLES for day in one.days}
    stored = {day for one in seen.values() if one.name == "sessions" for day in one.rows_by_day()} or new
    if not stored or not (new or replaced):
        return []
    newest = max(stored)
    if replaced is not None:
        first, last = max(replaced.first, min(stored)), newest if replaced.last == date.max else replaced.last
    else:
        first, last = min(new), min(max(new), newest - DAY)
    last = min(last, today - DAY)
    return [first + n * DAY for n in range((last - first).days + 1)]


def volumes_view(connection: duckdb.DuckDBPyConnection, seen: Iterable[Seen], days: Iterable[date]) -> str:
    """Rows of whole days beside a usual day's, where there are enough days to tell."""
    wanted = list(days)
    rows = [row for one in seen if one.name in COUNTED_TABLES for row in _volumes(one, wanted)]
    connection.register("day_volumes", pa.Table.from_pylist(rows, VOLUMES))
    return "day_volumes"


def _volumes(seen: Seen, days: Iterable[date]) -> Iterator[dict[str, object]]:
    by_day = seen.rows_by_day()
    for day in days:
        before = [count for n in range(1, HISTORY_DAYS + 1) if (count := by_day[day - n * DAY])]
        usual = median(before) if len(before) >= MIN_DAYS else 0
        if usual >= MIN_USUAL_ROWS:
            share = by_day[day] / usual
            yield {"table": seen.name, "day": day, "rows": by_day[day], "usual_rows": usual, "usual_share": share}


def unknown_view(connection: duckdb.DuckDBPyConnection, seen: Seen) -> str:
    """The share of new clicks with an unknown verdict beside that of the days before, where there are enough."""
    first = min(seen.days, default=date.max)
    before = [file for file in seen.old if HISTORY_DAYS * DAY >= first - day_of(file) > timedelta(0)]
    shares = ", ".join(
        f"(SELECT {what} FROM ({files_sql(connection, seen, files, ('verdict',))})) AS {name}"
        for files, prefix in ((seen.new, ""), (before, "usual_"))
        for what, name in (
            ("count(*)", f"{prefix}clicks"),
            ("avg((verdict = 'unknown')::DOUBLE)", f"{prefix}unknown_share"),
        )
    )
    connection.execute(
        f"CREATE VIEW click_verdicts AS SELECT *, unknown_share - usual_unknown_share AS more_unknown "
        f"FROM (SELECT {shares}) WHERE clicks >= {MIN_CLICKS} AND usual_clicks >= {MIN_CLICKS}"
    )
    return "click_verdicts"

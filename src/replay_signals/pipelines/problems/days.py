"""Which days have to be counted: those whose data files, rules or statement are others than when they were counted.

Each counted day carries a hash of what it was made from (`exposure_days.sources`), and Iceberg's own bounds tell it
without opening a data file. So a run that was killed leaves nothing to mend: what it did not commit is counted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date, timedelta
from hashlib import blake2b

import duckdb
import msgspec
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.types import StringType

from replay_signals.pipelines.iceberg.predicates import within
from replay_signals.pipelines.iceberg.scans import table_view
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.pipelines.problems.counting import ONE_DAY, SOURCES, Settings
from replay_signals.pipelines.problems.statement import fingerprint
from replay_signals.schemas.digests import EPOCH


def newest_day(tables: Mapping[str, Table], min_events: int) -> date | None:
    """The last day on which a session started, or that has so many events: recordings may have stopped. None: neither.

    Few events of a later day are those of visitors whose clocks are ahead.
    """
    days = [day for day, _ in files_by_day(tables["sessions"], date.min, date.max)]
    events: defaultdict[date, int] = defaultdict(int)
    for day, file in files_by_day(tables["events"], date.min, date.max) if days else ():
        events[day] += file.record_count
    return max([*days, *(day for day, count in events.items() if count >= min_events)], default=None)


def sessions_by_day(sessions: Table, first: date, last: date) -> dict[date, int]:
    """Rows of `sessions` by day, as the catalog knows them: every revision of a session is one."""
    found: defaultdict[date, int] = defaultdict(int)
    for day, file in files_by_day(sessions, first, last):
        found[day] += file.record_count
    return found


def to_count(tables: Mapping[str, Table], first: date, last: date, settings: Settings) -> dict[date, str]:
    """Days from first to last that have to be counted (again), with the hash of what they are made from."""
    made_by = (fingerprint(), msgspec.json.encode(settings).decode())
    now = {day: hash_of(paths, made_by) for day, paths in _sources(tables, first, last, settings).items()}
    days = stale(now, tables["exposure_days"], first, last, hash_of((), made_by))
    if days:
        moved = (day for day in _moved(tables["sessions"], days.keys()) if first <= day <= last and day not in days)
        days |= {day: now.get(day, hash_of((), made_by)) for day in moved}
    return dict(sorted(days.items()))


def stale(now: Mapping[date, str], counted: Table, first: date, last: date, nothing: str) -> dict[date, str]:
    """Days that are made from something else than when they were counted, with the hash of what; `nothing` of no files.

    What the counted days were made from is told by the bounds of their data files.
    """
    column = counted.schema().find_field("sources").field_id
    stored = {
        day: from_bytes(StringType(), file.lower_bounds[column]) for day, file in files_by_day(counted, first, last)
    }
    changed = (day for day in now.keys() | stored.keys() if now.get(day, nothing) != stored.get(day))
    return {day: now.get(day, nothing) for day in sorted(changed)}


def files_by_day(table: Table, first: date, last: date) -> Iterator[tuple[date, DataFile]]:
    """(day, data file) of a table, the days from first to last."""
    if table.current_snapshot() is not None:
        for task in table.scan(row_filter=within(first, last)).plan_files():
            yield EPOCH.date() + timedelta(days=task.file.partition[0]), task.file


def hash_of(paths: Iterable[str], made_by: Iterable[str]) -> str:
    """A hash of what a day's counts are made from: its data files, and what counts them."""
    return blake2b("\n".join([*made_by, *sorted(paths)]).encode(), digest_size=8).hexdigest()


def _sources(tables: Mapping[str, Table], first: date, last: date, settings: Settings) -> dict[date, set[str]]:
    """Data files of each day with sessions. Events of a session may lie on the day after it began."""
    began = sessions_by_day(tables["sessions"], first, last)
    files: defaultdict[date, set[str]] = defaultdict(set)
    for name in SOURCES:
        if name == "events" and not settings.outcomes:
            continue
        for day, file in files_by_day(tables[name], first, last + ONE_DAY):
            for owner in (day, day - ONE_DAY) if name == "events" else (day,):
                if owner in began:
                    files[owner].add(file.file_path)
    return files


def _moved(sessions: Table, stale: Set[date]) -> set[date]:
    """Neighbours of the days that hold an older revision of one of their sessions, which counts there no more."""
    with duckdb.connect() as connection, reading():
        table_view(connection, "sessions", sessions, within(min(stale) - ONE_DAY, max(stale) + ONE_DAY))
        connection.execute("CREATE TEMP TABLE stale AS SELECT unnest(CAST(? AS DATE[])) AS day", [sorted(stale)])
        found = connection.execute(
            "SELECT DISTINCT other.day FROM sessions AS one JOIN stale USING (day)"
            " JOIN sessions AS other USING (team, session_id)"
            " WHERE other.day <> one.day AND abs(date_diff('day', one.day, other.day)) = 1"
        )
        return {day for (day,) in found.fetchall()} - stale

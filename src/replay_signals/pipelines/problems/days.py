"""Which days have to be counted: those whose data files, rules or statement are others than when they were counted.

Each counted day carries a hash of what it was made from (`exposure_days.sources`), and Iceberg's own bounds tell it
without opening a data file. So a run that was killed leaves nothing to mend: what it did not commit is counted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from datetime import date, timedelta
from hashlib import blake2b

import duckdb
import msgspec
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.types import StringType

from replay_signals.pipelines.iceberg.predicates import within
from replay_signals.pipelines.iceberg.warehouse import reading, table_view
from replay_signals.pipelines.problems.counting import ONE_DAY, SOURCES, Settings
from replay_signals.pipelines.problems.statement import fingerprint
from replay_signals.schemas.digests import EPOCH


def newest_day(tables: Mapping[str, Table]) -> date | None:
    """The last day on which a session started; None without sessions."""
    return max((_day_of(file) for file in _files(tables["sessions"], date.min, date.max)), default=None)


def sessions_by_day(sessions: Table, first: date, last: date) -> dict[date, int]:
    """Rows of `sessions` by day, as the catalog knows them: every revision of a session is one."""
    found: defaultdict[date, int] = defaultdict(int)
    for file in _files(sessions, first, last):
        found[_day_of(file)] += file.record_count
    return found


def to_count(tables: Mapping[str, Table], first: date, last: date, settings: Settings) -> dict[date, str]:
    """Days from first to last that have to be counted (again), with the hash of what they are made from."""
    now = _sources(tables, first, last, settings)
    stored = _stored(tables["exposure_days"], first, last)
    nothing = _hash([], settings)
    stale = {day for day in now.keys() | stored.keys() if now.get(day, nothing) != stored.get(day)}
    if stale:
        stale |= {day for day in _moved(tables["sessions"], stale) if first <= day <= last}
    return {day: now.get(day, nothing) for day in sorted(stale)}


def _sources(tables: Mapping[str, Table], first: date, last: date, settings: Settings) -> dict[date, str]:
    """Hash of the data files of each day with sessions. Events of a session may lie on the day after it began."""
    began = sessions_by_day(tables["sessions"], first, last)
    files: defaultdict[date, set[str]] = defaultdict(set)
    for name in SOURCES:
        if name == "events" and not settings.outcomes:
            continue
        for file in _files(tables[name], first, last + ONE_DAY):
            day = _day_of(file)
            for owner in (day, day - ONE_DAY) if name == "events" else (day,):
                if owner in began:
                    files[owner].add(file.file_path)
    return {day: _hash(sorted(paths), settings) for day, paths in files.items()}


def _hash(paths: list[str], settings: Settings) -> str:
    made_from = [fingerprint(), msgspec.json.encode(settings).decode(), *paths]
    return blake2b("\n".join(made_from).encode(), digest_size=8).hexdigest()


def _stored(table: Table, first: date, last: date) -> dict[date, str]:
    """What the counted days were made from, by the bounds of their data files."""
    column = table.schema().find_field("sources").field_id
    return {_day_of(file): from_bytes(StringType(), file.lower_bounds[column]) for file in _files(table, first, last)}


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


def _files(table: Table, first: date, last: date) -> Iterator[DataFile]:
    if table.current_snapshot() is not None:
        for task in table.scan(row_filter=within(first, last)).plan_files():
            yield task.file


def _day_of(file: DataFile) -> date:
    return EPOCH.date() + timedelta(days=file.partition[0])

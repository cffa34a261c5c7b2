"""What the tables of counts say of each problem, for `transforms.problems`: thousands of rows, whatever the traffic.

Loaded are the problems that hit somebody within the history, and of everybody else's sessions the sums at their units.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

import duckdb
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.predicates import within
from replay_signals.pipelines.iceberg.scans import ALL, table_view
from replay_signals.pipelines.iceberg.schema import rows_of
from replay_signals.pipelines.iceberg.views import latest_sql
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.pipelines.problems.counting import ONE_DAY, Limits, Settings, connected, wanted_sessions
from replay_signals.pipelines.problems.statement import steps
from replay_signals.schemas.problem_rows import CaptureDayRow, ProblemArmRow, ProblemDayRow, ProblemRow
from replay_signals.schemas.verdict_rows import VerdictRow
from replay_signals.transforms.causes.pages import slug_aliases
from replay_signals.transforms.problems.capture import CaptureDay
from replay_signals.transforms.problems.counts import Attribute, Counts, Met, UnitId, window_start
from replay_signals.transforms.problems.onset import Rollout
from replay_signals.transforms.problems.verdicts import newest

Key = tuple[str, str]
"""Team and id of a problem, or a page pattern of it."""

UNITS = "SELECT DISTINCT team, problem_id, unit, place, unit_key FROM problem_arms WHERE dimension = 'stratum'"
MET = """
    SELECT u.team, u.problem_id, e.day, e.unit, e.place, e.unit_key, e.page_pattern, e.device_type, e.is_entry,
           e.sessions, e.succeeded
    FROM exposure_days AS e JOIN units AS u USING (team, unit, place, unit_key)
    ORDER BY ALL"""
AROUND = """
    SELECT team, problem_id, day, 'any' AS unit, place, '' AS unit_key, page_pattern, device_type, is_entry,
           CAST(sum(sessions) AS BIGINT) AS sessions, CAST(greatest(0, least(sum(sessions), sum(succeeded))) AS BIGINT)
    FROM (
        SELECT u.team, u.problem_id, e.day, e.place, e.page_pattern, e.device_type, e.is_entry, e.sessions, e.succeeded
        FROM exposure_days AS e
        JOIN (SELECT DISTINCT team, problem_id, place FROM units WHERE unit = 'control') AS u USING (team, place)
        WHERE e.unit = 'any'
        UNION ALL
        SELECT u.team, u.problem_id, e.day, e.place, e.page_pattern, e.device_type, e.is_entry,
               -e.sessions, -e.succeeded
        FROM exposure_days AS e JOIN units AS u USING (team, place, unit_key)
        WHERE e.unit = 'of_any' AND u.unit = 'control'
    )
    GROUP BY ALL HAVING sum(sessions) > 0 ORDER BY ALL"""
"""Sessions that used other controls of a problem's places and not its own: those of any less those of its own."""
REACHED = """
    SELECT p.team, p.problem_id, CAST(sum(e.sessions) AS BIGINT) AS sessions
    FROM exposure_days AS e
    JOIN (
        SELECT DISTINCT team, problem_id, page_pattern AS place FROM problem_arms
        WHERE dimension = 'stratum' AND place <> 'layout' AND page_pattern <> ''
        UNION
        SELECT DISTINCT team, problem_id, place FROM problem_arms WHERE dimension = 'stratum' AND place = 'layout'
    ) AS p USING (team, place)
    WHERE e.unit = 'page' AND e.day >= $first
    GROUP BY ALL"""
ATTRIBUTES = """
    SELECT team, problem_id, dimension, value, CAST(sum(affected) AS BIGINT) AS affected,
           CAST(sum(exposed) AS BIGINT) AS exposed, min(day) FILTER (WHERE affected > 0) AS first_affected
    FROM problem_arms WHERE dimension <> 'stratum' AND day >= $first
    GROUP BY ALL ORDER BY ALL"""
USERS = """
    SELECT problem_id, count(DISTINCT visitor) AS users
    FROM (
        SELECT coalesce(m.head, t.problem_id) AS problem_id, t.visitor
        FROM troubles AS t LEFT JOIN merged AS m ON m.problem_id = t.problem_id
    )
    GROUP BY ALL"""
PAGE_SESSIONS = """
    SELECT team, place, CAST(sum(sessions) AS BIGINT) FROM exposure_days
    WHERE unit = 'page' AND place <> 'layout' GROUP BY ALL ORDER BY ALL"""
RELEASES = """
    SELECT team, release, min(day) AS first_day FROM sessions
    WHERE release <> '' AND coalesce(traffic, '') IN ('', 'visitor')
    GROUP BY ALL ORDER BY ALL"""


class Capture(NamedTuple):
    """Recorded sessions by team, and of the last days all recordings, and those that cannot be judged by reason."""

    days: dict[str, list[CaptureDay]]
    recordings: int
    not_judgeable: dict[str, int]


class History:
    """The tables of counts from a first to a last day, opened once."""

    def __init__(
        self, tables: Mapping[str, Table], first: date, last: date, settings: Settings, limits: Limits
    ) -> None:
        self._tables, self._first, self._last = tables, first, last
        self._settings, self._limits = settings, limits

    def counts(self) -> list[Counts]:
        """Counts of every problem that hit somebody, in order of team and id. Raises WarehouseError."""
        with self._opened("problem_days", "problem_arms", "exposure_days") as db:
            db.execute(f"CREATE TEMP TABLE units AS {UNITS}")
            first = {"first": window_start(self._last)}
            days = _grouped(rows_of(db.sql("SELECT * FROM problem_days ORDER BY day").to_arrow_table(), ProblemDayRow))
            arms = _grouped(rows_of(_strata(db), ProblemArmRow))
            met, around = _met(db, MET), _met(db, AROUND)
            reached = {(team, problem): n for team, problem, n in db.execute(REACHED, first).fetchall()}
            attributes: defaultdict[Key, list[Attribute]] = defaultdict(list)
            for team, problem, *cells in db.execute(ATTRIBUTES, first).fetchall():
                attributes[team, problem].append(Attribute(*cells))
        return [
            Counts(
                team=key[0],
                problem_id=key[1],
                days=rows,
                arms=arms[key],
                met=met[key],
                around=around[key],
                attributes=attributes[key],
                reached_sessions=reached.get(key, 0),
            )
            for key, rows in sorted(days.items())
        ]

    def stored(self) -> dict[str, ProblemRow]:
        """The newest row of every problem up to the last day, by id."""
        return {row.problem_id: row for row in stored_problems(self._tables["problems"], self._limits, self._last)}

    def verdicts(self) -> dict[str, VerdictRow]:
        """What people said last of every problem, by id. Raises WarehouseError."""
        return newest(stored_verdicts(self._tables["verdicts"], self._limits))

    def page_aliases(self) -> dict[Key, str]:
        """The pattern that stands for a page pattern (by team and pattern), where their number shows titles."""
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        with self._opened("exposure_days") as db:
            for team, place, sessions in db.execute(PAGE_SESSIONS).fetchall():
                found[team][place] = sessions
        return {(team, place): alias for team, pages in found.items() for place, alias in slug_aliases(pages).items()}

    def capture(self) -> Capture:
        """Recorded sessions by team, day and slice. Raises WarehouseError."""
        days: defaultdict[str, list[CaptureDay]] = defaultdict(list)
        recordings, not_judgeable = 0, Counter[str]()
        with self._opened("capture_days") as db:
            rows = rows_of(db.sql("SELECT * FROM capture_days ORDER BY ALL").to_arrow_table(), CaptureDayRow)
        for row in rows:
            slice_ = row.dimension, row.value
            days[row.team].append(
                CaptureDay(row.day, *slice_, row.event_sessions, row.recorded_sessions, row.sample_rate)
            )
            if not row.dimension and row.day >= window_start(self._last):
                recordings += row.recordings
                not_judgeable.update(row.not_judgeable)
        return Capture(dict(days), recordings, dict(not_judgeable.most_common()))

    def releases(self) -> dict[str, list[Rollout]]:
        """Releases that were first seen after the first day of the history, by team."""
        found: defaultdict[str, list[Rollout]] = defaultdict(list)
        with self._opened("sessions") as db:
            rows = db.execute(RELEASES).fetchall()
        began: dict[str, date] = {}
        for team, _, day in rows:
            began[team] = min(day, began.get(team, day))
        for team, release, day in rows:
            if day > began[team]:
                found[team].append(Rollout("release", release, day))
        return found

    def users(self, merged: Mapping[str, str]) -> dict[str, int]:
        """Distinct visitors of the window by problem, those of merged ones counted once where they went."""
        first = window_start(self._last)
        with self._opened() as db:
            table_view(db, "sessions", self._tables["sessions"], within(first - ONE_DAY, self._last + ONE_DAY))
            table_view(db, "signals", self._tables["signals"], within(first, self._last))
            db.execute("CREATE TEMP TABLE merged (problem_id VARCHAR, head VARCHAR)")
            if merged:
                db.executemany("INSERT INTO merged VALUES (?, ?)", list(merged.items()))
            wanted_sessions(db, first, self._last, self._settings)
            for step in steps():
                if step.name in ("visits", "troubles"):
                    db.execute(f"CREATE TEMP VIEW {step.name} AS {step.query}")
            return dict(db.execute(USERS).fetchall())

    @contextmanager
    def _opened(self, *names: str) -> Iterator[duckdb.DuckDBPyConnection]:
        with connected(self._limits) as db, reading():
            for name in names:
                table_view(db, name, self._tables[name], within(self._first, self._last))
            yield db


def stored_problems(problems: Table, limits: Limits, last: date = date.max) -> list[ProblemRow]:
    """The newest row of every problem up to a day, in order of team and id. Raises WarehouseError."""
    with connected(limits) as db, reading():
        table_view(db, "problems", problems, within(date.min, last))
        newest = db.sql(f"SELECT * FROM ({latest_sql('problems')}) ORDER BY team, problem_id")
        return list(rows_of(newest.to_arrow_table(), ProblemRow))


def stored_verdicts(verdicts: Table, limits: Limits) -> list[VerdictRow]:
    """Every verdict in order of team, problem and number. Raises WarehouseError."""
    with connected(limits) as db, reading():
        table_view(db, "verdicts", verdicts, ALL)
        found = db.sql("SELECT * FROM verdicts ORDER BY team, problem_id, number")
        return list(rows_of(found.to_arrow_table(), VerdictRow))


def revisions_at(problems: Table, sequence_number: int) -> dict[str, int]:
    """The revision of every problem as of a snapshot; nothing for one that is no longer kept."""
    snapshot = next((one for one in problems.snapshots() if one.sequence_number == sequence_number), None)
    if snapshot is None:
        return {}
    found: dict[str, int] = {}
    scan = problems.scan(snapshot_id=snapshot.snapshot_id, selected_fields=("problem_id", "revision"))
    for batch in scan.to_arrow_batch_reader():
        for problem_id, revision in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            found[problem_id] = max(revision, found.get(problem_id, 0))
    return found


def _strata(db: duckdb.DuckDBPyConnection) -> Any:
    return db.sql("SELECT * FROM problem_arms WHERE dimension = 'stratum' ORDER BY ALL").to_arrow_table()


def _grouped(rows: Iterator[Any]) -> defaultdict[Key, list[Any]]:
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.team, row.problem_id].append(row)
    return found


def _met(db: duckdb.DuckDBPyConnection, query: str) -> defaultdict[Key, list[Met]]:
    found: defaultdict[Key, list[Met]] = defaultdict(list)
    for team, problem, day, unit, place, key, *cells in db.execute(query).fetchall():
        found[team, problem].append(Met(day, UnitId(unit, place, key), *cells))
    return found

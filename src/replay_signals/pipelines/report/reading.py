"""What a report reads of a warehouse: problems with their history and examples, sessions, and what happened in them.

All of it is as of one snapshot a table. Timelines are streamed, so memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from replay_signals.pipelines.analysis.playlists import READY, Filled, filled, ready, stored
from replay_signals.pipelines.iceberg.schema import rows_of
from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.pipelines.playback.heatmaps import Example as Visit
from replay_signals.pipelines.playback.heatmaps import heatmap_of
from replay_signals.schemas.problem_rows import CaptureDayRow, ProblemRow
from replay_signals.schemas.rows import TABLES
from replay_signals.transforms.playback.heatmap import Heatmap
from replay_signals.transforms.playback.timeline import TIMELINE_TABLES
from replay_signals.transforms.report.names import bucket_of, buckets_for, session_key
from replay_signals.transforms.report.rows import Example, HistoryDay, PageRow, Totals
from replay_signals.transforms.summary.sentences import Happened

UNREAD = ("message_digests", "priors", "snapshots", "verdicts")
FETCHED_ROWS = 10_000

PROBLEMS = "SELECT * FROM latest_problems ORDER BY severity DESC, users DESC, problem_id"
HISTORY = """
    SELECT team, problem_id, day, CAST(sessions AS BIGINT), CAST(users AS BIGINT), CAST(incidents AS BIGINT),
           CAST(exposed_sessions AS BIGINT), CAST(affected_sessions AS BIGINT)
    FROM problem_history ORDER BY team, problem_id, day"""
EXAMPLES = """
    SELECT g.team, g.problem_id, g.session_id, g.offset_ms, g.kind, g.summary, g.page, g.verdict, g.confidence,
           g.severity, v.device_type, v.browser, v.release, v.country, v.started_at
    FROM latest_signals AS g
    JOIN wanted_examples AS w ON w.team = g.team AND w.session_id = g.session_id AND w.offset_ms = g.offset_ms
    JOIN visits AS v ON v.team = g.team AND v.session_id = g.session_id
    WHERE g.is_leading
    ORDER BY g.team, g.problem_id, g.session_id, g.offset_ms, g.signal_id"""
CHOSEN = """
    CREATE TEMP TABLE chosen AS
    SELECT * FROM latest_sessions
    QUALIFY row_number() OVER (ORDER BY severity DESC, started_at DESC, session_id) <= ?
        OR (team, session_id) IN (SELECT team, session_id FROM wanted_examples)"""
LISTS = {
    "signals": ("latest_signals", "kind"),
    "problems": ("latest_signals", "problem_id"),
    "pages": ("latest_page_views", "page_pattern"),
    "events": ("latest_events", "event"),
    "errors": ("latest_exceptions", "type"),
    "routes": ("latest_network_requests", "route"),
}
"""What a session met, by the table and column it stands in."""
TIMELINE = """
    SELECT b.bucket, b.key, epoch_ms(t.occurred_at) - epoch_ms(c.started_at),
           CASE t.what WHEN 'fetch' THEN 'request' ELSE t.what END AS what, t.name,
           concat_ws(', ', NULLIF(t.detail, ''), NULLIF(t.note, '')) AS detail, t.severity, t.of_problem, t.page
    FROM session_timeline AS t
    JOIN buckets AS b ON b.team = t.team AND b.session_id = t.session_id
    JOIN chosen AS c ON c.team = t.team AND c.session_id = t.session_id
    ORDER BY b.bucket, b.key, t.occurred_at, what DESC, t.name, detail"""
TOTALS = """
    SELECT count(*), count(DISTINCT visitor) FILTER (WHERE is_visitor), min(day), max(day),
           (SELECT count(*) FROM latest_signals)
    FROM visits"""
PAGES = """
    SELECT team, page_pattern, sessions, visitors, hurt_visitors, hurt_share, severity FROM page_friction
    ORDER BY hurt_visitors DESC, visitors DESC, team, page_pattern LIMIT ?"""
CAPTURE = "SELECT * FROM latest_capture_days WHERE dimension = '' ORDER BY team, day"
REJECTED = "SELECT reason, count(*) FROM latest_dead_letters GROUP BY reason ORDER BY count(*) DESC, reason"


class Session(NamedTuple):
    """One session: its columns by name, and what it met by list (`LISTS`)."""

    columns: dict[str, Any]
    met: dict[str, list[str]]


class Source:
    """An open warehouse. `sessions` at most are read, the worst, beside those of examples."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, most_sessions: int) -> None:
        self._db, self._most = connection, most_sessions

    def problems(self) -> list[ProblemRow]:
        """Every problem as of its newest day, the most severe first."""
        return list(rows_of(self._db.sql(PROBLEMS).to_arrow_table(), ProblemRow))

    def collections(self, limit: int) -> list[Filled]:
        """Saved playlists and collections, and those that come ready, each with `limit` of its sessions."""
        own = [one for one in stored(self._db).values() if not one.is_deleted]
        return [filled(self._db, one, limit) for one in own] + [ready(self._db, name, limit) for name in READY]

    def pages(self, limit: int) -> list[PageRow]:
        """Pages by how many visitors they hurt."""
        return [PageRow(*row) for row in self._db.execute(PAGES, [limit]).fetchall()]

    def heatmap(self, page: str) -> tuple[Heatmap, list[Visit]]:
        """Clicks and scroll depth of a page, and visits whose recordings may show it. Raises NoSuchPage."""
        return heatmap_of(self._db, page)

    def choose(self, problems: Iterable[ProblemRow], collections: Iterable[Filled]) -> None:
        """Which sessions are read: those of examples and collections, and the worst."""
        named = [(row.team, *name.rpartition("@")[::2]) for row in problems for name in row.examples]
        named += [(one.team, one.session_id, "-1") for filled in collections for one in filled.sessions]
        wanted = [(team, session, int(offset)) for team, session, offset in named if offset.lstrip("-").isdecimal()]
        named_only = [(team, session) for team, session, _ in wanted]
        offsets = pa.array([offset for _, _, offset in wanted], pa.int64())
        self._db.register(
            "wanted_examples", _named(named_only, ("team", "session_id")).append_column("offset_ms", offsets)
        )
        self._db.execute(CHOSEN, [self._most])

    def history(self) -> dict[tuple[str, str], list[HistoryDay]]:
        """Days of each problem in order, by team and id."""
        rows = self._db.execute(HISTORY).fetchall()
        return {key: [HistoryDay(*row[2:]) for row in days] for key, days in groupby(rows, itemgetter(0, 1))}

    def examples(self) -> dict[tuple[str, str], list[Example]]:
        """What the examples of problems show, by team and session."""
        rows = self._db.execute(EXAMPLES).fetchall()
        found: dict[tuple[str, str], list[Example]] = {}
        for row in rows:
            found.setdefault((row[0], row[2]), []).append(Example(*row))
        return found

    def sessions(self) -> list[Session]:
        """Chosen sessions, the worst first."""
        met = {name: self._met(*where) for name, where in LISTS.items()}
        rows = self._db.sql("SELECT * FROM chosen ORDER BY severity DESC, started_at DESC, session_id")
        found = []
        for row in rows_of(rows.to_arrow_table(), TABLES["sessions"]):
            key = row.team, row.session_id
            columns = {name: getattr(row, name) for name in row.__struct_fields__}
            found.append(Session(columns, {name: lists.get(key, []) for name, lists in met.items()}))
        return found

    def _met(self, table: str, column: str) -> dict[tuple[str, str], list[str]]:
        rows = self._db.execute(
            f"SELECT t.team, t.session_id, list(DISTINCT t.{column} ORDER BY t.{column}) FROM {table} AS t "
            f"JOIN chosen AS c USING (team, session_id) WHERE t.{column} <> '' GROUP BY ALL"
        ).fetchall()
        return {(team, session): values for team, session, values in rows}

    def timelines(self) -> Iterator[tuple[int, dict[str, list[Happened]]]]:
        """Files of timelines: the number of each, and the moments of its sessions by key."""
        keys = self._db.execute("SELECT team, session_id FROM chosen").fetchall()
        buckets = buckets_for(len(keys))
        named = [(team, session, session_key(team, session)) for team, session in keys]
        places = pa.array([bucket_of(key, buckets) for _, _, key in named], pa.int64())
        self._db.register("buckets", _named(named, ("team", "session_id", "key")).append_column("bucket", places))
        for bucket, rows in groupby(_fetched(self._db.execute(TIMELINE)), itemgetter(0)):
            yield bucket, {key: [Happened(*row[2:]) for row in its] for key, its in groupby(rows, itemgetter(1))}

    def rows_of(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, list[Any]]]:
        """What stands beside the pictures of some sessions: their rows by table."""
        found: dict[tuple[str, str], dict[str, list[Any]]] = {
            key: {name: [] for name in TIMELINE_TABLES} for key in keys
        }
        self._db.register("played", _named(keys, ("team", "session_id")))
        for name in TIMELINE_TABLES:
            rows = self._db.sql(f"SELECT t.* FROM latest_{name} AS t JOIN played USING (team, session_id)")
            for row in rows_of(rows.to_arrow_table(), TABLES[name]):
                found[row.team, row.session_id][name].append(row)
        return found

    def capture(self) -> list[CaptureDayRow]:
        """Recorded sessions of each team by day."""
        return list(rows_of(self._db.sql(CAPTURE).to_arrow_table(), CaptureDayRow))

    def rejected(self) -> list[tuple[str, int]]:
        """How much input was rejected, by reason."""
        return [(str(reason), int(count)) for reason, count in self._db.execute(REJECTED).fetchall()]

    def totals(self) -> Totals:
        """What the whole warehouse holds."""
        (row,) = self._db.execute(TOTALS).fetchall()
        return Totals(*row)


@contextmanager
def source(warehouse: str | None, catalog: str | None, most_sessions: int) -> Iterator[Source]:
    """A warehouse to make a report of. Raises WarehouseError."""
    names = [name for name in TABLES if name not in UNREAD]
    with connect(warehouse, catalog, names=names) as connection, reading():
        yield Source(connection, most_sessions)


def _named(rows: Sequence[tuple[str, ...]], names: Sequence[str]) -> pa.Table:
    """Texts as a table that a statement can join."""
    return pa.table({name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)})


def _fetched(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(FETCHED_ROWS):
        yield from rows

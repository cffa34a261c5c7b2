"""Sessions that met problems, with what happened in them: a bounded sample of each problem, for its brief.

Several problems are read at once: their signals, then the rows of the chosen sessions. So a run that tells of many
problems reads each table once a batch, and only columns and files of the days in question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
from pyiceberg.expressions import And
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.predicates import any_session_of, within
from replay_signals.pipelines.iceberg.scans import table_view
from replay_signals.pipelines.iceberg.schema import rows_of
from replay_signals.pipelines.iceberg.views import latest_sql
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.pipelines.problems.counting import ONE_DAY, Limits, connected
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.rows import TABLES
from replay_signals.transforms.brief.meeting import AFTER_MS, BEFORE_MS, Meeting
from replay_signals.transforms.problems.counts import window_start

SESSIONS_OF_ONE = 20
"""Sessions of a problem that are looked at: its examples, then the worst of those that are surest."""
MOMENTS = {"network_requests": "started_at", "exceptions": "occurred_at", "console_logs": "occurred_at"}
"""Tables of which only the rows around a fault are read, and their column of time."""
FACTS = {
    "page_views": "views", "interactions": "clicks", "network_requests": "requests", "exceptions": "exceptions",
    "console_logs": "console",
}  # fmt: skip
"""Tables of what happened, and their field of a `Meeting`."""
ASIDE = frozenset(("bot", "internal", "test"))
CHOSEN = """
    CREATE TEMP TABLE chosen AS
    SELECT s.team, w.head, s.session_id, min(s.day) AS day, min(s.started_at) AS first_at, max(s.ended_at) AS last_at,
           min(e.place) AS rank, max(s.severity * s.confidence) AS score
    FROM latest_signals AS s
    JOIN wanted AS w ON w.team = s.team AND w.problem_id = s.problem_id
    LEFT JOIN examples AS e ON e.team = s.team AND e.head = w.head AND e.session_id = s.session_id
    GROUP BY s.team, w.head, s.session_id
    QUALIFY row_number() OVER (PARTITION BY s.team, w.head ORDER BY rank NULLS LAST, score DESC, s.session_id) <= ?"""
Key = tuple[str, str]
"""Team and id of a session, or of a problem."""


def meetings_of(tables: Mapping[str, Table], problems: Sequence[ProblemRow], limits: Limits) -> list[list[Meeting]]:
    """Of each problem sessions that met it, the best example first. Raises WarehouseError."""
    if not problems:
        return []
    with connected(limits) as db, reading():
        found = _meetings(db, tables, problems)
    return [found.get((row.team, row.problem_id), []) for row in problems]


def _meetings(
    db: duckdb.DuckDBPyConnection, tables: Mapping[str, Table], problems: Sequence[ProblemRow]
) -> dict[Key, list[Meeting]]:
    first, last = min(window_start(row.day) for row in problems), max(row.day for row in problems)
    table_view(db, "signals", tables["signals"], within(first - ONE_DAY, last + ONE_DAY))
    db.execute(f"CREATE VIEW latest_signals AS {latest_sql('signals')}")
    _ask(db, problems)
    db.execute(CHOSEN, [SESSIONS_OF_ONE])
    order = (
        "SELECT team, head, session_id, day FROM chosen ORDER BY team, head, rank NULLS LAST, score DESC, session_id"
    )
    chosen = db.execute(order).fetchall()
    if not chosen:
        return {}
    days = [day for *_, day in chosen]
    only = And(any_session_of({(team, session) for team, _, session, _ in chosen}), within(min(days), max(days)))
    for name in ("sessions", *FACTS):
        table_view(db, name, tables[name], only)
        db.execute(f"CREATE VIEW latest_{name} AS {latest_sql(name)}")
    sessions = {(row.team, row.session_id): row for row in _rows(db, "sessions")}
    facts = {name: _by_session(db, name) for name in FACTS}
    signals = _signals(db)
    found: defaultdict[Key, list[Meeting]] = defaultdict(list)
    for team, head, session_id, _ in chosen:
        session = sessions.get((team, session_id))
        if session is not None:
            own = {field: facts[name].get((team, session_id), []) for name, field in FACTS.items()}
            found[team, head].append(Meeting(session=session, signals=signals[team, head, session_id], **own))
    return {key: _of_visitors(own) for key, own in found.items()}


def _ask(db: duckdb.DuckDBPyConnection, problems: Sequence[ProblemRow]) -> None:
    db.execute("CREATE TEMP TABLE wanted (team VARCHAR, problem_id VARCHAR, head VARCHAR)")
    db.execute("CREATE TEMP TABLE examples (team VARCHAR, head VARCHAR, session_id VARCHAR, place INT)")
    ids = [(row.team, one, row.problem_id) for row in problems for one in (row.problem_id, *row.aliases)]
    db.executemany("INSERT INTO wanted VALUES (?, ?, ?)", ids)
    examples = [
        (row.team, row.problem_id, name.rpartition("@")[0], place)
        for row in problems
        for place, name in enumerate(row.examples)
    ]
    if examples:
        db.executemany("INSERT INTO examples VALUES (?, ?, ?, ?)", examples)


def _rows(db: duckdb.DuckDBPyConnection, table: str) -> list[Any]:
    """Rows of the chosen sessions, of `MOMENTS` those around a fault."""
    near = "true"
    if table in MOMENTS:
        low, high = f"c.first_at - to_milliseconds({BEFORE_MS})", f"c.last_at + to_milliseconds({AFTER_MS})"
        near = f"t.{MOMENTS[table]} BETWEEN {low} AND {high}"
    sql = f"""
        SELECT * FROM latest_{table} AS t
        WHERE EXISTS (SELECT 1 FROM chosen AS c WHERE c.team = t.team AND c.session_id = t.session_id AND {near})"""
    return list(rows_of(db.sql(sql).to_arrow_table(), TABLES[table]))


def _by_session(db: duckdb.DuckDBPyConnection, table: str) -> dict[Key, list[Any]]:
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    for row in _rows(db, table):
        found[row.team, row.session_id].append(row)
    return found


def _signals(db: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], list[Any]]:
    heads = {(team, problem): head for team, problem, head in db.execute("SELECT * FROM wanted").fetchall()}
    ours = "WHERE EXISTS (SELECT 1 FROM wanted AS w WHERE w.team = t.team AND w.problem_id = t.problem_id)"
    rows = db.sql(
        f"SELECT t.* FROM (SELECT * FROM latest_signals AS t {ours}) AS t SEMI JOIN chosen USING (team, session_id)"
        " ORDER BY started_at, signal_id"
    )
    found: defaultdict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in rows_of(rows.to_arrow_table(), TABLES["signals"]):
        found[row.team, heads[row.team, row.problem_id], row.session_id].append(row)
    return found


def _of_visitors(meetings: list[Meeting]) -> list[Meeting]:
    """Without bots, colleagues and tests, unless nobody else met it."""
    visitors = [one for one in meetings if one.session.traffic not in ASIDE]
    return visitors or meetings

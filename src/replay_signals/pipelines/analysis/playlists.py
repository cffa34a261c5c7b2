"""Playlists: filters that fill themselves, those that come ready, and their sessions in the order to watch them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

import duckdb

from replay_signals.pipelines.analysis.filtering import asking, condition
from replay_signals.pipelines.iceberg.duck import struct_rows
from replay_signals.pipelines.iceberg.warehouse import reading
from replay_signals.schemas.collection_rows import CollectionRow
from replay_signals.transforms.filters.condition import Condition, FilterError
from replay_signals.transforms.playlists.contents import Contents, contents
from replay_signals.transforms.playlists.coverage import Candidate, by_coverage

TABLES = ("collections", "sessions", "signals", "problems")
"""What every collection is made of; a filter may read more."""
POOL = 2_000
"""Sessions that compete for a place: the worst of those that a filter chooses."""
WEEK = timedelta(days=7)
FIRST_SESSIONS = 100
"""Of a release."""
NOTHING = Condition("false", [])


class Shown(NamedTuple):
    """One session of a collection; `first_seen` are the problems (titles) that none before it shows."""

    team: str
    session_id: str
    started_at: datetime
    duration_ms: int
    severity: float
    problems: list[str]
    first_seen: list[str]


class Filled(NamedTuple):
    """A collection with its sessions, and how many sessions it has in all; `about` says what it shows."""

    name: str
    about: str
    sessions: list[Shown]
    total: int


class Ready(NamedTuple):
    """A playlist that comes ready: what it is for, and what it asks for now, with a word on what it found."""

    about: str
    find: Callable[[duckdb.DuckDBPyConnection], tuple[Condition, str]]


def stored(db: duckdb.DuckDBPyConnection) -> dict[str, Contents]:
    """Saved playlists and collections by name, deleted ones included. Raises WarehouseError."""
    with reading():
        return contents(struct_rows(db.execute("SELECT * FROM collections"), CollectionRow))


def filled(db: duckdb.DuckDBPyConnection, own: Contents, limit: int) -> Filled:
    """What a saved playlist or a collection holds now. Raises FilterError and WarehouseError."""
    if own.is_playlist:
        return _filled(db, own.name, own.condition, condition(own.condition, "session", "s"), limit)
    about = own.note or "chosen by hand"
    return _filled(db, own.name, about, Condition("list_contains(?, s.session_id)", [list(own.sessions)]), limit)


def ready(db: duckdb.DuckDBPyConnection, name: str, limit: int) -> Filled:
    """What a playlist that comes ready holds now. Raises WarehouseError."""
    with reading():
        found, about = READY[name].find(db)
    return _filled(db, name, about, found, limit)


def missing(db: duckdb.DuckDBPyConnection, sessions: Sequence[str]) -> list[str]:
    """Those of the ids that no session of the warehouse has. Raises WarehouseError."""
    with reading():
        asked = "SELECT session_id FROM latest_sessions WHERE list_contains(?, session_id)"
        known = {name for (name,) in db.execute(asked, [list(sessions)]).fetchall()}
    return [one for one in sessions if one not in known]


def _filled(db: duckdb.DuckDBPyConnection, name: str, about: str, chosen: Condition, limit: int) -> Filled:
    with reading(), asking():
        ((total,),) = db.execute(
            f"SELECT count(*) FROM latest_sessions AS s WHERE {chosen.sql}", chosen.values
        ).fetchall()
        rows = db.execute(
            f"""WITH chosen AS (
                    SELECT s.team, s.session_id, s.started_at, s.duration_ms, s.severity FROM latest_sessions AS s
                    WHERE {chosen.sql} ORDER BY s.severity DESC, s.duration_ms, s.session_id LIMIT {POOL}
                ), met AS (
                    SELECT c.team, c.session_id, g.problem_id, max(g.severity) AS severity,
                           arg_max(COALESCE(NULLIF(p.title, ''), g.cause), g.severity) AS title
                    FROM chosen AS c
                    JOIN latest_signals AS g ON g.team = c.team AND g.session_id = c.session_id
                    LEFT JOIN latest_problems AS p ON p.team = g.team AND p.problem_id = g.problem_id
                    WHERE g.problem_id <> '' GROUP BY ALL
                )
                SELECT c.*, COALESCE(list(m.problem_id ORDER BY m.severity DESC, m.problem_id)
                                     FILTER (m.problem_id IS NOT NULL), []),
                       COALESCE(list(m.title ORDER BY m.severity DESC, m.problem_id)
                                FILTER (m.problem_id IS NOT NULL), [])
                FROM chosen AS c LEFT JOIN met AS m USING (team, session_id)
                GROUP BY ALL""",
            chosen.values,
        ).fetchall()
    by_key = {f"{row[0]}/{row[1]}": row for row in rows}
    candidates = [Candidate(key, row[4], row[3], frozenset(row[5])) for key, row in by_key.items()]
    sessions = []
    for one in by_coverage(candidates, limit):
        row = by_key[one.session_id]
        team, session_id, started_at, duration_ms, severity, problems, named = row
        titles = dict(zip(problems, named, strict=True))
        new = [title for problem, title in titles.items() if problem in one.first_seen]
        sessions.append(Shown(team, session_id, started_at, duration_ms, severity, list(titles.values()), new))
    return Filled(name, about, sessions, total)


def _newest_day(db: duckdb.DuckDBPyConnection) -> date | None:
    newest: date | None
    ((newest,),) = db.execute("SELECT max(day) FROM latest_sessions").fetchall()
    return newest


def _new_problems(db: duckdb.DuckDBPyConnection) -> tuple[Condition, str]:
    found = db.execute("SELECT problem_id FROM problems_today WHERE state = 'new' ORDER BY problem_id").fetchall()
    sql = """EXISTS (SELECT 1 FROM latest_signals AS g WHERE g.team = s.team AND g.session_id = s.session_id
                     AND list_contains(?, g.problem_id))"""
    return Condition(
        sql, [[problem for (problem,) in found]]
    ), f"problems that are new on the last ranked day: {len(found):,}"


def _worst(db: duckdb.DuckDBPyConnection) -> tuple[Condition, str]:
    newest = _newest_day(db)
    if newest is None:
        return NOTHING, "no sessions"
    first = newest - WEEK + timedelta(days=1)
    sql = f"s.day BETWEEN ? AND ? AND s.signal_count > 0 AND {VISITOR}"
    return Condition(sql, [first, newest]), f"the worst of {first} to {newest}"


def _exits(db: duckdb.DuckDBPyConnection) -> tuple[Condition, str]:
    newest = _newest_day(db)
    if newest is None:
        return NOTHING, "no sessions"
    left = "kind = 'unexpected_exit'"
    found = db.execute(
        f"""SELECT page_pattern, count(DISTINCT session_id) AS sessions FROM latest_signals
            WHERE day > ? AND {left} GROUP BY page_pattern ORDER BY sessions DESC, page_pattern LIMIT 1""",
        [newest - WEEK],
    ).fetchall()
    if not found:
        return NOTHING, f"no unexpected exits in the week to {newest}"
    ((page, sessions),) = found
    sql = f"""EXISTS (SELECT 1 FROM latest_signals AS g WHERE g.team = s.team AND g.session_id = s.session_id
                      AND g.day > ? AND g.{left} AND g.page_pattern = ?)"""
    about = f"left at {page}, the page of most unexpected exits in the week to {newest}: {sessions:,}"
    return Condition(sql, [newest - WEEK, page]), about


def _first_of_release(db: duckdb.DuckDBPyConnection) -> tuple[Condition, str]:
    found = db.execute(
        f"""SELECT s.release, min(s.started_at) AS since FROM latest_sessions AS s
            WHERE s.release <> '' AND {VISITOR} GROUP BY s.release ORDER BY since DESC, s.release DESC LIMIT 1"""
    ).fetchall()
    if not found:
        return NOTHING, "no release is known of any session"
    ((release, since),) = found
    sql = f"""s.session_id IN (SELECT session_id FROM latest_sessions AS s WHERE s.release = ? AND {VISITOR}
                               ORDER BY started_at, session_id LIMIT {FIRST_SESSIONS})"""
    return Condition(
        sql, [release]
    ), f"the first {FIRST_SESSIONS} sessions of release {release}, since {since:%Y-%m-%d %H:%M}"


VISITOR = "COALESCE(NULLIF(s.traffic, ''), 'visitor') = 'visitor'"
READY: Mapping[str, Ready] = MappingProxyType({
    "new-problems": Ready("sessions with a problem that is new", _new_problems),
    "worst-of-the-week": Ready("the worst sessions of the last seven days", _worst),
    "exits-at-key-page": Ready("unexpected exits at the page that has most of them", _exits),
    "first-of-release": Ready("first sessions of the newest release", _first_of_release),
})  # fmt: skip
"""Playlists that come ready. The last days are those before the newest session, not before today."""


def known(name: str, own: Mapping[str, Contents]) -> Contents | None:
    """A saved playlist or collection; None for one that comes ready. Raises FilterError, which names the nearest."""
    if name in READY:
        return None
    standing = {one: of for one, of in own.items() if not of.is_deleted}
    if name in standing:
        return standing[name]
    import difflib

    near = difflib.get_close_matches(name, [*standing, *READY], 1, 0.5)
    hint = f"; do you mean {near[0]}?" if near else "; `collections list` names all"
    raise FilterError(f"no collection is called {name}{hint}")

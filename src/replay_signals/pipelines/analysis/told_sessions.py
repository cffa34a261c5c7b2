"""Sessions as they went: what is known of each, everything that happened in it, and the three sentences it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import duckdb

from replay_signals.pipelines.iceberg.warehouse import connect, reading
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.summary.sentences import Happened, Summary, Visit, summary

TABLES = (
    "sessions", "signals", "page_views", "interactions", "exceptions", "network_requests", "console_logs", "events",
)  # fmt: skip
"""What a timeline is made of."""


class Told(NamedTuple):
    """A session with its timeline, in order."""

    team: str
    session_id: str
    started_at: datetime
    severity: float
    visit: Visit
    timeline: list[Happened]

    @property
    def summary(self) -> Summary:
        """The session in three sentences."""
        return summary(self.visit, self.timeline)


def session_told(session_id: str, warehouse: str | None, catalog: str | None = None) -> Told:
    """One session; of several teams that have the id, the worst. Raises FilterError and WarehouseError."""
    with connect(warehouse, catalog, session_id, TABLES) as db:
        found = told(db, [session_id])
    if not found:
        raise FilterError(f"no session {session_id} in the warehouse; `sessions` lists ids")
    return max(found, key=lambda one: one.severity)


def told(db: duckdb.DuckDBPyConnection, session_ids: Sequence[str]) -> list[Told]:
    """Sessions by id over a connection that has `TABLES`, in order of team and id. Raises WarehouseError."""
    with reading():
        sessions = db.execute(
            """SELECT team, session_id, started_at, severity, duration_ms, first_url, COALESCE(device_type, ''),
                      COALESCE(traffic, ''), COALESCE(judgeable, '')
               FROM latest_sessions WHERE list_contains(?, session_id) ORDER BY team, session_id""",
            [list(session_ids)],
        ).fetchall()
        happened = _happened(db, session_ids)
    return [
        Told(team, session_id, started_at, severity, Visit(*of_visit), happened.get((team, session_id), []))
        for team, session_id, started_at, severity, *of_visit in sessions
    ]


def _happened(db: duckdb.DuckDBPyConnection, session_ids: Iterable[str]) -> dict[tuple[str, str], list[Happened]]:
    rows = db.execute(
        """SELECT t.team, t.session_id, greatest(0, date_diff('millisecond', s.started_at, t.occurred_at)), t.what,
                  COALESCE(t.name, ''), COALESCE(t.detail, ''), t.severity, t.of_problem, t.page
           FROM session_timeline AS t
           JOIN latest_sessions AS s USING (team, session_id)
           WHERE list_contains($ids, t.session_id) AND t.what NOT IN ('console', 'fetch')
           ORDER BY t.team, t.session_id, t.occurred_at, t.what, t.name, t.detail""",
        {"ids": list(session_ids)},
    ).fetchall()
    found: dict[tuple[str, str], list[Happened]] = {}
    for team, session_id, *cells in rows:
        found.setdefault((team, session_id), []).append(Happened(*cells))
    return found

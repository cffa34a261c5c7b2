"""What happened in one session, in order: the view `session_timeline` and the console beside it, a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from replay_signals.pipelines.iceberg.views import views
from replay_signals.pipelines.iceberg.warehouse import connect, reading

KINDS = ("view", "click", "signal", "error", "request", "console", "event")
OWN_EVENTS = (
    "$autocapture",
    "$$heatmap",
    "$set",
    "$web_vitals",
    "$dead_click",
    "$rageclick",
    "$exception",
    "$pageview",
)
"""Events of the SDK that say again what the other entries say."""
_SQL = f"""
    WITH entries AS (
        SELECT team, session_id, occurred_at, what, name, detail, page FROM session_timeline
        WHERE session_id = $session AND NOT (what = 'event' AND name IN {OWN_EVENTS})
        UNION ALL
        SELECT team, session_id, occurred_at, 'console', level, message, page FROM latest_console_logs
        WHERE session_id = $session AND level IN ('warn', 'error')
    )
    SELECT epoch_ms(e.occurred_at) - epoch_ms(s.started_at) AS offset_ms, e.what, e.name, e.detail, e.page
    FROM entries AS e JOIN latest_sessions AS s ON s.team = e.team AND s.session_id = e.session_id
    WHERE list_contains($kinds, e.what) AND offset_ms >= $from_ms
    ORDER BY offset_ms, e.what, e.name, e.detail LIMIT $limit OFFSET $skip"""


class Moment(NamedTuple):
    """One thing that happened. `offset_ms` is from the start of the recording; the other fields are the view's."""

    offset_ms: int
    what: str
    name: str
    detail: str
    page: str


def timeline(
    warehouse: str | None,
    catalog: str | None,
    session_id: str,
    *,
    kinds: Collection[str] = KINDS,
    from_ms: int = 0,
    limit: int,
    skip: int = 0,
) -> list[Moment]:
    """Entries of a session from a moment on; none for a session that is not there. Raises WarehouseError."""
    needs = next(view.needs for view in views() if view.name == "session_timeline")
    asked = {
        "session": session_id, "kinds": list(kinds), "from_ms": from_ms, "limit": limit, "skip": skip,
    }  # fmt: skip
    names = {*needs, "console_logs", "sessions"}
    with connect(warehouse, catalog, session_id, names) as db, reading():
        return [Moment(*row) for row in db.execute(_SQL, asked).fetchall()]

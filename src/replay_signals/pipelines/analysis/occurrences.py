"""What happened in one session, in order, by the view `session_timeline`: a page at a time, for whoever reads along."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from replay_signals.pipelines.iceberg.views import views
from replay_signals.pipelines.iceberg.warehouse import connect, reading

KINDS = ("view", "click", "tap", "signal", "error", "request", "console", "event")
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
"""Events of the SDK that say again what other occurrences say."""
_SQL = f"""
    SELECT epoch_ms(t.occurred_at) - epoch_ms(s.started_at) AS offset_ms, t.what, t.name, t.detail, t.page
    FROM session_timeline AS t JOIN latest_sessions AS s ON s.team = t.team AND s.session_id = t.session_id
    WHERE t.session_id = $session AND list_contains($kinds, t.what) AND offset_ms >= $from_ms
      AND NOT (t.what = 'event' AND t.name IN {OWN_EVENTS})
    ORDER BY offset_ms, t.what, t.name, t.detail LIMIT $limit OFFSET $skip"""


class Occurrence(NamedTuple):
    """One thing that happened. `offset_ms` is from the start of the recording; the other fields are the view's."""

    offset_ms: int
    what: str
    name: str
    detail: str
    page: str


def occurrences(
    warehouse: str | None,
    catalog: str | None,
    session_id: str,
    *,
    kinds: Collection[str] = KINDS,
    from_ms: int = 0,
    limit: int,
    skip: int = 0,
) -> list[Occurrence]:
    """What happened in a session from an offset on; nothing for one that is not there. Raises WarehouseError."""
    needs = next(view.needs for view in views() if view.name == "session_timeline")
    asked = {
        "session": session_id, "kinds": list(kinds), "from_ms": from_ms, "limit": limit, "skip": skip,
    }  # fmt: skip
    with connect(warehouse, catalog, session_id, {*needs, "sessions"}) as db, reading():
        return [Occurrence(*row) for row in db.execute(_SQL, asked).fetchall()]

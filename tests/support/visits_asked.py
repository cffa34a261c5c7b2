"""Analytics events of a few visitors, as tests of funnels, trends and retention count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from support.made_rows import made

AT = datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
Hit = tuple[str, int, str]
"""Who, seconds after the start, which event."""


def event(n: int, hit: Hit, **fields: Any) -> Any:
    """A row of `events`; its session is the visitor's."""
    who, seconds, name = hit
    at = AT + timedelta(seconds=seconds)
    own = {"uuid": f"{n:03}", "event": name, "distinct_id": who, "session_id": f"s-{who}"}
    return made("events", **({"team": "t", "occurred_at": at, "day": at.date()} | own | fields))


def events(hits: Sequence[Hit], **fields: Any) -> list[Any]:
    """Rows of `events`, in order."""
    return [event(n, hit, **fields) for n, hit in enumerate(hits)]


def session(who: str, **fields: Any) -> Any:
    """A row of `sessions` of a visitor."""
    return made("sessions", **({"team": "t", "session_id": f"s-{who}", "distinct_id": who, "revision": 1} | fields))

"""Analytics events as rows of `events`, and back.

The judge is always given events that went through a row, so a stored event tells it what the fresh one told it.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

import msgspec
import orjson

from replay_signals.schemas.digests import at, millis
from replay_signals.schemas.messages import AnalyticsEvent, SourcePosition
from replay_signals.schemas.rows import EventRow

STORED = SourcePosition("events")
_encode = msgspec.msgpack.Encoder(order="sorted").encode


def event_row(event: AnalyticsEvent) -> EventRow:
    """The row of an event; its day is the event's own."""
    when = at(event.timestamp_ms)
    return EventRow(
        day=when.date(),
        team=event.team,
        uuid=event.uuid,
        event=event.event,
        distinct_id=event.distinct_id,
        person_id=event.person_id,
        occurred_at=when,
        session_id=event.session_id,
        window_id=event.window_id,
        page=_page(event.properties.get("$current_url")),
        elements_chain=event.elements_chain,
        properties=_json(event.properties),
        person_properties=_json(event.person_properties),
    )


def event_of(row: EventRow) -> AnalyticsEvent:
    """The event of a row, without position and arrival time, which rows do not keep."""
    return AnalyticsEvent(
        team=row.team,
        uuid=row.uuid,
        event=row.event,
        distinct_id=row.distinct_id,
        timestamp_ms=round(millis(row.occurred_at)),
        position=STORED,
        session_id=row.session_id,
        window_id=row.window_id,
        properties=orjson.loads(row.properties),
        person_id=row.person_id,
        person_properties=orjson.loads(row.person_properties),
        elements_chain=row.elements_chain,
    )


def one_a_uuid(rows: Iterable[EventRow]) -> list[EventRow]:
    """Copies of one event told apart by their content alone, so the choice does not depend on which came first."""
    chosen: dict[str, EventRow] = {}
    for row in rows:
        known = chosen.get(row.uuid)
        chosen[row.uuid] = row if known is None else min(known, row, key=_encode)
    return sorted(chosen.values(), key=lambda row: (row.occurred_at, row.uuid))


def _json(value: dict[str, object]) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()


def _page(url: object) -> str:
    if not isinstance(url, str):
        return ""
    try:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        return url

"""Analytics events back from rows of `events`.

The judge is always given events that went through a row, so a stored event tells it what the fresh one told it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from replay_signals.schemas.digests import millis
from replay_signals.schemas.messages import AnalyticsEvent, SourcePosition
from replay_signals.schemas.rows import EventRow

STORED = SourcePosition("events")
_encode = msgspec.msgpack.Encoder(order="sorted").encode
_properties = msgspec.json.Decoder(dict[str, object]).decode


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
        properties=_properties(row.properties),
        person_id=row.person_id,
        person_properties=_properties(row.person_properties),
        elements_chain=row.elements_chain,
    )


def one_a_uuid(rows: Iterable[EventRow]) -> list[EventRow]:
    """Copies of one event told apart by their content alone, so the choice does not depend on which came first."""
    chosen: dict[str, EventRow] = {}
    for row in rows:
        known = chosen.get(row.uuid)
        chosen[row.uuid] = row if known is None else min(known, row, key=_encode)
    return sorted(chosen.values(), key=lambda row: (row.occurred_at, row.uuid))

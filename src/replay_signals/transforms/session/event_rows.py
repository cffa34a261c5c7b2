"""Analytics events back from rows of `events`.

The judge is always given events that went through a row, so a stored event tells it what the fresh one told it.
"""

from __future__ import annotations

import msgspec

from replay_signals.schemas.digests import millis
from replay_signals.schemas.messages import AnalyticsEvent, SourcePosition
from replay_signals.schemas.rows import EventRow

STORED = SourcePosition("events")
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

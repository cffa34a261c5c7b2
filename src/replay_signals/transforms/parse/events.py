"""Analytics events, from capture requests and from the analytics topic."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, Reason, SourcePosition
from replay_signals.schemas.wire import CaptureEvent, ClickHouseEvent
from replay_signals.transforms.parse.budget import Budget, TooLarge
from replay_signals.transforms.parse.json_text import MALFORMED, decode, problem
from replay_signals.transforms.parse.values import dead, epoch_ms, session_problem, text_of

MAX_PROPERTIES = 20_000
"""Of an event and its person; the largest projects have some thousand names in all."""

_OBJECT = msgspec.json.Decoder(dict[str, Any])


class Clocks(msgspec.Struct, frozen=True):
    """When the server got it and when the client says it sent it, epoch ms."""

    received_ms: int | None = None
    sent_ms: int | None = None


class _Draft(msgspec.Struct):
    """An analytics event as its source had it, not judged yet."""

    event: object
    uuid: object
    distinct_id: object
    timestamp_ms: int | None
    properties: dict[str, Any]
    person_properties: dict[str, Any]
    elements_chain: object
    person_id: object = None


def captured(
    event: CaptureEvent, raw: bytes, team: str, position: SourcePosition, clocks: Clocks
) -> AnalyticsEvent | DeadLetter:
    """The analytics event of a capture request.

    `timestamp_ms` stays on the client's clock (so that it lines up with rrweb's), unlike in PostHog, which shifts it by
    the clock skew. Without a usable timestamp: `offset` ms before sending, else the arrival (capture: timestamp.rs).
    """
    properties: dict[str, Any] = {}
    if event.properties:
        try:
            Budget().spend(raw)
            properties = decode(_OBJECT, event.properties)
        except TooLarge as error:
            return dead(position, Reason.TOO_LARGE, str(error), raw, team=team, received_ms=clocks.received_ms)
        except MALFORMED as error:
            return _rejected(raw, team, position, clocks, error)
    team = team or text_of(event.token or event.token_alias or event.api_key or properties.get("token"))
    when = epoch_ms(event.timestamp)
    if when is None:
        when = _before_sending(event.offset, clocks)
    draft = _Draft(
        event=event.event,
        uuid=event.uuid,
        distinct_id=_first(event.distinct_id, event.distinct_id_alias, properties.get("distinct_id")),
        timestamp_ms=when,
        properties=properties,
        person_properties={**_object(event.set_once), **_object(event.set)},
        elements_chain=properties.get("$elements_chain"),
    )
    return _built(draft, raw, team, position, clocks)


def stored(
    event: ClickHouseEvent, raw: bytes, token: str, position: SourcePosition, clocks: Clocks
) -> AnalyticsEvent | DeadLetter:
    """The analytics event of a `clickhouse_events_json` message. Its timestamp is PostHog's, corrected for clock skew.

    The team is the project token, as for snapshots: of the header, else of the properties, else the team's number.
    """
    try:
        properties = _json_object(event.properties)
    except MALFORMED as error:
        return _rejected(raw, token, position, clocks, error)
    try:
        person_properties = _json_object(event.person_properties)
    except MALFORMED:
        person_properties = {}  # the event counts without them
    when = epoch_ms(event.timestamp)
    draft = _Draft(
        event=event.event,
        uuid=event.uuid,
        distinct_id=event.distinct_id,
        timestamp_ms=clocks.received_ms if when is None else when,
        properties=properties,
        person_properties=person_properties,
        elements_chain=event.elements_chain,
        person_id=event.person_id,
    )
    team = token or text_of(properties.get("token")) or text_of(event.team_id)
    return _built(draft, raw, team, position, clocks)


def _built(
    draft: _Draft, raw: bytes, team: str, position: SourcePosition, clocks: Clocks
) -> AnalyticsEvent | DeadLetter:
    """Checks what no event can do without: a name, a distinct id, a time."""
    name, distinct_id, when = draft.event, text_of(draft.distinct_id), draft.timestamp_ms

    def rejected(reason: str, detail: str) -> DeadLetter:
        return dead(position, reason, detail, raw, team=team, received_ms=clocks.received_ms)

    if not isinstance(name, str) or not name:
        return rejected(Reason.INVALID_EVENT, "the event has no name")
    if not distinct_id:
        return rejected(Reason.MISSING_DISTINCT_ID, f"{name} has no distinct_id")
    if when is None:
        return rejected(Reason.INVALID_EVENT, f"{name} has no usable timestamp, and its arrival is unknown")
    if len(draft.properties) + len(draft.person_properties) > MAX_PROPERTIES:
        return rejected(Reason.TOO_LARGE, f"{name} has more than {MAX_PROPERTIES} properties")
    return AnalyticsEvent(
        team=team,
        uuid=text_of(draft.uuid) or _content_id(team, raw),
        event=text_of(name),
        distinct_id=distinct_id,
        timestamp_ms=when,
        position=position,
        session_id=_linked(draft.properties.get("$session_id")),
        window_id=_linked(draft.properties.get("$window_id")),
        properties=draft.properties,
        person_id=text_of(draft.person_id) or None,
        person_properties=draft.person_properties,
        elements_chain=draft.elements_chain if isinstance(draft.elements_chain, str) else None,
        received_ms=clocks.received_ms,
    )


def _rejected(raw: bytes, team: str, position: SourcePosition, clocks: Clocks, error: BaseException) -> DeadLetter:
    reason, detail = problem(error)
    if reason != Reason.TOO_DEEP:
        reason = Reason.INVALID_EVENT
    return dead(position, reason, f"properties: {detail}", raw, team=team, received_ms=clocks.received_ms)


def _content_id(team: str, raw: bytes) -> str:
    """A UUID made of the event's text: the same event has the same id wherever it is read again."""
    return str(UUID(bytes=blake2b(raw, digest_size=16, key=blake2b(team.encode(), digest_size=32).digest()).digest()))


def _linked(value: object) -> str:
    """Session or window id of an event; an unusable one links to nothing."""
    return value if isinstance(value, str) and session_problem(value) is None else ""


def _before_sending(offset: object, clocks: Clocks) -> int | None:
    end = clocks.sent_ms if clocks.sent_ms is not None else clocks.received_ms
    if end is None or isinstance(offset, bool) or not isinstance(offset, int):
        return clocks.received_ms
    return epoch_ms(end - offset)


def _first(*values: object) -> object:
    return next((value for value in values if value is not None), None)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _json_object(value: object) -> dict[str, Any]:
    """Properties as JSON text, or as an object for senders that do not encode twice; missing is empty."""
    if isinstance(value, str) and value:
        return decode(_OBJECT, value.encode())
    return _object(value)

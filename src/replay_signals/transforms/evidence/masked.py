"""What arrives, without the text that may not leave: events and dead letters before they are rows."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, Reason, SnapshotMessage
from replay_signals.transforms.privacy.policy import Policy, Removed
from replay_signals.transforms.session import analytics

R = TypeVar("R", SnapshotMessage, AnalyticsEvent)


def with_safe_ids(record: R, policy: Policy, removed: Removed) -> R:
    """The record under ids of which none is somebody's address or credential. The same id stays the same."""
    ids = {name: getattr(record, name) for name in ("team", "session_id", "window_id")}
    safe = {name: policy.random_id(own, name, removed) for name, own in ids.items()}
    return record if safe == ids else msgspec.structs.replace(record, **safe)


def masked_event(event: AnalyticsEvent, policy: Policy, removed: Removed) -> AnalyticsEvent:
    """An event with the properties on the lists, cleaned. Of a page's title is kept whether it tells of an error."""
    chain = event.elements_chain
    properties = policy.event_properties(event.properties, removed)
    if analytics.says_error(event):
        properties |= {analytics.ERROR_TITLE: True}
    return msgspec.structs.replace(
        event,
        uuid=policy.random_id(event.uuid, "uuid", removed),
        event=policy.text(event.event, "event", removed),
        distinct_id=policy.distinct_id(event.distinct_id, removed),
        person_id=policy.distinct_id(event.person_id, removed, "person_id") if event.person_id else event.person_id,
        properties=properties,
        person_properties=policy.person_properties(event.person_properties, removed),
        elements_chain=policy.elements_chain(chain, removed) if chain else chain,
    )


def masked_letter(letter: DeadLetter, policy: Policy, removed: Removed) -> DeadLetter:
    """A dead letter with the form of its payload, and words about it that repeat nothing of it."""
    words = policy.bug if letter.reason == Reason.INTERNAL else policy.line
    return msgspec.structs.replace(
        letter,
        detail=words(letter.detail, "detail", removed),
        payload=policy.payload(letter.payload, removed),
        team=policy.random_id(letter.team, "team", removed),
        session_id=policy.random_id(letter.session_id, "session_id", removed),
    )

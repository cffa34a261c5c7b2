"""Which evidence of an open session is kept to be judged: what `judge/caps.py` chooses, decided as evidence comes.

What comes after the last that is kept, and over a cap, is let go at once. What comes before it makes the last ones go;
an eighth over a cap is waited for, so that evidence in reverse order does not cost a look at everything each time.
Once something was let go, all that stands after it is, too: what is kept stays a beginning of the session.
"""

from __future__ import annotations

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Session as Caps
from replay_signals.transforms.judge.caps import (
    Place,
    click_count,
    events_within,
    messages_within,
    place_of,
    place_of_event,
)
from replay_signals.transforms.streaming.state import DIGESTS, EVENTS, ID_ONLY, Kept, SessionState
from replay_signals.transforms.streaming.step import Step
from replay_signals.transforms.streaming.store import Map, Store


def take_message(state: SessionState, digest: MessageDigest, clicks: int, caps: Caps, step: Step) -> bool:
    """Counts a message in; False when it is over a cap. The first one always has room."""
    size_bytes = len(digest.records)
    is_over = state.message_count > 0 and _over(
        state.message_count + 1, state.digest_bytes + size_bytes, state.click_count + clicks, caps
    )
    if not _has_room(state.kept_messages, place_of(digest), is_over):
        state.truncated = True
        step.count("messages_capped")
        return False
    state.message_count += 1
    state.digest_bytes += size_bytes
    state.click_count += clicks
    return True


def take_event(state: SessionState, row: EventRow, caps: Caps, step: Step) -> bool:
    """Counts an event in; False when it is over the cap."""
    if not _has_room(state.kept_events, place_of_event(row), state.event_count >= caps.max_events):
        state.truncated = True
        step.count("events_capped")
        return False
    state.event_count += 1
    return True


def let_go_of_messages(store: Store, state: SessionState, caps: Caps, step: Step) -> None:
    """Lets go of the last messages when much more than a cap is kept."""
    slack = 9 / 8
    if state.message_count < 2 or not _over(
        state.message_count / slack, state.digest_bytes / slack, state.click_count / slack, caps
    ):
        return
    held = [DIGESTS.decode(data).digest for _, data in store.digests.items() if data != ID_ONLY]
    kept = messages_within(held, caps)
    _let_go(store.digests, {place_of(one) for one in held}, [place_of(one) for one in kept], state.kept_messages)
    state.truncated = state.truncated or len(kept) < len(held)
    step.count("messages_capped", len(held) - len(kept))
    state.message_count = len(kept)
    state.digest_bytes = sum(len(one.records) for one in kept)
    state.click_count = sum(map(click_count, kept))


def let_go_of_events(store: Store, state: SessionState, caps: Caps, step: Step) -> None:
    """Lets go of the last events when much more than the cap is kept."""
    if state.event_count <= caps.max_events * 9 / 8:
        return
    held = [EVENTS.decode(data).row for _, data in store.events.items() if data != ID_ONLY]
    kept = events_within(held, caps)
    places = {place_of_event(one) for one in held}
    _let_go(store.events, places, [place_of_event(one) for one in kept], state.kept_events)
    state.truncated = state.truncated or len(kept) < len(held)
    step.count("events_capped", len(held) - len(kept))
    state.event_count = len(kept)


def _over(messages: float, size_bytes: float, clicks: float, caps: Caps) -> bool:
    return messages > caps.max_messages or size_bytes > caps.max_digest_bytes or clicks > caps.max_clicks


def _has_room(kept: Kept, place: Place, is_over: bool) -> bool:
    if kept.cut is not None and place >= kept.cut:
        return False
    if is_over and kept.last is not None and place > kept.last:
        kept.cut = place
        return False
    kept.last = place if kept.last is None else max(kept.last, place)
    return True


def _let_go(entries: Map, held: set[Place], staying: list[Place], kept: Kept) -> None:
    gone = held.difference(staying)
    for _, key in gone:
        entries.put(key, ID_ONLY)
    if gone:
        kept.cut = min(gone) if kept.cut is None else min(kept.cut, *gone)
    kept.last = max(staying, default=None)

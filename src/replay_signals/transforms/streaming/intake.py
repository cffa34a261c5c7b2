"""intake: what becomes of a message or an event that arrives, for the first time, again, or too late."""

from __future__ import annotations

import msgspec

from replay_signals.schemas.clocks import BrokerMs, ClientMs
from replay_signals.schemas.digests import MessageDigest, to_row
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.streaming import capped, early_judgement, recent, timers
from replay_signals.transforms.streaming.message_facts import Due, MessageFacts, facts_of
from replay_signals.transforms.streaming.state import (
    CLOSED,
    DIGESTS,
    EVENTS,
    EXPIRED,
    ID_ONLY,
    OPEN,
    STATES,
    EventRef,
    SessionState,
    StoredDigest,
    StoredEvent,
)
from replay_signals.transforms.streaming.step import Arrival, Late, Step, guarded
from replay_signals.transforms.streaming.store import Store
from replay_signals.transforms.table_rows import canonical, content

TOLD = frozenset(("$exception", "$pageview", "$pageleave", "$autocapture"))
"""Events that the signals of the tail need; of all others the profile keeps what matters."""
MAX_EVENT_REFS = 64


def take_message(store: Store, digest: MessageDigest, arrival: Arrival, rules: Rules) -> Step:
    """A message of this session: a row at once, and evidence for its judgements.

    Row and evidence come first. A bug in what follows costs a look at the tail, and gives a dead letter with the
    message's position; the close judges the message all the same.
    """
    step = Step()
    key = digest.team, digest.session_id
    known = store.digests.get(digest.message_id)
    if known == ID_ONLY:
        step.count("messages_repeated")
        return step
    stored = guarded(step, key, "message refused", arrival, lambda own: _digest_to_store(known, digest, own, arrival))
    if stored is None:
        return step
    state = state_of(store, *key, arrival.now_ms)
    is_kept = True
    if known is None:
        is_kept = _first_copy(store, state, stored.digest, arrival, step, rules)
    else:
        wake(state, arrival.now_ms, step, "messages")
        state.digest_bytes += len(stored.digest.records) - len(DIGESTS.decode(known).digest.records)
    store.digests.put(digest.message_id, DIGESTS.encode(stored) if is_kept else ID_ONLY)
    capped.let_go_of_messages(store, state, rules.session, step)
    timers.schedule(state, rules.session, step)
    store.state.update(STATES.encode(state))
    return step


def take_event(store: Store, row: EventRow, arrival: Arrival, rules: Rules) -> Step:
    """An event of this session: a row at once, and evidence for its judgements.

    Of copies that differ the same one counts whichever came first: the one whose content sorts first. Of bugs, as
    for messages.
    """
    step = Step()
    known = store.events.get(row.uuid)
    old = EVENTS.decode(known).row if known else None
    if known is not None and (old is None or content(row) >= content(old)):
        step.count("events_repeated")
        return step
    newest: EventRow = row if old is None else msgspec.structs.replace(row, revision=old.revision + 1)
    step.write("events", newest, arrival.now_ms)
    step.count("events" if known is None else "events_repeated")
    state = state_of(store, row.team, row.session_id, arrival.now_ms)
    is_kept = _keep_event(state, newest, known is None, arrival, step, rules)
    store.events.put(row.uuid, EVENTS.encode(StoredEvent(newest)) if is_kept else ID_ONLY)
    capped.let_go_of_events(store, state, rules.session, step)
    timers.schedule(state, rules.session, step)
    store.state.update(STATES.encode(state))
    return step


def _digest_to_store(known: bytes | None, digest: MessageDigest, step: Step, arrival: Arrival) -> StoredDigest | None:
    """What to keep of a message, with its row in the step; None when a copy that is known counts.

    Of two copies the one that arrived at the broker first counts.
    """
    if known is None:
        step.count("messages")
        stored = StoredDigest(1, digest)
    else:
        step.count("messages_repeated")
        old = DIGESTS.decode(known)
        winner = session_of([old.digest, digest]).messages[digest.message_id]
        if winner == old.digest:
            return None
        stored = StoredDigest(old.revision + 1, winner)
    row = msgspec.structs.replace(to_row(stored.digest), revision=stored.revision)
    step.write("message_digests", canonical("message_digests", [row])[0], arrival.now_ms)
    return stored


def _first_copy(
    store: Store, state: SessionState, digest: MessageDigest, arrival: Arrival, step: Step, rules: Rules
) -> bool:
    """Takes a message into the session; False when it is not to be judged."""
    now_ms, key = arrival.now_ms, (state.team, state.session_id)
    if state.phase == EXPIRED:
        step.late.append(Late(digest.team, digest.session_id, "message", digest.message_id, now_ms))
        step.count("messages_expired")
        return False
    wake(state, now_ms, step, "messages")
    _received(state, now_ms)
    is_first = not state.message_count
    seen = guarded(step, key, "look failed", arrival, lambda _: facts_of(digest, rules.clicks)) or MessageFacts()
    if not capped.take_message(state, digest, seen.clicks, rules.session, step):
        return False
    if is_first:
        step.count("sessions_opened")
    state.start_ms = digest.first_ms if state.start_ms is None else min(state.start_ms, digest.first_ms)
    if not guarded(step, key, "tail failed", arrival, lambda _: _added(state, digest, seen, now_ms, rules)):
        state.windows = state_of(store, *key, now_ms).windows  # as they were
    return True


def _added(state: SessionState, digest: MessageDigest, seen: MessageFacts, now_ms: BrokerMs, rules: Rules) -> bool:
    recent.add(state, digest, seen, now_ms, rules)
    return True


def _keep_event(state: SessionState, row: EventRow, is_first: bool, arrival: Arrival, step: Step, rules: Rules) -> bool:
    """Takes an event into the session; False when it is not to be judged."""
    if state.phase == EXPIRED:
        step.late.append(Late(row.team, row.session_id, "event", row.uuid, arrival.now_ms))
        step.count("events_expired")
        return False
    wake(state, arrival.now_ms, step, "events")
    if not state.message_count:
        _received(state, arrival.now_ms)
    if is_first and not capped.take_event(state, row, rules.session, step):
        return False
    key = state.team, state.session_id
    guarded(step, key, "event refused", arrival, lambda _: _tell(state, event_of(row), rules))
    return True


def _tell(state: SessionState, event: AnalyticsEvent, rules: Rules) -> None:
    """What the tail has to know of an event."""
    state.profile = early_judgement.learned(state.profile, event)
    if event.event not in TOLD:
        return
    state.events = [ref for ref in state.events if ref.uuid != event.uuid]
    state.events.append(EventRef(event.uuid, event.timestamp_ms))
    state.events.sort(key=lambda ref: (ref.timestamp_ms, ref.uuid))
    del state.events[:-MAX_EVENT_REFS]
    window = next((w for w in state.windows if w.window_id == event.window_id), None)
    if window is not None and event.event in ("$exception", "$pageleave"):
        clicks = rules.clicks
        due = Due(ClientMs(event.timestamp_ms + clicks.slow_ms), clicks.window_ms - clicks.slow_ms)
        recent.add_due(window, due, rules.session.settle_ms)


def state_of(store: Store, team: str, session_id: str, now_ms: BrokerMs) -> SessionState:
    """The session's state, a fresh one when there is none."""
    data = store.state.value()
    return SessionState(team, session_id, OPEN, now_ms, now_ms) if data is None else STATES.decode(data)


def wake(state: SessionState, now_ms: BrokerMs, step: Step, kind: str) -> None:
    """There is something new to judge; late evidence opens a closed session again."""
    state.dirty, state.recent_judged = True, False
    if state.phase == CLOSED:
        state.phase = OPEN
        state.opened_ms = max(now_ms, state.clock_ms)
        step.count(f"{kind}_late")


def _received(state: SessionState, now_ms: BrokerMs) -> None:
    state.last_received_ms = max(state.last_received_ms, now_ms)
    if not state.close_count:
        state.opened_ms = min(state.opened_ms, now_ms)

"""intake: what becomes of a message or an event that arrives, for the first time, again, or too late."""

from __future__ import annotations

from typing import Any

import msgspec

from replay_signals.schemas.clocks import BrokerMs, ClientMs
from replay_signals.schemas.digests import MessageDigest, SessionDigest, to_row
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.schemas.rules import Session as Settings
from replay_signals.transforms.digest.merge import merge
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS
from replay_signals.transforms.revisions.canonical import canonical, well_formed
from replay_signals.transforms.revisions.revise import content
from replay_signals.transforms.session.analytics import event_row
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.streaming import early_judgement, recent, timers
from replay_signals.transforms.streaming.message_facts import Due, Glance, glance
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
from replay_signals.transforms.streaming.step import Late, Step, attempt
from replay_signals.transforms.streaming.store import Store

TOLD = frozenset(("$exception", "$pageview", "$pageleave", "$autocapture"))
"""Events that the signals of the tail need; of all others the profile keeps what matters."""
MAX_EVENT_REFS = 64


def loose_event(event: AnalyticsEvent) -> EventRow:
    """The row of an event without a session, as it will come back from the table."""
    row: EventRow = canonical("events", [event_row(event)])[0]
    return row


def take_message(store: Store, digest: MessageDigest, now_ms: BrokerMs, rules: Rules) -> Step:
    """A message of this session: a row at once, and evidence for its judgements."""
    step = Step()
    known = store.digests.get(digest.message_id)
    if known == ID_ONLY:
        step.count("messages_repeated")
        return step
    key = digest.team, digest.session_id
    state = state_of(store, *key, now_ms)

    def take(own: Step) -> bytes | None:
        sane = _sane(digest)
        if known is not None:
            return _other_copy(state, DIGESTS.decode(known), sane, now_ms, own)
        own.rows.append(("message_digests", _digest_row(sane, 1)))
        own.count("messages")
        return _first_copy(state, sane, now_ms, own, rules)

    kept = attempt(step, key, "message refused", now_ms, take)
    if kept is not None:
        timers.schedule(state, rules.session, step)
        store.digests.put(digest.message_id, kept)
        store.state.update(STATES.encode(state))
    return step


def take_event(store: Store, event: AnalyticsEvent, now_ms: BrokerMs, rules: Rules) -> Step:
    """An event of this session: a row at once, and evidence for its judgements.

    Of copies that differ the same one counts whichever came first: the one whose content sorts first.
    """
    step = Step()
    key = event.team, event.session_id
    row = attempt(step, key, "event refused", now_ms, lambda _: loose_event(event))
    if row is None:
        return step
    known = store.events.get(row.uuid)
    old = EVENTS.decode(known).row if known else None
    if known is not None and (old is None or content(row) >= content(old)):
        step.count("events_repeated")
        return step
    state = state_of(store, *key, now_ms)
    newest: EventRow = row if old is None else msgspec.structs.replace(row, revision=old.revision + 1)

    def take(own: Step) -> bytes:
        own.rows.append(("events", newest))
        own.count("events" if known is None else "events_repeated")
        return _keep_event(state, newest, known is None, now_ms, own, rules)

    kept = attempt(step, key, "event refused", now_ms, take)
    if kept is not None:
        timers.schedule(state, rules.session, step)
        store.events.put(row.uuid, kept)
        store.state.update(STATES.encode(state))
    return step


def _first_copy(state: SessionState, digest: MessageDigest, now_ms: BrokerMs, step: Step, rules: Rules) -> bytes:
    """Takes a message into the session; returns what to keep of it."""
    if state.phase == EXPIRED:
        step.late.append(Late(digest.team, digest.session_id, "message", digest.message_id, now_ms))
        step.count("messages_expired")
        return ID_ONLY
    wake(state, now_ms, step, "messages")
    _received(state, now_ms)
    key = state.team, state.session_id
    seen = attempt(step, key, "look failed", now_ms, lambda _: glance(digest, rules.clicks)) or Glance()
    if not _fits(state, digest, seen.clicks, rules.session):
        state.truncated = True
        step.count("messages_capped")
        return ID_ONLY
    if not state.message_count:
        step.count("sessions_opened")
    state.message_count += 1
    state.digest_bytes += len(digest.records)
    state.click_count += seen.clicks
    state.start_ms = digest.first_ms if state.start_ms is None else min(state.start_ms, digest.first_ms)
    recent.add(state, digest, seen, now_ms, rules)
    return DIGESTS.encode(StoredDigest(1, digest))


def _other_copy(
    state: SessionState, known: StoredDigest, digest: MessageDigest, now_ms: BrokerMs, step: Step
) -> bytes | None:
    """Of two copies of a message the one that arrived at the broker first counts; None when that is the known one."""
    step.count("messages_repeated")
    one, other = (SessionDigest(m.team, m.session_id, {digest.message_id: m}) for m in (known.digest, digest))
    winner = merge(one, other).messages[digest.message_id]
    if winner == known.digest:
        return None
    wake(state, now_ms, step, "messages")
    state.digest_bytes += len(winner.records) - len(known.digest.records)
    step.rows.append(("message_digests", _digest_row(winner, known.revision + 1)))
    return DIGESTS.encode(StoredDigest(known.revision + 1, winner))


def _keep_event(
    state: SessionState, row: EventRow, is_first: bool, now_ms: BrokerMs, step: Step, rules: Rules
) -> bytes:
    """Takes an event into the session; returns what to keep of it."""
    if state.phase == EXPIRED:
        step.late.append(Late(row.team, row.session_id, "event", row.uuid, now_ms))
        step.count("events_expired")
        return ID_ONLY
    wake(state, now_ms, step, "events")
    if not state.message_count:
        _received(state, now_ms)
    if is_first and state.event_count >= rules.session.max_events:
        state.truncated = True
        step.count("events_capped")
        return ID_ONLY
    state.event_count += is_first
    _tell(state, event_of(row), rules)
    return EVENTS.encode(StoredEvent(row))


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
    state.dirty, state.looked = True, False
    if state.phase == CLOSED:
        state.phase = OPEN
        state.opened_ms = max(now_ms, state.clock_ms)
        step.count(f"{kind}_late")


def _received(state: SessionState, now_ms: BrokerMs) -> None:
    state.last_received_ms = max(state.last_received_ms, now_ms)
    if not state.close_count:
        state.opened_ms = min(state.opened_ms, now_ms)


def _fits(state: SessionState, digest: MessageDigest, clicks: int, caps: Settings) -> bool:
    """Is there room for one more message under every cap? For the first there always is."""
    return state.message_count == 0 or (
        state.message_count < caps.max_messages
        and state.digest_bytes + len(digest.records) <= caps.max_digest_bytes
        and (not clicks or state.click_count + clicks <= caps.max_clicks)
    )


def _digest_row(digest: MessageDigest, revision: int) -> Any:
    row = msgspec.structs.replace(to_row(digest), revision=revision)
    return canonical("message_digests", [row])[0]


def _sane(digest: MessageDigest) -> MessageDigest:
    """Without lone surrogates, and without times that no calendar holds."""
    changes: dict[str, None] = {
        name: None
        for name in ("received_ms", "sent_ms")
        if (ms := getattr(digest, name)) is not None and not 0 <= ms <= MAX_TIMESTAMP_MS
    }
    plain: MessageDigest = msgspec.structs.replace(digest, **changes) if changes else digest
    try:
        f"{plain.team}{plain.session_id}{plain.window_id}{plain.distinct_id}{plain.snapshot_library}".encode()
    except UnicodeEncodeError:
        plain = well_formed(plain)
    return plain

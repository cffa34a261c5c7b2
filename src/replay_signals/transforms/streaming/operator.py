"""The live operator: takes evidence in, and acts when a timer is due. See the package for the contract."""

from __future__ import annotations

from replay_signals.schemas.clocks import BrokerMs
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.messages import DeadLetter, SourcePosition
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.evidence.dead_letters import dead_letter_row
from replay_signals.transforms.judge.priors import NO_PRIORS, Priors
from replay_signals.transforms.judge.session import judge_session
from replay_signals.transforms.streaming import closing, early_results, inbox_recovery, intake, timers
from replay_signals.transforms.streaming.state import (
    CLOSED,
    DIGESTS,
    EVENTS,
    EXPIRED,
    FACTS,
    ID_ONLY,
    PUBLISHED,
    SIGNALS,
    STATES,
    Fact,
    Published,
    SessionState,
    StoredSignal,
)
from replay_signals.transforms.streaming.step import Arrival, Step
from replay_signals.transforms.streaming.store import Store


class Live:
    """Judges sessions while they happen. Has no state of its own: everything lies in the store that calls hand in.

    `priors` may be set to another version at any time: each row says which one it was judged with.
    """

    def __init__(self, rules: Rules, priors: Priors = NO_PRIORS) -> None:
        self._rules = rules
        self.priors = priors

    def on_message(
        self, store: Store, digest: MessageDigest, now_ms: BrokerMs, position: SourcePosition | None = None
    ) -> Step:
        """A message digest of this session, for the first time or again; `now_ms` is its broker time.

        `position` is where the message stands in its topic; a dead letter of a bug that it meets names it.
        """
        return intake.take_message(store, digest, Arrival(now_ms, position), self._rules)

    def on_event(self, store: Store, row: EventRow, now_ms: BrokerMs, position: SourcePosition | None = None) -> Step:
        """An analytics event of this session; `now_ms` is its broker time, `position` as for messages."""
        return intake.take_event(store, row, Arrival(now_ms, position), self._rules)

    def on_published(self, store: Store, record: InboxRecord, now_ms: BrokerMs) -> Step:
        """A record about this session that the inbox topic holds; `now_ms` is its broker time."""
        return inbox_recovery.take_published(store, record, now_ms, self._rules)

    def on_timer(self, store: Store, now_ms: BrokerMs) -> Step:
        """Does what is due at `now_ms` (broker's clock): nothing, when nothing is."""
        step = Step()
        data = store.state.value()
        if data is None:
            return step
        state = STATES.decode(data)
        due_ms = timers.next_due_ms(state, self._rules.session)
        if now_ms < due_ms and not timers.is_used_up(state, now_ms):
            return step
        state.clock_ms = max(state.clock_ms, now_ms)
        if timers.is_used_up(state, now_ms):
            state.timer_ms = None
        if now_ms >= due_ms:
            if state.phase == EXPIRED:
                _forget(store)
                return step
            self._act(store, state, now_ms, step)
        timers.schedule(state, self._rules.session, step)
        store.state.update(STATES.encode(state))
        return step

    def _act(self, store: Store, state: SessionState, now_ms: BrokerMs, step: Step) -> None:
        """What is due: to let a closed session go, to close an open one, or to publish what is settled."""
        if state.phase == CLOSED:
            _expire(store, state, step)
        elif now_ms >= timers.close_due_ms(state, self._rules.session):
            self._close(store, state, now_ms, step)
        else:
            early_results.publish_settled(store, state, now_ms, step, self._rules, self.priors)
        step.letters = [letter for letter in step.letters if _is_first(store, letter)]

    def _close(self, store: Store, state: SessionState, now_ms: BrokerMs, step: Step) -> None:
        """Judges the whole session, if there is anything new, and publishes all differences."""
        state.phase, state.closed_ms = CLOSED, max(now_ms, state.closed_ms)
        state.pending = []
        for window in state.windows:
            window.dues_ms = []
        if state.message_count and state.dirty:
            self._judge(store, state, now_ms, step)
        state.close_count += 1
        state.dirty = False

    def _judge(self, store: Store, state: SessionState, now_ms: BrokerMs, step: Step) -> None:
        digests = [DIGESTS.decode(data).digest for _, data in store.digests.items() if data != ID_ONLY]
        events = [EVENTS.decode(data).row for _, data in store.events.items() if data != ID_ONLY]
        before = _standing(store)
        step.count("judged_messages", len(digests))
        judged = judge_session(digests, events, self._rules, self.priors, truncated=state.truncated)
        step.letters += judged.letters
        after = None if judged.failure is not None else closing.add_differences(judged.rows, before, step, now_ms)
        if after is None:
            step.count("judge_failed")
            return
        step.count("sessions_rejudged" if state.close_count else "sessions_closed")
        for row in after.signals:
            store.signals.put(row.signal_id, SIGNALS.encode(StoredSignal(row)))
        for key, fact in after.facts.items():
            store.facts.put(key, FACTS.encode(fact))
        if after.session != before.session:
            store.published.update(PUBLISHED.encode(after.session))


def _is_first(store: Store, letter: DeadLetter) -> bool:
    """Whether a session's judgements come upon this for the first time."""
    key = closing.fact_key("dead_letters", dead_letter_row(letter).dead_letter_id)
    is_first = store.facts.get(key) is None
    store.facts.put(key, FACTS.encode(Fact(1, b"")))
    return is_first


def _standing(store: Store) -> closing.Standing:
    """What the store says was published. Facts of version 1 become entries of their own."""
    data = store.published.value()
    session = Published() if data is None else PUBLISHED.decode(data)
    if session.facts_of_version_1:
        for table, own in session.facts_of_version_1.items():
            for key, fact in own.items():
                store.facts.put(closing.fact_key(table, key), FACTS.encode(fact))
        session.facts_of_version_1 = {}
        store.published.update(PUBLISHED.encode(session))
    return closing.Standing(
        [SIGNALS.decode(data) for _, data in store.signals.items()],
        {key: FACTS.decode(data) for key, data in store.facts.items()},
        session,
    )


def _expire(store: Store, state: SessionState, step: Step) -> None:
    """Lets the evidence go; ids stay, so that repeats are still known."""
    state.phase = EXPIRED
    state.windows, state.events, state.shown = [], [], []
    for piece in (store.digests, store.events):
        for key, data in piece.items():
            if data != ID_ONLY:
                piece.put(key, ID_ONLY)
    for told in (store.signals, store.facts, store.published):
        told.clear()
    step.count("sessions_expired")


def _forget(store: Store) -> None:
    for piece in (store.state, store.published, store.digests, store.events, store.signals, store.facts):
        piece.clear()

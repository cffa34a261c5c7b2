"""Early results: publishes what is settled while a session goes on, and takes back what no longer stands."""

from __future__ import annotations

from collections.abc import Iterator

from replay_signals.schemas.clocks import BrokerMs
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rows import SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.judge.priors import Priors
from replay_signals.transforms.revisions.compare import RETRACTED
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.streaming import closing, early_judgement, recent
from replay_signals.transforms.streaming.message_facts import Due, framed
from replay_signals.transforms.streaming.state import DIGESTS, EVENTS, SIGNALS, SessionState, StoredSignal
from replay_signals.transforms.streaming.step import Arrival, Step, guarded
from replay_signals.transforms.streaming.store import Store

MAX_PENDING = 16
"""Of a session: about 1.5 KB each, in the state that every message rewrites."""


def publish_settled(
    store: Store, state: SessionState, now_ms: BrokerMs, step: Step, rules: Rules, priors: Priors
) -> None:
    """Judges the tail, if anything came since it was judged last, and publishes what is settled."""
    state.judged_ms = now_ms
    for window in state.windows:
        window.dues_ms = [due for due in window.dues_ms if due + window.skew_ms > now_ms]
    if state.recent_judged:
        _show_pending(store, state, now_ms, step)
        return
    state.recent_judged, state.pending = True, []
    digests = list(_tail_digests(store, state, now_ms - rules.session.horizon_ms))
    if not digests:
        return
    step.count("judged_interim")
    step.count("judged_messages", len(digests))
    events = [event_of(EVENTS.decode(data).row) for ref in state.events if (data := store.events.get(ref.uuid))]
    key = state.team, state.session_id
    view = guarded(
        step,
        key,
        "judge failed",
        Arrival(now_ms),
        lambda _: early_judgement.judge_recent(state, digests, events, rules, priors, now_ms),
    )
    if view is None:
        step.count("judge_failed")
        return
    _show(store, state, view, now_ms, step)
    windows = {w.window_id: w for w in state.windows}
    for one in view.waiting:
        recent.add_due(windows[one.shown.window_id], Due(one.settled_ms), rules.session.settle_ms)
    if len(view.waiting) <= MAX_PENDING:
        state.pending = view.waiting
    else:
        state.recent_judged = False  # too much to keep: looked at again when it is due


def _show_pending(store: Store, state: SessionState, now_ms: BrokerMs, step: Step) -> None:
    """Publishes what only had to wait for its evidence window: no evidence came that could have changed it."""
    skew_ms = {w.window_id: w.skew_ms for w in state.windows}
    waiting = []
    for one in state.pending:
        behind_ms = skew_ms.get(one.shown.window_id)
        if behind_ms is not None and one.settled_ms + behind_ms <= now_ms:
            _offer(store, one.row, now_ms, step)
            state.shown = [other for other in state.shown if other.id != one.shown.id] + [one.shown]
        else:
            waiting.append(one)
    state.pending = waiting


def _show(store: Store, state: SessionState, view: early_judgement.EarlyView, now_ms: BrokerMs, step: Step) -> None:
    """Publishes what is new or tells something else than before; retracts what the view should hold and does not."""
    windows = {w.window_id: w for w in state.windows}
    shown = {one.id: one for one in state.shown}
    for row, one in view.settled:
        shown[one.id] = one
        _offer(store, row, now_ms, step)
    for one in list(shown.values()):
        reachable = early_judgement.reachable(one, windows.get(one.window_id))
        gone = reachable and one.window_id in view.windows and one.id not in view.found
        back = closing.revision_of(None, stored_signal(store, one.id)) if gone else None
        if back is not None:
            _add(store, back, now_ms, step)
        if gone or not reachable:
            del shown[one.id]
    state.shown = list(shown.values())


def _offer(store: Store, row: SignalRow, now_ms: BrokerMs, step: Step) -> None:
    stored = stored_signal(store, row.signal_id)
    made = closing.revision_of(row, stored)
    stands = stored is not None and not stored.contested and stored.row.status != RETRACTED
    if made is not None and (stored is None or not stands or early_judgement.differs(stored.row, row)):
        _add(store, made, now_ms, step)


def stored_signal(store: Store, signal_id: str) -> StoredSignal | None:
    """The newest revision of a signal, None when it was never published."""
    data = store.signals.get(signal_id)
    return None if data is None else SIGNALS.decode(data)


def _add(store: Store, row: SignalRow, now_ms: BrokerMs, step: Step) -> None:
    if closing.add_signal(row, step, now_ms):
        store.signals.put(row.signal_id, SIGNALS.encode(StoredSignal(row)))


def _tail_digests(store: Store, state: SessionState, since_ms: int) -> Iterator[MessageDigest]:
    """Digests of the tail of every window that was heard of lately; older messages as frames."""
    for window in state.windows:
        if window.last_received_ms < since_ms:
            continue
        for ref in window.refs:
            data = store.digests.get(ref.id)
            if data:
                digest = DIGESTS.decode(data).digest
                yield framed(digest) if recent.is_frame_only(window, ref) else digest

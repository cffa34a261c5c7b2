"""Inbox recovery: what the job reads back of its own inbox, so that a crash cannot leave a wrong record standing.

In the fast mode a record is out at once. A crash sets the job back to its newest checkpoint, where it does not know
what it said since: it may number another finding as the same revision, which consumers drop as a repeat, or never come
to a finding again that is out already. So the state learns of every record that it does not know; the next judgement
then says what holds, as the revision after it. In normal running every record is known, and nothing happens.
"""

from __future__ import annotations

from replay_signals.schemas.clocks import BrokerMs, ClientMs
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.rows import SignalRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.inbox.record import signal_row
from replay_signals.transforms.revisions.compare import RETRACTED
from replay_signals.transforms.streaming import recent, timers
from replay_signals.transforms.streaming.early_results import stored_signal
from replay_signals.transforms.streaming.intake import state_of, wake
from replay_signals.transforms.streaming.message_facts import Due
from replay_signals.transforms.streaming.state import EXPIRED, SIGNALS, STATES, StoredSignal
from replay_signals.transforms.streaming.step import Step
from replay_signals.transforms.streaming.store import Store
from replay_signals.transforms.table_rows import canonical, content


def take_published(store: Store, record: InboxRecord, now_ms: BrokerMs, rules: Rules) -> Step:
    """A record of this session as it stands in the topic."""
    step = Step()
    newest = _after(stored_signal(store, record.id), canonical("signals", [signal_row(record)])[0])
    if newest is None:
        return step
    state = state_of(store, record.team, record.who.session_id, now_ms)
    if state.phase == EXPIRED:
        return step
    step.count("signals_recovered")
    store.signals.put(record.id, SIGNALS.encode(newest))
    wake(state, now_ms, step, "signals")
    for window in state.windows:
        if window.window_id == record.who.window_id:  # by then what was read before the crash is read again
            due = Due(ClientMs(recent.client_ms(window, now_ms) + rules.clicks.window_ms))
            recent.add_due(window, due, rules.session.settle_ms)
    timers.schedule(state, rules.session, step)
    store.state.update(STATES.encode(state))
    return step


def _after(known: StoredSignal | None, told: SignalRow) -> StoredSignal | None:
    """What to take for the newest revision now; None when the record is no news.

    It is contested, so that the next judgement says what holds: to the inbox, and to the table that lacks this.
    """
    if known is None or known.row.revision < told.revision:
        return StoredSignal(told, contested=True)
    row = known.row
    same = content(row) == content(told) and (row.status == RETRACTED) == (told.status == RETRACTED)
    if row.revision > told.revision or same or known.contested:
        return None
    return StoredSignal(row, contested=True)

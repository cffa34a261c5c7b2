"""timers: when something is due for a session, on the broker's clock."""

from __future__ import annotations

from replay_signals.schemas.clocks import BrokerMs
from replay_signals.schemas.rules import Session as Settings
from replay_signals.transforms.streaming import recent
from replay_signals.transforms.streaming.state import CLOSED, OPEN, SessionState
from replay_signals.transforms.streaming.step import Step


def close_due_ms(state: SessionState, settings: Settings) -> BrokerMs:
    """When an open session is to be judged as a whole.

    The first time 30 minutes after its last message; opened again by late evidence, sooner but less and less often, so
    that what n late messages cost does not grow with n. At the latest a day after it was opened.
    """
    quiet_ms = settings.close_after_ms
    if state.close_count:
        quiet_ms = min(settings.late_ms << min(state.close_count - 1, 40), settings.max_length_ms)
    last_ms = max(state.last_received_ms, state.opened_ms)
    return BrokerMs(min(last_ms + quiet_ms, state.opened_ms + settings.max_length_ms))


def next_due_ms(state: SessionState, settings: Settings) -> BrokerMs:
    """When `on_timer` next has something to do."""
    if state.phase == OPEN:
        settle_ms = recent.next_due_ms(state, settings)
        close_ms = close_due_ms(state, settings)
        return close_ms if settle_ms is None else min(settle_ms, close_ms)
    if state.phase == CLOSED:
        return BrokerMs(state.closed_ms + settings.keep_closed_ms)
    return BrokerMs(state.closed_ms + max(settings.keep_closed_ms, settings.remember_ms))


def is_used_up(state: SessionState, now_ms: BrokerMs) -> bool:
    """Was the timer that is set for now, or for earlier?"""
    return state.timer_ms is not None and now_ms >= state.timer_ms


def schedule(state: SessionState, settings: Settings, step: Step) -> None:
    """Asks for a timer when the one that is set would come too late."""
    due_ms = next_due_ms(state, settings)
    if state.timer_ms is None or due_ms < state.timer_ms:
        state.timer_ms = step.timer_ms = due_ms
        step.last_received_ms = state.last_received_ms

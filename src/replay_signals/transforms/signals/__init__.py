"""The registry of signal kinds: one module per kind, one line here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from replay_signals.schemas.inbox import ProblemType
from replay_signals.transforms.signals import (
    blocked_click,
    blocking_exception,
    console_error,
    cursor_thrash,
    dead_click,
    dead_end,
    dead_tap,
    error_click,
    failed_request,
    failing_route,
    form_abandonment,
    input_struggle,
    quick_back,
    rage_click,
    rage_tap,
    refresh_loop,
    scroll_hunt,
    slow_page,
    slow_response,
    slow_route,
    unexpected_exit,
)
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Signal
from replay_signals.transforms.signals.finding import Finding


def by_kind(signals: Iterable[Signal[Any]]) -> dict[str, Signal[Any]]:
    """Descriptors by kind, in order. Raises ValueError when two have one name."""
    found: dict[str, Signal[Any]] = {}
    for signal in signals:
        if signal.kind in found:
            raise ValueError(f"two signals are called {signal.kind}")
        found[signal.kind] = signal
    return found


SIGNALS = by_kind(
    (
        rage_click.SIGNAL,
        dead_click.SIGNAL,
        rage_tap.SIGNAL,
        dead_tap.SIGNAL,
        blocked_click.SIGNAL,
        error_click.SIGNAL,
        failed_request.SIGNAL,
        slow_response.SIGNAL,
        slow_page.SIGNAL,
        failing_route.SIGNAL,
        slow_route.SIGNAL,
        blocking_exception.SIGNAL,
        console_error.SIGNAL,
        form_abandonment.SIGNAL,
        input_struggle.SIGNAL,
        refresh_loop.SIGNAL,
        quick_back.SIGNAL,
        dead_end.SIGNAL,
        cursor_thrash.SIGNAL,
        scroll_hunt.SIGNAL,
        unexpected_exit.SIGNAL,
    )
)
"""Every kind there is."""


def find(context: SessionContext) -> list[Finding[Any]]:
    """All findings of a session in order of time."""
    found = [f for s in SIGNALS.values() if not s.after_others for f in s.detect(context)]
    troubled = replace(context, troubles=[f for f in found if SIGNALS[f.kind].is_trouble])
    found += [f for s in SIGNALS.values() if s.after_others for f in s.detect(troubled)]
    return sorted(found, key=lambda f: (f.started_ms, f.kind, f.page.window_id, f.ended_ms))


def problem_type_of(kind: str) -> ProblemType:
    """PostHog's type of a kind; `confusion` for one that only another version knows, whose rows a table may hold."""
    signal = SIGNALS.get(kind)
    return "confusion" if signal is None else signal.problem_type

"""The registry of signal kinds: one module a kind, one line here."""

from __future__ import annotations

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
    form_abandonment,
    input_struggle,
    quick_back,
    rage_click,
    rage_tap,
    refresh_loop,
    scroll_hunt,
    slow_response,
    unexpected_exit,
)
from replay_signals.transforms.signals.base import Detector, Finding
from replay_signals.transforms.signals.context import SessionContext

DETECTORS: dict[str, Detector] = {
    rage_click.KIND: rage_click.detect,
    dead_click.KIND: dead_click.detect,
    rage_tap.KIND: rage_tap.detect,
    dead_tap.KIND: dead_tap.detect,
    blocked_click.KIND: blocked_click.detect,
    error_click.KIND: error_click.detect,
    failed_request.KIND: failed_request.detect,
    slow_response.KIND: slow_response.detect,
    blocking_exception.KIND: blocking_exception.detect,
    console_error.KIND: console_error.detect,
    form_abandonment.KIND: form_abandonment.detect,
    input_struggle.KIND: input_struggle.detect,
    refresh_loop.KIND: refresh_loop.detect,
    quick_back.KIND: quick_back.detect,
    dead_end.KIND: dead_end.detect,
    cursor_thrash.KIND: cursor_thrash.detect,
    scroll_hunt.KIND: scroll_hunt.detect,
}

KINDS = (*DETECTORS, unexpected_exit.KIND)


def find(context: SessionContext) -> list[Finding]:
    """All findings of a session in order of time; the exit is judged last, knowing all others."""
    found = [finding for detect in DETECTORS.values() for finding in detect(context)]
    found += unexpected_exit.detect(context, found)
    return sorted(found, key=lambda f: (f.started_ms, f.kind, f.page.window_id, f.ended_ms))

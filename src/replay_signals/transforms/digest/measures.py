"""How fast a page was, as the browser measured it and recorders pass it on: loading, painting, answering, long tasks.

- `rrweb/network@1` and `posthog/network@1` hold performance entries as they are; posthog-js sends navigations, its
  predecessor and recorders set up otherwise also paints, largest paints and long tasks.
- Sentry's replays have them as custom events, `performanceSpan` (replay-internal: createPerformanceEntries.ts).
- Highlight's have `Jank`: how long a frame came late after a click or a key (client: jank-listener.tsx).
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS, Measure
from replay_signals.transforms.parse.values import number_within

TTFB, LOAD, FCP, LCP, INP, CLS, LONG_TASK = "ttfb", "load", "fcp", "lcp", "inp", "cls", "longtask"
LONG_TASK_MS = 50.0
"""From which a task is long (W3C Long Tasks)."""
MAX_MEASURED_MS = 3_600_000.0
"""A page that takes longer was suspended with its computer."""
MAX_SHIFT = 1000.0
REQUESTS = frozenset(("", "resource", "navigation"))
"""Types of performance entries that are requests; an entry without a type is one of a recorder that knows no other."""

_SPAN_VITALS = {"largest-contentful-paint": LCP, "interaction-to-next-paint": INP, "cumulative-layout-shift": CLS}
_span = msgspec.json.Decoder(rrweb.PerformanceSpan)
_jank = msgspec.json.Decoder(rrweb.Jank)
_text = msgspec.json.Decoder(str)


def of_entry(entry: rrweb.PerformanceEntry) -> Measure | None:
    """What an entry of the performance timeline measures; None for one that measures nothing that is kept."""
    origin = number_within(entry.timeOrigin, MAX_TIMESTAMP_MS)
    start = number_within(entry.startTime, MAX_TIMESTAMP_MS)
    if entry.entryType == "navigation":
        return measure(TTFB, entry.responseStart, origin) if entry.responseStart else None
    if entry.entryType == "paint" and entry.name == "first-contentful-paint":
        return measure(FCP, start, origin)
    if entry.entryType == "largest-contentful-paint":
        return measure(LCP, start, origin)
    if entry.entryType == "longtask":
        began = entry.timestamp if origin is None or start is None else origin + start
        return measure(LONG_TASK, entry.duration, number_within(began, MAX_TIMESTAMP_MS))
    return None


def of_custom(tag: str, payload: Raw, t_ms: float) -> list[Measure]:
    """What a custom event measures. Raises msgspec.DecodeError for a payload of another shape."""
    if tag == "performanceSpan":
        found = _of_span(_span.decode(payload))
    elif tag == "Jank":
        inner = _text.decode(payload).encode() if bytes(memoryview(payload)[:1]) == b'"' else payload
        late_ms = number_within(_jank.decode(inner).jankAmount, MAX_MEASURED_MS)
        found = None if late_ms is None else measure(LONG_TASK, late_ms, t_ms - late_ms)
    else:
        found = None
    return [] if found is None else [found]


def _of_span(span: rrweb.PerformanceSpan) -> Measure | None:
    """A vital's span begins as many ms after the navigation as its value says; the shift is no time."""
    start = number_within(span.startTimestamp, MAX_TIMESTAMP_MS / 1000)
    start_ms = None if start is None else start * 1000
    if isinstance(span.op, str) and span.op.startswith("navigation."):
        return measure(LOAD, span.data.duration, start_ms)
    name = _SPAN_VITALS.get(span.description) if isinstance(span.description, str) else None
    if name is None:
        return None
    value = number_within(span.data.value, MAX_MEASURED_MS)
    origin = start_ms if start_ms is None or value is None or name == CLS else start_ms - value
    return measure(name, value, origin)


def measure(name: str, value: Any, at_ms: float | None) -> Measure | None:
    """A measure with a sound value: ms to a tenth, a shift to a thousandth; None for one that cannot be."""
    number = number_within(value, MAX_SHIFT if name == CLS else MAX_MEASURED_MS)
    if number is None or number < 0 or (name == LONG_TASK and number < LONG_TASK_MS):
        return None
    rounded = round(number, 3 if name == CLS else 1)
    whole = int(rounded) if rounded == int(rounded) else rounded
    return Measure(name, whole, None if at_ms is None or at_ms < 0 else round(at_ms))

"""Plugin and custom events: console lines, requests, page views and what else recorders add to rrweb's own events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import measures, times
from replay_signals.transforms.digest.harmless import is_harmless
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.digest.records import (
    MAX_TIMESTAMP_MS,
    Console,
    Custom,
    Measure,
    Network,
    Other,
    RecordedRequest,
)
from replay_signals.transforms.parse.values import number_within

MAX_URL_CHARS = 1000
MAX_REQUESTS = 500
MAX_MESSAGE_CHARS = 300
MAX_STACK_LINES = 10
"""Frames above the tenth are those of every event of a framework."""
MAX_DURATION_MS = 86_400_000

_href = msgspec.json.Decoder(rrweb.Meta)
_plugin = msgspec.json.Decoder(rrweb.Plugin)
_console = msgspec.json.Decoder(rrweb.ConsolePayload)
_network = msgspec.json.Decoder(rrweb.NetworkPayload)
_network_items = msgspec.json.Decoder(rrweb.NetworkItems)
_recorded = msgspec.json.Decoder(rrweb.Request)
_legacy_request = msgspec.json.Decoder(rrweb.LegacyRequest)


def compact_number(value: float) -> float:
    """Integers encode shorter than floats."""
    return int(value) if value == int(value) else round(value, 3)


def custom(event: rrweb.Event, masking: Masking) -> Custom:
    """A custom event: its tag, the URL when it tells one (`$pageview`), and what it measures."""
    data = _plugin.decode(event.data)
    href = ""
    if b'"href"' in memoryview(data.payload).tobytes():
        href = masking.url(_href.decode(data.payload).href, "page_url", MAX_URL_CHARS)
    try:
        measured = measures.of_custom(data.tag, data.payload, event.time_ms)
    except msgspec.DecodeError:
        measured = []  # an event of the same name, but of another recorder
    return Custom(0, masking.word(data.tag, "custom_tag", 60), href, measured)


def plugin(event: rrweb.Event, masking: Masking) -> Console | Network | Other:
    """A plugin's event: console line, requests, or one that only counts."""
    data = _plugin.decode(event.data)
    if data.plugin == "rrweb/console@1":
        return console_line(data.payload, masking)
    if data.plugin == "rrweb/network@1":
        entries = _requests(data.payload)
        masking.budget.keep(len(entries))
        requests = [_request(r, event.time_ms, masking) for r in entries if _is_request(r)]
        return Network(0, requests, _measured(entries))
    if data.plugin == "posthog/network@1":
        entry = _legacy_request.decode(data.payload)
        requests = [_legacy(entry, event.time_ms, masking)] if _is_request(entry) else []
        return Network(0, requests, _measured([entry]))
    return Other(0, event.type)


# As PostHog's console recorder maps levels (session-console-log-recorder.ts)
_LEVELS = {"warn": "warn", "countReset": "warn", "error": "error", "assert": "error"}


_UNCAUGHT = re.compile(r"uncaught|unhandled|\b\w*Error:", re.IGNORECASE)
_HTTP_FAILURE = re.compile(
    r"(?:request|fetch|http|xhr|axios|status|response|server|api|failed).*?\b([45]\d\d)\b", re.IGNORECASE | re.DOTALL
)


def is_uncaught(message: str) -> bool:
    """Does a console line show an exception that the page did not handle?"""
    return _UNCAUGHT.search(message) is not None


def http_status_in(message: str) -> int | None:
    """The HTTP status that a line speaks of: how pages without a recorded network tell of failed requests."""
    found = _HTTP_FAILURE.search(message)
    return int(found[1]) if found else None


def console_line(payload: Raw, masking: Masking) -> Console:
    """A line of the console, as rrweb's plugin tells it; before rrweb 1.1 it was a change of its own (source 11)."""
    data = _console.decode(payload)
    level = data.level if isinstance(data.level, str) else "info"
    parts = [data.payload] if isinstance(data.payload, str) else data.payload
    parts = [part for part in parts if isinstance(part, str)]
    raw = " ".join(parts)[:MAX_MESSAGE_CHARS] if masking.can_look else ""
    level = _LEVELS.get(level, "info")
    policy = masking.policy
    if level == "error":
        parts = [policy.with_located(part) for part in parts]
    message = masking.console(level, parts, "console_message", MAX_MESSAGE_CHARS)
    source = data.trace[0] if data.trace and isinstance(data.trace[0], str) else ""
    trace = masking.line(policy.located(source), "console_trace", 200)
    harmless = level == "error" and is_harmless(raw, source)
    below = data.trace[1:MAX_STACK_LINES] if level == "error" else []
    stack = [masking.line(policy.located(one), "console_trace", 200) for one in below if isinstance(one, str)]
    return Console(0, level, message, trace, is_uncaught(raw), http_status_in(raw), harmless, stack)


def _requests(payload: Raw) -> list[rrweb.Request]:
    """The requests of an event, without what is none."""
    try:
        return _network.decode(payload).requests[:MAX_REQUESTS]
    except msgspec.ValidationError:
        items = _network_items.decode(payload).requests[:MAX_REQUESTS]
        return [_recorded.decode(item) for item in items if bytes(memoryview(item)[:1]) == b"{"]


def _is_request(entry: rrweb.PerformanceEntry) -> bool:
    return not isinstance(entry.entryType, str) or entry.entryType in measures.REQUESTS


def _measured(entries: Sequence[rrweb.PerformanceEntry]) -> list[Measure]:
    return [found for entry in entries if (found := measures.of_entry(entry)) is not None]


def _request(r: rrweb.Request, told_ms: float, masking: Masking) -> RecordedRequest:
    status = _status(r.status) if r.status is not None else _status(r.responseStatus)
    return RecordedRequest(
        _request_url(r.name, masking),
        _start_ms(r, told_ms),
        _number(r.duration, MAX_DURATION_MS),
        status,
        masking.word(r.method, "request_method", 10),
        masking.word(r.initiatorType, "request_method", 20),
        masking.word(r.type, "request_method", 20),
    )


def _legacy(r: rrweb.LegacyRequest, told_ms: float, masking: Masking) -> RecordedRequest:
    initiator = masking.word(r.initiatorType, "request_method", 20)
    duration_ms = _number(r.duration, MAX_DURATION_MS)
    url = _request_url(r.name, masking)
    return RecordedRequest(url, _start_ms(r, told_ms), duration_ms, _status(r.responseStatus), "", initiator, "")


def _start_ms(entry: rrweb.PerformanceEntry, told_ms: float) -> float | None:
    """When it began, None where that is not told by the clock of its event: times may be set to begin at 0."""
    start = _number(entry.timestamp, MAX_TIMESTAMP_MS)
    if start is None:
        origin = number_within(entry.timeOrigin, MAX_TIMESTAMP_MS)
        since = number_within(entry.startTime, MAX_TIMESTAMP_MS)
        start = None if origin is None or since is None else _number(origin + since, MAX_TIMESTAMP_MS)
    if start is None or not times.is_near(start := compact_number(times.in_ms(start)), told_ms):
        return None
    return start


def _request_url(value: Any, masking: Masking) -> str:
    """The URL without query: queries grow without bound."""
    address = value.partition("?")[0].partition("#")[0] if isinstance(value, str) else ""
    return masking.url(address, "request_url", 200)


def _number(value: object, most: float) -> float | None:
    """A time or a duration in ms to a tenth; None when there is none or it is out of range."""
    found = number_within(value, most)
    return None if found is None or found < 0 else compact_number(round(found, 1))


def _status(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 1000 else None  # True is an int in Python, not in a digest

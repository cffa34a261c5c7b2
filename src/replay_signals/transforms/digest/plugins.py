"""Plugin and custom events: console lines, requests, page views and what else recorders add to rrweb's own events."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.controls import text_of
from replay_signals.transforms.digest.records import (
    MAX_TIMESTAMP_MS,
    Console,
    Custom,
    Network,
    Other,
    RecordedRequest,
)

MAX_URL_CHARS = 1000
MAX_REQUESTS = 500
MAX_MESSAGE_CHARS = 300
MAX_DURATION_MS = 86_400_000

_href = msgspec.json.Decoder(rrweb.Meta)
_plugin = msgspec.json.Decoder(rrweb.Plugin)
_console = msgspec.json.Decoder(rrweb.ConsolePayload)
_network = msgspec.json.Decoder(rrweb.NetworkPayload)
_legacy_request = msgspec.json.Decoder(rrweb.LegacyRequest)


def compact_number(value: float) -> float:
    """Integers encode shorter than floats."""
    return int(value) if value == int(value) else round(value, 3)


def url_of(value: Any) -> str:
    """A trimmed, bounded URL without user info."""
    url = value.strip()[:MAX_URL_CHARS] if isinstance(value, str) else ""
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    if separator and "@" in authority:
        return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
    return url


def custom(event: rrweb.Event) -> Custom:
    """A custom event: its tag, and the URL when it tells one (`$pageview`)."""
    data = _plugin.decode(event.data)
    href = ""
    if b'"href"' in memoryview(data.payload).tobytes():
        href = url_of(_href.decode(data.payload).href)
    return Custom(0, data.tag[:60], href)


def plugin(event: rrweb.Event) -> Console | Network | Other:
    """A plugin's event: console line, requests, or one that only counts."""
    data = _plugin.decode(event.data)
    if data.plugin == "rrweb/console@1":
        return _console_line(data.payload)
    if data.plugin == "rrweb/network@1":
        payload = _network.decode(data.payload)
        return Network(0, [_request(r) for r in payload.requests[:MAX_REQUESTS]])
    if data.plugin == "posthog/network@1":
        return Network(0, [_performance_entry(_legacy_request.decode(data.payload))])
    return Other(0, event.type)


# As PostHog's console recorder maps levels (session-console-log-recorder.ts)
_LEVELS = {"warn": "warn", "countReset": "warn", "error": "error", "assert": "error"}


def _console_line(payload: Raw) -> Console:
    data = _console.decode(payload)
    level = data.level if isinstance(data.level, str) else "info"
    parts = [data.payload] if isinstance(data.payload, str) else data.payload
    message = " ".join(part for part in parts if isinstance(part, str))[:MAX_MESSAGE_CHARS]
    trace = data.trace[0][:200] if data.trace and isinstance(data.trace[0], str) else ""
    return Console(0, _LEVELS.get(level, "info"), message, trace)


def _request(r: rrweb.Request) -> RecordedRequest:
    start = r.timestamp
    if start is None and r.timeOrigin is not None and r.startTime is not None:
        start = r.timeOrigin + r.startTime
    status = _status(r.status) if r.status is not None else _status(r.responseStatus)
    return RecordedRequest(
        _request_url(r.name),
        _number(start, MAX_TIMESTAMP_MS),
        _number(r.duration, MAX_DURATION_MS),
        status,
        text_of(r.method, 10),
        text_of(r.initiatorType, 20),
        text_of(r.type, 20),
    )


def _performance_entry(r: rrweb.LegacyRequest) -> RecordedRequest:
    duration_ms = _number(r.duration, MAX_DURATION_MS)
    return RecordedRequest(_request_url(r.name), None, duration_ms, _status(r.status), "", text_of(r.initiator, 20), "")


def _request_url(value: Any) -> str:
    """The URL without user info and query values: they identify people and grow without bound."""
    return url_of(value).partition("?")[0].partition("#")[0][:200]


def _number(value: float | None, most: float) -> float | None:
    """A time or a duration in ms to a tenth; None when there is none or it is out of range."""
    return None if value is None or not 0 <= value <= most else compact_number(round(value, 1))


def _status(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 < value < 1000 else None

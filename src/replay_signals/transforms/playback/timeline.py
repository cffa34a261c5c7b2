"""What happened beside the picture: clicks, signals, console lines, requests, pages, events of a session, by time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from replay_signals.schemas.digests import millis
from replay_signals.schemas.fact_rows import ConsoleLogRow, ExceptionRow, NetworkRequestRow, PageViewRow
from replay_signals.schemas.rows import EventRow, InteractionRow, SignalRow

MAX_ENTRIES = 5000
"""Of one session; those of the least worth go first."""
MAX_TEXT_CHARS = 300
FAILED = 400
_OWN = (
    "$autocapture",
    "$rageclick",
    "$dead_click",
    "$web_vitals",
    "$set",
    "$feature_flag_called",
    "$pageleave",
    "$$heatmap",
)
"""Events of the SDK that say again what the recording shows, or nothing of the visit."""


class Entry(Struct, frozen=True, omit_defaults=True):
    """One line of the timeline.

    `kind`: click, signal, console, request, page, exception or event. `at_ms`, `until_ms`: from the start of the
    session. `level`: ok, info, warn or error. `id`: of a signal, to be asked for. `node`: of the element in the page as
    it was at the time of a signal. All text went through the rules of privacy.
    """

    at_ms: int
    kind: str
    title: str
    detail: str = ""
    level: str = "info"
    window: str = ""
    until_ms: int = 0
    id: str = ""
    node: int = 0
    severity: float = 0
    page: str = ""


def timeline_of(rows: Mapping[str, Sequence[Any]], first_ms: float) -> list[Entry]:
    """Entries of the rows of one session, by table, in order of time. `first_ms`: when its recording starts."""
    entries = [
        entry
        for table, make in _MAKERS.items()
        for row in rows.get(table, ())
        if (entry := make(row, lambda when: round(millis(when) - first_ms))) is not None
    ]
    if len(entries) > MAX_ENTRIES:
        entries = sorted(entries, key=lambda entry: _WORTH[entry.kind] - 4 * (entry.level == "error"))[:MAX_ENTRIES]
    return sorted(entries, key=lambda entry: (entry.at_ms, entry.kind, entry.title))


_WORTH = {"signal": 0, "click": 1, "page": 2, "exception": 3, "event": 4, "console": 5, "request": 6}
At = Callable[[datetime], int]


def _signal(row: SignalRow, at: At) -> Entry | None:
    if row.status == "retracted":
        return None
    return Entry(
        at_ms=at(row.started_at),
        until_ms=at(row.ended_at),
        kind="signal",
        title=row.kind.replace("_", " "),
        detail=_cut(row.summary),
        level="error" if row.severity >= 50 else "warn",
        window=row.window_id,
        id=row.signal_id,
        severity=row.severity,
        page=row.page_pattern,
    )


_CLICK_LEVELS = {"dead": "error", "slow": "warn", "alive": "ok"}


def _click(row: InteractionRow, at: At) -> Entry:
    took = f" after {row.reaction_ms:.0f} ms" if row.reaction_ms is not None else ""
    answer = f"{row.verdict}{f': {row.reaction}{took}' if row.reaction else ''}"
    level = _CLICK_LEVELS.get(row.verdict, "info")
    return Entry(at(row.occurred_at), "click", _cut(f"{row.kind} {row.element}"), _cut(answer), level, row.window_id)


def _console(row: ConsoleLogRow, at: At) -> Entry:
    return Entry(at(row.occurred_at), "console", _cut(row.message), _cut(row.source), row.level, row.window_id)


def _request(row: NetworkRequestRow, at: At) -> Entry:
    level = "info" if row.status is None else "error" if row.status >= FAILED or row.status == 0 else "ok"
    title = f"{row.method or row.initiator} {row.url}".strip()
    status = "" if row.status is None else f"{row.status}, "
    return Entry(at(row.started_at), "request", _cut(title), f"{status}{row.duration_ms:.0f} ms", level, row.window_id)


def _page(row: PageViewRow, at: At) -> Entry:
    loaded = "" if row.load_ms is None else f"loaded in {row.load_ms:.0f} ms"
    return Entry(at(row.started_at), "page", _cut(row.page), loaded, "info", row.window_id, at(row.ended_at))


def _exception(row: ExceptionRow, at: At) -> Entry:
    title = f"{row.type}: {row.message}" if row.type else row.message
    return Entry(at(row.occurred_at), "exception", _cut(title), row.origin, "error", row.window_id)


def _event(row: EventRow, at: At) -> Entry | None:
    if row.event in _OWN:
        return None
    return Entry(at(row.occurred_at), "event", _cut(row.event), _cut(row.page), "info", row.window_id)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]} …"


_MAKERS: dict[str, Callable[[Any, At], Entry | None]] = {
    "signals": _signal,
    "interactions": _click,
    "console_logs": _console,
    "network_requests": _request,
    "page_views": _page,
    "exceptions": _exception,
    "events": _event,
}
TIMELINE_TABLES = tuple(_MAKERS)
"""Tables whose latest rows of a session `timeline_of` reads."""

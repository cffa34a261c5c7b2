"""What the player is given: one session as JSON. The contract between Python and the player's script (version 1).

    {
      "version": 1,
      "team": "...", "session_id": "...",
      "first_ms": 1795490000000,                      epoch ms, client's clock; all other times count from here
      "length_ms": 61234,
      "windows": [{"id": "...", "first_ms": 0, "last_ms": 61234, "native": false, "has_page": true,
                   "events": [rrweb events with epoch timestamps, masked and harmless]}],
      "spans": [[0, 0, 12000, true], ...]             window (index), from, to, whether the visitor is active
      "timeline": [Entry, ...]                        see transforms/playback/timeline
    }

A page loads it as a script, since `file://` allows no fetch: `ReplaySignals.session("<base64 of gzip of the JSON>")`.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from replay_signals.schemas import rrweb
from replay_signals.schemas.digests import millis
from replay_signals.schemas.rows import SignalRow
from replay_signals.transforms.playback.decoding import Event
from replay_signals.transforms.playback.locate import locate
from replay_signals.transforms.playback.session import PlaybackSession
from replay_signals.transforms.playback.timeline import Entry, timeline_of
from replay_signals.transforms.playback.tree import Walk
from replay_signals.transforms.text import encoded

PLAYER_DATA_VERSION = 1
ACTIVE_SOURCES = frozenset(
    (
        *(rrweb.MOUSE_MOVE, rrweb.MOUSE_INTERACTION, rrweb.SCROLL, rrweb.VIEWPORT_RESIZE, rrweb.INPUT),
        *(rrweb.TOUCH_MOVE, rrweb.MEDIA_INTERACTION, rrweb.DRAG),
    )
)
"""What a visitor does (PostHog: segmentation.ts)."""
IDLE_MS = 5000
"""Without anything that a visitor does; PostHog: ACTIVITY_THRESHOLD_MS."""
AFTER_MS = 2000
"""Shown of the time after the last act, to see what it did."""
MAX_LOCATED = 200
"""Signals whose elements are looked for; each takes some milliseconds."""


class PlayerWindow(Struct, frozen=True):
    """One window; times from the start of the session."""

    id: str
    first_ms: int
    last_ms: int
    native: bool
    has_page: bool
    events: list[Event]


class PlayerData(Struct, frozen=True):
    """One session for the player."""

    team: str
    session_id: str
    first_ms: int
    length_ms: int
    windows: list[PlayerWindow]
    spans: list[tuple[int, int, int, bool]]
    timeline: list[Entry]
    version: int = PLAYER_DATA_VERSION


def player_data(session: PlaybackSession, rows: Mapping[str, Sequence[Any]]) -> PlayerData:
    """The data of a session and its rows by table (latest ones; `TIMELINE_TABLES`). Total."""
    first_ms = session.first_ms
    windows = [
        PlayerWindow(
            window.window_id,
            round(window.first_ms - first_ms),
            round(window.last_ms - first_ms),
            window.is_native,
            any(event["type"] == rrweb.FULL_SNAPSHOT for event in window.events),
            window.events,
        )
        for window in session.windows
    ]
    length_ms = round(session.last_ms - first_ms)
    entries = _with_nodes(session, rows.get("signals", ()), timeline_of(rows, first_ms))
    return PlayerData(session.team, session.session_id, round(first_ms), length_ms, windows, spans_of(session), entries)


def script_of(data: object) -> bytes:
    """The data as a script that a page loads."""
    text = encoded(msgspec.json.encode, data)
    return b'ReplaySignals.session("' + b64encode(gzip.compress(text, 6, mtime=0)) + b'");\n'


def _with_nodes(session: PlaybackSession, signals: Sequence[SignalRow], entries: list[Entry]) -> list[Entry]:
    """Signals with the node of their element."""
    nodes: dict[str, int] = {}
    walks = {window.window_id: Walk(window) for window in session.windows}
    worst = sorted(signals, key=lambda row: -row.severity)[:MAX_LOCATED]
    for row in sorted(worst, key=lambda row: row.started_at):
        window = session.window(row.window_id)
        if window is not None and (row.element_key or row.x_px is not None):
            walk = walks[row.window_id]
            found = locate(window, millis(row.started_at), row.element_key, row.x_px, row.y_px, walk)[1]
            nodes[row.signal_id] = found.control_id if found is not None else 0
    return [structs.replace(entry, node=nodes[entry.id]) if nodes.get(entry.id) else entry for entry in entries]


def spans_of(session: PlaybackSession) -> list[tuple[int, int, int, bool]]:
    """Which window was used when: index, from and to in ms from the session's start, whether its visitor was active.

    Spans follow each other without gap from the first event to the last.
    """
    acts = sorted(
        (event["timestamp"] - session.first_ms, number)
        for number, window in enumerate(session.windows)
        for event in window.events
        if _is_act(event) or event is window.events[0]
    )
    end = session.last_ms - session.first_ms
    runs: list[list[float]] = []  # window, from, until
    for at_ms, number in acts:
        if runs and runs[-1][0] == number and at_ms - runs[-1][2] <= IDLE_MS:
            runs[-1][2] = at_ms
        else:
            runs.append([number, at_ms, at_ms])
    spans: list[tuple[int, int, int, bool]] = []
    for i, (window, start, last) in enumerate(runs):
        next_start = runs[i + 1][1] if i + 1 < len(runs) else end
        until = min(last + AFTER_MS, next_start)
        if until > start:
            spans.append((int(window), round(start), round(until), True))
        if next_start > until:
            spans.append((int(window), round(until), round(next_start), False))
    return spans


def _is_act(event: Event) -> bool:
    return event["type"] == rrweb.INCREMENTAL_SNAPSHOT and event["data"].get("source") in ACTIVE_SOURCES

"""Sessions of a report: their list as columns, which the page filters, and one session with what happened in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from replay_signals.transforms.inbox.player_link import At, PlayerLink
from replay_signals.transforms.printable import iso
from replay_signals.transforms.report.names import problem_name
from replay_signals.transforms.report.shown import moment, number, text
from replay_signals.transforms.summary.sentences import Happened

COLUMNS = (
    "team", "session_id", "day", "started_at", "ended_at", "duration_ms", "active_ms", "severity", "signal_count",
    "exception_count", "event_row_count", "distinct_id", "person_id", "identified", "first_url", "last_url",
    "snapshot_source", "snapshot_library", "witness", "judgeable", "traffic", "truncated", "window_count",
    "click_count", "keypress_count", "console_warn_count", "console_error_count", "network_request_count",
    "network_failed_request_count", "network_4xx_count", "network_5xx_count", "page_visit_count", "unique_page_count",
    "release", "browser", "browser_version", "os", "os_version", "device_type", "country", "host", "library_version",
    "rules_version",
)  # fmt: skip
"""Columns of `sessions` that a filter on the page can speak of."""
URL_CHARS = 200
LISTED = 60
"""Flags and properties that a page gets of one session."""
FACTS = (
    ("started_at", "Started"), ("device_type", "Device"), ("browser", "Browser"), ("browser_version", ""),
    ("os", "System"), ("os_version", ""), ("country", "Country"), ("release", "Release"), ("host", "Host"),
)  # fmt: skip


def session_columns(
    sessions: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Sequence[str]]]],
) -> dict[str, Any]:
    """Some sessions as one list a column; each is its key, its columns and what it met."""
    rows = [columns for _, columns, _ in sessions]
    return {
        "key": [key for key, _, _ in sessions],
        "columns": {name: _column([row[name] for row in rows]) for name in COLUMNS},
        "maps": {
            "flag": [dict(_short(row["flags"])) for row in rows],
            "signals": [row["signal_kinds"] for row in rows],
            "person": [_properties(row["person_properties"]) for row in rows],
        },
        "lists": {name: _lists([met[name] for _, _, met in sessions]) for name in (sessions[0][2] if sessions else ())},
    }


def _lists(found: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Lists of texts that repeat: each text once, and its places."""
    places: dict[str, int] = {}
    placed = [[places.setdefault(text(value, URL_CHARS), len(places)) for value in values] for values in found]
    return {"names": list(places), "places": placed}


def _column(values: list[Any]) -> dict[str, Any]:
    """Values of a column; texts that repeat are said once."""
    plain = [_plain(value) for value in values]
    if plain and all(isinstance(value, str) for value in plain):
        names = list(dict.fromkeys(plain))
        if len(names) < len(plain) / 2:
            places = {name: place for place, name in enumerate(names)}
            return {"names": names, "places": [places[value] for value in plain]}
    return {"values": plain}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return text(value, URL_CHARS)
    return number(value) if isinstance(value, float) else value


def _short(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(text(name, 80), text(value, 80)) for name, value in sorted(values.items())[:LISTED]]


def _properties(found: str) -> dict[str, Any]:
    """Person properties as a filter compares them: texts, numbers and truths of the first level."""
    try:
        loaded = msgspec.json.decode(found or "{}")
    except (msgspec.DecodeError, RecursionError):
        return {}
    if not isinstance(loaded, dict):
        return {}
    kept = [(name, value) for name, value in loaded.items() if isinstance(value, str | int | float | bool)]
    return {text(name, 80): text(value, 80) if isinstance(value, str) else value for name, value in kept[:LISTED]}


def session_item(columns: Mapping[str, Any], player: PlayerLink | None = None) -> dict[str, Any]:
    """What a session's page says of it above its timeline."""
    at = At(columns["team"], columns["session_id"], 0, "", columns["distinct_id"])
    return {
        "player": "" if player is None else player.of_session(at),
        "id": text(columns["session_id"]),
        "visitor": text(columns["person_id"] or columns["distinct_id"] or columns["session_id"]),
        "startedAt": moment(columns["started_at"]),
        "durationMs": columns["duration_ms"],
        "activeMs": columns["active_ms"],
        "severity": number(columns["severity"], 1),
        "components": sorted(((name, number(v, 1)) for name, v in columns["components"].items()), key=_by_size),
        "facts": _facts(columns),
        "flags": _short(columns["flags"]),
        "signals": columns["signal_count"],
        "clicks": columns["click_count"],
        "errors": columns["exception_count"],
        "judgeable": columns["judgeable"],
        "traffic": columns["traffic"],
        "firstUrl": text(columns["first_url"], URL_CHARS),
    }


def _by_size(item: tuple[str, float | int | None]) -> float:
    return -abs(item[1] or 0)


def _facts(columns: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, label in FACTS[1:]:
        value = text(columns[name], 80)
        if value and label:
            found.append((label, value))
        elif value and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {value}")
    return found


def timeline(moments: Sequence[Happened]) -> dict[str, Any]:
    """What happened, in order; pages are said once and named by their place in `pages`."""
    pages = list(dict.fromkeys(one.page for one in moments))
    places = {page: place for place, page in enumerate(pages)}
    return {
        "pages": [text(page) for page in pages],
        "moments": [
            [
                one.offset_ms,
                one.what,
                text(one.name, 120),
                text(one.detail),
                places[one.page],
                number(one.severity, 1),
                problem_name(one.problem_id) if one.problem_id else "",
            ]
            for one in moments
        ],
    }

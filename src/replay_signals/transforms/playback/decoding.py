"""Messages as the events a player takes: decoded to the end, compressed fields opened, times in milliseconds."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Raw

from replay_signals.schemas.messages import SnapshotMessage
from replay_signals.schemas.rrweb import FULL_SNAPSHOT, INCREMENTAL_SNAPSHOT, MUTATION
from replay_signals.transforms.digest import times
from replay_signals.transforms.digest.dom import InflateError, inflate
from replay_signals.transforms.digest.message import parts_of
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS
from replay_signals.transforms.parse.budget import Budget, TooLarge
from replay_signals.transforms.playback.surroundings import MAX_DEPTH

Event = dict[str, Any]
"""One rrweb event as JSON objects: `type`, `timestamp` (epoch ms), `data`."""
PACKED_FIELDS = ("texts", "attributes", "removes", "adds")
MAX_JSON_DEPTH = 2 * MAX_DEPTH + 20
"""Of what is decoded: two levels for each node that is shown, and a few around and below them."""
_BAD = (msgspec.DecodeError, InflateError, RecursionError, ValueError, TooLarge)
_SIGNS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_json = msgspec.json.Decoder()
_raw = msgspec.json.Encoder()


def events_of(message: SnapshotMessage, budget: Budget) -> list[Event]:
    """The events of a message in recorded order; what cannot be read, or is 7 days off, is left out. Total."""
    try:
        budget.spend(message.items)
        parts = parts_of(message.items)
    except _BAD:
        return []
    found = [event for part in parts if (event := _event(part, budget)) is not None]
    if not found:
        return []
    reference = times.reference_ms([event["timestamp"] for event in found], message.received_ms)
    return [event for event in found if times.is_near(event["timestamp"], reference)]


def _event(part: bytes, budget: Budget) -> Event | None:
    try:
        event = _decoded(part)
        kind, data = event["type"], event.get("data")
        at_ms = times.in_ms(event["timestamp"])
        if type(kind) is not int or not 0 <= at_ms <= MAX_TIMESTAMP_MS:
            return None
        if isinstance(data, str):
            data = _opened(data, budget)
        if not isinstance(data, dict):
            data = {}
        if kind == INCREMENTAL_SNAPSHOT and data.get("source") == MUTATION:
            data |= {name: _opened(data[name], budget) for name in PACKED_FIELDS if isinstance(data.get(name), str)}
    except (*_BAD, KeyError, TypeError, AttributeError):
        return None
    if kind == FULL_SNAPSHOT and not isinstance(data.get("node") or data.get("wireframes"), (dict, list)):
        return None
    return {"type": kind, "timestamp": at_ms, "data": data}


def _opened(text: str, budget: Budget) -> Any:
    return _decoded(inflate(Raw(_raw.encode(text)), budget))


def _decoded(text: bytes | Raw) -> Any:
    """The value of a JSON text, without what is nested more deeply than can be read."""
    try:
        return _json.decode(text)
    except RecursionError:
        return _json.decode(shallow(bytes(text)))


def shallow(text: bytes) -> bytes:
    """A JSON text whose lists and objects at the bound of depth are empty."""
    parts: list[bytes] = []
    depth = kept_from = 0
    for found in _SIGNS.finditer(text):
        sign = found[0]
        if sign in b"[{":
            depth += 1
            if depth == MAX_JSON_DEPTH:
                parts.append(text[kept_from : found.end()])
        elif sign in b"]}":
            if depth == MAX_JSON_DEPTH:
                kept_from = found.start()
            depth -= 1
    return b"".join((*parts, text[kept_from:]))

"""All file formats by name, and how a text's format is recognised from its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from msgspec import Raw, Struct

from replay_signals.schemas.wire import LIMITS, Limits
from replay_signals.transforms.parse import lines, recordings, shapes
from replay_signals.transforms.parse.capture import has_snapshots
from replay_signals.transforms.parse.cut import Parsed
from replay_signals.transforms.parse.json_text import MALFORMED, decode, first_items, flaw
from replay_signals.transforms.parse.recordings import Place, is_header
from replay_signals.transforms.parse.salvage import salvage
from replay_signals.transforms.text import json_utf8

AUTO = "auto"


class Format(Struct, frozen=True):
    """A file format: its name on the command line, a line for the help, and its parser of one JSON text."""

    name: str
    description: str
    parse: Callable[[bytes, Place], Iterator[Parsed]]
    is_always_lines: bool = False  # never one JSON document over several lines


_ALL = (
    Format(
        "requests", 'recorded capture requests, one {"t", "path", "ua", "body"} a line', lines.parse_request_line, True
    ),
    Format("request-body", "capture request bodies: an event, a list, or a batch", lines.parse_request_body),
    Format("kafka", "Kafka messages, one a line (own form, kcat -J, rpk)", lines.parse_kafka_line, True),
    Format("kafka-value", "bare Kafka message values, one a line", lines.parse_kafka_value, True),
    Format("export", "PostHog's exports and answers of its API (JSON), by window or not", recordings.parse_recording),
    Format("blob", 'PostHog\'s recording blobs, {"window_id", "data": [...]} a line', recordings.parse_recording),
    Format("window-pairs", "[windowId, event] lines, as in PostHog's newer blobs", recordings.parse_recording),
    Format("sentry", "Sentry's replay segments, each after its header line", recordings.parse_recording),
    Format("packed", "events packed by rrweb's packer, or base64 of gzip or zlib", recordings.parse_recording),
    Format("rrweb", "rrweb events: in arrays, by window, in any wrapper, or one a line", recordings.parse_recording),
)
FORMATS: dict[str, Format] = {one.name: one for one in _ALL}

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_RAW = msgspec.json.Decoder(Raw)

# Tried in this order; the first whose keys are all there wins. The more keys a rule asks for, the earlier it stands.
_BY_KEYS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"body", "path"}), "requests"),
    (frozenset({"topic", "value"}), "kafka"),
    (frozenset({"topic", "payload"}), "kafka"),
    (frozenset({"data", "distinct_id"}), "kafka-value"),
    (frozenset({"event", "team_id"}), "kafka-value"),
    (frozenset({"data", "version"}), "export"),
    (frozenset({"snapshot_data_by_window_id"}), "export"),
    (frozenset({"type", "timestamp"}), "rrweb"),
    (frozenset({"data", "window_id"}), "blob"),
    (frozenset({"batch"}), "request-body"),
    (frozenset({"event", "properties"}), "request-body"),
    (frozenset({"events"}), "rrweb"),
)
_TELLING_BYTES = 4 * 1024 * 1024
_EVENTS_ONLY = frozenset({"kafka-value", "request-body"})
"""Formats whose keys other recorders use, too: theirs when there are rrweb events in plain sight."""


def format_of(text: bytes, limits: Limits = LIMITS) -> str | None:
    """Name of the format of a complete JSON text, None when it has no known shape."""
    if is_header(text):
        return None
    keys = _keys(text)
    if keys is not None:
        named = next((name for needed, name in _BY_KEYS if needed <= keys), None)
        if named not in _EVENTS_ONLY and named is not None:
            return named
        return named if named is not None and not _has_plain_events(text, limits) else _recording(text, limits)
    if flaw(text) is not None and flaw(json_utf8(text)) is not None:
        return None
    if not text.startswith(b"["):
        return _recording(text, limits) if text.startswith(b'"') else None
    items = first_items(text, shapes.LOOKED_AT)
    if shapes.is_pair(items):
        return "window-pairs"
    return _format_of_items(items, limits) or _recording(text, limits)


def _recording(text: bytes, limits: Limits) -> str | None:
    return "rrweb" if shapes.holds_events(text, limits) else None


def _has_plain_events(text: bytes, limits: Limits) -> bool:
    """Whether a field is rrweb events, or one; a Kafka value and a capture event have them further inside."""
    return any(_is_plain(value, limits) for value in shapes.fields_of(text).values())


def _is_plain(value: Raw | bytes, limits: Limits) -> bool:
    text = shapes.text_in(value)
    inner = value if text is None else shapes.inner_json(text, limits)
    if isinstance(inner, tuple):
        return False
    items = first_items(inner, shapes.LOOKED_AT) if shapes.first(inner) == b"[" else [inner]
    return any(shapes.head_of(item) is not None for item in items)


def format_of_damaged(text: bytes) -> str | None:
    """The same for a text that breaks off or has a broken part: then its beginning tells."""
    found = format_of(text)
    if found is not None or flaw(text) is None:
        return found
    return format_of(salvage(text[:_TELLING_BYTES], holds_items).text)


def holds_items(item: bytes) -> bool:
    """Whether a damaged item of an array holds a list of events itself, which is worth a look."""
    return has_snapshots(item) or shapes.may_hold_list(item)


def is_complete(text: bytes) -> bool:
    """Whether a line can stand for itself: it is a JSON object or array (however deep), or a string with one."""
    try:
        decode(_RAW, text)
    except RecursionError:
        return True
    except MALFORMED:
        return False
    return text[:1] in (b"{", b"[") or shapes.text_in(text) is not None


def _format_of_items(items: list[bytes], limits: Limits) -> str | None:
    """By the first item that has a known shape: one broken or foreign item must not decide."""
    for item in items:
        if shapes.first(item) == b"[" and shapes.is_pair(shapes.items_of(item)):
            return "window-pairs"
        if shapes.text_in(item) is not None:
            return "packed"
        keys = _keys(item) or frozenset()
        if {"type", "timestamp"} <= keys:
            return "rrweb"
        if "event" in keys:
            return None if _has_plain_events(item, limits) else "request-body"
    return None


def _keys(text: bytes | Raw) -> frozenset[str] | None:
    try:
        return frozenset(decode(_OBJECT, text).keys())
    except MALFORMED:
        return None

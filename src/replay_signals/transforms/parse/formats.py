"""All file formats by name, and how a text's format is recognised from its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from msgspec import Raw, Struct

from replay_signals.transforms.parse import lines, recordings
from replay_signals.transforms.parse.cut import Parsed
from replay_signals.transforms.parse.json_text import MALFORMED, decode, salvage
from replay_signals.transforms.parse.recordings import Place

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
    Format("export", "PostHog's recording export (JSON)", recordings.parse_export),
    Format("window-pairs", "[windowId, event] lines, as in PostHog's recording blobs", recordings.parse_window_pairs),
    Format("rrweb", 'rrweb events: an array, {"events": [...]}, or one a line', recordings.parse_rrweb),
)
FORMATS: dict[str, Format] = {one.name: one for one in _ALL}

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_ARRAY = msgspec.json.Decoder(list[Raw])
_RAW = msgspec.json.Decoder(Raw)

# Tried in this order; the first whose keys are all there wins. The more keys a rule asks for, the earlier it stands.
_BY_KEYS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"body", "path"}), "requests"),
    (frozenset({"topic", "value"}), "kafka"),
    (frozenset({"topic", "payload"}), "kafka"),
    (frozenset({"data", "distinct_id"}), "kafka-value"),
    (frozenset({"event", "team_id"}), "kafka-value"),
    (frozenset({"data", "version"}), "export"),
    (frozenset({"type", "timestamp"}), "rrweb"),
    (frozenset({"batch"}), "request-body"),
    (frozenset({"event", "properties"}), "request-body"),
    (frozenset({"events"}), "rrweb"),
)


def format_of(text: bytes) -> str | None:
    """Name of the format of a complete JSON text, None when it has no known shape."""
    keys = _keys(text)
    if keys is not None:
        return next((name for needed, name in _BY_KEYS if needed <= keys), None)
    try:
        items = decode(_ARRAY, text)
    except MALFORMED:
        return None
    if len(items) == 2 and _is_pair(items):
        return "window-pairs"
    return _format_of_items(items)


def format_of_damaged(text: bytes) -> str | None:
    """The same for a text that breaks off or has a broken part."""
    return format_of(text) or format_of(salvage(text).text)


def is_complete(text: bytes) -> bool:
    """Whether a line can stand for itself: it is a JSON object or array from end to end (however deep)."""
    try:
        decode(_RAW, text)
    except RecursionError:
        return True
    except MALFORMED:
        return False
    return text[:1] in (b"{", b"[")


def _format_of_items(items: list[Raw]) -> str | None:
    """By the first item that has a known shape: one broken or foreign item must not decide."""
    for item in items[:20]:
        text = bytes(item)
        if text.startswith(b"["):
            try:
                pair = decode(_ARRAY, text)
            except MALFORMED:
                continue
            return "window-pairs" if len(pair) == 2 and _is_pair(pair) else None
        keys = _keys(text) or frozenset()
        if {"type", "timestamp"} <= keys:
            return "rrweb"
        if "event" in keys:
            return "request-body"
    return None


def _is_pair(items: list[Raw]) -> bool:
    """A window id and an event; an array of two events is none."""
    return bytes(items[0])[:1] not in (b"{", b"[") and bytes(items[1]).startswith(b"{")


def _keys(text: bytes | Raw) -> frozenset[str] | None:
    try:
        return frozenset(decode(_OBJECT, text).keys())
    except MALFORMED:
        return None

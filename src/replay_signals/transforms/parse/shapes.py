"""What a JSON value of a recording is, told by its structure: an event, a window's events, a wrapper, packed text.

Files of one recorder are wrapped differently by every tool that stored them, so names of keys decide nothing but ids.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct

from replay_signals.schemas.wire import EventHead, Limits
from replay_signals.transforms.parse.json_text import MALFORMED, array_items, decode, first_items
from replay_signals.transforms.parse.packed import is_packed, unpack_text
from replay_signals.transforms.parse.values import text_of
from replay_signals.transforms.text import utf8

MAX_WRAPPERS = 12
"""How many wrappers and arrays may lie around an event; OpenTelemetry's logs have nine."""

LOOKED_AT = 20
"""Items of an array that decide what it is: a few broken or foreign ones must not."""

_HEAD = msgspec.json.Decoder(EventHead)
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_VALUE = msgspec.json.Decoder(Any)
_TEXT = msgspec.json.Decoder(str)

_NUMBER = b"-0123456789"
_NUMBER_IN_TEXT = re.compile(rb'"[0-9]{1,2}"')


class Owner(Struct, frozen=True):
    """Whose an event is, as far as what lies around it says."""

    session_id: str = ""
    window_id: str = ""
    distinct_id: str = ""


def first(value: Raw | bytes) -> bytes:
    """The first byte of a JSON value, which tells its type."""
    return bytes(memoryview(value)[:1])


def fields_of(value: Raw | bytes) -> dict[str, Raw]:
    """Fields of an object, undecoded; none for anything else."""
    try:
        return decode(_OBJECT, value)
    except MALFORMED:
        return {}


def items_of(value: Raw | bytes) -> list[Raw]:
    """Items of an array, undecoded; none for anything else."""
    try:
        return array_items(value)
    except MALFORMED:
        return []


def head_of(value: Raw | bytes) -> EventHead | None:
    """The head of an rrweb event, None when the value is none: a number for a type, and a time or data."""
    try:
        head = decode(_HEAD, value)
    except MALFORMED:
        return None
    return head if _is_event(head.type, head.timestamp, head.data) else None


def is_event(fields: dict[str, Raw]) -> bool:
    """The same for an object whose fields are known."""
    return _is_event(*(fields.get(name, Raw()) for name in ("type", "timestamp", "data")))


def _is_event(type_: Raw, timestamp: Raw, data: Raw) -> bool:
    start = first(type_)
    is_number = (bool(start) and start in _NUMBER) or is_number_in_text(type_)
    return is_number and (bool(first(timestamp)) or first(data) in (b"{", b'"'))


def is_number_in_text(value: Raw | bytes) -> bool:
    """A small whole number as text, which tools make of an event's type."""
    return _NUMBER_IN_TEXT.fullmatch(memoryview(value)[:5]) is not None


def is_pair(items: Sequence[Raw | bytes]) -> bool:
    """A window id and an event or events; two events, or two packed ones, are none."""
    if len(items) != 2 or first(items[0]) in (b"{", b"["):
        return False
    return (first(items[1]) in (b"{", b"[") or text_in(items[1]) is not None) and text_in(items[0]) is None


def scalar(value: Raw | bytes) -> str:
    """An id as text; empty for what is none."""
    if first(value) in (b"{", b"[", b""):
        return ""
    try:
        return text_of(decode(_VALUE, value))
    except MALFORMED:
        return ""


def text_in(value: Raw | bytes) -> str | None:
    """A JSON string that holds JSON, plain or packed; None for any other value."""
    if not _MAY_HOLD.match(memoryview(value)[:32]):
        return None
    try:
        text = decode(_TEXT, value)
    except MALFORMED:
        return None
    return text if text.lstrip()[:1] in ("[", "{") or is_packed(text) else None


_MAY_HOLD = re.compile(rb'"(?:\s|\\[nrt])*[\[{]|"x|"\\u00(?:1[fF]|78)|"\x1f|"H4sI|"e[AFJN]')


_LIST_AHEAD = re.compile(
    rb"""\s*+(?:\[\s*+(?:[\[{]|"[^"\\]*+"\s*+,\s*+\[)|\{(?:[^"{}\[\]]|"(?:[^"\\]|\\.)*+")*+\[)""", re.DOTALL
)
_TYPE_AHEAD = re.compile(rb'"type"\s*+:\s*+-?[0-9]')


def may_hold_list(text: bytes) -> bool:
    """Whether a damaged item is a list of events, or a wrapper around one, and not an event: half of one is none."""
    found = _LIST_AHEAD.match(text)
    return found is not None and _TYPE_AHEAD.search(found[0]) is None


def inner_json(text: str, limits: Limits) -> bytes | tuple[str, str]:
    """The JSON in the text of a string, or reason and detail why it cannot be had."""
    return unpack_text(text, limits) if is_packed(text) else utf8(text.strip())


def is_bare(array: Raw | bytes) -> bool:
    """Whether an array has neither objects nor text anywhere in it, and so no events, however many arrays it is of."""
    text = bytes(array)
    return b"{" not in text and b'"' not in text


def is_empty(array: Raw | bytes) -> bool:
    """Whether an array holds nothing, or nothing but arrays that hold nothing."""
    return not bytes(array).translate(None, b"[], \t\r\n")


def holds_events(value: Raw | bytes, limits: Limits, depth: int = 0) -> bool:
    """Whether there are events in a value, directly or wrapped. Of arrays only the first items are looked at."""
    if depth > MAX_WRAPPERS:
        return False
    kind = first(value)
    if kind == b"{":
        fields = fields_of(value)
        return is_event(fields) or any(holds_events(inner, limits, depth + 1) for inner in fields.values())
    if kind == b"[":
        return not is_bare(value) and any(
            holds_events(item, limits, depth + 1) for item in first_items(value, LOOKED_AT)
        )
    text = text_in(value) if kind == b'"' else None
    if text is None:
        return False
    inner = inner_json(text, limits)
    return isinstance(inner, bytes) and holds_events(inner, limits, depth + 1)


_SESSION = frozenset(
    {"sessionid", "recordingid", "replayid", "mpreplayid", "sessionsecureid", "sessionkey", "rumsessionid"}
)
_ATTRIBUTES = frozenset({"attributes", "resource", "resourceattributes", "logattributes"})
"""Of OpenTelemetry: a list of keys and values, or, in the rows of databases, an object."""
_WINDOW = frozenset({"windowid", "tabid"})
_BY_WINDOW = re.compile(r"by_?window(_?ids?)?$|^windows$|^tabs$", re.IGNORECASE)
_LISTS = re.compile(
    r"events?$|^data$|snapshots?|records?$|recordings?$|replays?$|^items$|^result$|^rrweb|segments?$", re.I
)


def owner_of(fields: dict[str, Raw], around: Owner) -> Owner:
    """What a wrapper says about whose its events are; what it does not say is as around it."""
    session = window = distinct = own = ""
    for key, value in fields.items():
        name = key.lower().translate(_PLAIN)
        if name in _SESSION:
            session = session or scalar(value)
        elif name in _WINDOW:
            window = window or scalar(value)
        elif name == "distinctid":
            distinct = distinct or scalar(value)
        elif name == "person":
            ids = items_of(fields_of(value).get("distinct_ids", Raw()))
            distinct = distinct or (scalar(ids[0]) if ids else "")
        elif name in ("session", "replay", "recording"):
            session = session or _named(value)
        elif name in _ATTRIBUTES:
            session = session or _session_of(attributes_of(value))
        elif name == "id" and first(value) == b'"' and "event" not in fields:
            own = scalar(value)
    return Owner(session or own or around.session_id, window or around.window_id, distinct or around.distinct_id)


_PLAIN = str.maketrans("", "", "_-$.")


def attributes_of(value: Raw | bytes) -> dict[str, Raw]:
    """OpenTelemetry's attributes by name: of `[{"key", "value": {"stringValue"}}]`, an object, or a resource around."""
    if first(value) != b"[":
        fields = fields_of(value)
        return attributes_of(fields["attributes"]) if "attributes" in fields else fields
    found = {}
    for item in items_of(value):
        pair = fields_of(item)
        held = fields_of(pair.get("value", Raw()))
        if "key" in pair and held:
            found[scalar(pair["key"])] = next(iter(held.values()))
    return found


def _session_of(attributes: dict[str, Raw]) -> str:
    named = (scalar(value) for key, value in attributes.items() if key.lower().translate(_PLAIN) in _SESSION)
    return next(filter(None, named), "")


def _named(value: Raw) -> str:
    """The id of `"session": {"id": ...}`, or the value itself when it is text."""
    inner = fields_of(value).get("id", Raw()) if first(value) == b"{" else value
    return scalar(inner) if first(inner) == b'"' and text_in(inner) is None else ""


def is_by_window(key: str, fields: dict[str, Raw]) -> bool:
    """Whether an object has events by window id: it is called so, or every value is a list and no key names one."""
    if _BY_WINDOW.search(key):
        return True
    if any(first(inner) != b"[" for inner in fields.values()) or any(_LISTS.search(name) for name in fields):
        return False
    return any(head_of(item) is not None for inner in fields.values() for item in first_items(inner, 1))

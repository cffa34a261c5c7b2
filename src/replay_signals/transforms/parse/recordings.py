"""Recordings as files: rrweb events, however they are wrapped.

PostHog's blobs, exports and API answers, Sentry's segments, what rrweb's packer makes, arrays by window, bodies of
other recorders: all of them are events inside of arrays, objects and strings, so one walk over the structure finds
them. No file carries a team; those without a session id are one session, named by the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

import msgspec
from msgspec import Raw, Struct

from replay_signals.schemas.messages import DeadLetter, Reason, SourcePosition
from replay_signals.schemas.wire import LIMITS, EventHead, Limits
from replay_signals.transforms.parse import chunks, rows, shapes
from replay_signals.transforms.parse.cut import Parsed, RecordedEvent
from replay_signals.transforms.parse.json_text import MALFORMED, flaw, has_several, utf8, values_in
from replay_signals.transforms.parse.listed import MAX_LISTED
from replay_signals.transforms.parse.naming import seen
from replay_signals.transforms.parse.salvage import Damage, salvage
from replay_signals.transforms.parse.shapes import Owner, first, head_of
from replay_signals.transforms.parse.values import dead, session_problem, text_of
from replay_signals.transforms.text import json_utf8

_ENCODER = msgspec.json.Encoder()

_TIMES = frozenset(bytes([start]) for start in b'-0123456789"{')
"""First bytes of what may be a time; `null` and nothing are none."""
_NAME_CHARS = 190
"""Of a file's name, so that a number behind it is still an id."""
_ENVELOPE_TYPES = frozenset({"replay_event", "replay_recording"})


class Place(Struct, frozen=True):
    """Which text of which file is being parsed, and what to call a session that has no id.

    `is_document` means that the file is this one JSON text: then positions count its events, else they are its line.
    """

    source: str
    session_id: str
    number: int = 1
    is_document: bool = False
    limits: Limits = LIMITS

    def at(self, item: int = 1) -> SourcePosition:
        """Position of an item, counted from 1."""
        return SourcePosition(self.source, item if self.is_document else self.number)


def parse_recording(text: bytes, place: Place) -> Iterator[Parsed]:
    """All events in a JSON text, and a dead letter for everything that should be one and is not. Total."""
    wrong = flaw(text)
    if wrong is not None:
        text = json_utf8(text)
        wrong = flaw(text)
    if wrong is not None and has_several(text):
        for value in values_in(text):
            yield from parse_recording(value, place)
        return
    if wrong is None:
        yield from _some(_Walk(place).top(text), text, place)
        return
    rest = salvage(text, shapes.may_hold_list)
    kept = list(_Walk(place, is_damaged=True).top(rest.text)) if flaw(rest.text) is None else []
    if not any(isinstance(one, RecordedEvent) for one in kept):
        yield dead(place.at(), *wrong, text)
        return
    yield from kept
    yield from _lost(rest.damages, place)


def is_header(value: Raw | bytes) -> bool:
    """A line that Sentry writes before a recording: the segment's number, or the headers of an envelope."""
    if first(value) != b"{":
        return False
    fields = shapes.fields_of(value)
    if "segment_id" in fields and len(fields) == 1:
        return True
    kind = shapes.scalar(fields.get("type", Raw()))
    return kind in _ENVELOPE_TYPES or {"event_id", "sent_at"} <= fields.keys()


class _Walk:
    """One walk over a JSON value; counts what it meets, so that everything has a position."""

    def __init__(self, place: Place, *, is_damaged: bool = False) -> None:
        self._place = place
        self._number = 0
        self._is_damaged = is_damaged  # then an event outside of arrays may be half of one

    def top(self, text: bytes) -> Iterator[Parsed]:
        """Everything in a text that is JSON. Of very many dead letters the first are listed, the rest is counted."""
        rejected, last = 0, None
        for one in self._value(text, Owner(), 0):
            if isinstance(one, DeadLetter):
                rejected, last = rejected + 1, one
                if rejected > MAX_LISTED:
                    continue
            yield one
        if last is not None and rejected > MAX_LISTED:
            more = f"{rejected - MAX_LISTED:,} more are rejected; the last of them: {last.detail}"
            yield dead(last.position, last.reason, more)

    def _value(self, value: Raw | bytes, owner: Owner, depth: int, key: str = "") -> Iterator[Parsed]:
        """`key` is what the value is called in the object around it."""
        if depth > shapes.MAX_WRAPPERS:
            yield self._dead(Reason.TOO_DEEP, f"more than {shapes.MAX_WRAPPERS} wrappers around it", value, owner)
            return
        kind = first(value)
        if kind == b"[":
            yield from self._array(value, owner, depth)
        elif kind == b"{":
            yield from self._object(value, owner, depth, key)
        else:
            yield from self._text(value, owner, depth)

    def _array(self, value: Raw | bytes, owner: Owner, depth: int) -> Iterator[Parsed]:
        items = chunks.joined(shapes.items_of(value))
        if shapes.is_pair(items):
            yield from self._pair(items, owner, depth)
            return
        lists = rows.rows_in(items)
        owners = self._owners_of_rows(items, lists, owner) if lists else repeat(owner)
        for item, own in zip(items, owners, strict=False):
            yield from self._item(item, own, depth)

    def _owners_of_rows(self, items: list[Raw], lists: list[Raw | bytes], owner: Owner) -> Iterator[Owner]:
        """Of a list of lists: windows, or visits that lie apart, each a session when none is told."""
        if _is_matrix(items) and rows.are_windows(items[: shapes.LOOKED_AT]):
            yield from (msgspec.structs.replace(owner, window_id=str(number)) for number in range(1, len(items) + 1))
            return
        for visit in [1] * len(items) if owner.session_id else rows.visits_of(lists):
            own_id = f"{self._place.session_id[:_NAME_CHARS]}-{visit}" if visit > 1 else owner.session_id
            yield msgspec.structs.replace(owner, session_id=own_id)

    def _pair(self, items: list[Raw], owner: Owner, depth: int) -> Iterator[Parsed]:
        window = shapes.scalar(items[0]) or owner.window_id
        yield from self._item(items[1], msgspec.structs.replace(owner, window_id=window), depth)

    def _item(self, item: Raw, owner: Owner, depth: int) -> Iterator[Parsed]:
        """An item of a list of events: whatever is in it is an event, holds some, or is a dead letter."""
        before = self._number
        kind = first(item)
        if kind == b"{":
            head = head_of(item)
            if head is not None:
                yield self._event(item, head, owner)
                return
        if kind == b"[" and shapes.is_bare(item):
            if not shapes.is_empty(item):
                yield self._nothing(item, owner)
            return
        if kind in (b"{", b"[", b'"'):
            yield from self._value(item, owner, depth + 1)
        if self._number == before and kind != b"[" and not is_header(item):
            yield self._nothing(item, owner)

    def _nothing(self, item: Raw, owner: Owner) -> Parsed:
        detail = f"neither an rrweb event nor holds any: {seen(item)}"
        return self._dead(Reason.INVALID_EVENT, detail, item, owner)

    def _object(self, value: Raw | bytes, owner: Owner, depth: int, key: str) -> Iterator[Parsed]:
        fields = shapes.fields_of(value)
        if shapes.is_event(fields):
            yield self._lone_event(value, owner)
            return
        owner = shapes.owner_of(fields, owner)
        bad_id = session_problem(owner.session_id)
        if bad_id is not None:
            yield self._dead(Reason.INVALID_SESSION_ID, bad_id, value, Owner())
            return
        by_window = shapes.is_by_window(key, fields)
        for name, inner in fields.items():
            kind = first(inner)
            if depth < shapes.MAX_WRAPPERS and (kind == b"{" or shapes.holds_events(inner, self._place.limits)):
                own = msgspec.structs.replace(owner, window_id=text_of(name)) if by_window else owner
                yield from self._value(inner, own, depth + 1, name)

    def _lone_event(self, value: Raw | bytes, owner: Owner) -> Parsed:
        """An event outside of arrays."""
        head = head_of(value)
        if head is None or self._is_damaged:
            return self._dead(Reason.INVALID_JSON, "a damaged event", value, owner)
        return self._event(value, head, owner)

    def _text(self, value: Raw | bytes, owner: Owner, depth: int) -> Iterator[Parsed]:
        """JSON in a string, as it is or packed."""
        text = shapes.text_in(value)
        if text is None:
            return
        inner = shapes.inner_json(text, self._place.limits)
        if isinstance(inner, tuple):
            yield self._dead(*inner, value, owner)
            return
        wrong = flaw(inner)
        if wrong is not None:
            yield self._dead(wrong[0], f"in a string: {wrong[1]}", value, owner)
            return
        yield from self._value(inner, owner, depth + 1)

    def _event(self, value: Raw | bytes, head: EventHead, owner: Owner) -> Parsed:
        text = bytes(value)
        self._number += 1
        session_id = (
            shapes.scalar(head.session_id or head.session_id_camel) or owner.session_id or self._place.session_id
        )
        window_id = shapes.scalar(head.window_id or head.window_id_camel) or owner.window_id or session_id
        position, limits = self._place.at(self._number), self._place.limits
        bad_id = session_problem(session_id)
        if bad_id is not None:
            return dead(position, Reason.INVALID_SESSION_ID, bad_id, text)
        if len(text) > limits.event_bytes:
            detail = f"an event of {len(text)} bytes, more than {limits.event_bytes}"
            return dead(position, Reason.TOO_LARGE, detail, text, session_id=session_id)
        if first(head.timestamp) not in _TIMES:
            detail = f"an rrweb event without a timestamp: {seen(value)}"
            return dead(position, Reason.INVALID_EVENT, detail, text, session_id=session_id)
        return RecordedEvent(session_id, window_id, utf8(_unquoted(text, head)), position, owner.distinct_id)

    def _dead(self, reason: str, detail: str, value: Raw | bytes, owner: Owner) -> Parsed:
        self._number += 1
        session_id = owner.session_id or self._place.session_id
        return dead(self._place.at(self._number), reason, detail, bytes(value), session_id=session_id)


def _is_matrix(items: list[Raw]) -> bool:
    return bool(items) and all(first(item) == b"[" for item in items[: shapes.LOOKED_AT])


def _unquoted(text: bytes, head: EventHead) -> bytes:
    """Rows of databases keep `data` and `type` as text: JSON in it is put in its place. Compressed text stays.

    A time may be wrapped, too.
    """
    mended: dict[str, Raw] = {}
    if first(head.timestamp) == b"{":
        mended["timestamp"] = _bare_time(head.timestamp)
    if shapes.is_number_in_text(head.type):
        mended["type"] = Raw(str(int(shapes.scalar(head.type))).encode())
    if bytes(memoryview(head.data)[:2]) == b'"{':
        try:
            data = msgspec.json.decode(head.data, type=str).encode()
        except MALFORMED:
            return text
        if flaw(data) is None:
            mended["data"] = Raw(data)
    return _ENCODER.encode(shapes.fields_of(text) | mended) if mended else text


def _bare_time(time: Raw) -> Raw:
    """What is in MongoDB's `{"$date": ...}`, `{"$numberLong": ...}`, or the one within the other."""
    for name in ("$date", "$numberLong"):
        time = shapes.fields_of(time).get(name, time)
    return time


def _some(parsed: Iterable[Parsed], text: bytes, place: Place) -> Iterator[Parsed]:
    """Passes everything on; a recording without any event is a dead letter."""
    empty = True
    for one in parsed:
        empty = False
        yield one
    if empty and not is_header(text):
        yield dead(place.at(), Reason.NO_VALID_EVENTS, f"no events in it: {seen(text)}", text)


def _lost(damages: Iterable[Damage], place: Place) -> Iterator[Parsed]:
    for damage in damages:
        detail = f"event {damage.item}: {damage.detail}"
        yield dead(place.at(damage.item), damage.reason, detail, damage.text)

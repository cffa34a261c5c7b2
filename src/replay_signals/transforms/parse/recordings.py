"""Recordings as files: PostHog's export, `[windowId, event]` pairs, and plain rrweb events.

None of them carries a team; those without a session id are one session, named by the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct

from replay_signals.schemas.messages import Reason, SourcePosition
from replay_signals.schemas.wire import LIMITS, EventsDocument, ExportData, ExportedEvent, Limits, RecordingExport
from replay_signals.transforms.parse.cut import Parsed, RecordedEvent
from replay_signals.transforms.parse.json_text import (
    MALFORMED,
    Damage,
    array_items,
    decode,
    flaw,
    problem,
    repaired,
    salvage,
    utf8,
)
from replay_signals.transforms.parse.values import dead, session_problem, text_of

_EXPORT = msgspec.json.Decoder(RecordingExport)
_EXPORTED = msgspec.json.Decoder(ExportedEvent)
_WINDOWS = msgspec.json.Decoder(dict[str, Raw])
_EVENTS = msgspec.json.Decoder(EventsDocument)
_VALUE = msgspec.json.Decoder(Any)


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


def parse_export(text: bytes, place: Place) -> Iterator[Parsed]:
    """PostHog's recording export, versions 2022-12-02 and 2023-04-28, told apart by shape. Total.

    The session id is the export's own; version 2022-12-02 had none, so there it is the file's.
    """
    try:
        data = decode(_EXPORT, text).data
        damages: list[Damage] = []
    except MALFORMED as error:
        rest = salvage(text)
        damages = rest.damages
        try:
            data = decode(_EXPORT, rest.text).data
        except MALFORMED:
            yield dead(place.at(), *problem(error), text)
            return
    session_id = text_of(data.id) or place.session_id
    bad_id = session_problem(session_id)
    if bad_id is not None:
        yield dead(place.at(), Reason.INVALID_SESSION_ID, bad_id, text)
        return
    yield from _some(_exported(data, session_id, place), text, place)
    yield from _lost(damages, place)


def parse_window_pairs(text: bytes, place: Place) -> Iterator[Parsed]:
    """`[windowId, event]`, as PostHog's recording blobs store events, or an array of such pairs. Total."""
    try:
        items = array_items(text)
    except MALFORMED as error:
        if not text.lstrip().startswith(b"[["):
            yield dead(place.at(), *problem(error), text)
            return
        rest = salvage(text)
        items = _items_or_none(rest.text)
        yield from _lost(rest.damages, place)
    if len(items) == 2 and bytes(items[1]).startswith(b"{"):
        yield _paired(items, text, place, 1)
        return
    yield from _some((_pair(item, place, number) for number, item in enumerate(items, 1)), text, place)


def parse_rrweb(text: bytes, place: Place) -> Iterator[Parsed]:
    """rrweb events: an array of them, `{"events": [...]}`, or a single one (a line). Total."""
    damages: list[Damage] = []
    try:
        items = _rrweb_items(text)
    except MALFORMED as error:
        rest = salvage(text)
        damages = rest.damages
        items = _container_items(rest.text)
        if not items:
            yield dead(place.at(), *problem(error), text)
            return
    events = (_event(place, bytes(item), place.session_id, number) for number, item in enumerate(items, 1))
    yield from _some(events, text, place)
    yield from _lost(damages, place)


def _rrweb_items(text: bytes) -> list[Raw]:
    """Raises one of MALFORMED."""
    if not text.startswith(b"{"):
        return array_items(text)
    events = decode(_EVENTS, text).events
    if events:
        return array_items(events)
    return [Raw(text if flaw(text) is None else repaired(text))]


def _container_items(text: bytes) -> list[Raw]:
    """Items of a salvaged array or document. A single event is never salvaged: half of it would pass for all."""
    try:
        return array_items(text if text.startswith(b"[") else decode(_EVENTS, text).events)
    except MALFORMED:
        return []


def _items_or_none(text: bytes) -> list[Raw]:
    try:
        return array_items(text)
    except MALFORMED:
        return []


def _exported(data: ExportData, session_id: str, place: Place) -> Iterator[Parsed]:
    """Events of both versions. A window is named by its id, in the newest exports by its number."""
    distinct_id = _distinct_id(data)
    number = 0
    for window_id, items in _windows(data):
        for number, item in enumerate(items, number + 1):  # noqa: B020  # counts on through the windows
            text = bytes(item)
            if text.startswith(b"["):
                yield _pair(item, place, number, session_id)
                continue
            own = window_id or _window_of(text)
            yield _event(place, text, session_id, number, own, distinct_id)


def _windows(data: ExportData) -> Iterator[tuple[str, list[Raw]]]:
    """Arrays of events with the window they belong to, which is empty where each event says it."""
    try:
        if data.snapshots:
            yield "", array_items(data.snapshots)
        if data.by_window:
            for window_id, items in decode(_WINDOWS, data.by_window).items():
                yield text_of(window_id), array_items(items)
    except MALFORMED:
        return  # no array of events in it: the caller reports that nothing was found


def _window_of(text: bytes) -> str:
    try:
        return text_of(decode(_EXPORTED, text).window_id)
    except MALFORMED:
        return ""  # what is wrong with the event is for digest to say


def _distinct_id(data: ExportData) -> str:
    ids = data.person.get("distinct_ids") if isinstance(data.person, dict) else None
    return text_of(ids[0]) if isinstance(ids, list) and ids else ""


def _pair(item: Raw, place: Place, number: int, session_id: str = "") -> Parsed:
    text = bytes(item)
    try:
        return _paired(array_items(text), text, place, number, session_id)
    except MALFORMED as error:
        return dead(place.at(number), *problem(error), text)


def _paired(pair: list[Raw], text: bytes, place: Place, number: int, session_id: str = "") -> Parsed:
    if len(pair) != 2 or not bytes(pair[1]).startswith(b"{"):
        return dead(place.at(number), Reason.INVALID_PAYLOAD, "not a pair of window id and event", text)
    try:
        window_id = text_of(decode(_VALUE, pair[0]))
    except MALFORMED as error:
        return dead(place.at(number), *problem(error), text)
    return _event(place, bytes(pair[1]), session_id or place.session_id, number, window_id)


def _event(
    place: Place, text: bytes, session_id: str, number: int, window_id: str = "", distinct_id: str = ""
) -> Parsed:
    if len(text) > place.limits.event_bytes:
        detail = f"an event of {len(text)} bytes, more than {place.limits.event_bytes}"
        return dead(place.at(number), Reason.TOO_LARGE, detail, text, session_id=session_id)
    if not text.startswith(b"{"):
        return dead(place.at(number), Reason.INVALID_EVENT, "an rrweb event is an object", text, session_id=session_id)
    return RecordedEvent(session_id, window_id or session_id, utf8(text), place.at(number), distinct_id)


def _some(parsed: Iterable[Parsed], text: bytes, place: Place) -> Iterator[Parsed]:
    """Passes everything on; a recording without any event is a dead letter."""
    empty = True
    for one in parsed:
        empty = False
        yield one
    if empty:
        found = flaw(text) or (Reason.NO_VALID_EVENTS, "no events in it")
        yield dead(place.at(), *found, text)


def _lost(damages: Iterable[Damage], place: Place) -> Iterator[Parsed]:
    for damage in damages:
        detail = f"event {damage.item}: {damage.detail}"
        yield dead(place.at(damage.item), damage.reason, detail, damage.text)

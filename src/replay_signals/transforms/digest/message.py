"""digest: SnapshotMessage -> MessageDigest | DeadLetter. The only code that sees raw payload, and the hot loop.

Events are parsed lazily: typed structs name what a signal needs, everything else stays raw bytes or is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Raw

from replay_signals.schemas import rrweb
from replay_signals.schemas.clocks import BrokerMs, ClientMs
from replay_signals.schemas.digests import DIGEST_VERSION, MessageDigest
from replay_signals.schemas.messages import DeadLetter, Reason, SnapshotMessage
from replay_signals.transforms.digest import records, times
from replay_signals.transforms.digest.dom import InflateError, added_rules, full_snapshot, mutation
from replay_signals.transforms.digest.masking import DEFAULT_POLICY, Masking
from replay_signals.transforms.digest.plugins import MAX_URL_CHARS, compact_number, console_line, custom, plugin
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS, ReplayRecord
from replay_signals.transforms.parse.budget import Budget, TooLarge
from replay_signals.transforms.parse.values import dead, number_within
from replay_signals.transforms.privacy.policy import Policy
from replay_signals.transforms.text import json_utf8, utf8

MAX_PX = 10_000_000
POSITIONS_PER_ITEM = 5
"""Positions of a move that cost as much as one thing that is kept; rrweb sends up to 10 in one."""
MAX_MOVE_OFFSET_MS = 60_000
"""rrweb sends positions every 500 ms; what claims to be further away than this is broken."""

_events = msgspec.json.Decoder(list[rrweb.Event])
_raws = msgspec.json.Decoder(list[Raw])
_event = msgspec.json.Decoder(rrweb.Event)
_incremental = msgspec.json.Decoder(rrweb.Incremental)
_meta = msgspec.json.Decoder(rrweb.Meta)

# What bad bytes can raise in here: wrong JSON or types, bad compression, too deep, numbers out of range.
_BAD = (msgspec.DecodeError, msgspec.ValidationError, InflateError, RecursionError, ValueError, OverflowError)


def digest(message: SnapshotMessage, policy: Policy = DEFAULT_POLICY) -> MessageDigest | DeadLetter:
    """Total: any bytes give a digest or a typed rejection.

    Events that are not understood are counted and left out; a message without any valid event is rejected
    (`message_contained_no_valid_rrweb_events`, PostHog's name). All text that is kept went through `policy`.
    """
    budget = Budget()
    try:
        budget.spend(message.items)
        events, rejected = _decode(message.items)
        budget.keep(len(events) + rejected)
    except TooLarge as error:
        return _reject(message, Reason.TOO_LARGE, str(error))
    except RecursionError:
        return _reject(message, Reason.TOO_DEEP, "events are nested too deeply")
    except ValueError as error:
        return _reject(message, Reason.INVALID_JSON, str(error))
    near = _near(events, message.received_ms)
    if events and not near:
        first, last = _span(events)
        return _reject(message, Reason.TIMESTAMP_RANGE, f"events from {first:.0f} to {last:.0f} are 7 days off")
    rejected += len(events) - len(near)
    events = near
    first, last = _span(events)
    masking = Masking(policy, budget)
    try:
        kept = _recorded(events, first, masking, budget)
    except TooLarge as error:
        return _reject(message, Reason.TOO_LARGE, str(error))
    rejected += len(events) - len(kept)
    try:
        encoded = records.encode(kept)
    except OverflowError:
        sound = [record for record in kept if records.encodable(record)]
        rejected += len(kept) - len(sound)
        kept, encoded = sound, records.encode(sound)
    if not kept:
        return _reject(message, Reason.NO_VALID_EVENTS, f"{rejected} events, none valid")
    removed = masking.removed
    return MessageDigest(
        DIGEST_VERSION,
        message.message_id,
        message.team,
        message.session_id,
        message.window_id or message.session_id,
        policy.distinct_id(message.distinct_id, removed),
        None if message.received_ms is None else BrokerMs(message.received_ms),
        message.sent_ms,
        ClientMs(first),
        ClientMs(last),
        len(kept),
        rejected,
        len(message.items),
        policy.text(message.snapshot_source, "snapshot_source", removed) or "web",
        policy.text(message.snapshot_library, "snapshot_library", removed) if message.snapshot_library else None,
        encoded,
        dict(sorted(removed.items())),
        policy.version,
        message.flushed_ms,
    )


def _recorded(events: list[rrweb.Event], first_ms: float, masking: Masking, budget: Budget) -> list[ReplayRecord]:
    """Records of the events that can be read; raises TooLarge."""
    kept: list[ReplayRecord] = []
    for event in events:
        record = record_of(event, masking, budget)
        if record is not None:
            record.offset_ms = compact_number(event.time_ms - first_ms)
            kept.append(record)
    return kept


def record_of(event: rrweb.Event, masking: Masking, budget: Budget) -> ReplayRecord | None:
    """What is kept of an event, None when its data cannot be read; raises TooLarge when the budget is spent."""
    try:
        if event.type == rrweb.INCREMENTAL_SNAPSHOT:
            return _incremental_record(event, masking, budget)
        if event.type == rrweb.FULL_SNAPSHOT:
            return full_snapshot(event.data, masking, budget)
        return _RECORDERS.get(event.type, _other)(event, masking)
    except _BAD:
        return None


def _span(events: Sequence[rrweb.Event]) -> tuple[float, float]:
    times = [event.time_ms for event in events]
    return min(times, default=0.0), max(times, default=0.0)


def _near(events: list[rrweb.Event], received_ms: int | None) -> list[rrweb.Event]:
    """Events that can belong together: PostHog's 7-day rule, an event at a time, and against the broker's clock instead
    of now, so that history replays as it ran; without a broker against the other events.
    """
    if not events:
        return events
    first, last = _span(events)
    if received_ms is None and last - first < times.MAX_SKEW_MS:
        return events
    reference = times.reference_ms([event.time_ms for event in events], received_ms)
    if times.is_near(first, reference) and times.is_near(last, reference):
        return events
    return [event for event in events if times.is_near(event.time_ms, reference)]


def _reject(message: SnapshotMessage, reason: str, detail: str) -> DeadLetter:
    return dead(
        message.position,
        reason,
        detail,
        message.items,
        team=message.team,
        session_id=message.session_id,
        received_ms=message.received_ms,
    )


def _decode(items: bytes) -> tuple[list[rrweb.Event], int]:
    """Events with a usable timestamp, and how many were not usable; raises ValueError when this is no JSON array."""
    rejected = 0
    try:
        events = _events.decode(items)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # the slow path: one bad event must not take its neighbours with it
        found = [event_of(part) for part in parts_of(items)]
        events = [event for event in found if event is not None]
        rejected = len(found) - len(events)
    for event in events:
        event.time_ms = times.in_ms(event.timestamp)
    valid = [event for event in events if 0 <= event.time_ms <= MAX_TIMESTAMP_MS]
    return valid, rejected + len(events) - len(valid)


def parts_of(items: bytes) -> list[bytes]:
    """Events of a message as JSON; raises ValueError when it is no JSON array."""
    try:
        return [bytes(part) for part in _raws.decode(items)]
    except (msgspec.DecodeError, UnicodeDecodeError):
        # the standard parser also takes lone surrogates and NaN
        parsed = json.loads(json_utf8(items))
        if not isinstance(parsed, list):
            raise ValueError("not a JSON array of events") from None
        # written as JavaScript writes it, so that values hash as they do in an undamaged message
        texts = (json.dumps(part, ensure_ascii=False, separators=(",", ":")) for part in parsed)
        return [utf8(text) for text in texts]


def event_of(part: bytes) -> rrweb.Event | None:
    """One event, None when it is none."""
    try:
        event = _event.decode(part)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            event = _event.decode(json_utf8(part))
        except ValueError:
            return None
    event.time_ms = times.in_ms(event.timestamp)
    return event


def _px(value: object) -> int | None:
    px = number_within(value, MAX_PX)
    return None if px is None else round(px)


def _id(value: object) -> int | None:
    return value if type(value) is int else None  # True is an int in Python, not in a digest


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _load(event: rrweb.Event, _: Masking) -> ReplayRecord:
    return records.Load(0, event.type)


def _meta_record(event: rrweb.Event, masking: Masking) -> ReplayRecord:
    data = _meta.decode(event.data)
    return records.Meta(0, masking.url(data.href, "page_url", MAX_URL_CHARS), _px(data.width), _px(data.height))


def _incremental_record(event: rrweb.Event, masking: Masking, budget: Budget) -> ReplayRecord:
    data = _incremental.decode(event.data)
    if data.source == rrweb.MUTATION:
        return mutation(data, masking, budget)
    if data.source == rrweb.LOG:
        return console_line(event.data, masking)
    if data.source == rrweb.STYLE_SHEET_RULE:
        return records.Style(0, data.source, data.id, added_rules(data.adds, masking, budget))
    budget.keep(len(data.positions) // POSITIONS_PER_ITEM)
    return _SOURCES.get(data.source, _no_change)(data)


def _move(data: rrweb.Incremental) -> ReplayRecord:
    positions: list[int] = []
    for p in data.positions:
        if abs(p.x) <= MAX_PX and abs(p.y) <= MAX_PX and abs(p.timeOffset) <= MAX_MOVE_OFFSET_MS:
            positions += (round(p.x), round(p.y), round(p.timeOffset))
    over = data.positions[-1].id if data.positions else 0
    return records.Move(0, data.source, positions, over if type(over) is int and over > 0 else 0)


def _interaction(data: rrweb.Incremental) -> ReplayRecord:
    return records.Interaction(0, data.type, data.id, _px(data.x), _px(data.y), _id(data.pointerType))


def _scroll(data: rrweb.Incremental) -> ReplayRecord:
    return records.Scroll(0, data.id, _px(data.x), _px(data.y))


def _input(data: rrweb.Incremental) -> ReplayRecord:
    length = len(data.text) if isinstance(data.text, str) else 0
    checked, by_user = _flag(data.isChecked), _flag(data.userTriggered)
    return records.Input(0, data.id, length, checked, by_user)


def _resize(data: rrweb.Incremental) -> ReplayRecord:
    return records.Resize(0, _px(data.width), _px(data.height))


def _media(data: rrweb.Incremental) -> ReplayRecord:
    return records.Media(0, data.type, data.id)


def _style(data: rrweb.Incremental) -> ReplayRecord:
    return records.Style(0, data.source, data.id)


def _no_change(data: rrweb.Incremental) -> ReplayRecord:
    """A font that loaded, a source nobody knows: nothing a visitor sees change."""
    return records.Other(0, data.source)


def _canvas(data: rrweb.Incremental) -> ReplayRecord:
    return records.Canvas(0, data.id)


def _selection(data: rrweb.Incremental) -> ReplayRecord:
    collapsed = all(
        r.get("start") == r.get("end") and r.get("startOffset") == r.get("endOffset") for r in data.ranges or []
    )
    return records.Selection(0, collapsed)


_SOURCES: dict[int, Callable[[rrweb.Incremental], ReplayRecord]] = {
    rrweb.MOUSE_MOVE: _move,
    rrweb.TOUCH_MOVE: _move,
    rrweb.DRAG: _move,
    rrweb.MOUSE_INTERACTION: _interaction,
    rrweb.SCROLL: _scroll,
    rrweb.INPUT: _input,
    rrweb.VIEWPORT_RESIZE: _resize,
    rrweb.MEDIA_INTERACTION: _media,
    rrweb.CANVAS_MUTATION: _canvas,
    rrweb.SELECTION: _selection,
    rrweb.STYLE_DECLARATION: _style,
    rrweb.ADOPTED_STYLE_SHEET: _style,
}


def _other(event: rrweb.Event, _: Masking) -> ReplayRecord:
    return records.Other(0, event.type)


_RECORDERS: dict[int, Callable[[rrweb.Event, Masking], ReplayRecord]] = {
    rrweb.DOM_CONTENT_LOADED: _load,
    rrweb.LOAD: _load,
    rrweb.META: _meta_record,
    rrweb.CUSTOM: custom,
    rrweb.PLUGIN: plugin,
}

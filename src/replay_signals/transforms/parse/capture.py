"""PostHog capture requests: `/s/` (replay), `/e/` and `/i/v0/e/` (analytics). Rules: `recordings.rs` of capture.

Capture makes one Kafka message of a request and takes session and window from its first event. Here every event
counts: those of one session and window become one message, others their own.
"""

from __future__ import annotations

from urllib.parse import parse_qs

import msgspec
from msgspec import Raw

from replay_signals.schemas.messages import DeadLetter, Reason, Record, SnapshotMessage, SourcePosition
from replay_signals.schemas.wire import LIMITS, CaptureBatch, CaptureEvent, Limits, SnapshotProperties
from replay_signals.transforms.parse import events
from replay_signals.transforms.parse.cut import array_of
from replay_signals.transforms.parse.json_text import MALFORMED, array_items, decode, problem, utf8
from replay_signals.transforms.parse.packed import GZIP_MAGIC, Unpacked, gunzip
from replay_signals.transforms.parse.salvage import Damage, salvage
from replay_signals.transforms.parse.values import capture_session_problem, dead, epoch_ms, text_of

SNAPSHOT = "$snapshot"
SNAPSHOT_DATA = b'"$snapshot_data"'

_BATCH = msgspec.json.Decoder(CaptureBatch)
_EVENT = msgspec.json.Decoder(CaptureEvent)
_PROPERTIES = msgspec.json.Decoder(SnapshotProperties)


class _Request(msgspec.Struct):
    """What the events of a request have in common."""

    position: SourcePosition
    is_replay: bool
    received_ms: int | None
    sent_ms: int | None
    library: str
    team: str = ""


class _Group(msgspec.Struct):
    """Snapshot events of one session and window."""

    team: str
    session_id: str
    window_id: str
    distinct_id: str
    source: str
    library: str
    sent_ms: int | None
    flushed_ms: int | None
    arrays: list[bytes]


def parse_capture_request(
    body: bytes,
    *,
    path: str,
    received_ms: int | None,
    user_agent: str,
    position: SourcePosition,
    query: str = "",
    limits: Limits = LIMITS,
) -> list[Record]:
    """Messages, analytics events and dead letters of one request body (JSON text, or the same gzipped). Total.

    The body is one event, a list of events, or `{"batch": [...], "api_key", "sent_at"}`. rrweb events are not decoded.
    `query` is the request's query string: some SDKs put their sending time there (`_`, epoch ms).
    """
    if body[:2] == GZIP_MAGIC[:2]:
        unpacked = gunzip(body, limits)
        if not isinstance(unpacked, Unpacked):
            return [dead(position, *unpacked, body, received_ms=received_ms)]
        body = unpacked.data
    if len(body) > limits.event_bytes:
        detail = f"a request body of {len(body)} bytes, more than {limits.event_bytes}"
        return [dead(position, Reason.TOO_LARGE, detail, body, received_ms=received_ms)]
    request = _Request(position, path.startswith("/s"), received_ms, _sent_in(query), _library(user_agent))
    try:
        return _records(utf8(body), request)
    except MALFORMED as error:
        return _salvaged(body, request, error)


def _salvaged(body: bytes, request: _Request, error: BaseException) -> list[Record]:
    """What a damaged body still holds, and a dead letter for everything else."""
    whole: list[Record] = [dead(request.position, *problem(error), body, received_ms=request.received_ms)]
    if isinstance(error, msgspec.ValidationError):
        return whole
    rest = salvage(body, has_snapshots)
    try:
        records = _records(rest.text, request)
    except MALFORMED:
        return whole
    if all(isinstance(record, DeadLetter) for record in records):
        return whole
    return [*records, *(_lost(damage, request) for damage in rest.damages)]


def has_snapshots(item: bytes) -> bool:
    """Whether a damaged item holds a list of rrweb events, and is none: half of one is none either."""
    return SNAPSHOT_DATA in item and not item.startswith(b'{"type"')


def _lost(damage: Damage, request: _Request) -> DeadLetter:
    detail = f"item {damage.item}: {damage.detail}"
    return dead(request.position, damage.reason, detail, damage.text, received_ms=request.received_ms)


def _records(body: bytes, request: _Request) -> list[Record]:
    """Raises one of MALFORMED when the body as a whole cannot be taken apart."""
    records: list[Record] = []
    groups: dict[tuple[str, str, str], _Group] = {}
    for raw in _events_of(body, request):
        text = bytes(raw)
        try:
            event = decode(_EVENT, text)
        except MALFORMED as error:
            reason, detail = problem(error)
            reason = Reason.TOO_DEEP if reason == Reason.TOO_DEEP else Reason.INVALID_EVENT
            records.append(dead(request.position, reason, detail, text, received_ms=request.received_ms))
            continue
        if event.event == SNAPSHOT or (request.is_replay and SNAPSHOT_DATA in text):
            rejected = _add_snapshot(event, text, request, groups)
            if rejected is not None:
                records.append(rejected)
        else:
            clocks = events.Clocks(request.received_ms, _sent(event, request))
            records.append(events.captured(event, text, request.team, request.position, clocks))
    return [*(_message(group, request) for group in groups.values()), *records]


def _events_of(body: bytes, request: _Request) -> list[Raw]:
    """Events of the body, undecoded; what the batch says about all of them goes into `request`."""
    if body.lstrip()[:1] != b"{":
        return array_items(body)
    batch = decode(_BATCH, body)
    request.team = text_of(batch.api_key or batch.token)
    sent = epoch_ms(batch.sent_at)
    request.sent_ms = request.sent_ms if sent is None else sent
    return array_items(batch.batch) if batch.batch else [Raw(body)]


def _add_snapshot(
    event: CaptureEvent, text: bytes, request: _Request, groups: dict[tuple[str, str, str], _Group]
) -> DeadLetter | None:
    """Adds the event to the message of its session and window, or says why not."""
    try:
        properties = decode(_PROPERTIES, event.properties or b"{}")
    except MALFORMED as error:
        return dead(request.position, *problem(error), text, received_ms=request.received_ms)
    team = request.team or text_of(event.token or event.token_alias or event.api_key or properties.token)
    session = properties.session_id if isinstance(properties.session_id, str) else ""
    array = bytes(properties.data).strip()
    distinct_id = text_of(event.distinct_id) or text_of(event.distinct_id_alias) or text_of(properties.distinct_id)
    found = _problem(properties.session_id, distinct_id, array)
    if found is not None:
        return dead(request.position, *found, text, team=team, received_ms=request.received_ms)
    window = text_of(properties.window_id) or session
    group = groups.get((team, session, window))
    if group is None:
        groups[team, session, window] = _Group(
            team=team,
            session_id=session,
            window_id=window,
            distinct_id=distinct_id,
            source=text_of(properties.source) or "web",
            library=text_of(properties.lib) or request.library,
            sent_ms=_sent(event, request),
            flushed_ms=epoch_ms(event.timestamp),
            arrays=[array],
        )
    else:
        group.arrays.append(array)
    return None


def _problem(session_id: object, distinct_id: str, array: bytes) -> tuple[str, str] | None:
    session = capture_session_problem(session_id)
    if session is not None:
        return Reason.INVALID_SESSION_ID, session
    if not distinct_id:
        return Reason.MISSING_DISTINCT_ID, "the snapshot has no distinct_id"
    if array[:1] not in (b"[", b"{"):
        return Reason.INVALID_PAYLOAD, "the snapshot has no $snapshot_data, or not an array or object"
    return None


def _message(group: _Group, request: _Request) -> SnapshotMessage:
    return SnapshotMessage(
        team=group.team,
        session_id=group.session_id,
        window_id=group.window_id,
        items=_joined(group.arrays),
        position=request.position,
        distinct_id=group.distinct_id,
        received_ms=request.received_ms,
        sent_ms=group.sent_ms,
        snapshot_source=group.source,
        snapshot_library=group.library,
        flushed_ms=group.flushed_ms,
    )


def _joined(arrays: list[bytes]) -> bytes:
    """One array of all items, at the level of text."""
    if len(arrays) == 1 and arrays[0].startswith(b"["):
        return arrays[0]
    items = (array[1:-1].strip() if array.startswith(b"[") else array for array in arrays)
    return array_of(item for item in items if item)


def _sent(event: CaptureEvent, request: _Request) -> int | None:
    sent = epoch_ms(event.sent_at)
    return request.sent_ms if sent is None else sent


def _sent_in(query: str) -> int | None:
    return epoch_ms(next(iter(parse_qs(query).get("_", [])), None)) if "_=" in query else None


def _library(user_agent: str) -> str:
    """Capture's fallback for `$lib`: the user agent's name if it is one of PostHog's SDKs, else web."""
    if not user_agent:
        return "unknown"
    name = user_agent.split("/", 1)[0]
    return name if "posthog" in name else "web"

"""What is measured: recorded capture requests, by session, and the same events with nothing compressed any more."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import orjson

from replay_signals.pipelines.files.paths import expand
from replay_signals.schemas.messages import AnalyticsEvent, SnapshotMessage, SourcePosition
from replay_signals.schemas.wire import RecordedRequest
from replay_signals.transforms.parse import parse_capture_request

COMPRESSED_FIELDS = ("texts", "attributes", "removes", "adds")
"""Fields of a mutation that posthog-js compresses (`cv: "2024-10"`), besides the whole `data` of a full snapshot."""

_REQUEST = msgspec.json.Decoder(RecordedRequest)
_TEXT = msgspec.json.Decoder(str)


class NoRequests(ValueError):
    """Nothing to measure; the message says where it was looked for."""


@dataclass
class Body:
    """One request as it was sent: JSON text, decompressed."""

    path: str
    body: bytes
    position: SourcePosition
    received_ms: int

    def parse(self) -> list[Any]:
        """Messages and analytics events of the body."""
        return list(
            parse_capture_request(
                self.body, path=self.path, received_ms=self.received_ms, user_agent="", position=self.position
            )
        )


@dataclass
class Session:
    """One recorded session in every form that is measured."""

    name: str
    bodies: list[Body]
    messages: list[SnapshotMessage] = field(default_factory=list)
    events: list[AnalyticsEvent] = field(default_factory=list)
    inflated: list[SnapshotMessage] = field(default_factory=list)


def sessions_of(path: str) -> list[Session]:
    """Sessions of recorded capture requests (`*.posts.jsonl`, plain or gzipped), one a file; raises NoRequests."""
    sessions = [session for url in expand([path]) if (session := _session(Path(url))) is not None]
    if not sessions:
        raise NoRequests(f"{path}: no recorded capture requests (lines with path and body) in it")
    return sessions


def session_of(name: str, messages: Iterable[SnapshotMessage]) -> Session:
    """A session that was made by a script: it has messages and no requests."""
    own = list(messages)
    return Session(name, [], own, [], own)


def _session(path: Path) -> Session | None:
    session = Session(path.name, list(_bodies(path)))
    for body in session.bodies:
        for record in body.parse():
            if isinstance(record, SnapshotMessage):
                session.messages.append(record)
            elif isinstance(record, AnalyticsEvent) and record.session_id:
                session.events.append(record)
    session.inflated = [msgspec.structs.replace(m, items=inflated(m.items)) for m in session.messages]
    return session if session.messages else None


def _bodies(path: Path) -> Iterator[Body]:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    for number, line in enumerate(data.splitlines(), 1):
        try:
            request = _REQUEST.decode(line)
            text = bytes(request.body)
            body = _TEXT.decode(text).encode() if text.startswith(b'"') else text
        except msgspec.DecodeError:
            continue  # no recorded request
        if body:
            yield Body(str(request.path), body, SourcePosition(str(path), number), int(request.t or 0))


def inflated(items: bytes) -> bytes:
    """The same array of rrweb events, compressed fields replaced by the JSON they hold."""
    return orjson.dumps([read_to_the_end(event) for event in orjson.loads(items)])


def read_to_the_end(event: dict[str, Any]) -> dict[str, Any]:
    """Inflates and parses what an event holds compressed, in place."""
    data = event.get("data")
    if isinstance(data, str):
        event["data"] = _unpacked(data)
    elif isinstance(data, dict) and "cv" in event:
        for name in COMPRESSED_FIELDS:
            if isinstance(data.get(name), str):
                data[name] = _unpacked(data[name])
    event.pop("cv", None)
    return event


def _unpacked(text: str) -> Any:
    return orjson.loads(zlib.decompress(text.encode("latin-1"), 31))

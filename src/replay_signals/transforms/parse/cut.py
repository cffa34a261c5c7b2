"""Recordings that come as single events or as one long array: cuts them into messages, always at the same places.

Without this a recording of an hour would be one message of 100 MB: held whole by every step, and its digest no use to
a reader that wants only a part. Cuts depend on the input alone, so reading it again gives the same message ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Raw, Struct

from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, SnapshotMessage, SourcePosition
from replay_signals.schemas.wire import LIMITS, Limits

_MAX_OPEN_WINDOWS = 1000
_MAX_OPEN_MESSAGES = 16  # of the largest size


class RecordedEvent(Struct, frozen=True):
    """One rrweb event, undecoded, that is not part of a message yet."""

    session_id: str
    window_id: str
    item: bytes
    position: SourcePosition
    distinct_id: str = ""


Parsed = SnapshotMessage | AnalyticsEvent | DeadLetter | RecordedEvent
"""What a parser of file formats yields: records, or events still to be put into messages."""


def array_of(items: Iterable[bytes | Raw]) -> bytes:
    """JSON array of JSON texts."""
    return b"[" + b",".join(items) + b"]"


class _Open:
    """The message of one window that is being filled."""

    def __init__(self, first: RecordedEvent) -> None:
        self.first = first
        self.items: list[bytes] = []
        self.size_bytes = 0

    def message(self) -> SnapshotMessage:
        first = self.first
        return SnapshotMessage(
            team="",
            session_id=first.session_id,
            window_id=first.window_id,
            items=array_of(self.items),
            position=first.position,
            distinct_id=first.distinct_id,
        )


class Batcher:
    """Fills one message per window; hands it out when it is full. Memory is bounded whatever the number of windows."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._open: dict[tuple[str, str], _Open] = {}
        self._size_bytes = 0

    def add(self, event: RecordedEvent) -> Iterator[SnapshotMessage]:
        """Takes an event; yields the messages that are full."""
        key = (event.session_id, event.window_id)
        size = len(event.item) + 1
        window = self._open.get(key)
        if window is not None and (
            window.size_bytes + size > self._limits.message_bytes or len(window.items) >= self._limits.message_events
        ):
            yield self._take(key)
            window = None
        if window is None:
            window = self._open[key] = _Open(event)
        window.items.append(event.item)
        window.size_bytes += size
        self._size_bytes += size
        too_large = self._size_bytes > _MAX_OPEN_MESSAGES * max(self._limits.message_bytes, size)
        if too_large or len(self._open) > _MAX_OPEN_WINDOWS:
            yield from self.finish()

    def finish(self) -> Iterator[SnapshotMessage]:
        """Yields what is left, oldest window first."""
        for key in list(self._open):
            yield self._take(key)

    def _take(self, key: tuple[str, str]) -> SnapshotMessage:
        window = self._open.pop(key)
        self._size_bytes -= window.size_bytes
        return window.message()


def into_records(
    parsed: Iterable[Parsed], limits: Limits = LIMITS
) -> Iterator[SnapshotMessage | AnalyticsEvent | DeadLetter]:
    """Records of everything parsed: events put into messages, everything else as it is."""
    batcher = Batcher(limits)
    for one in parsed:
        if isinstance(one, RecordedEvent):
            yield from batcher.add(one)
        else:
            yield one
    yield from batcher.finish()

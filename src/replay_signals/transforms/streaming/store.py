"""Where a live session's state lies: what an engine has to offer for one key, and the same in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Map(Protocol):
    """A keyed map state: text to bytes. Flink's `MapState` has these under the same names."""

    def get(self, key: str) -> bytes | None:
        """The value, None when there is none."""

    def put(self, key: str, value: bytes) -> None:
        """Sets a value."""

    def remove(self, key: str) -> None:
        """Removes a key that may be missing."""

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Every entry, in any order."""

    def clear(self) -> None:
        """Removes everything."""


class Value(Protocol):
    """A keyed value state of bytes. Flink's `ValueState` has these under the same names."""

    def value(self) -> bytes | None:
        """The value, None when there is none."""

    def update(self, value: bytes) -> None:
        """Sets the value."""

    def clear(self) -> None:
        """Removes it."""


class Store(Protocol):
    """The state of one key, in six pieces so that a call rewrites only what it changes.

    `state` is small and rewritten with every message; `published` is small and written at a close only. `digests` (by
    message id), `events` (by uuid), `signals` (by signal id) and `facts` (by table and key) are read whole at a close
    and written one entry at a time.
    """

    @property
    def state(self) -> Value:
        """Times, counts and the tail of the session."""

    @property
    def published(self) -> Value:
        """What the last close gave: the revision and content hashes of the session."""

    @property
    def digests(self) -> Map:
        """Message digests by message id."""

    @property
    def events(self) -> Map:
        """Event rows by uuid."""

    @property
    def signals(self) -> Map:
        """The newest revision of every signal that was ever published, by signal id."""

    @property
    def facts(self) -> Map:
        """Revision and content hash of every console message and request in the tables, by table and key."""


class MemoryMap:
    """A Map in memory; counts its accesses."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.reads = self.writes = 0

    def get(self, key: str) -> bytes | None:
        """The value, None when there is none."""
        self.reads += 1
        return self.entries.get(key)

    def put(self, key: str, value: bytes) -> None:
        """Sets a value."""
        self.writes += 1
        self.entries[key] = value

    def remove(self, key: str) -> None:
        """Removes a key that may be missing."""
        self.entries.pop(key, None)

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Every entry."""
        self.reads += len(self.entries)
        return iter(list(self.entries.items()))

    def clear(self) -> None:
        """Removes everything."""
        self.entries.clear()


class MemoryValue:
    """A Value in memory; counts the bytes written."""

    def __init__(self) -> None:
        self.data: bytes | None = None
        self.written_bytes = 0

    def value(self) -> bytes | None:
        """The value, None when there is none."""
        return self.data

    def update(self, value: bytes) -> None:
        """Sets the value."""
        self.written_bytes += len(value)
        self.data = value

    def clear(self) -> None:
        """Removes it."""
        self.data = None


class MemoryStore:
    """A Store in memory: for embedded use and for tests."""

    def __init__(self) -> None:
        self.state, self.published = MemoryValue(), MemoryValue()
        self.digests, self.events, self.signals, self.facts = (MemoryMap() for _ in range(4))

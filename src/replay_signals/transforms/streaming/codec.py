"""Versioned bytes of state: one byte of version, then MessagePack.

A newer program reads what an older one wrote: structs are arrays whose later fields have defaults, and a change that
this cannot express is a migration from one version to the next. The other way round is refused, loudly: a job that
cannot read its state must stop rather than go on without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from replay_signals.transforms.text import encoded

T = TypeVar("T")
Migration = Callable[[Any], Any]
"""Builtins as version n wrote them to builtins as version n + 1 writes them."""

_encode = msgspec.msgpack.Encoder().encode


class StateError(RuntimeError):
    """State that this version cannot read: written by a newer one, or damaged."""


class Codec(Generic[T]):
    """Encodes one kind of struct at `version`; decodes that version and all before it."""

    def __init__(self, kind: type[T], version: int, migrations: Mapping[int, Migration] | None = None) -> None:
        self._kind, self._version, self._migrations = kind, version, migrations or {}
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._prefix = bytes([version])

    def encode(self, value: T) -> bytes:
        """Bytes that `decode` takes; lone surrogates, which UTF-8 cannot hold, are replaced."""
        return self._prefix + encoded(_encode, value)

    def decode(self, data: bytes) -> T:
        """The struct; raises StateError."""
        if not data:
            raise StateError(f"no bytes for {self._kind.__name__}")
        version, body = data[0], memoryview(data)[1:]
        try:
            if version == self._version:
                return self._decoder.decode(body)
            return self._migrated(version, body)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise StateError(f"damaged {self._kind.__name__}: {error}") from error

    def _migrated(self, version: int, body: memoryview) -> T:
        value: Any = msgspec.msgpack.decode(body)
        for step in range(version, self._version):
            if step not in self._migrations:
                raise StateError(f"{self._kind.__name__} of version {version} cannot be read any more")
            value = self._migrations[step](value)
        if version > self._version:
            raise StateError(f"{self._kind.__name__} was written by a newer version ({version})")
        return msgspec.convert(value, self._kind)

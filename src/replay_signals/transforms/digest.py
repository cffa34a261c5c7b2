"""digest: SnapshotMessage -> MessageDigest | DeadLetter."""

from __future__ import annotations

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import DeadLetter, SnapshotMessage


def digest(message: SnapshotMessage) -> MessageDigest | DeadLetter:
    """Total: any bytes give a digest or a typed rejection."""
    raise NotImplementedError

"""merge: union of message digests by message id; associative, commutative and idempotent."""

from __future__ import annotations

from collections.abc import Iterable

from replay_signals.schemas.digests import MessageDigest, SessionDigest


def session_of(messages: Iterable[MessageDigest]) -> SessionDigest:
    """A session digest of message digests that all belong to one session; raises ValueError when they do not."""
    by_id: dict[str, MessageDigest] = {}
    key: tuple[str, str] | None = None
    for message in messages:
        own = (message.team, message.session_id)
        if key is None:
            key = own
        elif key != own:
            raise ValueError(f"messages of two sessions: {key} and {own}")
        known = by_id.get(message.message_id)
        by_id[message.message_id] = message if known is None else _pick(known, message)
    if key is None:
        raise ValueError("a session digest needs at least one message")
    return SessionDigest(*key, by_id)


def merge(left: SessionDigest, right: SessionDigest) -> SessionDigest:
    """Union of two digests of one session."""
    return session_of([*left.messages.values(), *right.messages.values()])


def _pick(a: MessageDigest, b: MessageDigest) -> MessageDigest:
    """The same message seen twice: the copy that arrived first wins; ties fall to any total order."""
    return min(a, b, key=_rank)


def _rank(
    m: MessageDigest,
) -> tuple[bool, float, bool, float, str, str, bool, str, int, bytes, list[tuple[str, int]], str, bool, int]:
    return (
        m.received_ms is None,
        m.received_ms or 0,
        m.sent_ms is None,
        m.sent_ms or 0,
        m.distinct_id,
        m.snapshot_source,
        m.snapshot_library is None,
        m.snapshot_library or "",
        m.version,
        m.records,
        sorted(m.removed.items()),
        m.privacy_version,
        m.flushed_ms is None,
        m.flushed_ms or 0,
    )

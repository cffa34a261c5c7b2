"""Digests: what is shuffled, kept in state and persisted instead of raw payload.

A session digest is a grow-only map of message digests by message id, so merging is associative, commutative and
idempotent whatever order, repetition or lateness messages arrive with.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from replay_signals.schemas.clocks import BrokerMs, ClientMs
from replay_signals.schemas.rows import MessageDigestRow

DIGEST_VERSION = 2
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MessageDigest(msgspec.Struct, frozen=True, array_like=True):
    """One message, a few hundred bytes; `transforms/digest/records` encodes `records`.

    `removed`: how often each rule of privacy removed something from it, by `field/rule`.

    Times are epoch ms: `received_ms` by the broker's clock, all others by the client's.
    """

    version: int
    message_id: str
    team: str
    session_id: str
    window_id: str
    distinct_id: str
    received_ms: BrokerMs | None
    sent_ms: int | None
    first_ms: ClientMs
    last_ms: ClientMs
    event_count: int
    rejected_event_count: int
    size_bytes: int
    snapshot_source: str
    snapshot_library: str | None
    records: bytes
    removed: dict[str, int] = {}
    privacy_version: str = ""
    flushed_ms: int | None = None


class SessionDigest(msgspec.Struct, frozen=True):
    """All message digests of one session by message id."""

    team: str
    session_id: str
    messages: dict[str, MessageDigest]


def at(ms: float) -> datetime:
    """UTC time of epoch milliseconds, exact to the microsecond."""
    return EPOCH + timedelta(microseconds=round(ms * 1000))


def millis(when: datetime) -> float:
    """Epoch milliseconds of a UTC time."""
    return (when - EPOCH) / timedelta(microseconds=1) / 1000


def to_row(digest: MessageDigest) -> MessageDigestRow:
    """The row of `message_digests`."""
    first = at(digest.first_ms)
    return MessageDigestRow(
        day=first.date(),
        team=digest.team,
        session_id=digest.session_id,
        window_id=digest.window_id,
        message_id=digest.message_id,
        distinct_id=digest.distinct_id,
        received_at=None if digest.received_ms is None else at(digest.received_ms),
        sent_at=None if digest.sent_ms is None else at(digest.sent_ms),
        first_event_at=first,
        last_event_at=at(digest.last_ms),
        event_count=digest.event_count,
        rejected_event_count=digest.rejected_event_count,
        size_bytes=digest.size_bytes,
        snapshot_source=digest.snapshot_source,
        snapshot_library=digest.snapshot_library,
        digest_version=digest.version,
        digest=digest.records,
        removed=digest.removed,
        privacy_version=digest.privacy_version,
        flushed_at=None if digest.flushed_ms is None else at(digest.flushed_ms),
    )


def from_row(row: MessageDigestRow) -> MessageDigest:
    """The digest of a stored row; `from_row(to_row(d)) == d`."""
    return MessageDigest(
        row.digest_version,
        row.message_id,
        row.team,
        row.session_id,
        row.window_id,
        row.distinct_id,
        None if row.received_at is None else BrokerMs(round(millis(row.received_at))),
        None if row.sent_at is None else round(millis(row.sent_at)),
        ClientMs(millis(row.first_event_at)),
        ClientMs(millis(row.last_event_at)),
        row.event_count,
        row.rejected_event_count,
        row.size_bytes,
        row.snapshot_source,
        row.snapshot_library,
        row.digest,
        row.removed,
        row.privacy_version,
        None if row.flushed_at is None else round(millis(row.flushed_at)),
    )

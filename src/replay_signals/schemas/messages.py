"""Wire-neutral messages: what a reader or a Kafka source hands to the transforms, whatever the format was.

Shapes follow PostHog's capture service and snapshot consumer (one message = one session and one window,
a JSON array of rrweb events).
"""

from __future__ import annotations

from hashlib import blake2b

import msgspec

MAX_SESSION_ID_CHARS = 200  # capture allows 70; other recorders name sessions more freely


class SourcePosition(msgspec.Struct, frozen=True, order=True):
    """Where an input came from: a file and record number, or a topic, partition and offset."""

    source: str
    offset: int = 0
    partition: int = 0

    def __str__(self) -> str:
        """`path#offset` for files, `topic/partition#offset` for Kafka."""
        return f"{self.source}#{self.offset}" if not self.partition else f"{self.source}/{self.partition}#{self.offset}"


class SnapshotMessage(msgspec.Struct, frozen=True):
    """Raw rrweb events of one session and one window, as one recorder request carried them.

    `items` is the JSON text of an array of rrweb events (`$snapshot_items`); nothing in it has been looked at.
    `received_ms` is the trusted clock (broker or arrival), `sent_ms` the client's clock when it sent the request, and
    `flushed_ms` that when the recorder emptied its buffer into the first snapshot of it.
    """

    team: str
    session_id: str
    window_id: str
    items: bytes
    position: SourcePosition
    distinct_id: str = ""
    received_ms: int | None = None
    sent_ms: int | None = None
    snapshot_source: str = "web"
    snapshot_library: str | None = None
    flushed_ms: int | None = None

    @property
    def message_id(self) -> str:
        """Content hash: a repeated or retried message has the same id wherever it is read from (32 hex digits)."""
        key = f"{self.team}\0{self.session_id}\0{self.window_id}\0".encode("utf-8", "surrogatepass")
        return blake2b(self.items, digest_size=16, key=blake2b(key, digest_size=32).digest()).hexdigest()


class AnalyticsEvent(msgspec.Struct, frozen=True):
    """One analytics event (`clickhouse_events_json`, or an event of a capture request).

    `properties` and `person_properties` are JSON objects, decoded. `timestamp_ms` is the client's clock.
    """

    team: str
    uuid: str
    event: str
    distinct_id: str
    timestamp_ms: int
    position: SourcePosition
    session_id: str = ""
    window_id: str = ""
    properties: dict[str, object] = {}
    person_id: str | None = None
    person_properties: dict[str, object] = {}
    elements_chain: str | None = None
    received_ms: int | None = None


class DeadLetter(msgspec.Struct, frozen=True):
    """One rejected input: a named reason, what was wrong in words, where it stood, and a bounded piece of it."""

    position: SourcePosition
    reason: str
    detail: str
    payload: bytes = b""
    team: str = ""
    session_id: str = ""
    received_ms: int | None = None


Record = SnapshotMessage | AnalyticsEvent | DeadLetter
"""What every source yields."""

MAX_DEAD_LETTER_PAYLOAD_BYTES = 4096


class Reason:
    """Names of reject reasons. PostHog's own drop reasons keep PostHog's names (facts: message parser)."""

    EMPTY = "message_value_or_timestamp_is_empty"
    INVALID_GZIP = "invalid_gzip_data"
    INVALID_ZSTD = "invalid_zstd_data"
    INVALID_LZ4 = "invalid_lz4_data"
    INVALID_JSON = "invalid_json"
    INVALID_PAYLOAD = "invalid_message_payload"
    NOT_SNAPSHOT = "received_non_snapshot_message"
    NO_VALID_EVENTS = "message_contained_no_valid_rrweb_events"
    TIMESTAMP_RANGE = "message_timestamp_diff_too_large"
    NO_TOKEN = "no_token_in_header"
    UNKNOWN_TEAM = "header_token_present_team_missing_or_disabled"
    INVALID_SESSION_ID = "invalid_session_id"
    MISSING_DISTINCT_ID = "missing_distinct_id"
    TOO_LARGE = "too_large"
    TOO_DEEP = "nested_too_deeply"
    UNKNOWN_FORMAT = "unknown_format"
    UNREADABLE = "unreadable_file"
    INVALID_EVENT = "invalid_event"
    INVALID_TIMESTAMP = "invalid_event_timestamp"
    INTERNAL = "internal_error"
    CORRUPT_DIGEST = "corrupt_digest"
    DEADLY = "reader_died_twice"
    UNEXPECTED_ROW = "unexpected_row"


REASONS: tuple[str, ...] = tuple(value for name, value in vars(Reason).items() if name.isupper())

"""What arrives on the wire: capture requests, Kafka messages, heads of rrweb events, and the limits on all of them.

Names and optionality follow PostHog's capture service (`recordings.rs`, `event.rs`) and its snapshot consumer. Fields
that other senders fill with the wrong type are `Any`: the parsers judge them one by one, so a
wrong type costs one event and not the request. Parts that nobody here looks into are `Raw`: skipped, never decoded.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct, field

MIB = 1024 * 1024


class Limits(Struct, frozen=True):
    """How much one input may ask for. Beyond a limit the input becomes a dead letter and its neighbours go on."""

    text_bytes: int = 512 * MIB  # one line, or a file that is one JSON document: it is held in memory
    event_bytes: int = 100_000_000  # one rrweb event or request body, decompressed
    value_bytes: int = 64 * MIB  # one Kafka value, decompressed: capture takes 20 MB, and quoting doubles it
    decompressed_bytes: int = 64 * 1024 * MIB  # one file; it is streamed, so this bounds time and not memory
    ratio: int = 300  # decompressed to compressed; gzip ends at 1032, real recordings stay below 60
    ratio_from_bytes: int = 64 * MIB  # small files may compress as well as they like
    message_bytes: int = 1_000_000  # where long arrays of events are cut into messages (Kafka's default message size)
    message_events: int = 2000


LIMITS = Limits()


class RecordedRequest(Struct):
    """One line of a file of capture requests: `t` arrival in epoch ms, `ua` user agent, `body` JSON text."""

    body: Raw = Raw()
    t: Any = None
    path: Any = ""
    query: Any = ""
    ua: Any = ""


class CaptureBatch(Struct):
    """A request body that is an object: either a batch, or one event (then `batch` is missing)."""

    batch: Raw = Raw()
    api_key: Any = None
    token: Any = None
    sent_at: Any = None


class CaptureEvent(Struct):
    """One event of a capture request (`RawEvent`, `RawRecording`), with the aliases that capture accepts."""

    event: Any = None
    properties: Raw = Raw()
    uuid: Any = None
    distinct_id: Any = None
    distinct_id_alias: Any = field(default=None, name="$distinct_id")
    token: Any = None
    token_alias: Any = field(default=None, name="$token")
    api_key: Any = None
    timestamp: Any = None
    offset: Any = None
    sent_at: Any = None
    set: Any = field(default=None, name="$set")
    set_once: Any = field(default=None, name="$set_once")


class SnapshotProperties(Struct):
    """Properties of a `$snapshot` event. `data` is an array of rrweb events, or one."""

    data: Raw = field(default=Raw(), name="$snapshot_data")
    session_id: Any = field(default=None, name="$session_id")
    window_id: Any = field(default=None, name="$window_id")
    source: Any = field(default=None, name="$snapshot_source")
    lib: Any = field(default=None, name="$lib")
    distinct_id: Any = None
    token: Any = None


class CapturedEvent(Struct):
    """Value of a message on the snapshot topic (`CapturedEvent`); the consumer needs `distinct_id` and `data` only."""

    distinct_id: str
    data: str
    now: Any = None
    sent_at: Any = None
    timestamp: Any = None


class SnapshotItemsProperties(Struct):
    """Properties inside the doubly encoded `data`. `lib_old` is what `$lib` was called before."""

    items: Raw = field(default=Raw(), name="$snapshot_items")
    session_id: Any = field(default=None, name="$session_id")
    window_id: Any = field(default=None, name="$window_id")
    source: Any = field(default=None, name="$snapshot_source")
    lib: Any = field(default=None, name="$lib")
    lib_old: Any = field(default=None, name="$snapshot_library")


class SnapshotItems(Struct):
    """The `data` string of a message on the snapshot topic, parsed."""

    event: str
    properties: SnapshotItemsProperties


class ClickHouseEvent(Struct):
    """Value of a message on the analytics topic (`clickhouse_events_json`); `properties` are JSON text."""

    event: Any = None
    uuid: Any = None
    team_id: Any = None
    distinct_id: Any = None
    properties: Any = None
    timestamp: Any = None
    created_at: Any = None
    person_id: Any = None
    person_properties: Any = None
    elements_chain: Any = None


class KafkaLine(Struct):
    """One Kafka message as a JSON line: our own form, or what kcat (`payload`, `ts`) and rpk print."""

    topic: Any = ""
    partition: Any = 0
    offset: Any = 0
    timestamp: Any = None
    ts: Any = None
    headers: Any = msgspec.UNSET
    value: Raw = Raw()
    payload: Raw = Raw()
    value_encoding: Any = None


class EventHead(Struct, gc=False):
    """What tells an rrweb event from other objects, and whose it is where each event says so."""

    type: Raw = Raw()
    timestamp: Raw = Raw()
    data: Raw = Raw()
    window_id: Raw = Raw()
    window_id_camel: Raw = field(default=Raw(), name="windowId")
    session_id: Raw = Raw()
    session_id_camel: Raw = field(default=Raw(), name="sessionId")

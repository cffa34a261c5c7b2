"""The same rrweb events in every input format, and records made comparable."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from replay_signals.schemas.messages import DeadLetter, Record, SnapshotMessage, SourcePosition

POSITION = SourcePosition("test", 1)
RECEIVED_MS = 1_795_489_863_032
SESSION = "01a20b89-1519-7916-bc6c-6587820e9bd8"
TEAM = "phc_test"
Event = dict[str, Any]
Windows = Mapping[str, list[Event]]


def rrweb(at_ms: int, **data: Any) -> Event:
    """A small incremental event."""
    return {"type": 3, "data": {"source": 1, **data}, "timestamp": at_ms}


def snapshot(window_id: str, events: Any, **properties: Any) -> dict[str, Any]:
    """An event of a capture replay request."""
    return {
        "event": "$snapshot",
        "properties": {
            "$session_id": SESSION,
            "$window_id": window_id,
            "$snapshot_data": events,
            "distinct_id": "user-1",
            "token": TEAM,
            **properties,
        },
    }


def request_line(body: Any, path: str = "/s/") -> str:
    """A line of a file of capture requests."""
    return json.dumps({"t": RECEIVED_MS, "path": path, "query": "", "ua": "Mozilla/5.0", "body": json.dumps(body)})


def kafka_data(window_id: str, events: Any, **properties: Any) -> str:
    """The `data` string of a snapshot message."""
    own = {"$session_id": SESSION, "$window_id": window_id, "$snapshot_items": events, **properties}
    return json.dumps({"event": "$snapshot_items", "properties": own})


def kafka_value(window_id: str, events: Any, **properties: Any) -> str:
    """The value of a snapshot message."""
    envelope = {"uuid": "u", "distinct_id": "user-1", "now": "2026-11-24T03:11:03Z", "event": "$snapshot_items"}
    return json.dumps({**envelope, "data": kafka_data(window_id, events, **properties)})


def kafka_line(value: str, **changes: Any) -> str:
    """A line of a file of Kafka messages."""
    line = {
        "topic": "session_recording_snapshot_item_events",
        "partition": 3,
        "offset": 7,
        "timestamp": RECEIVED_MS,
        "key": SESSION,
        "headers": {"token": TEAM, "historical_migration": None},
        "value": value,
    }
    return json.dumps({**line, **changes})


def _export(windows: Windows) -> str:
    snapshots = [{**event, "windowId": window} for window, events in windows.items() for event in events]
    data = {"id": SESSION, "person": {"distinct_ids": ["user-1"]}, "snapshots": snapshots}
    return json.dumps({"version": "2023-04-28", "data": data}, indent=2)


def _export_by_window(windows: Windows) -> str:
    return json.dumps({"version": "2022-12-02", "data": {"person": None, "snapshotsByWindowId": windows}})


def _pairs(windows: Windows) -> str:
    return "\n".join(json.dumps([window, event]) for window, events in windows.items() for event in events)


FILES_OF_WINDOWS: dict[str, Callable[[Windows], str]] = {
    "requests": lambda windows: "\n".join(request_line([snapshot(w, e)]) for w, e in windows.items()),
    "request-body": lambda windows: json.dumps([snapshot(w, e) for w, e in windows.items()]),
    "kafka": lambda windows: "\n".join(kafka_line(kafka_value(w, e)) for w, e in windows.items()),
    "kafka-value": lambda windows: "\n".join(kafka_value(w, e) for w, e in windows.items()),
    "export": _export,
    "export (2022)": _export_by_window,
    "export (by window id)": lambda windows: json.dumps(
        {"version": "2022-12-22", "next": None, "snapshot_data_by_window_id": windows}
    ),
    "export (old answer)": lambda windows: json.dumps({"result": {"snapshot_data_by_window_id": windows}}),
    "blob": lambda windows: "\n".join(json.dumps({"window_id": w, "data": e}) for w, e in windows.items()),
    "blob (one line)": lambda windows: "".join(json.dumps({"window_id": w, "data": e}) for w, e in windows.items()),
    "window-pairs": _pairs,
    "window-pairs (entries)": lambda windows: json.dumps(list(windows.items())),
    "rrweb (by window)": json.dumps,
    "rrweb (camel case)": lambda windows: json.dumps(
        [{**event, "windowId": window} for window, events in windows.items() for event in events]
    ),
}
"""Text of a file in each format that knows windows."""


def _segments(events: list[Event]) -> str:
    return "\n".join(f'{{"segment_id":{n}}}\n{json.dumps([event])}' for n, event in enumerate(events))


FILES_OF_ONE_WINDOW: dict[str, Callable[[list[Event]], str]] = {
    "rrweb": json.dumps,
    "rrweb (document)": lambda events: json.dumps({"events": events}, indent=1),
    "rrweb (lines)": lambda events: "\n".join(json.dumps(event) for event in events),
    "rrweb (matrix)": lambda events: json.dumps([events[:2], events[2:]]),
    "rrweb (recording)": lambda events: json.dumps({"recording": {"duration": 5, "events": events}}),
    "rrweb (snapshots)": lambda events: json.dumps({"data": {"snapshots": events}, "status": "ok"}),
    "rrweb (deep)": lambda events: json.dumps({"data": {"a": {"b": [{"c": {"events": events}}]}}}),
    "rrweb (event lines)": lambda events: "\n".join(json.dumps({"event": event, "n": 1}) for event in events),
    "rrweb (concatenated)": lambda events: "".join(json.dumps(event) for event in events),
    "rrweb (concatenated arrays)": lambda events: (
        json.dumps(events[:1])
        + json.dumps(events[-1:]) * (len(events) > 1)
        + "".join(json.dumps([event]) for event in events[1:-1])
    ),
    "rrweb (comma lines)": lambda events: "".join(json.dumps(event) + ",\n" for event in events),
    "rrweb (text)": lambda events: json.dumps({"events": json.dumps(events)}),
    "rrweb (text events)": lambda events: json.dumps({"version": 1, "events": [json.dumps(event) for event in events]}),
    "rrweb (records)": lambda events: json.dumps({"records": events, "view": {"id": "v"}, "start": 1, "end": 2}),
    "sentry": _segments,
    "sentry (download)": lambda events: json.dumps([[event] for event in events]),
}
"""Text of a file in each format that knows none."""


def packed(event: Event) -> str:
    """An event as rrweb's packer writes it: zlib, a character a byte."""
    return zlib.compress(json.dumps({**event, "v": "v1"}).encode()).decode("latin-1")


def _base64(events: list[Event]) -> str:
    return base64.b64encode(gzip.compress(json.dumps(events).encode(), mtime=0)).decode()


def _stored_segments(events: list[Event]) -> bytes:
    parts = (b'{"segment_id":%d}\n' % n + zlib.compress(json.dumps([e]).encode()) for n, e in enumerate(events))
    return b"".join(parts)


PACKED_FILES: dict[str, Callable[[list[Event]], bytes]] = {
    "packed": lambda events: json.dumps([packed(event) for event in events]).encode(),
    "packed (raw)": lambda events: json.dumps([packed(event) for event in events], ensure_ascii=False).encode(),
    "packed (lines)": lambda events: "\n".join(json.dumps(packed(event)) for event in events).encode(),
    "packed (document)": lambda events: json.dumps({"version": 1, "events": [packed(e) for e in events]}).encode(),
    "packed (base64)": lambda events: json.dumps({"events": _base64(events)}).encode(),
    "blob (base64)": lambda events: json.dumps({"data": _base64(events), "compression": "gzip-base64"}).encode(),
    "sentry (stored)": _stored_segments,
    "rrweb (zlib)": lambda events: zlib.compress(json.dumps(events).encode()),
    "rrweb (UTF-16)": lambda events: json.dumps(events).encode("utf-16"),
    "rrweb (UTF-16 BE)": lambda events: b"\xfe\xff" + json.dumps(events).encode("utf-16-be"),
    "rrweb (UTF-16 lines)": lambda events: "\r\n".join(json.dumps(event) for event in events).encode("utf-16-le"),
}
"""Bytes of a file in each form that is no plain text."""


def events_by_window(records: Iterable[Record]) -> dict[tuple[str, str], Counter[str]]:
    """Every event (as canonical text) by session and window, whatever the messages were."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for record in records:
        if isinstance(record, SnapshotMessage):
            events = found.setdefault((record.session_id, record.window_id), Counter())
            for event in json.loads(record.items):
                event.pop("windowId", None)  # an export repeats the window in each event
                event.pop("v", None)  # the packer's mark
                events[json.dumps(event, sort_keys=True)] += 1
    return found


def expected(windows: Windows, session: str) -> dict[tuple[str, str], Counter[str]]:
    """The same of the events themselves."""
    return {
        (session, window): Counter(json.dumps(event, sort_keys=True) for event in events)
        for window, events in windows.items()
    }


def reasons(records: Iterable[Record]) -> list[str]:
    """Reasons of the dead letters, in order."""
    return [record.reason for record in records if isinstance(record, DeadLetter)]


def messages(records: Iterable[Record]) -> list[SnapshotMessage]:
    """The snapshot messages, in order."""
    return [record for record in records if isinstance(record, SnapshotMessage)]

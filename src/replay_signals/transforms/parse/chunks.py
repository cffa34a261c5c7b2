"""Events that OpenTelemetry recorders cut into several log records, put together again.

The recorders of Splunk and HyperDX write each event as JSON in the body of a record, one that is too long as several:
`rr-web.event` numbers the event, `rr-web.chunk` its pieces from 1, and `rr-web.total-chunks` says how many there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw

from replay_signals.transforms.parse.json_text import MALFORMED
from replay_signals.transforms.parse.shapes import attributes_of, fields_of, first, scalar

_MARK = b"total-chunks"
_EVENT, _CHUNK, _TOTAL = "rr-web.event", "rr-web.chunk", "rr-web.total-chunks"
_BODIES, _ATTRIBUTES = ("body", "Body"), ("attributes", "LogAttributes")


def joined(items: Sequence[Raw]) -> list[Raw]:
    """Items of an array; the pieces of an event that are all there are its text, in the place of the first."""
    if not items or _MARK not in bytes(items[0]):
        return list(items)
    out: list[Raw | None] = list(items)
    pieces: dict[str, dict[int, tuple[int, str]]] = {}
    for i, item in enumerate(items):
        told = _piece(item)
        if told is None:
            continue
        event, chunk, total, text = told
        pieces.setdefault(event, {})[chunk] = (i, text)
        if len(pieces[event]) == total:
            parts = [pieces[event][number] for number in sorted(pieces[event])]
            for where, _ in parts:
                out[where] = None
            out[min(where for where, _ in parts)] = Raw(msgspec.json.encode("".join(text for _, text in parts)))
            del pieces[event]
    return [item for item in out if item is not None]


def _piece(item: Raw) -> tuple[str, int, int, str] | None:
    """Event, number of the piece, how many there are, and its text; None for whatever is no piece of several."""
    fields = fields_of(item)
    told: dict[str, Raw] = {}
    for name in _ATTRIBUTES:
        told |= attributes_of(fields[name]) if name in fields else {}
    body = next((fields[name] for name in _BODIES if name in fields), Raw())
    if first(body) == b"{":
        body = fields_of(body).get("stringValue", Raw())
    try:
        chunk, total = (int(float(scalar(told.get(name, Raw())) or 0)) for name in (_CHUNK, _TOTAL))
        text = msgspec.json.decode(body, type=str)
    except (*MALFORMED, ValueError, OverflowError):
        return None
    return (scalar(told.get(_EVENT, Raw())), chunk, total, text) if 1 <= chunk <= total and total > 1 else None

"""glance: one look at a message's records, to know what to keep of it and when there will be something to judge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import Record
from replay_signals.transforms.streaming.state import FRAME, FULL, META

SHAKY_TURNS = 3
"""Turns of the pointer along one axis in a message from which on shaking is looked for; half of what it takes."""
BURST_GAP_MS = 1000


@dataclass(slots=True)
class Due:
    """By `at_ms` (client's clock) something can be judged; `slack_ms` later is soon enough."""

    at_ms: float
    slack_ms: float = 0.0


@dataclass(slots=True)
class Glance:
    """What a message holds. `pages_ms` are the starts of documents or URLs."""

    kind: int = 0
    clicks: int = 0
    root: int = 0
    dues: list[Due] = field(default_factory=list)
    pages_ms: list[float] = field(default_factory=list)


def glance(digest: MessageDigest, rules: Clicks) -> Glance:
    """Looks at every record once; nothing is seen in a digest that cannot be decoded."""
    out = Glance()
    try:
        found = records.decode(digest.records)
    except records.CorruptDigest:
        return out
    clicks: list[float] = []
    scrolls: list[Any] = []
    lenient = rules.window_ms - rules.slow_ms
    for fields in found:
        record: Any = fields
        code, t = record[1], digest.first_ms + record[0]
        if is_frame(record):
            out.kind |= FRAME
        if code == records.INTERACTION and record[2] in (rrweb.CLICK, rrweb.TOUCH_END):
            clicks.append(t)
        elif code == records.META:
            out.kind |= META
            out.pages_ms.append(t)
        elif code == records.FULL:
            out.kind |= FULL
            out.root = record[2] if isinstance(record[2], int) else 0
        elif code == records.SCROLL:
            scrolls.append(record[4] or 0)
        elif code == records.CONSOLE and record[2] == "error":
            out.dues.append(Due(t + rules.slow_ms, lenient))
        elif code == records.NETWORK and any(row[3] is not None and row[3] >= 400 for row in record[2]):
            out.dues.append(Due(t, rules.window_ms))
        elif code == records.MOVE and _shaky(record[3]):
            out.dues.append(Due(t + rules.slow_ms, lenient))
    if _turns(scrolls):
        out.dues.append(Due(digest.last_ms + rules.slow_ms, lenient))
    out.clicks = len(clicks)
    out.dues += [Due(t + rules.window_ms) for t in _ends_of_bursts(sorted(clicks))]
    return out


def _ends_of_bursts(clicks: list[float]) -> list[float]:
    """Clicks that no other follows at once: what repeated clicks are is known after the last."""
    return [t for i, t in enumerate(clicks) if i + 1 == len(clicks) or clicks[i + 1] - t > BURST_GAP_MS]


def _shaky(flat: list[Any]) -> bool:
    return len(flat) > 3 * SHAKY_TURNS and max(_turns(flat[0::3]), _turns(flat[1::3])) >= SHAKY_TURNS


def is_frame(record: Record) -> bool:
    """Do later messages need this record: a document, its controls, what was typed, errors, how it was opened?"""
    fields: Any = record
    code = fields[1]
    if code == records.MUTATION:
        native = any(fields[10:])
        return native or bool(fields[5] or fields[6]) or any(a in _STATE for a in fields[4][1::3])
    if code == records.CONSOLE:
        return bool(fields[2] == "error")
    if code == records.NETWORK:
        return any(row[5] == "navigation" for row in fields[2])
    return code in _FRAMES


def framed(digest: MessageDigest) -> MessageDigest:
    """The digest with nothing but frames in it; as it is when it cannot be decoded."""
    try:
        kept = [record for record in records.decode(digest.records) if is_frame(record)]
    except records.CorruptDigest:
        return digest
    return msgspec.structs.replace(digest, records=records.encode(kept))


_FRAMES = frozenset((records.LOAD, records.META, records.FULL, records.INPUT))
_STATE = frozenset(("disabled", "aria-disabled"))


def _turns(values: list[Any]) -> int:
    """Changes of direction."""
    turns = direction = 0
    for i in range(1, len(values)):
        step = values[i] - values[i - 1]
        if step * direction < 0:
            turns += 1
        if step:
            direction = 1 if step > 0 else -1
    return turns

"""What a message holds: what to keep of it, and when there will be something to judge."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from replay_signals.schemas.clocks import ClientMs
from replay_signals.schemas.digests import DIGEST_VERSION, MessageDigest
from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import ReplayRecord
from replay_signals.transforms.judge.caps import is_click
from replay_signals.transforms.session.documents import begins_document
from replay_signals.transforms.streaming.state import FRAME, FULL, META, OPENS

SHAKY_TURNS = 3
"""Turns of the pointer along one axis in a message from which on shaking is looked for; half of what it takes."""
BURST_GAP_MS = 1000


@dataclass(slots=True)
class Due:
    """By `at_ms` (client's clock) something can be judged; `slack_ms` later is soon enough."""

    at_ms: ClientMs
    slack_ms: float = 0.0


@dataclass(slots=True)
class MessageFacts:
    """What a message holds. `pages_ms` are the starts of documents or URLs."""

    kind: int = 0
    clicks: int = 0
    dues: list[Due] = field(default_factory=list)
    pages_ms: list[ClientMs] = field(default_factory=list)


def facts_of(digest: MessageDigest, rules: Clicks) -> MessageFacts:
    """Looks at every record once; nothing is seen in a digest that cannot be decoded."""
    out = MessageFacts()
    try:
        found = records.records_of(digest)
    except records.CorruptDigest:
        return out
    clicks: list[float] = []
    scrolls: list[int] = []
    lenient = rules.window_ms - rules.slow_ms
    for record in found:
        t = digest.first_ms + record.offset_ms
        if is_frame(record):
            out.kind |= FRAME
        if begins_document(record):
            out.kind |= OPENS
        if is_click(record):
            clicks.append(t)
        elif type(record) is records.Meta:
            out.kind |= META
            out.pages_ms.append(ClientMs(t))
        elif type(record) is records.FullSnapshot:
            out.kind |= FULL
        elif type(record) is records.Scroll:
            scrolls.append(record.y_px or 0)
        elif type(record) is records.Console and record.level == "error":
            out.dues.append(Due(ClientMs(t + rules.slow_ms), lenient))
        elif type(record) is records.Network and any((r.status or 0) >= 400 for r in record.requests):
            out.dues.append(Due(ClientMs(t), rules.window_ms))
        elif type(record) is records.Move and _shaky(record.positions):
            out.dues.append(Due(ClientMs(t + rules.slow_ms), lenient))
    if _turns(scrolls):
        out.dues.append(Due(ClientMs(digest.last_ms + rules.slow_ms), lenient))
    out.clicks = len(clicks)
    out.dues += [Due(ClientMs(t + rules.window_ms)) for t in _ends_of_bursts(sorted(clicks))]
    return out


def _ends_of_bursts(clicks: list[float]) -> list[float]:
    """Clicks that no other follows at once: what repeated clicks are is known after the last."""
    return [t for i, t in enumerate(clicks) if i + 1 == len(clicks) or clicks[i + 1] - t > BURST_GAP_MS]


def _shaky(flat: list[int]) -> bool:
    return len(flat) > 3 * SHAKY_TURNS and max(_turns(flat[0::3]), _turns(flat[1::3])) >= SHAKY_TURNS


def is_frame(record: ReplayRecord) -> bool:
    """Do later messages need this record: a document, its controls, what was typed, errors, how it was opened?"""
    if type(record) is records.Mutation:
        screen = record.screen
        native = screen is not None and bool(screen.views or screen.removed)
        return native or bool(record.added or record.removed) or not _STATE.isdisjoint(record.attribute_names)
    if type(record) is records.Console:
        return record.level == "error"
    if type(record) is records.Network:
        return any(r.initiator == "navigation" for r in record.requests)
    return type(record) in _FRAMES


def framed(digest: MessageDigest) -> MessageDigest:
    """The digest with nothing but frames in it; as it is when it cannot be decoded."""
    try:
        kept = [record for record in records.records_of(digest) if is_frame(record)]
    except records.CorruptDigest:
        return digest
    return msgspec.structs.replace(digest, version=DIGEST_VERSION, records=records.encode(kept))


_FRAMES = frozenset((records.Load, records.Meta, records.FullSnapshot, records.Input, records.Custom))
_STATE = frozenset(("disabled", "aria-disabled"))


def _turns(values: list[int]) -> int:
    """Changes of direction."""
    turns = direction = 0
    for i in range(1, len(values)):
        step = values[i] - values[i - 1]
        if step * direction < 0:
            turns += 1
        if step:
            direction = 1 if step > 0 else -1
    return turns

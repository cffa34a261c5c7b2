"""How much of a session is judged: `session.max_*` of the rules, the same in `detect`, batch and stream.

Messages count in the order of the client's clock, and the first ones that fit under every cap are judged: a prefix.
So neither arrival order nor repetition changes which ones, and a stream can let go of the rest as it comes. The first
message is always judged. What is over a cap is a row of its table all the same, and the session is `truncated`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from replay_signals.schemas import rrweb
from replay_signals.schemas.digests import MessageDigest, millis
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Session as Caps
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import ReplayRecord

Place = tuple[float, str]
"""Where a message stands in its session: client's clock of its first event, epoch ms, then its id."""


def place_of(digest: MessageDigest) -> Place:
    """By what every copy of a message has in common."""
    return digest.first_ms, digest.message_id


def place_of_event(row: EventRow) -> Place:
    """As `place_of`, of an event: client's clock, then uuid."""
    return millis(row.occurred_at), row.uuid


def is_click(record: ReplayRecord) -> bool:
    """A click or the end of a touch."""
    return isinstance(record, records.Interaction) and record.kind in (rrweb.CLICK, rrweb.TOUCH_END)


def click_count(digest: MessageDigest) -> int:
    """Clicks and taps in a message; none in one that cannot be decoded."""
    try:
        return sum(map(is_click, records.decode(digest.records, digest.version)))
    except records.CorruptDigest:
        return 0


def messages_within(digests: Iterable[MessageDigest], caps: Caps) -> list[MessageDigest]:
    """The first messages that fit under every cap, in order; at least one, if there is one."""
    ordered = sorted(digests, key=place_of)
    # a click is an event: with so few events no message needs to be decoded
    few_clicks = sum(one.event_count for one in ordered) <= caps.max_clicks
    size_bytes = clicks = 0
    for i, one in enumerate(ordered):
        size_bytes += len(one.records)
        clicks += 0 if few_clicks else click_count(one)
        if i and (i >= caps.max_messages or size_bytes > caps.max_digest_bytes or clicks > caps.max_clicks):
            return ordered[:i]
    return ordered


def events_within(rows: Sequence[EventRow], caps: Caps) -> list[EventRow]:
    """The first events by the client's clock."""
    return sorted(rows, key=place_of_event)[: caps.max_events]

"""announce: what an inbox lacks of what the tables say. Pure.

Tables and inbox count revisions on their own: a day that was replaced, or a warehouse that was made anew, starts again
at 1, but an inbox only ever takes a higher revision for a change. So a record is announced when its content differs,
under the table's revision or the next one that the inbox has free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.revisions.compare import RETRACTED, Known, Next, compare
from replay_signals.transforms.text import encoded

_BLANK = datetime.min


def announcements(
    wanted: Iterable[InboxRecord],
    inbox: Mapping[str, InboxRecord],
    replaced: tuple[date, date] | None = None,
) -> list[InboxRecord]:
    """Records to publish so that the inbox says what the tables say, in order of id.

    `wanted` are the newest records of the tables, `inbox` those that count in the inbox, by id. Signals of `replaced`
    days (both included) that the tables no longer hold are retracted; of other days nothing is known, so they stay.
    """
    out: list[InboxRecord] = []
    held: set[str] = set()
    for record in wanted:
        held.add(record.id)
        stands = record.status != RETRACTED
        found = compare(_content(record) if stands else None, _known(inbox.get(record.id)))
        if found is not None:
            out.append(_said(record, found, max(record.revision, found.revision)))
    for old in inbox.values():
        if replaced is not None and old.id not in held and _within(old, replaced):
            found = compare(None, _known(old))
            if found is not None:
                out.append(_said(old, found, found.revision))
    return sorted(out, key=lambda record: record.id)


def _known(record: InboxRecord | None) -> Known | None:
    return None if record is None else Known(record.revision, _content(record), record.status == RETRACTED)


def _said(record: InboxRecord, found: Next, revision: int) -> InboxRecord:
    return msgspec.structs.replace(record, revision=revision, status=found.status)


def _content(record: InboxRecord) -> bytes:
    """What makes two records the same: everything but how, when and by which rules they were made."""
    blank = msgspec.structs.replace(record, revision=0, status="new", rules_version="", produced_at=_BLANK)
    return encoded(msgspec.msgpack.Encoder(order="sorted").encode, blank)


def _within(record: InboxRecord, days: tuple[date, date]) -> bool:
    """By the day the session starts, as the tables are partitioned."""
    start = record.recording.started_at if record.recording is not None else record.started_at
    return days[0] <= start.date() <= days[1]

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
        old = inbox.get(record.id)
        if old is None:
            if record.status != "retracted":  # nobody was told of it
                out.append(msgspec.structs.replace(record, status="new"))
        elif not _same(old, record):
            status = "retracted" if record.status == "retracted" else "revised"
            revision = max(record.revision, old.revision + 1)
            out.append(msgspec.structs.replace(record, revision=revision, status=status))
    for old in inbox.values():
        if replaced is not None and old.id not in held and old.status != "retracted" and _within(old, replaced):
            out.append(msgspec.structs.replace(old, revision=old.revision + 1, status="retracted"))
    return sorted(out, key=lambda record: record.id)


def _same(a: InboxRecord, b: InboxRecord) -> bool:
    if a.status == "retracted" or b.status == "retracted":
        return a.status == b.status
    return _content(a) == _content(b)


def _content(record: InboxRecord) -> InboxRecord:
    """What makes two records the same: everything but how, when and by which rules they were made."""
    return msgspec.structs.replace(record, revision=0, status="new", rules_version="", produced_at=_BLANK)


def _within(record: InboxRecord, days: tuple[date, date]) -> bool:
    """By the day the session starts, as the tables are partitioned."""
    start = record.recording.started_at if record.recording is not None else record.started_at
    return days[0] <= start.date() <= days[1]

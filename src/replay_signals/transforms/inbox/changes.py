"""announce: what an inbox lacks of what the tables say. Pure.

Tables and inbox count revisions on their own: a day that was replaced, or a warehouse that was made anew, starts again
at 1, but an inbox only ever takes a higher revision for a change. So a record is announced when its content differs,
under the table's revision or the next one that the inbox has free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from datetime import date, datetime

import msgspec

from replay_signals.schemas.inbox import InboxRecord
from replay_signals.transforms.revisions.compare import RETRACTED, Known, Next, compare
from replay_signals.transforms.text import encoded

_BLANK = datetime.min


def announcements(wanted: Iterable[InboxRecord], known: Callable[[str], InboxRecord | None]) -> list[InboxRecord]:
    """Records to publish so that the inbox says what the tables say about them, in order of id.

    `wanted` are the newest records of the tables; `known` gives the one that counts in the inbox for an id.
    """
    out: list[InboxRecord] = []
    for record in wanted:
        stands = record.status != RETRACTED
        found = compare(_content(record) if stands else None, _told(known(record.id)))
        if found is not None:
            out.append(_said(record, found, max(record.revision, found.revision)))
    return sorted(out, key=lambda record: record.id)


def retractions(standing: Iterable[InboxRecord], held: Set[str]) -> list[InboxRecord]:
    """Records that take back those of an inbox which the tables, by their ids, no longer hold."""
    gone = [(old, compare(None, _told(old))) for old in standing if old.id not in held]
    return [_said(old, found, found.revision) for old, found in gone if found is not None]


def start_day(record: InboxRecord) -> date:
    """The day (UTC) the session starts, as the tables are partitioned; the signal's own until that is known."""
    return (record.recording.started_at if record.recording is not None else record.started_at).date()


def _told(record: InboxRecord | None) -> Known | None:
    return None if record is None else Known(record.revision, _content(record), record.status == RETRACTED)


def _said(record: InboxRecord, found: Next, revision: int) -> InboxRecord:
    return msgspec.structs.replace(record, revision=revision, status=found.status)


def _content(record: InboxRecord) -> bytes:
    """What makes two records the same: everything but how, when and by which rules they were made."""
    blank = msgspec.structs.replace(record, revision=0, status="new", rules_version="", produced_at=_BLANK)
    return encoded(msgspec.msgpack.Encoder(order="sorted").encode, blank)

"""Which of many revisions of a record counts: the highest, in any order and with any repetition. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from replay_signals.schemas.inbox import InboxRecord


def newer(a: InboxRecord, b: InboxRecord) -> InboxRecord:
    """The record that counts of two with one id: the higher revision, then any total order."""
    return a if a is b else max(a, b, key=lambda r: (r.revision, r.produced_at, msgspec.msgpack.encode(r)))


def latest(records: Iterable[InboxRecord]) -> dict[str, InboxRecord]:
    """What counts of many revisions, by id; retracted ones included."""
    out: dict[str, InboxRecord] = {}
    for record in records:
        known = out.get(record.id)
        out[record.id] = record if known is None else newer(known, record)
    return out

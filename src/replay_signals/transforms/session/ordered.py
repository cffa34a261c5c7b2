"""One order for the records of a window, whatever messages they came in: by time, then kind, then content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import msgspec

from replay_signals.schemas.digests import MessageDigest
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import BaseRecord, ReplayRecord

_pack = msgspec.msgpack.Encoder().encode
_ACTS = (records.Interaction, records.Input)
_ORDER: dict[type[BaseRecord], int] = {records.Load: 0, records.Meta: 1, records.FullSnapshot: 2}
AHEAD_MS = 20
"""A script's answer is recorded at most so long before the click itself."""


class TimedRecord(NamedTuple):
    """A record and its time, epoch ms on the client's clock."""

    t: float
    record: ReplayRecord


_timed: Callable[[tuple[float, ReplayRecord]], TimedRecord] = partial(tuple.__new__, TimedRecord)
"""As `TimedRecord._make`, without its Python frame: every record of a session passes here."""


def of_kinds(timed: Iterable[TimedRecord], *kinds: type[BaseRecord]) -> Iterator[TimedRecord]:
    """Those of these kinds. Looks at the type itself: `isinstance` asks the metaclass of a struct, which is slow."""
    return (one for one in timed if type(one[1]) in kinds)


def in_order(messages: Iterable[MessageDigest]) -> tuple[list[TimedRecord], bool]:
    """All records of a window in one order, repeats dropped."""
    found: list[tuple[float, int, ReplayRecord]] = []
    corrupt = False
    for message in messages:
        try:
            decoded = records.records_of(message)
        except records.CorruptDigest:
            corrupt = True
            continue
        first_ms = message.first_ms
        found += [(round(first_ms + r.offset_ms, 3), _ORDER.get(type(r), 3), r) for r in decoded]
    place = itemgetter(0, 1)
    found.sort(key=place)
    ordered: list[TimedRecord] = []
    for (t, _), group in groupby(found, place):
        (_, _, record), *more = group
        if not more:
            ordered.append(_timed((t, record)))
            continue
        by_content = {_content(one): one for one in (record, *(other for _, _, other in more))}
        ordered += [_timed((t, by_content[content])) for content in sorted(by_content)]
    return ordered, corrupt


def _content(record: ReplayRecord) -> bytes:
    """Equal for records that differ only in the message they came in."""
    return _pack(msgspec.structs.replace(record, offset_ms=0))


def acts_first(timed: Iterable[TimedRecord]) -> list[TimedRecord]:
    """Snapshots, changes and acts, the acts before changes that came at most `AHEAD_MS` earlier.

    A script that listens at the document before the recorder does answers before the recorder is told.
    """
    kept = of_kinds(timed, records.FullSnapshot, records.Mutation, *_ACTS)
    return sorted(kept, key=lambda one: one[0] - AHEAD_MS if type(one[1]) in _ACTS else one[0])

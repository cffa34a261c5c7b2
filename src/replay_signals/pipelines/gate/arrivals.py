"""arrivals: what came into a table since somebody looked last, told by its snapshots.

The chain of snapshots is followed back to the one that was looked at. What the gate let through was looked at there,
and what only puts files together brings no row; but where new files were put together before anybody looked, what they
were put into is looked at instead. Where the chain is broken (snapshots expired, another table), all there is came.
"""

from __future__ import annotations

from itertools import takewhile
from typing import NamedTuple

import msgspec
from pyiceberg.expressions import AlwaysFalse, BooleanExpression
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot

from replay_signals.pipelines.gate.relations import Seen, day_of
from replay_signals.pipelines.iceberg.branches import added_files, history, note_in
from replay_signals.pipelines.iceberg.commit import RUN_ID
from replay_signals.pipelines.iceberg.predicates import within


class Mark(msgspec.Struct, frozen=True):
    """Up to where a table was looked at: its own id, and a snapshot, None while it had none."""

    table: str
    snapshot_id: int | None


class Arrivals(NamedTuple):
    """What came: files to look at, files that the gate looked at, and the snapshots that brought any, oldest first.

    `is_changed` says whether rows came, went or moved at all; an idle stream commits as well.
    """

    seen: Seen
    audited: list[DataFile]
    snapshots: list[int]
    is_changed: bool


def mark_of(table: Table) -> Mark:
    """Where a table is now."""
    return Mark(str(table.metadata.table_uuid), table.metadata.current_snapshot_id)


def arrivals(name: str, table: Table, mark: Mark | None) -> Arrivals:
    """What came since a mark; everything when there is none or its snapshot is gone."""
    now = mark_of(table)
    if mark is not None and mark.table == now.table:
        since = list(takewhile(lambda one: one.snapshot_id != mark.snapshot_id, history(table)))
        if not since or since[-1].parent_snapshot_id == mark.snapshot_id:
            return _between(name, table, since[::-1])
    snapshots = [] if now.snapshot_id is None else [now.snapshot_id]
    return Arrivals(Seen(name, table, now.snapshot_id, None), [], snapshots, is_changed=True)


def _between(name: str, table: Table, since: list[Snapshot]) -> Arrivals:
    """Of the snapshots, oldest first, what still stands."""
    added = {one.snapshot_id: added_files(table, one.snapshot_id) for one in since}
    days = _days([file for files in added.values() for file in files])
    current = table.metadata.current_snapshot_id
    standing = {file.file_path for file in Seen(name, table, current, [], days).old}
    new: list[DataFile] = []
    audited: list[DataFile] = []
    packed: list[DataFile] = []
    for one in since:
        files = added[one.snapshot_id]
        is_audited = note_in(table, one.snapshot_id, RUN_ID) is not None
        (audited if is_audited else packed if _operation(one) == Operation.REPLACE else new).extend(files)
    gone = {day_of(file) for file in new if file.file_path not in standing}
    new += [file for file in packed if day_of(file) in gone]
    seen = Seen(name, table, current, [file for file in new if file.file_path in standing], days)
    return Arrivals(
        seen,
        [file for file in audited if file.file_path in standing],
        [one.snapshot_id for one in since if added[one.snapshot_id]],
        any(added[one.snapshot_id] or _operation(one) != Operation.APPEND for one in since),
    )


def _operation(snapshot: Snapshot) -> Operation | None:
    return snapshot.summary.operation if snapshot.summary else None


def _days(files: list[DataFile]) -> BooleanExpression:
    days = set(map(day_of, files))
    return within(min(days), max(days)) if days else AlwaysFalse()

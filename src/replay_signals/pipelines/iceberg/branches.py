"""Write, audit, publish on one table: a snapshot on a branch, which later becomes what readers see, or goes.

Iceberg's branch is a name for a snapshot that `main` does not know. To publish is to let `main` name it, which keeps
everything only as long as `main` still is where the branch began: the commit asserts that (`AssertRefSnapshotId`), so a
writer that came between makes it fail and nothing of theirs is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pyiceberg.catalog import Catalog
from pyiceberg.manifest import DataFile, ManifestEntry, ManifestEntryStatus
from pyiceberg.table import Table
from pyiceberg.table.refs import MAIN_BRANCH, SnapshotRefType
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import (
    AssertRefSnapshotId,
    RemoveSnapshotRefUpdate,
    RemoveSnapshotsUpdate,
    SetPropertiesUpdate,
    SetSnapshotRefUpdate,
    TableUpdate,
)

from replay_signals.pipelines.iceberg.folder import NAMESPACE

PREFIX = "batch-"
DESPITE = "replay.published-despite"
"""Table property: branch and reason of the last batch that was published although it failed."""
REPLACED = "replay.replaced-days"
"""Property of a staged snapshot: first and last day that its batch replaces, as an interval of ISO 8601."""
_NAME = re.compile(rf"{PREFIX}[0-9a-f]{{32}}")


class Staged(NamedTuple):
    """A table's part of a batch: the snapshot on its branch, and the snapshot of `main` on which it stands."""

    name: str
    branch: str
    snapshot_id: int
    parent_id: int | None


def branch_of(run_id: str) -> str:
    """The branch of a run, by one name in every table it writes to."""
    return f"{PREFIX}{run_id}"


def staged_in(name: str, table: Table, branch: str) -> Staged | None:
    """What a table has on a branch."""
    snapshot = table.metadata.snapshot_by_name(branch)
    return None if snapshot is None else Staged(name, branch, snapshot.snapshot_id, snapshot.parent_snapshot_id)


def note_in(table: Table, snapshot_id: int | None, name: str) -> str | None:
    """What a writer noted in a snapshot."""
    snapshot = None if snapshot_id is None else table.metadata.snapshot_by_id(snapshot_id)
    return None if snapshot is None or snapshot.summary is None else snapshot.summary.additional_properties.get(name)


def branches(table: Table) -> Iterator[tuple[str, datetime]]:
    """Branches of batches that were neither published nor discarded, and since when they wait."""
    for name in table.metadata.refs:
        snapshot = table.metadata.snapshot_by_name(name)
        if _NAME.fullmatch(name) and snapshot is not None:
            yield name, datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC)


def publish(catalog: Catalog, staged: Staged, despite: str = "") -> bool:
    """Lets readers see a table's part; False when `main` has moved on, and nothing happened.

    Published before is published: a writer whose answer got lost asks again. `despite` is a reason to keep beside it.
    Raises CommitFailedException when something else of the table changed at that moment.
    """
    table = catalog.load_table((NAMESPACE, staged.name))
    if is_published(table, staged):
        return True
    if table.metadata.current_snapshot_id != staged.parent_id:
        return False
    updates: list[TableUpdate] = [
        SetSnapshotRefUpdate.model_validate(
            {"ref-name": MAIN_BRANCH, "type": SnapshotRefType.BRANCH, "snapshot-id": staged.snapshot_id}
        ),
        RemoveSnapshotRefUpdate.model_validate({"ref-name": staged.branch}),
    ]
    if despite:
        updates.append(SetPropertiesUpdate(updates={DESPITE: f"{staged.branch}: {despite}"}))
    requirements = (_still(MAIN_BRANCH, staged.parent_id), _still(staged.branch, staged.snapshot_id))
    catalog.commit_table(table, requirements, tuple(updates))
    return True


def is_published(table: Table, staged: Staged) -> bool:
    """Whether a staged snapshot is in the history of `main`."""
    return any(one.snapshot_id == staged.snapshot_id for one in history(table))


def history(table: Table) -> Iterator[Snapshot]:
    """The snapshots of `main`, newest first, as far as they are kept."""
    snapshot = table.metadata.current_snapshot()
    while snapshot is not None:
        yield snapshot
        parent = snapshot.parent_snapshot_id
        snapshot = None if parent is None else table.metadata.snapshot_by_id(parent)


def drop_branch(catalog: Catalog, staged: Staged) -> bool:
    """Removes a branch, its snapshot and the files that only say what was in it; data files stay.

    Whoever removed it has its data files. False: somebody published, moved or dropped it meanwhile, and has them.
    Raises CommitFailedException when that happens at this moment.
    """
    table = catalog.load_table((NAMESPACE, staged.name))
    snapshot = table.metadata.snapshot_by_name(staged.branch)
    if snapshot is None or snapshot.snapshot_id != staged.snapshot_id:
        return False
    _remove(
        catalog,
        table,
        snapshot,
        (_still(staged.branch, staged.snapshot_id),),
        (RemoveSnapshotRefUpdate.model_validate({"ref-name": staged.branch}),),
    )
    return True


def forget(catalog: Catalog, staged: Staged) -> None:
    """Removes a snapshot that its branch has left, and the files that only say what was in it; data files stay.

    Raises CommitFailedException when the table changed at this moment.
    """
    table = catalog.load_table((NAMESPACE, staged.name))
    snapshot = table.metadata.snapshot_by_id(staged.snapshot_id)
    is_named = any(ref.snapshot_id == staged.snapshot_id for ref in table.metadata.refs.values())
    if snapshot is not None and not is_named and not is_published(table, staged):
        _remove(catalog, table, snapshot, (_still(MAIN_BRANCH, table.metadata.current_snapshot_id),), ())


def _remove(
    catalog: Catalog,
    table: Table,
    snapshot: Snapshot,
    requirements: tuple[AssertRefSnapshotId, ...],
    updates: tuple[TableUpdate, ...],
) -> None:
    own = [m.manifest_path for m in snapshot.manifests(table.io) if m.added_snapshot_id == snapshot.snapshot_id]
    gone = RemoveSnapshotsUpdate.model_validate({"snapshot-ids": [snapshot.snapshot_id]})
    catalog.commit_table(table, requirements, (*updates, gone))
    for path in (*own, snapshot.manifest_list):
        table.io.delete(path)


def _still(ref: str, snapshot_id: int | None) -> AssertRefSnapshotId:
    """The commit fails unless the branch is at that snapshot, or is not there at all."""
    return AssertRefSnapshotId.model_validate({"ref": ref, "snapshot-id": snapshot_id})


def added_files(table: Table, snapshot_id: int) -> list[DataFile]:
    """Data files that a snapshot added."""
    return [entry.data_file for entry in _entries(table, snapshot_id) if entry.status == ManifestEntryStatus.ADDED]


def removed_files(table: Table, snapshot_id: int) -> list[DataFile]:
    """Data files that a snapshot removed."""
    return [entry.data_file for entry in _entries(table, snapshot_id) if entry.status == ManifestEntryStatus.DELETED]


def _entries(table: Table, snapshot_id: int) -> Sequence[ManifestEntry]:
    snapshot = table.metadata.snapshot_by_id(snapshot_id)
    if snapshot is None:
        return []
    return [
        entry
        for manifest in snapshot.manifests(table.io)
        if manifest.added_snapshot_id == snapshot_id
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=False)
        if entry.snapshot_id in (None, snapshot_id)
    ]

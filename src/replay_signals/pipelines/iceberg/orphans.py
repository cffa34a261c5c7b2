"""Data files that no snapshot names: left by bundles that a runner tried twice, and by runs and jobs that died.

Iceberg's advice: never remove a young one, since a run that is not over may still name it in its commit. So the age
limit must be longer than the longest backfill, and than a streaming job lies still between its savepoint and its next
start (what the savepoint holds is committed then).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from pyarrow.fs import FileInfo, FileSelector, FileType
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.datafiles import data_folder
from replay_signals.pipelines.iceberg.storage import Place

DATA_SUFFIX = ".parquet"
PLAN_PREFIX, PLAN_SUFFIX = "backfill-", ".plan"


class Removed(msgspec.Struct, frozen=True):
    """Files that went, and their bytes."""

    files: int = 0
    size_bytes: int = 0


def remove_orphans(table: Table, before: datetime) -> Removed:
    """Deletes the data files, and plans of runs, last written before a moment and named by no snapshot of the table.

    Looks only into the table's own data folder, and into its metadata folder for plans; follows no link out of them.
    """
    old = list(_old(table, before))
    named = set(_named(table.refresh())) if old else set()  # after the look: what was committed meanwhile is named
    gone = [(place, info) for place, info in old if info.path not in named]
    for place, info in gone:
        place.filesystem.delete_file(info.path)
    return Removed(len(gone), sum(info.size or 0 for _, info in gone))


def plan_location(table: Table, run_id: str) -> str:
    """Where a run leaves its plan for its own committer."""
    return f"{table.location_provider().metadata_path}/{PLAN_PREFIX}{run_id}{PLAN_SUFFIX}"


def _old(table: Table, before: datetime) -> Iterator[tuple[Place, FileInfo]]:
    data = Place(table.io, data_folder(table))
    metadata = Place(table.io, table.location_provider().metadata_path)
    for place, prefix, suffix, deep in ((data, "", DATA_SUFFIX, True), (metadata, PLAN_PREFIX, PLAN_SUFFIX, False)):
        selector = FileSelector(place.path, allow_not_found=True, recursive=deep)
        for info in place.filesystem.get_file_info(selector):
            is_ours = info.base_name.startswith(prefix) and info.base_name.endswith(suffix)
            if info.type == FileType.File and is_ours and place.holds(info.path) and _is_before(info, before):
                yield place, info


def _is_before(info: FileInfo, before: datetime) -> bool:
    """A file of unknown age stays."""
    return info.mtime is not None and info.mtime < before


def _named(table: Table) -> Iterator[str]:
    """Paths of all files in all snapshots that the metadata has, those that a snapshot took out included."""
    seen: set[str] = set()
    for snapshot in table.snapshots():
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in seen:
                seen.add(manifest.manifest_path)
                for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=False):
                    yield Place(table.io, entry.data_file.file_path).path

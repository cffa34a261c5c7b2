"""commit: one snapshot per table out of the data files of a run, on a branch, or a conflict that asks for another look.

PyIceberg retries an append that lost a race blindly. That would publish revisions that were counted from an older
state, so commits here run without its retry: a writer that finds the table changed looks at what the other one
wrote. Rows of other sessions do not matter and the branch begins on top of them; rows of the same sessions, or rows
that went away, raise `Conflict`, and the run starts again from the new state.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationException
from pyiceberg.expressions import AlwaysFalse, AlwaysTrue, BooleanExpression
from pyiceberg.expressions.visitors import bind
from pyiceberg.io.pyarrow import ArrowScan, expression_to_pyarrow
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask, Table
from pyiceberg.table.update.snapshot import ManageSnapshots
from sqlalchemy.exc import OperationalError

from replay_signals.pipelines.iceberg.branches import (
    PREFIX,
    REPLACED,
    Staged,
    added_files,
    branch_of,
    drop_branch,
    forget,
    is_published,
    note_in,
    publish,
    removed_files,
    staged_in,
)
from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.datafiles import write_arrow
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.folder import NAMESPACE
from replay_signals.schemas.rows import ROW_KEYS

COMMIT_ORDER = (
    "message_digests",
    "events",
    "dead_letters",
    "console_logs",
    "network_requests",
    "page_views",
    "exceptions",
    "interactions",
    "signals",
    "sessions",
)
"""Evidence first, so that whoever judges next sees it; sessions last, because their row publishes the sets."""

COMMIT_TRIES = 20
RUN_ID = "replay.run-id"
T = TypeVar("T")


class Conflict(Exception):
    """Another writer changed the same sessions since this run read them."""


class TablePlan(msgspec.Struct):
    """What a run wants to do to one table.

    `remove` matches stored rows that go away in the same snapshot. `exact` is set when the whole of `remove` was
    considered (days are replaced): then any other writer's commit is a conflict.
    """

    name: str
    files: list[DataFile] = []
    added: int = 0
    unchanged: int = 0
    remove: BooleanExpression = AlwaysFalse()
    exact: bool = False


def stage_table(
    catalog: Catalog, base: PinnedTable, plan: TablePlan, run_id: str, replaced: str | None = None
) -> Staged | None:
    """Writes a table's part to the run's branch; None when there is nothing to change. Raises Conflict, WarehouseError.

    `replaced` are the days that the batch replaces, as `REPLACED` notes them. No reader sees it before it is published
    (`branches`).
    """

    def once() -> Staged | None:
        table = _load(catalog, plan.name)
        if staged := staged_in(plan.name, table, branch_of(run_id)):
            return staged  # by an attempt whose answer got lost
        if table.metadata.current_snapshot_id != base.snapshot_id:
            _check(_paths(base.table, base.snapshot_id), table, plan)
        return _stage_once(table, plan, branch_of(run_id), replaced)

    return _tried(once, plan.name)


def restage_table(catalog: Catalog, staged: Staged) -> Staged | None:
    """Puts what waits on a branch on top of what others wrote to `main` since: one commit moves the branch.

    Raises Conflict when those were rows of the same sessions, or when what waits takes rows away; WarehouseError.
    """

    def once() -> Staged | None:
        table = _load(catalog, staged.name)
        if not _is_there(table, staged):
            raise _taken(staged)
        if removed_files(table, staged.snapshot_id):
            raise Conflict(f"{staged.name}: another writer committed after this batch, which replaces rows, was made")
        files = added_files(table, staged.snapshot_id)
        plan = TablePlan(staged.name, files, sum(file.record_count for file in files))
        _check(_paths(table, staged.parent_id), table, plan)
        return _stage_once(table, plan, staged.branch, note_in(table, staged.snapshot_id, REPLACED))

    again = _tried(once, staged.name)
    _tried(lambda: forget(catalog, staged), staged.name)
    return again


def publish_table(catalog: Catalog, staged: Staged, despite: str = "") -> bool:
    """`branches.publish`, tried again where something else of the table changed.

    Raises Conflict when somebody else moved or dropped the branch, and WarehouseError.
    """

    def once() -> bool:
        table = _load(catalog, staged.name)
        if not _is_there(table, staged) and not is_published(table, staged):
            raise _taken(staged)
        return publish(catalog, staged, despite)

    return _tried(once, staged.name)


def unstage_table(catalog: Catalog, staged: Staged) -> bool:
    """`branches.drop_branch`, tried again where something else of the table changed. Raises WarehouseError."""
    return _tried(lambda: drop_branch(catalog, staged), staged.name)


def _is_there(table: Table, staged: Staged) -> bool:
    there = staged_in(staged.name, table, staged.branch)
    return there is not None and there.snapshot_id == staged.snapshot_id


def _taken(staged: Staged) -> Conflict:
    return Conflict(f"{staged.name}: somebody else published or discarded {staged.branch} meanwhile")


def _tried(action: Callable[[], T], name: str) -> T:
    for attempt in range(COMMIT_TRIES):
        try:
            return action()
        except (CommitFailedException, ValidationException, OperationalError):
            # lost the race, SQLite stayed locked, or PostgreSQL went away: the next look tells whether it matters
            time.sleep(random.uniform(0, min(1.0, 0.02 * 2**attempt)))
    raise WarehouseError(f"table {name} could not be committed in {COMMIT_TRIES} tries: too many other writers")


def discard(table: Table, files: Sequence[DataFile]) -> None:
    """Deletes data files that no commit will name."""
    for file in files:
        table.io.delete(file.file_path)


def _load(catalog: Catalog, name: str) -> Table:
    try:
        return catalog.load_table((NAMESPACE, name))
    except NoSuchTableError:
        raise WarehouseError(f"table {name} was dropped during the run") from None


def _stage_once(table: Table, plan: TablePlan, branch: str, replaced: str | None) -> Staged | None:
    rewrites = list(_rewrites(table, plan.remove))
    kept = [file for rewrite in rewrites for file in rewrite.kept]
    same = plan.exact and plan.added == 0 and sum(r.removed for r in rewrites) == plan.unchanged
    if same or not (plan.files or rewrites):
        discard(table, [*plan.files, *kept])
        return None
    parent_id = table.metadata.current_snapshot_id
    transaction = _without_retry(table).transaction()
    notes = {RUN_ID: branch.removeprefix(PREFIX)} | ({REPLACED: replaced} if replaced else {})
    update = transaction.update_snapshot(snapshot_properties=notes, branch=None)
    try:
        with update.overwrite() if rewrites else update.fast_append() as snapshot:
            for rewrite in rewrites:
                snapshot.delete_data_file(rewrite.file)
            for file in (*kept, *plan.files):
                snapshot.append_data_file(file)
        if parent_id is None:  # PyIceberg knows no branch of a table that has no snapshot
            transaction = _without_retry(transaction.commit_transaction()).transaction()
        ManageSnapshots(transaction).create_branch(snapshot.snapshot_id, branch).commit()
        transaction.commit_transaction()
    except (CommitFailedException, ValidationException):
        discard(table, kept)
        raise
    except ValueError as error:
        # PyIceberg's word for a snapshot that another writer's, on any branch, came before
        if _load(table.catalog, plan.name).metadata_location == table.metadata_location:
            raise
        discard(table, kept)
        raise CommitFailedException(f"{plan.name}: another writer committed meanwhile") from error
    return Staged(plan.name, branch, snapshot.snapshot_id, parent_id)


def _without_retry(table: Table) -> Table:
    """The same table with PyIceberg's own retry off, in this process only."""
    properties = {**table.metadata.properties, "commit.retry.num-retries": "0"}
    metadata = table.metadata.model_copy(update={"properties": properties})
    return Table(table.name(), metadata, table.metadata_location, table.io, table.catalog)


class _Rewrite(msgspec.Struct):
    """A data file that holds rows to remove, new files with the rows that stay, and how many go."""

    file: DataFile
    kept: list[DataFile]
    removed: int


def _rewrites(table: Table, remove: BooleanExpression) -> Iterator[_Rewrite]:
    """Copy-on-write: reads one file at a time, and none whose partition says that all of its rows go."""
    if remove == AlwaysFalse() or table.current_snapshot() is None:
        return
    schema = table.schema()
    matches = expression_to_pyarrow(bind(schema, remove, case_sensitive=True))
    for task in table.scan(row_filter=remove).plan_files():
        if task.residual == AlwaysTrue():
            yield _Rewrite(task.file, [], task.file.record_count)
            continue
        scan = ArrowScan(table.metadata, table.io, schema, AlwaysTrue())
        rows = scan.to_table([FileScanTask(task.file)])
        kept = rows.filter(~matches)
        if len(kept) < len(rows):
            yield _Rewrite(task.file, list(write_arrow(table, task.file.partition, kept)), len(rows) - len(kept))


def _check(before: set[str], table: Table, plan: TablePlan) -> None:
    """Raises Conflict unless what happened since there were the files `before` leaves this plan right."""
    if plan.exact:
        raise Conflict(f"{plan.name}: another writer committed while days were being replaced")
    now = {t.file.file_path: t.file for t in table.scan().plan_files()}
    if before - now.keys():
        raise Conflict(f"{plan.name}: rows that this run had read were rewritten")
    theirs = keys_in(table, [file for path, file in now.items() if path not in before], plan.name)
    if not theirs.isdisjoint(keys_in(table, plan.files, plan.name)):
        raise Conflict(f"{plan.name}: another writer changed the same sessions")


def _paths(table: Table, snapshot_id: int | None) -> set[str]:
    """Data files of a snapshot."""
    if snapshot_id is None:
        return set()
    return {task.file.file_path for task in table.scan(snapshot_id=snapshot_id).plan_files()}


def keys_in(table: Table, files: Sequence[DataFile], name: str) -> set[tuple[str, ...]]:
    """What the rows of data files are about: their session, or their own key where they need none."""
    names = ("team", "session_id") if "session_id" in ROW_KEYS[name] else ROW_KEYS[name]
    scan = ArrowScan(table.metadata, table.io, table.schema().select(*names), AlwaysTrue())
    rows = scan.to_table([FileScanTask(file) for file in files])
    return set(zip(*(rows.column(n).to_pylist() for n in names), strict=True))

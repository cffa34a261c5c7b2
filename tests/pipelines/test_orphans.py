"""Files that no snapshot names go, old ones only; whatever a table needs, and what lies elsewhere, stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.table import Table

from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.datafiles import partition_of, write_rows
from replay_signals.pipelines.iceberg.folder import NAMESPACE
from replay_signals.pipelines.iceberg.lookup import read_rows
from replay_signals.pipelines.iceberg.orphans import Removed, plan_location, remove_orphans
from replay_signals.schemas.digests import EPOCH
from replay_signals.schemas.rows import DeadLetterRow

FILE_IOS = ("pyiceberg.io.pyarrow.PyArrowFileIO", "pyiceberg.io.fsspec.FsspecFileIO")
NOW = datetime.now(UTC)
A_WEEK_AGO, LIMIT = NOW - timedelta(days=7), NOW - timedelta(days=3)


def letter(name: str) -> DeadLetterRow:
    return DeadLetterRow(
        day=EPOCH.date(), dead_letter_id=name, source="file", partition=0, offset=0, reason="odd", detail="",
        team="", session_id="", received_at=None, payload=b"",
    )  # fmt: skip


def written(table: Table, name: str) -> Path:
    """A data file that no snapshot names."""
    row = letter(name)
    (file,) = write_rows(table, partition_of("dead_letters", row), [row])
    return Path(file.file_path.removeprefix("file://"))


def aged(path: Path, when: datetime = A_WEEK_AGO) -> Path:
    os.utime(path, (when.timestamp(), when.timestamp()))
    return path


def stored(table: Table, name: str) -> None:
    with table.transaction() as transaction, transaction.update_snapshot().fast_append() as append:
        for file in write_rows(table, partition_of("dead_letters", letter(name)), [letter(name)]):
            append.append_data_file(file)


@pytest.fixture(params=FILE_IOS)
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Catalog:
    open_catalog(str(tmp_path))
    uri, data = f"sqlite:///{tmp_path}/catalog.db", f"file://{tmp_path}"
    return load_catalog("replay", type="sql", uri=uri, warehouse=data, **{"py-io-impl": request.param})


def test_old_files_that_nothing_names_go_and_all_others_stay(catalog: Catalog, tmp_path: Path) -> None:
    table = open_tables(catalog)["dead_letters"]
    for name in ("first", "second"):
        stored(table, name)
    first = next(iter(table.scan().plan_files())).file.file_path
    table.delete("dead_letter_id = 'second'")  # its file is named by the snapshot before, for who still reads it
    for path in (tmp_path / "replay").rglob("*.parquet"):
        aged(path)
    kept = set((tmp_path / "replay").rglob("*"))

    young, orphan, plan = written(table, "young"), aged(written(table, "retried")), Path(plan_location(table, "r")[7:])
    plan.touch()
    foreign = orphan.parent / "notes.txt"
    foreign.touch()
    for path in (plan, foreign):
        aged(path)
    outside = tmp_path / "outside"
    outside.mkdir()
    aged_outside = outside / "a.parquet"
    aged_outside.touch()
    aged(aged_outside)
    (orphan.parent / "link").symlink_to(outside)
    (orphan.parent / "link.parquet").symlink_to(aged_outside)

    removed = remove_orphans(table, LIMIT)

    assert removed.files == 2
    assert removed.size_bytes > 100
    assert not orphan.exists()
    assert not plan.exists()
    for path in (young, foreign, aged_outside, *kept):
        assert path.exists(), path
    assert {row.dead_letter_id for row in read_rows(PinnedTable(table), "dead_letters", AlwaysTrue())} == {"first"}
    assert Path(first[7:]).exists()
    assert remove_orphans(table, LIMIT) == Removed()


def test_what_is_committed_during_the_look_stays(catalog: Catalog) -> None:
    """The table object is from before the commit; its files are as old as the limit asks for."""
    table = open_tables(catalog)["dead_letters"]
    other = catalog.load_table((NAMESPACE, "dead_letters"))
    stored(other, "meanwhile")
    for task in other.scan().plan_files():
        aged(Path(task.file.file_path[7:]))
    assert remove_orphans(table, LIMIT) == Removed()


def test_the_command_needs_no_engine(tmp_path: Path, run_cli: Callable[..., tuple[int, str, str]]) -> None:
    table = open_tables(open_catalog(str(tmp_path / "w")))["dead_letters"]
    stored(table, "first")
    orphan = aged(written(table, "retried"))
    code, out, _ = run_cli("maintain", "--only-orphans", "-w", str(tmp_path / "w"), "--json")
    assert (code, '"orphans":1' in out.replace(" ", "")) == (0, True)
    assert not orphan.exists()
    assert run_cli("maintain", "--only-orphans", "-w", str(tmp_path / "none"))[0] == 3

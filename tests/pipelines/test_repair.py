"""A catalog that lost its tables: nothing starts a second warehouse beside the data, and `repair` makes it good."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.folder import NAMESPACE
from support.exhaustive import first_then_exhaustive
from support.warehouses import SMALL, backfill, contents, newest

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


def deleted(warehouse: Path) -> None:
    (warehouse / "catalog.db").unlink()


def emptied(warehouse: Path) -> None:
    (warehouse / "catalog.db").write_bytes(b"")


def forgetful(warehouse: Path) -> None:
    with sqlite3.connect(warehouse / "catalog.db") as db:
        db.execute("DELETE FROM iceberg_tables WHERE table_name IN ('signals', 'sessions')")


@pytest.mark.parametrize("lose", first_then_exhaustive([deleted, emptied, forgetful]))
def test_a_lost_catalog_is_refused_and_repaired(tmp_path: Path, run_cli: Run, lose: Callable[[Path], None]) -> None:
    for path in SMALL[:2]:
        backfill(tmp_path, path)
    before, shown = contents(tmp_path), newest(tmp_path)
    lose(tmp_path)

    for command in (("backfill", str(SMALL[2])), ("sessions",), ("signals", "--json")):
        code, _, err = run_cli(*command, "-w", str(tmp_path))
        assert code == 3
        assert f"`replay-signals repair --warehouse {tmp_path}`" in err.replace("\n", "")
    code, out, _ = run_cli("repair", "-w", str(tmp_path))
    assert (code, "registered" in out) == (0, True)

    assert contents(tmp_path) == before
    assert newest(tmp_path) == shown
    assert not any(backfill(tmp_path, *SMALL[:2]).added.values())
    code, out, _ = run_cli("repair", "-w", str(tmp_path))
    assert (code, "registered" in out) == (0, False)


def test_metadata_of_a_writer_that_lost_is_passed_over(tmp_path: Path, run_cli: Run) -> None:
    """It is as new as what won, but the data files it names were discarded."""
    for path in SMALL[:2]:
        backfill(tmp_path, path)
    before = contents(tmp_path)
    table = open_tables(open_catalog(str(tmp_path)))["signals"]
    backfill(tmp_path, SMALL[2])
    table.refresh()
    data = {task.file.file_path for task in table.scan().plan_files()}
    old = {task.file.file_path for task in table.scan(snapshot_id=table.snapshots()[-2].snapshot_id).plan_files()}
    for path in data - old:
        Path(path.removeprefix("file://")).unlink()
    with sqlite3.connect(tmp_path / "catalog.db") as db:
        db.execute("DELETE FROM iceberg_tables WHERE table_name = 'signals'")
    assert run_cli("repair", "-w", str(tmp_path))[0] == 0
    assert contents(tmp_path)["signals"] == before["signals"]


def test_a_warehouse_that_was_copied_is_not_half_repaired(tmp_path: Path, run_cli: Run) -> None:
    backfill(tmp_path / "w", SMALL[0])
    deleted(tmp_path / "w")
    (tmp_path / "w").rename(tmp_path / "moved")
    code, _, err = run_cli("repair", "-w", str(tmp_path / "moved"))
    assert code == 3
    assert "put it back there" in err.replace("\n", " ")


def test_a_new_warehouse_and_one_that_is_just_made_are_none_of_this(tmp_path: Path, run_cli: Run) -> None:
    open_tables(open_catalog(str(tmp_path)))
    emptied(tmp_path)  # of tables without rows nothing is lost
    open_tables(open_catalog(str(tmp_path)))
    code, out, _ = run_cli("repair", "-w", str(tmp_path / "new"), "--json")
    assert (code, '"registered"' in out) == (0, False)
    with pytest.raises(WarehouseError, match=r"no warehouse at"):
        open_catalog(str(tmp_path / "nowhere"), create=False)


@pytest.mark.parametrize("cut", first_then_exhaustive([100, 0]))
def test_metadata_that_is_not_whole_is_of_a_writer_that_is_at_it_or_was_killed(
    tmp_path: Path, run_cli: Run, cut: int
) -> None:
    """A new warehouse is made in spite of it; one with rows is refused, and repaired from what is whole."""
    half = f"metadata/00007-{uuid.uuid4()}.metadata.json"
    folder = tmp_path / "new" / NAMESPACE / "signals"
    (folder / half).parent.mkdir(parents=True)
    (folder / half).write_text(' {"location": ""' + " " * cut if cut else "")
    backfill(tmp_path / "new", SMALL[0])

    backfill(tmp_path / "old", SMALL[0])
    before = contents(tmp_path / "old")
    (tmp_path / "old" / NAMESPACE / "signals" / half).write_bytes((folder / half).read_bytes())
    deleted(tmp_path / "old")
    with pytest.raises(WarehouseError, match="repair"):
        open_tables(open_catalog(str(tmp_path / "old")))
    assert run_cli("repair", "-w", str(tmp_path / "old"))[0] == 0
    assert contents(tmp_path / "old") == before

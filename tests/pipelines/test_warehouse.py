"""Reading a warehouse: views over every table, also empty, old and partly made ones."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from pyiceberg.io import fsspec as fsspec_io
from pyiceberg.table import DataScan

from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg import scans
from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.folder import NAMESPACE
from replay_signals.pipelines.iceberg.predicates import equal
from replay_signals.pipelines.iceberg.warehouse import connect, latest, query
from replay_signals.schemas.rows import TABLES
from support.warehouses import SMALL, backfill, newest, rows


def test_an_empty_warehouse_has_every_view_with_every_column(tmp_path: Path) -> None:
    open_tables(open_catalog(str(tmp_path)))
    for table, row in TABLES.items():
        for view in (table, f"latest_{table}"):
            found = query(f"SELECT * FROM {view}", str(tmp_path))
            assert (found.num_rows, found.column_names) == (0, list(row.__struct_fields__))


def test_a_table_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    open_tables(open_catalog(str(tmp_path))).pop("signals")
    open_catalog(str(tmp_path)).drop_table((NAMESPACE, "signals"))
    assert latest("signals", str(tmp_path)).num_rows == 0


def test_errors(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse at"):
        connect(str(tmp_path / "none"))
    (tmp_path / "file.txt").write_text("no warehouse")
    with pytest.raises(WarehouseError, match="it is a file, and a warehouse is a folder"):
        connect(str(tmp_path / "file.txt"))
    open_tables(open_catalog(str(tmp_path)))
    with pytest.raises(duckdb.Error, match="nowhere"):
        query("SELECT * FROM nowhere", str(tmp_path))
    with pytest.raises(ValueError, match="no table clicks; there are message_digests, sessions"):
        latest("clicks", str(tmp_path))


@pytest.mark.parametrize("create", [True, False])
def test_a_warehouse_that_was_moved_or_copied_is_not_read_where_it_was(tmp_path: Path, create: bool) -> None:
    made = tmp_path / "made"
    open_tables(open_catalog(str(made)))
    shutil.copytree(made, tmp_path / "copied")
    with pytest.raises(WarehouseError, match=f"name their files at {made}"):
        open_tables(open_catalog(str(tmp_path / "copied")), create=create)
    (tmp_path / "link").symlink_to(made)
    assert open_tables(open_catalog(str(tmp_path / "link")), create=create)


def test_times_are_utc(tmp_path: Path) -> None:
    open_tables(open_catalog(str(tmp_path)))
    with connect(str(tmp_path)) as db:
        assert db.sql("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]


@pytest.mark.slow
def test_data_of_an_object_store_is_read_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """fsspec's memory store stands for any: nothing of it has a local path."""
    monkeypatch.setitem(fsspec_io.SCHEME_TO_FS, "memory", lambda _: MemoryFileSystem())
    for name, value in {
        "URI": f"sqlite:///{tmp_path}/catalog.db",
        "WAREHOUSE": f"memory://{tmp_path}",
        "PY_IO_IMPL": "pyiceberg.io.fsspec.FsspecFileIO",
    }.items():
        monkeypatch.setenv(f"PYICEBERG_CATALOG__FAR__{name}", value)
    far = Store(None, "far")
    for path in SMALL[:2]:
        backfill(far, path)
        backfill(tmp_path / "near", path)
    monkeypatch.setattr(DataScan, "to_arrow", forbidden)
    monkeypatch.setattr(DataScan, "to_arrow_batch_reader", forbidden)
    assert newest(far) == newest(tmp_path / "near")
    assert len(newest(far)["sessions"]) == 2


def forbidden(*_: object) -> None:
    raise AssertionError("a table was read into memory")


@pytest.mark.slow
def test_files_that_cannot_hold_what_is_asked_for_are_not_read(
    tmp_path: Path, run_cli: Callable[..., tuple[int, str, str]]
) -> None:
    for path in SMALL[:2]:
        backfill(tmp_path, path)
    stored = rows(tmp_path, "signals")
    wanted = stored[0].session_id
    table = open_tables(open_catalog(str(tmp_path)))["signals"]
    needed = {task.file.file_path for task in table.scan(row_filter=equal("session_id", wanted)).plan_files()}
    others = {task.file.file_path for task in table.scan().plan_files()} - needed
    assert others
    for path in others:
        Path(path.removeprefix("file://")).unlink()
    code, out, _ = run_cli("signals", "-w", str(tmp_path), "--session", wanted, "--json", "--limit", "0")
    assert code == 0
    assert len(json.loads(out)) == len([row for row in stored if row.session_id == wanted])
    code, _, err = run_cli("signals", "-w", str(tmp_path))
    assert (code, "Error: a data file cannot be read: " in err) == (3, True)


@pytest.mark.slow
def test_deletes_of_other_engines_are_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backfill(tmp_path, SMALL[0])
    count = len(rows(tmp_path, "events"))
    monkeypatch.setattr(scans, "Place", forbidden)
    table = open_tables(open_catalog(str(tmp_path)))["events"]
    with duckdb.connect() as db:
        db.register("events", scans.StreamedScan(table, scans.ALL))
        for _ in range(2):
            assert db.sql("SELECT count(*) FROM events").fetchall() == [(count,)]


@pytest.mark.parametrize("create", [True, False])
def test_another_programs_database_is_no_warehouse(tmp_path: Path, create: bool) -> None:
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as db:
        db.execute("CREATE TABLE orders (id INTEGER)")
    before = (tmp_path / "catalog.db").read_bytes()
    with pytest.raises(WarehouseError, match="holds orders"):
        open_catalog(str(tmp_path), create=create)
    assert (tmp_path / "catalog.db").read_bytes() == before

"""Opening warehouses, and what is said when one cannot be."""

from __future__ import annotations

import pickle
import sqlite3
from pathlib import Path

import pytest

from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.schemas.rows import TABLES


def test_a_warehouse_is_a_folder_with_a_catalog_and_the_data(tmp_path: Path) -> None:
    folder = tmp_path / "with space" / "warehouse"
    tables = open_tables(open_catalog(str(folder)))
    assert set(tables) == set(TABLES)
    assert (folder / "catalog.db").is_file()
    assert tables["signals"].location() == f"file://{folder}/replay/signals"


def test_the_catalog_is_what_flinks_jdbc_catalog_reads(tmp_path: Path) -> None:
    """Schema V1 (a type column) and the catalog's name in every row: facts on Flink's JdbcCatalog."""
    open_tables(open_catalog(str(tmp_path)))
    with sqlite3.connect(tmp_path / "catalog.db") as db:
        rows = db.execute("SELECT DISTINCT catalog_name, table_namespace, iceberg_type FROM iceberg_tables").fetchall()
    assert rows == [("replay", "replay", "TABLE")]


def test_tables_are_format_version_2_without_deletes(tmp_path: Path) -> None:
    for table in open_tables(open_catalog(str(tmp_path))).values():
        assert table.format_version == 2


@pytest.mark.parametrize(
    ("warehouse", "message"),
    [
        ("{tmp}/file", "cannot use {tmp}/file as a warehouse folder: File exists"),
        ("{tmp}/a#b", "Iceberg locations cannot hold the # of the warehouse path {tmp}/a#b"),
        ("s3://bucket/x", "s3://bucket/x is no local folder: an object store needs a configured catalog (--catalog)"),
        ("{tmp}/broken", "cannot open the catalog {tmp}/broken/catalog.db: file is not a database"),
    ],
)
def test_what_cannot_be_a_warehouse(tmp_path: Path, warehouse: str, message: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "catalog.db").write_text("no database, certainly " * 100)
    with pytest.raises(WarehouseError) as error:
        open_catalog(warehouse.format(tmp=tmp_path))
    assert str(error.value) == message.format(tmp=tmp_path)


def test_reading_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"/none: it has no catalog\.db; a backfill creates one"):
        open_catalog(str(tmp_path / "none"), create=False)
    assert not (tmp_path / "none").exists()
    with pytest.raises(WarehouseError, match="a warehouse folder or the name of a configured catalog is needed"):
        open_catalog(None)


def test_a_configured_catalog_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYICEBERG_CATALOG__ELSEWHERE__URI", f"sqlite:///{tmp_path}/other.db")
    monkeypatch.setenv("PYICEBERG_CATALOG__ELSEWHERE__WAREHOUSE", f"file://{tmp_path}/data")
    tables = open_tables(open_catalog(None, "elsewhere"))
    assert tables["events"].location() == f"file://{tmp_path}/data/replay/events"
    with pytest.raises(WarehouseError, match="cannot open the catalog 'nowhere'"):
        open_catalog(None, "nowhere")


def test_a_pinned_table_stays_as_it_was_and_travels(tmp_path: Path) -> None:
    table = open_tables(open_catalog(str(tmp_path)))["signals"]
    pinned = PinnedTable(table)
    with table.update_schema() as update:
        update.add_column("later", table.schema().find_type("kind"))
    travelled = pickle.loads(pickle.dumps(pinned))
    assert "later" not in travelled.table.schema().column_names
    assert travelled.snapshot_id is None
    assert "uri" not in travelled.properties  # of a SQL catalog it holds a password, and workers need none

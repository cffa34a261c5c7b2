"""Reading a warehouse: views over every table, also empty, old and partly made ones."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from replay_signals.pipelines.iceberg import catalog
from replay_signals.pipelines.iceberg.catalog import WarehouseError, open_catalog, open_tables
from replay_signals.pipelines.iceberg.warehouse import connect, latest, query
from replay_signals.schemas.rows import TABLES


def test_an_empty_warehouse_has_every_view_with_every_column(tmp_path: Path) -> None:
    open_tables(open_catalog(str(tmp_path)))
    for table, row in TABLES.items():
        for view in (table, f"{table}_latest"):
            found = query(f"SELECT * FROM {view}", str(tmp_path))
            assert (found.num_rows, found.column_names) == (0, list(row.__struct_fields__))


def test_a_table_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    open_tables(open_catalog(str(tmp_path))).pop("signals")
    open_catalog(str(tmp_path)).drop_table((catalog.NAMESPACE, "signals"))
    assert latest("signals", str(tmp_path)).num_rows == 0


def test_errors(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse at"):
        connect(str(tmp_path / "none"))
    open_tables(open_catalog(str(tmp_path)))
    with pytest.raises(duckdb.Error, match="nowhere"):
        query("SELECT * FROM nowhere", str(tmp_path))
    with pytest.raises(ValueError, match="no table clicks; there are message_digests, sessions"):
        latest("clicks", str(tmp_path))


def test_times_are_utc(tmp_path: Path) -> None:
    open_tables(open_catalog(str(tmp_path)))
    with connect(str(tmp_path)) as db:
        assert db.sql("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]

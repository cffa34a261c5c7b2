"""Tables that got many small commits, put in shape: fewer files and snapshots, the same rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kit import link_jars

from replay_signals.jobs.maintain import run
from replay_signals.pipelines.gate.memory import Memory
from replay_signals.pipelines.gate.watching import look
from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.stream.config import StreamConfig, Warehouse
from replay_signals.pipelines.stream.maintain import RETAIN, Maintained
from replay_signals.schemas.rows import TABLES
from support.gate_scene import DAYS, append, signal
from support.warehouses import SMALL, backfill, contents

pytestmark = pytest.mark.slow


def maintain(warehouse: Path, root: Path, keep_days: float) -> dict[str, Maintained]:
    """Works on all tables in a folder of its own, with the project's jars."""
    link_jars(root)
    config = StreamConfig(warehouse=Warehouse(folder=str(warehouse)))
    return {done.table: done for done in run(config, root, keep_days)}


def test_small_files_and_old_snapshots_go_and_rows_stay(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    for path in SMALL:
        backfill(warehouse, path)
    events = open_tables(open_catalog(str(warehouse)))["events"]
    for _ in range(RETAIN + 5):  # as an idle stream commits
        events.append(events.schema().as_arrow().empty_table())
    catalog, memory, now = open_catalog(str(warehouse)), Memory(), datetime.now(UTC)
    look(catalog, memory, now, timedelta(0))
    for number in (1, 2):  # as a stream commits: nobody looked at these when they are put together
        append(catalog, {"signals": [signal(number, DAYS[0])]})
    before, files = contents(warehouse), len(list(warehouse.rglob("*.parquet")))

    kept = maintain(warehouse, tmp_path / "stack", 7)
    rows = memory.rows["signals"]
    found = look(catalog, memory, now, timedelta(0))
    assert (memory.rows["signals"] - rows, [one.unexpected for one in found.findings if not one.holds]) == (2, [2])
    done = maintain(warehouse, tmp_path / "stack", 0)
    assert not look(catalog, memory, now, timedelta(0)).opened
    assert memory.rows["signals"] - rows < len(before["signals"])

    assert kept.keys() == done.keys() == TABLES.keys()
    assert kept["events"].snapshots_after >= kept["events"].snapshots_before > RETAIN  # the rewrite is one more
    assert done["events"].snapshots_after == RETAIN
    assert kept["signals"].files_after < kept["signals"].files_before
    assert done["signals"].files_after == done["signals"].files_before == kept["signals"].files_after
    assert contents(warehouse) == before
    assert len(list(warehouse.rglob("*.parquet"))) < files + sum(done[name].files_after for name in TABLES)
    assert not any(backfill(warehouse, *SMALL).added.values())


def test_without_tables_it_says_so_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no warehouse at"):
        maintain(tmp_path / "nothing", tmp_path / "stack", 7)
    assert not (tmp_path / "nothing").exists()

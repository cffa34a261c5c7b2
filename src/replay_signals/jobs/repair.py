"""repair: registers the tables of a warehouse again whose catalog lost them."""

from __future__ import annotations

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.tables import Store
from replay_signals.transforms.printable import json_bytes


def run(store: Store, *, json: bool) -> None:
    """Repairs and says what became of each table. Raises WarehouseError."""
    from replay_signals.pipelines.iceberg.catalog import open_catalog
    from replay_signals.pipelines.iceberg.repair import repair

    done = list(repair(open_catalog(store.warehouse, store.catalog)))
    if json:
        render.write(json_bytes([msgspec.structs.asdict(table) for table in done], indent=2))
        return
    columns = [("Table", "left"), ("State", "left"), ("Rows", "right"), ("Metadata", "fold")]
    render.rows(columns, [(one.table, one.state, one.rows, one.metadata.rpartition("/")[2]) for one in done])

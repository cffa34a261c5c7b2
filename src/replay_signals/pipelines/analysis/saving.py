"""Changes of collections into their table, each on top of the one before."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Mapping

from replay_signals.pipelines.gate.publishing import publish_batch
from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.commit import Conflict, TablePlan
from replay_signals.pipelines.iceberg.datafiles import partition_of, write_rows
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.lookup import read_rows
from replay_signals.pipelines.iceberg.scans import ALL
from replay_signals.schemas.collection_rows import CollectionRow
from replay_signals.transforms.playlists.contents import Contents, contents

TABLE = "collections"
CONFLICT_TRIES = 6

Change = Callable[[Mapping[str, Contents]], CollectionRow]
"""The next change, given what stands. Raises FilterError when it makes no sense."""


def change(make: Change, warehouse: str | None, catalog: str | None) -> CollectionRow:
    """Appends a change; made anew when another one came between. Raises WarehouseError and what `make` raises."""
    opened = open_catalog(warehouse, catalog, create=False)
    for attempt in range(1, CONFLICT_TRIES + 1):
        pinned = PinnedTable(open_tables(opened, [TABLE])[TABLE])
        row = make(contents(read_rows(pinned, TABLE, ALL)))
        files = list(write_rows(pinned.table, partition_of(TABLE, row), [row]))
        try:
            publish_batch(opened, {TABLE: pinned}, [TablePlan(TABLE, files, 1)], uuid.uuid4().hex)
        except Conflict:
            time.sleep(random.uniform(0, 0.2 * 2**attempt))
            continue
        return row
    raise WarehouseError(f"gave up after {CONFLICT_TRIES} tries: others keep changing the same collection")

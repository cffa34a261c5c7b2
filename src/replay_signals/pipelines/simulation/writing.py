"""A simulated warehouse: day by day into data files, then one commit a table; memory holds one day."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import msgspec
from pyiceberg.typedef import Record

from replay_signals.pipelines.iceberg.catalog import PinnedTable, WarehouseError, open_catalog, open_tables
from replay_signals.pipelines.iceberg.commit import COMMIT_ORDER, Conflict, TablePlan, commit_table
from replay_signals.pipelines.iceberg.datafiles import write_arrow
from replay_signals.pipelines.simulation.draw import draw
from replay_signals.pipelines.simulation.tables import tables_of
from replay_signals.pipelines.simulation.truth import Tally, Truth
from replay_signals.pipelines.simulation.world import World
from replay_signals.schemas.digests import EPOCH
from replay_signals.schemas.rules import Rules


class Written(msgspec.Struct):
    """Rows so far by table, and days done."""

    days: int
    rows: dict[str, int]
    truth: Truth | None = None
    """At the end: what was planted."""


def simulate(world: World, rules: Rules, warehouse: str) -> Iterator[Written]:
    """Writes all days; yields after each, and at the end with the truth. Raises WarehouseError.

    The warehouse must have no sessions yet: simulated ones beside real ones would count as such.
    """
    catalog = open_catalog(warehouse)
    tables = {name: PinnedTable(table) for name, table in open_tables(catalog).items()}
    if tables["sessions"].snapshot_id is not None or tables["events"].snapshot_id is not None:
        raise WarehouseError(f"{warehouse} has sessions already: name a new folder")
    plans = {name: TablePlan(name) for name in COMMIT_ORDER}
    tally = Tally(world)
    for number in range(world.days):
        day = draw(world, number)
        tally.add(day)
        partition = Record((day.day - EPOCH.date()).days)
        for name, rows in tables_of(world, day, rules):
            plans[name].files.extend(write_arrow(tables[name].table, partition, rows))
            plans[name].added += len(rows)
        yield Written(number + 1, {name: plan.added for name, plan in plans.items() if plan.added})
    run_id = str(uuid.uuid4())
    for plan in plans.values():
        try:
            commit_table(catalog, tables[plan.name], plan, run_id)
        except Conflict as error:
            raise WarehouseError(f"another program wrote to {warehouse} meanwhile: {error}") from None
    yield Written(world.days, {name: plan.added for name, plan in plans.items() if plan.added}, tally.truth())

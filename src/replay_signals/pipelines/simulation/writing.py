"""A simulated warehouse: day by day into data files, then one commit a table; memory holds one day."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.typedef import Record

from replay_signals.pipelines.gate.publishing import publish_batch
from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.commit import COMMIT_ORDER, Conflict, TablePlan
from replay_signals.pipelines.iceberg.datafiles import write_arrow
from replay_signals.pipelines.iceberg.errors import WarehouseError
from replay_signals.pipelines.iceberg.schema import bucket_of
from replay_signals.pipelines.simulation.draw import draw
from replay_signals.pipelines.simulation.recordings import judged_tables
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


def simulate(world: World, rules: Rules, warehouse: str, *, recorded: bool = False) -> Iterator[Written]:
    """Writes all days; yields after each, and at the end with the truth. Raises WarehouseError.

    `recorded`: sessions are recorded event by event, digested and judged, some milliseconds each; without, their rows
    are drawn, a million sessions in minutes.

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
        for name, rows in (judged_tables if recorded else tables_of)(world, day, rules):
            for part, own in _by_partition(name, partition, rows):
                plans[name].files.extend(write_arrow(tables[name].table, part, own))
            plans[name].added += len(rows)
        yield Written(number + 1, {name: plan.added for name, plan in plans.items() if plan.added})
    run_id = uuid.uuid4().hex
    try:
        publish_batch(catalog, tables, list(plans.values()), run_id)
    except Conflict as error:
        raise WarehouseError(f"another program wrote to {warehouse} meanwhile: {error}") from None
    yield Written(world.days, {name: plan.added for name, plan in plans.items() if plan.added}, tally.truth())


def _by_partition(name: str, day: Record, rows: pa.Table) -> Iterator[tuple[Record, pa.Table]]:
    """Rows of a day by partition; only digests lie in buckets, too."""
    if name != "message_digests":
        yield day, rows
        return
    buckets = pa.array([bucket_of(one) for one in rows.column("session_id").to_pylist()], pa.int64())
    for bucket in sorted(set(buckets.to_pylist())):
        yield Record(day[0], bucket), rows.filter(pc.equal(buckets, bucket))

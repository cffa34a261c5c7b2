"""Counts of days and problems into their tables: what a run counted replaces what stood there, in one commit a table.

The order makes a killed run harmless: `exposure_days`, which says what a day was made from, is committed last, so the
next run counts the same days again and comes to the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.catalog import Catalog
from pyiceberg.expressions import And, BooleanExpression
from pyiceberg.typedef import Record

from replay_signals.pipelines.gate.publishing import publish_batch
from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.commit import TablePlan, discard
from replay_signals.pipelines.iceberg.datafiles import partition_of, write_arrow, write_rows
from replay_signals.pipelines.iceberg.lookup import Tables
from replay_signals.pipelines.iceberg.predicates import any_of, equal, is_in
from replay_signals.pipelines.iceberg.row_columns import identity_of
from replay_signals.pipelines.problems.capturing import capture_counts
from replay_signals.pipelines.problems.counting import ONE_DAY, Limits, Settings, counted
from replay_signals.pipelines.problems.days import sessions_by_day
from replay_signals.schemas.digests import EPOCH
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.schemas.verdict_rows import VerdictRow

COUNTED = ("problem_arms", "problem_days", "exposure_days")
"""Tables of counts in the order of their commits."""
SESSIONS_AT_ONCE = 50_000
"""Sessions that one statement counts, unless a day alone has more: some hundred megabytes."""


def count_days(
    catalog: Catalog, tables: Tables, days: Mapping[date, str], settings: Settings, limits: Limits, run_id: str
) -> None:
    """Counts days and commits them. Raises Conflict (nothing of it stays) and WarehouseError."""
    if not days:
        return
    plans = {name: TablePlan(name, remove=is_in("day", [day.isoformat() for day in days])) for name in COUNTED}
    sources = {name: pinned.table for name, pinned in tables.items()}
    try:
        for run in runs(days, sessions_by_day(sources["sessions"], min(days), max(days))):
            for name, rows in counted(sources, run[0], run[-1], settings, limits):
                for day in run:
                    _write(tables[name], plans[name], day, days[day], rows.filter(pc.field("day") == day))
    except BaseException:
        _discard(tables, plans.values())
        raise
    publish_batch(catalog, tables, [plans[name] for name in COUNTED], run_id)


def count_capture(catalog: Catalog, tables: Tables, days: Mapping[date, str], limits: Limits, run_id: str) -> None:
    """Counts recorded sessions of days and commits them. Raises Conflict and WarehouseError."""
    if not days:
        return
    plan = TablePlan("capture_days", remove=is_in("day", [day.isoformat() for day in days]))
    sources = {name: pinned.table for name, pinned in tables.items()}
    try:
        for run in runs(days, sessions_by_day(sources["sessions"], min(days), max(days))):
            rows = capture_counts(sources, run[0], run[-1], limits)
            for day in run:
                _write(tables[plan.name], plan, day, days[day], rows.filter(pc.field("day") == day))
    except BaseException:
        _discard(tables, [plan])
        raise
    publish_batch(catalog, tables, [plan], run_id)


def runs(days: Iterable[date], sessions: Mapping[date, int]) -> list[list[date]]:
    """Days one after the other that are counted at once: few sessions are not worth a statement for each day."""
    found: list[list[date]] = []
    size = 0
    for day in sorted(days):
        more = sessions.get(day, 0)
        if found and found[-1][-1] + ONE_DAY == day and size + more <= SESSIONS_AT_ONCE:
            found[-1].append(day)
            size += more
        else:
            found.append([day])
            size = more
    return found


def store_problems(
    catalog: Catalog, tables: Tables, rows: Sequence[ProblemRow], run_id: str, *, alone: bool = False
) -> None:
    """Writes rows, each instead of the one of its problem and day. Raises Conflict and WarehouseError.

    `alone`: any other commit since the tables were read is a conflict. A row that is not of the newest day needs it: a
    newer one of its problem has another key, and would count.
    """
    days = {row.day for row in rows}
    plan = TablePlan("problems", exact=alone)
    for day in sorted(days):
        own = [row for row in rows if row.day == day]
        same: BooleanExpression = And(equal("day", day.isoformat()), any_of("problem_id", (r.problem_id for r in own)))
        plan.remove = same if len(days) == 1 else plan.remove | same
        pinned = tables["problems"]
        plan.files.extend(write_rows(pinned.table, partition_of("problems", own[0]), own))
        plan.added += len(own)
    if rows:
        publish_batch(catalog, tables, [plan], run_id)


def store_verdict(catalog: Catalog, tables: Tables, verdict: VerdictRow, run_id: str) -> None:
    """Appends one row. Raises Conflict when another verdict took its number, and WarehouseError."""
    files = write_rows(tables["verdicts"].table, partition_of("verdicts", verdict), [verdict])
    publish_batch(catalog, tables, [TablePlan("verdicts", list(files), 1)], run_id)


def _write(pinned: PinnedTable, plan: TablePlan, day: date, made_from: str, rows: pa.Table) -> None:
    if not len(rows):
        return
    target = pinned.table.schema().as_arrow()
    if "sources" in target.names:
        rows = rows.append_column("sources", pa.array([made_from] * len(rows), pa.string()))
    ordered = rows.select(target.names).cast(target).sort_by([(name, "ascending") for name in identity_of(plan.name)])
    plan.files.extend(write_arrow(pinned.table, Record((day - EPOCH.date()).days), ordered))
    plan.added += len(rows)


def _discard(tables: Tables, plans: Iterable[TablePlan]) -> None:
    for plan in plans:
        discard(tables[plan.name].table, plan.files)

"""What a run has written and found, as what to do to each table."""

from __future__ import annotations

from collections.abc import Mapping

from pyiceberg.expressions import AlwaysFalse, BooleanExpression, Or

from replay_signals.pipelines.batch.changes import Days
from replay_signals.pipelines.batch.outcome import Outcome
from replay_signals.pipelines.batch.replaced_days import rows_of_days
from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.commit import COMMIT_ORDER, TablePlan
from replay_signals.pipelines.iceberg.datafiles import data_file
from replay_signals.pipelines.iceberg.predicates import any_of
from replay_signals.schemas.rows import ROW_KEYS


def plans_of(outcome: Outcome, tables: Mapping[str, PinnedTable], days: Days | None) -> list[TablePlan]:
    """What to do to each table, in the order of commits."""
    filters = rows_of_days(tables, days) if days else {}
    return [_plan(tables[name], name, outcome, filters.get(name)) for name in COMMIT_ORDER]


def _plan(pinned: PinnedTable, name: str, outcome: Outcome, days: BooleanExpression | None) -> TablePlan:
    remove: BooleanExpression = days or AlwaysFalse()
    if stale := outcome.stale.get(name):
        remove = Or(remove, any_of(ROW_KEYS[name][-1], stale))
    return TablePlan(
        name,
        files=[data_file(pinned.table, written) for written in outcome.files.get(name, [])],
        added=outcome.added.get(name, 0),
        unchanged=outcome.unchanged.get(name, 0),
        remove=remove,
        exact=days is not None,
    )

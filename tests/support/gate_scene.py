"""A warehouse with ten days of sessions, and batches for the gate."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.catalog import Catalog
from pyiceberg.expressions import AlwaysFalse, BooleanExpression

from replay_signals.pipelines.gate.batch import check, staged_batch
from replay_signals.pipelines.gate.history import Period
from replay_signals.pipelines.gate.publishing import BatchStopped, publish_batch
from replay_signals.pipelines.gate.waiting import drop, parts_of, waiting
from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables
from replay_signals.pipelines.iceberg.commit import COMMIT_ORDER, TablePlan
from replay_signals.pipelines.iceberg.datafiles import partition_of, write_rows
from replay_signals.pipelines.iceberg.folder import NAMESPACE
from replay_signals.pipelines.iceberg.predicates import within
from support.made_rows import made

DAY = date(2026, 3, 2)
DAYS = [DAY + timedelta(days=n) for n in range(10)]
PER_DAY = 120
TODAY = date(2026, 6, 1)
NOTHING = AlwaysFalse()
Rows = dict[str, list[Any]]


def session(number: int, day: date, **fields: Any) -> Any:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    given: dict[str, Any] = {
        "team": "t", "severity": 20.0, "components": {"dead_click": 20.0}, "witness": "full", "revision": 1,
    }  # fmt: skip
    return made("sessions", day=day, session_id=f"s{number}", started_at=at, ended_at=at, **given | fields)


def signal(number: int, day: date, **fields: Any) -> Any:
    given: dict[str, Any] = {
        "signal_id": f"g{number}",
        "session_id": f"s{number}",
        "severity": 55.0,
        "components": {"blocked": 35.0, "attempts": 20.0},
        "kind": "dead_click",
        "status": "new",
        "verdict": "dead",
    }
    return made("signals", day=day, team="t", revision=1, **given | fields)


def batch(first: int = 5000, day: date = DAYS[4], **signal_fields: Any) -> Rows:
    """Three sessions of one day, each with a signal."""
    numbers = range(first, first + 3)
    return {
        "sessions": [session(n, day) for n in numbers],
        "signals": [signal(first, day, **signal_fields), *(signal(n, day) for n in numbers[1:])],
    }


def plans_of(tables: dict[str, PinnedTable], rows: Rows, remove: BooleanExpression = NOTHING) -> list[TablePlan]:
    plans = []
    for name in COMMIT_ORDER:
        parts: dict[Any, list[Any]] = defaultdict(list)
        for row in rows.get(name, ()):
            parts[partition_of(name, row)].append(row)
        plan = TablePlan(name, added=len(rows.get(name, ())), remove=remove)
        for place, own in parts.items():
            plan.files.extend(write_rows(tables[name].table, place, own))
        plans.append(plan)
    return plans


def append(catalog: Catalog, rows: Rows) -> None:
    """Rows straight to `main`, without the gate, one table after the other, as a stream commits them."""
    for name, own in rows.items():
        table = catalog.load_table((NAMESPACE, name))
        parts: dict[Any, list[Any]] = defaultdict(list)
        for row in own:
            parts[partition_of(name, row)].append(row)
        with table.transaction() as transaction, transaction.update_snapshot().fast_append() as snapshot:
            for place, of_place in parts.items():
                for file in write_rows(table, place, of_place):
                    snapshot.append_data_file(file)


class Scene:
    """A warehouse with ten days of sessions."""

    def __init__(self, folder: Path) -> None:
        self.warehouse = folder
        self.catalog = open_catalog(str(folder))
        self.publish(
            {"sessions": [session(n * PER_DAY + i, day) for n, day in enumerate(DAYS) for i in range(PER_DAY)]}
        )

    def tables(self) -> dict[str, PinnedTable]:
        return {name: PinnedTable(table) for name, table in open_tables(self.catalog).items()}

    def publish(self, rows: Rows, replaced: Period | None = None) -> None:
        tables = self.tables()
        remove = within(*replaced) if replaced else NOTHING
        publish_batch(self.catalog, tables, plans_of(tables, rows, remove), uuid.uuid4().hex, replaced)

    def append(self, rows: Rows) -> None:
        """As a stream commits."""
        append(self.catalog, rows)

    def shown(self) -> dict[str, int | None]:
        """What readers see: the snapshot of `main` in every table."""
        return {name: pinned.snapshot_id for name, pinned in self.tables().items()}

    def stopped(self, publish: Callable[[], None]) -> list[str]:
        """What stopped a batch, after readers still see what they saw, and the batch was kept and discarded."""
        before = self.shown()
        with pytest.raises(BatchStopped) as raised:
            publish()
        assert self.shown() == before
        parts = parts_of(self.catalog, raised.value.branch)
        broken = [f"{one.suite}: {one.what}" for one in raised.value.findings if not one.holds]
        again = check(staged_batch(self.catalog, parts.values(), TODAY))
        assert [f"{one.suite}: {one.what}" for one in again if not one.holds] == broken
        drop(self.catalog, parts)
        assert waiting(self.catalog) == []
        return broken

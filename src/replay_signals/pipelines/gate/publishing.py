"""Write, audit, publish: a batch goes to a branch of each table, is held to every expectation there, and is published.

Each table is published by one commit that asserts that nobody came between; where somebody did, its part is put on top
of what they wrote, and the batch is looked at again. What readers of two tables see meanwhile says docs/backfill.md:
tables go in an order in which each stands on those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from pyiceberg.catalog import Catalog

from replay_signals.pipelines.gate.batch import check, staged_batch
from replay_signals.pipelines.gate.evaluate import Finding
from replay_signals.pipelines.gate.history import Period
from replay_signals.pipelines.iceberg.branches import Staged
from replay_signals.pipelines.iceberg.catalog import PinnedTable
from replay_signals.pipelines.iceberg.commit import (
    Conflict,
    TablePlan,
    discard,
    publish_table,
    restage_table,
    stage_table,
    unstage_table,
)
from replay_signals.pipelines.iceberg.errors import WarehouseError

REBASE_TRIES = 20
REASONS = 3
"""Why a batch was stopped, in the error; the report has all."""
Parts = dict[str, Staged]
"""Staged parts of a batch by table, in the order in which they are published."""
Stage = Literal["stage", "commit"]


class BatchStopped(Exception):
    """A batch that does not hold what tables promise. Nothing of it is published; all of it waits on its branch."""

    def __init__(self, branch: str, findings: Sequence[Finding]) -> None:
        self.branch, self.findings = branch, list(findings)
        broken = [
            f"{finding.suite}: {finding.what} ({finding.unexpected:,})" for finding in findings if not finding.holds
        ]
        more = f"; and {len(broken) - REASONS} more" if len(broken) > REASONS else ""
        super().__init__(f"stopped at the gate, and nothing published: {'; '.join(broken[:REASONS])}{more}")


def publish_batch(
    catalog: Catalog,
    tables: Mapping[str, PinnedTable],
    plans: Sequence[TablePlan],
    run_id: str,
    replaced: Period | None = None,
    on_table: Callable[[Stage, str], None] = lambda stage, name: None,
) -> None:
    """Stages every plan, checks all of them together, and publishes them in order; `on_table` hears of each step.

    Raises BatchStopped, Conflict (files not yet published are deleted) and WarehouseError.
    """
    parts: Parts = {}
    days = replaced.interval if replaced else None
    unpublished = {plan.name: plan for plan in plans}

    def restage(part: Staged) -> Staged | None:
        if not unstage_table(catalog, part):
            raise Conflict(f"{part.name}: somebody else published or discarded {part.branch} meanwhile")
        del parts[part.name]  # its files are this run's alone again
        return stage_table(catalog, tables[part.name], unpublished[part.name], run_id, days)

    def done(name: str) -> None:
        del unpublished[name]
        on_table("commit", name)

    try:
        for plan in plans:
            if part := stage_table(catalog, tables[plan.name], plan, run_id, days):
                parts[plan.name] = part
            on_table("stage", plan.name)
        _publish_in_order(catalog, parts, restage, done)
    except Conflict:
        _withdraw(catalog, tables, unpublished.values(), parts)
        raise
    for name in list(unpublished):
        done(name)


def publish_waiting(catalog: Catalog, parts: Parts, despite: str = "") -> None:
    """Publishes a batch that waits on its branch, when it holds or `despite` says why it may go without.

    Raises BatchStopped, WarehouseError, and Conflict when others wrote what it does not fit: it waits on then.
    """
    _publish_in_order(catalog, dict(parts), lambda part: restage_table(catalog, part), lambda name: None, despite)


def _publish_in_order(
    catalog: Catalog,
    parts: Parts,
    restage: Callable[[Staged], Staged | None],
    done: Callable[[str], None],
    despite: str = "",
) -> None:
    waiting = list(parts)
    for _ in range(REBASE_TRIES):
        if not despite:
            _audit(catalog, parts)
        while waiting and publish_table(catalog, parts[waiting[0]], despite):
            done(waiting.pop(0))
        if not waiting:
            return
        part = restage(parts[waiting[0]])
        parts.pop(waiting[0], None)
        if part is not None:
            parts[part.name] = part
        else:  # what it would write is there by now
            done(waiting.pop(0))
    raise WarehouseError(f"a batch was overtaken {REBASE_TRIES} times: too many other writers")


def _audit(catalog: Catalog, parts: Parts) -> None:
    if not parts:
        return
    findings = check(staged_batch(catalog, parts.values(), datetime.now(UTC).date()))
    if not all(finding.holds for finding in findings):
        raise BatchStopped(next(iter(parts.values())).branch, findings)


def _withdraw(
    catalog: Catalog, tables: Mapping[str, PinnedTable], plans: Iterable[TablePlan], parts: Mapping[str, Staged]
) -> None:
    """Nothing of what is not published is left: the run starts again and writes other files."""
    for plan in plans:
        part = parts.get(plan.name)
        if part is None or unstage_table(catalog, part):
            discard(tables[plan.name].table, plan.files)

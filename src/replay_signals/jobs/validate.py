"""validate: the suites on what a warehouse holds, or on a batch that waits, which is then published or discarded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from replay_signals.jobs import render
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.gate import REPORTS, reporting
from replay_signals.jobs.tables import Store
from replay_signals.transforms.printable import json_bytes

if TYPE_CHECKING:
    from replay_signals.pipelines.gate.evaluate import Finding
    from replay_signals.pipelines.gate.waiting import Waiting


class Output(NamedTuple):
    """How to look, and what to show."""

    json: bool
    report: Path | None
    by_gx: bool


def run(store: Store, branch: str | None, since: datetime | None, output: Output) -> ExitCode:
    """Looks, prints, and writes the report that was asked for. Raises WarehouseError and OSError."""
    from replay_signals.jobs.gate_report import page
    from replay_signals.pipelines.gate.batch import check, published_since, staged_batch
    from replay_signals.pipelines.gate.waiting import parts_of, waiting
    from replay_signals.pipelines.iceberg.catalog import open_catalog

    catalog = open_catalog(*store, create=False)
    today = datetime.now(UTC).date()
    if branch is None:
        batch, title = published_since(catalog, since, today), f"{store.catalog or store.warehouse}"
    else:
        parts = parts_of(catalog, branch)
        batch, title = staged_batch(catalog, parts.values(), today), next(iter(parts.values())).branch
    if output.by_gx:
        from replay_signals.pipelines.gate.greatexpectations import check_by_gx

        findings = check_by_gx(batch)
    else:
        findings = check(batch)
    if output.report is not None:
        output.report.write_text(page(title, findings), "utf-8")
    _print(findings, [] if branch else waiting(catalog), _reports_of(store), json=output.json)
    return ExitCode.OK if all(one.holds for one in findings) else ExitCode.NOT_VALID


def publish(store: Store, branch: str, despite: str, inbox: str, *, json: bool) -> ExitCode:
    """Publishes a batch that waits, and what the inbox lacks of its sessions.

    Raises BatchStopped, when it does not hold, WarehouseError and InboxError.
    """
    from replay_signals.jobs.publish import publish as announce
    from replay_signals.pipelines.gate.publishing import publish_waiting
    from replay_signals.pipelines.gate.waiting import parts_of, sessions_of
    from replay_signals.pipelines.iceberg.catalog import open_catalog
    from replay_signals.pipelines.iceberg.commit import Conflict
    from replay_signals.pipelines.iceberg.errors import WarehouseError

    catalog = open_catalog(*store, create=False)
    parts = parts_of(catalog, branch)
    sessions = sessions_of(catalog, parts)
    try:
        with reporting(store):
            publish_waiting(catalog, parts, despite)
    except Conflict as error:
        raise WarehouseError(f"{error}; discard this batch, and run what made it again") from None
    if sessions:
        announce(store, inbox, sessions)
    return _told("published", list(parts), json=json)


def discard(store: Store, branch: str, *, json: bool) -> ExitCode:
    """Removes a batch that waits. Raises WarehouseError."""
    from replay_signals.pipelines.gate.waiting import drop, parts_of
    from replay_signals.pipelines.iceberg.catalog import open_catalog

    catalog = open_catalog(*store, create=False)
    parts = parts_of(catalog, branch)
    drop(catalog, parts)
    return _told("discarded", list(parts), json=json)


def discard_old(store: Store, days: float, *, json: bool) -> ExitCode:
    """Removes every batch that has waited for longer than so many days. Raises WarehouseError."""
    from replay_signals.pipelines.gate.waiting import drop, parts_of, waiting
    from replay_signals.pipelines.iceberg.catalog import open_catalog

    catalog = open_catalog(*store, create=False)
    before = datetime.now(UTC) - timedelta(days=days)
    old = [one.branch for one in waiting(catalog) if one.since < before]
    for branch in old:
        drop(catalog, parts_of(catalog, branch))
    return _told("discarded", old, json=json)


def _told(what: str, names: list[str], *, json: bool) -> ExitCode:
    if json:
        render.write(json_bytes({what: names}, indent=2))
    else:
        render.out().print(f"{what.capitalize()}: {', '.join(names) or 'nothing'}")
    return ExitCode.OK


def _reports_of(store: Store) -> Path:
    return Path(store.warehouse or ".") / REPORTS


def _print(findings: Sequence[Finding], waits: Sequence[Waiting], reports: Path, *, json: bool) -> None:
    broken = [one for one in findings if not one.holds]
    if json:
        found = {"holds": not broken, "expectations": len(findings), "broken": msgspec.to_builtins(broken)}
        render.write(json_bytes(found | {"waiting": msgspec.to_builtins(waits)}, indent=2))
        return
    suites = [(name, list(own)) for name, own in groupby(findings, lambda one: one.suite)]
    columns = [("Suite", "left"), ("Rows", "right"), ("Expectations", "right"), ("Broken", "right")]
    render.rows(
        columns,
        [(name, max(one.rows for one in own), len(own), sum(not one.holds for one in own)) for name, own in suites],
    )
    for one in broken:
        render.out().print(render.text(f"{one.suite}: {one.what}: {one.unexpected:,} of {one.rows:,} rows"))
        for example in one.examples:
            render.out().print(render.text("  " + ", ".join(f"{k} {v}" for k, v in example.items())), style="dim")
    render.out().print("Every expectation holds." if not broken else f"{len(broken)} do not hold.")
    for batch in waits:
        report = reports / f"{batch.branch}.html"
        why = f"stopped at the gate: {report}" if report.exists() else "its run goes on, or was killed"
        render.out().print(f"Waiting since {batch.since:%Y-%m-%d %H:%M}: {batch.branch}, {', '.join(batch.tables)}")
        render.out().print(render.text(f"  {why}"), style="dim")

"""A batch that was stopped at the gate: its report is written, and the error says what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from replay_signals.jobs.tables import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay_signals.pipelines.gate.evaluate import Finding

REPORTS = "reports"
"""Folder in a warehouse; of a configured catalog it lies in the working folder."""


@contextmanager
def reporting(store: Store) -> Iterator[None]:
    """Writes the report of a batch that is stopped meanwhile, and says how to go on. Raises BatchStopped."""
    from replay_signals.pipelines.gate.publishing import BatchStopped

    try:
        yield
    except BatchStopped as stopped:
        path = write_report(store, stopped.branch, stopped.findings)
        where = f"--catalog {store.catalog}" if store.catalog else str(store.warehouse)
        command = f"replay-signals validate {where} --branch {stopped.branch}"
        stopped.args = (
            f"{stopped}. It waits on branch {stopped.branch}; report: {path}\n"
            f"Look at it, then discard it or publish it in spite of that:\n"
            f'  {command} --discard\n  {command} --publish --despite "REASON"',
        )
        raise


def write_report(store: Store, branch: str, findings: Sequence[Finding]) -> Path:
    """Writes the HTML report of a batch; returns its path. Raises OSError."""
    from replay_signals.jobs.gate_report import page

    folder = Path(store.warehouse or ".") / REPORTS
    folder.mkdir(exist_ok=True)
    path = folder / f"{branch}.html"
    path.write_text(page(branch, findings), "utf-8")
    return path

"""Backfills in processes of their own: to be killed, or to race each other.

The processes are forked from one that has imported Beam and Iceberg and done nothing else, so each starts at once.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from replay_signals.jobs.backfill import BackfillOptions, run_backfill
from support.warehouses import Place, store_of

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["replay_signals.pipelines.batch.graph", "replay_signals.pipelines.batch.commit_plan"])
Step = tuple[str, int]
"""A stage and how many are done."""


class Child:
    """A backfill in a process of its own. With `pause_at` it stops after that step, to be killed or to go on."""

    def __init__(
        self, warehouse: Place, paths: Sequence[Path], pause_at: Step | None = None, pause_s: float = 60
    ) -> None:
        self.reports, theirs = CONTEXT.Pipe(duplex=False)
        options = BackfillOptions([str(path) for path in paths], *store_of(warehouse))
        self.process = CONTEXT.Process(target=_run, args=(options, dict(os.environ), theirs, pause_at, pause_s))
        self.process.start()
        theirs.close()

    def started(self) -> None:
        """Waits until the process has begun its work."""
        assert self.reports.recv() == "started"

    def paused(self) -> bool:
        """Waits for the pause; False when the child ended without reaching it."""
        try:
            return bool(self.reports.recv() == "paused")
        except EOFError:
            return False

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.join()

    def result(self) -> dict[str, int]:
        """Waits for the end; rows added by table, or an AssertionError with what the child raised."""
        outcome = self.reports.recv()
        self.process.join()
        assert isinstance(outcome, dict), outcome
        return outcome


def _run(
    options: BackfillOptions, environment: dict[str, str], reports: Connection, pause_at: Step | None, pause_s: float
) -> None:
    os.environ.update(environment)  # what it was forked from may be older than a test's variables

    def watch(stage: str, done: int, total: int) -> None:
        if (stage, done) == pause_at:
            reports.send("paused")
            time.sleep(pause_s)

    reports.send("started")
    try:
        reports.send(run_backfill(options, watch).added)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is for the parent to report
        reports.send(f"{type(error).__name__}: {error}")
        sys.exit(1)

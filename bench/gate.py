"""What the gate costs: CPU of auditing and publishing a batch beside that of the whole backfill, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from replay_signals.jobs.backfill import BackfillOptions, run_backfill
from replay_signals.pipelines.gate import publishing

STEPS = ("check", "publish_table")
"""What a batch would not need without a gate; its snapshots would be written all the same."""


class Spent(NamedTuple):
    """Seconds of CPU of this process."""

    gate: float
    backfill: float


def spent(path: str, folder: Path) -> Spent:
    """Backfills recordings into a new warehouse."""
    started = time.process_time()
    with _counted() as steps:
        run_backfill(BackfillOptions([path], str(folder / "gate")))
        return Spent(sum(steps), time.process_time() - started)


@contextmanager
def _counted() -> Iterator[list[float]]:
    """Meanwhile, the seconds of every step."""
    seconds: list[float] = []
    real = {name: getattr(publishing, name) for name in STEPS}
    for name, step in real.items():
        setattr(publishing, name, _timed(step, seconds))
    try:
        yield seconds
    finally:
        for name, step in real.items():
            setattr(publishing, name, step)


def _timed(step: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    def timed(*arguments: Any) -> Any:
        started = time.process_time()
        try:
            return step(*arguments)
        finally:
            seconds.append(time.process_time() - started)

    return timed

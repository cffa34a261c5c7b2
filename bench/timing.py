"""CPU time of tasks that take turns, so that a busy spell of the machine hits all of them and not one.

A task is cut into units (sessions). The time of a task is the sum over its units of each unit's least time: the least
time is what the work costs, everything above it is what else the machine did.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import process_time

Unit = Callable[[], object]


def cpu_seconds(unit: Unit) -> float:
    """CPU time of this process for one run of a unit."""
    start = process_time()
    unit()
    return process_time() - start


@dataclass(frozen=True)
class Task:
    """Something to measure. `clock` runs a unit and tells what it cost: a peer in a process of its own has another."""

    name: str
    units: Sequence[Unit]
    note: str = ""
    clock: Callable[[Unit], float] = cpu_seconds


def least_seconds(tasks: Sequence[Task], repeats: int, *, collect_garbage: bool = True) -> dict[str, float]:
    """Seconds of each task, by name. Garbage is collected before each turn; `collect_garbage` says whether also during.

    A first round that is not counted warms caches and peers up.
    """
    least = {task.name: [float("inf")] * len(task.units) for task in tasks}
    was_on = gc.isenabled()
    try:
        for turn in range(repeats + 1):
            for task in tasks:
                gc.enable()
                gc.collect()
                if not collect_garbage:
                    gc.disable()
                times = [task.clock(unit) for unit in task.units]
                if turn:
                    least[task.name] = [min(pair) for pair in zip(least[task.name], times, strict=True)]
    finally:
        if was_on:
            gc.enable()
        else:
            gc.disable()
    return {name: sum(times) for name, times in least.items()}

"""Counters and histograms of the job, in Flink's metric system.

A histogram is what Prometheus makes of one: counters of the same name with a label `le`, a sum and a count. PyFlink's
own distributions show the newest value alone in thread mode.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from pyflink.datastream import RuntimeContext

GROUP = "replay_signals"
BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000, 600_000)


class Counters:
    """Counters of one step, made when they are first needed."""

    def __init__(self, context: RuntimeContext, step: str) -> None:
        self._group = context.get_metrics_group().add_group(GROUP).add_group(step)
        self._counters: dict[tuple[str, str, str], Any] = {}

    def __call__(self, name: str, by: int = 1, label: str = "", value: str = "") -> None:
        """Adds to a counter, or to the one of a label's value."""
        counter = self._counters.get((name, label, value))
        if counter is None:
            group = self._group.add_group(label, value) if label else self._group
            counter = self._counters[name, label, value] = group.counter(name)
        counter.inc(by)

    def time(self, name: str, ms: float) -> None:
        """Adds a duration to a histogram; a negative one (clocks differ) counts as none."""
        ms = max(0, round(ms))
        for bound in BOUNDS_MS[bisect_left(BOUNDS_MS, ms) :]:
            self(f"{name}_bucket", 1, "le", str(bound))
        self(f"{name}_bucket", 1, "le", "+Inf")
        self(f"{name}_sum", ms)
        self(f"{name}_count")

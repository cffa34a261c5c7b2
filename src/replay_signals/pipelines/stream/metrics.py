"""Counters and histograms of the job, in Flink's metric system.

A histogram is what Prometheus makes of one: counters of the same name with a label `le`, a sum and a count. PyFlink's
own distributions show the newest value alone in thread mode.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from typing import Any

from pyflink.datastream import RuntimeContext

GROUP = "replay_signals"
TELL_S = 1.0
BOUNDS_MS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000, 600_000)


Key = tuple[str, str, str]
"""Name of a counter, and a label with its value or two empty strings."""


class Counters:
    """Counters of one step, made when they are first needed.

    Flink hears of them once a second: every word to it from Python costs as much as reading a small message does.
    """

    def __init__(self, context: RuntimeContext, step: str) -> None:
        self._group = context.get_metrics_group().add_group(GROUP).add_group(step)
        self._counters: dict[Key, Any] = {}
        self._waiting: dict[Key, int] = {}
        self._told_s = time.monotonic()

    def __call__(self, name: str, by: int = 1, label: str = "", value: str = "") -> None:
        """Adds to a counter, or to the one of a label's value."""
        self._add((name, label, value), by)
        if time.monotonic() - self._told_s >= TELL_S:
            self.tell()

    def time(self, name: str, ms: float) -> None:
        """Adds a duration to a histogram; a negative one (clocks differ) counts as none."""
        ms = max(0, round(ms))
        for bound in BOUNDS_MS[bisect_left(BOUNDS_MS, ms) :]:
            self._add((f"{name}_bucket", "le", str(bound)), 1)
        self._add((f"{name}_bucket", "le", "+Inf"), 1)
        self._add((f"{name}_sum", "", ""), ms)
        self(f"{name}_count")

    def tell(self) -> None:
        """Hands on what was counted since the last time."""
        for key, by in self._waiting.items():
            self._counters[key].inc(by)
        self._waiting.clear()
        self._told_s = time.monotonic()

    def _add(self, key: Key, by: int) -> None:
        if key not in self._counters:
            name, label, value = key
            group = self._group.add_group(label, value) if label else self._group
            self._counters[key] = group.counter(name)
        self._waiting[key] = self._waiting.get(key, 0) + by

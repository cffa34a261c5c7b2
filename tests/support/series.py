"""Daily counts as a problem makes them, seeded: traffic with a weekly rhythm, a rate for each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random

from hypothesis import settings

from replay_signals.transforms.problems.daily import Daily

quick = settings(max_examples=60, deadline=None)
"""Of properties; on a busy machine an example may take long."""
FIRST = dt.date(2026, 8, 3)
"""A Monday."""
TRAFFIC = (1.0, 1.05, 1.1, 1.0, 0.9, 0.5, 0.45)
"""Of a usual day, Monday to Sunday."""


def day(n: int) -> dt.date:
    """The nth day."""
    return FIRST + dt.timedelta(n)


def flat(affected: int, exposed: int, start: int, stop: int) -> list[Daily]:
    """The same counts on days start..stop-1."""
    return [Daily(day(n), affected, exposed) for n in range(start, stop)]


def drawn(rate: Callable[[int], float], days: int, exposed: float = 400, seed: int = 1) -> list[Daily]:
    """Counts drawn from a rate for each day."""
    random = Random(seed)
    found = []
    for n in range(days):
        of = round(exposed * TRAFFIC[day(n).weekday()] * random.uniform(0.9, 1.1))
        found.append(Daily(day(n), sum(random.random() < rate(n) for _ in range(of)), of))
    return found

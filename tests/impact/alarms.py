"""False alarms: what a quiet site of 50 places says in 90 days that is new, back again, or lost."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from tests.impact.coverage import FIRST, counted

from replay_signals.pipelines.simulation.draw import Day, draw
from replay_signals.pipelines.simulation.site import LIBRARIES, shop
from replay_signals.pipelines.simulation.world import World, world
from replay_signals.transforms.problems.capture import CaptureDay, capture_gaps
from replay_signals.transforms.problems.history import state_of
from replay_signals.transforms.problems.onset import change_point

MONTH_DAYS = 30
LOOK_EVERY_DAYS = 2
"""A state lasts a week, so every other day sees all of them."""
PLACES = 50


class Alarms(NamedTuple):
    """What was said falsely, a month of one site."""

    site_months: float
    problems: int
    news: int
    gaps: int
    resolved: int
    began: int

    @property
    def a_month(self) -> float:
        """News and gaps in all."""
        return (self.news + self.gaps) / self.site_months


def alarms(sites: int, sessions_a_day: int, days: int = 90, seed: int = 1) -> Alarms:
    """So many quiet sites; each place has a problem of its own that goes on all the time."""
    planned = world(shop(PLACES, quiet=True), FIRST, days, sessions_a_day * days, seed, sites)
    counts, _ = counted(planned, background=True)
    news = resolved = began = 0
    for series in counts.daily.values():
        seen = set()
        for n in range(0, days, LOOK_EVERY_DAYS):
            state = state_of(series, FIRST + timedelta(n))
            if state is not None and (state.proven or state.state == "resolved"):
                seen.add((state.state, state.since))
        news += sum(name in ("new", "regressed") for name, _ in seen)
        resolved += sum(name == "resolved" for name, _ in seen)
        began += change_point(series) is not None
    return Alarms(sites * days / MONTH_DAYS, len(counts.daily), news, gaps(planned), resolved, began)


def gaps(planned: World) -> int:
    """Different capture gaps that any day of any site shows."""
    rows = defaultdict(list)
    for number in range(planned.days):
        for team, row in capture_rows(planned, draw(planned, number)):
            rows[team].append(row)
    found = set()
    for team, own in rows.items():
        for n in range(planned.days):
            for gap in capture_gaps(own, FIRST + timedelta(n)):
                found.add((team, gap.dimension, gap.value, gap.since))
    return len(found)


def capture_rows(planned: World, day: Day) -> list[tuple[int, CaptureDay]]:
    """Sessions with events and those with a recording, by team: all, and by library version."""
    people = day.people
    code = people.team * len(LIBRARIES) + people.library
    size = planned.teams * len(LIBRARIES)
    sessions = np.bincount(code, minlength=size).reshape(planned.teams, -1)
    kept = np.bincount(code[day.recorded], minlength=size).reshape(planned.teams, -1)
    found = []
    for team in range(planned.teams):
        found.append((team, CaptureDay(day.day, "", "", int(sessions[team].sum()), int(kept[team].sum()))))
        for n, name in enumerate(LIBRARIES):
            own = CaptureDay(day.day, "library_version", name, int(sessions[team, n]), int(kept[team, n]))
            found.append((team, own))
    return found

"""How fast the pages of a simulated day came, and what they asked for by themselves; drawn apart from all else.

Speed differs by visitor (device and network), by view and by day. A planted regression makes a page or a route slower
by a factor, or lets a route fail for a share of those who ask, from a day on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from replay_signals.pipelines.simulation.arrays import Floats, Ints
from replay_signals.pipelines.simulation.draw import Day
from replay_signals.pipelines.simulation.site import Regression
from replay_signals.pipelines.simulation.world import World

STREAM = 101
"""Of random numbers, beside the day's: what is drawn here changes nothing of the day."""
MEASURED = 0.7
"""Share of views of which the browser tells its vitals."""
PAINT_MS, PAINT_STEP_MS = 900.0, 150.0
"""Median of the largest paint of the first page, and how much more of each further one, up to the fifth."""
ANSWER_MS, ANSWER_SPREAD = 80.0, 0.5
FIRST_BYTE, LOADED = 0.25, 1.4
"""Of the largest paint: when the first byte came, and when the document had loaded."""
VISITOR_SPREAD, VIEW_SPREAD, DAY_SPREAD = 0.35, 0.25, 0.08
"""Log-normal, of times."""
FAIL_SPREAD = 0.3
"""Log-normal, from day to day, of the share of requests that fail."""


class Asked(NamedTuple):
    """Requests that pages made by themselves, one element each; `route` is a place in the site's list."""

    view: Ints
    route: Ints
    took_ms: Floats
    status: Ints


class Speed(NamedTuple):
    """Of each view of a day, ms; NaN where it was not measured. Then the requests."""

    lcp_ms: Floats
    inp_ms: Floats
    asked: Asked


def speed_of(world: World, number: int, day: Day) -> Speed:
    """The speed of the day with that number. The same seed gives the same."""
    random = np.random.default_rng([world.seed, STREAM, number])
    views, count = day.views, len(day.start_ms)
    visitor = random.lognormal(0, VISITOR_SPREAD, count)[views.session]
    pages = np.arange(len(world.site.pages))
    usual = (PAINT_MS + PAINT_STEP_MS * np.minimum(pages, 5)) * random.lognormal(0, DAY_SPREAD, len(pages))
    for one in _standing(world, number):
        usual[[page.pattern == one.page for page in world.site.pages]] *= one.factor
    measured = np.where(random.random(len(views.page)) < MEASURED, 1.0, np.nan)
    lcp = usual[views.page] * visitor * random.lognormal(0, VIEW_SPREAD, len(views.page)) * measured
    inp = ANSWER_MS * visitor * random.lognormal(0, ANSWER_SPREAD, len(views.page)) * measured
    return Speed(lcp, inp, _asked(world, number, day, random))


def _asked(world: World, number: int, day: Day, random: np.random.Generator) -> Asked:
    found: list[tuple[Ints, Ints, Floats, Ints]] = []
    for place, route in enumerate(world.site.routes):
        asking = np.array([page.pattern in route.pages for page in world.site.pages])
        view = np.flatnonzero(asking[day.views.page]).astype(np.int64)
        took = route.usual_ms * random.lognormal(0, DAY_SPREAD) * random.lognormal(0, VIEW_SPREAD, len(view))
        fails = min(1.0, route.fails * random.lognormal(0, FAIL_SPREAD))
        for one in _standing(world, number):
            if one.route == route.name:
                took *= one.factor
                fails = max(fails, one.fails)
        status = np.where(random.random(len(view)) < fails, route.failed_status, 200)
        found.append((view, np.full(len(view), place), took, status))
    if not found:
        nothing = np.zeros(0, np.int64)
        return Asked(nothing, nothing, np.zeros(0), nothing)
    return Asked(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _standing(world: World, number: int) -> Iterable[Regression]:
    """Regressions that are there on a day."""
    return [one for one in world.site.regressions if number >= one.start * world.days]

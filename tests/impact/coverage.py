"""Coverage: how often the 95 % interval of an effect holds the planted one, beside that of a naive comparison."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from tests.impact.recount import Recount

from replay_signals.pipelines.simulation.draw import draw
from replay_signals.pipelines.simulation.site import shop
from replay_signals.pipelines.simulation.truth import Tally, Truth
from replay_signals.pipelines.simulation.world import World, world
from replay_signals.transforms.problems import intervals
from replay_signals.transforms.problems.effect import before_after, risk_difference

FIRST = date(2026, 6, 1)
BROKEN_FOR_ALL = 1.0


class Coverage(NamedTuple):
    """Of one problem over many runs: share of intervals that hold the truth, and what the naive ones do."""

    problem: str
    comparison: str
    runs: int
    effect: float
    mean: float
    covered: float
    width: float
    too_few: int
    naive_mean: float
    naive_covered: float


def coverage(runs: int, sessions: int, days: int, *, plain: bool, seed: int = 1) -> list[Coverage]:
    """Simulates so many teams and holds every interval against the truth."""
    planned = world(shop(plain=plain), FIRST, days, sessions, seed, runs)
    counts, truth = counted(planned)
    effects = {one.name: one.effect for one in truth.problems}
    return [_of(planned, counts, number, effects[problem.name]) for number, problem in enumerate(planned.site.problems)]


def counted(planned: World, *, background: bool = False, with_lifts: bool = False) -> tuple[Recount, Truth]:
    """All days of a world."""
    counts, tally = Recount(planned, background=background, with_lifts=with_lifts), Tally(planned)
    for number in range(planned.days):
        day = draw(planned, number)
        counts.add(day)
        tally.add(day)
    return counts, tally.truth()


def _of(planned: World, counts: Recount, number: int, truth: float) -> Coverage:
    problem = planned.site.problems[number]
    onset = planned.first + timedelta(days=-int(-problem.start * planned.days // 1))
    found, naive = [], []
    for team in range(planned.teams):
        key = team, number
        if problem.share >= BROKEN_FOR_ALL:
            own, other = counts.halves(counts.cells[key], onset), counts.halves(counts.around[key], onset)
            effect = before_after(own, other)
        else:
            effect = risk_difference(counts.strata(key, onset))
        hit, good, rest, rest_good = (int(n) for n in counts.naive[key])
        if effect.enough:
            found.append((effect.difference, effect.low, effect.high))
        if hit and rest:
            naive.append(
                (good / hit - rest_good / rest, *intervals.difference(good / hit, hit, rest_good / rest, rest))
            )
    ours, theirs = np.array(found).reshape(-1, 3), np.array(naive).reshape(-1, 3)
    return Coverage(
        problem.name,
        "before_after"
        if problem.share >= BROKEN_FOR_ALL
        else "used"
        if problem.controls or problem.route
        else "reached",
        len(ours),
        truth,
        float(ours[:, 0].mean()) if len(ours) else 0.0,
        _share(ours, truth),
        float((ours[:, 2] - ours[:, 1]).mean()) if len(ours) else 0.0,
        planned.teams - len(ours),
        float(theirs[:, 0].mean()),
        _share(theirs, truth),
    )


def _share(found: np.ndarray[tuple[int, ...], np.dtype[np.float64]], truth: float) -> float:
    return float(((found[:, 1] <= truth) & (truth <= found[:, 2])).mean()) if len(found) else 0.0

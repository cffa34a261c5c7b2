"""Discoveries: flags and releases named without cause, the power for a real one, and how near a beginning is dated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from tests.impact.coverage import FIRST
from tests.impact.recount import Recount

from replay_signals.pipelines.simulation.draw import WEEK
from replay_signals.pipelines.simulation.site import FLAGS
from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems.daily import Daily
from replay_signals.transforms.problems.lifts import Arm, lifts
from replay_signals.transforms.problems.onset import change_point

RULES = Problems()


class Named(NamedTuple):
    """Of all runs: lifts that were named, those of them without a cause, and runs with any such."""

    runs: int
    named: int
    false: int
    runs_with_false: int
    share_of_false: float
    """Mean over runs of false among named, 0 where none was named: what Benjamini and Hochberg bound."""


def false_discoveries(counts: Recount, runs: int, has_cause: Callable[[int, str, str], bool]) -> Named:
    """Lifts of flags and releases of each run. Browsers and countries are compared too, and count among all.

    `has_cause(problem number, dimension, value)` says what is true of the site.
    """
    named = false = with_false = 0
    shares = []
    for team in range(runs):
        found = [lift for lift in lifts(counts.lift_arms(team)) if lift.q <= RULES.false_discoveries]
        wrong = 0
        judged = 0
        for lift in found:
            number, _, dimension = lift.dimension.partition(" ")
            if dimension.startswith("flag:") or dimension == "release":
                judged += 1
                wrong += not has_cause(int(number), dimension, lift.value)
        named, false, with_false = named + judged, false + wrong, with_false + (wrong > 0)
        shares.append(wrong / judged if judged else 0.0)
    return Named(runs, named, false, with_false, float(np.mean(shares)))


def power(
    runs: int, comparisons: int, exposed_each: int, base: float = 0.05, lift: float = 2.0, seed: int = 1
) -> float:
    """Share of runs that name a variant with `lift` times the base rate, among so many comparisons made together."""
    random = np.random.default_rng(seed)
    found = 0
    for _ in range(runs):
        real = Arm("flag", "b", *_drawn(random, exposed_each, base * lift), *_drawn(random, exposed_each, base))
        null = [
            Arm("null", str(n), *_drawn(random, exposed_each, base), *_drawn(random, exposed_each, base))
            for n in range(comparisons - 1)
        ]
        found += any(one.value == "b" and one.q <= RULES.false_discoveries for one in lifts([real, *null]))
    return found / runs


def _drawn(random: np.random.Generator, exposed: int, rate: float) -> tuple[int, int]:
    return int(random.binomial(exposed, rate)), exposed


class Dated(NamedTuple):
    """Of runs with one rise: found at all, within a day, and with the day inside the interval."""

    runs: int
    found: float
    within_a_day: float
    in_interval: float
    interval_days: float


def dated(runs: int, exposed: float, before: float, after: float, days: int = 60, seed: int = 1) -> Dated:
    """A rise of the rate on a day between a third and all but a week of the history, with weekly traffic and rates."""
    random = np.random.default_rng(seed)
    off, inside, width = [], 0, []
    for _ in range(runs):
        start = int(random.integers(days // 3, days - 7))
        series = rows(random, days, exposed, lambda n, start=start: before if n < start else after)
        found = change_point(series)
        if found is not None:
            day = FIRST + timedelta(start)
            off.append(abs((found.day - day).days))
            inside += found.low <= day <= found.high
            width.append((found.high - found.low).days + 1)
    near = sum(days_off <= 1 for days_off in off)
    return Dated(runs, len(off) / runs, near / runs, inside / max(1, len(off)), float(np.mean(width or [0])))


def without_beginning(runs: int, exposed: float, rate: float, days: int = 60, seed: int = 1) -> float:
    """Share of quiet histories in which a beginning is found: a weekly rhythm and day to day unrest, and no rise."""
    random = np.random.default_rng(seed)
    return sum(change_point(rows(random, days, exposed, lambda _: rate)) is not None for _ in range(runs)) / runs


def rows(
    random: np.random.Generator, days: int, exposed: float, rate: Callable[[int], float], unrest: float = 0.1
) -> list[Daily]:
    """Daily counts: traffic by weekday, a rate 30 % higher at weekends, and a little unrest from day to day."""
    found = []
    for n in range(days):
        day: date = FIRST + timedelta(n)
        met = int(random.poisson(exposed * WEEK[day.weekday()]))
        chance = rate(n) * (1.3 if day.weekday() >= 5 else 1.0) * random.lognormal(-(unrest**2) / 2, unrest)
        found.append(Daily(day, int(random.binomial(met, min(1.0, chance))), met))
    return found


def planted_cause(counts: Recount) -> Callable[[int, str, str], bool]:
    """Whether a flag or release has to do with a problem of the simulated site.

    A release has, where the problem was not there from the first day to the last.
    """

    def has_cause(number: int, dimension: str, value: str) -> bool:
        problem = counts.world.site.problems[number]
        if dimension == "release":
            return problem.start > 0 or problem.end < 1
        return dimension == f"flag:{problem.flag}" and value in FLAGS[problem.flag]

    return has_cause

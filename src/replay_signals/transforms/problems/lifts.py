"""Who meets a problem more often: lift by flag variant, release, browser …, corrected for all comparisons made."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, sqrt

import msgspec

from replay_signals.transforms.problems import intervals
from replay_signals.transforms.problems.tails import hypergeometric_mid_p, two_sided

EXACT_BELOW = 10
"""Expected count of the rarest cell below which the exact test is used; above, the score test differs by nothing that
matters (Cochran's rule asks for 5)."""


class Arm(msgspec.Struct, frozen=True):
    """One value of a dimension beside all other exposed sessions of the problem."""

    dimension: str
    value: str
    affected: int
    exposed: int
    rest_affected: int
    rest_exposed: int

    def __post_init__(self) -> None:
        if not (0 <= self.affected <= self.exposed and 0 <= self.rest_affected <= self.rest_exposed):
            raise ValueError(f"impossible counts in {self}")


class Lift(msgspec.Struct, frozen=True):
    """How many times as often those with the value are affected as the rest.

    `low` and `high` are the 95 % interval of `ratio`, `p` the chance of such a difference without cause and `q`
    that after correction for all comparisons made together: those with q up to 0.05 are wrong in at most 5 % of
    cases. `ratio` is infinite where none of the rest is affected; without anybody on a side, 1 with p = 1.
    """

    dimension: str
    value: str
    ratio: float
    low: float
    high: float
    p: float
    q: float


def lifts(arms: Iterable[Arm]) -> list[Lift]:
    """The lift of each arm, surest first. Give all comparisons of one run at once: `q` counts them."""
    given = list(arms)
    chances = [chance(arm) for arm in given]
    found = [
        Lift(arm.dimension, arm.value, _ratio(arm), *_interval(arm), p, q)
        for arm, p, q in zip(given, chances, false_discovery(chances), strict=True)
    ]
    return sorted(found, key=lambda lift: (lift.q, lift.p, -lift.ratio, lift.dimension, lift.value))


def chance(arm: Arm) -> float:
    """Two-sided p of equal shares: score test, with few counts the exact test's mid-p."""
    total, affected = arm.exposed + arm.rest_exposed, arm.affected + arm.rest_affected
    if not (arm.exposed and arm.rest_exposed and 0 < affected < total):
        return 1.0
    rarest = min(arm.exposed, arm.rest_exposed) * min(affected, total - affected) / total
    if rarest < EXACT_BELOW:
        return hypergeometric_mid_p(arm.affected, arm.exposed, affected, total)
    pooled = affected / total
    error = sqrt(pooled * (1 - pooled) * (1 / arm.exposed + 1 / arm.rest_exposed))
    return two_sided((arm.affected / arm.exposed - arm.rest_affected / arm.rest_exposed) / error)


def false_discovery(chances: list[float]) -> list[float]:
    """Benjamini and Hochberg's adjusted p, in the given order: the least share of false ones that names this one."""
    order = sorted(range(len(chances)), key=chances.__getitem__, reverse=True)
    adjusted = [1.0] * len(chances)
    least = 1.0
    for below, place in enumerate(order):
        least = min(least, chances[place] * len(chances) / (len(chances) - below))
        adjusted[place] = least
    return adjusted


def _ratio(arm: Arm) -> float:
    if not (arm.exposed and arm.rest_exposed and arm.affected + arm.rest_affected):
        return 1.0
    if not arm.rest_affected:
        return inf
    return arm.affected * arm.rest_exposed / (arm.exposed * arm.rest_affected)


def _interval(arm: Arm) -> tuple[float, float]:
    return intervals.ratio(arm.affected, arm.exposed, arm.rest_affected, arm.rest_exposed)

"""Which interval: coverage of four on strata from one to two hundred, with few events and with many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from replay_signals.transforms.problems.effect import StrataSums, Stratum, risk_difference
from replay_signals.transforms.problems.tails import Z_95


class Case(NamedTuple):
    """Sessions and chances of success by stratum."""

    name: str
    hit_sessions: Sequence[int]
    other_sessions: Sequence[int]
    hit: Sequence[float]
    other: Sequence[float]


def cases() -> Iterator[Case]:
    """From one stratum with few events to two hundred of four sessions; differences alike and unlike."""
    random = np.random.default_rng(1)
    yield Case("one stratum, 10 of 30 % beside 1,000 of 50 %", [10], [1000], [0.3], [0.5])
    yield Case("one stratum, 10 of 90 % beside 1,000 of 97 %", [10], [1000], [0.9], [0.97])
    yield Case("one stratum, 30 beside 30, both 2 %", [30], [30], [0.02], [0.02])
    yield Case("one stratum, 200 of 40 % beside 5,000 of 50 %", [200], [5000], [0.4], [0.5])
    few, many = random.integers(1, 6, 12).tolist(), random.integers(20, 200, 12).tolist()
    base = random.uniform(0.15, 0.9, 12)
    yield Case("12 sparse strata, 10 points less", few, many, (base - 0.1).tolist(), base.tolist())
    low = random.uniform(0.01, 0.06, 12)
    yield Case("12 sparse strata of 1 to 6 %, half", few, many, (low / 2).tolist(), low.tolist())
    base = random.uniform(0.15, 0.9, 200)
    yield Case("200 strata of 1 beside 3, 10 points less", [1] * 200, [3] * 200, (base - 0.1).tolist(), base.tolist())
    yield Case(
        "4 strata near 0 and 1, differences unlike", [20] * 4, [50] * 4, [0, 0.9, 0, 0.85], [0.05, 0.99, 0.04, 0.97]
    )
    yield Case(
        "3 large strata, differences unlike", [2000, 800, 400], [20000, 5000, 9000], [0.02, 0.5, 0.8], [0.03, 0.6, 0.9]
    )


def choices(runs: int, seed: int = 1) -> dict[str, tuple[float, float, float, float]]:
    """Coverage of Sato's, Klingenberg's, the standardized Newcombe and the chosen interval, by case."""
    random = np.random.default_rng(seed)
    return {case.name: _covered(case, runs, random) for case in cases()}


def _covered(case: Case, runs: int, random: np.random.Generator) -> tuple[float, float, float, float]:
    hit_sessions, other_sessions = np.array(case.hit_sessions), np.array(case.other_sessions)
    weight = hit_sessions * other_sessions / (hit_sessions + other_sessions)
    truth = float((weight * (np.array(case.hit) - np.array(case.other))).sum() / weight.sum())
    held = np.zeros(4)
    for _ in range(runs if len(weight) < 100 else runs // 10):
        hits, others = random.binomial(hit_sessions, case.hit), random.binomial(other_sessions, case.other)
        strata = [Stratum("", *map(int, four)) for four in zip(hit_sessions, hits, other_sessions, others, strict=True)]
        sums = StrataSums(strata)
        effect = risk_difference(strata)
        wald = Z_95 * max(0.0, sums.difference * sums.slope + sums.constant) ** 0.5 / sums.weight
        four_intervals = (
            (sums.difference - wald, sums.difference + wald), sums.score(), sums.standardized(),
            (effect.low, effect.high),
        )  # fmt: skip
        held += [low - 1e-12 <= truth <= high + 1e-12 for low, high in four_intervals]
    share = held / (runs if len(weight) < 100 else runs // 10)
    return float(share[0]), float(share[1]), float(share[2]), float(share[3])

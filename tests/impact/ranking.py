"""Ranking: how near the order of severity comes to the order of outcomes lost, beside counting sessions or users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations
from math import sqrt
from typing import NamedTuple

import numpy as np
from tests.impact.coverage import BROKEN_FOR_ALL, FIRST, counted

from replay_signals.pipelines.simulation.site import shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.transforms.problems.effect import before_after, risk_difference
from replay_signals.transforms.problems.severity import severity_of


class Ranking(NamedTuple):
    """Mean Kendall's tau-b over runs, and the share of runs whose first is the planted first."""

    runs: int
    severity: float
    by_sessions: float
    by_users: float
    first_right: float
    first_right_by_users: float


def ranking(runs: int, sessions: int, days: int = 28, seed: int = 1) -> Ranking:
    """Ranks the planted problems of each run over its last 14 days."""
    planned = world(shop(), FIRST, days, sessions, seed, runs)
    counts, truth = counted(planned)
    window = planned.first + timedelta(max(0, days - 14))
    effects = {one.name: one.effect for one in truth.problems}
    taus, firsts = [], []
    for team in range(runs):
        planted, scores, by_sessions, by_users = [], [], [], []
        for number, problem in enumerate(planned.site.problems):
            onset = planned.first + timedelta(days=-int(-problem.start * days // 1))
            recent = [one for one in counts.daily[team, number] if one.day >= window]
            days_met = [one for one in recent if one.affected]
            users = sum(one.users or 0 for one in days_met) / max(1, len(days_met))
            if problem.share >= BROKEN_FOR_ALL:
                key = team, number
                effect = before_after(counts.halves(counts.cells[key], onset), counts.halves(counts.around[key], onset))
            else:
                effect = risk_difference(counts.strata((team, number), max(window, onset)))
            planted.append(-effects[problem.name] * users)
            scores.append(severity_of(users, effect, 1.0, float(problem.blocked >= 1)).loss_per_day)
            by_sessions.append(float(sum(one.affected for one in recent)))
            by_users.append(users)
        taus.append([tau(planted, one) for one in (scores, by_sessions, by_users)])
        best = int(np.argmax(planted))
        firsts.append([int(np.argmax(one)) == best for one in (scores, by_users)])
    means = np.mean(taus, axis=0)
    right = np.mean(firsts, axis=0)
    return Ranking(runs, *(float(x) for x in means), *(float(x) for x in right))


def tau(one: Sequence[float], other: Sequence[float]) -> float:
    """Kendall's tau-b: 1 for the same order, -1 for the reverse; ties count on neither side."""
    together = ties_one = ties_other = 0
    pairs = list(combinations(range(len(one)), 2))
    for a, b in pairs:
        first, second = _sign(one[a] - one[b]), _sign(other[a] - other[b])
        together += first * second
        ties_one += first == 0
        ties_other += second == 0
    scale = sqrt((len(pairs) - ties_one) * (len(pairs) - ties_other))
    return together / scale if scale else 0.0


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)

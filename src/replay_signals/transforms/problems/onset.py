"""Since when: the day on which the rate of a problem rose, with its interval, and what came out with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import exp, log

import msgspec

from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems.daily import Daily, Prefix, dispersion, in_order, weekday_factors
from replay_signals.transforms.problems.effect import DEFAULT
from replay_signals.transforms.problems.tails import two_sided, z_of

ROUNDS = 2
"""Times that segments and weekdays are estimated from each other; more change nothing."""
INTERVAL = 0.95


class Onset(msgspec.Struct, frozen=True):
    """The first day of the higher rate; with 95 % it lies in `low`..`high` (both included).

    `p` is the chance of such a rise anywhere in the history without a cause; rates are with weekdays taken out.
    """

    day: dt.date
    low: dt.date
    high: dt.date
    p: float
    rate_before: float
    rate_after: float


class Rollout(msgspec.Struct, frozen=True):
    """Something that came out: a release or a flag's variant, and the first day it was seen."""

    kind: str
    name: str
    day: dt.date


def change_point(days: Iterable[Daily], rules: Problems = DEFAULT) -> Onset | None:
    """The latest rise within `history_days`, None when the rate never surely rose.

    The history is cut into runs of one rate each, at the least cost: deviance plus, for each cut, what chance alone
    reaches once in 1 / `onset_chance` histories (optimal partitioning, as in PELT: Killick et al. 2012). The interval
    holds the days with 95 % of the likelihood between the neighbouring cuts.
    """
    given = in_order(days)[-rules.history_days :]
    if len(given) < 3:
        return None
    factors, spread = [1.0] * 7, 1.0
    cuts = [0, len(given)]
    for _ in range(1 + ROUNDS):
        sums = Prefix(given, factors)
        cuts = _segments(sums, len(given), _penalty(len(given), rules) * spread)
        expected = _expected(given, cuts, [1.0] * 7)
        factors = weekday_factors(zip(given, expected, strict=True))
        spread = dispersion(given, _expected(given, cuts, factors))
    sums = Prefix(given, factors)
    rises = [i for i in range(1, len(cuts) - 1) if _rate(sums, *cuts[i - 1 : i + 1]) < _rate(sums, *cuts[i : i + 2])]
    return _onset(given, sums, cuts[rises[-1] - 1 : rises[-1] + 2], spread) if rises else None


def started_with(onset: Onset, rollouts: Iterable[Rollout]) -> Rollout | None:
    """What came out while the problem began: within the interval, nearest to the likeliest day, the later one of two.

    A cause has a lift, too: name only rollouts whose lift is sure (`lifts`), or which reached everybody.
    """
    inside = [one for one in rollouts if onset.low <= one.day <= onset.high]
    return min(inside, key=lambda m: (abs((m.day - onset.day).days), -m.day.toordinal(), m.kind, m.name), default=None)


def _penalty(days: int, rules: Problems) -> float:
    """Half the squared normal value that one cut anywhere exceeds by chance (Bonferroni over the days)."""
    return z_of(rules.onset_chance / (2 * max(1, days - 1))) ** 2 / 2


def _segments(sums: Prefix, count: int, penalty: float) -> list[int]:
    """Borders of the cheapest partition, 0 and `count` included."""
    best, came = [-penalty] + [0.0] * count, [0] * (count + 1)
    for stop in range(1, count + 1):
        best[stop], came[stop] = min(
            (best[start] + penalty - _likelihood(*sums.counts(start, stop)), start) for start in range(stop)
        )
    cuts = [count]
    while cuts[-1]:
        cuts.append(came[cuts[-1]])
    return cuts[::-1]


def _likelihood(affected: float, exposed: float) -> float:
    """Greatest Poisson log-likelihood of a run of one rate, up to what all partitions share."""
    return affected * log(affected / exposed) if affected > 0 and exposed > 0 else 0.0


def _rate(sums: Prefix, start: int, stop: int) -> float:
    affected, exposed = sums.counts(start, stop)
    return affected / exposed if exposed else 0.0


def _expected(days: Sequence[Daily], cuts: Sequence[int], factors: Sequence[float]) -> list[float]:
    """Counts of each day by the rate of its run."""
    sums = Prefix(days, factors)
    return [
        _rate(sums, start, stop) * d.exposed * factors[d.day.weekday()]
        for start, stop in pairwise(cuts)
        for d in days[start:stop]
    ]


def _onset(days: Sequence[Daily], sums: Prefix, cuts: Sequence[int], spread: float) -> Onset:
    """The rise between two runs, its interval from the likelihood of every day between their outer borders."""
    start, cut, stop = cuts
    places = range(start + 1, stop)
    whole = _likelihood(*sums.counts(start, stop))
    gains = [
        (_likelihood(*sums.counts(start, k)) + _likelihood(*sums.counts(k, stop)) - whole) / spread
        if _rate(sums, start, k) < _rate(sums, k, stop) else 0.0
        for k in places
    ]  # fmt: skip
    most = max(gains)
    mass = sorted(((exp(gain - most), k) for gain, k in zip(gains, places, strict=True)), reverse=True)
    inside: list[int] = []
    left = INTERVAL * sum(m for m, _ in mass)
    for m, k in mass:
        if left <= 0:
            break
        inside.append(k)
        left -= m
    return Onset(
        days[cut].day,
        days[min(*inside, cut)].day,
        days[max(*inside, cut)].day,
        min(1.0, len(places) * two_sided((2 * max(0.0, most)) ** 0.5)),
        _rate(sums, start, cut),
        _rate(sums, cut, stop),
    )

"""Counts of one problem by day, and its usual level: the rate among exposed, weekday and traffic taken out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec

EVEN_COUNTS = 10.0
"""Affected sessions spread evenly that are added to each weekday: with fewer, a weekday's own rate is mostly luck."""
WEEK = 7


class Daily(msgspec.Struct, frozen=True):
    """One day: sessions that could meet the problem, those that did, and how many users these were (None: unknown).

    A day without anybody exposed says nothing about the rate. Give the days before the first affected session, too:
    only they can show that the problem is new.
    """

    day: dt.date
    affected: int
    exposed: int
    users: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.affected <= self.exposed:
            raise ValueError(f"impossible counts in {self}")


def in_order(days: Iterable[Daily]) -> list[Daily]:
    """By day; several rows of a day are added up."""
    found: dict[dt.date, Daily] = {}
    for one in days:
        other = found.get(one.day)
        found[one.day] = one if other is None else _sum(one, other)
    return [found[day] for day in sorted(found)]


def without_holes(days: Sequence[Daily], until: dt.date) -> list[Daily]:
    """Every day from the first to `until`: a day in between without a row is one that nobody was exposed on."""
    found = {d.day: d for d in days}
    count = (until - days[0].day).days + 1 if days else 0
    each = (days[0].day + dt.timedelta(n) for n in range(count))
    return [found.get(day) or Daily(day, 0, 0, 0) for day in each]


def _sum(one: Daily, other: Daily) -> Daily:
    users = None if one.users is None or other.users is None else one.users + other.users
    return Daily(one.day, one.affected + other.affected, one.exposed + other.exposed, users)


def rate(days: Sequence[Daily]) -> float:
    """Share of exposed sessions that were affected; 0 without any exposed."""
    exposed = sum(d.exposed for d in days)
    return sum(d.affected for d in days) / exposed if exposed else 0.0


def weekday_factors(days: Iterable[tuple[Daily, float]]) -> list[float]:
    """How much more often than usual each weekday (0: Monday) is affected, from days and their expected counts."""
    seen, expected = [EVEN_COUNTS] * WEEK, [EVEN_COUNTS] * WEEK
    for day, usual in days:
        seen[day.day.weekday()] += day.affected
        expected[day.day.weekday()] += usual
    return [a / b for a, b in zip(seen, expected, strict=True)]


def dispersion(days: Sequence[Daily], expected: Sequence[float]) -> float:
    """Variance of the counts over that of chance alone, at least 1 (quasi-likelihood; Pearson's X² over its degrees).

    Days differ by more than chance: a campaign, a bot, a sale. What differs so every day is no news.
    """
    known = [(d.affected, e) for d, e in zip(days, expected, strict=True) if e > 0]
    if len(known) < 3:
        return 1.0
    return max(1.0, sum((a - e) ** 2 / e for a, e in known) / (len(known) - 1))


class Prefix:
    """Sums of any run of days in constant time: affected, and exposed times a factor for each day."""

    def __init__(self, days: Sequence[Daily], factors: Sequence[float]) -> None:
        self.affected = [0.0, *accumulate(float(d.affected) for d in days)]
        self.exposed = [0.0, *accumulate(d.exposed * factors[d.day.weekday()] for d in days)]

    def counts(self, start: int, stop: int) -> tuple[float, float]:
        """Affected and weighted exposed of days start..stop-1."""
        return self.affected[stop] - self.affected[start], self.exposed[stop] - self.exposed[start]

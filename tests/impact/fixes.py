"""Proof of a fix: what is said of a planted fix, and of problems that somebody called fixed and that go on."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

from tests.impact.coverage import FIRST, counted

from replay_signals.pipelines.simulation.site import RELEASES, shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.transforms.problems.daily import Daily, rate
from replay_signals.transforms.problems.fix import GoneOut, proof_after, proof_of_any

WATCHED_DAYS = (1, 3, 7)
"""Days after the fix on which somebody asks."""


class Watched(NamedTuple):
    """Of one problem over many runs, so many days after somebody said that it is fixed."""

    problem: str
    is_fixed: bool
    days: int
    runs: int
    fixed: float
    not_fixed: float
    too_few: float
    covered: float
    """Share of 95 % intervals that hold the true change of the share affected."""
    by_a_release: float
    """Share of runs in which one of the releases up to that day is said to have fixed it."""


def watched(runs: int, sessions: int, days: int, seed: int = 1) -> list[Watched]:
    """Simulates so many sites, and asks of each problem that was there from the first day on."""
    planned = world(shop(), FIRST, days, sessions, seed, runs)
    counts, truth = counted(planned)
    last_days = {one.name: one.last_day for one in truth.problems}
    eve = FIRST + timedelta(days=round(0.7 * days) - 1)
    found = []
    for number, problem in enumerate(planned.site.problems):
        if problem.start > 0:
            continue
        is_fixed = problem.end < 1
        on = last_days[problem.name] if is_fixed else eve
        series = [counts.daily[team, number] for team in range(runs)]
        share = rate([day for own in series for day in own if day.day <= on])
        truly = -share if is_fixed else 0.0
        found += [_watched(problem.name, is_fixed, series, on, after, truly, days) for after in WATCHED_DAYS]
    return found


def _watched(
    name: str, is_fixed: bool, series: list[list[Daily]], on: date, after: int, truly: float, days: int
) -> Watched:
    releases = [GoneOut(f"release={n}", FIRST + timedelta(days=n * days // RELEASES)) for n in range(1, RELEASES)]
    said: Counter[str] = Counter()
    covered = by_release = 0
    for own in series:
        seen = [day for day in own if day.day <= on + timedelta(days=after)]
        verdict = proof_after(seen, GoneOut("fix", on), FIRST).verdict
        said[verdict.verdict] += 1
        covered += verdict.low <= truly <= verdict.high
        any_ = proof_of_any(seen, releases, FIRST)
        by_release += any_ is not None and any_.verdict.verdict == "fixed"
    runs = len(series)
    shares = (said[word] / runs for word in ("fixed", "not_fixed", "too_few"))
    return Watched(name, is_fixed, after, runs, *shares, covered / runs, by_release / runs)

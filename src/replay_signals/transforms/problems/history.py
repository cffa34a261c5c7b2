"""State of a problem by its own history: new, ongoing, regressed or resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from math import exp
from typing import Literal

import msgspec

from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems import fix
from replay_signals.transforms.problems.daily import Daily, dispersion, in_order, rate, weekday_factors, without_holes
from replay_signals.transforms.problems.effect import DEFAULT
from replay_signals.transforms.problems.tails import binomial_upper

StateName = Literal["new", "ongoing", "regressed", "resolved"]

WINDOWS = (1, 3, 7)
"""Days that may show a rise: at once where many are affected, over a week where few are."""
END_WINDOWS = (3, 7)
"""Days that may show an end: a weekend alone is none."""
TREND_DAYS = 14


class State(msgspec.Struct, frozen=True):
    """`since` is the first day of the state; `proven` says that more than chance stands behind it.

    Only a proven `new` or `regressed` is news: a cause seen for the first time, in a few sessions or by one visitor
    or on the first days of the records, is new and nothing to wake anybody for. `baseline_rate` is the rate before
    `since`, None where nobody was exposed; `rate` that of the last `new_days` of the state. Both are shares of exposed.
    """

    state: StateName
    baseline_rate: float | None
    rate: float
    since: dt.date
    proven: bool


def state_of(days: Iterable[Daily], as_of: dt.date, rules: Problems = DEFAULT, least_rise: float = 0.0) -> State | None:
    """State at the end of a day; None before anybody was affected. The day itself is never in its own baseline.

    `least_rise`: how much the share of exposed has to rise to be news. Of what is an edge of something that moves with
    each day, as times are, a day that is a tenth slower than others makes a small share several times as large.

    new        first seen within `new_days`
    regressed  rate among exposed at least `step_factor` times the baseline, by more than chance, or back after it
               was resolved; for `new_days`, then ongoing
    resolved   rate surely below `fixed_ratio` of what it was, or nobody affected for `baseline_days` where so many were
               to be expected that chance alone leaves all out less often than `alarm_chance`
    ongoing    else: a chronic problem stays one; friction that follows traffic is no news
    """
    walk = _Walk(without_holes([d for d in in_order(days) if d.day <= as_of], as_of), rules, least_rise)
    for place in range(len(walk.days)):
        walk.step(place)
    return walk.state()


def trend(days: Iterable[Daily], as_of: dt.date, length: int = TREND_DAYS) -> list[float | None]:
    """Daily rates up to a day, oldest first; None on days without anybody exposed."""
    found = {d.day: d for d in in_order(days)}
    wanted = [found.get(as_of - dt.timedelta(days=back)) for back in range(length - 1, -1, -1)]
    return [d.affected / d.exposed if d and d.exposed else None for d in wanted]


class _Walk:
    """Goes through the days once and keeps the level that the present is held against.

    `level` is the place from which days belong to the present level, `start` that of the state.
    """

    def __init__(self, days: list[Daily], rules: Problems, least_rise: float) -> None:
        self.days, self.rules, self.least_rise = days, rules, least_rise
        self.name: StateName | None = None
        self.start = self.level = 0
        self.proven = False
        self.before: Sequence[Daily] = ()

    def step(self, place: int) -> None:
        """Takes in one more day."""
        if self.name is None:
            if self.days[place].affected:
                self._enter("new", place, self._window(0, place))
        elif self.name in ("new", "regressed") and self._age(place) >= self.rules.new_days:
            self.name, self.level = "ongoing", self.start
        if self.name in ("new", "regressed") and not self.proven:
            self.proven = self._news(self.start, place, self.before)
        elif self.name is not None:
            self._compare(place)

    def _compare(self, place: int) -> None:
        """Whether the last days leave the level: up when it is low, down when it is not."""
        if self.name in ("ongoing", "resolved"):
            for width in WINDOWS:
                start = place - width + 1
                if start > self.level and self._news(start, place, self._window(self.level, start)):
                    self._enter("regressed", start, self._window(self.level, start), proven=True)
                    return
            if self.name == "resolved" and not self.proven and self.days[place].affected:
                self._enter("regressed", place, self._window(self.level, place))
                return
        if self.name != "resolved":
            self._end(place)

    def _end(self, place: int) -> None:
        level = self.start if self.name in ("new", "regressed") else self.level
        for width in END_WINDOWS:
            start = place - width + 1
            if start <= level:
                return
            was, now = self._window(level, start), self.days[start : place + 1]
            if rate(now) > self.rules.fixed_ratio * rate(was):
                continue
            if fix.proof(fix.period(was), fix.period(now), self.rules).verdict == "fixed":
                self._enter("resolved", start, was, proven=True)
                return
        first = next(n for n in range(place, -1, -1) if self.days[n].affected) + 1
        was, quiet = self._window(level, first), self.days[first : place + 1]
        missed = rate(was) * sum(d.exposed for d in quiet)
        if len(quiet) >= self.rules.baseline_days and exp(-missed) < self.rules.alarm_chance:
            self._enter("resolved", first, was)

    def _news(self, start: int, place: int, before: Sequence[Daily]) -> bool:
        """More affected among exposed on days start..place than chance allows after the days before."""
        now = self.days[start : place + 1]
        affected = sum(d.affected for d in now)
        users = [d.users for d in now if d.users is not None]
        if affected < self.rules.min_sessions or (len(users) == len(now) and sum(users) < self.rules.min_users):
            return False
        known = [d for d in before if d.exposed]
        if self.name != "resolved" and len(known) < self.rules.min_days:
            return False
        usual = rate(known)
        factors = weekday_factors((d, usual * d.exposed) for d in known)
        exposed = sum(d.exposed * factors[d.day.weekday()] for d in now)
        was_exposed = sum(d.exposed * factors[d.day.weekday()] for d in known)
        if not was_exposed or affected / exposed < max(self.rules.step_factor * usual, usual + self.least_rise):
            return False
        spread = dispersion(known, [usual * d.exposed * factors[d.day.weekday()] for d in known])
        was = sum(d.affected for d in known)
        chance = binomial_upper(affected / spread, (affected + was) / spread, exposed / (exposed + was_exposed))
        return chance < self.rules.alarm_chance / len(WINDOWS)

    def _enter(self, name: StateName, start: int, before: Sequence[Daily], proven: bool = False) -> None:
        self.name, self.start, self.before, self.proven = name, start, before, proven
        if name == "resolved":
            self.level = start

    def _window(self, first: int, stop: int) -> Sequence[Daily]:
        """The last `baseline_days` days of first..stop-1."""
        return self.days[max(0, first, stop - self.rules.baseline_days) : max(0, stop)]

    def _age(self, place: int) -> int:
        return (self.days[place].day - self.days[self.start].day).days

    def state(self) -> State | None:
        """What the walk came to."""
        if self.name is None:
            return None
        last = self.days[self.start :][-self.rules.new_days :]
        base = rate(self.before) if any(d.exposed for d in self.before) else None
        return State(self.name, base, rate(last), self.days[self.start].day, self.proven)

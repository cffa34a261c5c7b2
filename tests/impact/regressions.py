"""Regressions of speed: what quiet weeks say falsely of pages and routes, and how soon what is planted is said.

Counted from what is drawn, by the settings of the rules: a session that met what was slow or failed against the usual
of the days (a median over days, as priors have it), among those that viewed the page or asked for the route.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from tests.impact.coverage import FIRST

from replay_signals.pipelines.simulation.arrays import Bools, Floats, Ints
from replay_signals.pipelines.simulation.draw import Day, draw
from replay_signals.pipelines.simulation.site import REGRESSIONS, shop, with_routes
from replay_signals.pipelines.simulation.speed import Speed, speed_of
from replay_signals.pipelines.simulation.world import World, world
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.problems.daily import Daily
from replay_signals.transforms.problems.history import state_of
from replay_signals.transforms.problems.kinds import OF_SPEED

SPEED = Rules().speed
LOOK_EVERY_DAYS = 2
"""A state lasts a week, so every other day sees all of them."""
WEEK, LEARNING_WEEKS = 7, 4
"""The first weeks are history; what is usual is not known before."""
Key = tuple[str, str]
"""Kind of signal, and page pattern or route."""
Series = dict[Key, list[Daily]]


class Weeks(NamedTuple):
    """What was said of sites on which nothing changed, after the weeks of learning."""

    sites: int
    weeks: int
    series: int
    """Pages and routes that were watched on each."""
    with_alarm: int

    @property
    def share(self) -> float:
        """Of the weeks of a site, those in which anything was news."""
        return self.with_alarm / self.weeks


def null_weeks(sites: int, sessions_a_day: int, weeks: int = 12, seed: int = 1) -> Weeks:
    """Sites without any regression."""
    alarmed = watched = 0
    for number in range(sites):
        found = series_of(_planned(weeks, sessions_a_day, seed + number, regressed=False))
        watched = len(found)
        alarmed += len({(since - FIRST).days // WEEK for key, own in found.items() for since in news(key, own)})
    return Weeks(sites, sites * (weeks - LEARNING_WEEKS), watched, alarmed)


class Caught(NamedTuple):
    """One planted regression over many sites: on how many it was said within a day and within three, and when."""

    name: str
    sites: int
    at_once: int
    in_three: int


def caught(sites: int, sessions_a_day: int, weeks: int = 8, seed: int = 1) -> list[Caught]:
    """Sites with all of `REGRESSIONS` from the same day on."""
    days = weeks * WEEK
    start = FIRST + timedelta(-int(-REGRESSIONS[0].start * days // 1))
    said: defaultdict[Key, list[int]] = defaultdict(list)
    for number in range(sites):
        found = series_of(_planned(weeks, sessions_a_day, seed + number, regressed=True))
        for key in map(_key, REGRESSIONS):
            later = [n for n in range(days) if FIRST + timedelta(n) >= start]
            seen = (n for n in later if _began(key, found[key], n) is not None)
            said[key].append(next(seen, days) - (start - FIRST).days)
    return [
        Caught(f"{kind}: {name}", sites, sum(n == 0 for n in after), sum(n < 3 for n in after))
        for (kind, name), after in said.items()
    ]


def news(key: Key, series: list[Daily]) -> set[date]:
    """Days since which it was new or back by more than chance, after the weeks of learning."""
    found = {_began(key, series, n) for n in range(LEARNING_WEEKS * WEEK, len(series), LOOK_EVERY_DAYS)}
    return {since for since in found if since is not None and (since - FIRST).days >= LEARNING_WEEKS * WEEK}


def _began(key: Key, series: list[Daily], number: int) -> date | None:
    """Since when it is news, as said at the end of a day."""
    rules = Rules().problems
    least_rise = rules.slow_rise if key[0] in OF_SPEED else 0.0
    state = state_of(series, FIRST + timedelta(number), rules, least_rise)
    return state.since if state is not None and state.proven and state.state in ("new", "regressed") else None


def series_of(planned: World) -> Series:
    """Days of each page and route: sessions that met it, of those that could."""
    drawn = [(day, speed_of(planned, n, day)) for n in range(planned.days) for day in [draw(planned, n)]]
    pages = [page.pattern for page in planned.site.pages]
    routes = [route.name for route in planned.site.routes]
    paint = [_median_day([_of_page(day, speed, n) for day, speed in drawn], 0.75) for n in range(len(pages))]
    took = [_median_day([_of_route(speed, n) for _, speed in drawn], 0.95) for n in range(len(routes))]
    fails = [
        np.median([np.mean(s.asked.status[s.asked.route == n] >= 400) for _, s in drawn]) for n in range(len(routes))
    ]
    found: Series = defaultdict(list)
    for day, speed in drawn:
        counted = day.recorded & (day.people.traffic == 0)
        slow = (speed.lcp_ms > SPEED.good_lcp_ms) & (
            speed.lcp_ms >= SPEED.page_factor * np.array(paint)[day.views.page]
        )
        for n, name in enumerate(pages):
            here = day.views.page == n
            found["slow_page", name].append(_daily(day, counted, day.views.session[here], slow[here]))
        asked, session = speed.asked, day.views.session[speed.asked.view]
        late = (asked.took_ms > SPEED.route_slow_ms) & (
            asked.took_ms >= SPEED.route_factor * np.array(took)[asked.route]
        )
        for n, name in enumerate(routes):
            here = asked.route == n
            failed = (asked.status[here] >= 400) & (fails[n] < SPEED.failing_share)
            found["failing_route", name].append(_daily(day, counted, session[here], failed))
            found["slow_route", name].append(
                _daily(day, counted, session[here], late[here] & (asked.status[here] < 400))
            )
    return found


def _planned(weeks: int, sessions_a_day: int, seed: int, *, regressed: bool) -> World:
    days = weeks * WEEK
    return world(with_routes(shop(quiet=True), regressed=regressed), FIRST, days, sessions_a_day * days, seed)


def _key(one: object) -> Key:
    page, route, fails = (getattr(one, name) for name in ("page", "route", "fails"))
    return ("slow_page", page) if page else ("failing_route" if fails else "slow_route", route)


def _of_page(day: Day, speed: Speed, page: int) -> Floats:
    of = speed.lcp_ms[day.views.page == page]
    known: Floats = of[~np.isnan(of)]
    return known


def _of_route(speed: Speed, route: int) -> Floats:
    found: Floats = speed.asked.took_ms[speed.asked.route == route]
    return found


def _median_day(days: list[Floats], share: float) -> float:
    return float(np.median([np.quantile(of, share) for of in days if len(of)]))


def _daily(day: Day, counted: Bools, session: Ints, met: Bools) -> Daily:
    able, hit = np.unique(session[counted[session]]), np.unique(session[met & counted[session]])
    return Daily(day.day, len(hit), len(able), len(np.unique(day.people.user[hit])))

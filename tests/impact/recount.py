"""Counts of simulated problems straight from what was drawn: the oracle for the counting statement.

Stated anew in other words than the statement: a session meets a unit (page, control, route) when it first reaches or
uses it; it is a hit when its trouble came with that first use; it succeeded when it ordered within the horizon after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from replay_signals.pipelines.simulation.arrays import Bools, Ints
from replay_signals.pipelines.simulation.draw import Day
from replay_signals.pipelines.simulation.people import variant
from replay_signals.pipelines.simulation.site import BROWSERS, COUNTRIES, FLAGS, RELEASES, Problem
from replay_signals.pipelines.simulation.trouble import Troubles
from replay_signals.pipelines.simulation.world import World
from replay_signals.transforms.problems.daily import Daily
from replay_signals.transforms.problems.effect import Stratum
from replay_signals.transforms.problems.lifts import Arm

HORIZON_MS = 1_800_000
Key = tuple[int, int]
"""Team and number of the problem; background trouble of a spot comes after the planted ones."""


class Cell(NamedTuple):
    """Sessions of one day that met one unit in one stratum, affected at time zero or not."""

    day: date
    stratum: str
    hit: tuple[int, int]
    other: tuple[int, int]


class Recount:
    """Counts by team and problem, day by day."""

    def __init__(self, world: World, *, background: bool = False, with_lifts: bool = False) -> None:
        self.world, self.with_lifts = world, with_lifts
        planted = len(world.site.problems)
        self.numbers = list(range(planted)) + [planted + n for n in range(len(world.spots))] * background
        self.cells: defaultdict[Key, list[Cell]] = defaultdict(list)
        self.around: defaultdict[Key, list[Cell]] = defaultdict(list)
        self.daily: defaultdict[Key, list[Daily]] = defaultdict(list)
        self.naive: defaultdict[Key, Ints] = defaultdict(lambda: np.zeros(4, np.int64))
        self.arms: defaultdict[tuple[int, int, str, str], Ints] = defaultdict(lambda: np.zeros(2, np.int64))

    def add(self, day: Day) -> None:
        """Counts one day."""
        counted = day.recorded & (day.people.traffic == 0)
        attributes = self._attributes(day) if self.with_lifts else {}
        for number in self.numbers:
            self._problem(day, number, counted, attributes)

    def _problem(
        self, day: Day, number: int, counted: Bools, attributes: dict[str, tuple[Sequence[str], Ints]]
    ) -> None:
        troubles = day.troubles
        own = (troubles.problem == number) & counted[troubles.session]
        hits = np.zeros(len(counted), np.bool_)
        hits[troubles.session[own]] = True
        exposed = np.zeros(len(counted), np.bool_)
        for name, session, view, use, ms in self._units(day, number):
            inside = counted[session]
            order = np.lexsort((ms[inside], session[inside]))
            session_, view_, use_, ms_ = (part[inside][order] for part in (session, view, use, ms))
            zero, first = np.unique(session_, return_index=True)
            exposed[zero] = True
            at_zero = self._at_zero(troubles, own, view_[first], use_[first])
            order_ms = day.order_ms[zero]
            good = (order_ms > ms_[first]) & (order_ms <= ms_[first] + HORIZON_MS)
            self._cells(self.cells, day, number, name, zero, view_[first], at_zero, good)
        self._around(day, number, counted, exposed)
        self._sums(day, number, counted, exposed, hits)
        if self.with_lifts and hits.any():
            for dimension, (values, codes) in attributes.items():
                self._arms(day, number, dimension, values, codes, exposed, hits)

    def _sums(self, day: Day, number: int, counted: Bools, exposed: Bools, hits: Bools) -> None:
        """By team: daily counts, and what a naive comparison would look at."""
        team, teams, good = day.people.team, self.world.teams, day.order_ms > 0
        rest = counted & ~hits
        who = np.unique(team[hits] << np.int64(32) | day.people.user[hits]) >> np.int64(32)
        users, *sums = (
            np.bincount(part, minlength=teams)
            for part in (who, team[hits], team[exposed], team[hits & good], team[rest], team[rest & good])
        )
        for one in range(teams):
            hit, met, hit_good, others, others_good = (int(part[one]) for part in sums)
            self.daily[one, number].append(Daily(day.day, hit, met, int(users[one])))
            self.naive[one, number] += [hit, hit_good, others, others_good]

    def _arms(self, day: Day, number: int, dimension: str, values: Sequence[str], codes: Ints, exposed: Bools,
              hits: Bools) -> None:  # fmt: skip
        code, size = day.people.team * len(values) + codes, self.world.teams * len(values)
        hit, met = np.bincount(code[hits], minlength=size), np.bincount(code[exposed], minlength=size)
        daily_hits = np.bincount(day.people.team[hits], minlength=self.world.teams)
        for place in np.flatnonzero(met):
            team, value = divmod(int(place), len(values))
            if daily_hits[team]:
                self.arms[team, number, dimension, values[value]] += [hit[place], met[place]]

    def _units(self, day: Day, number: int) -> Iterable[tuple[str, Ints, Ints, Ints, Ints]]:
        """(name, session, view, use, time) of every meeting, by unit; a route has no page."""
        views, uses, spots = day.views, day.uses, self.world.spots
        problems = self.world.site.problems
        if number >= len(problems):
            wanted: list[list[int]] = [[number - len(problems)]]
        else:
            problem = problems[number]
            if not (problem.route or problem.controls):
                at = np.flatnonzero(views.page == self._page(problem))
                yield "page", views.session[at], at, np.full(len(at), -1), views.ms[at]
                return
            if problem.route:
                wanted = [[n for n, s in enumerate(spots) if s.control.route == problem.route.rpartition(" ")[0]]]
            else:
                wanted = [
                    [n] for n, s in enumerate(spots) if s.place == problem.page and s.control.key in problem.controls
                ]
        for unit in wanted:
            use = np.flatnonzero(np.isin(uses.spot, unit))
            name = "route" if number < len(problems) and problems[number].route else f"control {unit}"
            yield name, uses.session[use], uses.view[use], use, uses.ms[use]

    def _page(self, problem: Problem) -> int:
        return next(n for n, page in enumerate(self.world.site.pages) if page.pattern == problem.page)

    def _at_zero(self, troubles: Troubles, own: Bools, view: Ints, use: Ints) -> Bools:
        by_use = np.isin(use, troubles.use[own]) & (use >= 0)
        by_view = np.isin(view, troubles.view[own & (troubles.use < 0)]) & (use < 0)
        return by_use | by_view

    def _around(self, day: Day, number: int, counted: Bools, exposed: Bools) -> None:
        """Sessions that used other controls of the problem's page and never met the problem's own unit."""
        problems = self.world.site.problems
        if number >= len(problems) or problems[number].share < 1:
            return
        uses, problem = day.uses, problems[number]
        spots = [
            n
            for n, s in enumerate(self.world.spots)
            if s.place == problem.page and s.control.key not in problem.controls
        ]
        use = np.flatnonzero(np.isin(uses.spot, spots) & counted[uses.session] & ~exposed[uses.session])
        zero, first = np.unique(uses.session[use], return_index=True)
        good = day.order_ms[zero] > 0
        nobody = np.zeros(len(zero), np.bool_)
        self._cells(self.around, day, number, "around", zero, uses.view[use][first], nobody, good)

    def _cells(self, into: defaultdict[Key, list[Cell]], day: Day, number: int, name: str, session: Ints, view: Ints,
               hit: Bools, good: Bools) -> None:  # fmt: skip
        page = np.zeros(len(view), np.int64) if name == "route" else day.views.page[view]
        entry = np.zeros(len(view), np.bool_) if name == "route" else day.views.first[view]
        pages = len(self.world.site.pages)
        code = ((day.people.team[session] * pages + page) * 3 + day.people.device[session]) * 2 + entry
        size = self.world.teams * pages * 6
        sums = [np.bincount(code[mask], minlength=size) for mask in (hit, hit & good, ~hit, ~hit & good)]
        for place in np.flatnonzero(sums[0] + sums[2]):
            team, stratum = divmod(int(place), pages * 6)
            counts = [int(one[place]) for one in sums]
            into[team, number].append(
                Cell(day.day, f"{name} {stratum}", (counts[0], counts[1]), (counts[2], counts[3]))
            )

    def _attributes(self, day: Day) -> dict[str, tuple[Sequence[str], Ints]]:
        """Values of each attribute and which one each session has."""
        who = day.people
        found: dict[str, tuple[Sequence[str], Ints]] = {}
        for flag, variants in FLAGS.items():
            chosen = variant(who.flags, flag)
            found[f"flag:{flag}"] = variants, sum((chosen == name) * n for n, name in enumerate(variants))
        found["browser"] = BROWSERS, who.browser
        found["country"] = COUNTRIES, who.country
        found["release"] = [f"1.{n}.0" for n in range(RELEASES)], np.full(len(who.user), day.release)
        return found

    def strata(self, key: Key, first: date, by_day: bool = False) -> list[Stratum]:
        """Strata of the days from `first` on."""
        sums: defaultdict[str, Ints] = defaultdict(lambda: np.zeros(4, np.int64))
        for cell in self.cells[key]:
            if cell.day >= first:
                sums[f"{cell.day if by_day else ''}{cell.stratum}"] += [*cell.hit, *cell.other]
        return [Stratum(name, *map(int, four)) for name, four in sorted(sums.items())]

    def halves(self, cells: Iterable[Cell], onset: date) -> list[Stratum]:
        """Everybody in the cells, days from the onset on as `hit` and days before as `other`."""
        sums: defaultdict[str, Ints] = defaultdict(lambda: np.zeros(4, np.int64))
        for cell in cells:
            both = [cell.hit[0] + cell.other[0], cell.hit[1] + cell.other[1]]
            sums[cell.stratum] += [*both, 0, 0] if cell.day >= onset else [0, 0, *both]
        return [Stratum(name, *map(int, four)) for name, four in sorted(sums.items())]

    def lift_arms(self, team: int) -> list[Arm]:
        """Every value of every attribute of every problem of a team beside the rest of it."""
        totals: defaultdict[tuple[int, str], Ints] = defaultdict(lambda: np.zeros(2, np.int64))
        own = {key: counts for key, counts in self.arms.items() if key[0] == team}
        for (_, number, dimension, _), counts in own.items():
            totals[number, dimension] += counts
        found = []
        for (_, number, dimension, value), counts in sorted(own.items()):
            affected, exposed = totals[number, dimension] - counts
            if exposed:
                found.append(
                    Arm(f"{number} {dimension}", value, int(counts[0]), int(counts[1]), int(affected), int(exposed))
                )
        return found

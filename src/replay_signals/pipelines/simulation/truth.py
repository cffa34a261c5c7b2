"""The truth of a simulation: what each planted problem did, to be held against what is found of it."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import numpy as np

from replay_signals.pipelines.simulation.draw import Day
from replay_signals.pipelines.simulation.problems import causes
from replay_signals.pipelines.simulation.site import OUTCOME
from replay_signals.pipelines.simulation.world import World


class Planted(msgspec.Struct, frozen=True):
    """One planted problem over all days and teams. `effect` is the mean change of the chance of success.

    `first_day` and `last_day` are the days on which it was there; counts are of recorded visitors' sessions.
    """

    name: str
    cause: str
    problem_ids: list[str]
    """One a team."""
    effect: float
    first_day: date
    last_day: date
    flag: str
    variant: str
    sessions: int
    users_a_day: float
    """Of one team, on the days it was there."""
    lost_a_day: float
    """Outcomes lost per day and team, all days."""


class Truth(msgspec.Struct, frozen=True):
    """Everything that was planted, the most costly first."""

    seed: int
    teams: int
    outcome: str
    first_day: date
    last_day: date
    problems: list[Planted]


class Tally:
    """Adds up what happened."""

    def __init__(self, world: World) -> None:
        self._world = world
        count = len(world.site.problems)
        self._sessions, self._users, self._lost = np.zeros(count), np.zeros(count), np.zeros(count)

    def add(self, day: Day) -> None:
        """Counts the planted troubles of a day."""
        troubles, count = day.troubles, len(self._sessions)
        counted = troubles.first & day.recorded[troubles.session] & (day.people.traffic[troubles.session] == 0)
        counted &= troubles.problem < count
        problem = troubles.problem[counted]
        self._sessions += np.bincount(problem, minlength=count)
        self._lost += np.bincount(problem, day.lost[counted], minlength=count)
        session = troubles.session[counted]
        who = (problem * self._world.teams + day.people.team[session]) << np.int64(32)
        known = np.unique(who + day.people.user[session]) >> np.int64(32)
        self._users += np.bincount(known // self._world.teams, minlength=count)

    def truth(self) -> Truth:
        """What it came to."""
        world = self._world
        found = []
        for number, (problem, cause) in enumerate(zip(world.site.problems, causes(world), strict=False)):
            start, end = (min(world.days, -int(-share * world.days // 1)) for share in (problem.start, problem.end))
            if start >= world.days:
                continue  # too few days: it would begin after the last one
            days = max(1, end - start) * world.teams
            found.append(
                Planted(
                    problem.name,
                    cause.origin.text,
                    [cause.id_of(team) for team in range(world.teams)],
                    float(self._lost[number] / max(1.0, self._sessions[number])),
                    world.first + timedelta(start),
                    world.first + timedelta(max(start, end - 1)),
                    problem.flag,
                    problem.variant,
                    int(self._sessions[number]),
                    float(self._users[number] / days),
                    float(abs(self._lost[number]) / (world.days * world.teams)),
                )
            )
        last = world.first + timedelta(world.days - 1)
        found.sort(key=lambda planted: (-planted.lost_a_day, planted.name))
        return Truth(world.seed, world.teams, OUTCOME, world.first, last, found)

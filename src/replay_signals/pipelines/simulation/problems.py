"""What signals say of each planted problem and of background trouble: cause, place and the id of the problem."""

from __future__ import annotations

from msgspec import Struct

from replay_signals.pipelines.simulation.site import Problem
from replay_signals.pipelines.simulation.world import Spot, World
from replay_signals.transforms.causes import incidents


class Cause(Struct, frozen=True, kw_only=True):
    """What the signals of one cause say; `origin` is the cause as the judge would have found it."""

    origin: incidents.Cause
    name: str
    kind: str
    element: str = ""
    element_key: str = ""
    severity: float
    blocked: float
    clicks: int

    def id_of(self, team: int) -> str:
        """Id of the problem in a team, by its number from 0."""
        return self.origin.problem_id(str(team + 1))


def causes(world: World) -> list[Cause]:
    """Causes by the numbers that `Troubles.problem` holds: the planted ones, then background trouble of each spot."""
    planted = [_planted(world, problem) for problem in world.site.problems]
    return planted + [_background(spot) for spot in world.spots]


def _planted(world: World, problem: Problem) -> Cause:
    named = next(
        (s.control for s in world.spots if s.place == problem.page and s.control.key in problem.controls), None
    )
    return Cause(
        origin=_origin(problem, named.key if named else ""),
        name=problem.name,
        kind=problem.kind,
        element=named.element if named else "",
        element_key=named.key if named else "",
        severity=problem.severity,
        blocked=problem.blocked,
        clicks=problem.clicks,
    )


def _origin(problem: Problem, key: str) -> incidents.Cause:
    """The parts that `transforms.causes` makes a problem of, by how it fails."""
    if problem.fingerprint:
        return incidents.Cause(
            problem.failure, (problem.fingerprint,), problem.name, exception_fingerprint=problem.fingerprint
        )
    if problem.route:
        asked = (problem.route, problem.page, key)
        return incidents.Cause(problem.failure, asked, problem.route, request_route=problem.route)
    parts = (problem.page,) if problem.failure == "reading" else (problem.page, key)
    return incidents.Cause(problem.failure, parts, f"{problem.failure}: {key or problem.name} at {problem.page}")


def _background(spot: Spot) -> Cause:
    text = f"silence: {spot.control.key} at {spot.place}"
    return Cause(
        origin=incidents.Cause("silence", (spot.place, spot.control.key), text),
        name=f"now and then nothing answers at {spot.place}",
        kind="dead_click",
        element=spot.control.element,
        element_key=spot.control.key,
        severity=30.0,
        blocked=0.3,
        clicks=1,
    )

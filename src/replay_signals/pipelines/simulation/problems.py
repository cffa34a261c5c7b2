"""What signals say of each planted problem and of background trouble: cause, place and the id of the problem."""

from __future__ import annotations

from hashlib import blake2b

from msgspec import Struct

from replay_signals.pipelines.simulation.site import Problem
from replay_signals.pipelines.simulation.world import Spot, World


class Cause(Struct, frozen=True, kw_only=True):
    """Attributes of the signals of one cause."""

    name: str
    kind: str
    failure: str
    cause: str
    element: str
    element_key: str
    request_route: str
    exception_fingerprint: str
    summary: str
    severity: float
    blocked: float
    clicks: int

    def id_of(self, team: int) -> str:
        """Id of the problem in a team, by its number from 0."""
        return blake2b(f"{team + 1}\n{self.cause}".encode(), digest_size=8).hexdigest()


def causes(world: World) -> list[Cause]:
    """Causes by the numbers that `Troubles.problem` holds: the planted ones, then background trouble of each spot."""
    planted = [_planted(world, problem) for problem in world.site.problems]
    return planted + [_background(spot) for spot in world.spots]


def _planted(world: World, problem: Problem) -> Cause:
    named = next(
        (s.control for s in world.spots if s.place == problem.page and s.control.key in problem.controls), None
    )
    about = problem.route or problem.fingerprint or f"{problem.page} {named.key if named else problem.kind}"
    return Cause(
        name=problem.name,
        kind=problem.kind,
        failure=problem.failure,
        cause=f"{problem.failure}: {about}",
        element=named.element if named else "",
        element_key=named.key if named else "",
        request_route=problem.route,
        exception_fingerprint=problem.fingerprint,
        summary=problem.name,
        severity=problem.severity,
        blocked=problem.blocked,
        clicks=problem.clicks,
    )


def _background(spot: Spot) -> Cause:
    return Cause(
        name=f"background at {spot.place}",
        kind="dead_click",
        failure="silence",
        cause=f"silence: {spot.place} {spot.control.key} now and then",
        element=spot.control.element,
        element_key=spot.control.key,
        request_route="",
        exception_fingerprint="",
        summary=f"Now and then nothing answers at {spot.place}",
        severity=30.0,
        blocked=0.3,
        clicks=1,
    )

"""slow_route: a request of page code took far longer than usual on its route.

It took `speed.route_factor` times the 95th percentile of usual days (priors) and more than `speed.route_slow_ms`. Of a
route without history nothing is said: reports and long polls take their time. A click that got `slow_response` is that
incident.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.session.timeline import Request
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding
from replay_signals.transforms.signals.routes import ANNOYED, Met, met
from replay_signals.transforms.signals.usual import UsualRoute

KIND = "slow_route"
UNUSUAL = "unusual"
"""The only grade of evidence."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    method: Annotated[str, doc("HTTP method; empty when the recorder did not see it")]
    url: Annotated[str, doc("URL of the slowest one without query")]
    took_ms: Annotated[float, doc("How long the slowest one took, ms")]
    usual_ms: Annotated[float, doc("95th percentile of the route on a usual day, ms")]
    times: Annotated[int, doc("How many were so slow on the page")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per page and route."""
    speed = context.rules.speed

    def may_be(request: Request) -> bool:
        return request.duration_ms > speed.route_slow_ms and not request.failed

    def is_unusual(request: Request, usual: UsualRoute) -> bool:
        return usual.p95_ms is not None and request.duration_ms >= speed.route_factor * usual.p95_ms

    return [_finding(one) for one in met(context, may_be, is_unusual)]


def _finding(one: Met) -> Finding[Evidence]:
    slowest = max(one.requests, key=lambda r: r.duration_ms)
    usual_ms = one.usual.p95_ms or 0.0
    return Finding(
        KIND,
        one.page,
        slowest.start_ms,
        slowest.end_ms,
        UNUSUAL,
        f"{one.usual.name} took {slowest.duration_ms / 1000:.1f} s, for 19 of 20 at most {usual_ms / 1000:.1f} s",
        Evidence(
            method=slowest.method,
            url=slowest.url,
            took_ms=slowest.duration_ms,
            usual_ms=usual_ms,
            times=len(one.requests),
        ),
        blocked=ANNOYED,
        recovered=True,
        lost_ms=slowest.duration_ms,
        subject=one.usual.name,
    )


SIGNAL = Signal(
    kind=KIND,
    title="a request took far longer than usual on its route",
    detect=detect,
    scope=Scope.PAGE,
    gesture=None,
    after_others=False,
    settled_ms=settling.at_close,
    problem_type="failure",
    failure="slow_route",
    is_trouble=False,
    evidence=Evidence,
)

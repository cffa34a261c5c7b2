"""failing_route: a request that works for nearly everybody came back with an HTTP error, and no click is accused of it.

What a page asks for by itself, while it opens or by a timer, fails without a click; so does what a click sent and the
page showed nothing of. A route counts as working when it failed for less than `speed.failing_share` of its visitors
on usual days (priors); of a route without history nothing is said. A page that asked again and got its answer coped.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.timeline import Page, Request
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding
from replay_signals.transforms.signals.routes import ANNOYED, Met, met
from replay_signals.transforms.signals.usual import UsualRoute

KIND = "failing_route"
SERVER, REFUSED = "server", "refused"
"""Grades of evidence: 5xx, which nobody wants, and 4xx, which may be this visitor's own (a stale link, a sign-out)."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    method: Annotated[str, doc("HTTP method; empty when the recorder did not see it")]
    url: Annotated[str, doc("URL of the first one without query")]
    status: Annotated[int, doc("HTTP status of the first one")]
    times: Annotated[int, doc("How often it failed on the page")]
    usual_share: Annotated[float, doc("Share of visitors for whom the route fails on a usual day, 0 to 1")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per page, route and class of status."""
    most = context.rules.speed.failing_share

    def is_unusual(_: Request, usual: UsualRoute) -> bool:
        return usual.failed_share is not None and usual.failed_share < most

    found = met(context, lambda request: request.failed, is_unusual)
    return [_finding(one) for one in found if not _coped(context, one.page, one.requests[-1])]


def _coped(context: SessionContext, page: Page, last: Request) -> bool:
    """Did the same request work soon after the last failure?"""
    same = context.requests_by_path.get((page, last.method, urls.split(last.url).path), [])
    until_ms = last.end_ms + context.rules.clicks.window_ms
    return any(last.start_ms < r.start_ms <= until_ms and r.status is not None and not r.failed for r in same)


def _finding(one: Met) -> Finding[Evidence]:
    first, usual = one.requests[0], one.usual.failed_share or 0.0
    status = first.status or 0
    return Finding(
        KIND,
        one.page,
        first.start_ms,
        one.requests[-1].end_ms,
        SERVER if status >= 500 else REFUSED,
        f"{one.usual.name} failed with {status}, which it does for {usual:.1%} of visitors",
        Evidence(
            method=first.method, url=first.url, status=status, times=len(one.requests), usual_share=round(usual, 4)
        ),
        blocked=ANNOYED,
        recovered=True,
        lost_ms=0.0,
        subject=one.usual.name,
    )


SIGNAL = Signal(
    kind=KIND,
    title="a request failed that works for nearly everybody",
    detect=detect,
    scope=Scope.PAGE,
    gesture=None,
    after_others=False,
    settled_ms=settling.at_close,
    problem_type="failure",
    failure="request",
    is_trouble=False,
    evidence=Evidence,
)

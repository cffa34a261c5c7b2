"""What the kinds about routes share: requests of page code that no click is accused of, one finding a page and route.

Whether a request is slow or should have worked, one session does not tell: sign-in checks are refused, lookups find
nothing, long polls take their time, all day and for everybody. So both kinds need the route's own history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from replay_signals.transforms.clicks.harmless import is_tracker
from replay_signals.transforms.clicks.judged import SLOW
from replay_signals.transforms.session.timeline import Page, Request
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.usual import UsualRoute

ANNOYED = 0.1
"""How far such a request stops a visitor, as far as one can see."""


class Met(NamedTuple):
    """Requests that a page made on one route, in order of time, and what is usual there."""

    page: Page
    requests: list[Request]
    usual: UsualRoute


def met(
    context: SessionContext, may_be: Callable[[Request], bool], is_unusual: Callable[[Request, UsualRoute], bool]
) -> Iterator[Met]:
    """Unusual requests of no accused click, by page, route and class of status; `may_be` is asked first, and cheap."""
    accused = _accused(context)
    for page in context.timeline.pages:
        groups: dict[tuple[str, int], Met] = {}
        for request in sorted(page.requests, key=lambda r: r.start_ms):
            if not request.by_script or not may_be(request) or request in accused:
                continue
            if is_tracker(request.url, page.href):
                continue
            usual = context.usual.route(request.method, request.url, page.href)
            if is_unusual(request, usual):
                key = usual.name, (request.status or 0) // 100
                groups.setdefault(key, Met(page, [], usual)).requests.append(request)
        yield from groups.values()


def _accused(context: SessionContext) -> set[Request]:
    """Requests of clicks that are incidents of their own, or were looked at as such."""
    found: set[Request] = set()
    for j in context.clicks:
        if j.verdict == SLOW or j.failed or context.errors.of(j):
            found.update(j.requests)
            found.update(j.failed)
    return found

"""Looks at pages: each document of a tab, recorded or too short to be, in order of time.

Pages that were left before the recorder sent anything are known from their `$pageview`; `$pageleave` tells when a page
was left.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.transforms.session import analytics, urls
from replay_signals.transforms.session.timeline import Page, Window

SAME_PAGE_MS = 3000
"""A page view of a recorded page's address this close to its start, and not after it was left, is that page's own."""


@dataclass(slots=True)
class Visit:
    """A look at a page, epoch ms. `page` is None for one that only events tell of, `left_ms` when nothing tells.

    `url` is empty for a page that was left before the recorder told its address, and no event did.
    `back`: was the page reached by going back? None when the recorder did not see the navigation. `used`: an event says
    that something was clicked or filled in there. `says_error`: its
    title, as an event tells it, says that it is missing or broken.
    """

    url: str
    start_ms: float
    left_ms: float | None = None
    page: Page | None = None
    back: bool | None = None
    used: bool = False
    says_error: bool = False


def visits_of(window: Window, events: Sequence[AnalyticsEvent]) -> list[Visit]:
    """The visits of a window in order; `events` are those of the session in order of time."""
    visits = [Visit(urls.clean(p.href), p.start_ms, page=p, back=_went_back(p)) for p in window.pages]
    own = [event for event in events if event.window_id == window.window_id]
    leaves = [float(event.timestamp_ms) for event in own if event.event == "$pageleave"]
    for event in own:
        t, url = float(event.timestamp_ms), analytics.page_of(event)
        if event.event != "$pageview" or any(_is_own(visit, url, t, leaves) for visit in visits):
            continue
        nameless = _open_at(visits, t)
        if nameless is None or nameless.url:
            nameless = _opening_after(visits, t, leaves)
        if nameless is not None and not nameless.url:
            nameless.url = url
        else:
            visits.append(Visit(url, t, says_error=analytics.says_error(event)))
    visits.sort(key=lambda visit: visit.start_ms)
    captured = [float(event.timestamp_ms) for event in own if event.event == "$autocapture"]
    for visit, following in pairwise([*visits, None]):
        if visit is not None:
            visit.left_ms = _left_ms(visit, following, leaves)
            i = bisect_right(captured, visit.start_ms)
            visit.used = i < len(captured) and visit.left_ms is not None and captured[i] < visit.left_ms
    return visits


def _open_at(visits: list[Visit], t: float) -> Visit | None:
    """The recorded page that was open then."""
    return max((v for v in visits if v.page is not None and v.start_ms <= t), key=lambda v: v.start_ms, default=None)


def _opening_after(visits: list[Visit], t: float, leaves: list[float]) -> Visit | None:
    """The recorded page without an address that opened next: of one that was left early its load event may be all."""
    found = next((v for v in visits if v.page is not None and v.start_ms > t), None)
    if found is None or found.url or found.start_ms - t >= SAME_PAGE_MS:
        return None
    return found if bisect_right(leaves, t) == bisect_right(leaves, found.start_ms) else None


def _is_own(visit: Visit, url: str, t: float, leaves: list[float]) -> bool:
    """Is this page view that of the visit's page, or one within it?"""
    if visit.page is not None and visit.start_ms <= t <= visit.page.end_ms:
        return True
    first, last = sorted((visit.start_ms, t))
    left_between = bisect_right(leaves, first) < bisect_right(leaves, last)
    return visit.url == url and last - first < SAME_PAGE_MS and not left_between


def _left_ms(visit: Visit, following: Visit | None, leaves: list[float]) -> float | None:
    i = bisect_right(leaves, visit.start_ms)
    if i < len(leaves) and (following is None or leaves[i] <= following.start_ms):
        return leaves[i]
    if following is None:
        return None
    return following.page.opened_ms if following.page is not None else following.start_ms


def _went_back(page: Page) -> bool | None:
    if page.restored is not None:
        return True
    if page.navigation is None or not page.navigation.navigation_type:
        return None
    return page.navigation.navigation_type == "back_forward"

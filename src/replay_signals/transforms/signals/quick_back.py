"""quick_back: went to a page and came straight back, without using it.

A page that was looked at for at most 5 s (Uxify: 5 s, Hotjar: 7 s, PostHog: 2 s between any two URLs), on which nothing
was clicked or typed, and which was left by going back. The browser's own word for it counts (navigation type
`back_forward`); without it the next page has to be the one before. Redirects (under 300 ms) are none; a page that was
slow to show counts from the moment the one before was left, if the browser says that the visitor went back.

Pages that were too short to be recorded are known from their `$pageview` and `$pageleave` events. A page that was left
within 3.5 s for something that is not recorded (its `$pageleave` came, no page followed) is a quick back to outside,
with less confidence: a search result page is outside, and so is a closed tab. It was come to from there, too: who comes
from another page of the site and goes back is seen there again.

Pages of a single-page application are told by their addresses, where events tell them (`session/told_routes`), else by
their content (`session/routes`, `session/page_stacks`).
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice, takewhile
from operator import itemgetter
from typing import Annotated

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.digest import records
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.page_stacks import stacked_ways_back
from replay_signals.transforms.session.routes import WayBack, ways_back
from replay_signals.transforms.session.timeline import Page, Window
from replay_signals.transforms.session.told_routes import told_addresses, told_ways_back
from replay_signals.transforms.session.visits import Visit, visits_of
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding
from replay_signals.transforms.signals.presence import PRESENT_MS, attended

KIND = "quick_back"
DWELL_MS = 5000
"""Longest look at the page (Uxify: 5 s, Hotjar: 7 s)."""
OUTSIDE_DWELL_MS = 3500
"""Shorter where what followed is not recorded: a closed tab looks the same as going back to a search result."""
REDIRECT_MS = 300
"""Nobody reads and decides this fast."""
BROWSER, RETURNED, CONTENT, OUTSIDE = "browser", "returned", "content", "outside"
"""Grades of evidence: the browser's word; the page before was shown again (a link may lead there); the content of the
page before came back within one document; nothing that followed was recorded."""
CLOCKS_MS = 100
"""Times of events and of the recording differ by this much."""
ON_THE_WAY_MS = 1000
"""A navigation within a site begins as the page before is left."""
OUTSIDE_MS = 3000
"""A page that is recorded begins this soon after the one before was left; whatever comes later came from elsewhere."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    dwell_ms: Annotated[int, doc("How long the page was looked at, ms")]
    page: Annotated[str, doc("The page that was left")]
    from_: Annotated[str, doc("The page before it, empty when there was none")] = msgspec.field(name="from")
    back_to: Annotated[str, doc("The page after it, empty when none was recorded")]
    recorded: Annotated[bool, doc("The page was recorded; false when only events tell of it")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per page."""
    found = []
    opened = sorted((page.opened_ms, page.window_id) for page in context.timeline.pages)
    for window in context.timeline.windows:
        visits = visits_of(window, context.events)
        for i, visit in enumerate(visits):
            before = visits[i - 1] if i else None
            following = visits[i + 1] if i + 1 < len(visits) else None
            if following is None and visit.left_ms is not None and _goes_on(opened, window.window_id, visit.left_ms):
                continue
            finding = _judge(window, before, visit, following)
            if finding is not None:
                found.append(finding)
        addresses = context.addresses.get(window.window_id, [])
        for page in window.pages:
            found += _within(page, addresses)
    return found


def _goes_on(opened: list[tuple[float, str]], window_id: str, left_ms: float) -> bool:
    """Did a page of another window open as this one was left? A tab that is reloaded may get a new window id.

    `opened`: when pages opened, and their windows, in order.
    """
    first = bisect_right(opened, left_ms - CLOCKS_MS, key=itemgetter(0))
    following = takewhile(lambda page: page[0] - left_ms <= OUTSIDE_MS, islice(opened, first, None))
    return any(other != window_id for _, other in following)


def _is_quick(way: WayBack) -> bool:
    return REDIRECT_MS <= way.returned_ms - way.shown_ms <= DWELL_MS


def _leads_on(page: Page, way: WayBack, addresses: list[tuple[float, str]]) -> bool:
    """Is another address told after the way back than before it?

    Who is told as the visitor presses a link may be where that one leads to already.
    """
    i = bisect_right(addresses, way.click_ms + CLOCKS_MS, key=itemgetter(0))
    k = bisect_right(addresses, way.returned_ms, key=itemgetter(0))
    told = k < len(addresses) and addresses[k][0] <= way.used_ms + CLOCKS_MS
    if not (i and told) or urls.clean(addresses[k][1]) == urls.clean(addresses[i - 1][1]):
        return False
    return addresses[k][0] < way.used_ms or urls.clean(addresses[k][1]) not in _links_at(page, way.used_ms)


def _links_at(page: Page, t: float) -> set[str]:
    """Where the links lead to that are used at a moment."""
    used = (r.node_id for at, r in page.of(records.Interaction) if at == t)
    return {
        urls.clean(urls.joined(page.href, c.href)) for node in used for c in page.elements.around(node) if c.tag == "a"
    }


def _within(page: Page, addresses: list[tuple[float, str]]) -> list[Finding[Evidence]]:
    """Ways back in a single-page application, between pages of one document: by address, else by content."""
    where = told_addresses(page, addresses)
    told = [way for way in told_ways_back(page, where) if _is_quick(way)]
    of_content = {way.click_ms: way for way in (*stacked_ways_back(page), *ways_back(page)) if _is_quick(way)}
    for way in told:
        of_content.pop(way.click_ms, None)
    shown = [way for way in of_content.values() if not _leads_on(page, way, where)]
    return [_way(page, way, RETURNED) for way in told] + [_way(page, way, CONTENT) for way in shown]


def _way(page: Page, way: WayBack, grade: str) -> Finding[Evidence]:
    known, url = way.before or urls.clean(page.href), urls.clean(way.url)
    seen = Visit(url, way.shown_ms, way.returned_ms, page)
    return _finding(page, Visit(known, page.start_ms), seen, Visit(known, way.returned_ms), grade)


def _judge(window: Window, before: Visit | None, visit: Visit, following: Visit | None) -> Finding[Evidence] | None:
    if not visit.url or visit.left_ms is None or _used(visit):
        return None
    dwell = visit.left_ms - visit.start_ms
    outside = following is None or _opened_ms(following) - visit.left_ms > OUTSIDE_MS
    page = _page(window, before, visit)
    if outside and _from_outside(before, visit) and not _broken(visit) and REDIRECT_MS <= dwell <= OUTSIDE_DWELL_MS:
        return _finding(page, before, visit, None, OUTSIDE)
    if following is None or outside or dwell > DWELL_MS:
        return None
    if dwell < REDIRECT_MS and not _turned_back(before, visit.left_ms, following):
        return None
    if following.back is not None:
        return _finding(page, before, visit, following, BROWSER) if following.back else None
    returned = before is not None and "" != before.url == following.url != visit.url
    if returned and not attended(window, visit.start_ms - PRESENT_MS, following.start_ms):
        return None
    return _finding(page, before, visit, following, RETURNED) if returned else None


def _from_outside(before: Visit | None, visit: Visit) -> bool:
    """Was the visitor elsewhere between the page before and this one?"""
    if before is None or before.url == visit.url or before.left_ms is None:
        return False
    navigated = visit.page is not None and visit.page.navigation is not None
    return _opened_ms(visit) - before.left_ms > (ON_THE_WAY_MS if navigated else OUTSIDE_MS)


def _turned_back(before: Visit | None, left_ms: float, following: Visit) -> bool:
    """Was a page that loads slowly left as soon as it showed? A redirect does not go back."""
    away_ms = left_ms - before.left_ms if before is not None and before.left_ms is not None else 0
    return following.back is True and away_ms >= REDIRECT_MS


def _opened_ms(visit: Visit) -> float:
    return visit.start_ms if visit.page is None else min(visit.start_ms, visit.page.opened_ms)


def _broken(visit: Visit) -> bool:
    """An error page, or one that shows nothing: leaving it is a dead end."""
    page = visit.page
    failed = page is not None and page.navigation is not None and (page.navigation.status or 0) >= 400
    return failed or (page is not None and (page.elements.error_page or page.elements.is_blank))


def _page(window: Window, before: Visit | None, visit: Visit) -> Page:
    return visit.page or (before.page if before is not None else None) or window.pages[0]


def _finding(page: Page, before: Visit | None, visit: Visit, following: Visit | None, grade: str) -> Finding[Evidence]:
    dwell_ms = (visit.left_ms or visit.start_ms) - visit.start_ms
    back_to = following.url if following is not None else ""
    return Finding(
        KIND,
        page,
        visit.start_ms,
        following.start_ms if following is not None else visit.start_ms + dwell_ms,
        grade,
        f"Looked at {visit.url or 'the page'} for {dwell_ms / 1000:.1f} s and went back",
        Evidence(
            dwell_ms=round(dwell_ms),
            page=visit.url,
            from_=before.url if before is not None else "",
            back_to=back_to,
            recorded=visit.page is not None,
        ),
        blocked=0.2,
        recovered=True,
    )


def _used(visit: Visit) -> bool:
    """Clicked or typed something."""
    page = visit.page
    if page is None:
        return visit.used
    presses = (rrweb.CLICK, rrweb.MOUSE_DOWN, rrweb.TOUCH_START)
    return bool(typed_fields(page)) or any(r.kind in presses for _, r in page.of(records.Interaction))


def settled_ms(context: SessionContext, finding: Finding[Evidence]) -> float:
    """`clicks.slow_ms` after the next page began; where none was recorded yet, when one would have come."""
    rule = settling.soon_after if finding.evidence.back_to else settling.after_evidence_window
    return rule(context, finding)


SIGNAL = Signal(
    kind=KIND,
    title="a page was opened and left again within moments",
    detect=detect,
    scope=Scope.WINDOW,
    gesture=None,
    after_others=False,
    settled_ms=settled_ms,
    problem_type="confusion",
    failure="reading",
    is_trouble=False,
    evidence=Evidence,
)

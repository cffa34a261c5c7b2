"""dead_end: the visitor came to a page that leads nowhere.

The page answered with an HTTP error (status 400 or above), or calls itself missing or broken and is made like such a
page (`session/error_pages`), also as a view of a single-page application (`session/error_views`); and it was of no use:
the visit ended there, or a click had led there and the visitor turned back or left by a link after a while, or he was
stuck there. A page on which nothing is to be seen, whatever its status, and one without any control, are dead ends with
less confidence if the visit ends on them and they are not its first one; so is a view that a link took away without
anything in its place (`session/empty_views`).
A page that says so in words that no table has is known by how it is made, where no click and no form led to it but an
address, right after another page of the site (whoever comes back from elsewhere may be thanked on such a page); so is a
view, which a link may have led to, too, if the menu marks no item for it (`session/bare_views`).
A page that no click led to is none where the visitor goes on from it by its own links, or in another window.
A page that was left before the recorder sent anything of it is known by its events: by its title, or because it was
broken at another look.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.bare_views import bare_views
from replay_signals.transforms.session.empty_views import empty_views
from replay_signals.transforms.session.error_pages import (
    Visited,
    is_filled,
    is_lost,
    says_error,
    status_of,
    was_broken,
    was_read,
)
from replay_signals.transforms.session.error_views import ErrorView, error_views
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.timeline import Page, Window
from replay_signals.transforms.session.told_routes import told_addresses
from replay_signals.transforms.session.visits import Visit, visits_of
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding
from replay_signals.transforms.signals.ways_to_pages import LEADS_ON_MS, by_address, was_led_to

KIND = "dead_end"
STATUS, WORDS, LOST, BLANK, EMPTY = "status", "words", "lost", "blank", "empty"
"""Grades of evidence; title and heading may speak of something else, a page that is made like a missing one may be
short for another reason, a blank page may hand on to another site, and a bare confirmation page has no control."""
BLANK_MS = 1500
"""A page that only hands on to the next one is gone by then, and a script has begun to fill its page."""
EMPTY_MAX_ELEMENTS = 40
"""An error page of a server is a heading and a line; a page with more on it is being read."""
READ_MS = 3000
"""Who goes back or on sooner is hardly held up; `quick_back` says that."""
STUCK_MS = 4000
"""Who mistyped an address sees it at once and types it anew."""
LEFT_BLOCKED = 0.6
"""The page is missing, the visit goes on elsewhere."""
OFFERS_NOTHING = "offers nothing but the way home"
ENDED, CAME = "The visit ended on", "Came to"
REFUSING = frozenset((400, 401, 409, 422))
"""Statuses of a form's own page that is shown again with what is wrong, or of a sign-in."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    status: Annotated[int | None, doc("HTTP status of the page, null where the recorder saw none")]
    controls: Annotated[int, doc("Controls on the page")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """At most one finding per look at a page; loading it again is the same look."""
    found = []
    visited = Visited(context.timeline.pages)
    for window in context.timeline.windows:
        visits = visits_of(window, context.events)
        for visit, following in pairwise([*visits, None]):
            if visit is None or (following is not None and following.url == visit.url):
                continue
            finding = (
                _ended(context, visited, window, visit)
                if following is None
                else _left(context, visited, window, visit, following)
            )
            if finding is not None:
                found.append(finding)
        for page, after in pairwise([*window.pages, None]):
            if page is not None:
                found += _within(context, page, is_last=after is None)
    return found


def _within(context: SessionContext, page: Page, *, is_last: bool) -> Iterator[Finding[Evidence]]:
    """Views of a single-page application."""
    told = told_addresses(page, context.addresses.get(page.window_id, []))
    said = [*error_views(page, told)]
    bare = (view for view in bare_views(page) if not any(_overlap(view, other) for other in said))
    for view in (*said, *empty_views(page), *bare):
        ended = view.left and is_last
        if (ended and not view.bare) or view.until_ms - view.start_ms >= (STUCK_MS if view.bare else READ_MS):
            yield _view(page, view, is_last=ended)


def _overlap(a: ErrorView, b: ErrorView) -> bool:
    return a.start_ms < b.until_ms and b.start_ms < a.until_ms


def _view(page: Page, view: ErrorView, *, is_last: bool) -> Finding[Evidence]:
    """The finding of a view."""
    way = ENDED if is_last else CAME
    what = "calls itself missing or broken" if view.says else OFFERS_NOTHING if view.bare else "shows nothing"
    grade = WORDS if view.says else LOST if view.bare else BLANK
    summary = f"{way} {view.url or 'a view'}, which {what}"
    evidence = Evidence(status=None, controls=view.controls)
    blocked = 1.0 if is_last else LEFT_BLOCKED
    about = KIND, page, view.start_ms, view.until_ms, grade, summary, evidence
    return Finding(*about, blocked=blocked, recovered=not is_last)


def _ended(context: SessionContext, visited: Visited, window: Window, visit: Visit) -> Finding[Evidence] | None:
    """The window's last page."""
    page = visit.page
    if page is None:
        before = window.pages[-1]
        went_on = _went_on(context, before, visit.left_ms or visit.start_ms)
        return _unrecorded(before, visit) if was_broken(visit, visited) and not went_on else None
    if any(j.answered for j in context.by_page[page]):
        return None
    broken = _broken(context, visited, window, page)
    if _went_on(context, page, page.end_ms):
        return broken if was_led_to(context, page) else None
    if broken is not None:
        return None if broken.grade == STATUS and _works_there(context, visited, page) else broken
    status = status_of(page)
    if page.index and _blank(page) and not context.by_page[page]:
        return _finding(page, BLANK, "The visit ended on a page that shows nothing", status)
    if status is None and page.index and _barren(page):
        return _finding(page, EMPTY, "The visit ended on a page that offers nothing to go on with", None)
    return None


def _left(
    context: SessionContext, visited: Visited, window: Window, visit: Visit, following: Visit
) -> Finding[Evidence] | None:
    """A page that another one followed."""
    page = visit.page
    looked_ms = (following.start_ms if visit.left_ms is None else visit.left_ms) - visit.start_ms
    if page is None:
        before = window.page_at(visit.start_ms)
        stuck = looked_ms >= STUCK_MS and visit.says_error and not visit.used
        return _unrecorded(before, visit, left=True) if stuck else None
    finding = _broken(context, visited, window, page, CAME)
    if finding is None or status_of(page) in REFUSING or typed_fields(page):
        return None
    led_to = was_led_to(context, page)
    if looked_ms < (READ_MS if led_to else STUCK_MS):
        return None
    if was_read(page) or (finding.grade == STATUS and is_filled(page, visited.pages)):
        return None
    answered = [
        j for j in context.by_page[page] if j.answered and (visit.left_ms is None or j.click.t <= visit.left_ms)
    ]
    leads_on = len(answered) == 1 and following.start_ms - answered[0].click.t <= LEADS_ON_MS
    if answered and not (leads_on and led_to):
        return None
    finding.blocked, finding.recovered = LEFT_BLOCKED, True
    return finding


def _broken(
    context: SessionContext, visited: Visited, window: Window, page: Page, way: str = ENDED
) -> Finding[Evidence] | None:
    status = status_of(page)
    if _failed(page):
        return _finding(page, STATUS, f"{way} a page that answered {status}", status)
    if says_error(page, visited):
        return _finding(page, WORDS, f"{way} a page that calls itself missing or broken", status)
    if is_lost(page, visited) and by_address(context, window, page):
        return _finding(page, LOST, f"{way} a page that {OFFERS_NOTHING}", status)
    return None


def _works_there(context: SessionContext, visited: Visited, page: Page) -> bool:
    """Does the page show as much as where it worked, whatever its status: at the same address, or at others of it?

    Servers whose own rendering fails, and hosts that know one document, answer with an error and a working application.
    """
    worked = [
        other
        for other in visited.pages
        if not says_error(other, visited)
        and (
            any(j.answered for j in context.by_page[other])
            if _failed(other)
            else urls.clean(other.href) == urls.clean(page.href)
        )
    ]
    return any(other.elements is not page.elements for other in worked) and is_filled(page, worked)


def _failed(page: Page) -> bool:
    status = status_of(page)
    return status is not None and status >= 400


def _finding(page: Page, grade: str, summary: str, status: int | None) -> Finding[Evidence]:
    evidence = Evidence(status=status, controls=page.elements.control_count)
    return Finding(KIND, page, page.opened_ms, page.end_ms, grade, summary, evidence, blocked=1.0)


def _unrecorded(before: Page, visit: Visit, *, left: bool = False) -> Finding[Evidence]:
    """Of a page that only events tell of, after `before`, which was recorded."""
    end_ms = visit.start_ms if visit.left_ms is None else visit.left_ms
    way = CAME if left else ENDED
    summary = f"{way} {visit.url or 'a page'}, which calls itself missing or broken"
    finding = _finding(before, WORDS, summary, None)
    finding.started_ms, finding.ended_ms = visit.start_ms, end_ms
    finding.evidence = Evidence(status=None, controls=0)
    finding.blocked, finding.recovered = (LEFT_BLOCKED, True) if left else (1.0, False)
    return finding


def _went_on(context: SessionContext, page: Page, end_ms: float) -> bool:
    """Did the visit go on in another window after what is known last of this page's window?"""
    acts = [(j.click.t, j.click.page.window_id) for j in context.clicks]
    acts += [(p.start_ms, p.window_id) for p in context.timeline.pages]
    return any(t > end_ms and window_id != page.window_id for t, window_id in acts)


def _blank(page: Page) -> bool:
    """Was nothing to be seen, for longer than it takes to load? Who clicks there sees what the recorder does not."""
    return page.elements.is_blank and page.left_ms - page.start_ms >= BLANK_MS


def _barren(page: Page) -> bool:
    elements = page.elements
    return (
        elements.has_snapshot
        and not elements.mobile
        and elements.control_count == 0
        and elements.element_count <= EMPTY_MAX_ELEMENTS
    )


SIGNAL = Signal(
    kind=KIND,
    title="a page that does not exist or offers nothing",
    detect=detect,
    scope=Scope.WINDOW,
    gesture=None,
    after_others=False,
    settled_ms=settling.at_close,
    problem_type="failure",
    failure="page",
    is_trouble=False,
    evidence=Evidence,
)

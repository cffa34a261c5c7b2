"""dead_end: the visit ended on a page that leads nowhere.

The last page of a window's visit answered with an HTTP error (status 400 or above), or, where the recorder saw no
status, calls itself missing or broken and is made like such a page (`session/error_pages`); and the visitor found no
way on from there: no answered click. A page on which nothing is to be seen, whatever its status, and one without any
control, are dead ends with less confidence if they are not the first one.
A page like that which is left for another page is not a dead end, nor is one whose visitor goes on in another window.
A page that was left before the recorder sent anything of it is known by its events: by its title, or because it was
broken at another look.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.inbox import doc
from replay_signals.transforms.session.error_pages import says_error, status_of, was_broken
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.session.visits import Visit, visits_of
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "dead_end"
STATUS, WORDS, BLANK, EMPTY = "status", "words", "blank", "empty"
"""Grades of evidence; title and heading may speak of something else, a blank page may hand on to another site, and a
bare confirmation page has no control."""
BLANK_MS = 1500
"""A page that only hands on to the next one is gone by then, and a script has begun to fill its page."""
EMPTY_MAX_ELEMENTS = 40
"""An error page of a server is a heading and a line; a page with more on it is being read."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    status: Annotated[int | None, doc("HTTP status of the page, null where the recorder saw none")]
    controls: Annotated[int, doc("Controls on the page")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """At most one finding per window."""
    found = []
    for window in context.timeline.windows:
        page = window.pages[-1]
        status = status_of(page)
        last = visits_of(window, context.events)[-1]
        if last.page is None:
            if was_broken(last, context.timeline.pages) and not _went_on(context, page, last.left_ms or last.start_ms):
                found.append(_unrecorded(page, last))
            continue
        if any(j.answered for j in context.by_page[page]) or _went_on(context, page, page.end_ms):
            continue
        if status is not None and status >= 400:
            found.append(_finding(page, STATUS, f"The visit ended on a page that answered {status}", status))
        elif status is None and says_error(page, context.timeline.pages):
            found.append(_finding(page, WORDS, "The visit ended on a page that calls itself missing or broken", None))
        elif page.index and _blank(page) and not context.by_page[page]:
            found.append(_finding(page, BLANK, "The visit ended on a page that shows nothing", status))
        elif status is None and page.index and _barren(page):
            found.append(_finding(page, EMPTY, "The visit ended on a page that offers nothing to go on with", None))
    return found


def _finding(page: Page, grade: str, summary: str, status: int | None) -> Finding[Evidence]:
    evidence = Evidence(status=status, controls=page.elements.control_count)
    return Finding(KIND, page, page.opened_ms, page.end_ms, grade, summary, evidence, blocked=1.0)


def _unrecorded(before: Page, visit: Visit) -> Finding[Evidence]:
    """Of a page that only events tell of, after the last one that was recorded."""
    end_ms = visit.start_ms if visit.left_ms is None else visit.left_ms
    summary = f"The visit ended on {visit.url or 'a page'}, which calls itself missing or broken"
    return Finding(KIND, before, visit.start_ms, end_ms, WORDS, summary, Evidence(status=None, controls=0), blocked=1.0)


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
    title="the visit ended on a page that does not exist or offers nothing",
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

"""Rows of facts: console lines, requests, page views and exceptions of a session."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec

from replay_signals.schemas.digests import at
from replay_signals.schemas.fact_rows import ConsoleLogRow, ExceptionRow, NetworkRequestRow, PageViewRow
from replay_signals.transforms.causes.exceptions import Thrown
from replay_signals.transforms.causes.requests import route_of, status_class
from replay_signals.transforms.causes.stacks import in_app
from replay_signals.transforms.clicks.errors import SAME_ERROR_MS
from replay_signals.transforms.digest import records
from replay_signals.transforms.judge.common import Common
from replay_signals.transforms.judge.features import active_ms
from replay_signals.transforms.session import analytics, urls
from replay_signals.transforms.session.page_views import PageView
from replay_signals.transforms.session.vitals import Vitals


def console_logs(common: Common) -> list[ConsoleLogRow]:
    """One row per console line."""
    rows: dict[str, ConsoleLogRow] = {}
    for page in common.context.timeline.pages:
        for t, line in page.of(records.Console):
            key = common.row_id(page.window_id, t, line.level, line.message, line.trace)
            rows[key] = ConsoleLogRow(
                **common.owner(page.window_id),
                log_id=key,
                occurred_at=at(t),
                level=line.level,
                message=line.message,
                source=line.trace,
                page=common.page_at(page, t)[0],
            )
    return list(rows.values())


def network_requests(common: Common) -> list[NetworkRequestRow]:
    """One row per request."""
    rows: dict[str, NetworkRequestRow] = {}
    for page in common.context.timeline.pages:
        for r in page.requests:
            key = common.row_id(page.window_id, r.start_ms, r.method, r.url, r.initiator)
            rows[key] = NetworkRequestRow(
                **common.owner(page.window_id),
                request_id=key,
                started_at=_within_calendar(r.start_ms),
                duration_ms=r.duration_ms,
                method=r.method,
                url=r.url,
                status=r.status,
                initiator=r.initiator,
                page=common.page_at(page, r.start_ms)[0],
                route=route_of(r.method, r.url, page.href, common.page_patterns),
                status_class=status_class(r.status),
            )
    return list(rows.values())


def page_views(common: Common) -> list[PageViewRow]:
    """One row per visit of a page."""
    views = common.views.views
    last = max(views, key=lambda view: (view.end_ms, view.start_ms), default=None)
    scrolled = analytics.page_heights(common.context.events)
    rows: dict[str, PageViewRow] = {}
    for view, vitals in zip(views, common.context.vitals, strict=True):
        page, pattern = common.page_of(view.url)
        key = common.row_id(view.window_id, view.start_ms, view.url)
        rows[key] = PageViewRow(
            **common.owner(view.window_id),
            page_view_id=key,
            started_at=at(view.start_ms),
            ended_at=at(view.end_ms),
            page=page,
            page_pattern=pattern,
            next_page_pattern=common.page_of(view.after.url)[1] if view.after is not None else "",
            active_ms=active_ms(view.records),
            duration_ms=round(view.end_ms - view.start_ms),
            max_scroll_px=_max_scroll_px(view),
            page_height_px=analytics.height_told(scrolled, view.window_id, view.url, view.start_ms),
            is_entry=view is views[0],
            is_exit=view is last,
            rules_version=common.rules_version,
            revision=1,
            ttfb_ms=vitals.ttfb,
            fcp_ms=vitals.fcp,
            lcp_ms=vitals.lcp,
            inp_ms=vitals.inp,
            cls=vitals.cls,
            long_tasks=vitals.long_tasks,
            long_task_ms=vitals.long_task_ms,
            **_arrival(view, vitals, common),
        )
    return list(rows.values())


def exceptions(common: Common) -> list[ExceptionRow]:
    """One row per exception."""
    clicks = _Clicks(common)
    release = common.context.surroundings["release"]
    rows: dict[str, ExceptionRow] = {}
    for thrown in common.thrown:
        key = common.row_id(thrown.window_id, thrown.t, thrown.fingerprint)
        page, pattern = common.page_at(thrown.page, thrown.t) if thrown.page is not None else ("", "")
        own = [{"file": f.file, "function": f.function, "line": f.line} for f in in_app(thrown.frames)]
        rows[key] = ExceptionRow(
            **common.owner(thrown.window_id),
            exception_id=key,
            occurred_at=_within_calendar(thrown.t),
            fingerprint=thrown.fingerprint,
            type=thrown.type,
            message=thrown.message,
            frames=msgspec.json.encode(own).decode(),
            handled=thrown.handled,
            origin=thrown.origin,
            interaction_id=clicks.of(thrown),
            issue_id=thrown.issue_id,
            page=page,
            page_pattern=pattern,
            release=release,
            rules_version=common.rules_version,
            revision=1,
        )
    return list(rows.values())


def _within_calendar(t_ms: float) -> datetime:
    """A time that a recording tells, as any calendar can hold it."""
    return at(min(max(t_ms, 0.0), records.MAX_TIMESTAMP_MS))


class _Clicks:
    """Which click each exception belongs to, as the detectors of errors tied it."""

    def __init__(self, common: Common) -> None:
        found = [
            (error.t, i, error, common.interaction_id(j))
            for i, j in enumerate(common.context.clicks)
            for error in common.context.errors.of(j)
        ]
        self._errors = sorted(found, key=itemgetter(0, 1))

    def of(self, thrown: Thrown) -> str:
        """The interaction's id; empty when no click caused it."""
        start = bisect_left(self._errors, thrown.t - SAME_ERROR_MS, key=itemgetter(0))
        end = bisect_right(self._errors, thrown.t + SAME_ERROR_MS, key=itemgetter(0))
        same = [
            (abs(t - thrown.t), interaction_id)
            for t, _, error, interaction_id in self._errors[start:end]
            if thrown.message and thrown.message in error.message and error.page is thrown.page
        ]
        return min(same, default=(0.0, ""))[1]


def _arrival(view: PageView, vitals: Vitals, common: Common) -> dict[str, Any]:
    """Where it was come from, and how its document loaded: of routes within one, only the former."""
    if view.before is not None:
        referrer, pattern = common.page_of(view.before.url)
    else:
        referrer = analytics.referrer_of(common.context.events, view.window_id)
        own, other = urls.split(view.url).netloc, urls.split(referrer).netloc
        pattern = common.page_of(referrer)[1] if other == own else other
    navigation = None if view.page is None or view.is_route else view.page.navigation
    return {
        "referrer": referrer,
        "referrer_pattern": pattern,
        "load_ms": navigation.duration_ms or vitals.load if navigation is not None else vitals.load,
        "status": navigation.status if navigation is not None else None,
    }


def _max_scroll_px(view: PageView) -> int:
    if view.page is None:
        return 0
    roots = view.page.elements.root_ids
    offsets = (r.y_px or 0 for _, r in view.records if isinstance(r, records.Scroll) and r.node_id in roots)
    return max(offsets, default=0)

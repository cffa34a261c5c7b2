"""The context that every detector gets: a session with everything that several signals ask about it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from replay_signals.schemas.digests import SessionDigest
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.clicks.bursts import Burst, bursts_of
from replay_signals.transforms.clicks.errors import Errors
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.clicks.verdicts import verdicts
from replay_signals.transforms.clicks.web import document_of
from replay_signals.transforms.session import analytics, urls
from replay_signals.transforms.session.effects import Target, effects_of
from replay_signals.transforms.session.element_names import element_key
from replay_signals.transforms.session.page_views import PageViews
from replay_signals.transforms.session.timeline import Page, Request, Timeline, timeline_of
from replay_signals.transforms.session.vitals import Vitals, long_tasks_of, vitals_of
from replay_signals.transforms.signals.finding import Finding
from replay_signals.transforms.signals.usual import NOTHING_USUAL, Usual

INCIDENT_GAPS = 1.5
"""Longest time between two clicks of one incident, in `rage.gap_ms`: a click of the burst that was answered may lie
between two that were not."""
MIN_MOVES = 2
"""Times that a place changed without a click; once may be the late answer to one."""


@dataclass(frozen=True, eq=False)
class SessionContext:
    """A session as the detectors see it; what several of them need is worked out once.

    `clicks` and `events` are in order of time. `start_ms` (epoch ms, client's clock) is the start of the whole session
    also where only its last minutes are at hand; `end_ms` is the last that was recorded so far. `troubles` are the
    findings of kinds that count as trouble, for the kinds that are judged after the others; it is empty for those.
    `usual` is what many sessions say of pages and routes.
    """

    digest: SessionDigest
    timeline: Timeline
    clicks: list[Judged]
    events: list[AnalyticsEvent]
    rules: Rules
    errors: Errors
    start_ms: float
    end_ms: float
    troubles: Sequence[Finding[Any]] = ()
    usual: Usual = NOTHING_USUAL

    @cached_property
    def views(self) -> PageViews:
        """The page views of the session."""
        return PageViews(self.timeline, self.events)

    @cached_property
    def vitals(self) -> list[Vitals]:
        """How fast each of the page views was, in their order."""
        return vitals_of(self.views.views, self.timeline, self.events)

    @cached_property
    def long_tasks(self) -> dict[str, list[tuple[float, float]]]:
        """Window id -> long tasks as (start, epoch ms; duration, ms), in order of time."""
        return {window.window_id: long_tasks_of(window) for window in self.timeline.windows}

    @cached_property
    def surroundings(self) -> dict[str, str]:
        """What the session ran in."""
        return analytics.surroundings_of(self.events)

    @cached_property
    def tells_requests(self) -> bool:
        """Does the recording hold requests?"""
        return any(page.requests for page in self.timeline.pages)

    @cached_property
    def tells_statuses(self) -> bool:
        """Does the recorder tell the status of requests? Older browsers tell it of none."""
        return any(r.status is not None for page in self.timeline.pages for r in page.requests)

    @cached_property
    def bursts(self) -> list[Burst]:
        """Repeated clicking, whether it was answered or not."""
        return bursts_of(self.clicks, self.rules.rage)

    @cached_property
    def addresses(self) -> dict[str, list[tuple[float, str]]]:
        """Window id -> (epoch ms, URL) in order of time, as events tell."""
        return analytics.addresses(self.events)

    @cached_property
    def raging(self) -> set[Judged]:
        """Clicks that belong to rage."""
        return {j for burst in self.bursts if burst.rage(self.errors) for j in burst.clicks}

    # Looked up for each finding; searching all clicks each time made long sessions quadratic.

    @cached_property
    def answered_ms(self) -> list[float]:
        """Times of answered clicks, in order."""
        return sorted(j.click.t for j in self.clicks if j.answered)

    @cached_property
    def opened_ms(self) -> list[float]:
        """Starts of pages, in order."""
        return sorted(p.start_ms for p in self.timeline.pages)

    @cached_property
    def worked_ms(self) -> dict[str, float]:
        """When each control (by key) last answered without a failed request."""
        last: dict[str, float] = {}
        for j in self.clicks:
            if j.answered and not j.failed:
                key = element_key(j.click.control)
                last[key] = max(j.click.t, last.get(key, j.click.t))
        return last

    @cached_property
    def reached_ms(self) -> dict[str, float]:
        """When each document (URL without fragment) was last opened."""
        last: dict[str, float] = {}
        for page in self.timeline.pages:
            url = page.href.partition("#")[0]
            last[url] = max(page.start_ms, last.get(url, page.start_ms))
        return last

    @cached_property
    def by_page(self) -> Mapping[Page, Sequence[Judged]]:
        """Clicks by page, in order of time; none of a page without any."""
        pages: defaultdict[Page, list[Judged]] = defaultdict(list)
        for j in self.clicks:
            pages[j.click.page].append(j)
        return pages

    @cached_property
    def requests_by_path(self) -> dict[tuple[Page, str, str], list[Request]]:
        """Requests by page, method and path, in order of time."""
        found: defaultdict[tuple[Page, str, str], list[Request]] = defaultdict(list)
        for page in self.timeline.pages:
            for request in sorted(page.requests, key=lambda r: r.start_ms):
                found[page, request.method, urls.split(request.url).path].append(request)
        return found

    @cached_property
    def last_click_ms(self) -> dict[Page, float]:
        """When each page was clicked for the last time."""
        return {j.click.page: j.click.t for j in self.clicks}

    @cached_property
    def by_place(self) -> dict[tuple[Page, int | None], list[Judged]]:
        """Clicks by page and element, in order of time."""
        places: dict[tuple[Page, int | None], list[Judged]] = {}
        for j in self.clicks:
            places.setdefault((j.click.page, j.click.element), []).append(j)
        return places

    @cached_property
    def moving(self) -> dict[tuple[str, int], frozenset[Target]]:
        """Places of each document that change by themselves: at least twice with no click shortly before."""
        alone: defaultdict[tuple[str, int], Counter[Target]] = defaultdict(Counter)
        for page in self.timeline.pages:
            clicks = [j.click.t for j in self.by_page.get(page, ())]
            for effect in effects_of(page):
                i = bisect_right(clicks, effect.t) - 1
                if i < 0 or effect.t - clicks[i] > self.rules.clicks.prompt_ms:
                    alone[document_of(page)].update(effect.targets)
        return {
            document: frozenset(target for target, times in found.items() if times >= MIN_MOVES)
            for document, found in alone.items()
        }

    def incidents(self, clicks: Sequence[Judged]) -> list[list[Judged]]:
        """Clicks that share one cause: those of a rage burst on one control together, every other click alone."""
        groups: list[list[Judged]] = []
        longest_ms = INCIDENT_GAPS * self.rules.rage.gap_ms
        for j in clicks:
            if groups and j in self.raging and _is_same_control(groups[-1][-1], j, longest_ms):
                groups[-1].append(j)
            else:
                groups.append([j])
        return groups

    def watched_ms(self, j: Judged) -> float:
        """How long the page was seen to live after a click, at most the evidence window."""
        lived_ms = max(j.click.page.end_ms, j.click.page.last_alive_ms) - j.click.t
        return min(self.rules.clicks.window_ms, max(0.0, lived_ms))

    def left_ms(self, page: Page) -> float | None:
        """When the next page of the same window began; None for the last page."""
        for window in self.timeline.windows:
            if window.window_id == page.window_id and page.index + 1 < len(window.pages):
                return window.pages[page.index + 1].start_ms
        return None


def first_after(times: list[float], t: float) -> float | None:
    """The first of sorted times that is later than t."""
    i = bisect_right(times, t)
    return times[i] if i < len(times) else None


def _is_same_control(a: Judged, b: Judged, longest_ms: float) -> bool:
    return a.click.page is b.click.page and a.click.element == b.click.element and b.click.t - a.click.t <= longest_ms


def context_of(
    session: SessionDigest,
    events: Sequence[AnalyticsEvent],
    rules: Rules,
    *,
    start_ms: float | None = None,
    usual: Usual = NOTHING_USUAL,
) -> SessionContext:
    """The context of a session with at least one message.

    `start_ms` (epoch ms) is the start of the session where `session` holds only its last messages; None takes the first
    recorded event. A session whose records are all corrupt spans what its messages say.
    """
    ordered = analytics.in_order(events)
    timeline = timeline_of(session, analytics.addresses(ordered))
    clicks = verdicts(timeline, rules, ordered)
    messages = session.messages.values()
    first_ms = timeline.start_ms if timeline.windows else min(m.first_ms for m in messages)
    last_ms = timeline.end_ms if timeline.windows else max(m.last_ms for m in messages)
    return SessionContext(
        digest=session,
        timeline=timeline,
        clicks=clicks,
        events=ordered,
        rules=rules,
        errors=Errors(timeline, clicks, ordered),
        start_ms=first_ms if start_ms is None else start_ms,
        end_ms=last_ms,
        usual=usual,
    )

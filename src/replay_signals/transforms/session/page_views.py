"""Page views: one visit of a page, whether it is a document, a route of a single-page application or a native screen.

Documents are the visits of `session/visits`, those too short to be recorded included. Within a document the address
changes without another document: recorders tell it in `Meta` and in events of their own (`$pageview`, `$url_changed`),
and so do analytics events. A change of parameters or of an anchor is the same page still.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.transforms.digest import records
from replay_signals.transforms.session import analytics, urls
from replay_signals.transforms.session.ordered import TimedRecord
from replay_signals.transforms.session.timeline import Page, Timeline, Window
from replay_signals.transforms.session.visits import SAME_PAGE_MS, Visit, visits_of


@dataclass(slots=True)
class PageView:
    """A visit of a page, epoch ms. `page` is the document, None where only events tell of it."""

    window_id: str
    url: str
    start_ms: float
    end_ms: float
    page: Page | None = None
    is_route: bool = False
    before: PageView | None = None
    after: PageView | None = None

    @property
    def records(self) -> list[TimedRecord]:
        """What was recorded during it."""
        if self.page is None:
            return []
        first = bisect_left(self.page.records, self.start_ms, key=_time_of) if self.is_route else 0
        last = bisect_left(self.page.records, self.end_ms, key=_time_of) if self._ends_early else None
        return self.page.records[first:last]

    @property
    def _ends_early(self) -> bool:
        return self.after is not None and self.after.page is self.page and self.after.is_route


class PageViews:
    """The page views of a session in order of time; `before` and `after` are those of the same window."""

    def __init__(self, timeline: Timeline, events: Sequence[AnalyticsEvent]) -> None:
        self.views: list[PageView] = []
        self._of_page: dict[Page, list[PageView]] = {}
        addresses = analytics.addresses(events)
        for window in timeline.windows:
            found = list(_views(window, events, addresses.get(window.window_id, ())))
            own = [view for view, following in pairwise([*found, None]) if view and not _is_told_twice(view, following)]
            for i, view in enumerate(own):
                view.before, view.after = own[i - 1] if i else None, own[i + 1] if i + 1 < len(own) else None
                if view.page is not None:
                    self._of_page.setdefault(view.page, []).append(view)
            self.views += own
        self.views.sort(key=lambda view: (view.start_ms, view.window_id))

    def url_at(self, page: Page, t: float) -> str:
        """Where a document was at that time."""
        views = self._of_page.get(page, [])
        if not views:
            return page.href
        return views[max(0, bisect_right(views, t, key=lambda view: view.start_ms) - 1)].url


def _views(
    window: Window, events: Sequence[AnalyticsEvent], addresses: Sequence[tuple[float, str]]
) -> Iterator[PageView]:
    for visit in visits_of(window, events):
        if visit.page is None:
            yield PageView(window.window_id, visit.url, visit.start_ms, _end_ms(visit))
            continue
        page = visit.page
        steps = [(page.start_ms, page.href or visit.url), *_routes(page, addresses)]
        for i, (t, url) in enumerate(steps):
            end_ms = steps[i + 1][0] if i + 1 < len(steps) else max(t, _end_ms(visit))
            yield PageView(window.window_id, url, t, end_ms, page, is_route=i > 0)


def _is_told_twice(view: PageView, following: PageView | None) -> bool:
    """Is it the event of a page that the recorder saw a moment later, with another anchor in its address?"""
    if view.page is not None or following is None or following.page is None:
        return False
    soon = following.start_ms - view.start_ms < SAME_PAGE_MS
    return soon and urls.page_of(view.url) == urls.page_of(following.url)


def _end_ms(visit: Visit) -> float:
    """When it was left; the last that is known of it where nothing tells."""
    last_ms = visit.page.end_ms if visit.page is not None else visit.start_ms
    return last_ms if visit.left_ms is None else max(visit.start_ms, visit.left_ms)


def _routes(page: Page, addresses: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """When a document showed another address of its own site."""
    told = [(t, record.href) for t, record in page.of(records.Meta, records.Custom) if record.href]
    told += [(t, url) for t, url in addresses if page.start_ms < t <= page.end_ms]
    here = urls.split(page.href)
    current = urls.page_of(page.href)
    for t, url in sorted(told):
        other = urls.page_of(url)
        if other == current or (here.netloc and urls.split(url).netloc != here.netloc):
            continue
        if current:
            yield t, url
        current = other


def _time_of(timed: TimedRecord) -> float:
    return timed[0]

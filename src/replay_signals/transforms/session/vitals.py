"""How fast each page view was, from whichever source holds it: `$web_vitals` events or the recorder's own measures.

Both are told late: the largest paint when the visitor first acts or leaves, shifts and answers whenever the page is
hidden, all of them in the next batch. So a measure belongs to the page it names, that was open when it was taken, and
not to the page it arrived on. Loading and painting are the document's: a route that is shown when they are told has
only taken over its address. What is told again counts as it was told last.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.transforms.digest import measures, records
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS
from replay_signals.transforms.parse.values import number_within
from replay_signals.transforms.session import urls
from replay_signals.transforms.session.page_views import PageView
from replay_signals.transforms.session.timeline import Page, Timeline, Window

EVENT = "$web_vitals"
NEAR_MS = 3000.0
"""A document's first record and the start of its navigation, as two clocks of one browser tell them, lie this near."""
OF_DOCUMENT = frozenset((measures.TTFB, measures.LOAD, measures.FCP, measures.LCP))
_OF_EVENT = {"LCP": measures.LCP, "FCP": measures.FCP, "INP": measures.INP, "CLS": measures.CLS}


@dataclass(slots=True)
class Vitals:
    """What was measured of a page view: ms, but `cls`, a score; None where nothing tells.

    `long_tasks` counts tasks of 50 ms and more, None in windows whose recorder tells of none at all.
    """

    ttfb: float | None = None
    load: float | None = None
    fcp: float | None = None
    lcp: float | None = None
    inp: float | None = None
    cls: float | None = None
    long_tasks: int | None = None
    long_task_ms: float | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """A measure: `t` when it was told, `url` the page it names, `at_ms` the navigation or the task it counts from."""

    name: str
    value: float
    t: float
    url: str = ""
    at_ms: float | None = None


def vitals_of(views: Sequence[PageView], timeline: Timeline, events: Sequence[AnalyticsEvent]) -> list[Vitals]:
    """The vitals of each page view, in their order; `views` and `events` are those of the session by time."""
    found = [Vitals() for _ in views]
    of_window: dict[str, list[int]] = {}
    for i, view in enumerate(views):
        of_window.setdefault(view.window_id, []).append(i)
    told: dict[str, list[_Told]] = {}
    for window in timeline.windows:
        told[window.window_id] = [one for page in window.pages for one in _recorded(page)]
    for event in events:
        if event.event == EVENT:
            told.setdefault(event.window_id, []).extend(_of_event(event))
    for window_id, own in told.items():
        places = _Places([(i, views[i]) for i in of_window.get(window_id, ())])
        for one in sorted(own, key=lambda one: one.t):
            of = places.of(one)
            if of is not None:
                _add(found[of], one)
        if any(one.name == measures.LONG_TASK for one in own):
            for number in of_window.get(window_id, ()):
                _none_of(found[number])
    return found


def long_tasks_of(window: Window) -> list[tuple[float, float]]:
    """Long tasks of a window as (start, epoch ms; duration, ms), in order of time."""
    told = (one for page in window.pages for one in _recorded(page) if one.name == measures.LONG_TASK)
    return sorted((one.t if one.at_ms is None else one.at_ms, one.value) for one in told)


def _add(vitals: Vitals, one: _Told) -> None:
    if one.name == measures.LONG_TASK:
        vitals.long_tasks = (vitals.long_tasks or 0) + 1
        vitals.long_task_ms = round((vitals.long_task_ms or 0.0) + one.value, 1)
    else:
        setattr(vitals, one.name, one.value)


def _none_of(vitals: Vitals) -> None:
    if vitals.long_tasks is None:
        vitals.long_tasks, vitals.long_task_ms = 0, 0.0


def _recorded(page: Page) -> Iterator[_Told]:
    for t, record in page.of(records.Network, records.Custom):
        for one in record.measures:
            yield _Told(one.name, one.value, t, "", one.at_ms)


def _of_event(event: AnalyticsEvent) -> Iterator[_Told]:
    """The metrics of an event: each with its own time and address, where they are kept, else the event's."""
    for short, name in _OF_EVENT.items():
        told = event.properties.get(f"{EVENT}_{short}_event")
        detail: dict[str, Any] = told if isinstance(told, dict) else {}
        value = detail.get("value", event.properties.get(f"{EVENT}_{short}_value"))
        t = min(number_within(detail.get("timestamp"), MAX_TIMESTAMP_MS) or math.inf, float(event.timestamp_ms))
        url = detail.get("$current_url") or event.properties.get("$current_url")
        cause = detail.get("attribution")
        first_byte = cause.get("timeToFirstByte") if isinstance(cause, dict) else None
        for one in (measures.measure(name, value, None), measures.measure(measures.TTFB, first_byte, None)):
            if one is not None:
                yield _Told(one.name, one.value, t, url if isinstance(url, str) else "")


class _Places:
    """Page views of one window by time, to find the one that a measure was taken of."""

    def __init__(self, views: Sequence[tuple[int, PageView]]) -> None:
        self._views = views
        self._starts = [view.start_ms for _, view in views]
        self._document: list[int] = []
        """For each view the place in the list of its document's first view."""
        self._named: defaultdict[str, list[int]] = defaultdict(list)
        for place, (_, view) in enumerate(views):
            is_within = view.is_route and place > 0 and views[place - 1][1].page is view.page
            self._document.append(self._document[-1] if is_within else place)
            self._named[urls.page_of(view.url)].append(place)
        self._opened = sorted((_opened_ms(views[place][1]), place) for place in set(self._document))

    def of(self, told: _Told) -> int | None:
        """The number of the page view; None when none of that page was open by then."""
        place: int | None
        if not self._views:
            return None
        if told.name == measures.LONG_TASK:
            place = self._at(told.t if told.at_ms is None else told.at_ms)
        elif told.at_ms is not None:
            place = self._loaded_from(told.at_ms)
        elif told.url:
            place = self._of_address(told)
        else:
            place = self._at(told.t)
        if place is None:
            return None
        return self._views[self._document[place] if told.name in OF_DOCUMENT else place][0]

    def _at(self, t: float) -> int:
        return max(0, bisect_right(self._starts, t) - 1)

    def _loaded_from(self, origin_ms: float) -> int:
        """The document whose navigation began then: the one that opened nearest to it."""
        i = bisect_right(self._opened, (origin_ms, 0))
        return min(self._opened[max(0, i - 1) : i + 1], key=lambda opened: abs(opened[0] - origin_ms))[1]

    def _of_address(self, told: _Told) -> int | None:
        """The last view of that address that was open by then, else one that began a moment later by another clock."""
        places = self._named.get(urls.page_of(told.url), [])
        i = bisect_right(places, told.t, key=lambda place: _opened_ms(self._views[place][1]))
        if i:
            return places[i - 1]
        is_soon = bool(places) and _opened_ms(self._views[places[0]][1]) - told.t <= NEAR_MS
        return places[0] if is_soon else None


def _opened_ms(view: PageView) -> float:
    return view.start_ms if view.page is None or view.is_route else min(view.start_ms, view.page.opened_ms)

"""Which page view a measure belongs to, however late it is told, and by whom."""

from __future__ import annotations

from typing import Any

import pytest

from support import events as rrweb
from support.dom import button, el, link
from support.outcome import START_MS
from support.web import Visit

A, B = "http://a.test/a", "http://a.test/b"


def views(visit: Visit) -> list[Any]:
    return visit.outcome().rows.page_views


def told(visit: Visit, at: float, url: str, **values: float) -> Visit:
    """A `$web_vitals` event that was sent then, its metrics taken at the same moment."""
    return tells(visit, at, url, {name: (value, at) for name, value in values.items()})


def tells(visit: Visit, at: float, url: str, metrics: dict[str, tuple[float, float]], page: str = "") -> Visit:
    """Metrics of a page with the time each was taken; `page` is where the event was sent from."""
    properties: dict[str, Any] = {"_current_url": page or url}
    for name, (value, t) in metrics.items():
        properties[f"_web_vitals_{name}_value"] = value
        properties[f"_web_vitals_{name}_event"] = {"value": value, "timestamp": START_MS + t, "$current_url": url}
    return visit.event("$web_vitals", at=at, **properties)


def two_pages() -> Visit:
    visit = Visit()
    visit.open(A, button("Go", id="go"), at=1000).lives(6000)
    visit.open(B, el("p", "x"), at=8000).lives(15_000)
    return visit


def test_a_late_event_belongs_to_the_page_it_measured() -> None:
    visit = tells(two_pages(), 9000, A, {"LCP": (4200, 5900), "CLS": (0.3, 7900), "INP": (640, 7900)}, page=B)
    first, second = views(told(visit, 14_000, B, LCP=800, FCP=500))
    assert (first.lcp_ms, first.cls, first.inp_ms, first.fcp_ms) == (4200, 0.3, 640, None)
    assert (second.lcp_ms, second.cls, second.fcp_ms) == (800, None, 500)


def test_values_without_details_count_at_the_events_own_page() -> None:
    visit = two_pages().event("$web_vitals", at=5000, _current_url=A, _web_vitals_LCP_value=1200.04)
    first, second = views(visit)
    assert (first.lcp_ms, second.lcp_ms) == (1200, None)


def test_of_a_page_that_was_loaded_again_the_visit_of_that_time() -> None:
    visit = Visit()
    for i in range(3):
        visit.open(A, el("p", "x"), at=10_000 * i).lives(10_000 * i + 8000)
    told(told(visit, 17_000, A, LCP=2000), 9000, A, LCP=1000)
    assert [view.lcp_ms for view in views(visit)] == [1000, 2000, None]


def test_what_is_told_again_counts_as_it_was_told_last() -> None:
    visit = told(told(two_pages(), 5000, A, INP=80, CLS=0.01), 3000, A, INP=40, CLS=0.2)
    assert (views(visit)[0].inp_ms, views(visit)[0].cls) == (80, 0.01)


def test_loading_is_of_the_document_answers_are_of_the_route() -> None:
    """The visitor's first click ends the measuring of the largest paint, and changes the address before it is told."""
    visit = Visit()
    page = visit.open(A, link("b", "/b", id="go")).click("go", at=3000).goes_to(B, at=3100)
    page.lives(9000)
    tells(visit, 5000, B, {"LCP": (3900, 3120), "INP": (700, 8000)})
    first, second = views(visit)
    assert (first.lcp_ms, first.inp_ms) == (3900, None)
    assert (second.lcp_ms, second.inp_ms) == (None, 700)


@pytest.mark.parametrize("url", ["http://a.test/elsewhere", ""])
def test_a_page_that_nobody_opened_takes_none(url: str) -> None:
    visit = tells(two_pages(), 5000, url, {"LCP": (1, 5000)}, page="http://a.test/elsewhere")
    assert [view.lcp_ms for view in views(visit)] == [None, None]


@pytest.mark.parametrize("value", [-1, 1e9, "slow", True, None, float("nan")])
def test_senseless_values_are_none(value: Any) -> None:
    visit = two_pages().event("$web_vitals", at=5000, _current_url=A, _web_vitals_LCP_value=value)
    assert views(visit)[0].lcp_ms is None


def test_another_window_is_another_page() -> None:
    visit = two_pages()
    visit.open(A, el("p", "x"), at=1500, window="window-2").lives(9000)
    visit.event("$web_vitals", at=5000, window="window-2", _current_url=A, _web_vitals_LCP_value=3000)
    found = {(view.window_id, view.page_pattern): view.lcp_ms for view in views(visit)}
    assert found == {("window-1", "/a"): None, ("window-2", "/a"): 3000, ("window-1", "/b"): None}


def test_first_byte_and_load_of_the_navigation_entry() -> None:
    visit = Visit()
    page = visit.open(A, el("p", "x"), how=None)
    entry: dict[str, Any] = {"name": A, "entryType": "navigation", "initiatorType": "navigation", "duration": 1900}
    page.record(rrweb.network(30, entry | {"timeOrigin": START_MS - 150, "startTime": 0, "responseStart": 420}))
    page.lives(3000)
    assert (views(visit)[0].ttfb_ms, views(visit)[0].load_ms) == (420, 1900)


def test_long_tasks_of_the_page_on_which_they_ran() -> None:
    visit = Visit()
    first = visit.open(A, el("p", "x")).lives(6000)
    second = visit.open(B, el("p", "x"), at=8000).lives(15_000)
    for page, at, took in ((first, 2000, 120), (first, 4000, 60), (second, 9000, 300)):
        task = {"entryType": "longtask", "name": "self", "timeOrigin": START_MS, "startTime": at, "duration": took}
        page.record(rrweb.network(at + took, task))
    visit.open(A, el("p", "x"), window="silent").lives(9000)
    found = [(view.page_pattern, view.long_tasks, view.long_task_ms) for view in views(visit)]
    assert sorted(found[:2], key=str) == [("/a", 2, 180), ("/a", None, None)]
    assert found[2] == ("/b", 1, 300)


def test_a_replay_of_sentry_tells_by_the_start_of_the_navigation() -> None:
    """A vital is stamped as many ms after the navigation as its value, which may lie on the page before."""
    visit = two_pages()
    payload = {
        "op": "web-vital",
        "description": "largest-contentful-paint",
        "startTimestamp": (START_MS + 7860 + 900) / 1000,
    }
    span = {"tag": "performanceSpan", "payload": payload | {"data": {"value": 900}}}
    visit.recorded["window-1"].append(rrweb.event(START_MS + 7700, rrweb.CUSTOM, span))
    assert [view.lcp_ms for view in views(visit)] == [None, 900]

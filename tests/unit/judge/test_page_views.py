"""Page views: documents, routes within one, returns from the page cache, and pages too short to be recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from replay_signals.schemas.rules import load_rules
from support.dom import button, el, link
from support.outcome import START_MS
from support.web import Visit


def views(visit: Visit) -> list[Any]:
    return visit.outcome().rows.page_views


def ms(when: datetime) -> int:
    return round(when.timestamp() * 1000) - START_MS


def test_documents_follow_each_other() -> None:
    visit = Visit()
    visit.open("http://a.test/orders/17", button("Pay", id="pay")).click("pay", at=3000).scrolls(640, at=3500).lives(
        9000
    )
    visit.open("http://a.test/done?x=1", el("p", "Thanks"), at=10_000).lives(12_000)
    first, last = views(visit)
    assert (first.page_pattern, first.next_page_pattern, last.referrer_pattern) == (
        "/orders/:id",
        "/done",
        "/orders/:id",
    )
    assert (first.is_entry, first.is_exit, last.is_entry, last.is_exit) == (True, False, False, True)
    assert (ms(first.ended_at), ms(last.started_at)) == (9850, 10_000)  # left when the navigation began
    assert (first.max_scroll_px, last.max_scroll_px) == (640, 0)
    assert 0 < first.active_ms < first.duration_ms


def test_routes_of_one_document_are_pages_of_their_own() -> None:
    visit = Visit()
    page = visit.open("http://a.test/app", link("Cart", "/app/cart", id="go"))
    page.click("go", at=3000).goes_to("http://a.test/app/cart", at=3100).scrolls(200, at=4000)
    page.goes_to("http://a.test/app/cart?sort=name#top", at=5000).lives(9000)
    first, second = views(visit)
    assert (first.page_pattern, second.page_pattern) == ("/app", "/app/cart")
    assert ms(first.ended_at) == ms(second.started_at) == 3100
    assert (first.max_scroll_px, second.max_scroll_px) == (0, 200)
    assert [row.page_pattern for row in visit.outcome().rows.interactions] == ["/app"]
    page.click("go", at=10_000).lives(20_000)
    assert [row.page_pattern for row in visit.outcome().rows.interactions] == ["/app", "/app/cart"]


def test_analytics_events_tell_of_routes_that_the_recorder_does_not() -> None:
    visit = Visit()
    visit.open("http://a.test/app", el("p", "x")).lives(9000)
    visit.event("$pageview", at=4000, _current_url="http://a.test/app/orders/4")
    assert [view.page_pattern for view in views(visit)] == ["/app", "/app/orders/:id"]


def test_a_page_that_was_left_before_it_was_recorded() -> None:
    visit = Visit()
    visit.open("http://a.test/a", el("p", "x")).lives(3000)
    visit.event("$pageview", at=5000, _current_url="http://a.test/b")
    visit.open("http://a.test/c", el("p", "y"), at=9000).lives(12_000)
    assert [view.page_pattern for view in views(visit)] == ["/a", "/b", "/c"]
    assert views(visit)[1].active_ms == 0


def test_status_and_load_time_are_of_the_navigation_entry_and_of_no_route() -> None:
    visit = Visit()
    page = visit.open("http://a.test/gone", el("h1", "Not found"), status=404)
    page.goes_to("http://a.test/home", at=4000).lives(9000)
    first, second = views(visit)
    assert (first.status, first.load_ms) == (404, 180)
    assert (second.status, second.load_ms) == (None, None)


def test_referrer_and_height_are_what_the_events_say() -> None:
    visit = Visit()
    visit.open("http://a.test/a", el("p", "x")).lives(3000)
    visit.event("$pageview", at=20, _current_url="http://a.test/a", _referrer="https://search.test/find?q=secret")
    visit.event(
        "$pageleave", at=2900, _current_url="http://a.test/a", _prev_pageview_pathname="/a",
        _prev_pageview_max_content=900, _prev_pageview_max_content_percentage=0.5,
    )  # fmt: skip
    (view,) = views(visit)
    assert (view.referrer_pattern, view.page_height_px) == ("search.test", 1800)
    assert "secret" not in view.referrer


def test_requests_have_a_route_and_a_class() -> None:
    visit = Visit()
    page = visit.open("http://a.test/a", el("p", "x")).asks("/api/cart/4711", at=2000, status=503, method="POST")
    page.lives(3000)
    (request,) = [row for row in visit.outcome().rows.network_requests if row.initiator == "fetch"]
    assert (request.route, request.status_class) == ("POST /api/cart/:id", "5xx")


@pytest.mark.parametrize(
    ("url", "properties", "rules", "traffic"),
    [
        ("http://shop.example/", {}, "", "visitor"),
        ("http://shop.example/", {"_browser_type": "bot"}, "", "bot"),
        ("http://shop.example/", {"_browser_type": "bot"}, "[traffic]\nbots = false", "visitor"),
        ("http://localhost:3000/", {}, "", "test"),
        ("http://192.168.1.20/", {}, "", "test"),
        ("http://pr-12.preview.example/", {}, '[traffic]\ntest_hosts = ["*.preview.example"]', "test"),
        ("http://admin.example/", {}, '[traffic]\ninternal_hosts = ["admin.example"]', "internal"),
        ("http://shop.example/", {}, '[traffic]\ninternal_people = ["user-1"]', "internal"),
    ],
)
def test_traffic(url: str, properties: dict[str, Any], rules: str, traffic: str) -> None:
    visit = Visit()
    visit.open(url, el("p", "x")).lives(3000)
    visit.event("$pageview", at=20, _current_url=url, **properties)
    assert visit.outcome(load_rules(rules)).rows.session.traffic == traffic


def test_what_a_session_ran_in_is_of_the_last_event_that_tells() -> None:
    visit = Visit()
    visit.open("http://a.test:8080/", el("p", "x")).lives(3000)
    visit.event("$pageview", at=20, release="1.4.0", _browser="Firefox", _browser_version=131, _os="Linux")
    visit.event("added", at=900, release="1.4.1", _geoip_country_code="DE", _device_type="Desktop")
    row = visit.outcome().rows.session
    assert (row.release, row.browser, row.browser_version, row.os, row.country, row.device_type, row.host) == (
        "1.4.1", "Firefox", "131", "Linux", "DE", "Desktop", "a.test:8080",
    )  # fmt: skip


def test_a_recording_that_shows_nothing_is_not_judgeable() -> None:
    drawn = Visit()
    page = drawn.open("http://a.test/", el("canvas", id="board"), el("p", "0", id="n")).says("n", "1", at=500)
    page.clicks("board", 3000, 5000, 7000, 9000).lives(20_000)
    assert drawn.outcome().rows.session.judgeable == "canvas"
    blind = Visit()
    names = [f"b{n}" for n in range(6)]
    page = blind.open("http://a.test/", *(button(name, id=name) for name in names))
    for n, name in enumerate(names):
        page.click(name, at=3000 + 8000 * n)
    page.lives(70_000)
    row = blind.outcome().rows.session
    assert (row.judgeable, row.witness) == ("no_mutations", "none")
    seen = Visit()
    seen.open("http://a.test/", button("Pay", id="pay"), el("p", "0", id="n")).says("n", "1", at=500).lives(9000)
    assert seen.outcome().rows.session.judgeable == "ok"


def test_a_page_on_which_nothing_changes_is_judged() -> None:
    """Its one button does nothing, which is the worst problem and not a broken recorder."""
    silent = Visit()
    silent.open("http://a.test/", button("Pay", id="pay")).click("pay", at=3000).lives(20_000)
    rows = silent.outcome().rows
    assert (rows.session.judgeable, rows.session.witness) == ("ok", "full")
    assert [signal.kind for signal in rows.signals] == ["dead_click"]

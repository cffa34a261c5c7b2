"""The join with analytics events: who, which flags, what autocapture saw."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.transforms.session.analytics import event_row, in_order, webkit
from support import events as rrweb
from support.dom import button, el
from support.outcome import POSITION
from support.web import Visit


def visit_of() -> Visit:
    visit = Visit()
    visit.open("http://a.test/", button("Pay", id="pay"), el("p", "x", id="text")).click("text", at=4000).lives(9000)
    return visit


def event(uuid: str = "u", **fields: Any) -> AnalyticsEvent:
    defaults: dict[str, Any] = {"team": "t", "event": "e", "distinct_id": "d", "timestamp_ms": 5, "position": POSITION}
    return AnalyticsEvent(uuid=uuid, **(defaults | fields))


def test_person_and_flags_of_the_last_event_that_names_them() -> None:
    visit = visit_of()
    visit.event("a", at=10, **{"$feature/checkout": "test", "$feature/dark": True})
    visit.event("b", at=20, **{"$feature/checkout": "control"})
    visit.analytics[1] = msgspec.structs.replace(visit.analytics[1], person_id="p1", person_properties={"plan": "pro"})
    session = visit.outcome().rows.session
    assert session.flags == {"checkout": "control", "dark": "true"}
    assert session.person_id == "p1"
    assert json.loads(session.person_properties) == {"plan": "pro"}
    assert session.identified is False


@pytest.mark.parametrize(("name", "properties"), [("$identify", {}), ("$pageview", {"_is_identified": True})])
def test_identified(name: str, properties: dict[str, Any]) -> None:
    assert visit_of().event(name, at=10, **properties).outcome().rows.session.identified


def test_exceptions_are_counted() -> None:
    visit = visit_of().event("$exception", at=10).event("$exception", at=20)
    session = visit.outcome().rows.session
    assert (session.exception_count, session.event_row_count) == (2, 2)


def test_the_page_comes_from_events_where_the_recording_has_none() -> None:
    visit = visit_of().event("$pageview", at=10, _current_url="http://a.test/from-event?x=1")
    visit.recorded["window-1"] = [e for e in visit.recorded["window-1"] if e["type"] != rrweb.META]
    assert visit.outcome().rows.session.urls == ["http://a.test/from-event?x"]


def test_autocapture_names_what_is_no_control() -> None:
    visit = Visit()
    page = visit.open("http://a.test/", el("div", "x", id="fake"), el("p", "0", id="n")).says("n", "1", at=500)
    page.clicks("fake", *range(4000, 6000, 250)).lives(60_000)
    visit.event("$autocapture", at=5750)
    chain = 'div.card:text="Buy now"nth-child="1"attr__class="card"'
    visit.analytics[0] = msgspec.structs.replace(visit.analytics[0], elements_chain=chain)
    assert "Buy now" in visit.outcome().signal("rage_click").element


def test_events_are_ordered_by_the_client_s_time() -> None:
    events = [event("b", timestamp_ms=5), event("a", timestamp_ms=5), event("c", timestamp_ms=1)]
    assert [e.uuid for e in in_order(events)] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, None),
        ({"$browser": "Chrome", "$os": "Linux"}, False),
        ({"$browser": "Chrome", "$os": "iOS"}, True),
        ({"$browser": "Mobile Safari"}, True),
        ({"$browser": "Firefox"}, False),
        ({"$browser": 7}, None),
        ({"$browser": ""}, None),
    ],
)
def test_the_engine_of_the_browser(properties: dict[str, object], expected: bool | None) -> None:
    assert webkit([event(properties=properties)]) is expected


def test_event_rows_keep_what_they_need() -> None:
    visit = visit_of().event("$pageview", at=10, _current_url="http://a.test/x?secret=1", n=1)
    row = event_row(visit.analytics[0])
    assert row.page == "http://a.test/x?secret"
    assert json.loads(row.properties) == {"$current_url": "http://a.test/x?secret=1", "n": 1}

"""A value of a wrong type costs itself: what stands beside it in the record is kept."""

from __future__ import annotations

from typing import Any

import pytest

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import records_of
from replay_signals.transforms.session.analytics import page_heights
from support.dom import Json
from support.events import event, incremental, network
from support.outcome import POSITION, START_MS, digested

WRONG = [True, False, "5", None, [], {}, 10**400, 1e308, -1e308]


def only(one: Json) -> Any:
    (record,) = records_of(digested([one]))
    return record


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_request_with_a_wrong_number_keeps_its_place_among_the_others(value: object) -> None:
    sound: Json = {"name": "http://a.test/a", "timestamp": START_MS, "duration": 5, "status": 500, "method": "GET"}
    for name in ("timestamp", "duration", "startTime", "timeOrigin", "status"):
        found = only(network(START_MS, sound | {name: value}, sound)).requests
        assert [one.url for one in found] == ["http://a.test/a"] * 2
        assert found[1] == only(network(START_MS, sound)).requests[0]
        wanted = {"timestamp": "start_ms", "duration": "duration_ms", "status": "status"}.get(name)
        assert wanted is None or getattr(found[0], wanted) is None


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_what_is_no_request_is_left_out(value: object) -> None:
    sound: Json = {"name": "http://a.test/a", "status": 500}
    found = only(network(START_MS, sound, value, sound)).requests  # type: ignore[arg-type]
    assert [one.status for one in found if one.url] == [500, 500]


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_sizes_and_places_that_are_no_pixels_cost_no_record(value: object) -> None:
    page = only(event(START_MS, 4, {"href": "http://a.test/", "width": value, "height": 800}))
    assert (page.href, page.width_px, page.height_px) == ("http://a.test/", None, 800)
    click = only(incremental(START_MS, 2, type=2, id=7, x=value, y=5, pointerType=0))
    assert click == records.Interaction(0, 2, 7, None, 5, 0)
    assert only(incremental(START_MS, 3, id=7, x=value, y=5)) == records.Scroll(0, 7, None, 5)
    assert only(incremental(START_MS, 4, width=value, height=5)) == records.Resize(0, None, 5)


def test_flags_and_pointers_that_are_none_cost_no_record() -> None:
    click = only(incremental(START_MS, 2, type=2, id=7, x=1, y=5, pointerType=True))
    assert click == records.Interaction(0, 2, 7, 1, 5, None)
    typed = only(incremental(START_MS, 5, id=7, text="abc", isChecked=1, userTriggered=1))
    assert typed == records.Input(0, 7, 3, None, None)


@pytest.mark.parametrize("seen", [*WRONG, -5, float("nan"), float("inf")], ids=repr)
def test_a_page_has_no_height_that_is_none(seen: object) -> None:
    def heights(**told: object) -> Any:
        properties = {f"$prev_pageview_{name}": value for name, value in told.items()}
        one = AnalyticsEvent("team", "uuid", "$pageview", "user", START_MS, POSITION, properties=properties)
        return page_heights([one])

    assert heights(pathname="/", max_content=500, max_content_percentage=0.5) == {("", "/"): [(START_MS, 1000)]}
    assert heights(pathname="/", max_content=seen, max_content_percentage=0.5) == {}
    assert heights(pathname="/", max_content=500, max_content_percentage=seen) == {}

"""Gestures: which events make a click."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import button, el, field_
from support.web import Page, Visit


def page_of() -> tuple[Visit, Page]:
    visit = Visit()
    content = (
        button("Pay", id="pay"),
        el("label", "Agree", id="agree"),
        field_("terms", "checkbox"),
        el("p", "0", id="n"),
    )
    return visit, visit.open("http://a.test/", *content)


def times(visit: Visit) -> list[float]:
    start = visit.outcome().rows.session.started_at
    return [round((i.occurred_at - start).total_seconds(), 3) for i in visit.outcome().rows.interactions]


def test_a_click_is_one() -> None:
    visit, page = page_of()
    page.click("pay", at=4000).lives(9000)
    assert times(visit) == [4.0]


def test_a_double_click_is_two() -> None:
    visit, page = page_of()
    page.double_click("pay", at=4000).lives(9000)
    assert times(visit) == [3.86, 4.0]


def test_a_tap_in_a_touch_browser_is_one() -> None:
    visit, page = page_of()
    page.tap("pay", at=4000).lives(9000)
    assert times(visit) == [4.0]


def test_a_tap_with_emulated_mouse_events_is_one_and_begins_with_the_touch() -> None:
    visit, page = page_of()
    node = page.node("pay").node_id
    page.record(rrweb.interaction(3700, rrweb.TOUCH_START, node, 9, 9)).says("n", "1", at=3720)
    page.record(rrweb.interaction(3990, rrweb.MOUSE_DOWN, node, 9, 9)).record(
        rrweb.interaction(4000, rrweb.CLICK, node)
    )
    page.lives(15_000)
    assert times(visit) == [4.0]
    assert visit.verdict("pay") == "alive"


def test_a_click_handed_on_by_a_label_is_one() -> None:
    visit, page = page_of()
    page.click_label("agree", "terms", at=4000).lives(9000)
    assert times(visit) == [4.0]
    assert visit.outcome().click("agree").reaction == "activation"


def test_a_click_with_the_keyboard_is_one() -> None:
    """Enter on a button: a click event without a pointer."""
    visit, page = page_of()
    page.record(rrweb.interaction(4000, rrweb.CLICK, page.node("pay").node_id)).lives(9000)
    assert times(visit) == [4.0]
    assert visit.outcome().rows.interactions[0].x_px is None


def test_the_place_comes_from_the_pointer_down_where_the_click_has_none() -> None:
    visit, page = page_of()
    node = page.node("pay").node_id
    page.record(rrweb.interaction(3990, rrweb.MOUSE_DOWN, node, 70, 80)).record(
        rrweb.interaction(4000, rrweb.CLICK, node)
    )
    assert (visit.outcome().click("pay").x_px, visit.outcome().click("pay").y_px) == (70, 80)


def test_page_coordinates_add_what_was_scrolled() -> None:
    visit, page = page_of()
    page.scrolls(500, at=2000).click("pay", at=4000, x=70, y=80).lives(9000)
    row = visit.outcome().click("pay")
    assert (row.page_x_px, row.page_y_px) == (70, 580)
    assert (row.viewport_width_px, row.viewport_height_px) == (1280, 800)


def test_the_viewport_of_the_time_counts() -> None:
    visit, page = page_of()
    page.record(rrweb.incremental(3000, 4, width=400, height=700)).click("pay", at=4000).lives(9000)
    assert visit.outcome().click("pay").viewport_width_px == 400


@pytest.mark.parametrize("kind", [rrweb.MOUSE_DOWN, rrweb.MOUSE_UP, rrweb.CONTEXT_MENU, rrweb.FOCUS, rrweb.TOUCH_END])
def test_what_is_no_click_of_its_own(kind: int) -> None:
    visit, page = page_of()
    page.record(rrweb.interaction(4000, kind, page.node("pay").node_id, 1, 1)).lives(9000)
    assert times(visit) == []

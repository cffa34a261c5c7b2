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


@pytest.mark.parametrize("by_pointer", [True, False], ids=["pointer", "space bar"])
@pytest.mark.parametrize(("before_ms", "verdict"), [(3, "alive"), (60, "alive"), (400, "dead")])
def test_a_press_that_is_not_recorded_began_before_its_click(by_pointer: bool, before_ms: int, verdict: str) -> None:
    """Handlers of pointer-down and of the key run then."""
    visit, page = page_of()
    if not by_pointer:
        page.focuses("pay", at=3000)
    page.says("n", "1", at=4000 - before_ms).only_clicks("pay", 4000, by_pointer=by_pointer).lives(60_000)
    assert visit.verdict("pay") == verdict


def test_clicks_in_a_row_without_presses_keep_their_own_answers() -> None:
    visit, page = page_of()
    page.only_clicks("pay", 4000).says("n", "1", at=4210).only_clicks("agree", 4300).lives(60_000)
    assert (visit.verdict("pay"), visit.verdict("agree")) == ("alive", "unknown")


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


def press(page: Page, kinds: tuple[int, ...], name: str, at: float) -> None:
    for i, kind in enumerate(kinds):
        page.record(rrweb.interaction(at + i, kind, page.node(name).node_id, 30, 40))


def test_clicks_of_a_recorder_that_samples_clicks_only_are_one_each() -> None:
    visit, page = page_of()
    page.only_clicks("pay", 4000, 4180, 4360).lives(15_000)
    assert times(visit) == [4.0, 4.18, 4.36]


def test_clicks_on_two_controls_by_such_a_recorder_do_not_answer_each_other() -> None:
    visit, page = page_of()
    page.only_clicks("pay", 4000).only_clicks("n", 4150).lives(15_000)
    assert times(visit) == [4.0, 4.15]
    assert visit.outcome().click("pay").reaction == ""


def test_a_label_hands_its_click_on_in_such_a_recording_too() -> None:
    visit, page = page_of()
    page.only_clicks("agree", 4000).only_clicks("terms", 4002).lives(15_000)
    assert times(visit) == [4.0]
    assert visit.outcome().click("agree").reaction == "activation"


@pytest.mark.parametrize("every", [33, 120, 400])
def test_a_held_or_repeated_key_clicks_what_has_the_focus(every: int) -> None:
    visit, page = page_of()
    page.focuses("pay", at=3000).only_clicks("pay", *(4000 + every * i for i in range(6)), by_pointer=False)
    page.lives(60_000)
    assert len(times(visit)) == 6
    assert visit.kinds() == ["rage_click"]


@pytest.mark.parametrize("every", [1, 90, 700])
def test_code_that_clicks_what_has_no_focus_is_no_visitor(every: int) -> None:
    visit, page = page_of()
    page.click("n", at=2000).focuses("terms", at=3000)
    page.only_clicks("pay", *(4000 + every * i for i in range(6)), by_pointer=False).lives(60_000)
    assert times(visit) == [2.0]


def test_code_that_clicks_the_same_control_again_makes_no_second_click() -> None:
    """A handler that asks first and then calls `element.click()`."""
    visit, page = page_of()
    page.click("pay", at=4000).only_clicks("pay", 4120, by_pointer=False).says("n", "1", at=4150).lives(15_000)
    assert times(visit) == [4.0]
    assert visit.verdict("pay") == "alive"


@pytest.mark.parametrize(
    "other",
    [
        (rrweb.MOUSE_DOWN, rrweb.CONTEXT_MENU, rrweb.MOUSE_UP),
        (rrweb.MOUSE_DOWN, rrweb.MOUSE_UP),
        (rrweb.TOUCH_START, rrweb.TOUCH_END),
    ],
    ids=["right button", "middle button", "scrolling finger"],
)
def test_a_press_without_a_click_does_not_begin_a_later_click_by_key(other: tuple[int, ...]) -> None:
    """What changed in the fifteen seconds between is no answer to the key."""
    visit, page = page_of()
    press(page, other, "n", at=5000)
    page.says("n", "1", at=9000).focuses("pay", at=19_000).only_clicks("pay", 20_000, by_pointer=False).lives(60_000)
    row = visit.outcome().click("pay")
    assert (row.verdict, row.occurred_at) == ("dead", visit.outcome().click("pay").occurred_at)
    assert visit.outcome().signal("dead_click").started_at == row.occurred_at


def test_a_press_on_an_icon_and_its_click_on_the_button_around_it_are_one() -> None:
    visit, page = page_of()
    press(page, (rrweb.MOUSE_DOWN, rrweb.MOUSE_UP), "n", at=3990)
    page.record(rrweb.interaction(3994, rrweb.CLICK, page.node("pay").node_id, 30, 40)).lives(9000)
    assert (times(visit), visit.outcome().click("pay").x_px) == ([3.994], 30)


def sent_with_enter(visit: Visit, page: Page) -> None:
    """Enter in a field: the browser clicks the form's button at 0,0, and the focus stays in the field."""
    page.types("q", "shoes", at=2000).only_clicks("go", 3500, by_pointer=False).lives(9000)


@pytest.mark.parametrize("how", ["inside", "by form attribute"])
def test_enter_in_a_field_clicks_the_button_of_its_form(how: str) -> None:
    visit = Visit()
    go = button("Go", id="go", type="submit", **({} if how == "inside" else {"form": "f"}))
    form = el("form", field_("q"), *([go] if how == "inside" else []), id="f")
    sent_with_enter(visit, visit.open("http://a.test/", form, *([] if how == "inside" else [go])))
    assert times(visit) == [3.5]


@pytest.mark.parametrize("order", [("u", "secret"), ("secret", "u")], ids=["forwards", "backwards"])
def test_the_focus_that_moves_within_one_millisecond_is_where_it_went(order: tuple[str, str]) -> None:
    """Browsers take the focus and give it in one task, and records of one moment have no order."""
    visit = Visit()
    page = visit.open("http://a.test/", el("form", field_("u"), field_("secret"), button("Go", id="go", type="submit")))
    page.types(order[0], "ada", at=2000).types(order[1], "lovelace", at=3000)
    page.only_clicks("go", 4500, by_pointer=False)
    visit.open("http://a.test/account", el("h1", "Hello"), at=4900).lives(30_000)
    assert times(visit) == [4.5]
    assert visit.kinds() == []


@pytest.mark.parametrize("lost", ["u", "secret"])
def test_a_field_that_lost_the_focus_sends_nothing(lost: str) -> None:
    """The field that was left last, and the one before it: neither has the focus when page code clicks the button."""
    visit = Visit()
    page = visit.open("http://a.test/", el("form", field_("u"), field_("secret"), button("Go", id="go", type="submit")))
    page.types("u", "ada", at=2000)
    if lost == "secret":
        page.types("secret", "lovelace", at=3000)
    page.record(rrweb.interaction(4000, rrweb.BLUR, page.node(lost).node_id))
    page.only_clicks("go", 4500, by_pointer=False).lives(30_000)
    assert times(visit) == []


@pytest.mark.parametrize("kind", ["button", "reset", None])
def test_code_that_clicks_another_button_is_no_visitor(kind: str | None) -> None:
    visit = Visit()
    go = button("Go", id="go", type=kind or "submit")
    form = el("form", field_("q"), *([go] if kind else []), id="f")
    sent_with_enter(visit, visit.open("http://a.test/", form, *([] if kind else [go])))
    assert times(visit) == []

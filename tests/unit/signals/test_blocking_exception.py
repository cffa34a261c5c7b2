"""blocking_exception: an uncaught exception that stopped the visitor."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import button, el
from support.web import Page, Visit

MESSAGE = "Uncaught TypeError: pay is not a function"


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="total"))
    return visit, page.says("total", "1", at=500)


def test_tried_again_and_never_worked() -> None:
    visit, page = shop()
    for at in (4000, 8000):
        page.click("pay", at=at).fails(MESSAGE, at=at + 4)
    page.click("add", at=14_000).says("total", "2", at=14_020).lives(60_000)
    assert "blocking_exception" in visit.kinds()


def test_left_after_the_exception() -> None:
    visit, page = shop()
    page.click("pay", at=4000).fails(MESSAGE, at=4004).lives(9000)
    assert sorted(visit.kinds()) == ["blocking_exception", "error_click", "unexpected_exit"]
    assert visit.outcome().evidence("blocking_exception")["left"] is True


def test_an_exception_that_the_second_try_got_over_stops_nobody() -> None:
    visit, page = shop()
    page.click("pay", at=4000).fails(MESSAGE, at=4004)
    page.click("pay", at=8000).says("total", "paid", at=8040).lives(60_000)
    assert visit.kinds() == ["error_click"]


@pytest.mark.parametrize("left_ms", [1800, 3000])
def test_the_last_try_threw_too_and_the_visitor_went_to_another_page(left_ms: float) -> None:
    """By the address bar, or a bookmark: nothing else tells why the page was left then."""
    visit, page = shop()
    for at in (4000, 8000):
        page.click("pay", at=at).fails(MESSAGE, at=at + 4)
    visit.open("http://shop.test/other", button("A", id="a"), at=8000 + left_ms, how=None).lives(60_000)
    assert "blocking_exception" in visit.kinds()


@pytest.mark.parametrize("threw", [True, False])
def test_the_last_try_led_to_another_page(threw: bool) -> None:
    visit, page = shop()
    page.click("pay", at=4000).fails(MESSAGE, at=4004).click("pay", at=8000)
    if threw:  # a tracker's, say
        page.fails(MESSAGE, at=8004)
    visit.open("http://shop.test/paid", button("A", id="a"), at=8300, how=None).lives(60_000)
    assert "blocking_exception" not in visit.kinds()


def test_an_exception_of_an_answered_click_stops_nobody() -> None:
    visit, page = shop()
    page.click("pay", at=4000).says("total", "paid", at=4020).fails(MESSAGE, at=4030).lives(9000)
    assert "blocking_exception" not in visit.kinds()


def test_a_logged_error_is_no_exception() -> None:
    visit, page = shop()
    page.click("pay", at=4000).record(rrweb.console(4004, "error", "could not track")).lives(9000)
    assert "blocking_exception" not in visit.kinds()


def test_a_script_that_died_at_load_and_left_the_page_dead() -> None:
    visit, page = shop()
    page.fails("Uncaught SyntaxError: Unexpected token '<'", at=300)
    page.click("pay", at=4000).click("add", at=12_000).lives(60_000)
    outcome = visit.outcome()
    assert outcome.evidence("blocking_exception")["silent_controls"] == 2
    assert outcome.kinds.count("blocking_exception") == 1


def test_an_error_at_load_of_a_page_that_works_stops_nobody() -> None:
    visit, page = shop()
    page.fails("Uncaught SyntaxError: Unexpected token '<'", at=300)
    page.click("pay", at=4000).click("add", at=12_000).says("total", "2", at=12_020).lives(60_000)
    assert "blocking_exception" not in visit.kinds()


@pytest.mark.parametrize(("left_ms", "stopped"), [(1400, True), (2400, True), (300, False)])
def test_leaving_some_time_after_the_last_try_is_no_answer(left_ms: float, stopped: bool) -> None:
    """By the address bar; a page that opens at once was opened by the control."""
    visit, page = shop()
    page.adds(button("More", id="more"), at=200).fails("Uncaught SyntaxError: Unexpected token '<'", at=300)
    page.click("pay", at=4000).click("add", at=8000).click("more", at=12_000)
    visit.open("http://shop.test/other", button("A", id="a"), at=12_000 + left_ms, how=None).lives(60_000)
    assert ("blocking_exception" in visit.kinds()) is stopped


@pytest.mark.parametrize(("tried", "stopped"), [(("pay", "add"), False), (("pay", "add", "more"), True)])
def test_several_controls_tried_in_vain_before_one_answers(tried: tuple[str, ...], stopped: bool) -> None:
    visit, page = shop()
    page.adds(button("More", id="more"), at=200).adds(button("Menu", id="menu"), at=210)
    page.fails("Uncaught SyntaxError: Unexpected token '<'", at=300)
    for i, name in enumerate(tried):
        page.click(name, at=4000 + 4000 * i)
    page.click("menu", at=24_000).says("total", "2", at=24_020).lives(60_000)
    assert ("blocking_exception" in visit.kinds()) is stopped


@pytest.mark.parametrize("beside_ms", [60, 700])
def test_what_the_page_changes_by_itself_is_no_answer_to_a_try_that_threw(beside_ms: float) -> None:
    """A value that moves by itself, at no steady rhythm, happened to move right then."""
    visit = Visit()
    page = visit.open("http://shop.test/", button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="total"))
    page.says("total", "1", at=500).adds(el("p", "7", id="people"), at=900)
    page.says("people", "8", at=2100).says("people", "9", at=2600)
    for at in (4000, 8000):
        page.click("pay", at=at).fails(MESSAGE, at=at + 4).says("people", f"1{at}", at=at + beside_ms)
    page.says("people", "12", at=11_700).click("add", at=14_000).says("total", "2", at=14_020).lives(60_000)
    assert "blocking_exception" in visit.kinds()


@pytest.mark.parametrize(("after_ms", "stopped"), [(30, False), (200, False), (600, True)])
def test_what_changes_long_after_a_handler_threw_is_none_of_its_doing(after_ms: float, stopped: bool) -> None:
    visit, page = shop()
    for at in (4000, 8000):
        page.click("pay", at=at).fails(MESSAGE, at=at + 4).says("total", f"{at}", at=at + after_ms)
    page.click("add", at=14_000).says("total", "2", at=14_020).lives(60_000)
    assert ("blocking_exception" in visit.kinds()) == stopped


@pytest.mark.parametrize("took", [200, 900])
def test_what_a_request_brought_is_the_clicks_doing(took: float) -> None:
    visit, page = shop()
    for at in (4000, 8000):
        page.click("pay", at=at).fails(MESSAGE, at=at + 4).asks("/api/pay", at=at + 6, took=took)
        page.says("total", f"{at}", at=at + took + 40)
    page.click("add", at=14_000).says("total", "2", at=14_020).lives(60_000)
    assert "blocking_exception" not in visit.kinds()

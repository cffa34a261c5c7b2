"""Clicks on a control whose answer is under way."""

from __future__ import annotations

import pytest

from support.dom import button, el
from support.web import Page, Visit


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Load", id="load"), button("More", id="more"), el("ul", id="list"))
    return visit, page.adds(el("p", "ready"), at=500)


def answers(page: Page, at: float) -> Page:
    return page.adds(el("li", "found"), at=at, into="list").lives(60_000)


@pytest.mark.parametrize("again", [(6900,), (6900, 7800), (8000,)])
def test_a_late_answer_is_that_of_the_click_that_asked_for_it(again: tuple[float, ...]) -> None:
    visit, page = shop()
    page.click("load", at=6000).asks("/api/list", at=6010, took=4500)
    page.clicks("load", *again)
    answers(page, 10_560)
    assert visit.kinds() == ["slow_response"]


def test_hammering_meanwhile_is_rage_all_the_same() -> None:
    visit, page = shop()
    page.click("load", at=6000).asks("/api/list", at=6010, took=4500)
    page.clicks("load", 6220, 6440, 6660, 6880, 7100)
    answers(page, 10_560)
    assert sorted(visit.kinds()) == ["rage_click", "slow_response"]


@pytest.mark.parametrize("shown_ms", [9500, 11_900])
def test_what_does_not_come_with_the_response_is_no_answer_to_its_click(shown_ms: float) -> None:
    visit, page = shop()
    page.click("load", at=6000).asks("/api/list", at=6010, took=4500).click("load", at=9400)
    answers(page, shown_ms)
    assert "slow_response" not in visit.kinds()


def test_a_failed_request_is_answered_by_nothing() -> None:
    visit, page = shop()
    page.click("load", at=6000).asks("/api/list", at=6010, took=4500, status=500).click("load", at=8000)
    answers(page, 10_560)
    assert "failed_request" in visit.kinds()


@pytest.mark.parametrize("how", ["navigate", None])
@pytest.mark.parametrize("again", [(7500,), (7000, 8200)])
def test_a_page_that_comes_late_is_asked_for_again(again: tuple[float, ...], how: str | None) -> None:
    """The browser tells of the last time only, and plain rrweb of none."""
    visit, page = shop()
    page.clicks("load", 6000, *again)
    visit.open("http://shop.test/found", button("A", id="a"), at=again[-1] + 400, how=how).lives(60_000)
    assert "dead_click" not in visit.kinds()


def test_a_click_long_before_the_one_that_led_away_was_dead() -> None:
    visit, page = shop()
    page.clicks("load", 6000, 20_000)
    visit.open("http://shop.test/found", button("A", id="a"), at=20_500).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_another_control_is_dead_although_a_page_comes() -> None:
    visit, page = shop()
    page.click("more", at=6000).click("load", at=15_000)
    visit.open("http://shop.test/found", button("A", id="a"), at=15_500).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize(
    ("after_ms", "kinds"), [(2000, []), (300, ["dead_click"])], ids=["took its time", "as promptly as it does"]
)
def test_where_no_requests_are_recorded_a_late_answer_may_be_that_of_the_click_before(
    after_ms: float, kinds: list[str]
) -> None:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Load", id="load"), el("ul", id="list"), how=None)
    page.clicks("load", 6000, 7500)
    answers(page, 7500 + after_ms)
    assert visit.kinds() == kinds


def test_what_is_answered_too_late_for_the_click_before_leaves_it_dead() -> None:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Load", id="load"), el("ul", id="list"), how=None)
    page.clicks("load", 6000, 11_000)
    answers(page, 13_000)
    assert visit.kinds() == ["dead_click"]


def test_each_late_answer_excuses_the_clicks_before_it() -> None:
    """Several of them in one visit add up to no hammering."""
    visit = Visit()
    page = visit.open("http://shop.test/", button("Load", id="load"), el("ul", id="list"), how=None)
    for at in (6000, 30_000, 60_000, 90_000):
        page.clicks("load", at, at + 700, at + 1500).adds(el("li", "found"), at=at + 3500, into="list")
    page.lives(120_000)
    assert visit.kinds() == []

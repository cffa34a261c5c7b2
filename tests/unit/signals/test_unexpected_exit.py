"""unexpected_exit: the visitor left right after something went wrong."""

from __future__ import annotations

import pytest

from support.dom import button, el, link, style_sheet
from support.web import Page, Visit


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    content = (button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="n"), link("Home", "/", id="home"))
    return visit, visit.open("http://shop.test/", *content).says("n", "1", at=500)


def test_left_after_a_dead_click() -> None:
    visit, page = shop()
    page.click("pay", at=6000).lives(9000)
    outcome = visit.outcome()
    assert outcome.kinds == ["dead_click", "unexpected_exit"]
    evidence = outcome.evidence("unexpected_exit")
    assert evidence["after"] == "dead_click"
    assert evidence["left_after_ms"] == 3000
    assert outcome.signal("unexpected_exit").element == 'button#pay "Pay"'


def test_left_after_rage() -> None:
    visit, page = shop()
    page.clicks("pay", 6000, 6300, 6600, 6900).lives(9000)
    assert visit.outcome().evidence("unexpected_exit")["after"] == "rage_click"


def test_stayed_for_a_minute() -> None:
    visit, page = shop()
    page.click("pay", at=6000).lives(66_000)
    assert "unexpected_exit" not in visit.kinds()


def test_something_else_worked_afterwards() -> None:
    visit, page = shop()
    page.click("pay", at=6000).click("add", at=9000).says("n", "2", at=9030).lives(12_000)
    assert "unexpected_exit" not in visit.kinds()


def test_went_to_another_page_afterwards() -> None:
    visit, page = shop()
    page.click("pay", at=6000).click("home", at=14_000)
    visit.open("http://shop.test/home", button("x", id="x"), at=14_300).lives(15_000)
    assert "unexpected_exit" not in visit.kinds()


def test_went_on_in_another_tab() -> None:
    visit, page = shop()
    page.click("pay", at=6000).lives(9000)
    other = visit.open("http://shop.test/other", button("x", id="x"), el("p", "0", id="m"), at=1000, window="window-2")
    other.click("x", at=20_000).says("m", "1", at=20_030).lives(40_000)
    assert "unexpected_exit" not in visit.kinds()


def test_a_visit_without_trouble_just_ends() -> None:
    visit, page = shop()
    page.click("add", at=6000).says("n", "2", at=6030).lives(7000)
    assert visit.kinds() == []


def test_a_lesser_annoyance_is_no_reason_to_leave() -> None:
    visit, page = shop()
    for i in range(24):
        page.points(4000 + 50 * i, x=400 + 150 * (i % 2), y=300)
    assert visit.kinds() == ["cursor_thrash"]


@pytest.mark.parametrize(("said", "kinds"), [("TypeError: no items", ["unexpected_exit"]), ("", [])])
def test_a_part_that_shows_a_hand_and_raised_an_error(said: str, kinds: list[str]) -> None:
    """A hand alone says little of what should have happened; an error says that something should have."""
    visit = Visit()
    page = visit.open(
        "http://shop.test/", style_sheet(".head{cursor:pointer}"), el("div", "More", class_="head", id="h")
    )
    page.click("h", at=6000)
    if said:
        page.fails(f"Uncaught {said}", at=6005)
    page.lives(9000)
    assert [kind for kind in visit.kinds() if kind == "unexpected_exit"] == kinds


@pytest.mark.parametrize(
    ("url", "kinds"),
    [("http://shop.test/#/help", []), ("http://shop.test/#!", ["unexpected_exit"]), (None, ["unexpected_exit"])],
)
def test_went_on_within_the_application(url: str | None, kinds: list[str]) -> None:
    """By an address that was typed; a link that does nothing may change the fragment."""
    visit, page = shop()
    page.click("pay", at=6000).lives(12_000)
    if url is not None:
        visit.event("$autocapture", at=5990, _current_url="http://shop.test/")
        visit.event("$pageview", at=9000, _current_url=url)
    assert [kind for kind in visit.kinds() if kind == "unexpected_exit"] == kinds

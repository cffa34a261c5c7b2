"""What comes some time after a silent click by other means: another view, an unseen layer."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, link
from support.web import Page, Visit

URL = "http://power.test/#/start"
LAID = "position: absolute; inset: 0; opacity: 0"


def app(*content: El) -> tuple[Visit, Page]:
    visit = Visit()
    menu = [link("Start", "#/start", id="start", class_="active"), link("Bills", "#/bills", id="bills")]
    menu += [link("Help", "#/help", id="help"), button("Star", id="star")]
    page = visit.open(URL, *menu, el("p", id="view"), *content)
    return visit, page


def shows(page: Page, name: str, at: float, by: str = "class") -> Page:
    """The application shows the view of a link of its menu."""
    mark: dict[str, object] = {"class_": "active"} if by == "class" else {"aria_current": "page"}
    unmark: dict[str, object] = {"class_": ""} if by == "class" else {"aria_current": None}
    page.adds(el("h2", name), at=at, into="view").sets("start", at, **unmark).sets(name, at, **mark)
    return page.at_once(3)


@pytest.mark.parametrize("by", ["class", "aria-current"])
@pytest.mark.parametrize("later", [1800, 2800, 5500])
def test_a_button_and_a_view_that_the_visitor_came_to_by_the_address(later: float, by: str) -> None:
    visit, page = app()
    shows(page.click("star", at=4000), "bills", at=4000 + later, by=by).lives(60_000)
    assert visit.kinds() == ["dead_click"]
    assert visit.verdict("star") == "dead"


@pytest.mark.parametrize("later", [1800, 2800])
def test_a_link_whose_view_comes_late(later: float) -> None:
    visit, page = app()
    shows(page.click("bills", at=4000), "bills", at=4000 + later).lives(60_000)
    assert visit.verdict("bills") == "alive"


@pytest.mark.parametrize("later", [1800, 2800])
def test_a_link_and_the_view_of_another_one(later: float) -> None:
    visit, page = app()
    shows(page.click("help", at=4000), "bills", at=4000 + later)
    page.click("star", at=9000).adds(el("p", "Starred"), at=9040).lives(60_000)
    assert visit.verdict("help") == "unknown"  # it may have been opened in the background


def test_a_view_at_once_is_an_answer_whatever_the_menu_says() -> None:
    visit, page = app()
    shows(page.click("star", at=4000), "bills", at=4300).lives(60_000)
    assert visit.verdict("star") == "alive"


def test_a_view_that_the_response_of_the_button_brings() -> None:
    visit, page = app()
    page.click("star", at=4000).asks("/api/star", at=4010, took=2700)
    shows(page, "bills", at=6740).lives(60_000)
    assert visit.verdict("star") != "dead"


@pytest.mark.parametrize("href", ["#/grid", "#/map"])
def test_a_link_and_a_late_view_of_the_address_that_was_told_next(href: str) -> None:
    visit = Visit()
    page = visit.open(URL, link("Grid", href, id="it"), button("More", id="more"), el("p", id="view"))
    page.click("it", at=4000).adds(el("h2", "Panel"), at=6300, into="view")
    page.click("more", at=15_000).adds(el("p", "More"), at=15_040).lives(60_000)
    visit.event("$autocapture", at=4001, _current_url=URL)
    visit.event("$autocapture", at=15_001, _current_url="http://power.test/#/panel")
    assert visit.verdict("it") == "unknown"
    visit.analytics.pop()
    visit.event("$autocapture", at=15_001, _current_url=f"http://power.test/{href}")
    assert visit.verdict("it") == "alive"


@pytest.mark.parametrize(
    ("style", "verdict"), [(LAID, "dead"), ("position: absolute; inset: 0", "dead"), ("", "alive")]
)
def test_a_layer_that_nobody_can_see_is_no_late_answer(style: str, verdict: str) -> None:
    visit, page = app()
    page.click("star", at=4000).adds(el("div", style=style), at=7000).lives(60_000)
    assert visit.verdict("star") == verdict


def test_a_layer_beside_a_late_answer() -> None:
    visit, page = app()
    page.click("star", at=4000).adds(el("div", style=LAID), at=6000).adds(el("p", "Starred"), at=6400).lives(60_000)
    assert visit.verdict("star") == "alive"


# A page that a script stopped, and that the visitor opened anew by its address


@pytest.mark.parametrize(("silent", "verdict"), [("star", "dead"), ("bills", "unknown")])
def test_a_silent_link_after_a_script_died(silent: str, verdict: str) -> None:
    visit, page = app(button("More", id="more"))
    page.record(rrweb.console(3000, "error", "Uncaught TypeError: store is undefined"))
    page.click(silent, at=5000).click("help", at=8000)
    page.click("more", at=16_000).adds(el("p", "More"), at=16_040).lives(60_000)
    assert visit.verdict("help") == verdict


def test_a_silent_link_after_something_answered_again() -> None:
    visit, page = app(button("More", id="more"))
    page.record(rrweb.console(3000, "error", "Uncaught TypeError: store is undefined"))
    page.click("star", at=4000).click("more", at=6000).adds(el("p", "More"), at=6040)
    page.click("help", at=9000).click("more", at=16_000).adds(el("p", "More"), at=16_040).lives(60_000)
    assert visit.verdict("help") == "unknown"


# A checkout that shows where the page went, of which the recorder missed the rest


@pytest.mark.parametrize(("href", "verdict"), [("http://fish.test/#/", "alive"), ("http://fish.test/#/help", "dead")])
@pytest.mark.parametrize("after", [75, 700])
def test_a_checkout_right_after_the_click(href: str, verdict: str, after: float) -> None:
    visit = Visit()
    page = visit.open(
        "http://fish.test/#/help", button("Back", id="it"), button("More", id="more"), el("p", "0", id="n")
    )
    page.click("more", at=1500).says("n", "1", at=1540).click("it", at=6000)
    page.url = href
    page.checks_out(at=6000 + after).lives(60_000)
    visit.event("$autocapture", at=6002, _current_url="http://fish.test/#/help")
    assert visit.verdict("it") == verdict


@pytest.mark.parametrize(("told", "after"), [(2000, 75), (6002, 3000)], ids=["told before", "checkout later"])
def test_a_checkout_that_may_show_an_older_change(told: float, after: float) -> None:
    visit = Visit()
    page = visit.open(
        "http://fish.test/#/help", button("Back", id="it"), button("More", id="more"), el("p", "0", id="n")
    )
    page.click("more", at=1500).says("n", "1", at=1540).click("it", at=6000)
    page.url = "http://fish.test/#/"
    page.checks_out(at=6000 + after).lives(60_000)
    visit.event("$autocapture", at=told, _current_url="http://fish.test/#/help")
    assert visit.verdict("it") == "dead"

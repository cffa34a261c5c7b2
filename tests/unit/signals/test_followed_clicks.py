"""Silent clicks that another page follows, that only counters hear of, or that a dead script explains."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, link
from support.outcome import START_MS
from support.web import Page, Visit

URL = "http://a.test/list"
OTHER = (el("p", "An item"), button("x"), button("y"), link("z", "/z"))


def shop(*content: El | str, how: str | None = "navigate") -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(URL, el("p", "0", id="n"), button("Save", id="save"), el("p", "x", id="text"), *content, how=how)
    return visit, page.says("n", "1", at=500)


def test_a_page_that_follows_on_a_button_may_be_its_answer() -> None:
    """Plain rrweb tells no navigations, and the pointer moves on until the server has answered."""
    visit, page = shop(how=None)
    page.click("save", at=6000).points(8300)
    visit.open("http://a.test/item", *OTHER, at=8400, how=None).lives(20_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("why", ["late", "elsewhere", "typed meanwhile", "a navigation of its own"])
def test_a_page_that_follows_for_another_reason(why: str) -> None:
    visit, page = shop(el("input", id="field"), how=None)
    page.click("save", at=6000)
    if why == "typed meanwhile":
        page.types("field", "abc", at=7300)
    at = 16_000 if why == "late" else 8400
    page.points(at - 100)
    url = "http://b.test/item" if why == "elsewhere" else "http://a.test/item"
    how = "navigate" if why == "a navigation of its own" else None
    visit.open(url, *OTHER, at=at, how=how).lives(30_000)
    assert "dead_click" in visit.kinds()


def sent(page: Page, url: str, at: float) -> Page:
    request = {"name": url, "initiatorType": "fetch", "method": "POST", "responseStatus": 204, "duration": 30}
    return page.record(rrweb.network(at + 30, request | {"timestamp": START_MS + at}))


@pytest.mark.parametrize("url", ["https://www.google-analytics.com/g/collect?v=2", "https://www.facebook.com/tr/?id=1"])
def test_a_request_to_a_service_that_counts_visits_is_no_sign_of_life(url: str) -> None:
    visit, page = shop()
    sent(page.click("save", at=6000), url, 6010).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_request_that_any_click_sends_is_no_sign_of_life() -> None:
    visit, page = shop(button("Go", id="go"))
    for name, at in (("go", 3000), ("text", 4500), ("save", 6000), ("go", 16_000)):
        sent(page.click(name, at=at), "http://a.test/track?at=1", at + 5)
        if name == "go":
            page.says("n", str(at), at=at + 40)
    page.lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_request_of_the_sites_own_is_a_sign_of_life() -> None:
    visit, page = shop()
    sent(page.click("save", at=6000), "http://a.test/save", 6010)
    sent(page.click("text", at=16_000), "http://a.test/track", 16_010).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("died", [True, False])
def test_silence_of_a_whole_page_whose_script_died(died: bool) -> None:
    """Without it the recorder may be blind."""
    visit = Visit()
    page = visit.open(URL, *(button(f"B{i}", id=f"b{i}") for i in range(5)))
    if died:
        page.fails("Uncaught TypeError: x is undefined", at=300)
    for i in range(4):
        page.click(f"b{i}", at=4000 + 4000 * i)
    page.lives(60_000)
    assert ("blocking_exception" in visit.kinds()) is died
    assert {visit.verdict(f"b{i}") for i in range(4)} == {"dead" if died else "unknown"}


@pytest.mark.parametrize("others", [3, 2])
@pytest.mark.parametrize("works_again", [False, True])
def test_a_handler_that_threw_and_took_the_page_with_it(others: int, works_again: bool) -> None:
    visit = Visit()
    page = visit.open(URL, *(button(f"B{i}", id=f"b{i}") for i in range(5)), el("p", "0", id="n")).says(
        "n", "1", at=500
    )
    page.click("b0", at=3000).says("n", "2", at=3030)
    page.click("b1", at=6000).fails("Uncaught TypeError: a is null", at=6004)
    for i in range(others):
        page.click(f"b{2 + i}", at=10_000 + 4000 * i)
    if works_again:
        page.click("b0", at=40_000).says("n", "3", at=40_030)
    page.lives(90_000)
    assert ("blocking_exception" in visit.kinds()) is (others == 3 and not works_again)


@pytest.mark.parametrize(
    ("follows", "verdict"),
    [("target", "alive"), ("another page", "dead"), ("typed meanwhile", "dead"), ("much later", "dead")],
)
def test_the_target_of_a_link_that_comes_late(follows: str, verdict: str) -> None:
    """Static pages of a slow server: plain rrweb tells no navigations, and the visitor reads on while it loads."""
    visit, page = shop(link("Guide", "/guide", id="guide"), el("input", id="field"), how=None)
    page.clicks("guide", 6000, 8700).scrolls(300, at=9900).points(17_900)
    if follows == "typed meanwhile":
        page.types("field", "abc", at=12_000)
    at = 60_000 if follows == "much later" else 18_700
    page.points(at - 100)
    url = "http://a.test/list/2" if follows == "another page" else "http://a.test/guide"
    visit.open(url, *OTHER, at=at, how=None).lives(at + 9000)
    assert visit.verdict("guide") == verdict
    assert (verdict == "dead") == ("dead_click" in visit.kinds())

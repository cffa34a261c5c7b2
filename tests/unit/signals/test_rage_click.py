"""rage_click: hammering without progress, told from fast use."""

from __future__ import annotations

import pytest

from replay_signals.schemas.confidence import TABLE
from replay_signals.schemas.rules import Rage, Rules
from support import events as rrweb
from support.dom import El, button, el, field_
from support.web import Page, Visit


def shop(*content: El | str) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/cart", button("Pay", id="pay"), el("p", "0", id="total"), *content)
    return visit, page.says("total", "1", at=500)


def test_five_fast_clicks_on_a_dead_button_are_one_rage_click() -> None:
    visit, page = shop()
    page.clicks("pay", 4000, 4250, 4500, 4750, 5000).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["rage_click"]
    found = outcome.signal("rage_click")
    assert found.click_count == 5
    assert found.element == 'button#pay "Pay"'
    assert (found.ended_at - found.started_at).total_seconds() == pytest.approx(1.008)
    assert outcome.evidence("rage_click")["unanswered"] == 5


def test_two_fast_clicks_are_a_habit() -> None:
    visit, page = shop()
    page.clicks("pay", 4000, 4250).lives(60_000)
    assert visit.kinds() == ["dead_click", "dead_click"]


def test_three_slow_clicks_are_three_tries() -> None:
    visit, page = shop()
    page.clicks("pay", 4000, 5500, 7000).lives(60_000)
    assert visit.kinds() == ["dead_click"] * 3
    assert visit.outcome().rows.signals[-1].components["attempts"] == 10


def test_a_stepper_that_moves_each_time_is_use() -> None:
    visit, page = shop(button("+", id="more"))
    for i in range(6):
        page.click("more", at=4000 + 200 * i).says("total", str(i), at=4030 + 200 * i)
    assert visit.kinds() == []
    assert set(visit.outcome().verdicts()) == {"alive"}


def test_a_pager_that_loads_each_page_is_use() -> None:
    visit, page = shop(button("Next", id="next"), el("ul", id="list"))
    for i in range(5):
        page.click("next", at=4000 + 700 * i).asks(f"/api/items/{i}", at=4010 + 700 * i, took=300)
        page.adds(el("li", f"item {i}"), at=4320 + 700 * i, into="list")
    assert visit.kinds() == []


def test_a_toggle_switched_to_and_fro_is_use() -> None:
    visit, page = shop(button("Monthly", id="toggle"))
    for i in range(6):
        page.click("toggle", at=4000 + 300 * i).sets("toggle", at=4020 + 300 * i, aria_pressed=str(i % 2 == 0).lower())
    assert visit.kinds() == []


def test_a_carousel_of_pictures_paged_fast_is_use() -> None:
    """DataDog/browser-sdk#3621: next buttons flagged as rage."""
    visit, page = shop(el("a", "Next", href="#", id="next"), el("img", id="picture", src="0.jpg"))
    for i in range(5):
        page.click("next", at=4000 + 350 * i).sets("picture", at=4030 + 350 * i, src=f"{i}.jpg")
    assert visit.kinds() == []


def test_three_checks_of_a_checkbox_are_use() -> None:
    visit, page = shop(field_("terms", "checkbox"))
    for i in range(4):
        page.click("terms", at=4000 + 300 * i).inputs("terms", "on", at=4003 + 300 * i, checked=i % 2 == 0)
    assert visit.kinds() == []


def test_an_animation_does_not_hide_rage() -> None:
    """getsentry/sentry-javascript#17164: the button wobbles with each click and does nothing."""
    visit, page = shop()
    for i in range(5):
        wobble = el("span", class_="ripple")
        page.click("pay", at=4000 + 300 * i)
        page.adds(wobble, at=4005 + 300 * i, into="pay").removes(wobble, at=4205 + 300 * i, from_="pay")
    page.lives(60_000)
    assert visit.kinds() == ["rage_click"]


def test_a_clock_does_not_hide_rage() -> None:
    visit, page = shop(el("p", "00:00", id="clock"))
    page.ticks("clock", every=1000, until=60_000).clicks("pay", 8050, 8300, 8550, 8800, 9050)
    assert visit.kinds() == ["rage_click"]


def test_rage_that_ends_in_an_answer_is_still_rage() -> None:
    visit, page = shop()
    page.clicks("pay", 4000, 4250, 4500, 4750, 5000).says("total", "2", at=5050).lives(60_000)
    assert visit.kinds() == ["rage_click"]


def test_impatience_with_a_slow_working_button_is_no_rage() -> None:
    """Six clicks while the first one's request was under way; every one was heard."""
    visit, page = shop()
    for i in range(6):
        page.click("pay", at=4000 + 200 * i).asks("/api/pay", at=4010 + 200 * i, took=1500, method="POST")
    for i in range(6):
        page.says("total", str(i), at=5520 + 200 * i)
    page.lives(60_000)
    assert "rage_click" not in visit.kinds()


def test_a_triple_click_that_selects_a_paragraph_is_no_rage() -> None:
    visit, page = shop(el("p", "Order 4711 was sent", id="order"))
    page.double_click("order", at=4000).click("order", at=4150).selects(at=4000).selects(at=4151).lives(60_000)
    assert visit.kinds() == []


def test_a_triple_click_in_a_text_field_is_no_rage() -> None:
    visit, page = shop(field_("mail", "email"))
    page.clicks("mail", 4000, 4150, 4300).lives(60_000)
    assert visit.kinds() == []


def test_hammering_on_something_that_is_no_control() -> None:
    visit, page = shop(el("div", "A picture of a button", id="fake"))
    page.clicks("fake", *range(4000, 6000, 250)).lives(60_000)
    found = visit.outcome().signal("rage_click")
    assert found.confidence == TABLE.confidence("rage_click", "weak")


@pytest.mark.parametrize(("times", "kinds"), [(4, []), (5, ["rage_click"]), (8, ["rage_click"])])
def test_that_quick_clicks_select_what_is_hammered_is_no_answer(times: int, kinds: list[str]) -> None:
    visit, page = shop(el("div", "A picture of a button", id="fake"))
    for i in range(times):
        page.selects(at=3990 + 250 * i).click("fake", at=4000 + 250 * i)
    page.lives(60_000)
    assert visit.kinds() == kinds


def test_hammering_that_opens_something_is_use() -> None:
    visit, page = shop(el("div", "A picture of a button", id="fake"), el("p", "0", id="shown"))
    for i in range(6):
        page.selects(at=3990 + 250 * i).click("fake", at=4000 + 250 * i).says("shown", str(i), at=4020 + 250 * i)
    page.lives(60_000)
    assert visit.kinds() == []


def test_a_page_of_its_own_each_time_is_no_burst() -> None:
    visit = Visit()
    for i in range(4):
        page = visit.open(f"http://shop.test/p{i}", el("a", "Next", href=f"/p{i + 1}", id="next"), at=900 * i)
        page.click("next", at=900 * i + 600)
    visit.open("http://shop.test/p4", at=3600).lives(5000)
    assert "rage_click" not in visit.kinds()


def test_clicks_on_different_controls_are_no_burst() -> None:
    visit, page = shop(button("A", id="a"), button("B", id="b"), button("C", id="c"))
    page.click("a", 4000, x=10, y=10).click("b", 4300, x=200, y=10).click("c", 4600, x=400, y=10).lives(60_000)
    assert "rage_click" not in visit.kinds()


def test_failing_requests_are_rage_and_one_failed_request() -> None:
    visit, page = shop()
    for i in range(4):
        page.click("pay", at=4000 + 400 * i).asks("/api/pay", at=4010 + 400 * i, took=90, status=500, method="POST")
    page.lives(60_000)
    assert sorted(visit.kinds()) == ["failed_request", "rage_click"]
    assert visit.outcome().evidence("rage_click")["failed_requests"] == 4


@pytest.mark.parametrize(("count", "kinds"), [(3, []), (6, ["rage_click"])])
def test_hammering_on_what_asks_and_never_shows_an_answer(count: int, kinds: list[str]) -> None:
    """Three may be three votes; who goes on sees nothing come of it."""
    visit, page = shop()
    for i in range(count):
        page.click("pay", at=4000 + 250 * i).asks("/api/pay", at=4010 + 250 * i, took=90, method="POST")
    page.lives(60_000)
    assert visit.kinds() == kinds


def test_a_double_click_is_two_clicks_not_three() -> None:
    """PostHog counts Click, Click, DblClick as three and calls it rage."""
    visit, page = shop()
    page.double_click("pay", at=4000).lives(60_000)
    assert "rage_click" not in visit.kinds()
    assert len(visit.outcome().rows.interactions) == 2


def test_the_rules_file_decides_how_many_clicks_are_rage() -> None:
    visit, page = shop()
    page.clicks("pay", 4000, 4250, 4500).lives(60_000)
    assert visit.outcome(Rules()).kinds == ["rage_click"]
    assert "rage_click" not in visit.outcome(Rules(rage=Rage(min_clicks=4))).kinds
    assert "rage_click" not in visit.outcome(Rules(rage=Rage(gap_ms=200))).kinds


def test_an_error_seen_by_console_and_by_the_sdk_counts_once() -> None:
    visit, page = shop()
    for at in (4000, 4300, 4600):
        page.click("pay", at=at).fails("TypeError: x is undefined", at=at + 3)
        exception = {"type": "TypeError", "value": "x is undefined"}
        visit.event("$exception", at=at + 5, _exception_list=[exception])
    page.lives(60_000)
    assert visit.outcome().evidence("rage_click")["errors"] == 3


@pytest.mark.parametrize("leaves_ms", [0, 4])
def test_the_value_of_a_field_that_is_left_is_no_answer(leaves_ms: float) -> None:
    """A recorder that tells values when they are final tells it as the press takes the focus."""
    visit, page = shop(field_("seats"))
    field, pay = page.node("seats").node_id, page.node("pay").node_id
    page.focuses("seats", at=2000).record(rrweb.interaction(4000, 1, pay, 400, 300)).inputs("seats", "4", at=4001)
    page.record(rrweb.interaction(4001 + leaves_ms, 6, field)).record(rrweb.interaction(4060, 0, pay, 400, 300))
    page.record(rrweb.interaction(4062, 2, pay, 400, 300)).clicks("pay", 4300, 4550).lives(60_000)
    assert "rage_click" in visit.kinds()


@pytest.mark.parametrize("times", [(4000, 4300, 4600), (4000, 4250, 4500, 4800)])
def test_quick_clicks_that_throw_and_select_a_text(times: tuple[float, ...]) -> None:
    visit, page = shop(el("p", "Pier 4", id="pier"))
    for t in times:
        page.click("pier", at=t).fails("Uncaught TypeError: berth is undefined", at=t + 14).selects(at=t + 17)
    page.lives(60_000)
    assert "rage_click" in visit.kinds()


@pytest.mark.parametrize(("doubles", "kinds"), [((0,), ["rage_click"]), ((0, 4), ["rage_click"]), ((0, 2, 4), [])])
def test_hammering_that_the_browser_takes_for_double_clicks(doubles: tuple[int, ...], kinds: list[str]) -> None:
    """Double clicks alone are a thing done again."""
    visit, page = shop(el("div", "A picture of a button", id="fake"))
    for i in range(6):
        page.click("fake", at=4000 + 400 * i)
        if i - 1 in doubles:
            page.record(rrweb.interaction(4003 + 400 * i, rrweb.DBL_CLICK, page.node("fake").node_id, 9, 9))
    page.lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(("clicks", "kinds"), [(3, False), (4, True)])
def test_who_clicks_on_after_a_double_click_selects_no_words(clicks: int, kinds: bool) -> None:
    visit, page = shop(el("div", "Two for one", id="card", class_="card", style="cursor: pointer"))
    page.double_click("card", at=4000)
    for i in range(clicks - 2):
        page.click("card", at=4500 + 250 * i)
    page.lives(60_000)
    assert ("rage_click" in visit.kinds()) == kinds

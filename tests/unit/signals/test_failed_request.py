"""failed_request: what a click asked the server for failed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from replay_signals.schemas.confidence import TABLE
from support.dom import El, button, el
from support.web import Page, Visit


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="total"))
    return visit, page.says("total", "1", at=500)


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_request_of_the_click_that_failed(status: int) -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay?card=4711", at=4010, status=status, method="POST")
    page.click("add", at=9000).says("total", "2", at=9020).lives(60_000)
    assert visit.kinds() == ["failed_request"]
    evidence = visit.outcome().evidence("failed_request")
    assert (evidence["method"], evidence["status"]) == ("POST", status)
    assert evidence["url"] == "http://shop.test/api/pay"


def test_a_server_s_failure_weighs_more_than_a_refusal() -> None:
    def severity(status: int) -> float:
        visit, page = shop()
        page.click("pay", at=4000).asks("/api/pay", at=4010, status=status).click("add", at=9000)
        page.says("total", "2", at=9020).lives(60_000)
        return visit.outcome().signal("failed_request").severity

    assert severity(500) > severity(422)


def test_a_failure_that_the_page_explains_weighs_less() -> None:
    def severity(explained: bool) -> float:
        visit, page = shop()
        page.click("pay", at=4000).asks("/api/pay", at=4010, status=500)
        if explained:
            page.adds(el("p", "Please try again", role="alert"), at=4150)
        page.click("add", at=9000).says("total", "2", at=9020).lives(60_000)
        return visit.outcome().signal("failed_request").severity

    assert severity(explained=True) < severity(explained=False)


def test_failing_polling_belongs_to_no_click() -> None:
    visit, page = shop()
    for i in range(12):
        page.asks("/api/poll", at=1500 + 2000 * i, status=500)
    page.click("add", at=7480).says("total", "2", at=7520).lives(60_000)
    assert "failed_request" not in visit.kinds()


def test_a_picture_that_is_missing_is_no_failed_request() -> None:
    visit, page = shop()
    page.click("add", at=4000).says("total", "2", at=4020)
    page.asks("/logo.png", at=4030, status=404)
    request = visit.recorded["window-1"][-1]["data"]["payload"]["requests"][0]  # type: ignore[index]
    request["initiatorType"] = "img"
    page.lives(60_000)
    assert "failed_request" not in visit.kinds()


def test_a_retry_that_worked_recovers() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, status=503)
    page.click("pay", at=9000).asks("/api/pay", at=9010).says("total", "paid", at=9150).lives(60_000)
    found = visit.outcome().signal("failed_request")
    assert "no_recovery" not in found.components
    assert "left" not in found.components


def test_the_request_that_worked_is_no_signal() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010).says("total", "paid", at=4150).lives(60_000)
    assert visit.kinds() == []


def uses(page: Page) -> Page:
    return page.click("add", at=20_000).says("total", "2", at=20_020).lives(60_000)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_was_renewed(method: str) -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/orders", at=4010, status=401, took=60, method=method)
    page.asks("/api/token", at=4075, took=80, method="POST").asks("/api/orders", at=4160, took=90, method=method)
    uses(page.says("total", "paid", at=4260))
    assert visit.kinds() == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_page_tries_again_by_itself(status: int) -> None:
    """With longer and longer pauses."""
    visit, page = shop()
    page.click("pay", at=4000)
    for at in (4010, 4600, 6000):
        page.asks("/api/pay", at=at, status=status, took=100, method="POST")
    page.asks("/api/pay", at=9000, took=100, method="POST").says("total", "paid", at=9110)
    uses(page)
    assert "failed_request" not in visit.kinds()


def test_trying_again_in_vain() -> None:
    visit, page = shop()
    page.click("pay", at=4000)
    for at in (4010, 4600, 6000):
        page.asks("/api/pay", at=at, status=503, took=100, method="POST")
    uses(page)
    assert visit.kinds() == ["failed_request"]


def test_another_request_that_worked_mends_nothing() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, status=500, took=60, method="POST")
    page.asks("/api/errors", at=4100, method="POST").asks("/api/pay", at=4300, method="GET")
    uses(page)
    assert visit.kinds() == ["failed_request"]


def test_a_visitor_who_tries_again_had_a_failure() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, status=500, took=60)
    page.click("pay", at=7000).asks("/api/pay", at=7010, took=60).says("total", "paid", at=7100)
    uses(page)
    assert visit.kinds() == ["failed_request"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_not_found_as_the_answer(method: str) -> None:
    """Is this name still free?"""
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/users/jane", at=4010, status=404, took=60, method=method)
    uses(page.says("total", "jane is free", at=4090))
    assert visit.kinds() == []


def test_not_found_with_a_complaint() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/items/7", at=4010, status=404, took=60)
    uses(page.adds(el("p", "This item cannot be shown", role="alert"), at=4090))
    assert visit.kinds() == ["failed_request"]


def test_not_found_after_which_nothing_happens() -> None:
    visit, page = shop()
    uses(page.click("pay", at=4000).asks("/api/items/7", at=4010, status=404, took=60))
    assert visit.kinds() == ["failed_request"]


@pytest.mark.parametrize("status", [0, None])
def test_a_request_without_a_status_was_cancelled_or_blocked(status: int | None) -> None:
    visit, page = shop()
    page.click("pay", at=4000).says("total", "2", at=4020).asks("/api/suggest", at=4010, status=status or 0)
    uses(page)
    assert visit.kinds() == []


def test_counting_visits_failed() -> None:
    visit, page = shop()
    page.click("pay", at=4000).says("total", "2", at=4020).asks("/collect", at=4010, status=503)
    request = visit.recorded["window-1"][-1]["data"]["payload"]["requests"][0]  # type: ignore[index]
    request["name"] = "https://region1.google-analytics.com/g/collect"
    uses(page)
    assert visit.kinds() == []


@pytest.mark.parametrize(
    ("path", "method", "answered", "kinds"),
    [
        ("/track", "POST", True, []),
        ("/api/telemetry", "POST", True, []),
        ("/track", "GET", True, ["failed_request"]),
        ("/track", "POST", False, ["failed_request"]),
        ("/api/pay", "POST", True, ["failed_request"]),
    ],
)
def test_counting_clicks_failed_at_the_site_itself(path: str, method: str, answered: bool, kinds: list[str]) -> None:
    """Known by its path alone it may be the tracking of an order, so the click has to have done its work."""
    visit, page = shop()
    page.click("pay", at=4000).asks(path, at=4010, status=503, method=method)
    if answered:
        page.says("total", "2", at=4020)
    uses(page)
    assert visit.kinds() == kinds


def test_a_status_that_was_logged_and_a_token_that_was_renewed() -> None:
    """No network is recorded here."""
    visit = Visit()
    page = visit.open(
        "http://shop.test/", button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="total"), how=None
    )
    page.click("pay", at=4000).fails("request failed with status 401", at=4080).says("total", "paid", at=4260)
    uses(page)
    assert "failed_request" not in visit.kinds()


def sign_in(id: str = "sign-in", **attrs: object) -> El:
    return el(
        "div", el("form", el("input", type="password"), button("Sign in", id="send")), id=id, role="dialog", **attrs
    )


def adds_a_dialog(page: Page) -> None:
    page.adds(sign_in(), at=4100)


def shows_a_dialog(page: Page) -> None:
    page.sets("hidden-dialog", at=4100, class_="show")


def goes_to_sign_in(page: Page) -> None:
    page.visit.open("http://shop.test/login", sign_in(), at=4300).lives(60_000)


@pytest.mark.parametrize("answers", [adds_a_dialog, shows_a_dialog, goes_to_sign_in])
@pytest.mark.parametrize("status", [401, 500])
def test_asking_to_sign_in_is_the_answer_to_an_expired_session(answers: Callable[[Page], None], status: int) -> None:
    visit = Visit()
    there = [sign_in("hidden-dialog", class_="hide")] if answers is shows_a_dialog else []
    page = visit.open("http://shop.test/", button("Pay", id="pay"), *there)
    answers(page.click("pay", at=4000).asks("/api/pay", at=4010, status=status, took=60))
    page.lives(4200 if answers is goes_to_sign_in else 60_000)
    assert ("failed_request" in visit.kinds()) == (status == 500)


@pytest.mark.parametrize("made_anew", [True, False])
def test_a_refused_password_is_a_failed_request(made_anew: bool) -> None:
    visit = Visit()
    form = sign_in()
    page = visit.open("http://shop.test/", form)
    page.click("send", at=4000).asks("/api/session", at=4010, status=401, took=60, method="POST")
    if made_anew:
        page.removes(form, at=4100).adds(sign_in("again"), at=4101)
    else:
        page.sets(form, at=4100, class_="shake")
    assert "failed_request" in page.lives(60_000).visit.kinds()


def broken(path: str = "/api/pay", how: str | None = "navigate") -> tuple[Visit, Page]:
    """A click whose request got no status, in a browser that tells them, if it is not an old one."""
    visit = Visit()
    parts = button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="total")
    page = visit.open("http://shop.test/", *parts, how=how).says("total", "1", at=500)
    page.click("add", at=1800).asks("/api/add", at=1810, status=200 if how else 0).says("total", "2", at=1950)
    return visit, page.click("pay", at=6000).asks(path, at=6010, status=0, took=380, method="POST")


@pytest.mark.parametrize("path", ["/api/pay", "/checkout?step=2"])
def test_a_request_that_the_network_broke_off(path: str) -> None:
    visit, page = broken(path)
    uses(page)
    outcome = visit.outcome()
    assert outcome.kinds == ["failed_request"]
    assert outcome.evidence("failed_request")["status"] is None
    assert outcome.signal("failed_request").confidence == TABLE.confidence("failed_request", "broken")


def test_no_status_says_nothing_where_the_recorder_tells_none() -> None:
    visit, page = broken(how=None)
    uses(page)
    assert "failed_request" not in visit.kinds()


@pytest.mark.parametrize("then", ["answered", "asked again", "called off", "left"])
def test_a_request_that_the_page_itself_may_have_called_off(then: str) -> None:
    visit, page = broken()
    match then:
        case "answered":
            page.says("total", "paid", at=6200)
        case "asked again":
            page.asks("/api/pay", at=6395, method="POST")
        case "called off":
            page.click("add", at=6250)
        case _:
            visit.open("http://shop.test/done", button("x", id="x"), at=6450).lives(60_000)
            assert "failed_request" not in visit.kinds()
            return
    uses(page)
    assert "failed_request" not in visit.kinds()


def test_a_visitor_who_asks_again_had_a_broken_request() -> None:
    visit, page = broken()
    page.click("pay", at=9000).asks("/api/pay", at=9010, method="POST").says("total", "paid", at=9150)
    uses(page)
    assert visit.kinds() == ["failed_request"]


def test_a_request_to_another_site_hides_its_status() -> None:
    visit, page = broken()
    request = visit.recorded["window-1"][-1]["data"]["payload"]["requests"][0]  # type: ignore[index]
    request["name"] = "http://api.elsewhere.test/pay"
    uses(page)
    assert "failed_request" not in visit.kinds()


def test_a_click_whose_request_is_called_like_one_that_counts_clicks() -> None:
    """Where is my parcel? By its path it may count clicks, but it failed."""
    visit = Visit()
    page = visit.open("http://shop.test/", button("Track parcel", id="track"), el("p", "0", id="total"))
    page.click("track", at=4000).asks("/api/track", at=4010, status=500).lives(60_000)
    assert visit.kinds() == ["failed_request"]


def test_requests_that_fall_into_the_rhythm_of_a_show_by_chance() -> None:
    """A wheel that turns all the time while a button is pressed time and again: it is the presses that ask."""
    visit, page = shop()
    for at in range(1000, 40_000, 120):
        page.sets("total", at=at, style=f"rotate: {at}deg")
    for turns in (42, 66, 91, 117, 160, 209):
        page.click("pay", at=1005 + 120 * turns).asks("/api/pay", at=1009 + 120 * turns, status=403)
    page.lives(60_000)
    assert visit.kinds().count("failed_request") == 6

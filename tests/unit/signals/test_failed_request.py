"""failed_request: what a click asked the server for failed."""

from __future__ import annotations

import pytest

from support.dom import button, el
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

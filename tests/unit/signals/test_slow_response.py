"""slow_response: an answer that came, but late."""

from __future__ import annotations

from support.dom import button, el
from support.web import Page, Visit


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Pay", id="pay"), el("p", "0", id="total"))
    return visit, page.says("total", "1", at=500)


def test_an_answer_after_five_seconds() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=5000).says("total", "paid", at=9040).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["slow_response"]
    assert outcome.signal("slow_response").verdict == "slow"
    assert outcome.signal("slow_response").reaction_ms == 5040
    assert outcome.evidence("slow_response")["requests"] == ["http://shop.test/api/pay"]


def test_an_answer_after_two_seconds_is_not_slow() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=2000).says("total", "paid", at=6040).lives(60_000)
    assert visit.kinds() == []


def test_a_spinner_at_once_is_an_answer() -> None:
    visit, page = shop()
    page.click("pay", at=4000).sets("pay", at=4020, class_="loading").asks("/api/pay", at=4010, took=5000)
    page.says("total", "paid", at=9040).lives(60_000)
    assert visit.verdict("pay") == "alive"


def test_a_change_much_later_and_without_a_request_is_no_answer() -> None:
    visit, page = shop()
    page.click("pay", at=4000).says("total", "5", at=10_000).lives(60_000)
    assert visit.kinds() == ["dead_click"]

"""failing_route: a request that works for nearly everybody failed, and no click is accused of it."""

from __future__ import annotations

import pytest

from replay_signals.transforms.judge.priors import Priors
from replay_signals.transforms.signals.usual import UsualRoute
from support.dom import button, el
from support.web import Page, Visit

ROUTE = "GET /api/cart/:id"


def usual(share: float | None = 0.004, route: str = ROUTE) -> Priors:
    return Priors("v1", routes={("team", route): UsualRoute(route, 300.0, share)})


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    return visit, visit.open("http://shop.test/cart", button("Pay", id="pay"), el("p", "0", id="total"))


def test_a_request_that_the_page_makes_by_itself() -> None:
    visit, page = shop()
    page.asks("/api/cart/17", at=2000, status=503).asks("/api/cart/18", at=5000, status=502).lives(20_000)
    outcome = visit.outcome(priors=usual())
    signal = outcome.signal("failing_route")
    assert outcome.kinds == ["failing_route"]
    assert (signal.failure, signal.request_route, signal.cause) == ("request", f"{ROUTE} 5xx", f"{ROUTE} 5xx")
    assert signal.summary == f"{ROUTE} failed with 503, which it does for 0.4% of visitors"
    assert outcome.evidence("failing_route") == {
        "method": "GET", "url": "http://shop.test/api/cart/17", "status": 503, "times": 2, "usual_share": 0.004,
    }  # fmt: skip
    assert signal.severity < 5


@pytest.mark.parametrize("priors", [Priors(), usual(0.05), usual(None), usual(route="GET /api/other")])
def test_without_history_or_where_failing_is_usual_nothing_is_said(priors: Priors) -> None:
    visit, page = shop()
    page.asks("/api/cart/17", at=2000, status=503).lives(20_000)
    assert visit.outcome(priors=priors).kinds == []


@pytest.mark.parametrize(("status", "again"), [(200, None), (503, 200)])
def test_a_request_that_works_or_is_asked_again_with_success(status: int, again: int | None) -> None:
    visit, page = shop()
    page.asks("/api/cart/17", at=2000, status=status)
    if again is not None:
        page.asks("/api/cart/17", at=4000, status=again)
    page.lives(20_000)
    assert visit.outcome(priors=usual()).kinds == []


def test_a_click_whose_request_failed_is_that_incident() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/cart/17", at=4010, status=500).says("total", "1", at=4300).lives(30_000)
    assert visit.outcome(priors=usual()).kinds == ["failed_request"]


def test_one_problem_whatever_page_asks_and_two_of_one_moment_are_two() -> None:
    visit, page = shop()
    page.asks("/api/cart/17", at=2000, status=503).asks("/api/me", at=2000, status=500).lives(9000)
    visit.open("http://shop.test/checkout", el("p", "x"), at=10_000).asks("/api/cart/9", at=12_000, status=500).lives(
        20_000
    )
    known = Priors("v1", routes=usual().routes | usual(0.0, "GET /api/me").routes)
    rows = visit.outcome(priors=known).rows.signals
    assert sorted(row.request_route for row in rows) == [f"{ROUTE} 5xx", f"{ROUTE} 5xx", "GET /api/me 5xx"]
    assert len({row.signal_id for row in rows}) == 3
    assert len({row.problem_id for row in rows}) == 2


def test_refusals_are_less_sure_than_faults_of_the_server() -> None:
    found = []
    for status in (500, 404):
        visit, page = shop()
        page.asks("/api/cart/17", at=2000, status=status).lives(9000)
        found.append(visit.outcome(priors=usual()).signal("failing_route").confidence)
    assert found[0] > found[1]

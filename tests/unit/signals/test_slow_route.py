"""slow_route: a request took far longer than usual on its route."""

from __future__ import annotations

import pytest

from replay_signals.transforms.judge.priors import Priors
from replay_signals.transforms.signals.usual import UsualRoute
from support.dom import button, el
from support.web import Page, Visit

ROUTE = "GET /api/search"


def usual(p95_ms: float | None = 800.0) -> Priors:
    return Priors("v1", routes={("team", ROUTE): UsualRoute(ROUTE, p95_ms, 0.0)})


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    return visit, visit.open("http://shop.test/", button("Find", id="find"), el("p", "0", id="total"))


def test_a_request_far_slower_than_usual() -> None:
    visit, page = shop()
    page.asks("/api/search", at=2000, took=2400).asks("/api/search", at=6000, took=3100).lives(20_000)
    outcome = visit.outcome(priors=usual())
    signal = outcome.signal("slow_route")
    assert outcome.kinds == ["slow_route"]
    assert (signal.failure, signal.request_route) == ("slow_route", f"{ROUTE} slow")
    assert signal.summary == f"{ROUTE} took 3.1 s, for 19 of 20 at most 0.8 s"
    assert outcome.evidence("slow_route") == {
        "method": "GET", "url": "http://shop.test/api/search", "took_ms": 3100.0, "usual_ms": 800.0, "times": 2,
    }  # fmt: skip


@pytest.mark.parametrize(("took", "p95_ms"), [(1590, 800.0), (990, 100.0), (30_000, None), (30_000, 20_000.0)])
def test_what_is_usual_short_or_of_no_history_is_not_slow(took: float, p95_ms: float | None) -> None:
    visit, page = shop()
    page.asks("/api/search", at=2000, took=took).lives(60_000)
    assert visit.outcome(priors=usual(p95_ms)).kinds == []


def test_a_click_that_waited_for_it_is_that_incident() -> None:
    visit, page = shop()
    page.click("find", at=4000).asks("/api/search", at=4010, took=5000).says("total", "9", at=9040).lives(60_000)
    assert visit.outcome(priors=usual()).kinds == ["slow_response"]

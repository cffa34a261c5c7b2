"""slow_page: pages that came late or did not answer, by bounds and against what is usual there; never twice."""

from __future__ import annotations

from typing import Any

import pytest

from replay_signals.schemas.rules import load_rules
from replay_signals.transforms.judge.priors import Priors
from replay_signals.transforms.signals.usual import UsualPage
from support import events as rrweb
from support.dom import button, el, field_, link
from support.outcome import START_MS
from support.web import Page, Visit

SHOP = "http://shop.test/products/17"


def open_shop(**vitals: float) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(SHOP, button("Pay", id="pay"), el("p", "0", id="total")).lives(20_000)
    named = {f"_web_vitals_{name}_value": value for name, value in vitals.items()}
    visit.event("$web_vitals", at=19_000, _current_url=SHOP, **named)
    return visit, page


def usual(**of: float) -> Priors:
    return Priors("v1", pages={("team", "/products/:id"): UsualPage(**of)})


def task(page: Page, at: float, took: float) -> Page:
    entry = {"entryType": "longtask", "name": "self", "timeOrigin": START_MS, "startTime": at, "duration": took}
    return page.record(rrweb.network(at + took, entry))


def test_a_poor_paint() -> None:
    visit, _ = open_shop(LCP=5200)
    signal = visit.outcome().signal("slow_page")
    assert (signal.page_pattern, signal.failure, signal.cause) == (
        "/products/:id", "slow_page", "slow to load at /products/:id",
    )  # fmt: skip
    assert signal.summary == "Its largest part was painted after 5.2 s"
    assert visit.outcome().evidence("slow_page") == {
        "slow_to": "load", "measure": "lcp", "took_ms": 5200.0, "usual_ms": None, "ttfb_ms": None,
    }  # fmt: skip
    assert signal.severity < 10
    assert signal.confidence < 0.8


@pytest.mark.parametrize("vitals", [{}, {"LCP": 4000}, {"LCP": 2500, "INP": 500, "CLS": 9}, {"FCP": 9000}])
def test_a_page_that_is_not_poor(vitals: dict[str, float]) -> None:
    assert open_shop(**vitals)[0].kinds() == []


@pytest.mark.parametrize(
    ("lcp", "known", "found"),
    [
        (5200, {"lcp_ms": 3000}, 0),  # poor, and as usual
        (5200, {"lcp_ms": 2600}, 1),
        (2600, {"lcp_ms": 1300}, 1),  # not poor, and twice as slow as usual
        (2600, {"lcp_ms": 1400}, 0),
        (2400, {"lcp_ms": 300}, 0),  # good, whatever is usual
        (5200, {"inp_ms": 90}, 1),  # nothing is known of its paint
    ],
)
def test_a_page_against_its_own_history(lcp: float, known: dict[str, float], found: int) -> None:
    outcome = open_shop(LCP=lcp)[0].outcome(priors=usual(**known))
    assert outcome.kinds == ["slow_page"] * found
    if found and "lcp_ms" in known:
        signal = outcome.signal("slow_page")
        assert "usually" in signal.summary
        assert signal.confidence > 0.8
        assert signal.priors_version == "v1"


def test_history_of_another_page_or_team_says_nothing() -> None:
    others = Priors("v", pages={("team", "/cart"): UsualPage(lcp_ms=9000), ("t", "/products/:id"): UsualPage(9000)})
    assert open_shop(LCP=5200)[0].outcome(priors=others).kinds == ["slow_page"]


def test_loading_and_answering_are_two_problems() -> None:
    outcome = open_shop(LCP=5200, INP=700)[0].outcome()
    assert outcome.kinds == ["slow_page", "slow_page"]
    assert len({row.problem_id for row in outcome.rows.signals}) == 2
    assert len({row.signal_id for row in outcome.rows.signals}) == 2


def test_the_load_of_the_document_counts_where_no_paint_is_known() -> None:
    visit = Visit()
    page = visit.open(SHOP, el("p", "x"), how=None)
    entry: dict[str, Any] = {"name": SHOP, "entryType": "navigation", "initiatorType": "navigation", "type": "navigate"}
    timing = {"timestamp": START_MS - 150, "duration": 12_000, "timeOrigin": START_MS - 150, "responseStart": 9000}
    page.record(rrweb.network(11_900, entry | timing)).lives(20_000)
    assert visit.outcome().evidence("slow_page") == {
        "slow_to": "load", "measure": "load", "took_ms": 12_000.0, "usual_ms": None, "ttfb_ms": 9000.0,
    }  # fmt: skip
    visit.event("$web_vitals", at=19_000, _current_url=SHOP, _web_vitals_LCP_value=900)
    assert visit.kinds() == []


def test_a_task_that_froze_what_was_tried() -> None:
    visit = Visit()
    page = visit.open(SHOP, field_("name"), el("p", "0", id="total"))
    task(page, 3000, 1600)
    page.inputs("name", "*", at=4620).lives(9000)
    assert visit.outcome().evidence("slow_page")["took_ms"] == 1600
    rules = load_rules("[speed]\nfrozen_ms = 2000\n")
    assert visit.outcome(rules).kinds == []


def test_a_task_while_nobody_tried_anything_froze_nobody() -> None:
    visit = Visit()
    page = visit.open(SHOP, field_("name"), el("p", "0", id="total"))
    task(page, 3000, 1600)
    page.inputs("name", "*", at=6000).lives(9000)
    assert visit.kinds() == []


def test_a_click_that_was_slow_or_failed_is_that_incident() -> None:
    visit, page = open_shop(INP=4800)
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=5000).says("total", "paid", at=9040).lives(30_000)
    assert visit.kinds() == ["slow_response"]
    visit, page = open_shop(INP=900)
    page.click("pay", at=4000).asks("/api/pay", at=4010, status=500).says("total", "paid", at=4300).lives(30_000)
    assert visit.kinds() == ["failed_request"]


def test_a_page_that_a_slow_click_waited_for_is_that_clicks() -> None:
    visit = Visit()
    first = visit.open("http://shop.test/", link("Shop", SHOP, id="go"), el("p", "x"), how=None)
    first.click("go", at=4000).points(8500)
    visit.open(SHOP, el("p", "x"), link("Home", "/"), at=8800, how=None).lives(20_000)
    visit.event("$web_vitals", at=19_000, _current_url=SHOP, _web_vitals_LCP_value=5600)
    assert visit.kinds() == ["slow_response"]


def test_each_visit_of_a_slow_page_counts_by_itself() -> None:
    visit = Visit()
    for at in (0, 20_000):
        visit.open(SHOP, el("p", "x"), at=at).lives(at + 9000)
        visit.event("$web_vitals", at=at + 8000, _current_url=SHOP, _web_vitals_LCP_value=4500)
    outcome = visit.outcome()
    assert outcome.kinds == ["slow_page", "slow_page"]
    assert len({row.problem_id for row in outcome.rows.signals}) == 1

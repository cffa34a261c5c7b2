"""Severity: named parts that anyone can add up."""

from __future__ import annotations

import pytest

from replay_signals.schemas.rules import Rules, Value
from replay_signals.transforms.judge.severity import of_session, place_value, total
from support.dom import button, el, link
from support.web import Page, Visit


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    content = (button("Pay", id="pay"), button("Add", id="add"), el("p", "0", id="n"), link("Help", "/help", id="help"))
    return visit, visit.open("http://shop.test/checkout", *content).says("n", "1", at=500)


def parts(visit: Visit, kind: str = "dead_click", rules: Rules | None = None) -> dict[str, float]:
    return visit.outcome(rules).signal(kind).components


def test_a_severity_is_the_sum_of_its_parts() -> None:
    visit, page = shop()
    page.clicks("pay", 4000, 4300, 4600, 4900).lives(9000)
    for signal in visit.outcome().rows.signals:
        assert signal.severity == pytest.approx(min(100, sum(signal.components.values())), abs=0.05)


def test_leaving_weighs_more_than_staying() -> None:
    left, page = shop()
    page.click("pay", at=4000).lives(9000)
    stayed, page = shop()
    page.click("pay", at=4000).lives(90_000)
    assert parts(left)["left"] == 15
    assert "left" not in parts(stayed)


def test_time_lost_grows_to_its_full_value() -> None:
    def lost(until: float) -> float:
        visit, page = shop()
        page.click("pay", at=4000).click("add", at=until).says("n", "2", at=until + 20).lives(until + 60_000)
        return parts(visit)["time_lost"]

    assert lost(10_000) < lost(30_000) < lost(80_000) == 15


def test_the_same_control_working_later_is_a_recovery() -> None:
    visit, page = shop()
    page.click("pay", at=4000).click("pay", at=14_000).says("n", "paid", at=14_030).lives(60_000)
    assert "no_recovery" not in parts(visit)


def test_reaching_the_page_of_a_dead_link_is_a_recovery() -> None:
    visit, page = shop()
    page.tap("help", at=4000).lives(15_000)
    visit.open("http://shop.test/help", button("x", id="x"), at=20_000, how="navigate").lives(80_000)
    assert "no_recovery" not in parts(visit)


def test_another_control_working_is_no_recovery() -> None:
    visit, page = shop()
    page.click("pay", at=4000).click("add", at=14_000).says("n", "2", at=14_030).lives(60_000)
    assert parts(visit)["no_recovery"] == 15


def test_a_place_is_worth_what_the_rules_say() -> None:
    visit, page = shop()
    page.click("pay", at=4000).lives(90_000)
    rules = Rules(values=[Value(path="/checkout", points=20), Value(path="/", points=5)])
    assert parts(visit, rules=rules)["place"] == 20
    assert "place" not in parts(visit)


@pytest.mark.parametrize(
    ("url", "points"),
    [
        ("http://shop.test/checkout/2", 20),
        ("http://shop.test/#/checkout", 20),
        ("http://checkout.shop.test/", 0),
        ("http://shop.test/?next=/checkout", 0),
        ("http://[", 0),
    ],
)
def test_the_path_decides_not_the_host_or_the_query(url: str, points: float) -> None:
    assert place_value(url, [Value(path="checkout", points=20)]) == points


def test_a_total_stays_within_its_bounds() -> None:
    assert total({"a": 90, "b": 90}) == 100
    assert total({"place": -50}) == 0
    assert total({}) == 0


def test_troubles_of_a_session_add_up_like_independent_chances() -> None:
    assert of_session([]) == (0, {})
    assert of_session([("a", 50, 1, "x"), ("b", 50, 1, "y")]) == (75, {"a": 37.5, "b": 37.5})
    whole, shares = of_session([("a", 10, 1, str(n)) for n in range(10)] + [("b", 90, 1, "b")])
    assert whole < 100
    assert sum(shares.values()) == pytest.approx(whole, abs=0.1)
    assert of_session([("a", 100, 0, "x")]) == (0, {})


def test_signals_of_one_place_are_one_trouble() -> None:
    assert of_session([("error_click", 40, 1, "pay"), ("rage_click", 60, 1, "pay")]) == (60, {"rage_click": 60})

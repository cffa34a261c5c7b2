"""Opt-outs that sites have set for other products are honoured, on the control and on whatever is around it."""

from __future__ import annotations

from typing import Any

import pytest

from support.dom import El, button, el
from support.web import Page, Visit


def opted(around: dict[str, Any], own: dict[str, Any]) -> tuple[Visit, Page]:
    visit = Visit()
    pay = button("Pay", el("span", id="icon"), id="pay", **own)
    page = visit.open("http://a.test/", el("p", "0", id="n"), el("section", el("div", pay), **around))
    return visit, page.says("n", "1", at=500)


EITHER = pytest.mark.parametrize("outside", [True, False], ids=["on an ancestor", "on the control"])


def visit_with(attrs: dict[str, Any], outside: bool) -> tuple[Visit, Page]:
    return opted(attrs if outside else {}, {} if outside else attrs)


@EITHER
@pytest.mark.parametrize(
    ("attrs", "kinds"),
    [
        ({"class_": "ph-no-rageclick"}, ["dead_click"] * 4),
        ({"class_": "wide ph-no-deadclick"}, ["rage_click"]),
        ({"class_": "ph-no-rageclick ph-no-deadclick"}, []),
        ({"class_": "ph-no-capture"}, []),
        ({"data_dd_ignore_frustration": "rage-click dead-click"}, []),
        ({"data_dd_ignore_frustration": "error-click"}, ["rage_click"]),
        ({"data_dd_ignore_frustration": "all"}, []),
        ({"data_dd_ignore_frustration": ""}, []),
        ({"class_": "not-ph-no-rageclick-really"}, ["rage_click"]),
    ],
)
def test_hammering(attrs: dict[str, Any], outside: bool, kinds: list[str]) -> None:
    visit, page = visit_with(attrs, outside)
    page.clicks("pay", 4000, 4300, 4600, 4900).lives(60_000)
    assert visit.kinds() == kinds


@EITHER
@pytest.mark.parametrize("attrs", [{"class_": "ph-no-deadclick"}, {"data_dd_ignore_frustration": "dead-click"}])
def test_a_dead_click_and_a_blocked_one(attrs: dict[str, Any], outside: bool) -> None:
    visit, page = visit_with(attrs, outside)
    page.click("icon", at=4000).sets("pay", at=9000, disabled="").click("pay", at=10_000).lives(60_000)
    assert visit.kinds() == []
    assert visit.verdict("pay") == "dead"


@EITHER
@pytest.mark.parametrize(("word", "kinds"), [("error-click", []), ("dead-click", ["error_click"])])
def test_an_error(word: str, kinds: list[str], outside: bool) -> None:
    visit, page = visit_with({"data_dd_ignore_frustration": word}, outside)
    page.click("pay", at=4000).fails("Uncaught TypeError: x is undefined", at=4010).says("n", "2", at=4020)
    page.lives(60_000)
    assert [k for k in visit.kinds() if k == "error_click"] == kinds


def test_an_element_added_later() -> None:
    visit, page = opted({}, {})
    box = El("div", {"class": "ph-no-deadclick"}, [button("Later", id="later")])
    page.adds(box, at=2000).click(box.children[0], at=4000).lives(60_000)  # type: ignore[arg-type]
    assert visit.kinds() == []


def test_hammering_on_a_text_that_is_no_control() -> None:
    visit, page = opted({}, {})
    calm = el("div", el("p", "Offer", id="offer"), class_="ph-no-rageclick")
    page.adds(calm, at=1000)
    page.document.by_name["offer"] = calm.children[0]  # type: ignore[assignment]
    page.clicks("offer", *range(4000, 6000, 300)).lives(60_000)
    assert visit.kinds() == []


def test_an_opt_out_is_no_control_itself() -> None:
    visit = Visit()
    page = visit.open("http://a.test/", el("p", "0", id="n"), el("div", "text", class_="ph-no-rageclick", id="box"))
    page.says("n", "1", at=500).click("box", at=4000).lives(60_000)
    assert visit.outcome().rows.interactions[0].verdict == "unknown"

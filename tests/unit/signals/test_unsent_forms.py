"""form_abandonment: what needs no sending, or was sent without a button, beside the same thing given up."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, field_
from support.web import Page, Visit

URL = "http://shop.test/page"


def opened(*content: El) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(URL, *content, el("ul", id="list"), el("p", "-", id="status"))
    return visit, page


def left(visit: Visit, at: float, url: str = "http://shop.test/other") -> list[str]:
    visit.open(url, button("A", id="a"), at=at).lives(at + 30_000)
    return visit.kinds()


@pytest.mark.parametrize(("at", "kinds"), [(900, []), (6000, ["form_abandonment"])])
def test_a_draft_in_a_field_that_the_page_gave_the_focus(at: float, kinds: list[str]) -> None:
    """The same in one step after the visitor pressed the field is a paste."""
    visit, page = opened(el("form", el("textarea", id="text"), button("Send")))
    page.record(rrweb.interaction(60, rrweb.FOCUS, page.node("text").node_id))
    if kinds:
        page.click("text", at=5000)
    page.inputs("text", "*" * 200, at=at)
    assert left(visit, 20_000) == kinds


@pytest.mark.parametrize("loads_ms", [300, 1200])
def test_a_filter_of_rows_that_the_page_had_filled_in(loads_ms: float) -> None:
    visit, page = opened(el("form", field_("q", "search")))
    rows = [el("li", f"row {i}") for i in range(8)]
    for row in rows:
        page.adds(row, at=loads_ms, into="list")
    page.types("q", "blue", at=3000)
    for row in rows[2:]:
        page.removes(row, at=3700, from_="list")
    assert left(visit, 20_000) == []


def test_a_clock_that_starts_with_the_page_answers_no_typing() -> None:
    visit, page = opened(el("form", field_("name"), field_("mail"), button("Send")))
    page.ticks("status", every=1000, start=1000, until=7000).types("name", "Anna", at=1900).types(
        "mail", "a@b", at=3900
    )
    assert left(visit, 7000) == ["form_abandonment"]


@pytest.mark.parametrize("sends", [True, False])
def test_a_converter_fills_the_other_field(sends: bool) -> None:
    buttons = [button("Order")] if sends else []
    visit, page = opened(el("div", field_("km"), field_("miles"), *buttons))
    page.types("km", "120", at=2000, each=200)
    for i in range(3):
        page.inputs("miles", "*" * (i + 2), at=2012 + 200 * i)
    assert left(visit, 20_000) == (["form_abandonment"] if sends else [])


@pytest.mark.parametrize(("figures", "kinds"), [(6, []), (3, ["form_abandonment"])])
def test_a_code_that_is_sent_by_its_last_figure(figures: int, kinds: list[str]) -> None:
    visit, page = opened(el("form", *(field_(f"d{i}", "tel") for i in range(figures))))
    for i in range(figures):
        page.types(f"d{i}", "1", at=2000 + 300 * i)
    assert left(visit, 4400) == kinds


@pytest.mark.parametrize(("to", "kinds"), [("/find/shoes", []), ("/help", ["form_abandonment"])])
def test_results_below_the_address_of_the_search(to: str, kinds: list[str]) -> None:
    visit, page = opened(el("form", field_("q", "search"), action="/find"))
    page.types("q", "shoes", at=2000)
    assert left(visit, 3900, f"http://shop.test{to}") == kinds


@pytest.mark.parametrize(("after_ms", "kinds"), [(400, []), (1300, []), (3000, ["form_abandonment"])])
def test_another_view_takes_the_place_of_the_form_right_after_the_last_key(after_ms: float, kinds: list[str]) -> None:
    """Page code that reads Enter by itself clicks no button."""
    visit, page = opened(el("main", el("form", field_("who"), button("Go", id="go"), id="ask"), id="main"))
    page.types("who", "Anna", at=3000, each=100)
    page.removes(page.node("ask"), at=3300 + after_ms, from_="main")
    page.adds(el("div", el("h1", "Hello")), at=3304 + after_ms, into="main").lives(30_000)
    assert visit.kinds() == kinds


def test_a_value_that_is_told_once_as_another_view_comes_tells_of_no_key() -> None:
    visit, page = opened(el("main", el("form", field_("who"), button("Go", id="go"), id="ask"), id="main"))
    page.click("who", at=3000).inputs("who", "****", at=5800)
    page.removes(page.node("ask"), at=5900, from_="main").adds(el("div", el("h1", "Hello")), at=5904, into="main")
    assert page.lives(30_000) and visit.kinds() == ["form_abandonment"]


@pytest.mark.parametrize("how", ["click", "nothing comes"])
def test_a_form_that_is_closed_right_after_the_last_key_is_not_sent(how: str) -> None:
    visit, page = opened(
        el("nav", button("Home", id="home")), el("main", el("form", field_("who"), id="ask"), id="main")
    )
    page.types("who", "Anna", at=3000)
    if how == "click":
        page.click("home", at=3900)
    page.removes(page.node("ask"), at=4000, from_="main")
    if how == "click":
        page.adds(el("div", el("h1", "Home")), at=4004, into="main")
    page.lives(30_000)
    assert "form_abandonment" in visit.kinds()


@pytest.mark.parametrize("stays", [True, False])
def test_another_view_in_the_place_of_the_form_is_no_answer(stays: bool) -> None:
    visit, page = opened(el("main", el("p", "-", id="line"), id="main"))
    form = el("form", field_("who"), id="ask")
    page.adds(form, at=800, into="main").types("who", "Anna", at=3000)
    came = el("div", *(el("p", f"text {i}") for i in range(8)))
    if not stays:
        page.removes(form, at=5700, from_="main")
    page.adds(came, at=5701 if not stays else 3701, into="main").lives(30_000)
    assert visit.kinds() == ([] if stays else ["form_abandonment"])


@pytest.mark.parametrize("stays", [True, False])
def test_a_cell_that_is_edited_where_it_stands(stays: bool) -> None:
    visit, page = opened(el("div", "0", id="cell"))
    box = field_("edit")
    page.click("cell", at=2000).adds(box, at=2030, into="cell").types("edit", "42", at=2500)
    page.removes(box, at=3200, from_="cell")
    if stays:
        page.adds(el("span", "42"), at=3202, into="cell")
    assert left(visit, 20_000) == ([] if stays else ["form_abandonment"])


@pytest.mark.parametrize(("told_ms", "kinds"), [(8, []), (-6, ["form_abandonment"])], ids=["by the click", "before it"])
def test_a_date_that_a_calendar_sets(told_ms: float, kinds: list[str]) -> None:
    """What is told as the field is left was typed into it."""
    visit, page = opened(el("form", field_("day"), button("Book")), button("14", id="d14"))
    page.click("day", at=2000).click("d14", at=4000).inputs("day", "2026-12-14", at=4000 + told_ms)
    assert [kind for kind in left(visit, 20_000) if kind == "form_abandonment"] == kinds

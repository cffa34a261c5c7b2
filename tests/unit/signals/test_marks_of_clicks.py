"""Marks of clicks: what a page writes about a click, at what was clicked or at any first click, is no answer."""

from __future__ import annotations

import pytest

from support.dom import El, button, el, link
from support.web import Visit


def visit_of(clicked: list[str], values: list[str], *, later: bool = False, at_body: bool = True) -> Visit:
    """One document for each click, which writes `data-expanded` on a box around all, or on the panel of the button."""
    visit = Visit()
    for i, (name, value) in enumerate(zip(clicked, values, strict=True)):
        start = 20_000 * i
        names = dict.fromkeys([*clicked, "it"])
        parts = [x for n in names for x in (el("p", "text", id=f"p-{n}"), button(n, id=n))]
        page = visit.open(f"http://docs.test/{i}", el("div", *parts, id="shell"), at=start)
        place = "shell" if at_body else f"p-{name}"
        if later:
            page.sets(place, at=start + 3000, data_expanded="side")
        page.click(name, at=start + 5000).sets(place, at=start + 5004, data_expanded=value)
        page.lives(start + 18_000)
    return visit


@pytest.mark.parametrize("clicked", [["a", "b", "it"], ["it", "a", "b", "a"]])
def test_what_is_written_at_any_first_click_in_a_document(clicked: list[str]) -> None:
    visit = visit_of(clicked, [""] * len(clicked))
    assert visit.kinds().count("dead_click") == len(clicked)


@pytest.mark.parametrize(
    ("clicked", "values"),
    [(["it", "it", "it"], ["", "", ""]), (["a", "it"], ["", ""]), (["a", "b", "it"], ["one", "two", "three"])],
    ids=["of one button", "of two", "each its own"],
)
def test_what_a_button_writes_may_be_its_answer(clicked: list[str], values: list[str]) -> None:
    assert visit_of(clicked, values).kinds() == []


def test_what_closes_something_is_an_answer() -> None:
    assert visit_of(["a", "b", "it"], ["", "", ""], later=True).kinds() == []


def test_what_each_button_writes_at_its_own_panel_is_an_answer() -> None:
    assert visit_of(["a", "b", "it"], ["", "", ""], at_body=False).kinds() == []


@pytest.mark.parametrize(
    ("control", "marked"),
    [
        (el("span", el("svg", id="it", class_="icon-close"), id="around", style="cursor: pointer"), "around"),
        (el("div", el("div", el("span", "Back", id="it"), id="inner"), id="outer", role="button"), "inner"),
        (link("Back", "javascript:void(0)", id="it"), "it"),
    ],
    ids=["around an icon", "inside the control", "itself"],
)
@pytest.mark.parametrize("name", ["data-last", "data-clicked-at", "data-state"])
def test_a_mark_on_what_was_clicked(control: El, marked: str, name: str) -> None:
    visit = Visit()
    page = visit.open("http://docs.test/", control, el("p", "0", id="n")).says("n", "1", at=500)
    page.click("it", at=4000).sets(marked, at=4004, **{name: "1795872061907"}).lives(60_000)
    assert visit.kinds() == ([] if name == "data-state" else ["dead_click"])

"""Elements of which only a hand under the pointer says that they can be pressed."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, link, style_sheet
from support.web import Page, Visit

URL = "http://a.test/list"


def shop(*content: El | str) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(URL, *content, el("p", "0", id="n"), button("Save", id="save"))
    return visit, page.says("n", "1", at=500)


HANDS = {
    "inline": ("", el("div", "A lamp", id="it", style="cursor: pointer")),
    "class": (".card { cursor: pointer; }", el("div", el("img", id="it"), el("p", "A lamp"), class_="card")),
    "nested": (
        ".list > .row img { cursor:pointer }",
        el("ul", el("li", el("img", id="it"), class_="row"), class_="list"),
    ),
    "hover": (".card:hover{cursor:pointer}", el("article", el("b", "A lamp", id="it"), class_="card wide")),
    "id": ("#it, #that { color: red; cursor: pointer }", el("span", "A lamp", id="it")),
    "media": (
        "@media (min-width: 1px) { td.day { cursor: pointer } }",
        el("table", el("td", "1", id="it", class_="day")),
    ),
    "not in some states": (
        ".card:not(.sold):not(.off) { cursor: pointer }",
        el("div", "A lamp", id="it", class_="card wide"),
    ),
    "around it not in some states": (
        ".list:not(.list--off).wide .row > .main { cursor: pointer }",
        el("ul", el("li", el("b", "x", id="it", class_="main"), class_="row"), class_="list wide"),
    ),
    "a class in another form": (
        ":where(.css-9x).card:is(.wide) { cursor: pointer }",
        el("div", "A lamp", id="it", class_="css-9x card wide"),
    ),
    "comment": ("/* .x { */ .card { /* a card; */ cursor: pointer }", el("div", "A lamp", id="it", class_="card")),
}


@pytest.mark.parametrize("how", HANDS)
def test_silence_under_a_hand_is_dead(how: str) -> None:
    rules, element = HANDS[how]
    visit, page = shop(style_sheet(rules), element)
    page.click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_rules_in_the_text_of_a_style_element_count_too() -> None:
    visit, page = shop(el("style", ".card { cursor: pointer }"), el("div", "A lamp", id="it", class_="card"))
    page.click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


NO_HANDS = {
    "no hand": (".card { cursor: default }", el("div", "A lamp", id="it", class_="card")),
    "overruled": (
        ".card { cursor: pointer } .list .card { cursor: auto }",
        el("p", el("b", "x", id="it", class_="card"), class_="list"),
    ),
    "inline rule wins": (
        ".card { cursor: pointer }",
        el("div", "A lamp", id="it", class_="card", style="cursor: auto"),
    ),
    "another parent": (".list > .card { cursor: pointer }", el("div", "A lamp", id="it", class_="card")),
    "in some states": (".card:not(.sold) { cursor: pointer }", el("div", "A lamp", id="it", class_="card sold")),
    "around it in some states": (
        ".list:not(.list--off) .row { cursor: pointer }",
        el("ul", el("li", "x", id="it", class_="row"), class_="list list--off"),
    ),
    "in states by attribute": (
        ".card:not([data-sold]) { cursor: pointer }",
        el("div", "A lamp", id="it", class_="card"),
    ),
    "in states of a group": (".card:not(.sold, .off) { cursor: pointer }", el("p", "x", id="it", class_="card")),
    "all but some": (":not(.sold) { cursor: pointer }", el("p", "A lamp", id="it")),
    "another class in another form": (
        ":where(.css-9x).card { cursor: pointer }",
        el("div", "A lamp", id="it", class_="card"),
    ),
    "the whole page": ("body { cursor: pointer }", el("p", "A lamp", id="it")),
    "a part of the page": (
        ".app { cursor: pointer }",
        el("div", *(el("p", f"text {i}") for i in range(60)), el("p", "x", id="it"), class_="app"),
    ),
    "the choice that is made": (".day { cursor: pointer }", el("p", el("b", "1", id="it", class_="day on"))),
    "no rule": ("cursor: pointer }", el("p", "x", id="it")),
}


@pytest.mark.parametrize("how", NO_HANDS)
def test_silence_without_a_hand_says_nothing(how: str) -> None:
    rules, element = NO_HANDS[how]
    visit, page = shop(style_sheet(rules), element)
    page.click("it", at=6000).lives(60_000)
    assert visit.kinds() == []


def test_a_hand_over_a_part_of_a_link_is_the_link() -> None:
    visit, page = shop(el("a", el("div", "A lamp", id="it", style="cursor: pointer"), href="/lamp", id="lamp"))
    page.click("it", at=6000)
    visit.open("http://a.test/lamp", el("p", "A lamp"), at=6400).lives(60_000)
    assert visit.outcome().rows.interactions[0].element == 'a#lamp "A lamp"'


def test_a_button_in_a_card_is_the_button() -> None:
    visit, page = shop(el("div", button("Buy", id="buy"), link("More", "/more"), style="cursor: pointer", id="card"))
    page.click("buy", at=6000).lives(60_000)
    assert visit.outcome().rows.interactions[0].element == 'button#buy "Buy"'


def test_what_answered_before_may_have_no_more_to_say() -> None:
    """A day that is chosen already, a picture that is large by now."""
    visit, page = shop(el("div", "12", id="it", style="cursor: pointer"))
    page.click("it", at=6000).sets("it", at=6020, class_="x").click("it", at=16_000).lives(60_000)
    assert visit.kinds() == []


def test_nobody_leaves_for_a_hand_alone() -> None:
    visit, page = shop(el("div", "12", id="it", style="cursor: pointer"))
    page.click("it", at=6000).lives(14_000)
    assert visit.kinds() == ["dead_click"]
    visit, page = shop()
    page.click("save", at=6000).lives(14_000)
    assert visit.kinds() == ["dead_click", "unexpected_exit"]


@pytest.mark.parametrize("how", ["double click", "drag"])
def test_what_is_dragged_or_selected_need_not_answer(how: str) -> None:
    visit, page = shop(el("div", "A lamp", id="it", style="cursor: pointer"))
    if how == "double click":
        page.double_click("it", at=6000).selects(at=6003)
    else:
        node_id = page.node("it").node_id
        page.record(rrweb.interaction(6000, rrweb.MOUSE_DOWN, node_id, 50, 50))
        page.record(rrweb.interaction(6500, rrweb.MOUSE_UP, node_id, 300, 50))
        page.record(rrweb.interaction(6501, rrweb.CLICK, node_id, 300, 50))
    page.lives(60_000)
    assert visit.kinds() == []


# Applications that draw a part of the page later: its nodes have higher ids than what comes after it


def drawn_later(rules: str, *content: El) -> tuple[Visit, Page]:
    """A page whose first part a script drew anew, children first, with the full snapshot that followed."""
    visit = Visit()
    page = visit.open(URL, style_sheet(rules), el("div", id="app"), el("p", "0", id="n"), button("Save", id="save"))
    page.click("save", at=1500).says("n", "1", at=1540)
    for i, element in enumerate(content):
        page.adds(element, at=3000 + i, into="app")
    page.document.by_name["app"].children.reverse()  # so that ids do not rise in the snapshot
    page.checks_out(at=5000)
    return visit, page


@pytest.mark.parametrize("name", ["it", "inner"])
def test_a_hand_in_a_snapshot_whose_ids_do_not_rise(name: str) -> None:
    cards = [el("div", el("b", f"Lamp {i}"), el("i", "x"), class_="card") for i in range(2)]
    card = el("div", el("p", el("b", "A lamp", id="inner")), id="it", class_="card")
    visit, page = drawn_later(".card { cursor: pointer }", *cards, card)
    page.click(name, at=8000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_part_of_the_page_under_a_hand_in_such_a_snapshot() -> None:
    part = el("div", *(el("p", f"text {i}") for i in range(60)), el("p", "x", id="it"), class_="app")
    visit, page = drawn_later(".app { cursor: pointer }", el("div", "other"), part)
    page.click("it", at=8000).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("inner", [button("Buy", id="buy"), link("More", "#", id="buy")], ids=["button", "link"])
def test_what_is_in_a_card_is_not_the_card_in_such_a_snapshot(inner: El) -> None:
    card = el("div", el("b", "A lamp"), inner, class_="card")
    visit, page = drawn_later(".card { cursor: pointer }", el("div", "other"), card)
    page.click("buy", at=8000).says("n", "2", at=8040).click(card, at=14_000).lives(60_000)
    assert visit.outcome().verdicts()[-2:] == ["alive", "dead"]

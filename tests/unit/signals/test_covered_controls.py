"""blocked_click: presses that were meant for a control and landed on a layer over it, or on the bar it stands in."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, field_, link, style_sheet
from support.web import Page, Visit

LAID = "position: absolute; inset: -6px; z-index: 3"


def page_with(*content: El) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", *content, el("p", "0", id="total"))
    return visit, page.says("total", "1", at=500)


BY_SHEET = {
    "class": ("i", {"class_": "veil"}, ".veil { position: absolute; inset: -6px }"),
    "id": ("div", {}, "#layer { position: absolute; inset: -6px; opacity: 0; z-index: 30 }"),
    "tag below a class": ("i", {}, ".cover i { position: absolute; inset: -6px }"),
    "child of a class": ("span", {}, ".cover { position: relative } .cover>span{position:absolute;inset:0}"),
    "own style and a class": ("b", {"class_": "x", "style": LAID}, ".x { color: red }"),
}


@pytest.mark.parametrize("how", BY_SHEET)
@pytest.mark.parametrize("first", [True, False], ids=["layer first", "control first"])
def test_a_layer_and_one_control_in_an_element_of_their_own(how: str, first: bool) -> None:
    tag, attrs, rules = BY_SHEET[how]
    layer = el(tag, id="layer", **attrs)
    both = [layer, button("Pay", id="it")] if first else [button("Pay", id="it"), layer]
    visit, page = page_with(style_sheet(rules), el("p", "Now: ", el("span", *both, class_="cover"), button("Else")))
    page.click("layer", at=4000).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["blocked_click"]
    assert outcome.rows.interactions[0].element.endswith('#it "Pay"')


@pytest.mark.parametrize(
    "rules",
    [
        ".cover i { position: absolute; inset: 0; background: rgba(0, 0, 0, 0.2) }",
        ".cover i { position: absolute; inset: 0 } .cover:hover i { background: red }",
        ".cover i { position: absolute; inset: 0 } .cover i::after { border: 2px solid red }",
        ".cover i { position: absolute; inset: 0; pointer-events: none }",
        ".cover i { width: 12px }",
        ".other i { position: absolute; inset: 0 }",
    ],
)
def test_what_is_beside_a_control_and_can_be_seen(rules: str) -> None:
    visit, page = page_with(
        style_sheet(rules), el("p", el("span", button("Pay"), el("i", id="layer"), class_="cover"), el("b"))
    )
    page.click("layer", at=4000).lives(60_000)
    assert visit.kinds() == []


def test_a_layer_that_was_drawn_with_its_control_by_a_script() -> None:
    visit, page = page_with(el("canvas"), el("section", id="app"))
    cover = el("span", el("i", id="layer", style=LAID), button("Pay", id="it"), style="position: relative")
    page.adds(el("p", button("Else"), cover), at=2000, into="app").click("layer", at=6000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize("came", [True, False], ids=["came later", "was there"])
def test_a_layer_over_a_page_that_has_a_canvas_in_another_part(came: bool) -> None:
    layer = el("div", id="layer", style="position: absolute; left: 9px; top: 9px; width: 90px; height: 30px")
    visit, page = page_with(el("section", el("canvas")), *([] if came else [layer]))
    if came:
        page.adds(layer, at=2000)
    page.click("layer", at=6000).lives(60_000)
    assert visit.kinds() == (["blocked_click"] if came else [])


def bar(it: El, *others: El | str, tag: str = "div") -> El:
    return el(tag, button("Copy row"), it, button("Move row"), *others, id="bar")


STOPPED: list[dict[str, object]] = [
    {"style": "pointer-events: none; opacity: 0.65"},
    {"style": {"pointer-events": "none"}},
    {"disabled": ""},
    {"aria_disabled": "true"},
    {"class_": "btn is-disabled"},
    {"inert": ""},
]


@pytest.mark.parametrize("change", STOPPED)
@pytest.mark.parametrize("drawn", [True, False], ids=["drawn by a script", "in the document"])
def test_a_press_in_a_bar_of_buttons_one_of_which_cannot_be_pressed(change: dict[str, object], drawn: bool) -> None:
    around = bar(button("Delete row", id="it"), tag="p")
    visit, page = page_with(el("section", *([] if drawn else [around]), id="app"))
    if drawn:
        page.adds(around, at=1000, into="app")
    page.sets("it", at=2000, **change).click("bar", at=6000).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["blocked_click"]
    assert outcome.rows.interactions[0].element.endswith('#it "Delete row"')


def test_a_component_that_is_disabled() -> None:
    """What is pressed is the button in its shadow root, what is clicked the bar around the component."""
    inner = el("button", "Undo", id="inner", disabled="")
    visit, page = page_with(bar(el("my-button", inner, disabled="")))
    page.click("bar", at=6000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize(
    "around",
    [
        bar(button("Delete row", id="it")),
        bar(button("Delete row", id="it", disabled=""), button("Undo", disabled="")),
        bar(button("Send", id="it", disabled=""), field_("mail")),
        bar(button("Send", id="it", disabled=""), el("p", "A long text"), el("p", "More"), el("p"), el("p")),
        bar(button("Send", id="it", disabled=""), *(button(f"{n}") for n in range(30))),
        bar(link("2", "/2", id="it", aria_current="page", style="pointer-events: none")),
    ],
    ids=["all work", "two", "a form", "a part of the page", "many", "the page one is on"],
)
def test_a_press_in_what_is_no_bar_or_where_all_can_be_pressed(around: El) -> None:
    visit, page = page_with(around)
    page.click("bar", at=6000).lives(60_000)
    assert visit.kinds() == []


def test_a_press_in_a_bar_whose_button_was_taken_away_or_can_be_pressed_again() -> None:
    it = button("Delete row", id="it", disabled="")
    visit, page = page_with(bar(it))
    page.removes(it, at=2000, from_="bar").click("bar", at=6000).lives(60_000)
    assert visit.kinds() == []
    visit, page = page_with(bar(button("Delete row", id="it", disabled="")))
    page.sets("it", at=2000, disabled=None).click("bar", at=6000).lives(60_000)
    assert visit.kinds() == []


def test_a_press_in_a_bar_that_answers() -> None:
    visit, page = page_with(bar(button("Delete row", id="it", disabled="")))
    page.click("bar", at=6000).says("total", "2", at=6030).lives(60_000)
    assert visit.kinds() == []


LATER = {
    "a class": (".veil { position: absolute; inset: -6px }", {"class_": "veil"}),
    "an id": ("#layer { position: absolute; inset: -6px; opacity: 0 }", {}),
    "a tag below a class": (".cover { position: relative } .cover > i { position: absolute; inset: 0 }", {}),
    "a class below a class": (".cover .on { position: absolute; inset: 0 }", {"class_": "on"}),
}


@pytest.mark.parametrize("how", LATER)
@pytest.mark.parametrize("told", ["snapshot", "style element", "rule"])
def test_a_layer_that_comes_later_than_its_style_sheet(how: str, told: str) -> None:
    rules, attrs = LATER[how]
    visit, page = page_with(*([style_sheet(rules)] if told == "snapshot" else []), el("section", id="app"))
    if told == "style element":
        page.adds(el("style", rules), at=900)
    elif told == "rule":
        adds = [{"rule": f"{rule}}}", "index": 0} for rule in rules.split("}")[:-1]]
        page.record(rrweb.incremental(900, 8, id=1, adds=adds))
    cover = el("span", el("i", id="layer", **attrs), button("Pay", id="it"), class_="cover")
    page.adds(el("p", button("Else"), cover), at=2000, into="app").click("layer", at=6000).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["blocked_click"]
    assert outcome.rows.interactions[0].element.endswith('#it "Pay"')


@pytest.mark.parametrize(
    "rules",
    [
        ".cover i { position: absolute; inset: 0; background: rgba(0, 0, 0, 0.2) }",
        ".cover i { position: absolute; inset: 0 } .cover i::after { border: 2px solid red }",
        ".cover i { position: absolute; inset: 0; pointer-events: none }",
        ".other i { position: absolute; inset: 0 }",
        ".x { position: absolute; inset: 0 } .x { background-image: url(a.png) }",
    ],
)
def test_a_later_box_that_can_be_seen(rules: str) -> None:
    visit, page = page_with(style_sheet(rules), el("section", id="app"))
    cover = el("span", el("i", id="layer", class_="x"), button("Pay", id="it"), class_="cover")
    page.adds(el("p", cover), at=2000, into="app").click("layer", at=6000).lives(60_000)
    assert visit.kinds() == []


def test_a_later_layer_over_the_page_by_its_class() -> None:
    visit, page = page_with(style_sheet(".tour { position: fixed; inset: 0px; z-index: 9 }"), button("Pay", id="it"))
    page.adds(el("div", id="layer", class_="tour"), at=2000).click("layer", at=6000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


def test_a_press_on_a_part_of_the_page_that_says_what_another_control_toggles() -> None:
    """Themes write on the page's content that a click on it closes the menu (Read the Docs)."""
    stopped = button("Keep run", id="it", style="pointer-events: none")
    bar = el("div", stopped, button("Share"), id="bar")
    visit, page = page_with(el("section", bar, *(el("p", f"{i}") for i in range(30)), data_toggle="shift"))
    page.click("bar", at=4000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]

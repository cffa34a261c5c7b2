"""What a press looks like in a component, or by a library of styles, and what a component answers inside itself."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el
from support.web import Page, Visit

HOSTS = ["wave-fab", "wave-button"]
"""Of the second the name says that it is a button, so that it is kept as a control."""


def component(tag: str) -> tuple[Visit, Page]:
    visit = Visit()
    own = button("Record", id="own")
    host = el(
        tag, el("wave-ripple", el("div", id="layer", class_="layer hover")), own, el("p", "3", id="label"), id="host"
    )
    return visit, visit.open("http://radio.test/", el("p", "0", id="sum"), host).says("sum", "1", at=500)


def press(page: Page, at: float) -> None:
    """As rrweb records it: the states of the host, the layer that draws them, and a ripple."""
    wave = el("div", class_="wave")
    page.click("own", at=at).sets("host", at=at - 7, pressed="").adds(wave, at=at - 6, into="layer")
    page.sets("host", at=at - 4, focused="").sets("layer", at=at - 3, class_="layer hover focused")
    page.sets("host", at=at, pressed=None).sets(wave, at=at + 160, class_="wave out")
    page.removes(wave, at=at + 310, from_="layer")


@pytest.mark.parametrize("tag", HOSTS)
@pytest.mark.parametrize("presses", [1, 2])
def test_the_look_of_a_pressed_component_is_no_answer(tag: str, presses: int) -> None:
    visit, page = component(tag)
    for i in range(presses):
        press(page, at=4000 + 12_000 * i)
    page.lives(60_000)
    assert visit.kinds() == ["dead_click"] * presses


@pytest.mark.parametrize("tag", HOSTS)
def test_what_was_pressed_before_loses_its_look(tag: str) -> None:
    visit = Visit()
    hosts = [el(tag, el("div", id=f"layer{i}"), button(f"Part {i}", id=f"own{i}"), id=f"host{i}") for i in range(2)]
    page = visit.open("http://radio.test/", el("p", "0", id="sum"), *hosts).says("sum", "1", at=500)
    page.click("own0", at=4000).sets("host0", at=3996, focused="").sets("layer0", at=3997, class_="focused")
    page.click("own1", at=9000).sets("host0", at=8995, focused=None).sets("layer0", at=8995, class_="")
    page.sets("host1", at=8996, focused="").sets("layer1", at=8997, class_="focused").lives(60_000)
    assert visit.kinds() == ["dead_click", "dead_click"]


@pytest.mark.parametrize("tag", HOSTS)
@pytest.mark.parametrize("answer", ["label", "mark", "spinner", "menu", "toggle"])
def test_a_component_answers_inside_itself(tag: str, answer: str) -> None:
    visit, page = component(tag)
    press(page, at=4000)
    if answer == "label":
        page.says("label", "4", at=4012)
    elif answer == "mark":
        page.adds(el("div", class_="mark"), at=4012, into="host")
    elif answer == "spinner":
        spinner = el("div", class_="spinner")
        page.adds(spinner, at=4012, into="layer").removes(spinner, at=4900, from_="layer")
    elif answer == "menu":
        page.adds(el("div", el("a", "All"), class_="menu"), at=3994, into="host")
    else:
        page.sets("host", at=4012, pressed="")
    page.lives(60_000)
    assert visit.verdict("own") == "alive"


def test_a_slow_answer_is_not_hidden_by_the_press() -> None:
    visit, page = component(HOSTS[0])
    press(page, at=4000)
    page.asks("/api/record", at=4010, took=4400).says("sum", "2", at=8420).lives(60_000)
    assert visit.kinds() == ["slow_response"]


def styled() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://canoes.test/", el("style", ".a{}", id="rules"), el("p", "0", id="sum"), *buttons())
    return visit, page.says("sum", "1", at=500)


def buttons() -> list[El]:
    return [button("Map", id="map", class_="aaa"), button("Dogs", id="dogs", class_="aaa")]


def rule(page: Page, at: float) -> None:
    page.record(rrweb.incremental(at, 8, id=page.node("rules").node_id, adds=[{"rule": ".bbb{outline:0}", "index": 1}]))


def test_a_rule_for_the_class_of_what_has_the_focus_is_no_answer() -> None:
    visit, page = styled()
    page.click("map", at=4000)
    rule(page, at=3996)
    page.sets("map", at=3997, class_="aaa bbb")
    page.click("dogs", at=9000).sets("map", at=8995, class_="aaa")
    rule(page, at=8996)
    page.sets("dogs", at=8997, class_="aaa bbb").lives(60_000)
    assert visit.kinds() == ["dead_click", "dead_click"]


@pytest.mark.parametrize("other", ["sum", ""])
def test_a_rule_for_something_else_is_an_answer(other: str) -> None:
    """Beside the focus something else takes a class, or the rule comes with the click."""
    visit, page = styled()
    page.click("map", at=4000).sets("map", at=3997, class_="aaa bbb")
    rule(page, at=3996 if other else 4004)
    if other:
        page.sets(other, at=3997, class_="bbb")
    page.lives(60_000)
    assert visit.verdict("map") == "alive"

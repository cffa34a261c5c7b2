"""Buttons made of several elements: components with a button in their shadow root, and boxes inside a button."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, link
from support.web import Page, Visit


def page_with(*content: El) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://a.test/", el("p", "0", id="total"), *content)
    return visit, page.says("total", "1", at=500)


def component(tag: str, name: str, **attrs: object) -> tuple[El, El]:
    """A component whose words stand outside of the button it shows them in, and that button."""
    own = el("button", el("slot"), class_="native")
    return el(tag, name, own, **attrs), own


@pytest.mark.parametrize("tag", ["ion-button", "sl-button", "md-filled-button"])
@pytest.mark.parametrize("added_later", [False, True])
def test_a_components_own_button_goes_by_the_name_of_the_component(tag: str, added_later: bool) -> None:
    whole, own = component(tag, "Acknowledge alarms", id="ack")
    visit, page = page_with(*([] if added_later else [whole]))
    if added_later:
        page.adds(whole, at=1000)
    page.click(own, at=4000).lives(15_000)
    assert visit.outcome().signal("dead_click").element == 'button#ack "Acknowledge alarms"'


@pytest.mark.parametrize("name", ["Export", "Download list", "Print"])
@pytest.mark.parametrize("tag", ["ion-button", "vaadin-button"])
def test_the_words_of_a_component_tell_what_its_button_does(tag: str, name: str) -> None:
    whole, own = component(tag, name, id="it")
    visit, page = page_with(whole)
    page.click(own, at=4000).lives(15_000)
    assert visit.outcome().verdicts() == ["unknown"]


@pytest.mark.parametrize("label, verdict", [("Copy link", "unknown"), ("Details", "dead")])
@pytest.mark.parametrize("tag", ["wave-icon", "ion-fab"])
def test_a_component_is_known_before_its_shadow_root(tag: str, label: str, verdict: str) -> None:
    """It came empty; its button, nameless, was recorded later."""
    visit, page = page_with(el(tag, aria_label=label, id="host"))
    own = el("button", el("wave-sign", class_="icon"), class_="native")
    page.adds(own, at=1000, into="host").click(own, at=4000).lives(15_000)
    assert visit.outcome().verdicts() == [verdict]


@pytest.mark.parametrize("classes", ["fa fa-link", "icon-tab close"])
@pytest.mark.parametrize("label, verdict", [("Copy link", "unknown"), ("Details", "dead")])
def test_an_icon_is_a_part_of_its_link(classes: str, label: str, verdict: str) -> None:
    icon = el("i", class_=classes)
    visit, page = page_with(el("a", icon, href="#", aria_label=label, id="outer"))
    page.click(icon, at=4000).lives(15_000)
    assert visit.outcome().verdicts() == [verdict]


def test_an_id_that_each_component_of_a_kind_has_in_its_shadow_root_names_none() -> None:
    own = el("button", el("slot"), id="button")
    visit, page = page_with(el("cds-button", "Acknowledge alarms", own, class_="ack"))
    page.click(own, at=4000).lives(15_000)
    assert visit.outcome().signal("dead_click").element == 'button "Acknowledge alarms"'


def test_words_of_a_component_that_are_not_kept_count_for_its_button() -> None:
    """What is added later has its words masked."""
    own = el("button", el("slot"), id="button")
    visit, page = page_with(el("p"))
    page.adds(el("cds-button", "Export", own), at=1000).click(own, at=4000).lives(15_000)
    assert visit.outcome().verdicts() == ["unknown"]


def test_a_nameless_button_in_another_control_keeps_its_own_name() -> None:
    own = el("button", class_="delete")
    visit, page = page_with(el("li", "Export", own, tabindex="0", id="row"))
    page.click(own, at=4000).lives(15_000)
    assert visit.outcome().signal("dead_click").element == "button"


@pytest.mark.parametrize("tag, classes", [("span", "v-btn__content"), ("div", "btn-label link"), ("span", "chip")])
def test_a_box_in_a_button_is_a_part_of_it_and_a_ripple_beside_the_box_is_no_answer(tag: str, classes: str) -> None:
    part = el(tag, "Send tomorrow", class_=classes)
    visit, page = page_with(el("button", part, id="send"))
    ripple = el("span", el("span"), class_="ripple")
    page.click(part, at=4000).adds(ripple, at=4010, into="send").removes(ripple, at=4620, from_="send").lives(15_000)
    assert visit.outcome().signal("dead_click").element == 'button#send "Send tomorrow"'


@pytest.mark.parametrize("own", [{"onclick": "drop(1)"}, {"tabindex": "0"}, {"role": "button"}])
def test_a_box_in_a_button_with_a_handler_or_role_of_its_own_is_a_control(own: dict[str, str]) -> None:
    cross = el("span", "x", class_="chip-close", id="cross", **own)
    visit, page = page_with(el("button", el("b", "Oslo"), cross, id="chip"))
    page.click(cross, at=4000).lives(15_000)
    assert visit.outcome().signal("dead_click").element == 'span#cross "x"'


@pytest.mark.parametrize("outer", [link("", "#more", id="outer"), el("div", id="outer", onclick="go()")])
def test_a_box_in_another_control_than_a_button_is_addressed_itself(outer: El) -> None:
    part = el("span", "More", class_="nav-link", id="part")
    outer.children.append(part)
    visit, page = page_with(outer)
    page.click(part, at=4000).lives(15_000)
    assert visit.outcome().signal("dead_click").element == 'span#part "More"'


def rule(page: Page, at: float, css: str) -> None:
    """A script adds a rule to a stylesheet."""
    page.record(rrweb.incremental(at, 8, id=page.node("total").node_id, adds=[{"rule": css, "index": 0}]))


@pytest.mark.parametrize("rules", [1, 3])
def test_the_rules_that_a_first_ripple_is_drawn_by_are_no_answer(rules: int) -> None:
    visit, page = page_with(button("Savings goal", id="goal"))
    for i in range(rules):
        rule(page, 4005, f"@keyframes enter-{i} {{}}")
    ripple = el("span", el("span"), class_="ripple")
    page.click("goal", at=4000).adds(ripple, at=4007, into="goal").removes(ripple, at=4660, from_="goal").lives(15_000)
    assert visit.verdict("goal") == "dead"


@pytest.mark.parametrize("at, with_ripple", [(4005, False), (4300, True)])
def test_a_rule_alone_or_later_than_the_ripple_is_an_answer(at: float, with_ripple: bool) -> None:
    visit, page = page_with(button("High contrast", id="it"))
    page.click("it", at=4000)
    ripple = el("span", class_="ripple")
    if with_ripple:
        page.adds(ripple, at=4007, into="it")
    rule(page, at, "body { background: black }")
    if with_ripple:
        page.removes(ripple, at=4660, from_="it")
    page.lives(15_000)
    assert visit.verdict("it") == "alive"


@pytest.mark.parametrize(("role", "element"), [("tab", "div#outer"), ("treeitem", "span")])
def test_what_shows_the_words_of_a_tab_is_a_part_of_it(role: str, element: str) -> None:
    """ARIA allows no control in a tab, whatever a class is called."""
    label = el("span", "Schools", class_="mdc-tab__text-label")
    visit, page = page_with(el("div", el("span", label), role=role, id="outer"))
    page.click(label, at=4000).lives(15_000)
    assert visit.outcome().rows.interactions[0].element.startswith(element)

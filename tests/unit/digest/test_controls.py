"""Controls: what a visitor would expect to answer a click, and what it is called."""

from __future__ import annotations

import pytest

from support.dom import El, button, el, field_, link
from support.web import Visit


def clicked(element: El, name: str = "it") -> tuple[str, str, str]:
    """Tag of the control, readable name and key of a click on the element called `it`."""
    visit = Visit()
    visit.open("http://a.test/", element, el("p", "0", id="n")).says("n", "1", at=500).click(name, at=4000).lives(
        15_000
    )
    row = visit.outcome().rows.interactions[0]
    return row.element_tag, row.element, row.element_key


@pytest.mark.parametrize(
    "element",
    [
        button("Pay", id="it"),
        link("Pay", "/pay", id="it"),
        el("summary", "More", id="it"),
        el("div", "Pay", id="it", role="button"),
        el("span", "Pay", id="it", onclick="pay()"),
        el("div", "Pay", id="it", tabindex="0"),
        el("li", "Pay", id="it", class_="menu-item"),
        el("div", "Pay", id="it", class_="big btn btn-primary"),
        el("div", "Pay", id="it", class_="nav-link"),
        el("div", "Pay", id="it", class_="card__button--large"),
        el("div", "Pay", id="it", data_toggle="modal"),
        el("div", "Pay", id="it", contenteditable="true"),
    ],
    ids=lambda e: f"{e.tag}-{'-'.join(e.attrs)}",
)
def test_what_is_a_control(element: El) -> None:
    assert clicked(element)[0] == element.tag


@pytest.mark.parametrize(
    "element",
    [
        el("p", "Text", id="it"),
        el("div", "Text", id="it", tabindex="-1"),
        el("div", "Text", id="it", class_="linked-list buttonless"),
        el("div", el("p", "Text", id="it"), class_="tab-content"),
        el("div", el("p", "Text", id="it"), class_="tab-pane link-list"),
        el("div", "Text", id="it", class_="btn-group btn-toolbar"),
        el("div", "Text", id="it", role="region"),
        el("div", "Text", id="it", contenteditable="false"),
        el("img", id="it", src="x.png"),
    ],
    ids=lambda e: f"{e.tag}-{'-'.join(e.attrs)}",
)
def test_what_is_none(element: El) -> None:
    assert clicked(element)[0] == ""


def test_a_click_on_an_icon_or_text_inside_is_one_on_the_control() -> None:
    inner = el("button", el("span", el("svg", el("path", id="it")), "Pay"), id="pay")
    assert clicked(inner)[1] == 'button#pay "Pay"'


def test_the_innermost_control_counts() -> None:
    card = el("div", button("Buy", id="it"), id="card", role="button")
    assert clicked(card)[1] == 'button#it "Buy"'


def test_a_form_around_is_no_control() -> None:
    assert clicked(el("form", el("p", "text", id="it"), id="form"))[0] == ""


@pytest.mark.parametrize(
    ("element", "name"),
    [
        (button("  Pay \n now ", id="it"), 'button#it "Pay now"'),
        (button("x", id="it", aria_label="Close"), 'button#it "Close"'),
        (button("", el("img", alt="Logo"), id="it"), "button#it"),
        (el("input", id="it", type="submit", value="Send"), 'input#it "Send"'),
        (field_("it", placeholder="Your name"), 'input#it "Your name"'),
        (button("y" * 100, id="it"), f'button#it "{"y" * 40}"'),
        (el("button", el("b", "Pay"), " now", id="it"), 'button#it "Pay now"'),
    ],
)
def test_names(element: El, name: str) -> None:
    assert clicked(element)[1] == name


def test_a_value_that_was_typed_is_no_name() -> None:
    assert clicked(el("input", id="it", type="text", value="Ann Smith"))[1] == "input#it"


@pytest.mark.parametrize(
    ("attrs", "key"),
    [
        ({"data_testid": "pay-now", "id": "it"}, "testid=pay-now"),
        ({"data_cy": "pay", "id": "it"}, "testid=pay"),
        ({"id": "it"}, "button#it"),
    ],
)
def test_keys_prefer_what_survives_a_redeploy(attrs: dict[str, str], key: str) -> None:
    assert clicked(button("Pay 5 items", **attrs))[2] == key


@pytest.mark.parametrize("generated", [":r1a:", "radix-12", "ember4711", "mui-99", "a1b2c3d4e5f6"])
def test_generated_ids_are_no_keys(generated: str) -> None:
    assert clicked(button("Pay 5 items", id=generated), generated)[2] == "button:pay n items"


def test_state_classes_are_no_keys() -> None:
    nameless = el("div", id="radix-1", class_="btn active css-4f2a primary open")
    assert clicked(nameless, "radix-1")[2] == "div.btn.primary"


def test_the_role_is_part_of_the_key_of_a_named_control() -> None:
    assert clicked(el("div", "Pay", id="radix-1", role="button"), "radix-1")[2] == "button:pay"

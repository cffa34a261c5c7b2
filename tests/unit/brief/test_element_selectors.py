"""Selectors by stability, which recorded text cannot break out of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replay_signals.transforms.brief.selectors import css_of, html_of, selectors_of, selectors_of_key
from replay_signals.transforms.digest.controls import Control


def control(**fields: Any) -> Control:
    known = {
        "tag": "button",
        "type": "",
        "role": "",
        "name": "",
        "test_id": "",
        "dom_id": "",
        "classes": "",
        "href": "",
        "flags": "",
    }
    return Control(5, 5, **(known | fields))


def test_the_most_stable_stands_first() -> None:
    found = selectors_of(control(name="Pay now", test_id="pay", dom_id="pay-1", classes="btn"))
    assert [one.by for one in found] == ["test id", "role and name", "text", "css"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tag": "a", "name": "Home", "href": "/"}, 'role=link[name="Home"]'),
        ({"tag": "input", "type": "checkbox", "name": "Terms"}, 'role=checkbox[name="Terms"]'),
        ({"tag": "input", "type": "email", "name": "Mail"}, 'role=textbox[name="Mail"]'),
        ({"tag": "div", "role": "tab", "name": "One"}, 'role=tab[name="One"]'),
        ({"name": "x" * 40}, f'role=button[name^="{"x" * 40}"]'),
    ],
)
def test_a_role_comes_from_its_own_word_or_the_tag(fields: dict[str, Any], expected: str) -> None:
    assert expected in [one.value for one in selectors_of(control(**fields))]


@pytest.mark.parametrize(
    "fields",
    [{"tag": "a", "name": "Home"}, {"tag": "input", "type": "password"}, {"tag": "input", "type": "date"}],
    ids=["a link that leads nowhere", "password", "date"],
)
def test_what_has_no_role_is_not_sought_by_one(fields: dict[str, str]) -> None:
    assert "role and name" not in [one.by for one in selectors_of(control(**({"name": "It"} | fields)))]


def test_what_privacy_put_a_mark_for_selects_nothing() -> None:
    found = selectors_of(control(name="[text:bbbbb]", test_id="[id:ccccc]", dom_id="[id:ddddd]", classes="btn"))
    assert [(one.by, one.value) for one in found] == [("css", "button.btn")]


def test_a_class_that_a_tool_hashed_is_sought_by_the_part_that_lasts() -> None:
    assert css_of(control(classes="btn__x8F3a")) == 'button[class*="btn"]'


def test_a_control_without_an_id_is_sought_below_a_box_that_has_one() -> None:
    box, form = control(tag="div", dom_id="list"), control(tag="form")
    assert selectors_of(control(classes="add"), [form, box])[-1].value == '[id="list"] button.add'


@pytest.mark.parametrize("text", ['"] , script[x="', "a\\", "a\n}", "\x00", "]"])
def test_recorded_text_stays_within_its_string(text: str) -> None:
    by = {one.by: one.value for one in selectors_of(control(name=text, test_id=text, dom_id=text))}
    head, _, rest = by["text"].partition("=")
    assert (head, json.loads(rest)) == ("text", text)
    quoted = by["css"].removeprefix('button[id="').removesuffix('"]')
    assert '"' not in quoted.replace("\\\\", "").replace('\\"', "")
    assert not any(ord(char) < 32 for char in quoted)


def test_html_is_escaped() -> None:
    html = html_of(control(name="<b>&", dom_id='"><script>'))
    assert html == '<button id="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;</button>'
    assert html_of(control(tag="input", type="text", name="Mail")) == '<input type="text">'


def test_a_native_view_has_neither() -> None:
    view = control(name="Pay", flags="v")
    assert (selectors_of(view), html_of(view)) == ([], "")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("testid=pay", ["test id"]),
        ("form#checkout testid=pay", ["test id"]),
        ("button#pay", ["css"]),
        ("div#list button.add", []),
        ("", []),
    ],
)
def test_a_key_gives_selectors_where_no_digest_is_at_hand(key: str, expected: list[str]) -> None:
    assert [one.by for one in selectors_of_key(key)] == expected

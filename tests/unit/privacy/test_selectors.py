"""Selectors: which elements a rule means."""

from __future__ import annotations

import pytest

from replay_signals.transforms.privacy.selectors import SelectorError, Selectors, parse

Element = tuple[str, dict[str, object]]


def action(selector: str, *path: Element) -> str:
    rules: Selectors[Element] = Selectors([("mask", [selector])], lambda e: e[0], lambda n: lambda e: e[1].get(n))
    return rules.action(path, len(path) - 1)


DIV: Element = ("div", {})
ROW: Element = ("tr", {"class": "row odd"})
LINK: Element = ("a", {"id": "go", "class": "btn ph-mask", "role": "Button ", "data-x": "a b", "lang": "de-AT"})


@pytest.mark.parametrize(
    "selector",
    [
        *("a", "*", "#go", ".btn", "a.btn.ph-mask", "a#go.btn", "[data-x]", "[data-x='a b']", '[data-x="a b"]'),
        *("[data-x~=b]", "[data-x^=a]", "[data-x$=b]", "[data-x*=' ']", "[lang|=de]", "[role=button]", "A"),
        *("div a", "tr > a", "div tr a", "tr.odd > a.btn", ".x, .btn", "div > tr > a", "[data-y], [data-x]"),
    ],
)
def test_means_the_link(selector: str) -> None:
    assert action(selector, DIV, ROW, LINK) == "mask"


@pytest.mark.parametrize(
    "selector", ["b", "#og", ".bt", "a.btn.x", "[data-y]", "[data-x=a]", "div > a", "a tr", "[data-x^='']", "tr div a"]
)
def test_means_another(selector: str) -> None:
    assert action(selector, DIV, ROW, LINK) == ""


@pytest.mark.parametrize("selector", ["", "a:hover", "a + b", "a ~ b", "[x", "..a", "a >", "a,,b", "1a", "[a=b c]"])
def test_what_no_message_shows_is_refused(selector: str) -> None:
    with pytest.raises(SelectorError, match="selector"):
        parse(selector)


def test_the_first_list_decides() -> None:
    rules: Selectors[Element] = Selectors(
        [("remove", [".x"]), ("mask", ["a"])], lambda e: e[0], lambda n: lambda e: e[1].get(n)
    )
    assert rules.action([("a", {"class": "x"})], 0) == "remove"
    assert rules.action([("a", {})], 0) == "mask"

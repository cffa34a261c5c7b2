"""Selectors: which elements a rule means."""

from __future__ import annotations

import random

import pytest

from replay_signals.transforms.privacy.selectors import Complex, SelectorError, Selectors, parse
from replay_signals.transforms.privacy.steps import Steps

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


DEEP = [("div", {"class": "x"})] * 400


def test_any_number_of_parts_costs_what_the_depth_does() -> None:
    """Tried in every way, six parts below 400 elements would be gone through 10^13 times."""
    selector = " ".join(["div"] * 6) + " > a a"
    looked = 0

    def tag_of(element: Element) -> str:
        nonlocal looked
        looked += 1
        return element[0]

    rules: Selectors[Element] = Selectors([("mask", [selector])], tag_of, lambda name: lambda e: e[1].get(name))
    assert rules.action([*DEEP, ("a", {})], len(DEEP)) == ""
    assert looked < 10 * len(DEEP)
    assert rules.action([*DEEP, ("a", {}), ("a", {})], len(DEEP) + 1) == "mask"


def test_looks_around_an_element_take_steps_and_it_is_masked_when_there_are_none() -> None:
    rules: Selectors[Element] = Selectors([("remove", ["p a"])], lambda e: e[0], lambda name: lambda e: e[1].get(name))
    steps = Steps(1000)
    path = [*DEEP, ("a", {})]
    assert [rules.action(path, len(DEEP), steps) for _ in range(4)] == ["", "", "", "mask"]
    assert rules.action([*DEEP, ("b", {})], len(DEEP), steps) == ""


@pytest.mark.parametrize("seed", range(20))
def test_one_pass_finds_what_trying_every_way_finds(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(200):
        parts = [dice.choice("ab*") for _ in range(dice.randint(2, 4))]
        selector = parts[0] + "".join(dice.choice((" ", " > ")) + part for part in parts[1:])
        path: list[Element] = [(dice.choice("abc"), {}) for _ in range(dice.randint(1, 7))]
        assert action(selector, *path) == ("mask" if _every_way(parse(selector)[0], path) else ""), (selector, path)


def _every_way(selector: Complex, path: list[Element]) -> bool:
    *rest, own = selector
    if own.tag not in ("", path[-1][0]):
        return False
    if not rest:
        return True
    around = range(len(path) - 1, 0, -1)
    return any(_every_way(tuple(rest), path[:end]) for end in (around[:1] if rest[-1].child else around))

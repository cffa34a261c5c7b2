"""Elements by the keys of tables, and where a picture shows them."""

from __future__ import annotations

import pytest

from replay_signals.transforms.playback.elements import nodes_of
from replay_signals.transforms.playback.heatmap import HeatElement, Heatmap, placed, scroll_steps
from replay_signals.transforms.playback.tree import Tree, tree_at
from support.nodes_and_events import START_MS, element, text
from support.recorded import page, window_of


@pytest.fixture(scope="module")
def tree() -> Tree:
    cards = [element(20 + n, "button", text(30 + n, f"Add {n}"), class_="add big") for n in range(3)]
    return tree_at(
        window_of(
            page(
                element(4, "nav", element(5, "a", text(6, "Cart"), href="https://a.test/cart/")),
                element(7, "div", *cards, id="list"),
                element(40, "button", text(41, "Add 7"), class_="add"),
                element(50, "footer", element(51, "a", text(52, "Cart"), href="https://other.test/cart?x=1")),
                element(60, "input", type="search", aria_label="Find"),
                element(61, "button", id="pay"),
                element(62, "button", data_testid="buy now"),
            )
        ),
        START_MS,
    )


@pytest.mark.parametrize(
    ("key", "ids"),
    [
        ("testid=buy now", [62]),
        ("button#pay", [61]),
        ("nav a→/cart", [5]),
        ("a→other.test/cart", [51]),
        ("a→/cart", [5, 51]),
        ("nav a→/cart:cart", [5]),
        ("div#list button.add", [20, 21, 22]),
        ("button.add", [20, 21, 22, 40]),
        ("div#list button:add n", [20, 21, 22]),
        ("search:find", [60]),
        ("searchbox:find", [60]),
        ("button#gone", []),
        ("section button.add", []),
        ("", []),
    ],
)
def test_keys_find_their_elements(tree: Tree, key: str, ids: list[int]) -> None:
    assert [node.id for node in nodes_of(tree, key)] == ids


def test_a_picture_places_what_it_shows(tree: Tree) -> None:
    def of(key: str) -> HeatElement:
        return HeatElement(key, key, "", 1, 1, 1.0, 0.2, 1.0, 0, 0, 0, 0, None)

    found = placed(Heatmap("/", "all", 1, 1, 2, 0, [of("button#pay"), of("button#gone")], []), tree)
    assert [one.nodes for one in found.elements] == [[61], []]


def test_scroll_depth_counts_who_saw_each_tenth() -> None:
    steps = scroll_steps([1.0, 0.52, 0.2])
    assert [step.visitors for step in steps] == [3, 3, 2, 2, 2, 1, 1, 1, 1, 1]
    assert scroll_steps([]) == []

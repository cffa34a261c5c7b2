"""The page as it was at a moment, and the element of a signal in it."""

from __future__ import annotations

import pytest

from replay_signals.transforms.playback.locate import locate
from replay_signals.transforms.playback.markup import html_of
from replay_signals.transforms.playback.tree import Tree, text_of, tree_at
from support.nodes_and_events import START_MS, element, event, text
from support.recorded import add, change, click, page, window_of


def said(tree: Tree) -> str:
    assert tree.root is not None
    return text_of(tree.root)


def test_mutations_up_to_the_moment_count() -> None:
    window = window_of(
        [
            *page(element(4, "p", text(5, "one")), element(6, "ul")),
            change(100, texts=[{"id": 5, "value": "two"}], attributes=[{"id": 4, "attributes": {"id": "x"}}]),
            change(200, adds=[add(text(9, "last"), 6), add(element(8, "li", text(10, "first")), 6, 9)]),
            change(300, removes=[{"id": 4, "parentId": 3}], attributes=[{"id": 6, "attributes": {"id": None}}]),
        ]
    )
    trees = [tree_at(window, START_MS + at_ms) for at_ms in (-1, 50, 150, 250, 350)]
    assert trees[0].root is None
    assert [said(tree) for tree in trees[1:]] == ["one", "two", "two first last", "first last"]
    assert trees[2].nodes[4].attributes == {"id": "x"}
    assert 4 not in trees[4].nodes
    assert 5 not in trees[4].nodes
    assert (trees[1].url, trees[1].width) == ("http://a.test/cart", 800)


def test_a_moved_node_stands_once() -> None:
    moved = element(4, "p", text(5, "one"))
    window = window_of(
        [*page(moved, element(6, "div")), change(9, removes=[{"id": 4, "parentId": 3}], adds=[add(moved, 6)])]
    )
    tree = tree_at(window, START_MS + 10)
    assert said(tree) == "one"
    assert [node.id for node in tree.nodes[5].ancestors] == [4, 6, 3, 2]


def test_siblings_that_come_later_and_ones_that_never_do() -> None:
    adds = [add(element(8, "i", text(18, "a")), 3, 9), add(element(9, "i", text(19, "b")), 3), add(text(7, "c"), 3, 77)]
    assert said(tree_at(window_of([*page(), change(5, adds=adds)]), START_MS + 5)) == "a b c"


def test_a_checkout_is_the_page_from_then_on() -> None:
    window = window_of([*page(element(4, "p", text(5, "old"))), *page(element(4, "p", text(5, "new")), at_ms=100)])
    assert said(tree_at(window, START_MS + 99)) == "old"
    assert said(tree_at(window, START_MS + 100)) == "new"


def test_html_is_escaped_and_bounded() -> None:
    body = element(4, "button", text(5, '</button><script>"&'), title='"><img src=x>', class_="btn")
    link = element(6, "a", element(7, "b", text(8, "Go")), href="https://a.test/go")
    tree = tree_at(window_of(page(body, link)), START_MS)
    shown = html_of(tree.nodes[4])
    assert shown == (
        '<button title="&quot;&gt;&lt;img src=x&gt;" class="btn">&lt;/button&gt;&lt;script&gt;"&amp;</button>'
    )
    assert html_of(tree.nodes[6]) == '<a href="https://a.test/go">\n  <b>Go</b>\n</a>'
    assert html_of(tree.nodes[3], 60).endswith("<!-- cut -->")
    assert len(html_of(tree.nodes[3], 200)) <= 220


@pytest.mark.parametrize("kind", [2, 7, 9])
def test_the_element_of_a_click_is_the_control_around_it(kind: int) -> None:
    button = element(4, "button", element(5, "span", text(6, "Pay now")), id="pay", data_testid="pay-now")
    window = window_of([*page(button), click(5, 500, kind)])
    _, found = locate(window, START_MS + 500, "testid=pay-now", 5, 5)
    assert found is not None
    assert (found.node_id, found.control_id, found.role, found.label) == (5, 4, "button", "Pay now")
    assert found.attributes["data-testid"] == "pay-now"


def test_of_two_clicks_at_once_the_one_at_the_place_counts() -> None:
    far = event(3, {"source": 2, "type": 2, "id": 5, "x": 400, "y": 5}, 500)
    window = window_of([*page(element(4, "button"), element(5, "button")), far, click(4, 501)])
    assert (found := locate(window, START_MS + 500, "", 5, 5)[1]) is not None
    assert found.node_id == 4


@pytest.mark.parametrize(
    ("key", "node_id"),
    [("testid=x", 4), ("input#mail", 6), ("button:pay n times", 8), ("textbox:your mail", 6), ("nothing:here", None)],
)
def test_without_a_click_the_key_finds_it(key: str, node_id: int | None) -> None:
    window = window_of(
        page(
            element(4, "div", data_testid="x"),
            element(5, "label", text(50, "Your mail"), for_="mail"),
            element(6, "input", id="mail"),
            element(8, "button", text(9, "Pay 3 times")),
        )
    )
    found = locate(window, START_MS + 50, key)[1]
    assert (None if found is None else found.node_id) == node_id


def test_a_masked_label_is_said_to_be() -> None:
    window = window_of([*page(element(4, "div", text(5, "Maria Smith"), onclick="x()")), click(4, 50)], clear=False)
    found = locate(window, START_MS + 50)[1]
    assert found is not None
    assert (found.label, found.is_masked) == ("***** *****", True)

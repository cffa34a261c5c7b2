"""Pages that are nested too deeply or have too many siblings: what can be is shown, the rest is cut, and soon."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

import pytest

from replay_signals.schemas.messages import SnapshotMessage, SourcePosition
from replay_signals.schemas.playback_rules import Playback
from replay_signals.transforms.playback import wireframes
from replay_signals.transforms.playback.attributes import CUT
from replay_signals.transforms.playback.decoding import MAX_JSON_DEPTH, shallow
from replay_signals.transforms.playback.markup import html_of
from replay_signals.transforms.playback.player_data import player_data, script_of
from replay_signals.transforms.playback.session import PlaybackSession, playback_of
from replay_signals.transforms.playback.surroundings import MAX_DEPTH
from replay_signals.transforms.playback.tree import Tree, text_of, tree_at
from replay_signals.transforms.privacy.policy import Policy
from support.nodes_and_events import START_MS, element, event, text
from support.recorded import add, change, page, window_of

ABOVE = 3
"""The document, html and body."""


def nested_json(levels: int, innermost: dict[str, Any], tag: str = "div") -> str:
    """Elements within each other, written without a stack as deep as they are."""
    starts = (
        f'{{"type": 2, "id": {1000 + n}, "tagName": "{tag}", "attributes": {{}}, "childNodes": [' for n in range(levels)
    )
    return "".join(starts) + json.dumps(innermost) + "]}" * levels


def session_of_text(items: str) -> PlaybackSession:
    message = SnapshotMessage("team", "s", "w", items.encode(), SourcePosition("x"))
    return playback_of("team", "s", [message], Playback(), Policy(key=b"k"))


def depth_of(tree: Tree) -> int:
    def above(node: Any) -> int:
        steps = 0
        while node.parent is not None:
            node, steps = node.parent, steps + 1
        return steps

    return max(above(node) for node in tree.nodes.values())


def packed(data: str) -> dict[str, str]:
    """Data as recorders compress it."""
    return {"data": gzip.compress(data.encode()).decode("latin-1"), "cv": "2024-10"}


@pytest.mark.parametrize("is_added", [False, True])
@pytest.mark.parametrize(
    ("levels", "is_packed"),
    [*((levels, False) for levels in (100, 190, 210, 440)), *((levels, True) for levels in (100, 440, 600, 20_000))],
)
def test_a_page_is_shown_down_to_the_bound(levels: int, is_added: bool, is_packed: bool) -> None:
    """Readers of files reject what is nested still more deeply where they see it, which is where it is not packed."""
    deep: Any = "here"
    button = element(4, "button", text(5, "Pay"))
    first = page(button) if is_added else page(button, deep)
    events = [*first, change(50, adds=[add(deep, 3)])] if is_added else first
    said = json.dumps(events[-1]["data"]).replace('"here"', nested_json(levels, text(7, "last")))
    data = packed(said) if is_packed else {"data": "here"}
    items = json.dumps([*events[:-1], {**events[-1], **data}])
    session = session_of_text(items if is_packed else items.replace('"here"', said))
    assert script_of(player_data(session, {}))
    tree = tree_at(session.windows[0], START_MS + 100)
    assert "Pay" in html_of(tree.nodes[3])
    assert depth_of(tree) == min(MAX_DEPTH, ABOVE + levels)
    cut = [node.id for node in tree.nodes.values() if CUT in node.attributes]
    assert cut == ([1000 + MAX_DEPTH - ABOVE] if levels > MAX_DEPTH - ABOVE else [])
    assert f'{CUT}="deep"' in html_of(tree.nodes[3], 10**6) or not cut


def test_a_page_that_grows_deeper_bit_by_bit_is_cut_too() -> None:
    grown = [add(element(1000 + n, "div"), 1000 + n - 1 if n else 3) for n in range(20_000)]
    started = time.process_time()
    tree = tree_at(window_of([*page(), change(50, adds=grown)]), START_MS + 50)
    assert depth_of(tree) == MAX_DEPTH
    assert time.process_time() - started < 5


def test_siblings_that_come_last_first_are_in_order_soon() -> None:
    names = range(1000, 21_000)
    adds = [add(element(n, "i"), 3, n + 1 if n + 1 in names else None) for n in names]
    window = window_of([*page(), change(50, adds=adds), change(60, removes=[{"id": n, "parentId": 3} for n in names])])
    started = time.process_time()
    tree = tree_at(window, START_MS + 50)
    assert [node.id for node in tree.nodes[3].children] == list(names)
    assert tree_at(window, START_MS + 60).nodes[3].children == []
    assert time.process_time() - started < 5


def test_what_stands_around_is_looked_at_anew_when_it_changes() -> None:
    events = [
        *page(element(4, "div", element(5, "div"))),
        change(10, adds=[add(element(6, "button", text(7, "Maria")), 5)]),
        change(20, attributes=[{"id": 4, "attributes": {"class": "ph-mask"}}]),
        change(30, adds=[add(element(8, "button", text(9, "Maria")), 5)]),
    ]
    window = window_of(events, clear=False)
    said = [text_of(tree_at(window, START_MS + 30).nodes[n]) for n in (6, 8)]
    assert said == ["Maria", "*****"]


def test_texts_of_one_name_that_change_together_are_looked_at_together() -> None:
    parts = ["maria", "@example", ".org"]
    events = [
        *page(element(4, "button", *(text(5 + n, "x") for n in range(3)))),
        change(10, texts=[{"id": 5 + n, "value": part} for n, part in enumerate(parts)]),
    ]
    shown = json.dumps(window_of(events, clear=False).events[-1])
    assert not [part for part in parts if part in shown]


@pytest.mark.parametrize("levels", [1, MAX_JSON_DEPTH - 1, MAX_JSON_DEPTH, MAX_JSON_DEPTH + 1, 100_000])
def test_json_is_cut_at_a_depth_and_stays_json(levels: int) -> None:
    said = shallow(b'{"a": "}]\\"[[{{", "b": ' + b"[" * levels + b"1" + b"]" * levels + b', "c": [{"d": {}}]}')
    found = json.loads(said)
    assert (found["a"], found["c"]) == ('}]"[[{{', [{"d": {}}])
    assert said.count(b"[") == min(levels, MAX_JSON_DEPTH - 1) + 3


def test_native_views_within_each_other_are_drawn_down_to_the_bound() -> None:
    view: dict[str, Any] = {"id": 5000, "type": "input", "inputType": "button", "value": "Pay", "x": 0, "y": 0}
    for n in range(150):
        view = {"id": 100 + n, "type": "div", "x": 0, "y": 0, "width": 400, "height": 800, "childWireframes": [view]}
    updated = event(3, {"source": 0, "updates": [{"parentId": 0, "wireframe": view}]}, 50)
    screen = event(2, {"wireframes": [view]}, 10)
    window = session_of_text(json.dumps([event(4, {"href": "app://x"}), screen, updated])).windows[0]
    for at_ms in (20, 60):
        tree = tree_at(window, START_MS + at_ms)
        assert depth_of(tree) == ABOVE + wireframes.MAX_DEPTH
        assert [CUT in node.attributes for node in tree.nodes.values()].count(True) == 1

"""Recordings that attack whoever plays them: nothing that runs or asks is left in their events."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from replay_signals.schemas.messages import SnapshotMessage, SourcePosition
from replay_signals.schemas.playback_rules import Playback
from replay_signals.schemas.privacy import Privacy
from replay_signals.transforms.playback.css import safe_declarations, safe_sheet, safe_value
from replay_signals.transforms.playback.session import playback_of
from replay_signals.transforms.privacy.policy import Policy
from support import hostile
from support.nodes_and_events import Event, element, event, text

SAFE_TAGS = {"a", "body", "button", "details", "div", "form", "head", "html", "iframe", "img", "input", "math", "mi"}
SAFE_TAGS |= {"path", "style", "svg", "template", "use", "video", "link", "image", "x-evil"}


def played(events: list[Event], policy: Policy | None = None, **rules: Any) -> list[Event]:
    message = SnapshotMessage("team", "s", "w", json.dumps(events).encode(), SourcePosition("x"))
    session = playback_of("team", "s", [message], Playback(**rules), policy or Policy())
    return session.windows[0].events


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "tagName" in value:
            yield value
        for one in value.values():
            yield from nodes(one)
    elif isinstance(value, list):
        for one in value:
            yield from nodes(one)


@pytest.mark.parametrize("privacy", [Privacy(), Privacy(enabled=False)])
@pytest.mark.parametrize("rules", [{}, {"enabled": True, "page_text": "clean"}])
@pytest.mark.parametrize("record", [hostile.recording, hostile.native])
def test_no_attribute_and_no_sheet_of_an_attack_is_left(record: Any, rules: dict[str, Any], privacy: Privacy) -> None:
    events = played(record(), Policy(privacy), **rules)
    for node in nodes(events):
        assert node["tagName"] in SAFE_TAGS
        attributes = node["attributes"]
        assert not [name for name in attributes if name.lower().startswith("on")]
        assert attributes.keys().isdisjoint(
            {"srcdoc", "srcset", "action", "formaction", "ping", "poster", "xlink:href"}
        )
        assert attributes.get("href") in (None, "#")
        assert "src" not in attributes
        sheets = [child["textContent"] for child in node["childNodes"] if child.get("isStyle")]
        said = json.dumps([attributes.get("style"), attributes.get("_cssText"), sheets])
        assert "evil" not in said
        assert "boom" not in said
    changes = [change for event in events for change in event["data"].get("attributes", [])]
    assert "evil" not in json.dumps(changes)
    assert "boom" not in json.dumps(changes)


def test_places_of_what_is_dropped_stay_so_that_later_changes_fit() -> None:
    events = played(hostile.recording())
    body = next(node for node in nodes(events[1]) if node["id"] == 4)
    raw = next(node for node in nodes(hostile.page()) if node["id"] == 4)
    assert [child["id"] for child in body["childNodes"]] == [child["id"] for child in raw["childNodes"]]
    assert body["childNodes"][0]["tagName"] == "template"
    assert body["childNodes"][0]["childNodes"] == []


@pytest.mark.parametrize("css", hostile.CSS)
def test_a_sheet_asks_for_nothing(css: str) -> None:
    shown = safe_sheet(css).lower()
    assert "evil" not in shown
    assert "boom" not in shown.replace("expression(boom", "") or "x:" in shown
    assert "<" not in shown
    assert "@import" not in shown


@pytest.mark.parametrize(
    "kept",
    [
        ".a\\:hover{color:red}",
        "@media (min-width:600px){.b{width:calc(100% - 2px)}}",
        'input[type="text"]{border:0}',
        '.i:before{content:"\\f101"}',
        ".s{background:url(data:image/png;base64,iVBORw0KGgo=)}",
        ".m{mask:url(#a)}",
        ".\\31 0{margin:0}",
    ],
)
def test_what_draws_stays(kept: str) -> None:
    assert safe_sheet(kept) == kept


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("width: 10px; color: rgb(1, 2, 3)", "width: 10px; color: rgb(1, 2, 3)"),
        ("--gap: 4px; --name: maria", "--gap: 4px"),
        ("content: 'x'; background: url(x); width:1px", "width: 1px"),
        ("background: u\\72l(//e); left: 0", "left: 0"),
        ("width: 10px } body { color: red", ""),
    ],
)
def test_declarations_of_an_element(style: str, kept: str) -> None:
    assert safe_declarations(style) == kept


@pytest.mark.parametrize(
    ("clean", "text"),
    [
        (lambda text: safe_value("--x", text), "1." * 11 + "!"),
        (safe_sheet, "a" * 40_000),
        (safe_sheet, "\\61" * 40_000),
        (safe_sheet, "url(" + " " * 40_000),
    ],
)
def test_no_text_takes_longer_than_its_length_asks_for(clean: Callable[[str], str], text: str) -> None:
    started = time.process_time()
    clean(text)
    assert time.process_time() - started < 0.5


def test_what_is_no_event_is_left_out() -> None:
    strange: list[Any] = [
        5,
        None,
        {"type": 2, "timestamp": 1, "data": {"node": 3}},
        {
            "type": 3,
            "timestamp": 2,
            "data": {"source": 0, "adds": [1, {"parentId": 1, "node": {"type": 2}}], "texts": {}},
        },
        {"type": 3, "timestamp": 3, "data": {"source": [], "id": {}}},
        {"type": 3, "timestamp": 4, "data": {"source": 8, "adds": [{"rule": 3}], "removes": [{"index": {}}]}},
        {"type": 4, "timestamp": 5, "data": {"href": 3, "width": "x", "height": True}},
        {
            "type": 2,
            "timestamp": 6,
            "data": {"node": {"type": 2, "id": 1, "tagName": 5, "attributes": [], "childNodes": 1}},
        },
        {"type": 2, "timestamp": 7, "data": {"wireframes": [None, {"id": "x"}, {"id": 1, "childWireframes": 5}]}},
    ]
    assert [event["timestamp"] for event in played(strange)] == [2, 4, 5, 6, 7]


def test_what_a_browser_would_refuse_a_whole_page_for_is_gone() -> None:
    two = {"type": 0, "id": 1, "childNodes": [element(2, "html"), element(3, "html"), text(4, "x")]}
    two["childNodes"][0]["childNodes"] = [{**element(5, "br"), "isShadowHost": True}, element(6, "toString")]
    two["childNodes"][0]["childNodes"].append({**element(7, "div"), "isShadowHost": True})
    change = {"source": 0, "adds": [], "texts": [{"id": 7, "value": "x"}], "attributes": [], "removes": []}
    events = played(
        [
            event(4, {"href": "http://a.test", "width": 0, "height": 1e9}),
            event(2, {"node": two}, 1),
            event(3, change, 2),
        ]
    )
    assert events[0]["data"]["width"] == 1280
    assert [(node["id"], node["tagName"], node.get("isShadowHost", False)) for node in nodes(events[1])] == [
        (2, "html", False),
        (5, "br", False),
        (6, "div", False),
        (7, "div", True),
    ]
    assert [child["id"] for child in events[1]["data"]["node"]["childNodes"]] == [2]
    assert events[2]["data"]["texts"] == []


def test_a_parent_that_is_its_own_child_ends() -> None:
    add = {
        "parentId": 5,
        "nextId": None,
        "node": {"type": 2, "id": 5, "tagName": "a", "attributes": {}, "childNodes": []},
    }
    change = {"source": 0, "adds": [add], "texts": [], "attributes": [], "removes": []}
    text = {"source": 0, "adds": [], "texts": [{"id": 5, "value": "Maria"}], "attributes": [], "removes": []}
    events = played([{"type": 3, "timestamp": 1, "data": change}, {"type": 3, "timestamp": 2, "data": text}])
    assert "Maria" not in json.dumps(events)

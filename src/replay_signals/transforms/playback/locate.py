"""The element that a signal is about, found in the page as it was at the moment."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.controls import is_control
from replay_signals.transforms.playback.attributes import HREF, VIEW
from replay_signals.transforms.playback.session import PlaybackWindow
from replay_signals.transforms.playback.tree import Tree, TreeNode, text_of, tree_at

NEAR_MS = 60.0
"""How far the recorded interaction may be from the time of a signal: times of rows are whole milliseconds."""
_POINTS = {
    rrweb.CLICK: 0,
    rrweb.TOUCH_END: 1,
    rrweb.TOUCH_START: 1,
    rrweb.DBL_CLICK: 2,
    rrweb.MOUSE_DOWN: 3,
    rrweb.MOUSE_UP: 3,
}
"""Interactions that tell which element was meant, the surest first."""
TEST_IDS = ("data-testid", "data-test", "data-cy", "data-test-id", "data-qa")
_BOX = re.compile(
    r".*?left:(?P<left>-?[\d.]+)px;top:(?P<top>-?[\d.]+)px;width:(?P<width>100vw|[\d.]+px);height:(?P<height>[\d.]+)px"
)
_KEY = re.compile(r"(?P<tag>[\w-]+)#(?P<id>.+)")
_attributes = msgspec.json.Decoder(rrweb.Attributes)
_encode = msgspec.json.Encoder()


class Located(Struct, frozen=True):
    """An element of a page at a moment.

    `node_id` is what was clicked, `control_id` the control around it (the same when there is none). Attributes are
    those of the control; `href` is cleaned. `label` is its accessible name as far as the page tells: aria-label, the
    text of its label or its own text, title, placeholder.
    """

    node_id: int
    control_id: int
    tag: str
    role: str
    attributes: dict[str, Any]
    label: str
    text: str
    is_masked: bool
    """Its label is masked."""


def pointed_at(window: PlaybackWindow, at_ms: float, x: float | None = None, y: float | None = None) -> int | None:
    """The node that was clicked or tapped at about a time (epoch ms) and, where it is told, place; None for none."""
    best: tuple[tuple[float, ...], int] | None = None
    for event in window.events:
        data, away = event["data"], abs(event["timestamp"] - at_ms)
        if away > NEAR_MS or event["type"] != rrweb.INCREMENTAL_SNAPSHOT or data["source"] != rrweb.MOUSE_INTERACTION:
            continue
        rank = _POINTS.get(data["type"])
        if rank is None or data["id"] < 0:
            continue
        off = abs(data["x"] - x) + abs(data["y"] - y) if x is not None and y is not None else 0
        order = (rank, off > 3, away)
        if best is None or order < best[0]:
            best = order, data["id"]
    return None if best is None else best[1]


def locate(
    window: PlaybackWindow, at_ms: float, element_key: str = "", x: float | None = None, y: float | None = None
) -> tuple[Tree, Located | None]:
    """The page at a moment and the element of a signal in it, by what was clicked then, else by the signal's key."""
    tree = tree_at(window, at_ms)
    node_id = pointed_at(window, at_ms, x, y)
    node = tree.nodes.get(node_id) if node_id is not None else None
    if window.is_native and x is not None and y is not None:
        node = view_at(tree, x, y)
    if node is None:
        node = by_key(tree, element_key)
    return tree, None if node is None else located(tree, node)


def view_at(tree: Tree, x: float, y: float) -> TreeNode | None:
    """The native view that lies uppermost at a place; None where none does."""
    found = None
    for node in tree.nodes.values():
        box = _BOX.match(str(node.attributes.get("style") or "")) if VIEW in node.attributes else None
        if box is None:
            continue
        left, top, height = (float(box[name]) for name in ("left", "top", "height"))
        width = tree.width if box["width"] == "100vw" else float(box["width"].removesuffix("px"))
        if left <= x <= left + width and top <= y <= top + height:
            found = node
    return found


def by_key(tree: Tree, key: str) -> TreeNode | None:
    """The element with a key of the tables: `testid=pay`, `button#pay`, `button:pay now`; None when there is none."""
    if key.startswith("testid="):
        wanted = key.removeprefix("testid=")
        return next(
            (n for n in tree.nodes.values() if any(n.attributes.get(name) == wanted for name in TEST_IDS)), None
        )
    found = _KEY.fullmatch(key)
    if found:
        return next(
            (n for n in tree.nodes.values() if n.tag == found["tag"] and n.attributes.get("id") == found["id"]), None
        )
    kind, colon, name = key.partition(":")
    if not colon:
        return None
    return next(
        (n for n in tree.nodes.values() if kind in (n.tag, role_of(n)) and _folded(label_of(tree, n)) == name), None
    )


def _folded(name: str) -> str:
    return " ".join(re.sub(r"[0-9]+", "N", name).split()).lower()


def located(tree: Tree, node: TreeNode) -> Located:
    """What is told of a node and of the control around it."""
    control = control_around(node) or node
    label = label_of(tree, control)
    attributes = {name: value for name, value in control.attributes.items() if name not in ("style", HREF)}
    if HREF in control.attributes:
        attributes["href"] = control.attributes[HREF]
    is_masked = bool(label) and not label.strip("* ")
    text = text_of(control)
    return Located(node.id, control.id, control.tag, role_of(control), attributes, label, text, is_masked)


def control_around(node: TreeNode) -> TreeNode | None:
    """The nearest element, itself included, that a visitor would expect to answer; None when there is none."""
    around = [node] if not node.tag.startswith("#") else []
    return next((one for one in (*around, *node.ancestors) if _is_control(one)), None)


def _is_control(node: TreeNode) -> bool:
    if VIEW in node.attributes:
        return node.attributes[VIEW] in _VIEW_ROLES and node.attributes[VIEW] != "text"
    plain = {name: value for name, value in node.attributes.items() if not isinstance(value, dict)}
    return node.tag not in ("form", "iframe") and is_control(node.tag, _attributes.decode(_encode.encode(plain)))


_ROLES = {
    "a": "link",
    "button": "button",
    "select": "combobox",
    "textarea": "textbox",
    "summary": "button",
    "option": "option",
}
_VIEW_ROLES = {
    **{"button": "button", "checkbox": "checkbox", "radio": "radio", "toggle": "switch", "select": "combobox"},
    **dict.fromkeys(("text", "email", "number", "password", "search", "tel", "url", "text_area"), "textbox"),
}
_INPUT_ROLES = {
    **dict.fromkeys(("submit", "button", "reset", "image"), "button"),
    **{"checkbox": "checkbox", "radio": "radio", "range": "slider", "number": "spinbutton", "search": "searchbox"},
}


def role_of(node: TreeNode) -> str:
    """The ARIA role: its own, else that of its tag (HTML-AAM); empty when it has none."""
    own = node.attributes.get("role") or _VIEW_ROLES.get(str(node.attributes.get(VIEW)))
    if isinstance(own, str) and own:
        return own
    if node.tag == "input":
        return _INPUT_ROLES.get(str(node.attributes.get("type") or "text"), "textbox")
    return _ROLES.get(node.tag, "")


def label_of(tree: Tree, node: TreeNode) -> str:
    """What an element is called, as far as the page tells."""
    own = node.attributes
    if own.get("aria-label"):
        return str(own["aria-label"])
    if by := str(own.get("aria-labelledby") or "").split():
        return " ".join(_texts_of(tree, by))
    if node.tag in ("input", "select", "textarea"):
        if label := _label_text(tree, node):
            return label
        if node.tag == "input" and own.get("type") in ("submit", "button", "reset") and own.get("value"):
            return str(own["value"])
    else:
        pictures = [str(below.attributes["alt"]) for below in node.below() if below.attributes.get("alt")]
        text = text_of(node) or " ".join(pictures)
        if text:
            return text
    return str(own.get("title") or own.get("placeholder") or own.get("alt") or "")


def _texts_of(tree: Tree, ids: list[str]) -> list[str]:
    """The texts of elements by their id attributes."""
    found = {str(node.attributes["id"]): node for node in tree.nodes.values() if node.attributes.get("id") in ids}
    return [text for one in ids if one in found and (text := text_of(found[one]))]


def _label_text(tree: Tree, field: TreeNode) -> str:
    """The text of the label of a field: around it, or by its id."""
    around = next((one for one in field.ancestors if one.tag == "label"), None)
    if around is None and (own_id := field.attributes.get("id")):
        labels = (node for node in tree.nodes.values() if node.tag == "label" and node.attributes.get("for") == own_id)
        around = next(labels, None)
    return "" if around is None else text_of(around)

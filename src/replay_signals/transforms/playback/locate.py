"""The element that a signal is about, found in the page as it was at the moment."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.controls import is_control
from replay_signals.transforms.playback.attributes import HREF, VIEW
from replay_signals.transforms.playback.elements import nodes_of
from replay_signals.transforms.playback.labels import VIEW_ROLES, label_of, role_of
from replay_signals.transforms.playback.session import PlaybackWindow
from replay_signals.transforms.playback.tree import Tree, TreeNode, Walk, text_of

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
_BOX = re.compile(
    r".*?left:(?P<left>-?[\d.]+)px;top:(?P<top>-?[\d.]+)px;width:(?P<width>100vw|[\d.]+px);height:(?P<height>[\d.]+)px"
)
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
    window: PlaybackWindow,
    at_ms: float,
    element_key: str = "",
    x: float | None = None,
    y: float | None = None,
    walk: Walk | None = None,
) -> tuple[Tree, Located | None]:
    """The page at a moment and the element of a signal in it, by what was clicked then, else by the signal's key.

    `walk`: through that window, for whoever asks for one moment after the other.
    """
    tree = (walk or Walk(window)).tree_at(at_ms)
    node_id = pointed_at(window, at_ms, x, y)
    node = tree.nodes.get(node_id) if node_id is not None else None
    if window.is_native and x is not None and y is not None:
        node = view_at(tree, x, y)
    if node is None:
        node = next(iter(nodes_of(tree, element_key)), None)
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
        return node.attributes[VIEW] in VIEW_ROLES and node.attributes[VIEW] != "text"
    plain = {name: value for name, value in node.attributes.items() if not isinstance(value, dict)}
    return node.tag not in ("form", "iframe") and is_control(node.tag, _attributes.decode(_encode.encode(plain)))

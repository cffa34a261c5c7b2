"""Native screens as documents a player can draw: a positioned element for each view (PostHog's mobile.types.ts).

Places of views are points from the top left of the screen, whatever they stand in. Node ids are made anew for every
view that is drawn, so an updated view (PostHog: removed and added) is another node; touches are told the newest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.digest.wireframes import MAX_VIEWS
from replay_signals.transforms.parse.values import number_within
from replay_signals.transforms.playback.attributes import BLOCKED, CUT, VIEW, stars
from replay_signals.transforms.playback.css import safe_value
from replay_signals.transforms.privacy.policy import KEEP
from replay_signals.transforms.privacy.texts import MARK

Wireframe = dict[str, Any]
Node = dict[str, Any]
ROOT, BODY = 1, 3
"""Ids of the document and of its body; views have higher ones."""
_FIRST_ID = 10
MAX_POINTS = 100_000
MAX_DEPTH = 100
"""Views within each other that are drawn."""
MAX_PICTURE_CHARS = 12_000_000
_PICTURE = re.compile(r"(?:data:image/(png|jpe?g|webp);base64,)?([A-Za-z0-9+/=\s]+)")
_HEADS = {"iVBOR": "png", "/9j/": "jpeg", "UklGR": "webp"}
_NAMED_INPUTS = frozenset(("button", "checkbox", "radio", "toggle"))
_STYLES = {
    "color": "color",
    "backgroundColor": "background-color",
    "borderWidth": "border-width",
    "borderColor": "border-color",
    "borderRadius": "border-radius",
    "fontSize": "font-size",
    "fontFamily": "font-family",
    "paddingLeft": "padding-left",
    "paddingRight": "padding-right",
    "paddingTop": "padding-top",
    "paddingBottom": "padding-bottom",
}
_IN_POINTS = frozenset(
    ("borderWidth", "borderRadius", "fontSize", "paddingLeft", "paddingRight", "paddingTop", "paddingBottom")
)
_ALIGN = {"left": "flex-start", "right": "flex-end", "center": "center", "top": "flex-start", "bottom": "flex-end"}
_LOOK = "position:fixed;box-sizing:border-box;overflow:hidden;display:flex;border-style:solid;border-width:0"

_CONTROL = ";background-color:#eef2fb;border-width:1px;border-color:#5b6b8c;border-radius:6px;align-items:center"
"""How a control is drawn whose look was not recorded."""


class Screens:
    """The native screens of one window as nodes. Call `begin` for each message."""

    def __init__(self, *, with_pictures: bool) -> None:
        self._with_pictures = with_pictures
        self._next_id = _FIRST_ID
        self._nodes: dict[int, int] = {}

    def begin(self, masking: Masking) -> None:
        """A message with its own budget."""
        self._masking = masking

    def document(self, frames: Iterable[Any]) -> Node:
        """A whole screen."""
        self._nodes.clear()
        views = [node for frame in frames if (node := self._view(frame)) is not None]
        body = _element(BODY, "body", {"style": "margin:0;background:#fff"}, views)
        return {"type": 0, "id": ROOT, "childNodes": [_element(2, "html", {}, [body])]}

    def node_of(self, view_id: Any) -> int:
        """The node that draws a view now; the body where none does."""
        return self._nodes.get(view_id, BODY) if type(view_id) is int else BODY

    def mutation(self, data: dict[str, Any]) -> dict[str, Any]:
        """Added, updated and removed views as added and removed nodes."""
        removes: list[Node] = []
        for remove in _dicts(data.get("removes")):
            if remove.get("id") in self._nodes:
                removes.append({"parentId": self.node_of(remove.get("parentId")), "id": self._nodes.pop(remove["id"])})
        adds: list[Node] = []
        for change in (*_dicts(data.get("adds")), *_dicts(data.get("updates"))):
            frame = change.get("wireframe")
            old = frame.get("id") if isinstance(frame, dict) else None
            parent = self.node_of(change.get("parentId"))
            if old in self._nodes:
                removes.append({"parentId": parent, "id": self._nodes[old]})
            node = self._view(frame)
            if node is not None:
                adds += _flat(node, parent)
        return {"source": 0, "texts": [], "attributes": [], "removes": removes, "adds": adds}

    def keyboard(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        """The system's keyboard opens or closes: a box at the bottom. None when nothing changes."""
        removes = [{"parentId": BODY, "id": self._nodes.pop(0)}] if 0 in self._nodes else []
        adds: list[Node] = []
        if payload.get("open") is True:
            height = _points(payload.get("height")) or 250
            node = self._node(0, f"{_LOOK};left:0;bottom:0;width:100%;height:{height}px", "keyboard", "keyboard")
            adds = _flat(node, BODY)
        if not removes and not adds:
            return None
        return {"source": 0, "texts": [], "attributes": [], "removes": removes, "adds": adds}

    def _view(self, frame: Any, depth: int = 0) -> Node | None:
        if not isinstance(frame, dict) or type(frame.get("id")) is not int or len(self._nodes) >= MAX_VIEWS:
            return None
        kind = frame.get("type") if isinstance(frame.get("type"), str) else "div"
        own = _place(frame) + _look(frame.get("style"))
        if kind in ("screenshot", "image"):
            node = self._picture(frame, own, str(kind))
        elif kind == "input":
            kind = str(frame.get("inputType") or "input")
            is_plain = "background-color" not in own
            node = self._node(frame["id"], own + _CONTROL * is_plain, self._said(frame), kind)
        elif kind in ("web_view", "placeholder", "status_bar", "navigation_bar"):
            node = self._node(frame["id"], own, "" if kind.endswith("_bar") else kind.replace("_", " "), kind)
            if not kind.endswith("_bar"):
                node["attributes"][BLOCKED] = "picture"
        else:
            node = self._node(frame["id"], own, self._said(frame), str(kind))
        children = _dicts(frame.get("childWireframes"))
        if children and depth == MAX_DEPTH:
            node["attributes"][CUT] = "deep"
            return node
        for child in children:
            below = self._view(child, depth + 1)
            if below is not None:
                node["childNodes"].append(below)
        return node

    def _node(self, view_id: int, style: str, text: str, kind: str) -> Node:
        node_id = self._nodes[view_id] = self._next_id
        self._next_id += 2
        attributes = {"style": style, VIEW: self._masking.word(kind, "view_type", 20)}
        below = [{"type": 3, "id": node_id + 1, "textContent": text}] if text else []
        return _element(node_id, "div", attributes, below)

    def _said(self, frame: Wireframe) -> str:
        """What is written on a view: names of controls are kept, values and other texts are masked."""
        kind = frame.get("inputType")
        label = frame.get("label") or (frame.get("value") if kind == "button" else None)
        is_name = frame.get("type") == "input" and (bool(frame.get("label")) or kind in _NAMED_INPUTS)
        text = label or frame.get("text") or frame.get("value") or ""
        text = text if isinstance(text, str) else ""
        mark = (
            "☑ " if frame.get("checked") in (True, "true") else "☐ " if kind in ("checkbox", "toggle", "radio") else ""
        )
        if not self._masking.policy.rules.enabled:
            return mark + text
        shown = self._masking.name(" ".join(text.split()), KEEP, "view_name", 120) if is_name else stars(text)
        return mark + ("" if MARK.fullmatch(shown) else shown)

    def _picture(self, frame: Wireframe, style: str, kind: str) -> Node:
        address = _data_url(frame.get("base64")) if self._with_pictures else ""
        node = self._node(frame["id"], style, "", kind)
        if address:
            node["tagName"] = "img"
            node["attributes"] |= {"src": address, "alt": ""}
        else:
            node["attributes"][BLOCKED] = "picture"
        return node


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _element(node_id: int, tag: str, attributes: dict[str, Any], below: list[Node]) -> Node:
    return {"type": 2, "id": node_id, "tagName": tag, "attributes": attributes, "childNodes": below}


def _flat(node: Node, parent_id: int) -> list[Node]:
    """A node and what is below it, as a mutation adds them."""
    below = node["childNodes"] if node["type"] == 2 else []
    bare = {**node, "childNodes": []} if node["type"] == 2 else node
    own = {"parentId": parent_id, "nextId": None, "node": bare}
    return [own, *(one for child in below for one in _flat(child, node["id"]))]


def _points(value: Any) -> float:
    return round(number_within(value, MAX_POINTS) or 0, 1)


def _place(frame: Wireframe) -> str:
    width = "100vw" if frame.get("width") == "100vw" else f"{_points(frame.get('width'))}px"
    place = f"left:{_points(frame.get('x'))}px;top:{_points(frame.get('y'))}px"
    return f"{_LOOK};{place};width:{width};height:{_points(frame.get('height'))}px"


def _look(style: Any) -> str:
    """The declarations of a view's style."""
    if not isinstance(style, dict):
        return ""
    found = []
    for name, css in _STYLES.items():
        value = style.get(name)
        text = f"{_points(value)}px" if name in _IN_POINTS and not isinstance(value, str) else value
        if value is not None and isinstance(text, str) and (shown := safe_value(css, text)):
            found.append(f";{css}:{shown}")
    for name, css in (("horizontalAlign", "justify-content"), ("verticalAlign", "align-items")):
        align = style.get(name)
        if isinstance(align, str) and align in _ALIGN:
            found.append(f";{css}:{_ALIGN[align]}")
    return "".join(found)


def _data_url(value: Any) -> str:
    """A picture as a data URL; empty for what is none."""
    found = _PICTURE.fullmatch(value) if isinstance(value, str) and len(value) <= MAX_PICTURE_CHARS else None
    if found is None:
        return ""
    body = "".join(found[2].split())
    kind = found[1] or next((kind for head, kind in _HEADS.items() if body.startswith(head)), "")
    return f"data:image/{kind};base64,{body}" if kind else ""

"""Nodes of recorded documents, masked and made harmless; knows the document so far, so that later texts have a place.

Elements come from a list of tags that draw; what loads, runs or asks for anything becomes an empty element that keeps
its place, so that the ids of mutations still fit.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.control_flags import is_alert
from replay_signals.transforms.digest.controls import BUTTON_COMPONENTS
from replay_signals.transforms.digest.masking import Masking, worse
from replay_signals.transforms.playback.attributes import BLOCKED, MISSED, Attributes, clean_attributes, stars
from replay_signals.transforms.playback.css import safe_sheet
from replay_signals.transforms.privacy.policy import KEEP, MASK, REMOVE, UNKNOWN

Node = dict[str, Any]
DOCUMENT, DOCTYPE, ELEMENT, TEXT, CDATA, COMMENT = range(6)
NAMED_TAGS = frozenset(("a", "area", "button", "label", "legend", "option", "summary"))
NAMED_ROLES = frozenset(
    (
        *("button", "checkbox", "link", "menuitem", "menuitemcheckbox", "menuitemradio", "option", "radio"),
        *("switch", "tab", "treeitem"),
    )
)
INERT = "template"
"""Stands for elements that may not be there: it draws nothing, and what is below it neither."""
_DROPPED = frozenset(
    (
        *("script", "noscript", "template", "object", "embed", "applet", "portal", "base", "meta", "frame", "frameset"),
        *("fencedframe", "source", "track", "param", "foreignobject", "animate", "animatemotion", "animatetransform"),
        *("set", "discard", "script", "handler", "listener", "feimage", "title", "xmp", "plaintext", "noembed"),
    )
)
_PICTURES = frozenset(("img", "image", "video", "audio", "canvas", "picture", "iframe"))
_TAG = re.compile(r"[a-zA-Z][a-zA-Z0-9]*(?:-[a-zA-Z0-9-]+)?")
MAX_TEXT_CHARS = 20_000
MAX_NAME_CHARS, MAX_ALERT_CHARS = 300, 120
MAX_NODES = 400_000
"""Nodes of a document that are known; those after them stand in an unknown place."""
MAX_DEPTH = 500


class Around(NamedTuple):
    """What is known of the surroundings of a node."""

    place: str = UNKNOWN
    named_by: int = 0
    """Id of the control or alert whose name the text is part of; 0 for page text."""
    is_sheet: bool = False
    is_dropped: bool = False


class _Group:
    """The texts of one control or alert, joined where they are looked at: half an address has no form to know it by."""

    __slots__ = ("is_alert", "place", "texts")

    def __init__(self, *, is_alert: bool) -> None:
        self.is_alert, self.place = is_alert, KEEP
        self.texts: dict[int, str] = {}


class Nodes:
    """The nodes of one window. Call `begin` for each message, then `document` and `added`, then `close` each event."""

    def __init__(self, page_text: str) -> None:
        self._page_text = page_text
        self._parents: dict[int, int] = {}
        self._elements: dict[int, rrweb.Node] = {}
        self._groups: dict[int, _Group] = {}
        self._open: dict[int, list[Node]] = {}  # of this event, by the group they belong to
        self._named: dict[int, int] = {}  # texts, and the group each belongs to

    def begin(self, masking: Masking) -> None:
        """A message with its own budget."""
        self._masking = masking

    def document(self, node: Node) -> Node | None:
        """A full snapshot: everything before it is gone."""
        self._parents.clear()
        self._elements.clear()
        self._groups.clear()
        self._named.clear()
        return self.clean(node, 0, Around(KEEP))

    def added(self, node: Node, parent_id: int) -> Node | None:
        """A node that a mutation adds below one that may be known."""
        return self.clean(node, parent_id, self.around(parent_id))

    def around(self, node_id: int) -> Around:
        """What is around the children of a node; unknown where no way leads up to a document."""
        way: list[int] = []
        at = node_id
        while at in self._elements and len(way) < MAX_DEPTH:
            way.append(at)
            at = self._parents.get(at, -1)
        around = Around(KEEP) if way and at == 0 else Around()
        for below in reversed(way):
            around = self._inside(self._elements[below], around)[0]
        return around

    def tag_of(self, node_id: int) -> str:
        """The tag of a known element; empty for any other node."""
        known = self._elements.get(node_id)
        return known.tagName if known is not None else ""

    def change(self, node_id: int, attributes: Attributes) -> Attributes:
        """Changed attributes of an element."""
        known = self._elements.get(node_id)
        if known is None:
            return clean_attributes("", attributes, UNKNOWN, self._masking)
        own = self._inside(known, self.around(self._parents.get(node_id, -1)))[1]
        merged = msgspec.structs.asdict(known.attributes)
        changed = _attributes(attributes, self._masking)
        for name in attributes:
            field = _FIELDS.get(name)
            if field is not None:
                merged[field] = getattr(changed, field)
        known.attributes = rrweb.Attributes(**merged)
        if known.tagName.lower() in _DROPPED:
            return {}
        kind = {} if "type" in attributes else {"type": known.attributes.type}
        kept = clean_attributes(known.tagName.lower(), {**kind, **attributes}, own, self._masking)
        kept = {name: value for name, value in kept.items() if name in attributes or name not in kind}
        kept |= {name: None for name, value in attributes.items() if value is None and name.lower()[:2] != "on"}
        return kept

    def text(self, node_id: int, value: Any) -> str:
        """A changed text."""
        out: Node = {"id": node_id}
        around = self.around(self._parents.get(node_id, -1))
        self._text(out, node_id, value, around)
        self.close()
        return str(out["textContent"])

    def remove(self, node_id: int) -> None:
        """A node is gone; what stood below it is found no more."""
        self._parents.pop(node_id, None)
        self._elements.pop(node_id, None)
        self._groups.pop(node_id, None)
        group = self._groups.get(self._named.pop(node_id, 0))
        if group is not None:
            group.texts.pop(node_id, None)

    def close(self) -> None:
        """The end of an event: names of controls are known whole."""
        for owner, nodes in self._open.items():
            group = self._groups[owner]
            raw = " ".join("".join(group.texts.values()).split())
            shown = self._name(raw, group) if raw else ""
            if shown == raw:
                apart = " ".join(" ".join(group.texts.values()).split())
                if apart == raw or self._name(apart, group) == apart:
                    continue
                shown = ""
            is_hidden = not shown
            for i, node in enumerate(nodes):
                node["textContent"] = stars(node["textContent"]) if is_hidden else shown if i == 0 else ""
        self._open.clear()

    def _name(self, raw: str, group: _Group) -> str:
        """What may be shown of a name; empty when it is masked."""
        if len(raw) > (MAX_ALERT_CHARS if group.is_alert else MAX_NAME_CHARS):
            return ""
        look = self._masking.alert if group.is_alert else self._masking.name
        shown = look(raw, group.place, "page_alert" if group.is_alert else "control_name", MAX_NAME_CHARS)
        return "" if shown.startswith("[text:") and shown != raw else shown

    def clean(self, node: Node, parent_id: int, around: Around) -> Node | None:
        """A node and what is below it; None for what is no node."""
        kind, node_id = node.get("type"), node.get("id")
        if type(kind) is not int or type(node_id) is not int:
            return None
        out: Node = {"type": kind, "id": node_id}
        for name in ("rootId",):
            if type(node.get(name)) is int:
                out[name] = node[name]
        if len(self._parents) < MAX_NODES:
            self._parents[node_id] = parent_id
        if kind == ELEMENT:
            self._element(out, node, around)
        elif kind == TEXT:
            self._text(out, node_id, node.get("textContent"), around)
        elif kind == DOCUMENT:
            self._document(out, node, node_id, around)
        elif kind == DOCTYPE:
            out |= {"name": "html", "publicId": "", "systemId": ""}
        else:
            out |= {"type": COMMENT, "textContent": ""}
        for name in ("isShadow", "isShadowHost"):
            if node.get(name) is True:
                out[name] = True
        return out

    def _document(self, out: Node, node: Node, node_id: int, around: Around) -> None:
        self._elements[node_id] = rrweb.Node(node_id, DOCUMENT)
        if node.get("compatMode") in ("BackCompat", "CSS1Compat"):
            out["compatMode"] = node["compatMode"]
        out["childNodes"] = self._children(node, node_id, around)

    def _element(self, out: Node, node: Node, around: Around) -> None:
        node_id = out["id"]
        raw = node.get("attributes")
        attributes: Attributes = raw if isinstance(raw, dict) else {}
        tag = node.get("tagName")
        tag = tag if isinstance(tag, str) and _TAG.fullmatch(tag) and len(tag) <= 60 else "div"
        known = rrweb.Node(node_id, ELEMENT, tag.lower(), _attributes(attributes, self._masking))
        if len(self._elements) < MAX_NODES:
            self._elements[node_id] = known
        inside, own = self._inside(known, around)
        lower = tag.lower()
        shown = self._masking.word(tag, "control_tag", 60) if "-" in tag else tag
        out["tagName"] = shown if shown == tag else "div"
        if node.get("isSVG") is True:
            out["isSVG"] = True
        if inside.is_dropped or (lower == "link" and not isinstance(attributes.get("_cssText"), str)):
            is_missed = lower == "link" and attributes.get("rel") == "stylesheet"
            out |= {"tagName": INERT, "attributes": {MISSED: "stylesheet"} if is_missed else {}, "childNodes": []}
            self._children(node, node_id, inside)  # known, not shown
            return
        kept = clean_attributes(lower, attributes, own, self._masking)
        if own == REMOVE or "rr_width" in attributes:
            kept[BLOCKED] = "masked"
        elif lower in _PICTURES and not inside.is_sheet:
            kept[BLOCKED] = "picture"
        if lower == "link":
            kept = {"_cssText": kept.get("_cssText", ""), "rel": "stylesheet"}
        out["attributes"] = kept
        out["childNodes"] = self._children(node, node_id, inside)

    def _children(self, node: Node, node_id: int, inside: Around) -> list[Node]:
        below = node.get("childNodes")
        found = below if isinstance(below, list) else []
        cleaned = (self.clean(child, node_id, inside) for child in found if isinstance(child, dict))
        return [child for child in cleaned if child is not None]

    def _inside(self, node: rrweb.Node, around: Around) -> tuple[Around, str]:
        """What is around the children of an element, and the place of what it says of itself."""
        path = self._path(node)
        masking = self._masking
        own = masking.own_step(path, len(path) - 1, around.place)
        place = masking.step(path, len(path) - 1, around.place)
        tag, attributes = node.tagName, node.attributes
        named_by = around.named_by
        if tag in ("textarea", "select") or attributes.contenteditable not in (None, False, "false"):
            place = worse(place, MASK)
        if tag in NAMED_TAGS or tag.endswith(BUTTON_COMPONENTS) or attributes.role in NAMED_ROLES:
            named_by = node.id if tag == "option" else named_by or node.id
        elif node.type == ELEMENT and not named_by and is_alert(attributes):
            named_by = -node.id
        is_dropped = around.is_dropped or tag in _DROPPED
        return Around(place, named_by, around.is_sheet or tag == "style", is_dropped), own

    def _path(self, node: rrweb.Node) -> list[rrweb.Node]:
        """The elements down to one; only itself when no rule asks for more."""
        path = [node]
        while self._masking.rules.combines and len(path) < MAX_DEPTH and self._masking.budget.text_steps.spend(1):
            outer = self._elements.get(self._parents.get(path[-1].id, -1))
            if outer is None:
                break
            path.append(outer)
        return path[::-1]

    def _text(self, out: Node, node_id: int, value: Any, around: Around) -> None:
        text = value if isinstance(value, str) else ""
        out["type"] = TEXT
        if around.is_dropped:
            out["textContent"] = ""
        elif around.is_sheet:
            out |= {"textContent": safe_sheet(text), "isStyle": True}
        elif around.named_by and around.place != REMOVE:
            out["textContent"] = text[:MAX_TEXT_CHARS]
            owner = around.named_by
            group = self._groups.setdefault(owner, _Group(is_alert=owner < 0))
            group.texts[node_id] = text[:MAX_TEXT_CHARS]
            self._named[node_id] = owner
            group.place = worse(group.place, around.place)
            self._open.setdefault(owner, []).append(out)
        else:
            out["textContent"] = self._page(text[:MAX_TEXT_CHARS], around.place)

    def _page(self, text: str, place: str) -> str:
        """Text that names nothing."""
        if not self._masking.policy.rules.enabled or not text.strip():
            return text
        shown = " ".join(text.split())
        if self._page_text == "clean" and place == KEEP:
            cleaned = self._masking.name(shown, KEEP, "page_text", MAX_TEXT_CHARS)
            return text if cleaned == shown else cleaned
        return stars(text)


_FIELDS = dict(zip(rrweb.Attributes.__struct_encode_fields__, rrweb.Attributes.__struct_fields__, strict=True))
_encode = msgspec.json.Encoder()
_decode = msgspec.json.Decoder(rrweb.Attributes)


def _attributes(attributes: Attributes, masking: Masking) -> rrweb.Attributes:
    """The attributes that rules and descriptions of controls read."""
    named = {name: value for name, value in attributes.items() if name in _FIELDS or name in masking.rules.watched}
    return _decode.decode(masking.rules.renamed(_encode.encode(named))) if named else rrweb.NO_ATTRIBUTES

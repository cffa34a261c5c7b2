"""Nodes of recorded documents, masked and made harmless; knows the document so far, so that later texts have a place.

Elements come from a list of tags that draw; what loads, runs or asks for anything becomes an empty element that keeps
its place, so that the ids of mutations still fit.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.masking import Masking, worse
from replay_signals.transforms.playback.attributes import BLOCKED, CUT, MISSED, Attributes, clean_attributes, stars
from replay_signals.transforms.playback.css import safe_sheet
from replay_signals.transforms.playback.surroundings import DROPPED, MAX_DEPTH, Around, Element, Surroundings
from replay_signals.transforms.privacy.policy import KEEP, REMOVE, UNKNOWN

Node = dict[str, Any]
DOCUMENT, DOCTYPE, ELEMENT, TEXT, CDATA, COMMENT = range(6)
INERT = "template"
"""Stands for elements that may not be there: it draws nothing, and what is below it neither."""
_PICTURES = frozenset(("img", "image", "video", "audio", "canvas", "picture", "iframe"))
_NO_TAGS = frozenset(
    (
        *("constructor", "tostring", "tolocalestring", "valueof", "hasownproperty", "isprototypeof"),
        "propertyisenumerable",
    )
)
"""Names that the player's table of tags has from every object, and takes for tags of its own."""
_HOSTS = frozenset(
    (
        *("article", "aside", "blockquote", "body", "div", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("main", "nav", "p", "section", "span"),
    )
)
"""Tags that take a shadow root beside those of custom elements (DOM: valid shadow host name)."""
_TAG = re.compile(r"[a-zA-Z][a-zA-Z0-9]*(?:-[a-zA-Z0-9-]+)?")
MAX_TEXT_CHARS = 20_000
MAX_NAME_CHARS, MAX_ALERT_CHARS = 300, 120


class _Raw(NamedTuple):
    """A recorded node, and where it stands."""

    node: Node
    parent_id: int
    around: Around
    depth: int


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
        self._known = Surroundings()
        self._groups: dict[int, _Group] = {}
        self._open: dict[int, list[Node]] = {}  # of this event, by the group they belong to
        self._named: dict[int, int] = {}  # texts, and the group each belongs to

    def begin(self, masking: Masking) -> None:
        """A message with its own budget."""
        self._masking = masking
        self._known.begin(masking)

    def document(self, node: Node) -> Node | None:
        """A full snapshot: everything before it is gone."""
        self._known.clear()
        self._groups.clear()
        self._named.clear()
        return self._clean(_Raw(node, 0, Around(KEEP), 0))

    def added(self, node: Node, parent_id: int) -> Node | None:
        """A node that a mutation adds below one that may be known; None also where that is too deep."""
        depth = self._known.depth_below(parent_id)
        if depth <= MAX_DEPTH:
            return self._clean(_Raw(node, parent_id, self._known.around(parent_id), depth))
        if type(node.get("id")) is int:
            self._known.put(node["id"], parent_id, depth)  # what is added below it is too deep, too
        return None

    def tag_of(self, node_id: int) -> str:
        """The tag of a known element; empty for any other node."""
        known = self._known.elements.get(node_id)
        return known.tagName if known is not None else ""

    def change(self, node_id: int, attributes: Attributes) -> Attributes:
        """Changed attributes of an element."""
        known = self._known.elements.get(node_id)
        if known is None:
            return clean_attributes("", attributes, UNKNOWN, self._masking)
        own = self._known.inside(known, self._known.around(self._known.parent(node_id)))[1]
        merged = msgspec.structs.asdict(known.attributes)
        changed = _attributes(attributes, self._masking)
        for name in attributes:
            field = _FIELDS.get(name)
            if field is not None:
                merged[field] = getattr(changed, field)
        known.attributes = rrweb.Attributes(**merged)
        if known.tagName.lower() in DROPPED:
            return {}
        kind = {} if "type" in attributes else {"type": known.attributes.type}
        kept = clean_attributes(known.tagName.lower(), {**kind, **attributes}, own, self._masking)
        kept = {name: value for name, value in kept.items() if name in attributes or name not in kind}
        kept |= {name: None for name, value in attributes.items() if value is None and name.lower()[:2] != "on"}
        return kept

    def is_element(self, node_id: int) -> bool:
        """Whether a node is known to be an element or a document."""
        return node_id in self._known.elements

    def text(self, node_id: int, value: Any) -> Node:
        """A node with a changed text, which is final at the end of the event."""
        out: Node = {"id": node_id}
        self._text(out, node_id, value, self._known.around(self._known.parent(node_id)))
        return out

    def remove(self, node_id: int) -> None:
        """A node is gone; what stood below it is found no more."""
        self._known.remove(node_id)
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

    def _clean(self, first: _Raw) -> Node | None:
        """A node and what is below it, in document order; None for what is no node."""
        roots: list[Node] = []
        filled: set[int] = set()  # documents that have their one element
        waiting: list[tuple[_Raw, list[Node]]] = [(first, roots)]
        while waiting:
            raw, siblings = waiting.pop()
            found = self._node(raw) if self._may_stand(raw, is_first=not siblings, filled=filled) else None
            if found is None:
                continue
            out, shown, inside = found
            siblings.append(out)
            below = raw.node.get("childNodes") if inside is not None else None
            children = [one for one in below if isinstance(one, dict)] if isinstance(below, list) else []
            if inside is None or not children:
                continue
            if raw.depth < MAX_DEPTH:
                here = [(_Raw(child, out["id"], inside, raw.depth + 1), shown) for child in reversed(children)]
                waiting += here
            elif "attributes" in out:
                out["attributes"][CUT] = "deep"
        return roots[0] if roots else None

    def _may_stand(self, raw: _Raw, *, is_first: bool, filled: set[int]) -> bool:
        """Whether a browser lets a node stand there. It refuses the whole page for one that may not."""
        kind, parent = raw.node.get("type"), self._known.elements.get(raw.parent_id)
        if kind == DOCUMENT:
            return parent is None or parent.tagName == "iframe"
        if parent is None or parent.type != DOCUMENT:
            return kind != DOCTYPE
        if kind == ELEMENT and raw.parent_id not in filled:
            filled.add(raw.parent_id)
            return True
        return (kind == DOCTYPE and is_first) or kind == COMMENT

    def _node(self, raw: _Raw) -> tuple[Node, list[Node], Around | None] | None:
        """A cleaned node, the list of those below it, and what is around them (None: there can be none)."""
        node, around = raw.node, raw.around
        kind, node_id = node.get("type"), node.get("id")
        if type(kind) is not int or type(node_id) is not int:
            return None
        out: Node = {"type": kind, "id": node_id}
        if type(node.get("rootId")) is int:
            out["rootId"] = node["rootId"]
        self._known.put(node_id, raw.parent_id, raw.depth)
        below: list[Node] = []
        inside: Around | None = None
        if kind == ELEMENT:
            inside = self._element(out, node, around, below)
        elif kind == TEXT:
            self._text(out, node_id, node.get("textContent"), around)
        elif kind == DOCUMENT:
            inside = around
            self._document(out, node, below)
        elif kind == DOCTYPE:
            out |= {"name": "html", "publicId": "", "systemId": ""}
        else:
            out |= {"type": COMMENT, "textContent": ""}
        if node.get("isShadow") is True:
            out["isShadow"] = True
        if node.get("isShadowHost") is True and ("-" in out.get("tagName", "") or out.get("tagName") in _HOSTS):
            out["isShadowHost"] = True
        return out, below, inside

    def _document(self, out: Node, node: Node, below: list[Node]) -> None:
        self._known.put_element(Element(out["id"], DOCUMENT))
        if node.get("compatMode") in ("BackCompat", "CSS1Compat"):
            out["compatMode"] = node["compatMode"]
        out["childNodes"] = below

    def _element(self, out: Node, node: Node, around: Around, below: list[Node]) -> Around:
        """Fills an element; `below` becomes its children, unless it is one that shows none."""
        raw = node.get("attributes")
        attributes: Attributes = raw if isinstance(raw, dict) else {}
        tag = node.get("tagName")
        is_tag = isinstance(tag, str) and _TAG.fullmatch(tag) and len(tag) <= 60 and tag.lower() not in _NO_TAGS
        tag = str(tag) if is_tag else "div"
        known = Element(out["id"], ELEMENT, tag.lower(), _attributes(attributes, self._masking))
        self._known.put_element(known)
        inside, own = self._known.inside(known, around)
        lower = tag.lower()
        shown = self._masking.word(tag, "control_tag", 60) if "-" in tag else tag
        out["tagName"] = shown if shown == tag else "div"
        if node.get("isSVG") is True:
            out["isSVG"] = True
        if inside.is_dropped or (lower == "link" and not isinstance(attributes.get("_cssText"), str)):
            is_missed = lower == "link" and attributes.get("rel") == "stylesheet"
            # what is below it is known, not shown
            out |= {"tagName": INERT, "attributes": {MISSED: "stylesheet"} if is_missed else {}, "childNodes": []}
            return inside
        kept = clean_attributes(lower, attributes, own, self._masking)
        if own == REMOVE or "rr_width" in attributes:
            kept[BLOCKED] = "masked"
        elif lower in _PICTURES and not inside.is_sheet:
            kept[BLOCKED] = "picture"
        if lower == "link":
            kept = {"_cssText": kept.get("_cssText", ""), "rel": "stylesheet"}
        out["attributes"] = kept
        out["childNodes"] = below
        return inside

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

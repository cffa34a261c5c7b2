"""One pass over a snapshot: its controls with the node ids below each, its headlines, its places for messages."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from replay_signals.schemas.rrweb import ELEMENT, TEXT, Node
from replay_signals.transforms.digest.bars import is_bar, is_pair
from replay_signals.transforms.digest.control_flags import hidden_words
from replay_signals.transforms.digest.controls import (
    CONTAINER_TAGS,
    MAX_NAME_CHARS,
    MAX_RAW_CHARS,
    Control,
    is_closed,
    text_of,
)
from replay_signals.transforms.digest.element_facts import ElementFacts, facts_of
from replay_signals.transforms.digest.headlines import MAX_HEADINGS
from replay_signals.transforms.digest.kept_controls import control_of, text_place
from replay_signals.transforms.digest.masking import Masking, worse
from replay_signals.transforms.digest.pointer_marks import BOX_TAGS, PointerMarks
from replay_signals.transforms.digest.veils import Checksum, checksums
from replay_signals.transforms.privacy.texts import whole
from replay_signals.transforms.words.controls import is_document

MAX_CONTROLS = 3000
MAX_HEADLINE_CHARS = 120
MAX_ALERT_PLACES = 100
MAX_ALERT_CHILDREN = 3
"""Of a place for a message that is empty or has one; boxes around whole pages have such classes, too."""
MAX_HEADLINE_TEXTS = 8
"""Texts of one heading: words of their own colour or line are elements of their own."""
MAX_HAND_NODES = 100
"""Nodes below what is a control by the hand over it: a card or a row; more are a part of the page."""
TEXTS_TOO = 2
"""Nodes for each element, of which every other one has a text as a rule."""
_SHEET_TAGS = frozenset(("link", "style"))
_ICON_TAGS = frozenset(("i", "svg", "use", "span", "img"))
_SKIPPED_TAGS = frozenset(("head", "script", "style", "noscript", "template"))
_BOXES = frozenset(("", "html", "body", "div", "main", "section", "article", "header", "footer", "span", "p", "br"))
BLANK_ELEMENTS = 12
"""Of a page that shows nothing: the document, html, body, and what a script should have filled."""


class TextName:
    """A control that is named by its text: the text so far, and the place of which least is kept."""

    __slots__ = ("control", "is_full", "place", "raw")

    def __init__(self, control: Control, place: str) -> None:
        self.control = control
        self.place = text_place(control, place)
        self.raw = ""
        self.is_full = False
        """No further text makes a difference."""

    def add(self, value: Any, place: str) -> None:
        """A text below the control."""
        if not self.is_full:
            text = text_of(value, MAX_RAW_CHARS)
            if text:
                joined = f"{self.raw} {text}".strip()
                self.is_full = len(joined) >= MAX_RAW_CHARS
                self.raw = whole(joined, MAX_RAW_CHARS)
                self.place = worse(self.place, place)

    def close(self, masking: Masking) -> None:
        """Names the control."""
        if self.raw:
            self.control.name = masking.name(self.raw, self.place, "control_name", MAX_NAME_CHARS)
            if self.control.name != self.raw and masking.can_look:
                is_file = self.control.tag in ("button", "input") and is_document(self.raw)
                self.control.flags += hidden_words(self.raw[:MAX_NAME_CHARS]) or "w" * is_file


class SnapshotWalk:
    """One pass over a document: controls in document order, and whether ids rise in document order.

    `jumps` are the first id and then flat `before, after` pairs where the next id is not the following number;
    `bars` the ids of the bars that controls are children of.
    """

    __slots__ = (
        *(
            "_around",
            "_bar",
            "_filling",
            "_masking",
            "_named",
            "_open",
            "_path",
            "_places",
            "_pointer",
            "alerts",
            "controls",
            "element_count",
        ),
        *("headings", "jumps", "last", "bars", "ordered", "title", "titles", "truncated"),
    )

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._around: list[Node] = []
        self._path: list[ElementFacts] = []  # the same elements
        self._places: list[str] = []
        self.controls: list[Control] = []
        self.bars: dict[int, int] = {}
        self._bar = (0, False)
        self.element_count = 0
        self.ordered = True
        self.truncated = False
        self.last = -2
        self.jumps: list[int] = []
        self.title = ""
        self.titles: list[int] = []
        self.headings: list[str] = []
        self.alerts: list[int] = []
        self._open: list[Control] = []
        self._named: list[TextName] = []
        self._filling: list[TextName] = []  # those of them whose names may still grow
        self._pointer = PointerMarks(self.controls)

    def walk(self, node: Node) -> None:
        """Visits a node and what is below it; recursion is bounded by the decoder's own limit."""
        if node.id == self.last + 1:
            self.last = node.id
        else:
            self._jump(node.id)
        if node.type == 3:
            if self._filling:
                self._text(node.textContent)
            return
        tag = node.tagName
        if tag in _SKIPPED_TAGS:
            self._skipped(node, tag)
            return
        self.element_count += 1
        element = facts_of(node)
        self._notice(node, element)
        style = self._pointer.sheets.pointer(element, self._path)
        enters = (style or element.is_inert) and self._pointer.enters(element, style)
        start = len(self.controls) if enters else -1
        hand = element.hand_by_sheets and style.get("cursor") == "pointer"
        is_control = tag != "" and (hand or element.is_kept or is_closed(tag, bool(node.childNodes)))
        if is_control and len(self.controls) < MAX_CONTROLS:
            self._control(node, element, hand)
        else:
            self.truncated = self.truncated or is_control
            if self._open and tag in _ICON_TAGS:
                self._icon(element)
            if node.childNodes:
                self._below(node, element)
        if start >= 0:
            self._pointer.leaves(node, start, self.last, self._around[-1] if self._around else None)
        if tag in BOX_TAGS and not node.childNodes:
            self._layer(node, element)
        if self._pointer.behind:
            self._pointer.left(node, self.last, ordered=self.ordered)

    def _icon(self, element: ElementFacts) -> None:
        """Of a control, which may tell by its classes that it acts outside of the page."""
        if element.outside not in self._open[-1].flags:
            self._open[-1].flags += element.outside

    def _layer(self, node: Node, element: ElementFacts) -> None:
        if self._around and self._pointer.layer(node, element, self._around[-1], self._path):
            self._stands(node, layer=True)

    def _stands(self, node: Node, *, layer: bool) -> None:
        if self._around and (is_pair(self._around[-1].childNodes) if layer else self._is_bar()):
            self.bars[node.id] = self._around[-1].id

    def _is_bar(self) -> bool:
        """Does the element that is being visited hold controls and hardly anything else?"""
        around = self._around[-1]
        if self._bar[0] != around.id:
            self._bar = around.id, is_bar(around.childNodes)
        return self._bar[1]

    def veils(self, checksum: Checksum) -> list[int]:
        """By which selectors the document's sheets lay an unseen box."""
        return checksums(self._pointer.sheets.veils(), checksum)

    def _skipped(self, node: Node, tag: str) -> None:
        if tag == "style":
            self._pointer.sheets.read(node)
        elif tag == "head":
            for child in node.childNodes:
                if child.tagName == "title":
                    self.titles.append(child.id)
                    self.title = self.title or _headline(child)
                elif child.tagName in _SHEET_TAGS:
                    self._pointer.sheets.read(child)

    def _jump(self, node_id: int) -> None:
        if node_id <= self.last:
            self.ordered = False
            self.last = node_id
            return
        self.jumps += (self.last, node_id) if self.jumps else (node_id,)
        self.last = node_id

    def _place(self) -> str:
        """The place of what stands in the element that is being visited; looked up when a text asks."""
        places = self._places
        return places[-1] if places and len(places) == len(self._path) else self._masking.places(self._path, places)

    def _below(self, node: Node, element: ElementFacts) -> None:
        self._around.append(node)
        self._path.append(element)
        for child in node.childNodes:
            if child.type == 3 and child.id == self.last + 1:  # the most frequent node, not worth a call
                self.last = child.id
                if self._filling:
                    self._text(child.textContent)
            else:
                self.walk(child)
        self._around.pop()
        self._path.pop()
        if len(self._places) > len(self._path):
            self._places.pop()

    def _notice(self, node: Node, element: ElementFacts) -> None:
        """What a page says in classes, sheets and headings, and where it will say that something went wrong."""
        if element.classes:
            self._masking.look_at_classes(element.classes)
        if element.tagName == "link":
            self._pointer.sheets.read(node)
        if element.tagName in ("h1", "h2"):
            if len(self.headings) < MAX_HEADINGS and (text := _headline(node)):
                self.headings.append(text)
        elif element.is_alert and len(node.childNodes) <= MAX_ALERT_CHILDREN and len(self.alerts) < MAX_ALERT_PLACES:
            self.alerts.append(node.id)

    def _text(self, value: Any) -> None:
        if isinstance(value, str) and not value.isspace():
            place = self._place()
            for name in self._filling:
                name.add(value, place)
            if any(name.is_full for name in self._filling):  # however deep controls are nested, a few texts fill each
                self._filling = [name for name in self._filling if not name.is_full]

    def _control(self, node: Node, element: ElementFacts, hand: bool) -> None:
        around = self._place()
        self._path.append(element)
        own = self._masking.own_step(self._path, len(self._path) - 1, around)
        self._path.pop()
        closed = is_closed(element.tagName, bool(node.childNodes))
        control = control_of(node.id, element, own, self._masking, hand, closed=closed)
        container = element.tagName in CONTAINER_TAGS or control.role in ("dialog", "alertdialog") or control.is_none
        named = not control.name and not container
        self.controls.append(control)
        self._stands(node, layer="u" in control.flags)
        if named:
            self._named.append(TextName(control, own))
            self._filling.append(self._named[-1])
        if not control.is_only_place:
            self._open.append(control)
        before = self.element_count
        self._below(node, element)
        if not control.is_only_place:
            self._open.pop()
        if named:
            name = self._named.pop()
            if self._filling and self._filling[-1] is name:
                self._filling.pop()
            name.close(self._masking)
        control.last = max(node.id, self.last)
        size = control.last - control.first if self.ordered else TEXTS_TOO * (self.element_count - before)
        if control.is_hand and size > MAX_HAND_NODES:
            control.flags = control.flags.replace("h", "nP")


def _headline(node: Node) -> str:
    return text_of(" ".join(_texts(node, MAX_HEADLINE_TEXTS)), MAX_HEADLINE_CHARS)


def _texts(node: Node, limit: int) -> list[str]:
    """The first texts below a node."""
    found: list[str] = []
    for child in node.childNodes:
        if len(found) >= limit:
            break
        if child.type == TEXT and isinstance(child.textContent, str):
            found.append(child.textContent)
        elif child.type == ELEMENT:
            found += _texts(child, limit - len(found))
    return found


def is_blank(node: Node) -> bool:
    """Is there nothing to see in a document: no text, and only empty boxes? What a recorder blocks leaves one, too."""
    if node.type == TEXT:
        return not isinstance(node.textContent, str) or not node.textContent.strip()
    if node.tagName in _SKIPPED_TAGS:
        return True
    return node.tagName in _BOXES and facts_of(node).attributes.rr_width is None and all(map(is_blank, node.childNodes))


def ids_below(node: Node, out: list[int]) -> None:
    """The ids of the nodes that `SnapshotWalk` visits, in document order."""
    out.append(node.id)
    if node.tagName not in _SKIPPED_TAGS:
        for child in node.childNodes:
            ids_below(child, out)


def control_owners(node: Node, owner: int, kept: Container[int], out: list[tuple[int, int]]) -> None:
    """`(node id, id of the control it is in)` of a subtree whose ids do not follow document order.

    `kept`: ids of the controls that were kept, some of which only style sheets make controls.
    """
    if node.tagName in _SKIPPED_TAGS or node.type == 3:
        return
    if owner >= 0:
        out.append((node.id, owner))
    if node.id in kept:
        owner = node.id
    for child in node.childNodes:
        control_owners(child, owner, kept, out)

"""Where the nodes of one window stand: what is known of the surroundings of each, and how deep it is."""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple

import msgspec

from replay_signals.schemas.rrweb import NO_ATTRIBUTES, Attributes
from replay_signals.transforms.digest.control_flags import is_alert
from replay_signals.transforms.digest.controls import BUTTON_COMPONENTS
from replay_signals.transforms.digest.masking import Masking, worse
from replay_signals.transforms.privacy.policy import KEEP, MASK, UNKNOWN

ELEMENT = 2
NAMED_TAGS = frozenset(("a", "area", "button", "label", "legend", "option", "summary"))
NAMED_ROLES = frozenset(
    (
        *("button", "checkbox", "link", "menuitem", "menuitemcheckbox", "menuitemradio", "option", "radio"),
        *("switch", "tab", "treeitem"),
    )
)
DROPPED = frozenset(
    (
        *("script", "noscript", "template", "object", "embed", "applet", "portal", "base", "meta", "frame", "frameset"),
        *("fencedframe", "source", "track", "param", "foreignobject", "animate", "animatemotion", "animatetransform"),
        *("set", "discard", "script", "handler", "listener", "feimage", "title", "xmp", "plaintext", "noembed"),
    )
)
MAX_NODES = 400_000
"""Nodes of a document that are known; those after them stand in an unknown place."""
MAX_DEPTH = 200
"""Nodes within each other that are shown; what is deeper is cut. Pages nest some 30, browsers' parsers 512. Each is two
levels of JSON, of which Python reads and writes less than 1,000."""


class Around(NamedTuple):
    """What is known of the surroundings of a node."""

    place: str = UNKNOWN
    named_by: int = 0
    """Id of the control or alert whose name the text is part of; 0 for page text."""
    is_sheet: bool = False
    is_dropped: bool = False


class Element(msgspec.Struct, gc=False):
    """An element, or a document, and what rules and descriptions of controls read of it."""

    id: int
    type: int
    tagName: str = ""
    attributes: Attributes = NO_ATTRIBUTES

    @property
    def key(self) -> tuple[object, ...]:
        """The same for elements of the same tag and attributes."""
        return self.tagName, bytes(self.attributes.css_text), *_values(self.attributes)


_values = attrgetter(*(name for name in Attributes.__struct_fields__ if name != "css_text"))


Inside = tuple[Around, str]
"""What is around the children of an element, and the place of what it says of itself."""


class Surroundings:
    """The nodes of one window by id. Call `begin` for each message."""

    def __init__(self) -> None:
        self.elements: dict[int, Element] = {}
        self._parents: dict[int, int] = {}
        self._depths: dict[int, int] = {}
        self._insides: dict[int, tuple[Element, Attributes, Around, Inside]] = {}

    def begin(self, masking: Masking) -> None:
        """A message with its own budget."""
        self._masking = masking
        self._insides.clear()

    def clear(self) -> None:
        """Another document: everything before it is gone."""
        self.elements.clear()
        self._parents.clear()
        self._depths.clear()
        self._insides.clear()

    def put(self, node_id: int, parent_id: int, depth: int) -> None:
        """A node stands below another one."""
        if len(self._parents) < MAX_NODES:
            self._parents[node_id] = parent_id
            self._depths[node_id] = depth

    def put_element(self, node: Element) -> None:
        """What is to be known of an element or a document."""
        if len(self.elements) < MAX_NODES:
            self.elements[node.id] = node

    def remove(self, node_id: int) -> None:
        """A node is gone; what stood below it is found no more."""
        self.elements.pop(node_id, None)
        self._parents.pop(node_id, None)
        self._depths.pop(node_id, None)
        self._insides.pop(node_id, None)

    def parent(self, node_id: int) -> int:
        """The id of what a node stands in; -1 where that is not known."""
        return self._parents.get(node_id, -1)

    def depth_below(self, node_id: int) -> int:
        """How deep the children of a node stand; that of a root for an unknown one."""
        return self._depths.get(node_id, -1) + 1

    def around(self, node_id: int) -> Around:
        """What is around the children of a node; unknown where no way leads up to a document."""
        way: list[int] = []
        at = node_id
        while at in self.elements and len(way) <= MAX_DEPTH:
            way.append(at)
            at = self._parents.get(at, -1)
        around = Around(KEEP) if way and at == 0 else Around()
        for below in reversed(way):
            around = self._known_inside(self.elements[below], around)[0]
        return around

    def _known_inside(self, node: Element, around: Around) -> Inside:
        """`inside`, which many changes below the same elements ask for; anew where rules look at what is around."""
        if self._masking.rules.combines:
            return self.inside(node, around)
        known = self._insides.get(node.id)
        if known is not None and known[0] is node and known[1] is node.attributes and known[2] == around:
            return known[3]
        found = self.inside(node, around)
        self._insides[node.id] = node, node.attributes, around, found
        return found

    def inside(self, node: Element, around: Around) -> Inside:
        """What an element makes of what is around it."""
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
        is_dropped = around.is_dropped or tag in DROPPED
        return Around(place, named_by, around.is_sheet or tag == "style", is_dropped), own

    def _path(self, node: Element) -> list[Element]:
        """The elements down to one; only itself when no rule asks for more."""
        path = [node]
        while self._masking.rules.combines and len(path) <= MAX_DEPTH and self._masking.budget.text_steps.spend(1):
            outer = self.elements.get(self.parent(path[-1].id))
            if outer is None:
                break
            path.append(outer)
        return path[::-1]

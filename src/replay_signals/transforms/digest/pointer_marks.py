"""What the pointer meets in a document: what it goes through, what lies behind, and layers that nobody sees."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter

from replay_signals.schemas.rrweb import Node
from replay_signals.transforms.digest.bars import MAX_CHILDREN
from replay_signals.transforms.digest.control_flags import CLASS_STATES
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.element_facts import ElementFacts, Path, facts_of
from replay_signals.transforms.digest.inline_style import Style, is_hidden
from replay_signals.transforms.digest.style_sheets import StyleSheets

MAX_LET_THROUGH = 2
"""Controls in one element that lets the pointer through; more are a part of the page that is shut for a purpose."""
MAX_LAYER_DEPTH = 5
"""Elements around a layer over the page; deeper ones lie over a part of it."""
MAX_LAYERS = 100
"""Empty boxes of a document whose style is looked up in all sheets."""
_LAYER_TAGS = frozenset(("div", "section", "aside"))
BOX_TAGS = _LAYER_TAGS | {"b", "em", "i", "span"}
"""Of what a layer beside a control is made."""
MAX_BESIDE = 3
"""Elements in what was made for a control and the layer over it."""
_NO_TEXTS = ("",) * 7


class PointerMarks:
    """Marks the controls of one document, in the order in which a walk comes to them."""

    __slots__ = ("_controls", "_inside", "_layers", "_takes", "behind", "sheets")

    def __init__(self, controls: list[Control]) -> None:
        self.sheets = StyleSheets()
        self._controls = controls
        self._inside = self._takes = False
        self._layers = 0
        self.behind: list[Node] = []

    def enters(self, element: ElementFacts, style: Style) -> bool:
        """Is it the outermost of what lets the pointer through? A part of that may take the pointer after all.

        Need not be asked of an element that is not inert and of which no style tells.
        """
        passes = style.get("pointer-events")
        if self._inside:
            self._takes = self._takes or (passes is not None and passes != "none")
            return False
        self._inside = (passes == "none" and not is_hidden(style)) or element.is_inert
        self._takes = False
        return self._inside

    def leaves(self, node: Node, start: int, last: int, parent: Node | None) -> None:
        """Marks what `enters` found when all below it was visited; `start`: its first control's place in the list."""
        self._inside = False
        own = [control for control in self._controls[start:] if not control.is_none]
        if self._takes or not (0 < len(own) <= MAX_LET_THROUGH and parent is not None):
            return
        self._mark(node, start, last, "q")
        self.behind.append(parent)

    def left(self, node: Node, last: int, *, ordered: bool) -> None:
        """Marks an element, all of which was visited, that takes the pointer for what is in it.

        Need not be asked while nothing is `behind` anything.
        """
        if self.behind[-1] is not node:
            return
        while self.behind and self.behind[-1] is node:
            self.behind.pop()
        at = bisect_left(self._controls, node.id, key=attrgetter("first")) if ordered else len(self._controls)
        self._mark(node, at, last, f"Q{'s' * CLASS_STATES['s'].holds(facts_of(node).classes)}")

    def _mark(self, node: Node, at: int, last: int, flags: str) -> None:
        if at < len(self._controls) and self._controls[at].first == node.id:
            self._controls[at].flags = self._controls[at].flags.replace("q", "") + flags
        else:
            self._controls.insert(at, Control(node.id, max(node.id, last), node.tagName, *_NO_TEXTS, f"n{flags}"))

    def layer(self, node: Node, element: ElementFacts, parent: Node, path: Path) -> bool:
        """Marks an empty box that lies unseen over the page, or over what it stands beside; it was visited last."""
        over_page = node.tagName in _LAYER_TAGS and len(path) <= MAX_LAYER_DEPTH and element.attributes.class_
        if self._layers == MAX_LAYERS or not (over_page or _stands_beside(node, parent)):
            return False
        own = self._controls[-1] if self._controls and self._controls[-1].first == node.id else None
        if own is not None and (not own.is_none or "u" in own.flags):
            return False
        self._layers += 1
        if not self.sheets.is_veil(element, path):
            return False
        self._mark(node, len(self._controls) - (own is not None), node.id, "u")
        return True


def _stands_beside(node: Node, parent: Node) -> bool:
    """Is a box put beside a control, with hardly anything else around?"""
    if node.tagName not in BOX_TAGS or len(parent.childNodes) > MAX_CHILDREN:  # it is asked for each child
        return False
    elements = [child for child in parent.childNodes if child.tagName]
    return len(elements) <= MAX_BESIDE and any(facts_of(child).is_named for child in elements)

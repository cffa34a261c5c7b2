"""Views of a single-page application that are no more than a message: that the page is missing or broken.

A view comes as nodes that are added to a document. Menus and titles may be drawn anew with it, and documentation has
the same forms, buttons and links below each page; what is left of the nodes is the message.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from replay_signals.schemas.rrweb import TEXT, Node
from replay_signals.transforms.digest.control_flags import MAX_CLASS_CHARS
from replay_signals.transforms.digest.element_facts import facts_of
from replay_signals.transforms.digest.headlines import (
    BARE_ELEMENTS,
    BARE_TEXTS,
    MAX_LINE_CHARS,
    first_statement,
    say_error,
)
from replay_signals.transforms.digest.own_content import MAX_TEXTS

MAX_VIEW_TEXTS = 12
"""What happened, what to do now, some hints, and the words of links and buttons."""
MAX_VIEW_LINES = 3
MAX_VIEW_NODES = 150
"""Of a view that is no more than a message, with its picture and the way home."""
MAX_DRAWN_NODES = 3000
"""Of a view with the menus that are drawn anew with it."""
MAX_HEADINGS = 8
"""Of the view and the menus drawn with it."""
MAX_LINKS = 12
"""Of what stands below each page."""
DEPTH = 4
"""Words of a heading or link that have a colour or picture of their own stand some elements below it."""
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_TITLES = "-title", "-heading"
"""Ends of the names of components that are headings (`ui5-title`); the element itself stands in their shadow roots."""
_TITLE_CLASS = re.compile(r"(?:^|\s)[\w-]+(?:__|-)(?:title|heading)(?=\s|$)")
"""The same as a class: `n-result__title`, `ant-result-title`."""
_CONTENT = frozenset(("audio", "video", "select", "textarea", "canvas"))
_ASIDE = frozenset(("a", "button", "form"))

Nodes = Mapping[int, Node]
ParentOf = Mapping[int, int]


def view_says_error(nodes: Nodes, parent_of: ParentOf) -> bool:
    """Does a view that is added to a document, of all these nodes, say that it is missing or broken?"""
    whole = _says_error(nodes, parent_of)
    if not whole and not _says_so_somewhere(nodes, parent_of):
        return False
    parts = _parts(nodes, parent_of)
    own = [part for part in parts if not _is_menu(part, parent_of)]
    if sum(bool(_headings(part, parent_of)) for part in own) > 1:
        return False  # places that are filled at once, one of which has nothing
    if whole or len(own) != 1:
        return whole
    return (len(parts) > 1 and _says_error(own[0], parent_of)) or _says_so_first(own[0], parent_of)


def _says_so_somewhere(nodes: Nodes, parent_of: ParentOf) -> bool:
    """A first look, as most changes are of other kinds."""
    tags = {node.tagName for node in nodes.values()} if len(nodes) <= MAX_DRAWN_NODES else ()
    if not any(tag in _HEADINGS or tag.endswith(_TITLES) for tag in tags):
        return False
    headings = _headings(nodes, parent_of).values()
    return any(say_error("", [line[:MAX_LINE_CHARS].strip()], 0) for line in islice(headings, MAX_HEADINGS))


def _parts(nodes: Nodes, parent_of: ParentOf) -> list[dict[int, Node]]:
    """The nodes by the place that they were put into."""
    place_of: dict[int, int] = {}
    parts: dict[int, dict[int, Node]] = {}
    for node_id in nodes:
        way, at = [], node_id
        while at in nodes and at not in place_of:
            way.append(at)
            place_of[at] = at  # hostile parents may form a circle, which has no outside: it ends here
            at = parent_of[at]
        place_of.update(dict.fromkeys(way, place_of.get(at, at)))
        parts.setdefault(place_of[node_id], {})[node_id] = nodes[node_id]
    return list(parts.values())


def _is_menu(part: Nodes, parent_of: ParentOf) -> bool:
    """Is it links for the most part, without a title, or no more than a line such as the document's title?"""
    if any(node.tagName == "h1" for node in part.values()):
        return False
    texts = [node_id for node_id, node in part.items() if _is_text(node)]
    linked = sum(_above(node_id, part, parent_of, _is_link) is not None for node_id in texts)
    return 2 * linked >= len(texts) or len(texts) <= 1


def _says_error(nodes: Nodes, parent_of: ParentOf) -> bool:
    """Is it short, and says so in a heading, or as all it says?"""
    if len(nodes) > MAX_VIEW_NODES:
        return False
    tags = Counter(node.tagName for node in nodes.values())
    if tags["input"] > 1 or not _CONTENT.isdisjoint(tags):
        return False
    texts = [node_id for node_id, node in nodes.items() if _is_text(node)]
    if len(texts) > MAX_VIEW_TEXTS:
        return False
    headings = _headings(nodes, parent_of)
    if headings:
        return _first_says_error([*headings.values()][:MAX_VIEW_LINES], len(nodes))
    if len(texts) > BARE_TEXTS or all(node.type == TEXT for node in nodes.values()):
        return False
    lines = (str(nodes[node_id].textContent)[:MAX_LINE_CHARS].strip() for node_id in texts[:MAX_VIEW_LINES])
    return any(say_error("", [line], len(nodes)) for line in lines)


def _first_says_error(lines: Sequence[str], count: int) -> bool:
    """What follows the first statement has to be clear by itself, whatever the view holds."""
    cut = [line[:MAX_LINE_CHARS].strip() for line in lines]
    first = first_statement(cut) if len(cut) > 1 else 0
    return any(say_error("", [line], count if i <= first else BARE_ELEMENTS + 1) for i, line in enumerate(cut))


def _says_so_first(nodes: Nodes, parent_of: ParentOf) -> bool:
    """Is its first heading that, and hardly anything beside it but what stands below each page?"""
    headings = list(_headings(nodes, parent_of).values())
    tags = Counter(node.tagName for node in nodes.values())
    if not headings or tags["h2"] or tags["a"] > MAX_LINKS:
        return False
    texts = (node_id for node_id, node in nodes.items() if _is_text(node))
    own = [node_id for node_id in texts if _above(node_id, nodes, parent_of, _is_aside) is None]
    return len(own) <= MAX_TEXTS and say_error("", [headings[0][:MAX_LINE_CHARS].strip()], len(own))


def _headings(nodes: Nodes, parent_of: ParentOf) -> dict[int, str]:
    """Texts of headings, the highest first: recorders tell of siblings in any order."""
    found: dict[int, str] = {}
    for node_id, node in nodes.items():
        if _is_text(node):
            heading = _above(node_id, nodes, parent_of, _is_heading)
            if heading is not None:
                found[heading] = f"{found.get(heading, '')} {node.textContent}"
    return dict(sorted(found.items(), key=lambda heading: nodes[heading[0]].tagName != "h1"))


def _above(node_id: int, nodes: Nodes, parent_of: ParentOf, wanted: Callable[[Node], bool]) -> int | None:
    """The node around it, some steps up."""
    for _ in range(DEPTH):
        node_id = parent_of.get(node_id, -1)
        node = nodes.get(node_id)
        if node is None:
            return None
        if wanted(node):
            return node_id
    return None


def _is_text(node: Node) -> bool:
    return node.type == TEXT and isinstance(node.textContent, str) and bool(node.textContent.strip())


def _is_heading(node: Node) -> bool:
    if node.tagName in _HEADINGS or node.tagName.endswith(_TITLES):
        return True
    element = facts_of(node)
    return element.attributes.role == "heading" or _TITLE_CLASS.search(element.classes, 0, MAX_CLASS_CHARS) is not None


def _is_link(node: Node) -> bool:
    return node.tagName in ("a", "button")


def _is_aside(node: Node) -> bool:
    return node.tagName in _ASIDE or _is_heading(node)

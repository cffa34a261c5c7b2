"""The tree of a page as it was at a moment: the last full snapshot before it, and every mutation since."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from msgspec import Struct, field

from replay_signals.schemas.rrweb import FULL_SNAPSHOT, INCREMENTAL_SNAPSHOT, INPUT, META, MUTATION
from replay_signals.transforms.playback.attributes import HREF
from replay_signals.transforms.playback.nodes import INERT
from replay_signals.transforms.playback.session import PlaybackWindow

MAX_NODES = 400_000
MAX_DEPTH = 300
MAX_HTML_CHARS = 4000
MAX_SHOWN_NODES = 400
VOID = frozenset(("area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))
_SILENT = frozenset(("style", "link", INERT, "head"))
"""Elements that tell nothing of a page but how it looks."""
_DRAWN = frozenset(("style", "class", "_cssText", "rr_width", "rr_height"))
"""Attributes that are left out of a description unless it is asked for them."""


class TreeNode(Struct, eq=False):
    """One node: `tag` of an element, `#text` or `#document`. All text and attributes are masked."""

    id: int
    tag: str
    attributes: dict[str, Any] = {}
    text: str = ""
    parent: TreeNode | None = None
    children: list[TreeNode] = field(default_factory=list)

    @property
    def ancestors(self) -> list[TreeNode]:
        """Elements around it, innermost first."""
        found: list[TreeNode] = []
        at = self.parent
        while at is not None and len(found) < MAX_DEPTH:
            if not at.tag.startswith("#"):
                found.append(at)
            at = at.parent
        return found

    def below(self) -> Iterator[TreeNode]:
        """What stands below it, in document order."""
        stack = self.children[::-1]
        while stack:
            node = stack.pop()
            yield node
            stack += node.children[::-1]


class Tree(Struct):
    """A page at a moment: its nodes by id, its address (as recorded, cleaned) and the size of its viewport."""

    root: TreeNode | None = None
    nodes: dict[int, TreeNode] = {}
    url: str = ""
    width: float = 0
    height: float = 0


def tree_at(window: PlaybackWindow, at_ms: float) -> Tree:
    """The page that a window showed at a time (epoch ms, client's clock); without a root before its first snapshot."""
    tree = Tree()
    for event in window.events:
        if event["timestamp"] > at_ms:
            break
        data = event["data"]
        if event["type"] == META:
            tree.url, tree.width, tree.height = data["href"], data["width"], data["height"]
        elif event["type"] == FULL_SNAPSHOT:
            tree.nodes = {}
            tree.root = _plant(tree, data["node"], None, None)
        elif event["type"] == INCREMENTAL_SNAPSHOT:
            if data["source"] == MUTATION:
                _mutate(tree, data)
            elif data["source"] == INPUT and data["id"] in tree.nodes:
                tree.nodes[data["id"]].attributes["value"] = data["text"]
    return tree


def _plant(tree: Tree, raw: dict[str, Any], parent: TreeNode | None, before: TreeNode | None) -> TreeNode | None:
    """Puts a node and what is below it into the tree, at the end of its parent or before one of its children."""
    if len(tree.nodes) >= MAX_NODES:
        return None
    tag = {0: "#document", 2: raw.get("tagName", "")}.get(raw["type"], "#text")
    node = TreeNode(raw["id"], tag, dict(raw.get("attributes") or {}), raw.get("textContent") or "", parent)
    if raw["type"] in (0, 2, 3):
        tree.nodes[node.id] = node
        if parent is not None:
            at = parent.children.index(before) if before is not None and before in parent.children else None
            parent.children.insert(len(parent.children) if at is None else at, node)
    for child in raw.get("childNodes") or ():
        _plant(tree, child, node, None)
    return node


def _mutate(tree: Tree, data: dict[str, Any]) -> None:
    for remove in data["removes"]:
        _cut(tree, remove["id"])
    waiting = data["adds"]
    while waiting:  # siblings may be named before they come
        later = []
        for add in waiting:
            parent, before = tree.nodes.get(add["parentId"]), add.get("nextId")
            if parent is None or (before is not None and before not in tree.nodes):
                later.append(add)
                continue
            _cut(tree, add["node"]["id"])
            _plant(tree, add["node"], parent, tree.nodes.get(before) if before is not None else None)
        if len(later) == len(waiting):
            for add in later:
                if (parent := tree.nodes.get(add["parentId"])) is not None:
                    _plant(tree, add["node"], parent, None)
            break
        waiting = later
    for change in data["texts"]:
        if change["id"] in tree.nodes:
            tree.nodes[change["id"]].text = change["value"]
    for change in data["attributes"]:
        node = tree.nodes.get(change["id"])
        if node is not None:
            node.attributes |= {name: value for name, value in change["attributes"].items() if value is not None}
            for name in [name for name, value in change["attributes"].items() if value is None]:
                node.attributes.pop(name, None)


def _cut(tree: Tree, node_id: int) -> None:
    node = tree.nodes.pop(node_id, None)
    if node is None:
        return
    if node.parent is not None:
        node.parent.children = [child for child in node.parent.children if child is not node]
        node.parent = None
    for below in node.below():
        tree.nodes.pop(below.id, None)


def text_of(node: TreeNode, max_chars: int = 200) -> str:
    """What stands in an element, on one line."""
    if node.tag == "#text":
        return " ".join(node.text.split())[:max_chars]
    parts: list[str] = []
    size = 0
    for below in node.below():
        is_shown = below.tag == "#text" and below.parent is not None and below.parent.tag not in _SILENT
        if is_shown and (text := " ".join(below.text.split())):
            parts.append(text)
            size += len(text) + 1
            if size > max_chars:
                break
    return " ".join(parts)[:max_chars]


def nested(node: TreeNode, max_nodes: int = MAX_SHOWN_NODES, *, drawn: bool = False) -> dict[str, Any]:
    """A node and what is below it as JSON objects: `id`, `tag`, `attributes`, `text`, `children`; `cut` counts what the
    bound left out. `drawn`: with classes and styles.
    """
    left = [max_nodes]

    def walk(at: TreeNode) -> dict[str, Any]:
        left[0] -= 1
        out: dict[str, Any] = {"id": at.id, "tag": at.tag}
        if at.tag == "#text":
            return out | {"text": " ".join(at.text.split())[:200]}
        if shown := _shown(at, drawn=drawn):
            out["attributes"] = shown
        kept = [
            child for child in at.children if child.tag not in _SILENT and (child.tag != "#text" or child.text.strip())
        ]
        out["children"] = []
        for number, child in enumerate(kept):
            if left[0] <= 0:
                out["cut"] = len(kept) - number
                break
            out["children"].append(walk(child))
        return out

    return walk(node)


def html_of(node: TreeNode, max_chars: int = MAX_HTML_CHARS, *, drawn: bool = False, indent: int = 0) -> str:
    """An element as HTML text, escaped, a line each, cut at the bound with a word. For reading; never to be loaded."""
    lines: list[str] = []
    size = 0
    stack: list[tuple[TreeNode, int, bool]] = [(node, indent, False)]
    while stack:
        at, depth, is_end = stack.pop()
        line = "  " * depth + (f"</{at.tag}>" if is_end else _line(at, drawn=drawn))
        size += len(line) + 1
        if size > max_chars:
            lines.append("  " * depth + "<!-- cut -->")
            break
        lines.append(line)
        if is_end or at.tag == "#text" or at.tag in VOID or _is_inline(at):
            continue
        stack.append((at, depth, True))
        kept = [
            child for child in at.children if child.tag not in _SILENT and (child.tag != "#text" or child.text.strip())
        ]
        stack += [(child, depth + 1, False) for child in reversed(kept)]
    return "\n".join(lines)


def _is_inline(node: TreeNode) -> bool:
    """Whether it stands on one line: nothing but a text in it."""
    return all(child.tag == "#text" for child in node.children)


def _line(node: TreeNode, *, drawn: bool) -> str:
    if node.tag == "#text":
        return escape(" ".join(node.text.split())[:400], quote=False)
    shown = _shown(node, drawn=drawn)
    start = "".join([f"<{node.tag}", *(f' {name}="{escape(str(value))}"' for name, value in shown.items()), ">"])
    if node.tag in VOID or not _is_inline(node):
        return start
    return f"{start}{escape(text_of(node, 400), quote=False)}</{node.tag}>"


def _shown(node: TreeNode, *, drawn: bool) -> dict[str, Any]:
    """Attributes as the page had them: the address of a link under its own name."""
    address = node.attributes.get(HREF)
    found = {
        name: value
        for name, value in node.attributes.items()
        if name != HREF and not isinstance(value, dict) and (drawn or name not in _DRAWN or (name == "class" and value))
    }
    if address is not None:
        found["href"] = address
    return found

"""The tree of a page as it was at a moment: the last full snapshot before it, and every mutation since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import Struct

from replay_signals.schemas.rrweb import FULL_SNAPSHOT, INCREMENTAL_SNAPSHOT, INPUT, META, MUTATION
from replay_signals.transforms.playback.decoding import Event
from replay_signals.transforms.playback.nodes import INERT
from replay_signals.transforms.playback.session import PlaybackWindow

MAX_NODES = 400_000
MAX_DEPTH = 300
SILENT = frozenset(("style", "link", INERT, "head"))
"""Elements that tell nothing of a page but how it looks."""


class TreeNode(Struct, eq=False):
    """One node: `tag` of an element, `#text` or `#document`. All text and attributes are masked."""

    id: int
    tag: str
    attributes: dict[str, Any] = {}
    text: str = ""
    parent: TreeNode | None = None
    first: TreeNode | None = None
    last: TreeNode | None = None
    before: TreeNode | None = None
    after: TreeNode | None = None
    """Its first and last child and its neighbours: pages move nodes among thousands of siblings."""

    @property
    def children(self) -> list[TreeNode]:
        """What stands directly in it, in order."""
        found: list[TreeNode] = []
        at = self.first
        while at is not None:
            found.append(at)
            at = at.after
        return found

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

    def insert(self, node: TreeNode, after: TreeNode | None) -> None:
        """Puts a node before one of its children, at the end where it is none of them."""
        node.parent = self
        node.after = after if after is not None and after.parent is self else None
        node.before = self.last if node.after is None else node.after.before
        if node.before is None:
            self.first = node
        else:
            node.before.after = node
        if node.after is None:
            self.last = node
        else:
            node.after.before = node

    def leave(self) -> None:
        """Takes it out of what it stands in."""
        if self.before is not None:
            self.before.after = self.after
        elif self.parent is not None:
            self.parent.first = self.after
        if self.after is not None:
            self.after.before = self.before
        elif self.parent is not None:
            self.parent.last = self.before
        self.parent = self.before = self.after = None


class Index(NamedTuple):
    """Elements by their `id` attribute, and labels by the id of what they are for."""

    ids: dict[str, TreeNode]
    labels: dict[str, TreeNode]


class Tree(Struct):
    """A page at a moment: its nodes by id, its address (as recorded, cleaned) and the size of its viewport."""

    root: TreeNode | None = None
    nodes: dict[int, TreeNode] = {}
    url: str = ""
    width: float = 0
    height: float = 0
    known: Index | None = None

    def index(self) -> Index:
        """The index of the page as it stands, made once."""
        if self.known is None:
            self.known = Index({}, {})
            for node in self.nodes.values():
                if own := node.attributes.get("id"):
                    self.known.ids[str(own)] = node
                if node.tag == "label" and (other := node.attributes.get("for")):
                    self.known.labels.setdefault(str(other), node)
        return self.known


class Walk:
    """A way through a window: its page at one moment after the other, for less than each by itself."""

    def __init__(self, window: PlaybackWindow) -> None:
        self._events = window.events
        self._begin()

    def _begin(self) -> None:
        self._done, self._at_ms, self._tree = 0, float("-inf"), Tree()

    def tree_at(self, at_ms: float) -> Tree:
        """The page at a time (epoch ms, client's clock), good until the next one is asked for."""
        if at_ms < self._at_ms:
            self._begin()
        self._at_ms = at_ms
        while self._done < len(self._events) and self._events[self._done]["timestamp"] <= at_ms:
            _apply(self._tree, self._events[self._done])
            self._done += 1
        return self._tree


def tree_at(window: PlaybackWindow, at_ms: float) -> Tree:
    """The page that a window showed at a time (epoch ms, client's clock); without a root before its first snapshot."""
    return Walk(window).tree_at(at_ms)


def _apply(tree: Tree, event: Event) -> None:
    data = event["data"]
    if event["type"] == META:
        tree.url, tree.width, tree.height = data["href"], data["width"], data["height"]
    elif event["type"] == FULL_SNAPSHOT:
        tree.nodes, tree.known = {}, None
        tree.root = _plant(tree, data["node"], None, None)
    elif event["type"] == INCREMENTAL_SNAPSHOT:
        if data["source"] == MUTATION:
            tree.known = None
            _mutate(tree, data)
        elif data["source"] == INPUT and data["id"] in tree.nodes:
            tree.nodes[data["id"]].attributes["value"] = data["text"]


def _plant(tree: Tree, raw: dict[str, Any], parent: TreeNode | None, before: TreeNode | None) -> TreeNode | None:
    """Puts a node and what is below it into the tree, at the end of its parent or before one of its children."""
    planted: TreeNode | None = None
    waiting: list[tuple[dict[str, Any], TreeNode | None, TreeNode | None]] = [(raw, parent, before)]
    while waiting and len(tree.nodes) < MAX_NODES:
        raw, parent, before = waiting.pop()
        tag = {0: "#document", 2: raw.get("tagName", "")}.get(raw["type"], "#text")
        node = TreeNode(raw["id"], tag, dict(raw.get("attributes") or {}), raw.get("textContent") or "", parent)
        planted = planted or node
        if raw["type"] in (0, 2, 3):
            tree.nodes[node.id] = node
            if parent is not None:
                parent.insert(node, before)
        waiting += [(child, node, None) for child in reversed(raw.get("childNodes") or ())]
    return planted


def _mutate(tree: Tree, data: dict[str, Any]) -> None:
    for remove in data["removes"]:
        _cut(tree, remove["id"])
    _add(tree, data["adds"])
    for change in data["texts"]:
        if change["id"] in tree.nodes:
            tree.nodes[change["id"]].text = change["value"]
    for change in data["attributes"]:
        node = tree.nodes.get(change["id"])
        if node is not None:
            node.attributes |= {name: value for name, value in change["attributes"].items() if value is not None}
            for name in [name for name, value in change["attributes"].items() if value is None]:
                node.attributes.pop(name, None)


def _add(tree: Tree, adds: list[dict[str, Any]]) -> None:
    """Parents and siblings may be named before they come, or never come."""
    missing: defaultdict[int, list[int]] = defaultdict(list)
    left = dict.fromkeys(range(len(adds)))
    for first in range(len(adds)):
        ready = [first] if first in left else []
        while ready:
            number = ready.pop()
            lacks = next((one for one in _needs(adds[number]) if one not in tree.nodes), None)
            if lacks is not None:
                missing[lacks].append(number)
                continue
            del left[number]
            for came in _put(tree, adds[number]):
                ready += reversed(missing.pop(came, ()))
    for number in left:  # at the end of their parents
        _put(tree, {**adds[number], "nextId": None})


def _needs(add: dict[str, Any]) -> list[int]:
    return [add["parentId"]] if add.get("nextId") is None else [add["parentId"], add["nextId"]]


def _put(tree: Tree, add: dict[str, Any]) -> list[int]:
    """Plants what is added, where it can be, and tells which nodes came."""
    parent, next_id = tree.nodes.get(add["parentId"]), add.get("nextId")
    if parent is None:
        return []
    _cut(tree, add["node"]["id"])
    planted = _plant(tree, add["node"], parent, None if next_id is None else tree.nodes.get(next_id))
    return [] if planted is None else [planted.id, *(node.id for node in planted.below())]


def _cut(tree: Tree, node_id: int) -> None:
    node = tree.nodes.pop(node_id, None)
    if node is None:
        return
    node.leave()
    for below in node.below():
        tree.nodes.pop(below.id, None)


def text_of(node: TreeNode, max_chars: int = 200) -> str:
    """What stands in an element, on one line."""
    if node.tag == "#text":
        return " ".join(node.text.split())[:max_chars]
    parts: list[str] = []
    size = 0
    for below in node.below():
        is_shown = below.tag == "#text" and below.parent is not None and below.parent.tag not in SILENT
        if is_shown and (text := " ".join(below.text.split())):
            parts.append(text)
            size += len(text) + 1
            if size > max_chars:
                break
    return " ".join(parts)[:max_chars]

"""Elements of a page by the keys of the tables, wherever they stand in it.

A key is what survives a redeploy (transforms/causes/controls): `testid=pay`, `button#pay`, `a→/cart`, `button:pay now`,
`button.add`, each also below a landmark or an element with an id: `nav a→/cart`, `div#list button.add`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from replay_signals.transforms.playback.attributes import HREF, TEST_IDS
from replay_signals.transforms.playback.labels import label_of, role_of
from replay_signals.transforms.playback.tree import Tree, TreeNode

_SCOPE = re.compile(r"(?P<tag>[a-z][\w-]*)(?:#(?P<id>\S+))? (?P<own>\S.*)")
_BY_ID = re.compile(r"(?P<tag>[\w-]+)#(?P<id>\S+)")
_LINK = re.compile(r"(?P<tag>[\w-]*)→(?P<target>[^:]*)(?::(?P<name>.*))?")
_CLASSES = re.compile(r"(?P<tag>[\w-]+)(?P<classes>(?:\.[\w-]+)+)")
_NAMED = re.compile(r"(?P<kind>[\w-]+):(?P<name>.+)")
LANDMARKS = frozenset(("nav", "header", "footer", "aside", "main", "form", "section", "dialog", "article", "ul", "ol"))
MAX_FOUND = 200


def nodes_of(tree: Tree, key: str) -> list[TreeNode]:
    """The elements with a key, in document order: several for items of a list, none where the page shows none."""
    for scope, own in _readings(key):
        found = [node for node in _candidates(tree, scope) if _fits(tree, node, own)]
        if found:
            return found[:MAX_FOUND]
    return []


def _readings(key: str) -> Iterator[tuple[tuple[str, str], str]]:
    """A key as what it may mean: with a scope, and whole."""
    found = _SCOPE.fullmatch(key)
    if found and (found["id"] or found["tag"] in LANDMARKS):
        yield (found["tag"], found["id"] or ""), found["own"]
    yield ("", ""), key


def _candidates(tree: Tree, scope: tuple[str, str]) -> Iterator[TreeNode]:
    """Elements in a scope, each once, in document order within it."""
    tag, id_ = scope
    if not tag:
        yield from (node for node in tree.nodes.values() if not node.tag.startswith("#"))
        return
    seen: set[int] = set()
    for around in tree.nodes.values():
        if around.tag == tag and (not id_ or around.attributes.get("id") == id_) and around.id not in seen:
            for node in around.below():
                if node.id not in seen and not node.tag.startswith("#"):
                    yield node
                seen.add(node.id)


def _fits(tree: Tree, node: TreeNode, own: str) -> bool:
    if own.startswith("testid="):
        wanted = own.removeprefix("testid=")
        return any(node.attributes.get(name) == wanted for name in TEST_IDS)
    if found := _BY_ID.fullmatch(own):
        return node.tag == found["tag"] and node.attributes.get("id") == found["id"]
    if found := _LINK.fullmatch(own):
        is_named = not found["name"] or folded(label_of(tree, node)) == found["name"]
        return node.tag == (found["tag"] or "a") and is_named and _points_to(node, found["target"])
    if found := _CLASSES.fullmatch(own):
        classes = str(node.attributes.get("class") or "").split()
        return node.tag == found["tag"] and all(one in classes for one in found["classes"].split(".")[1:])
    if found := _NAMED.fullmatch(own):
        kinds = (node.tag, role_of(node), node.attributes.get("type"))
        return found["kind"] in kinds and folded(label_of(tree, node)) == found["name"]
    return node.tag == own


def _points_to(node: TreeNode, target: str) -> bool:
    try:
        parts = urlsplit(str(node.attributes.get(HREF) or ""))
    except ValueError:
        return False
    path = parts.path.rstrip("/") or "/"
    return target.rstrip("/") in (path, f"{parts.netloc}{path}".rstrip("/"), path.rstrip("/"))


def folded(name: str) -> str:
    """A label as keys have it."""
    return " ".join(re.sub(r"[0-9]+", "N", name).split()).lower()

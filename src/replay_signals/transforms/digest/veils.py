"""Veils: unseen boxes that come after the snapshot whose style sheets lay them over something.

A digest of a message knows the style sheets in that message alone. So a snapshot keeps by which selectors its sheets
lay an unseen box, a mutation by which selectors each new empty box could be meant, both as checksums, and a session
compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from replay_signals.schemas.rrweb import ELEMENT, Node
from replay_signals.transforms.digest.bars import is_pair
from replay_signals.transforms.digest.element_facts import facts_of
from replay_signals.transforms.digest.pointer_marks import BOX_TAGS

MAX_VEILS = 200
"""Selectors of one document."""
MAX_BOXES = 20
"""New empty boxes of one mutation."""
MAX_NAMES = 4
"""Of a box, and of the element around it."""
Checksum = Callable[[bytes], int]


class Box(msgspec.Struct, array_like=True, gc=False):
    """A new empty box, the element that it shares with one other only (0: it has none), and what it may be called."""

    node_id: int
    pair: int
    selectors: list[int]


def checksums(selectors: Iterable[str], checksum: Checksum) -> list[int]:
    """Checksums of selectors as a digest keeps them, 200 at most."""
    return sorted({checksum(selector.encode()) for selector, _ in zip(selectors, range(MAX_VEILS), strict=False)})


def boxes_of(
    nodes: Mapping[int, Node],
    parent_of: Mapping[int, int],
    children: Mapping[int, Sequence[Node]],
    checksum: Checksum,
) -> list[Box]:
    """New empty boxes that share a new element with one other, or were put into what was there before.

    `children`: the new nodes by the id of their parent.
    """
    boxes: list[Box] = []
    for node_id, node in nodes.items():
        parent = parent_of[node_id]
        if node.type != ELEMENT or node.tagName not in BOX_TAGS or node_id in children or node.childNodes:
            continue
        is_paired = parent in nodes and is_pair(children[parent])
        if (is_paired or parent not in nodes) and len(boxes) < MAX_BOXES:
            around = nodes[parent] if is_paired else None
            selectors = checksums(_selectors(node, around), checksum)
            if selectors:
                boxes.append(Box(node_id, parent if is_paired else 0, selectors))
    return boxes


def _selectors(node: Node, around: Node | None) -> Iterator[str]:
    """How rules may call the box: by a name of its own, or by its tag in an element of that name."""
    yield from (f"{name} " for name in _names(node))
    yield from (f"{own} {name}" for name in _names(around) for own in (*_names(node), node.tagName))


def _names(node: Node | None) -> list[str]:
    if node is None:
        return []
    element = facts_of(node)
    own_id = element.attributes.id
    names = [f"#{own_id}"] if isinstance(own_id, str) and own_id else []
    names += [f".{name}" for name in element.classes[:1000].split()]
    return names[:MAX_NAMES]

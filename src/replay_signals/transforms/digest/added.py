"""Nodes that a mutation adds: what a digest keeps of them, and of each the control that it stands in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.bars import is_bar, is_pair
from replay_signals.transforms.digest.controls import MAX_RAW_CHARS, Control, is_closed, text_of
from replay_signals.transforms.digest.element_facts import facts_of
from replay_signals.transforms.digest.kept_controls import control_of
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.digest.message_views import view_says_error
from replay_signals.transforms.digest.snapshot_walk import TextName
from replay_signals.transforms.digest.style_sheets import StyleSheets
from replay_signals.transforms.digest.veils import Box, boxes_of, checksums
from replay_signals.transforms.digest.wireframes import NO_PARENT

MAX_ALERTS = 5
MAX_ALERT_CHARS = 80
MAX_ADDED_CONTROLS = 1000
"""New controls kept of one mutation: rows of a long list come with some controls each."""
MAX_OWNERS = 10_000
"""Nodes, or ranges of them, whose control is kept."""


Children = dict[int, list[rrweb.Node]]
"""New nodes by the id of their parent."""


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of added nodes, in the shapes of `records.Mutation`; `parents`: the older nodes that hold them."""

    parents: Sequence[int] = ()
    controls: list[Control] = []
    owners: list[int] = []
    ids: list[int] = []
    alerts: list[str] = []
    error_view: bool = False
    alert_places: list[int] = []
    bars: list[int] = []
    boxes: list[Box] = []
    veils: list[int] = []


NOTHING_ADDED = Added()


def added_nodes(adds: Iterable[rrweb.Add], masking: Masking) -> Added:
    """What is kept of the nodes of a mutation's `adds`."""
    nodes, parent_of = _flattened(adds)
    masking.add(nodes, parent_of)
    children: Children = {}
    for node_id, parent in parent_of.items():
        children.setdefault(parent, []).append(nodes[node_id])
    controls: dict[int, Control] = {}
    names: dict[int, TextName] = {}
    for node_id, node in nodes.items():
        element = facts_of(node)
        masking.look_at_classes(element.classes)
        if len(controls) == MAX_ADDED_CONTROLS:
            break
        closed = is_closed(node.tagName, node_id in children)
        if node.type == rrweb.ELEMENT and (closed or element.is_kept):
            place = masking.own_place(node_id)
            control = controls[node_id] = control_of(node_id, element, place, masking, closed=closed)
            if not control.name and not control.is_none:
                names[node_id] = TextName(control, place)
    alerts: list[str] = []
    owner_of = _owners(parent_of, controls)
    owned: dict[int, int] = {}
    for node_id, node in nodes.items():
        if node.type == rrweb.TEXT:
            parent = parent_of[node_id]
            name = names.get(_named_owner(node_id, owner_of, controls))
            if name is not None:
                name.add(node.textContent, masking.place(parent))
            _alert(nodes.get(parent), node, alerts, masking)
        elif node.type == rrweb.ELEMENT:
            owned[node_id] = owner_of[node_id]
    for name in names.values():
        name.close(masking)
    for parent in controls.keys() & parent_of.values():
        controls[parent].flags = controls[parent].flags.replace("u", "")  # a layer with something in it is to be seen
    boxes, veils = _layers(nodes, parent_of, children, masking)
    return Added(
        parents=[parent for parent in parent_of.values() if parent not in parent_of],
        controls=list(controls.values()),
        owners=_owner_ranges(owned)[: 3 * MAX_OWNERS],
        ids=ranges(sorted(parent_of)),
        alerts=alerts,
        error_view=view_says_error(nodes, parent_of),
        alert_places=[n for n, node in nodes.items() if node.type == rrweb.ELEMENT and facts_of(node).is_alert],
        bars=_bars(controls, children, parent_of),
        boxes=boxes,
        veils=veils,
    )


def _layers(
    nodes: dict[int, rrweb.Node], parent_of: dict[int, int], children: Children, masking: Masking
) -> tuple[list[Box], list[int]]:
    """New boxes that may be layers, and what new style sheets say of such."""
    sheets = StyleSheets()
    for node_id, node in nodes.items():
        if node.tagName in ("style", "link"):
            sheets.read(node)
        elif node.type == rrweb.TEXT and isinstance(node.textContent, str):
            parent = nodes.get(parent_of[node_id])
            if parent is not None and parent.tagName == "style" and not parent.childNodes:
                sheets.write(node.textContent)
    checksum = masking.policy.checksum
    return boxes_of(nodes, parent_of, children, checksum), checksums(sheets.veils(), checksum)


def _bars(controls: dict[int, Control], children: Children, parent_of: dict[int, int]) -> list[int]:
    """For each of the controls the bar it is a child of, 0 where that is none or was there before."""
    bars = {parent for parent, below in children.items() if parent in parent_of and is_bar(below)}
    pairs = {parent for parent, below in children.items() if parent in parent_of and is_pair(below)}
    around = ((pairs if "u" in control.flags else bars, parent_of[node_id]) for node_id, control in controls.items())
    return [parent if parent in known else 0 for known, parent in around]


def _named_owner(node_id: int, owner_of: dict[int, int], controls: dict[int, Control]) -> int:
    """The control that a text may name: what is kept for its place or its marks alone is passed over."""
    owner = owner_of[node_id]
    for _ in range(len(controls)):
        control = controls.get(owner)
        if control is None or not control.is_none or owner_of[owner] == owner:
            break
        owner = owner_of[owner]
    return owner


def _owners(parent_of: dict[int, int], controls: dict[int, Control]) -> dict[int, int]:
    """The nearest control or known node around each new node; each way up is walked once, however nodes are nested."""
    owner_of: dict[int, int] = {}
    for node_id in parent_of:
        way: list[int] = []
        at = node_id
        while at in parent_of and at not in owner_of:
            way.append(at)
            owner_of[at] = at  # hostile parents may form a circle, which has no outside: it ends here
            at = parent_of[at]
            if at in controls:
                break
        else:
            at = owner_of.get(at, at)
        owner_of.update(dict.fromkeys(way, at))
    return owner_of


def _flattened(adds: Iterable[rrweb.Add]) -> tuple[dict[int, rrweb.Node], dict[int, int]]:
    """All new nodes by id, and the id of the parent of each."""
    parent_of: dict[int, int] = {}
    nodes: dict[int, rrweb.Node] = {}
    for add in adds:
        if add.node is not None:
            _flatten(add.node, NO_PARENT if add.parentId is None else add.parentId, parent_of, nodes)
    return nodes, parent_of


def _flatten(node: rrweb.Node, parent: int, parent_of: dict[int, int], nodes: dict[int, rrweb.Node]) -> None:
    parent_of[node.id] = parent
    nodes[node.id] = node
    for child in node.childNodes:
        _flatten(child, node.id, parent_of, nodes)


def _alert(parent: rrweb.Node | None, node: rrweb.Node, alerts: list[str], masking: Masking) -> None:
    """Texts that appear in an alert: how pages say that something went wrong."""
    if parent is None or len(alerts) == MAX_ALERTS:
        return
    if facts_of(parent).is_alert:
        text = text_of(node.textContent, MAX_RAW_CHARS)
        if text:
            alerts.append(masking.alert(text, masking.place(parent.id), "alert", MAX_ALERT_CHARS))


def ranges(ids: Iterable[int]) -> list[int]:
    """Flat `first, last` pairs of sorted ids."""
    out: list[int] = []
    for node_id in ids:
        if out and node_id <= out[-1] + 1:
            out[-1] = node_id
        else:
            out += (node_id, node_id)
    return out


def _owner_ranges(owner_of: dict[int, int]) -> list[int]:
    out: list[int] = []
    for node_id in sorted(owner_of):
        owner = owner_of[node_id]
        if out and out[-1] == owner and node_id <= out[-2] + 4:
            out[-2] = node_id  # ids between are text nodes, which are never clicked
        else:
            out += (node_id, node_id, owner)
    return out

"""Full snapshots and mutations: from rrweb's document trees to what a digest keeps of them.

Posthog-js compresses `data` of a full snapshot and four fields of a mutation (`cv: "2024-10"`): gzip, each byte one
latin-1 character of a JSON string.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from itertools import islice

import msgspec
from msgspec import Raw

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.bars import is_bar, is_pair
from replay_signals.transforms.digest.canvas_parts import add_parts
from replay_signals.transforms.digest.control_flags import class_bits, is_alert, style_bits
from replay_signals.transforms.digest.controls import MAX_RAW_CHARS, Control, control_of, is_closed, is_kept, text_of
from replay_signals.transforms.digest.headlines import BARE_TEXTS, MAX_LINE_CHARS, say_error
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.digest.message_views import view_says_error
from replay_signals.transforms.digest.own_content import message_of
from replay_signals.transforms.digest.records import FullSnapshot, Mutation, ScreenChange
from replay_signals.transforms.digest.snapshot_walk import (
    BLANK_ELEMENTS,
    MAX_ALERT_PLACES,
    SnapshotWalk,
    TextName,
    control_owners,
    ids_below,
    is_blank,
)
from replay_signals.transforms.digest.style_sheets import StyleSheets
from replay_signals.transforms.digest.veils import Box, boxes_of, checksums
from replay_signals.transforms.digest.wireframes import MAX_VIEWS, NO_PARENT, View, add_views
from replay_signals.transforms.parse.budget import Budget, CompressedEndsEarly

GZIP_WBITS = 31
MAX_ALERTS = 5
MAX_ALERT_CHARS = 80
MAX_TARGETS = 300
"""Distinct changed nodes kept of one mutation; more of them tell no more."""
MAX_ATTRIBUTES = 3000
"""Changed attributes kept of one mutation: ten of each of its nodes."""
ATTRIBUTES_PER_ITEM = 5
"""Changed attributes of a node that cost as much as one thing that is kept; real nodes change one or two at a time."""
MAX_WRITTEN = 200
"""Rules that are looked at of those which a script writes at once."""
MAX_ADDED_CONTROLS = 1000
"""New controls kept of one mutation: rows of a long list come with some controls each."""
STATES = frozenset((b"null", b"true", b"false", b'""', b'"true"', b'"false"'))
"""Values of attributes that say no more than a state."""
MAX_OWNERS = 10_000
"""Nodes, or ranges of them, whose control is kept."""

_text = msgspec.json.Decoder(str)
_json = msgspec.json.Decoder()
_full = msgspec.json.Decoder(rrweb.Full)
_adds = msgspec.json.Decoder(list[rrweb.Add])
_rules = msgspec.json.Decoder(list[rrweb.AddedRule])
_removes = msgspec.json.Decoder(list[rrweb.Remove])
_texts = msgspec.json.Decoder(list[rrweb.TextChange])
_attributes = msgspec.json.Decoder(list[rrweb.AttributeChange])


class InflateError(ValueError):
    """A compressed field that is not gzip, or that breaks off."""


def inflate(raw: Raw, budget: Budget) -> bytes | Raw:
    """The JSON of a field that may be compressed; raises InflateError, and TooLarge when the budget is spent."""
    if bytes(memoryview(raw)[:1]) != b'"':
        return raw
    try:
        return budget.inflated(_text.decode(raw).encode("latin-1"), GZIP_WBITS)[0]
    except (UnicodeEncodeError, CompressedEndsEarly, zlib.error) as error:
        raise InflateError(str(error)) from None


def full_snapshot(raw: Raw, masking: Masking, budget: Budget) -> FullSnapshot:
    """The record of a full snapshot's data; raises TooLarge."""
    full = _full.decode(masking.rules.renamed(inflate(raw, budget)))
    masking.show(full.node)
    if full.node is None and full.wireframes is not None:
        views: list[View] = []
        add_views(full.wireframes, NO_PARENT, views, masking)
        return FullSnapshot(0, 0, [], [], len(views), len(views) >= MAX_VIEWS, False, views)
    walk = SnapshotWalk(masking)
    owners: list[tuple[int, int]] = []
    ids: list[int] = []
    if full.node is not None:
        walk.walk(full.node)
        ids = [*walk.jumps, walk.last]
        if walk.ordered:
            add_parts(full.node, walk.controls)
        else:
            control_owners(full.node, -1, owners)
            walk.truncated = walk.truncated or len(owners) > MAX_OWNERS
            every: list[int] = []
            ids_below(full.node, every)
            ids = ranges(sorted(every))
    root_id = full.node.id if full.node is not None else 0
    error_page = full.node is not None and _is_error_page(full.node, walk)
    ids = ids[: 2 * MAX_TARGETS]
    count, alerts = walk.element_count, walk.alerts
    blank = full.node is not None and count <= BLANK_ELEMENTS and is_blank(full.node)
    bars = [walk.bars.get(control.first, 0) for control in walk.controls]
    return FullSnapshot(
        0,
        root_id,
        walk.controls,
        owners[:MAX_OWNERS],
        count,
        walk.truncated,
        error_page,
        None,
        ids,
        alerts,
        blank,
        bars,
        walk.titles,
        walk.veils(masking.policy.checksum),
    )


def _is_error_page(root: rrweb.Node, walk: SnapshotWalk) -> bool:
    """Does the page say that it is missing or broken: in its headlines, or in all it says where it has none?"""
    said = say_error(walk.title, walk.headings, walk.element_count)
    if walk.headings and not said:
        return False
    message = message_of(root)
    if message is None or said:
        return message is not None
    lines = message if len(message) <= BARE_TEXTS else ()
    return any(say_error("", [line[:MAX_LINE_CHARS].strip()], walk.element_count) for line in lines)


def mutation(data: rrweb.Incremental, masking: Masking, budget: Budget) -> Mutation:
    """The record of a mutation's data."""
    parents: dict[int, None] = {}
    controls: list[Control] = []
    owners: list[int] = []
    added: list[int] = []
    alerts: list[str] = []
    error_view, alert_places, bars = False, list[int](), list[int]()
    boxes, veils = list[Box](), list[int]()
    adds = _adds.decode(masking.rules.renamed(_added_text(data.adds, budget))) if data.adds else []
    views: list[View] = []
    for add in (*adds, *(_adds.decode(data.updates) if data.updates else ())):
        if add.wireframe is not None:
            add_views([add.wireframe], NO_PARENT if add.parentId is None else add.parentId, views, masking)
    if adds:
        nodes, parent_of = _flattened(adds)
        controls, owners, added, alerts, error_view, alert_places, bars = _added(nodes, parent_of, parents, masking)
        boxes, veils = _layers(nodes, parent_of, masking)
    bare = bool(data.removes) and not data.texts and not data.attributes  # web recorders always send all four
    screen = ScreenChange(views, []) if views or data.updates or bare else None
    removed: list[int] = []
    if data.removes:
        removes = _removes.decode(inflate(data.removes, budget))
        gone = {remove.id for remove in removes}
        over = (remove.parentId for remove in removes if remove.parentId not in gone)
        parents.update((parent, None) for parent in over if parent is not None)
        removed = ranges(sorted(gone))
        if screen is not None:
            screen.removed = list(gone)
    texts = [change.id for change in _texts.decode(inflate(data.texts, budget))] if data.texts else []
    attribute_nodes, attribute_names, attribute_hashes = _changed_attributes(data.attributes, masking, budget)
    return Mutation(
        0,
        list(parents)[:MAX_TARGETS],
        texts[:MAX_TARGETS],
        attribute_nodes,
        attribute_names,
        attribute_hashes,
        controls,
        owners,
        removed[: 2 * MAX_TARGETS],
        added[: 2 * MAX_TARGETS],
        alerts,
        screen,
        error_view,
        alert_places,
        bars,
        boxes,
        veils,
    )


def _added_text(raw: Raw, budget: Budget) -> bytes | Raw:
    """Spent twice: a tree has to be made of it again, which takes as long as the decoder and half as much memory."""
    text = inflate(raw, budget)
    budget.spend(bytes(text))
    return text


def _changed_attributes(raw: Raw, masking: Masking, budget: Budget) -> tuple[list[int], list[str], list[int]]:
    """Node ids, names and value hashes of changed attributes."""
    nodes: list[int] = []
    names: list[str] = []
    hashes: list[int] = []
    for change in _attributes.decode(inflate(raw, budget))[:MAX_TARGETS] if raw else ():
        budget.keep(len(change.attributes) // ATTRIBUTES_PER_ITEM)
        masking.change(change.attributes)
        for name, value in islice(change.attributes.items(), MAX_ATTRIBUTES - len(names)):
            nodes.append(change.id)
            names.append(masking.word(name, "attribute_name", 32))
            hashes.append(_value_hash(name, value, masking))
    return nodes, names, hashes


def _value_hash(name: str, value: Raw, masking: Masking) -> int:
    """16 bits: of words that stand for a state those that detectors know, of all others keyed ones."""
    text = bytes(value)
    told = (zlib.crc32(text) if text in STATES else masking.policy.checksum(text)) & 0xFFFF
    if name == "class":
        return told | class_bits(_json.decode(value))
    return told | style_bits(_json.decode(value)) if name == "style" else told


def _added(
    nodes: dict[int, rrweb.Node], parent_of: dict[int, int], parents: dict[int, None], masking: Masking
) -> tuple[list[Control], list[int], list[int], list[str], bool, list[int], list[int]]:
    masking.add(nodes, parent_of)
    filled = set(parent_of.values())
    controls: dict[int, Control] = {}
    names: dict[int, TextName] = {}
    for node_id, node in nodes.items():
        masking.look_at_classes(node.attributes.class_)
        if len(controls) == MAX_ADDED_CONTROLS:
            break
        closed = is_closed(node.tagName, node_id in filled)
        if node.type == rrweb.ELEMENT and (closed or is_kept(node.tagName, node.attributes)):
            place = masking.own_place(node_id)
            control = controls[node_id] = control_of(
                node_id, node.tagName, node.attributes, place, masking, closed=closed
            )
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
    parents.update((parent, None) for parent in parent_of.values() if parent not in parent_of)
    owners = _owner_ranges(owned)[: 3 * MAX_OWNERS]
    places = [n for n, node in nodes.items() if node.type == rrweb.ELEMENT and is_alert(node.attributes)]
    error_view = view_says_error(nodes, parent_of)
    added = ranges(sorted(parent_of))
    bars = _bars(controls, nodes, parent_of)
    return list(controls.values()), owners, added, alerts, error_view, places[:MAX_ALERT_PLACES], bars


def _layers(nodes: dict[int, rrweb.Node], parent_of: dict[int, int], masking: Masking) -> tuple[list[Box], list[int]]:
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
    return boxes_of(nodes, parent_of, checksum), checksums(sheets.veils(), checksum)


def added_rules(raw: Raw, masking: Masking, budget: Budget) -> list[int]:
    """By which selectors the rules that a script writes lay an unseen box; none where they cannot be read."""
    sheets = StyleSheets()
    try:
        added = _rules.decode(inflate(raw, budget)) if raw else []
    except (msgspec.DecodeError, InflateError):
        return []
    for one in added[:MAX_WRITTEN]:
        sheets.write(one.rule)
    return checksums(sheets.veils(), masking.policy.checksum)


def _bars(controls: dict[int, Control], nodes: dict[int, rrweb.Node], parent_of: dict[int, int]) -> list[int]:
    """For each of the controls the bar it is a child of, 0 where that is none or was there before."""
    children: dict[int, list[rrweb.Node]] = {}
    for node_id, parent in parent_of.items():
        if parent in nodes:
            children.setdefault(parent, []).append(nodes[node_id])
    bars = {parent for parent, below in children.items() if is_bar(below)}
    pairs = {parent for parent, below in children.items() if is_pair(below)}
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


def _flattened(adds: list[rrweb.Add]) -> tuple[dict[int, rrweb.Node], dict[int, int]]:
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
    if is_alert(parent.attributes):
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

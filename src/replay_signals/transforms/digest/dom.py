"""Full snapshots and mutations: from rrweb's document trees to what a digest keeps of them.

Posthog-js compresses `data` of a full snapshot and four fields of a mutation (`cv: "2024-10"`): gzip, each byte one
latin-1 character of a JSON string.
"""

from __future__ import annotations

import zlib
from itertools import islice

import msgspec
from msgspec import Raw

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest.added import MAX_OWNERS, NOTHING_ADDED, added_nodes, ranges
from replay_signals.transforms.digest.canvas_parts import add_parts
from replay_signals.transforms.digest.control_flags import class_bits, style_bits
from replay_signals.transforms.digest.headlines import BARE_TEXTS, MAX_LINE_CHARS, say_error
from replay_signals.transforms.digest.masking import Masking
from replay_signals.transforms.digest.own_content import message_of
from replay_signals.transforms.digest.records import FullSnapshot, Mutation, ScreenChange
from replay_signals.transforms.digest.snapshot_walk import (
    BLANK_ELEMENTS,
    MAX_ALERT_PLACES,
    SnapshotWalk,
    control_owners,
    ids_below,
    is_blank,
)
from replay_signals.transforms.digest.style_sheets import StyleSheets
from replay_signals.transforms.digest.veils import checksums
from replay_signals.transforms.digest.wireframes import MAX_VIEWS, NO_PARENT, View, add_views
from replay_signals.transforms.parse.budget import Budget, CompressedEndsEarly

GZIP_WBITS = 31
MAX_TARGETS = 300
"""Distinct changed nodes kept of one mutation; more of them tell no more."""
MAX_ATTRIBUTES = 3000
"""Changed attributes kept of one mutation: ten of each of its nodes."""
ATTRIBUTES_PER_ITEM = 5
"""Changed attributes of a node that cost as much as one thing that is kept; real nodes change one or two at a time."""
MAX_WRITTEN = 200
"""Rules that are looked at of those which a script writes at once."""
STATES = frozenset((b"null", b"true", b"false", b'""', b'"true"', b'"false"'))
"""Values of attributes that say no more than a state."""

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
            control_owners(full.node, -1, {control.first for control in walk.controls}, owners)
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
    adds = _adds.decode(masking.rules.renamed(_added_text(data.adds, budget))) if data.adds else []
    views: list[View] = []
    for add in (*adds, *(_adds.decode(data.updates) if data.updates else ())):
        if add.wireframe is not None:
            add_views([add.wireframe], NO_PARENT if add.parentId is None else add.parentId, views, masking)
    added = added_nodes(adds, masking) if adds else NOTHING_ADDED
    parents = dict.fromkeys(added.parents)
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
        added.controls,
        added.owners,
        removed[: 2 * MAX_TARGETS],
        added.ids[: 2 * MAX_TARGETS],
        added.alerts,
        screen,
        added.error_view,
        added.alert_places[:MAX_ALERT_PLACES],
        added.bars,
        added.boxes,
        added.veils,
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

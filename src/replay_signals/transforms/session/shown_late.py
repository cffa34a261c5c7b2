"""What only a checkout shows: recorders drop a change that is too large to be sent, and take a snapshot instead."""

from __future__ import annotations

from collections.abc import Iterator

from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.dom import MAX_TARGETS
from replay_signals.transforms.session.document import SAME_CONTROLS
from replay_signals.transforms.session.spans import in_ranges, pairs, spans
from replay_signals.transforms.session.timeline import Page


def shown_late(page: Page) -> Iterator[tuple[float, list[int]]]:
    """Times of the page's later snapshots, and nodes of controls in them that nothing had told of."""
    before: records.FullSnapshot | None = None
    added: list[tuple[int, int]] = []
    for t, record in page.of(records.FullSnapshot, records.Mutation):
        if isinstance(record, records.Mutation):
            added += pairs(record.added)
            continue
        if before is not None and _is_whole(before) and _is_whole(record) and _goes_on(before, record):
            told = [bound for pair in spans(added) for bound in pair]
            fresh = (c.first for c in record.controls if not in_ranges(before.ids or [], c.first))
            if found := [node_id for node_id in fresh if not in_ranges(told, node_id)]:
                yield t, found
        before, added = record, []


def _is_whole(snapshot: records.FullSnapshot) -> bool:
    return not snapshot.is_native and snapshot.ids is not None and len(snapshot.ids) < 2 * MAX_TARGETS


def _goes_on(before: records.FullSnapshot, snapshot: records.FullSnapshot) -> bool:
    """Do most of the controls have the ids they had? A recorder that starts again may number them anew."""
    there = {c.first: c.tag for c in snapshot.controls}
    return sum(there.get(c.first) == c.tag for c in before.controls) >= SAME_CONTROLS * len(before.controls)

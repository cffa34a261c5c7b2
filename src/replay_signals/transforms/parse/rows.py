"""Rows: what the arrays of events in a list are: batches of one recording, its windows, or recordings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Raw

from replay_signals.schemas.wire import EventHead
from replay_signals.transforms.parse.json_text import MALFORMED, decode, first_items, flaw
from replay_signals.transforms.parse.shapes import (
    Owner,
    fields_of,
    first,
    head_of,
    is_event,
    items_of,
    owner_of,
    text_in,
)
from replay_signals.transforms.parse.values import number_within

APART_MS = 30 * 60 * 1000
"""Who was away this long begins another session: PostHog's recorder and web analytics count so, too."""

_VALUE = msgspec.json.Decoder(Any)
_STARTS = frozenset({0, 1, 2, 4})  # rrweb's types of events that a page begins with
_EPOCH_MS = (1e11, 1e14)
_NOTHING = b"[]"


def are_windows(rows: Sequence[Raw]) -> bool:
    """Whether rows of events are windows and not batches: each begins with a page, and they overlap in time."""
    spans = []
    for row in rows:
        items = items_of(row)
        heads = [head_of(items[0]), head_of(items[-1])] if items else []
        times = [_number(head.timestamp) for head in heads if head is not None]
        if len(times) < 2 or heads[0] is None or not _begins(heads[0]):
            return False
        spans.append((times[0], times[1]))
    return any(start < end for (_, end), (start, _) in pairwise(sorted(spans)))


def rows_in(items: Sequence[Raw]) -> list[Raw | bytes]:
    """The list of events in each item of a list; none where the first has none."""
    return [row_in(item) for item in items] if items and row_in(items[0]) != _NOTHING else []


def row_in(item: Raw) -> Raw | bytes:
    """The events in an item of a list: the item itself, or an array in a wrapper that names no session; else none."""
    if first(item) == b"[":
        return item
    fields = fields_of(item)
    if not fields or is_event(fields) or owner_of(fields, Owner()).session_id:
        return _NOTHING
    return next((row for row in map(_array_in, fields.values()) if any(map(head_of, first_items(row, 1)))), _NOTHING)


def _array_in(value: Raw) -> Raw | bytes:
    if first(value) == b'"':
        text = (text_in(value) or "").strip().encode()
        return text if first(text) == b"[" and flaw(text) is None else _NOTHING
    return value if first(value) == b"[" else _NOTHING


def visits_of(rows: Sequence[Raw | bytes]) -> list[int]:
    """For each row the number of its visit, from 1 in order of time: one that begins with a page long after all before
    it is another visit of the page, recorded by itself.

    Rows without a time in epoch ms belong to the first.
    """
    heads = [head_of(items[0]) if (items := first_items(row, 1)) else None for row in rows]
    times = [_number(head.timestamp) if head is not None else 0.0 for head in heads]
    in_order = sorted((t, i) for i, t in enumerate(times) if _EPOCH_MS[0] <= t <= _EPOCH_MS[1])
    visits = [1] * len(rows)
    visit = 1
    for (before, last), (t, i) in pairwise(in_order):
        head = heads[i]
        if t - before >= APART_MS and head is not None and _begins(head):
            visit += t - _last_ms(rows[last]) >= APART_MS
        visits[i] = visit
    return visits


def _last_ms(row: Raw | bytes) -> float:
    head = head_of(items_of(row)[-1])
    return _number(head.timestamp) if head is not None else 0.0


def _begins(head: EventHead) -> bool:
    """Is it an event that a page begins with?"""
    return _number(head.type) in _STARTS


def _number(value: Raw) -> float:
    try:
        found = decode(_VALUE, value)
    except MALFORMED:
        return 0.0
    return float(number_within(found, 1e300) or 0.0)

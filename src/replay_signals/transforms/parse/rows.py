"""Rows: what the arrays in an array of arrays of events are: batches of one recording, its windows, or recordings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Raw

from replay_signals.schemas.wire import EventHead
from replay_signals.transforms.parse.json_text import MALFORMED, decode, first_items
from replay_signals.transforms.parse.shapes import head_of, items_of
from replay_signals.transforms.parse.values import number_within

APART_MS = 30 * 60 * 1000
"""Who was away this long begins another session: PostHog's recorder and web analytics count so, too."""

_VALUE = msgspec.json.Decoder(Any)
_STARTS = frozenset({0, 1, 2, 4})  # rrweb's types of events that a page begins with
_EPOCH_MS = (1e11, 1e14)


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


def visits_of(rows: Sequence[Raw]) -> list[int]:
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


def _last_ms(row: Raw) -> float:
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

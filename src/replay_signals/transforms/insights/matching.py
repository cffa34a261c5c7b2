"""Unordered funnels where one row may be several steps: which rows are taken for which steps."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Hit(NamedTuple):
    """A row of a visitor: when [µs], the steps that it may be, its place among all rows, of which group."""

    at_us: int
    steps: frozenset[int]
    place: int
    group: str | None


def furthest(hits: Sequence[Hit], within_us: int) -> tuple[int, list[int], str | None]:
    """Most steps taken within the window of any row, places of the rows taken in order, and the group of the first.

    Rows are in order; each is one step at most. Of equal ways the earliest counts.
    """
    every = len(frozenset[int]().union(*(hit.steps for hit in hits)))
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    for at, hit in enumerate(hits):
        alike[hit.steps].append(at)
    best: tuple[int, list[int], str | None] = (0, [], None)
    for began, first in enumerate(hits):
        taken: dict[int, int] = {}
        for at in _soonest(alike.values(), began, every):
            if hits[at].at_us <= first.at_us + within_us:
                _take(at, hits, taken, set())
        if len(taken) > best[0]:
            best = len(taken), [hits[at].place for at in sorted(taken.values())], first.group
        if best[0] == every:
            break
    return best


def _soonest(alike: Iterable[list[int]], began: int, count: int) -> list[int]:
    """The first rows of each sort from a row on, in order: of one sort no more are taken than there are steps."""
    found = []
    for rows in alike:
        start = bisect_left(rows, began)
        found += rows[start : start + count]
    return sorted(found)


def _take(row: int, hits: Sequence[Hit], taken: dict[int, int], tried: set[int]) -> bool:
    """Kuhn's search for an augmenting path: a row takes a step, whose row takes another one if need be."""
    for step in sorted(hits[row].steps - tried):
        tried.add(step)
        if step not in taken or _take(taken[step], hits, taken, tried):
            taken[step] = row
            return True
    return False

"""Spans of time, and flat `first, last` ranges of node ids, as records hold them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeVar

N = TypeVar("N", int, float)


def spans(points: Iterable[tuple[N, N]]) -> list[tuple[N, N]]:
    """Sorted, disjoint spans."""
    merged: list[tuple[N, N]] = []
    for start, end in sorted(points):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def pairs(flat: Sequence[int]) -> list[tuple[int, int]]:
    """`first, last` pairs of flat ranges."""
    return list(zip(flat[::2], flat[1::2], strict=True))


def covered(pair: tuple[int, int], ranges: list[tuple[int, int]]) -> bool:
    """Does one of the ranges hold the whole of the pair's?"""
    return any(first <= pair[0] and pair[1] <= last for first, last in ranges)


def count_in(flat: Sequence[int]) -> int:
    """How many ids flat ranges hold."""
    return sum(last - first + 1 for first, last in pairs(flat))


def in_ranges(ranges: Sequence[int], node_id: int) -> bool:
    """Is the id in one of the flat, sorted `first, last` ranges?"""
    i = bisect_right(ranges, node_id)
    return i % 2 == 1 or (i > 0 and ranges[i - 1] == node_id)

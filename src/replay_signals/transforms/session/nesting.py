"""Nesting: which control of a snapshot holds a node, by the ranges of their ids."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.spans import in_ranges


class Nesting:
    """Controls of one full snapshot, by id ranges that nest; `ids` are empty where not all are known."""

    def __init__(
        self, t: float, controls: list[Control], owners: list[tuple[int, int]], ids: Sequence[int] = ()
    ) -> None:
        self.t, self._ids = t, ids
        self.controls = sorted(controls, key=attrgetter("first"))
        self._owners: dict[int, int] = dict(owners)
        self.firsts = [c.first for c in self.controls]
        self.lasts = [c.last for c in self.controls]
        self.outer = [self._at(self._owners.get(first)) for first in self.firsts] if owners else self._nested()

    def _nested(self) -> list[int]:
        """For each control the index of the one around it, by their ranges; -1 where there is none."""
        outer: list[int] = []
        open_: list[int] = []
        for i, first in enumerate(self.firsts):
            while open_ and self.lasts[open_[-1]] < first:
                open_.pop()
            outer.append(open_[-1] if open_ else -1)
            open_.append(i)
        return outer

    def _at(self, node_id: int | None) -> int:
        """Index of the control that the node itself is; -1 where it is none."""
        i = -1 if node_id is None else bisect_right(self.firsts, node_id) - 1
        return i if i >= 0 and self.firsts[i] == node_id else -1

    @property
    def shape(self) -> tuple[object, ...]:
        """What `find` looks at: checkouts of one document have the same."""
        return tuple(self.firsts), tuple(self.lasts), tuple(self._owners.items()), tuple(self._ids)

    def holds(self, node_id: int) -> bool:
        """Was the node there? The range of a control may hold the id of one that was gone by then."""
        return not self._ids or in_ranges(self._ids, node_id)

    def lists(self, node_id: int | None) -> bool:
        """Is the node known to have been there?"""
        return node_id is not None and bool(self._ids) and in_ranges(self._ids, node_id)

    def find(self, node_id: int) -> int:
        """Index of the innermost control that holds the node; -1 when none does."""
        if self._owners:
            i = self._at(node_id)
            return i if i >= 0 else self._at(self._owners.get(node_id))
        i = bisect_right(self.firsts, node_id) - 1
        while i >= 0 and self.lasts[i] < node_id:
            i = self.outer[i]
        return i

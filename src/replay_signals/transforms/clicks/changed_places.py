"""Changed places: which of them change together, and when their nodes came."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter

from replay_signals.transforms.session.effects import Effect, Target
from replay_signals.transforms.session.spans import in_ranges
from replay_signals.transforms.session.timeline import Page


class Came:
    """When nodes came: with the page, or later."""

    def __init__(self, page: Page) -> None:
        self._start_ms = page.start_ms
        self._added: list[Effect] = []

    def add(self, effect: Effect) -> None:
        """Takes the next effect in order of time."""
        if effect.added:
            self._added.append(effect)

    def with_node(self, node_id: int, since_ms: float, t: float) -> Effect | None:
        """What the node came with, the last time from `since_ms` to before t, if it came then."""
        start, end = (bisect_left(self._added, at, key=attrgetter("t")) for at in (since_ms, t))
        return next((e for e in reversed(self._added[start:end]) if in_ranges(e.added, node_id)), None)

    def before(self, node_id: int, t: float) -> float:
        """When the node came, the last time before t."""
        came = self.with_node(node_id, self._start_ms, t)
        return self._start_ms if came is None else came.t


class Links:
    """Union-find of places that change together."""

    def __init__(self) -> None:
        self._parent: dict[Target, Target] = {}

    def root(self, target: Target) -> Target:
        """The place that stands for all that change with this one."""
        while (parent := self._parent.get(target, target)) != target:
            self._parent[target] = self._parent.get(parent, parent)
            target = parent
        return target

    def join(self, a: Target, b: Target) -> None:
        """These two changed together."""
        first, second = self.root(a), self.root(b)
        if first != second:
            self._parent[second] = first

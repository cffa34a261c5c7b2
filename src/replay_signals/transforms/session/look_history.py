"""What each part of a native screen looked like, look by look."""

from __future__ import annotations

from bisect import bisect_right

from replay_signals.transforms.digest.wireframes import View
from replay_signals.transforms.session.shots import Shots, Target

BEFORE_MS = 0.002
"""What views were in a view is noted this long before a look at which they differ."""


class LookHistory:
    """Values of views, of the views in a view, of words and of pictures, each from when a look showed it.

    `before`: that of the page before, which goes on.
    """

    def __init__(self, before: LookHistory | None = None) -> None:
        self.shots: Shots = Shots() if before is None else before.shots
        self._history: dict[Target, list[tuple[float, int]]] = {} if before is None else before._history

    def same(self, target: Target, before: float, after: float) -> bool:
        """Does it look at the later time as it did right before the earlier one?"""
        if target[0] == "p":
            return self.shots.same(target[1], before, after)
        return self._value(target, before - BEFORE_MS / 2) == self._value(target, after)

    def known(self, target: Target, t: float) -> bool:
        """Had it been seen before that time?"""
        return target[0] == "p" or self._value(target, t - BEFORE_MS / 2) is not None

    def first_change(self, target: Target) -> float:
        """When a view first looked different from how it was first seen."""
        return next((t for t, _ in self._history.get(target, [])[1:]), float("inf"))

    def rewritten(self, target: Target, t: float) -> bool:
        """Did other words come into a view at that look? Fingers light views up, and write nothing."""
        if target[0] != "v":
            return False
        words = ("n", target[1], "")
        before, after = self._value(words, t - BEFORE_MS / 2), self._value(words, t)
        return None not in (before, after) and before != after

    def changed_before(self, target: Target, t: float) -> float | None:
        """When it got the look that it had right before `t`; None where that was its first, or is not known."""
        if target[0] == "p":
            return self.shots.changed_before(target[1], t)
        values = self._history.get(target, [])
        i = bisect_right(values, t - BEFORE_MS / 2, key=lambda at: at[0])
        return values[i - 1][0] if i > 1 else None

    def _value(self, target: Target, t: float) -> int | None:
        values = self._history.get(target, [])
        i = bisect_right(values, t, key=lambda at: at[0])
        return values[i - 1][1] if i else None

    def _note_view(self, t: float, view: View) -> None:
        self._note(t, ("v", view.view_id, ""), view.state)
        self._note(t, ("n", view.view_id, ""), hash(view.name))
        self.shots.see(t, view)

    def _note(self, t: float, target: Target, value: int) -> None:
        values = self._history.setdefault(target, [])
        if not values or values[-1][1] != value:
            values.append((t, value))

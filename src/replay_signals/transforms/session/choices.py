"""Choices: views of one kind that stand in a row, as tabs, chips and sizes do, of which one is chosen already."""

from __future__ import annotations

from typing import NamedTuple

from replay_signals.transforms.digest.wireframes import NO_PARENT
from replay_signals.transforms.session.view_tree import ViewTree

CHOICE_POINTS = 80
"""Tabs and chips are 32 to 80 points high, cards in a grid more."""
MIN_COMPARED = 3
"""Of two views nobody knows which one is unlike the other."""
LEVEL_POINTS = 2
"""Views in one row differ in height by no more than rounding does."""


class Choices(NamedTuple):
    """A row of views of one kind, as tabs and chips are: where it is, and from where to where each of them goes.

    `chosen`: which one has, or lacks, a background unlike the others.
    """

    top: int
    height: int
    spans: tuple[tuple[int, int], ...]
    chosen: int | None

    @property
    def place(self) -> tuple[int, int, tuple[tuple[int, int], ...]]:
        """What the row keeps when another one of it is chosen."""
        return self.top, self.height, self.spans


def row_of(tree: ViewTree, holder: int | None) -> Choices:
    """The row of a view; without spans where it is too high for one."""
    view = tree.views.get(holder or 0)
    if view is None or view.height > CHOICE_POINTS or view.parent == NO_PARENT:
        return Choices(0, 0, (), None)
    level = [
        other
        for other in (tree.views[i] for i in tree.children.get(view.parent, ()))
        if (other.type, other.input_type, other.height) == (view.type, view.input_type, view.height)
        and abs(other.y - view.y) <= LEVEL_POINTS
    ]
    level.sort(key=lambda other: other.x)
    drawn = ["o" in other.flags for other in level]
    chosen = next((n for n, own in enumerate(drawn) if drawn.count(own) == 1 and len(drawn) >= MIN_COMPARED), None)
    return Choices(view.y, view.height, tuple((other.x, other.x + other.width) for other in level), chosen)

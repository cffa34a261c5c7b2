"""Choices: views of one kind that stand in a row, as tabs, chips and sizes do, of which one is chosen already."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from replay_signals.transforms.digest.wireframes import View
from replay_signals.transforms.session.view_tree import ViewTree

CHOICE_POINTS = 80
"""Tabs and chips are 32 to 80 points high, cards in a grid more."""
MIN_COMPARED = 3
"""Of two views nobody knows which one is unlike the other."""
GAP_POINTS = 24
"""Tabs and chips stand side by side; icons in a bar, and buttons that each do something, often stand apart."""
LOWER_EDGE = 0.93
"""Tabs at the lower edge may be recorded as icons that stand apart."""
MIN_SEGMENTS = 2
TRACK_SHARE = 0.8
"""Segments are as wide together as their control, but for gaps of a few points."""
LEVEL_POINTS = 2
"""Views in one row differ in height by no more than rounding does."""


class Choices(NamedTuple):
    """A row of views of one kind, as tabs and chips are: where it is, and from where to where each of them goes.

    `chosen`: which one has, or lacks, a background unlike the others, or lies on a thumb.
    """

    top: int
    height: int
    spans: tuple[tuple[int, int], ...]
    chosen: int | None

    @property
    def place(self) -> tuple[int, int, tuple[tuple[int, int], ...]]:
        """What the row keeps when another one of it is chosen."""
        return self.top, self.height, self.spans


def is_track(level: list[View]) -> bool:
    """Are they as wide as each other, as the segments of a control are?"""
    return len(level) >= MIN_SEGMENTS and max(v.width for v in level) - min(v.width for v in level) <= LEVEL_POINTS


def segments(tree: ViewTree, box: View, view: View) -> list[View]:
    """The texts that fill a box side by side, all as wide as each other, as segments fill their control."""
    level = _level(tree, view)
    fill = sum(v.width for v in level if box.contains(v.x + v.width / 2, v.y + v.height / 2))
    return level if is_track(level) and fill >= TRACK_SHARE * box.width else []


def _level(tree: ViewTree, view: View) -> list[View]:
    """Views of the same kind and height that stand beside it, from left to right."""
    level = [
        other
        for other in (tree.views[i] for i in tree.children.get(view.parent, ()))
        if (other.type, other.input_type, other.height) == (view.type, view.input_type, view.height)
        and abs(other.y - view.y) <= LEVEL_POINTS
    ]
    return sorted(level, key=lambda other: other.x)


def _on_thumb(tree: ViewTree, level: list[View]) -> int | None:
    """Which of the segments lies on a box of its own, a thumb that slides from one to another?"""
    thumbs = [
        (n, box)
        for n, view in enumerate(level)
        if (box := tree.box_of(view)) is not None
        and sum(box.contains(v.x + v.width / 2, v.y + v.height / 2) for v in level) == 1
    ]
    return thumbs[0][0] if len(thumbs) == 1 else None


def row_of(tree: ViewTree, view: View | None) -> Choices:
    """The row of a view; without spans where it is too high for one."""
    if view is None or view.height > CHOICE_POINTS or tree.is_screen(view):
        return Choices(0, 0, (), None)
    level = _level(tree, view)
    is_apart = any(b.x - (a.x + a.width) > GAP_POINTS for a, b in pairwise(level))
    if is_apart and view.y + view.height < LOWER_EDGE * tree.size[1]:
        return Choices(0, 0, (), None)
    drawn = ["o" in other.flags for other in level]
    chosen = next((n for n, own in enumerate(drawn) if drawn.count(own) == 1 and len(drawn) >= MIN_COMPARED), None)
    if chosen is None and is_track(level):
        chosen = _on_thumb(tree, level)
    return Choices(view.y, view.height, tuple((other.x, other.x + other.width) for other in level), chosen)

"""What a finger touched: the view below it, the row, card or button which that is a part of, and what stands beside.

Some apps nest views, others put a rectangle and the text on it beside each other: what is drawn in a box counts as
part of it either way.
"""

from __future__ import annotations

from typing import NamedTuple

from replay_signals.transforms.digest.wireframes import View
from replay_signals.transforms.session.choices import CHOICE_POINTS, Choices, row_of, segments
from replay_signals.transforms.session.view_tree import BOXES, ROW_POINTS, ViewTree

STEPS = 40
"""Sizes are compared in steps of a fortieth of the screen, which devices of several sizes share."""
BUTTON_POINTS = (28, 72)
"""Buttons are 32 to 64 points high."""
ICON_POINTS = 48
"""Icons have up to 24 points in a target of 44 or 48; what is larger shows something."""
ARROW_POINTS, ARROW_SHAPE = 24, 0.75
"""Arrows at the end of a row are 8 x 13 (Apple) to 24 x 24 (Material) points."""
END_POINTS = 40
ROW_WIDTH = 0.6
"""Rows of lists are nearly as wide as the screen, or as a pane of a tablet."""
MIN_TABS = 3
"""Three to five tabs fit a phone (Apple, Material)."""
ROW_SHARE = 0.96
"""What is as wide as the screen is a row or a bar."""
TOP_SHARE = 0.06
"""Bars reach this near to an edge: below them the status bar has 24 dp to 59 points of 850, the home indicator 34."""


class Likeness(NamedTuple):
    """What views of one style have in common: type, and width and height in steps of the screen's."""

    type: str
    width: int
    height: int


class Touched(NamedTuple):
    """What a touch lies on. `holder`: the row, card or box that `view` is a part of, or itself; None for the screen.

    `is_button`: is it a filled box with one text or icon on it? `leaves_app`: do its words say that another program or
    a popup answers, which no recorder sees?
    """

    view: View | None
    holder: View | None
    size: tuple[int, int]
    row: Choices
    is_button: bool
    leaves_app: bool
    is_unseen_icon: bool = False
    """Is it a small image that is not recorded, alone in a box that is not drawn, which makes it large enough?"""
    leads: bool = False
    """Is it a row of a list with an arrow at its end, as others of the list have?"""

    @property
    def is_segment(self) -> bool:
        """Is it one of the words of a control of segments, of which another one lies on the thumb?"""
        return self.row.chosen is not None and self.holder is not None and self.holder.type == "text"

    @property
    def is_icon(self) -> bool:
        """Is it a picture without a word?"""
        return self.view is not None and self.view.type == "image"

    @property
    def likeness(self) -> Likeness | None:
        """What rows of one style have in common; None for inputs, which say what they are."""
        if self.holder is None or self.holder.type == "input":
            return None
        width, height = (
            round(STEPS * own / max(1, of))
            for own, of in zip((self.holder.width, self.holder.height), self.size, strict=True)
        )
        return Likeness(self.holder.type, width, height)


def touched_on(tree: ViewTree, x: float, y: float) -> Touched:
    """What lies at a point of a window as it stands."""
    view = tree.below(x, y)
    holder = _holder(tree, view)
    inner = [] if holder is None else [holder, *tree.inner(holder)]
    leaves = any(view.leaves_app for view in inner)
    unseen = holder is not None and "o" not in holder.flags and _is_unseen_icon(inner[1:])
    arrow = holder is not None and _leads(tree, holder)
    return Touched(view, holder, tree.size, row_of(tree, holder), _is_button(tree, holder), leaves, unseen, arrow)


def _is_unseen_icon(inner: list[View]) -> bool:
    return len(inner) == 1 and "i" in inner[0].flags and max(inner[0].width, inner[0].height) <= ICON_POINTS


def _leads(tree: ViewTree, row: View) -> bool:
    arrow = _arrow(tree, row)
    rows = (tree.views[i] for i in tree.children.get(row.parent, ()) if i != row.view_id)
    alike = (other for other in rows if (other.width, other.height) == (row.width, row.height))
    return arrow is not None and any(_arrow(tree, other) == arrow for other in alike)


def _arrow(tree: ViewTree, row: View) -> int | None:
    """How far from the row's left edge an arrow stands: a narrow picture at an end, or a small one at the right."""
    if row.type not in BOXES or row.height > ROW_POINTS or row.width < ROW_WIDTH * tree.size[0]:
        return None
    inner = [tree.views[i] for i in tree.children.get(row.view_id, ())]
    texts = [v.x + v.width for v in inner if v.type == "text"]
    for view in inner:
        if view.type != "image" or max(view.width, view.height) > ARROW_POINTS:
            continue
        before, behind = view.x - row.x, row.x + row.width - view.x - view.width
        is_narrow = view.width <= ARROW_SHAPE * view.height
        is_last = behind <= END_POINTS and all(right <= view.x - ARROW_POINTS for right in texts)
        if texts and (is_last or (is_narrow and min(before, behind) <= END_POINTS)):
            return before
    return None


def untouched(tree: ViewTree) -> Touched:
    """Nobody knows what lies there."""
    return Touched(None, None, tree.size, row_of(tree, None), is_button=False, leaves_app=False)


def _holder(tree: ViewTree, view: View | None) -> View | None:
    """The view, or what is around a text or image. A small image in a card is a thing of its own, as hearts are."""
    if view is None or tree.is_screen(view):
        return None
    if "o" in view.flags and view.type != "text":
        return view
    if view.type not in ("text", "image"):
        return view
    around = tree.views.get(view.parent)
    if around is None or tree.is_screen(around):
        around = tree.box_of(view)
    if around is None or _is_bar(tree, around, view) or _is_segment(tree, around, view):
        return view
    is_part = view.type == "text" or around.height <= ROW_POINTS or view.height > CHOICE_POINTS
    return around if is_part else view


def _is_segment(tree: ViewTree, box: View, view: View) -> bool:
    """Is it one of the words of a control of segments, on its track or on the thumb that lies below the chosen one?"""
    if view.type != "text":
        return False
    if segments(tree, box, view):
        return True
    around = (v for v in (tree.views[i] for i in tree.children.get(view.parent, ())) if v is not box)
    tracks = [v for v in around if v.type in BOXES and "o" in v.flags and v.height <= ROW_POINTS]
    return any(track.contains(*_middle(box)) and segments(tree, track, view) for track in tracks)


def _middle(view: View) -> tuple[float, float]:
    return view.x + view.width / 2, view.y + view.height / 2


def _is_bar(tree: ViewTree, box: View, view: View) -> bool:
    """Is it a bar at the upper or lower edge, on which a heading or tabs stand? Some are narrower than the screen."""
    width, height = tree.size
    at_edge = box.y <= TOP_SHARE * height or box.y + box.height >= (1 - TOP_SHARE) * height
    return at_edge and (box.width >= ROW_SHARE * width or len(row_of(tree, view).spans) >= MIN_TABS)


def _is_button(tree: ViewTree, holder: View | None) -> bool:
    if holder is None or holder.type not in BOXES or "o" not in holder.flags:
        return False
    low, high = BUTTON_POINTS
    if not low <= holder.height <= high or not low <= holder.width < ROW_SHARE * tree.size[0]:
        return False
    inner = tree.inner(holder)
    return len(inner) == 1 and inner[0].type in ("text", "image")

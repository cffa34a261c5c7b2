"""View trees: the views of one window of a native app as they stand, and which of them a point lies on."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import msgspec

from replay_signals.transforms.digest.wireframes import FULL_WIDTH, NO_PARENT, View

_PASSED_THROUGH = frozenset(("div", ""))
BOXES = frozenset(("div", "rectangle", ""))
"""Views that may be drawn around others."""
ROW_POINTS = 100
"""A row or a tab is no higher; an image in it is a part of it."""
FEW_VIEWS = 8
"""A button or row holds no more."""
SCREEN_SHARE = 0.6
"""Of the window's area: what covers more of it is no control."""


class ViewTree:
    """The views of one window as they stand."""

    __slots__ = ("children", "root", "told", "views")

    def __init__(self, views: list[View], told: tuple[int, int] = (0, 0)) -> None:
        """`told`: width and height that the recorder named for the window, in points."""
        self.told = told
        tops = [view for view in views if view.parent == NO_PARENT]
        self.root = tops[0].view_id if len(tops) == 1 else NO_PARENT
        self.views: dict[int, View] = {}
        self.children: dict[int, list[int]] = {}
        for view in views:
            self.put(view)

    def put(self, view: View) -> None:
        """Adds a view above its siblings, or changes it where it is."""
        old = self.views.get(view.view_id)
        if old is not None and old.parent != view.parent and view.parent not in self.views:
            view = msgspec.structs.replace(view, parent=old.parent)  # updates of a root name no parent
        if old is None or old.parent != view.parent:
            if old is not None:
                self._unlink(old)
            self.children.setdefault(view.parent, []).append(view.view_id)
        self.views[view.view_id] = view

    def remove(self, gone: Iterable[int]) -> list[int]:
        """Takes views out, with what is below them; parents that lost a view and stay."""
        parents = []
        for view_id in gone:
            view = self.views.get(view_id)
            if view is None:
                continue
            self._unlink(view)
            parents.append(view.parent)
            below = [view_id]
            while below:
                one = below.pop()
                self.views.pop(one, None)
                below += self.children.pop(one, [])
        return [parent for parent in parents if parent in self.views or parent == NO_PARENT]

    def changing(self, views: Iterable[View], gone: Iterable[int]) -> set[int]:
        """Views that get others into them, or lose some, by a change."""
        losing = {self.views[view_id].parent for view_id in gone if view_id in self.views}
        return losing | {view.parent for view in views if view.view_id not in self.views}

    def _unlink(self, view: View) -> None:
        siblings = self.children.get(view.parent, [])
        if view.view_id in siblings:
            siblings.remove(view.view_id)

    def knows(self, views: list[View], gone: list[int]) -> bool:
        """Does a change belong to this window? New views that name no parent may lie beside a window's others."""
        if any(i in self.views for i in gone):
            return True
        lists = self.root == NO_PARENT
        return any(
            v.view_id in self.views or v.parent in self.views or (lists and v.parent == NO_PARENT) for v in views
        )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the window in points."""
        root = self.views.get(self.root)
        if root is not None and root.width < FULL_WIDTH:
            return root.width, root.height
        views = [view for view in self.views.values() if view.width < FULL_WIDTH]
        sides = max((v.x + v.width for v in views), default=0), max((v.y + v.height for v in views), default=0)
        return sides if 0 in self.told else self.told

    def turned(self, later: ViewTree) -> bool:
        """Do the sides of the window change places in the later look?"""
        old, new = self.views.get(self.root), later.views.get(later.root)
        if old is None or new is None or FULL_WIDTH in (old.width, new.width):
            return False
        return (old.width > old.height) != (new.width > new.height) and old.width != new.width

    def is_screen(self, view: View) -> bool:
        """Is it what everything else lies on?"""
        if view.view_id == self.root or view.type == "screenshot":
            return True
        width, height = self.size
        return view.parent == NO_PARENT and view.width * view.height >= SCREEN_SHARE * width * height

    def box_of(self, view: View) -> View | None:
        """The row, button or field that a view lies on, without being in it: one drawn before it, beside it."""
        beside = self.children.get(view.parent, [])
        place = beside.index(view.view_id) if view.view_id in beside else 0
        x, y = view.x + view.width / 2, view.y + view.height / 2
        for other in (self.views[i] for i in reversed(beside[:place])):
            is_box = other.type == "input" or (other.type in BOXES and "o" in other.flags)
            if is_box and other.height <= ROW_POINTS and other.contains(x, y):
                return other
        return None

    def inner(self, box: View) -> list[View]:
        """The first few views that lie in a box, or later on it."""
        within = [self.views[i] for i in self.children.get(box.view_id, ())[:FEW_VIEWS]]
        beside = self.children.get(box.parent, [])
        later = (self.views[i] for i in beside[beside.index(box.view_id) + 1 :])
        on_it = (v for v in later if box.contains(v.x + v.width / 2, v.y + v.height / 2))
        return [*within, *islice(on_it, FEW_VIEWS)]

    def children_state(self, view_id: int) -> int:
        """Identity of the set of views in a view."""
        return hash(tuple(sorted(self.children.get(view_id, []))))

    def below(self, x: float, y: float) -> View | None:
        """The input that a tap on this place addresses, else the topmost view there."""
        top = self._top(NO_PARENT, x, y, 0)
        box = self.box_of(top) if top is not None and top.type == "text" else None
        if box is not None and box.type == "input":
            return box
        view = top
        for _ in range(200):
            if view is None:
                return top
            if view.type in ("input", "web_view"):
                return view
            view = self.views.get(view.parent)
        return top

    def _top(self, parent: int, x: float, y: float, depth: int) -> View | None:
        """The view that takes the touch: later siblings lie above, children do not reach beyond their parents."""
        if depth > 200:
            return None
        for view_id in reversed(self.children.get(parent, ())):
            view = self.views[view_id]
            if not view.contains(x, y):
                continue
            found = self._top(view_id, x, y, depth + 1)
            if found is not None:
                return found
            if view.type not in _PASSED_THROUGH or "o" in view.flags or self.children.get(view_id):
                return view
        return None

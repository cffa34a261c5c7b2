"""View trees: the views of one window of a native app as they stand, and which of them a point lies on."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from replay_signals.transforms.digest.wireframes import FULL_WIDTH, NO_PARENT, View

_PASSED_THROUGH = frozenset(("div", ""))


class ViewTree:
    """The views of one window as they stand."""

    __slots__ = ("children", "root", "views")

    def __init__(self, views: list[View]) -> None:
        self.root = views[0].view_id if views else 0
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
        return [parent for parent in parents if parent in self.views]

    def changing(self, views: Iterable[View], gone: Iterable[int]) -> set[int]:
        """Views that get others into them, or lose some, by a change."""
        losing = {self.views[view_id].parent for view_id in gone if view_id in self.views}
        return losing | {view.parent for view in views if view.view_id not in self.views}

    def _unlink(self, view: View) -> None:
        siblings = self.children.get(view.parent, [])
        if view.view_id in siblings:
            siblings.remove(view.view_id)

    def knows(self, views: list[View], gone: list[int]) -> bool:
        """Does a change belong to this window?"""
        return any(v.view_id in self.views or v.parent in self.views for v in views) or any(
            i in self.views for i in gone
        )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the window in points."""
        views = [view for view in self.views.values() if view.width < FULL_WIDTH]
        root = self.views.get(self.root)
        if root is not None and root.width < FULL_WIDTH:
            return root.width, root.height
        return max((v.x + v.width for v in views), default=0), max((v.y + v.height for v in views), default=0)

    def turned(self, later: ViewTree) -> bool:
        """Do the sides of the window change places in the later look?"""
        old, new = self.views.get(self.root), later.views.get(later.root)
        if old is None or new is None or FULL_WIDTH in (old.width, new.width):
            return False
        return (old.width > old.height) != (new.width > new.height) and old.width != new.width

    def children_state(self, view_id: int) -> int:
        """Identity of the set of views in a view."""
        return hash(tuple(sorted(self.children.get(view_id, []))))

    def below(self, x: float, y: float) -> View | None:
        """The input that a tap on this place addresses, else the topmost view there."""
        top = self._top(NO_PARENT, x, y, 0)
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

"""Screens: a native page replayed capture by capture: which views stood where at a touch, and what changed when.

A recorder captures at most once a second (`throttleDelay`), so a change is stamped when it was seen, not when it came:
  Android  captures when a second has passed since the last capture, else when that second is over; sends differences
  iOS      captures when a second has passed, and misses what changes before that second is over; sends everything
  Flutter  captures every second; sends a picture when it differs

Android has one view tree for each window (activity or dialog). Nothing is sent when a window closes and the one below
it still looks as it did, so silence on a later window may mean that it is gone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.records import ReplayRecord
from replay_signals.transforms.digest.wireframes import NO_PARENT, View

Target = tuple[str, int, str]
"""`v` the look of a view, `c` the views in a view, `w` the window itself."""

WINDOW: Target = ("w", 0, "")
ENDED = "the recording ended before the screen was captured at again"
"""Why a tap may have been answered unseen."""
AT_TOUCH_MS = 60
"""A capture this soon after a finger came down shows the screen that it touched; taps are answered when it goes up."""
REST_MS = 1000
"""What glides after a swipe may still move after the last capture of it."""
CLICK_MS = 700
"""Recorders that send a click as well as touches send it this soon after."""
SLOP_POINTS = 20
"""A finger that slides no farther taps; scroll views take over after about 10."""
_PASSED_THROUGH = frozenset(("div", ""))


@dataclass(frozen=True, slots=True)
class ScreenCapture:
    """One capture by the recorder. `whole` when it sent the whole screen; `targets` are what differed from the last."""

    t: float
    whole: bool
    targets: tuple[Target, ...]


class _Touch(NamedTuple):
    t: float
    x: int | None
    y: int | None


class Screens:
    """The native screens of one page. `differs`: the recorder sends differences, else whole screens."""

    def __init__(self, page_records: Iterable[tuple[float, ReplayRecord]]) -> None:
        self.captures: list[ScreenCapture] = []
        self.differs = False
        self.touches: list[float] = []
        self.pictures: set[int] = set()
        self._below: dict[float, View | None] = {}
        self._down: _Touch | None = None
        self._slid: float | None = None
        self._parents: dict[int, int] = {}
        self._history: dict[Target, list[tuple[float, int]]] = {}
        self._windows: list[tuple[float, _Tree]] = []
        self._tree: _Tree | None = None
        for t, record in page_records:
            self._replay(t, record)

    def _replay(self, t: float, record: ReplayRecord) -> None:
        if type(record) is records.Interaction:
            self._touch(t, record)
            return
        if type(record) is records.FullSnapshot:
            self._full(t, record)
        elif type(record) is records.Mutation:
            self._mutation(t, record)
        else:
            return
        if self._down is not None:
            self._hit(self._down, captured=t - self._down.t <= AT_TOUCH_MS)

    @property
    def change_count(self) -> int:
        """Looks at which something had changed."""
        return sum(1 for capture in self.captures if capture.targets)

    def view_below(self, t: float) -> View | None:
        """The topmost view under the touch that began then, or the input around it."""
        return self._below.get(t)

    def inside(self, view_id: int, outer: int) -> bool:
        """Is the view `outer` or below it?"""
        seen = 0
        while view_id != outer and view_id in self._parents and seen < 200:
            view_id, seen = self._parents[view_id], seen + 1
        return view_id == outer

    def next_touch(self, t: float) -> float:
        """When the visitor touched the screen again."""
        i = bisect_right(self.touches, t)
        return self.touches[i] if i < len(self.touches) else float("inf")

    def same(self, target: Target, before: float, after: float) -> bool:
        """Does it look at the later time as it did right before the earlier one?"""
        return self._value(target, before - 0.001) == self._value(target, after)

    def covering(self, t: float) -> bool:
        """Is the window at that time one that was opened over another one?"""
        return sum(1 for start, _ in self._windows if start <= t) > 1

    def _value(self, target: Target, t: float) -> int | None:
        values = self._history.get(target, [])
        i = bisect_right(values, t, key=lambda at: at[0])
        return values[i - 1][1] if i else None

    def _touch(self, t: float, record: records.Interaction) -> None:
        kind, x, y = record.kind, record.x_px, record.y_px
        lone = kind == rrweb.CLICK and not (self.touches and t - self.touches[-1] <= CLICK_MS)
        if kind == rrweb.TOUCH_START or lone:
            self.touches.append(t)
            self._down = _Touch(t, x, y)
            self._hit(self._down, captured=False)
        elif kind == rrweb.TOUCH_END and self._down is not None:
            _, left, top = self._down
            if not (x is None or y is None or left is None or top is None) and hypot(x - left, y - top) > SLOP_POINTS:
                self._slid = t
            self._down = None

    def _hit(self, down: _Touch, *, captured: bool) -> None:
        """Looks up what a finger touches; nothing when views may have moved since they were last seen."""
        t, x, y = down
        if self._tree is None or x is None or y is None or (not captured and t in self._below):
            return
        gliding = self._slid is not None and not self.differs and self.captures[-1].t < self._slid + REST_MS
        self._below[t] = None if gliding and not captured else self._tree.below(x, y)

    def _full(self, t: float, record: records.FullSnapshot) -> None:
        if record.views is None:
            return
        tree = _Tree(record.views)
        self._learn(tree.views.values())
        known = self._tree
        if known is not None and known.root == tree.root:
            targets = self._differences(t, known, tree)
            self._windows[-1] = (self._windows[-1][0], tree)
        else:
            targets = (WINDOW,) if known is not None else ()
            self._windows.append((t, tree))
        for view in tree.views.values():
            self._note(t, ("v", view.view_id, ""), view.state)
        self._tree = tree
        self.captures.append(ScreenCapture(t, True, targets))

    def _mutation(self, t: float, record: records.Mutation) -> None:
        views, gone = (record.screen.views, record.screen.removed) if record.screen is not None else ([], [])
        self.differs = True
        tree = self._tree
        foreign = [WINDOW] if tree is not None and not tree.knows(views, gone) else []
        if foreign:
            tree = self._tree = self._elsewhere(views, gone)
        if tree is None:
            self.captures.append(ScreenCapture(t, False, tuple(foreign)))
            return
        self._learn(views)
        targets = [target for view in views for target in self._put(t, tree, view)]
        targets += [("c", parent, "") for parent in tree.remove(gone)]
        for kind, view_id, _ in targets:
            if kind == "c":
                self._note(t, ("c", view_id, ""), tree.children_state(view_id))
        self.captures.append(ScreenCapture(t, False, tuple(sorted({*targets, *foreign}))))

    def _elsewhere(self, views: list[View], gone: list[int]) -> _Tree | None:
        """The earlier window that the change belongs to: it is in front again."""
        return next((tree for _, tree in reversed(self._windows) if tree.knows(views, gone)), None)

    def _learn(self, views: Iterable[View]) -> None:
        for view in views:
            self._parents[view.view_id] = view.parent
            if view.type == "screenshot":
                self.pictures.add(view.view_id)

    def _put(self, t: float, tree: _Tree, view: View) -> list[Target]:
        before = tree.views.get(view.view_id)
        target = ("v", view.view_id, "")
        tree.put(view)
        self._note(t, target, view.state)
        if before is None:
            return [("c", view.parent, "")]
        return [target] if before.state != view.state else []

    def _differences(self, t: float, before: _Tree, after: _Tree) -> tuple[Target, ...]:
        targets: set[Target] = set()
        for view_id, view in after.views.items():
            old = before.views.get(view_id)
            if old is None:
                targets.add(("c", view.parent, ""))
            elif old.state != view.state:
                targets.add(("v", view_id, ""))
        targets |= {("c", old.parent, "") for view_id, old in before.views.items() if view_id not in after.views}
        for kind, view_id, _ in targets:
            if kind == "c":
                self._note(t - 0.0005, ("c", view_id, ""), before.children_state(view_id))
                self._note(t, ("c", view_id, ""), after.children_state(view_id))
        return tuple(sorted(targets))

    def _note(self, t: float, target: Target, value: int) -> None:
        values = self._history.setdefault(target, [])
        if not values or values[-1][1] != value:
            values.append((t, value))


class _Tree:
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

    def _unlink(self, view: View) -> None:
        siblings = self.children.get(view.parent, [])
        if view.view_id in siblings:
            siblings.remove(view.view_id)

    def knows(self, views: list[View], gone: list[int]) -> bool:
        """Does a change belong to this window?"""
        return any(v.view_id in self.views or v.parent in self.views for v in views) or any(
            i in self.views for i in gone
        )

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

"""Screens: a native page replayed look by look: which views stood where at a touch, and what changed when.

A recorder looks at most once a second (`throttleDelay`), so a change is stamped when it was seen, not when it came:
  Android  looks at once when a second has passed since the last look, else when that second is over; sends differences
  iOS      looks at once when a second has passed, and misses what changes before that second is over; sends everything
  Flutter  looks every second; sends a picture when it differs

Android has one view tree for each window (activity or dialog). Nothing is sent when a window closes and the one below
it still looks as it did, so silence on a later window may mean that it is gone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

from replay_signals.schemas import rrweb
from replay_signals.transforms.digest import records
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.records import ReplayRecord
from replay_signals.transforms.digest.wireframes import FULL_WIDTH, View
from replay_signals.transforms.session.choices import Choices
from replay_signals.transforms.session.look_history import BEFORE_MS, LookHistory
from replay_signals.transforms.session.shots import TURNED, Target
from replay_signals.transforms.session.touched import Likeness, Touched, touched_on, untouched
from replay_signals.transforms.session.view_tree import ViewTree

WINDOW: Target = ("w", 0, "")
CATCHING_UP = frozenset(("posthog-android", "posthog-flutter"))
"""Libraries whose recorders look at what came within a second of a look when that second is over."""
ENDED = "the recording ended before the screen was captured at again"
"""Why a tap may have been answered unseen."""
NOT_SEEN = "the screen was not captured at again"
"""Why a tap within a recording may have been."""
AT_TOUCH_MS = 60
"""A look this soon after a finger came down shows the screen that it touched; taps are answered when it goes up."""
REST_MS = 1000
"""What glides after a swipe may still move after the last look at it."""
CLICK_MS = 700
"""Recorders that send a click as well as touches send it this soon after."""
BADGE_POINTS = 30
"""The numbers on tabs and icons are about 20 points wide."""
SLOP_POINTS = 20
"""A finger that slides no farther taps; scroll views take over after about 10."""


@dataclass(frozen=True, slots=True)
class ScreenCapture:
    """One look of the recorder. `whole` when it sent the whole screen; `targets` are what differed from the last."""

    t: float
    whole: bool
    targets: tuple[Target, ...]


class _Touch(NamedTuple):
    t: float
    x: int | None
    y: int | None


class Screens(LookHistory):
    """The native screens of one page. `differs`: the recorder sends differences, else every look is a whole screen.

    `library` is the SDK's name; empty where it is not known. `before`: the screens of the page before in this window,
    which Android's visitors go back to without another full snapshot.
    """

    def __init__(
        self,
        page_records: Iterable[tuple[float, ReplayRecord]],
        library: str = "",
        before: Screens | None = None,
    ) -> None:
        super().__init__(before)
        self.captures: list[ScreenCapture] = []
        self.differs: bool = before is not None and before.differs
        self.touches: list[float] = []
        self.pictures: set[int] = set() if before is None else set(before.pictures)
        self._library = library
        self._touched: dict[float, Touched] = {}
        self._down: _Touch | None = None
        self._slid: float | None = None
        self._views: dict[int, View] = {} if before is None else before._views
        self._windows: list[ViewTree] = [] if before is None else [*before._windows]
        self._fronts: list[tuple[float, int]] = [] if before is None else before._fronts[-1:]
        self._tree: ViewTree | None = None
        self._told = (0, 0)
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
        elif type(record) is records.Meta:
            self._told = (record.width_px or 0, record.height_px or 0)
            return
        else:
            return
        if self._down is not None:
            self._hit(self._down, captured=t - self._down.t <= AT_TOUCH_MS)

    @property
    def catches_up(self) -> bool:
        """Does silence mean that nothing changed? Not where looks are dropped, or unchanged ones are not sent."""
        return self.differs or self._library in CATCHING_UP

    @property
    def change_count(self) -> int:
        """Looks at which something had changed."""
        return sum(1 for look in self.captures if look.targets)

    def touched(self, t: float) -> Touched | None:
        """What the touch that began then lies on; None where that is not known."""
        return self._touched.get(t)

    def view_below(self, t: float) -> View | None:
        """The topmost view under the touch that began then, or the input around it."""
        touched = self._touched.get(t)
        return None if touched is None else touched.view

    def control_below(self, t: float) -> Control | None:
        """The control under the touch that began then, named by its place on the screen as it was held."""
        touched = self._touched.get(t)
        return None if touched is None or touched.view is None else touched.view.control_on(*touched.size)

    def alike(self, window: ViewTree, t: float, x: float, y: float) -> bool:
        """Is something like what was touched then in the same place of another window, as back buttons are?"""
        view, touched = window.below(x, y), self.view_below(t)
        if view is None or touched is None or view.type != touched.type:
            return False
        if view.type == "screenshot":
            shot = self.shots.at(t)
            return shot is None or shot.alike(view.tiles, x, y)
        return max(abs(view.width - touched.width), abs(view.height - touched.height)) <= SLOP_POINTS

    def holder(self, t: float) -> int | None:
        """The row, card or box that was touched then; None for the screen."""
        touched = self._touched.get(t)
        return None if touched is None or touched.holder is None else touched.holder.view_id

    def is_something(self, t: float) -> bool:
        """Does what was touched then stand for more than a text or the ground of the screen? Pictures do not tell."""
        touched = self._touched.get(t)
        if touched is None or touched.view is None or touched.view.type == "screenshot":
            return touched is not None
        return touched.holder is not None and touched.holder.type != "text"

    def likeness(self, t: float) -> Likeness | None:
        """What rows of one style have in common with what was touched then."""
        touched = self._touched.get(t)
        return None if touched is None else touched.likeness

    def choices(self, t: float) -> Choices | None:
        """The row that what was touched then is one of; None where it stands alone."""
        touched = self._touched.get(t)
        return touched.row if touched is not None and len(touched.row.spans) > 1 else None

    @property
    def height(self) -> int:
        """Height of the screen in points; 0 while nothing was seen."""
        return max((view.height for view in self._views.values() if view.height < FULL_WIDTH), default=0)

    def inside(self, view_id: int, outer: int) -> bool:
        """Is the view `outer`, in it or on it?"""
        view, box = self._views.get(view_id), self._views.get(outer)
        if view is not None and box is not None and view.parent == box.parent and view.type in ("text", "image"):
            return view_id == outer or box.contains(view.x + view.width / 2, view.y + view.height / 2)
        seen = 0
        while view_id != outer and view_id in self._views and seen < 200:
            view_id, seen = self._views[view_id].parent, seen + 1
        return view_id == outer

    def is_input(self, view_id: int) -> bool:
        """Is it a view that says it is a button, a switch or a field?"""
        view = self._views.get(view_id)
        return view is not None and view.type == "input"

    def is_badge(self, target: Target) -> bool:
        """Is it so small a text as the number on a tab?"""
        view = self._views.get(target[1])
        is_text = target[0] == "v" and view is not None and view.type == "text"
        return is_text and view is not None and max(view.width, view.height) <= BADGE_POINTS

    def next_look(self, t: float) -> float:
        """When the recorder looked again, as far as it told."""
        i = bisect_right(self.captures, t, key=lambda look: look.t)
        return self.captures[i].t if i < len(self.captures) else float("inf")

    def next_touch(self, t: float) -> float:
        """When the visitor touched the screen again."""
        i = bisect_right(self.touches, t)
        return self.touches[i] if i < len(self.touches) else float("inf")

    def covered(self, t: float) -> Sequence[ViewTree]:
        """The windows that were opened before the one that was last seen in front then: they may lie below it."""
        i = bisect_right(self._fronts, t, key=lambda front: front[0])
        return self._windows[: self._fronts[i - 1][1]] if i else ()

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
        if self._tree is None or x is None or y is None or (not captured and t in self._touched):
            return
        gliding = self._slid is not None and not self.differs and self.captures[-1].t < self._slid + REST_MS
        new = untouched(self._tree) if gliding and not captured else touched_on(self._tree, x, y)
        old = self._touched.get(t)
        if old is not None and old.row.place == new.row.place:
            # as it looked before a finger lit it up
            new = new._replace(row=old.row, is_button=old.is_button, is_unseen_icon=old.is_unseen_icon)
        self._touched[t] = new

    def _full(self, t: float, record: records.FullSnapshot) -> None:
        if record.views is None:
            return
        tree = ViewTree(record.views, self._told)
        self._learn(tree.views.values())
        known = self._tree
        targets: tuple[Target, ...]
        if known is not None and known.turned(tree):
            targets = (TURNED,)
        elif known is not None and known.root == tree.root:
            targets = self._differences(t, known, tree)
        else:
            targets = (WINDOW,) if known is not None else ()
        self._put_in_front(t, tree, known if targets == (TURNED,) else None)
        for view in tree.views.values():
            self._note_view(t, view)
        self._tree = tree
        self.captures.append(ScreenCapture(t, True, targets))

    def _mutation(self, t: float, record: records.Mutation) -> None:
        views, gone = (record.screen.views, record.screen.removed) if record.screen is not None else ([], [])
        self.differs = True
        tree = self._tree
        foreign = [WINDOW] if tree is not None and not tree.knows(views, gone) else []
        if foreign:
            tree = self._tree = self._elsewhere(views, gone)
            if tree is not None:
                self._fronts.append((t, self._windows.index(tree)))
        if tree is None:
            self.captures.append(ScreenCapture(t, False, tuple(foreign)))
            return
        self._learn(views)
        for parent in tree.changing(views, gone):
            self._note(t - BEFORE_MS, ("c", parent, ""), tree.children_state(parent))
        targets = [target for view in views for target in self._put(t, tree, view)]
        targets += [("c", parent, "") for parent in tree.remove(gone)]
        for kind, view_id, _ in targets:
            if kind == "c":
                self._note(t, ("c", view_id, ""), tree.children_state(view_id))
        self.captures.append(ScreenCapture(t, False, tuple(sorted({*targets, *foreign}))))

    def _put_in_front(self, t: float, tree: ViewTree, turned: ViewTree | None) -> None:
        """A whole screen is of a window seen before (`turned`: which has another root now), or of a new one."""
        roots = [window.root for window in self._windows]
        if turned is not None:
            place = self._windows.index(turned)
        else:
            place = roots.index(tree.root) if tree.root in roots else len(roots)
        self._windows[place : place + 1] = [tree]
        self._fronts.append((t, place))

    def _elsewhere(self, views: list[View], gone: list[int]) -> ViewTree | None:
        """The earlier window that the change belongs to: it is in front again."""
        return next((tree for tree in reversed(self._windows) if tree.knows(views, gone)), None)

    def _learn(self, views: Iterable[View]) -> None:
        for view in views:
            self._views[view.view_id] = view
            if view.type == "screenshot":
                self.pictures.add(view.view_id)

    def _put(self, t: float, tree: ViewTree, view: View) -> list[Target]:
        before = tree.views.get(view.view_id)
        tree.put(view)
        self._note_view(t, view)
        if before is None:
            return [("c", view.parent, "")]
        return self.shots.changes(before, view) if before.state != view.state else []

    def _differences(self, t: float, before: ViewTree, after: ViewTree) -> tuple[Target, ...]:
        targets: set[Target] = set()
        for view_id, view in after.views.items():
            old = before.views.get(view_id)
            if old is None:
                targets.add(("c", view.parent, ""))
            elif old.state != view.state:
                targets.update(self.shots.changes(old, view))
        targets |= {("c", old.parent, "") for view_id, old in before.views.items() if view_id not in after.views}
        for kind, view_id, _ in targets:
            if kind == "c":
                self._note(t - BEFORE_MS, ("c", view_id, ""), before.children_state(view_id))
                self._note(t, ("c", view_id, ""), after.children_state(view_id))
        return tuple(sorted(targets))

"""Witness of taps: did the recorder look when an answer could have been seen? Else silence says nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from math import hypot

from replay_signals.transforms.clicks.highlights import PRESS_MS, Highlights
from replay_signals.transforms.clicks.looks import LOOK_MS, RIPPLE_MS, THROTTLE_MS
from replay_signals.transforms.clicks.screen_habits import ALONE_MS, ANSWER_MS, STEADY_ALONE, STEADY_SHARE, ScreenHabits
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.screens import AT_TOUCH_MS, ENDED, NOT_SEEN, WINDOW, ScreenCapture, Screens
from replay_signals.transforms.session.shots import TURNED, Target
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.session.view_tree import ViewTree

TRANSIENT_MS = (1800, 4500)
"""Toasts and snackbars go so long after the tap that brought them: they stay for 2 to 3.5 s (Android's two lengths)."""
FRAMES_MS = 150
"""A spinner is drawn many times a second, so that the recorder looks as soon as it may."""
SWITCHES = frozenset(("checkbox", "toggle"))
"""Their own look is their answer."""
AGAIN_MS = 10_000
"""Who tries a thing again within this time still has it before them."""
SPOT_POINTS = 24
"""Taps on one control scatter less: controls are at least 44 points wide (Apple), 48 dp (Material)."""
FEW_TAPS = 3
"""After so many taps elsewhere a look says nothing of the first one any more."""
SWITCH_TILES = 6
"""Of a picture: a switch is 51 x 31 points (Apple), 52 x 32 dp (Material), a button larger."""
LEFT_MS = 3000
"""An app that goes to the background this soon after a tap may do so because of it."""


class Witness:
    """The looks at one page, until `end_ms`; `left_ms`: when the app went to the background, in order."""

    def __init__(
        self,
        page: Page,
        screens: Screens,
        highlights: Highlights,
        habits: ScreenHabits,
        end_ms: float,
        left_ms: Sequence[float],
    ) -> None:
        self.page, self.screens, self.highlights, self.habits = page, screens, highlights, habits
        self._end_ms, self._left_ms = end_ms, left_ms

    def unseen(self, tap: Click, *, sent: bool = True) -> str:
        """Why the recorder may have missed an answer; empty when it would have seen one.

        `sent`: believe in looks at pictures only where one was sent, as unchanged ones are not.
        """
        if self._end_ms - tap.t < LOOK_MS:
            return ENDED
        left = bisect_left(self._left_ms, tap.down_ms)
        if left < len(self._left_ms) and self._left_ms[left] - tap.t <= LEFT_MS:
            return "the app went to the background"
        looks = self.screens.captures
        later = next((look for look in looks if look.t > tap.t), None)
        below = self.screens.covered(tap.t)
        if (
            below
            and not is_switch(tap)
            and (later is None or WINDOW in later.targets)
            and not self._still_there(tap, below)
        ):
            return "the screen may have been closed unseen"
        if self.screens.catches_up or self._looked(tap, looks, sent=sent):
            return ""
        return NOT_SEEN

    def stale(self, tap: Click) -> bool:
        """May what the touch before brought not have been looked at, so that nobody knows what was tapped?

        Not where it was on the same place: who tries again has the same thing before them.
        """
        touches = self.screens.touches
        i = bisect_left(touches, tap.down_ms)
        if self.screens.catches_up or not i:
            return False
        before = next((k for k in self.highlights.taps if k.down_ms == touches[i - 1]), None)
        if before is None or self.highlights.beside(before, tap):
            return False
        times = [look.t for look in self.screens.captures]
        last = bisect_right(times, tap.down_ms + AT_TOUCH_MS) - 1
        return last >= 0 and times[last] <= before.t + ANSWER_MS and times[last] + THROTTLE_MS > before.t

    def _still_there(self, tap: Click, below: Sequence[ViewTree]) -> bool:
        """Is what was tapped tried again, and is nothing like it on the windows below, as back buttons are?"""
        x, y = tap.x, tap.y
        if x is None or y is None or any(self.screens.alike(window, tap.down_ms, x, y) for window in below):
            return False
        near = (k for k in self.highlights.taps if k.x is not None and k.y is not None and k is not tap)
        return any(abs(k.t - tap.t) <= AGAIN_MS and hypot((k.x or 0) - x, (k.y or 0) - y) <= SPOT_POINTS for k in near)

    def _looked(self, tap: Click, looks: list[ScreenCapture], *, sent: bool) -> bool:
        """Recorders that skip what comes within a second of a look: did they look again, and saw nothing?"""
        times = [look.t for look in looks]
        i = bisect_right(times, tap.t + ANSWER_MS) - 1
        touched = self._next_elsewhere(tap)
        if self._seen_late(tap, touched):
            return False
        soon = i + 1 < len(looks) and times[i + 1] <= touched + AT_TOUCH_MS
        soon = (
            soon and TURNED not in looks[i + 1].targets and not self._came_and_went(tap, looks[i + 1], times[max(0, i)])
        )
        if sent and self.screens.pictures:
            return soon
        return soon or i < 0 or times[i] + THROTTLE_MS <= tap.t

    def nothing_lasted(self, tap: Click) -> bool:
        """Does a later look, after touches elsewhere, show nothing new but what these light up? Menus come and go."""
        looks = self.screens.captures
        i = bisect_right(looks, tap.t + ANSWER_MS, key=lambda look: look.t)
        if i >= len(looks) or TURNED in looks[i].targets:
            return False
        look = looks[i]
        between = [k for k in self.highlights.taps if tap.down_ms < k.down_ms <= look.t]
        if any(self.highlights.level(k, tap) and not self.highlights.beside(k, tap) for k in between):
            return False  # plus and minus
        swiped = bisect_left(self.screens.touches, look.t) - bisect_right(self.screens.touches, tap.down_ms) > len(
            between
        )
        return 0 < len(between) <= FEW_TAPS and not swiped and not self._foreign(look, tap, *between)

    def _seen_late(self, tap: Click, touched: float) -> bool:
        """Did a look at a later touch show changes that are not that touch's highlight: an answer not looked at?"""
        touches = self.screens.touches
        for t in touches[bisect_right(touches, tap.down_ms) :]:
            if t > touched:
                break
            following = next((k for k in self.highlights.taps if k.down_ms == t), None)
            if following is None and self.screens.next_look(tap.t + ANSWER_MS) < t:
                continue  # a swipe moves what it touches; what was there before is known
            look = next((look for look in self.screens.captures if t <= look.t <= t + AT_TOUCH_MS), None)
            if look is None:
                continue
            if following is not None and self._lit_before(look, tap) and self.highlights.beside(following, tap):
                return any(not self.habits.explains(x, look.t, look.t - tap.down_ms) for x in look.targets)
            if self._foreign(look, tap, *([following] if following is not None else [])):
                return True
        return False

    def _lit_before(self, look: ScreenCapture, tap: Click) -> bool:
        """Was the look before it at the tap's own finger, so that a highlight is no difference between the two?"""
        times = [other.t for other in self.screens.captures]
        before = times[max(0, bisect_left(times, look.t) - 1)]
        return tap.down_ms - PRESS_MS <= before <= tap.down_ms + AT_TOUCH_MS

    def _next_elsewhere(self, tap: Click) -> float:
        """The next touch that is not one more tap on the same spot: what that brings is another answer."""
        again = {k.down_ms for k in self.highlights.taps if self.highlights.beside(k, tap)}
        later = self.screens.touches[bisect_right(self.screens.touches, tap.down_ms) :]
        return next((t for t in later if t not in again), float("inf"))

    def _came_and_went(self, tap: Click, look: ScreenCapture, before_ms: float) -> bool:
        """Did the recorder look at nothing when a note or spinner that the tap brought may have gone?

        `before_ms`: its look before.

        Not if the visitor tried again, nor if the screen did something by itself then.
        """
        taps = self.highlights.taps
        if any(0 < abs(k.t - tap.t) <= TRANSIENT_MS[0] and self.highlights.beside(k, tap) for k in taps):
            return False
        if any(self.habits.explains(target, look.t, look.t - tap.down_ms) for target in look.targets):
            return False
        late = TRANSIENT_MS[0] <= look.t - tap.t <= TRANSIENT_MS[1]
        spun = look.t - tap.t > RIPPLE_MS and look.t - before_ms <= THROTTLE_MS + FRAMES_MS and not self._always_looks
        return (late or spun) and look.t < self.screens.next_touch(tap.down_ms)

    @cached_property
    def _always_looks(self) -> bool:
        """Does the recorder look as soon as it may though nobody touches the screen and nothing on it changes?"""
        touches = self.screens.touches
        still = [
            look.t - before.t <= THROTTLE_MS + FRAMES_MS
            for before, look in pairwise(self.screens.captures)
            if not look.targets and ((k := bisect_right(touches, look.t)) == 0 or look.t - touches[k - 1] > ALONE_MS)
        ]
        return len(still) >= STEADY_ALONE and sum(still) >= STEADY_SHARE * len(still)

    def _foreign(self, look: ScreenCapture, tap: Click, *following: Click) -> bool:
        """Had anything changed but what the taps light up and what changes by itself?"""
        since = look.t - tap.down_ms
        lit: set[Target] = set()
        for other in following:
            own = set() if is_switch(other) else self.highlights.alight(look.targets, other)
            small = 0 < len(own) <= SWITCH_TILES and all(kind == "p" for kind, _, _ in own)
            if small and self.highlights.beside(other, tap):
                return True  # so small a thing may have turned on by the tap before
            lit |= own
        if not is_switch(tap):
            own = self.highlights.alight(look.targets, tap)
            lit |= own if tap.control is not None else {x for x in own if self.highlights.released([x], look.t, tap)}
        lit = {x for x in lit if not self.screens.rewritten(x, look.t)}
        return any(
            target not in lit
            and not self.highlights.fades(target, look.t, surely=True)
            and not self.habits.explains(target, look.t, since)
            for target in look.targets
        )


def is_switch(tap: Click) -> bool:
    """Is its own look, on or off, its answer?"""
    return tap.control is not None and tap.control.type in SWITCHES

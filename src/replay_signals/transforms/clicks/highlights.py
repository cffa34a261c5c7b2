"""Highlights: how what is tapped looks while a finger is on it and right after, which is no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from replay_signals.transforms.clicks.looks import LOOK_MS, RIPPLE_MS
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.screens import AT_TOUCH_MS, Screens
from replay_signals.transforms.session.shots import Target

PRESSED_POINTS = 60
"""Highlights of a row or button reach no farther up and down from the finger."""


ROW_POINTS = 40
"""Taps on one row are no farther apart up and down: rows are 44 points high and more (Apple), 48 dp (Material)."""
PRESS_MS = 5
"""A look may be stamped this much before the touch that led to it."""


class _Lit(NamedTuple):
    """A highlight: when the finger came down, and the first look after it that shows the screen without."""

    down_ms: float
    gone_ms: float


class Highlights:
    """Highlights of the taps of one page; they have to be added in order of time."""

    def __init__(self, screens: Screens, taps: list[Click], window_ms: float) -> None:
        self.screens, self.taps, self._window_ms = screens, taps, window_ms
        self.seen: set[Click] = set()
        """Taps under which something was seen to light up."""
        self._lit: dict[Target, list[_Lit]] = {}

    def add(self, targets: list[Target], tap: Click) -> None:
        """Remembers what may be highlighted by a tap."""
        gone_ms = self.screens.next_look(tap.t + RIPPLE_MS)
        for target in targets:
            self._lit.setdefault(target, []).append(_Lit(tap.down_ms, gone_ms))

    def fades(self, target: Target, t: float, *, surely: bool = False) -> bool:
        """Does it lose the highlight of an earlier tap? How it looks without it may never have been seen.

        `surely`: not where a picture of the screen came with the finger: a switch may have turned as well.
        """
        lit = self._last(target, t)
        if lit is None or t > lit.gone_ms or self.screens.rewritten(target, t):
            return False
        if self.screens.shots.moved(lit.down_ms, t):
            return not (surely and self.screens.shots.moved(lit.down_ms, lit.down_ms + AT_TOUCH_MS))
        if self.screens.known(target, lit.down_ms):
            return self.screens.same(target, lit.down_ms, t)
        return not self.screens.known(target, t) or self.screens.first_change(target) == t

    def _last(self, target: Target, t: float) -> _Lit | None:
        """The last time before `t` at which it may have been highlighted."""
        return next((lit for lit in reversed(self._lit.get(target, ())) if lit.down_ms <= t), None)

    def blurred(self, target: Target, t: float) -> bool:
        """May it be what is left, in a lossy picture, of a highlight beside it that faded?"""
        shot = self.screens.shots.at(t)
        if shot is None or target[0] != "p":
            return False
        beside = (self._last(x, t) for x in self._lit if x[0] == "p" and shot.beside(target[1], [x[1]]))
        fading = (lit for lit in beside if lit is not None and t <= lit.gone_ms)
        return any(self.screens.shots.blurred(target[1], lit.down_ms, t) for lit in fading)

    def pressed(self, own: list[Target], effect: Effect, tap: Click) -> bool:
        """Is the change only how what was tapped looks while a finger is on it, or right after?"""
        lit = self.alight(own, tap)
        if any(self.screens.rewritten(target, effect.t) for target in own):
            return False
        if not lit or not all(target in lit or self.screens.shots.faint(target, effect.t) for target in own):
            return False
        if effect.t < tap.t:
            return True
        hot = [k for k in self.taps if self.beside(k, tap) and k.down_ms <= effect.t <= k.t + RIPPLE_MS]
        return bool(hot) and self._goes_again(own, hot, effect.t)

    def under_others(self, targets: Sequence[Target], t: float, tap: Click) -> set[Target]:
        """What lights up below a finger that is on something else then, and answers no tap before it."""
        other = next((k for k in self.taps if k.down_ms - PRESS_MS <= t < k.t), None)
        if other is None or other.down_ms <= tap.t or self.beside(other, tap):
            return set()
        return {x for x in self.alight(targets, other) if not self.screens.rewritten(x, t)}

    def level(self, one: Click, other: Click) -> bool:
        """Are two taps as high on the screen as those on one row?"""
        return one.y is not None and other.y is not None and abs(one.y - other.y) <= ROW_POINTS

    def beside(self, one: Click, other: Click) -> bool:
        """Do two taps light up the same button or row, within a few seconds?"""
        if abs(one.t - other.t) > self._window_ms:
            return False
        holders = self.screens.holder(one.down_ms), self.screens.holder(other.down_ms)
        if None not in holders:
            return holders[0] == holders[1]
        is_near = one.x is not None and other.x is not None and abs(one.x - other.x) <= PRESSED_POINTS
        return self.level(one, other) and (is_near or bool(self.screens.pictures))

    def released(self, own: Sequence[Target], t: float, tap: Click) -> bool:
        """Does what was tapped look again as before a finger came down on it, and otherwise only below one?"""
        if not own or not self.alight(own, tap).issuperset(own):
            return False
        if any(self.screens.rewritten(target, t) for target in own):
            return False
        on_it = [k for k in self.taps if k.down_ms <= t and self.beside(k, tap)]
        pressed_ms = max((p for x in own if (p := self.screens.changed_before(x, t)) is not None), default=t)
        if not on_it or self._outlasts(pressed_ms, t, tap):
            return False
        return all(self._only_pressed(target, t, on_it) for target in own)

    def _outlasts(self, since: float, until: float, tap: Click) -> bool:
        """Did what was seen from a look to the next one stay longer than highlights do, with no finger there?

        Only recorders that catch up would have looked in between.
        """
        taps = [k for k in self.taps if k.down_ms <= until and self.beside(k, tap)]
        rests = [*(k.down_ms for k in taps), until]
        gaps = (b - max(a.t, since) for a, b in zip(taps, rests[1:], strict=True))
        return self.screens.catches_up and max(gaps, default=0.0) > RIPPLE_MS + LOOK_MS

    def _only_pressed(self, target: Target, t: float, on_it: list[Click]) -> bool:
        """Was the look that it had before `t` only seen while it was tapped, and the one before that the same?"""
        pressed_ms = self.screens.changed_before(target, t)
        if pressed_ms is None or not self.screens.same(target, pressed_ms, t):
            return False
        while pressed_ms < t:
            if not any(k.down_ms - PRESS_MS <= pressed_ms <= k.t + RIPPLE_MS for k in on_it):
                return False
            pressed_ms = self.screens.next_look(pressed_ms)
        return True

    def _goes_again(self, own: list[Target], hot: list[Click], t: float) -> bool:
        """Does a look show, once no finger is there any more, what it showed before?

        Recorders that catch up show soon that a highlight is gone; others may look late, or never.
        """
        start, end = hot[0].down_ms, hot[-1].t
        while (later := self.screens.next_look(max(t, end))) < float("inf"):
            if self._outlasts(t, later, hot[-1]):
                return False
            if all(self.screens.same(target, start, later) for target in own):
                return True
            pressing = next((k for k in self.taps if k.down_ms - 5 <= later <= k.t + RIPPLE_MS), None)
            if pressing is None or not self.beside(pressing, hot[-1]):
                break
            t, end = later, pressing.t
        return later == float("inf") and not self.screens.catches_up

    def alight(self, targets: Sequence[Target], tap: Click) -> set[Target]:
        """Those of what changed that may be the highlight of what was tapped: below the finger, and in one piece."""
        below = {target for target in targets if self.below_finger(target, tap)}
        shot = self.screens.shots.at(tap.down_ms)
        if shot is None or tap.x is None or tap.y is None:
            return below
        piece = shot.block(shot.piece([tile for kind, tile, _ in below if kind == "p"], tap.x, tap.y))
        return {target for target in below if target[0] != "p" or target[1] in piece}

    def below_finger(self, target: Target, tap: Click) -> bool:
        """Is it, or is it in, what was tapped?"""
        kind, node, _ = target
        if kind == "p":
            shot = self.screens.shots.at(tap.down_ms)
            if shot is None or tap.x is None or tap.y is None:
                return False
            return shot.distance(node, tap.x, tap.y)[1] * shot.view.height / shot.rows <= PRESSED_POINTS
        control = tap.control
        is_input = control is not None and control.tag == "input"
        outer = control.first if control is not None and is_input else self.screens.holder(tap.down_ms)
        if outer is None or not self.screens.inside(node, outer):
            return False
        return node == outer or not self.screens.is_input(node)  # a switch in a row that was tapped turns

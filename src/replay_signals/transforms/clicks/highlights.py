"""Highlights: how what is tapped looks while a finger is on it and right after, which is no answer."""

from __future__ import annotations

from replay_signals.transforms.clicks.looks import LOOK_MS, RIPPLE_MS
from replay_signals.transforms.session.effects import Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.screens import Screens
from replay_signals.transforms.session.shots import Target

PRESSED_POINTS = 60
"""Highlights of a row or button reach no farther up and down from the finger."""


class Highlights:
    """Highlights of the taps of one page; taps have to be asked for in order of time."""

    def __init__(self, screens: Screens, taps: list[Click], window_ms: float) -> None:
        self.screens, self.taps, self._window_ms = screens, taps, window_ms
        self._lit: dict[Target, float] = {}
        self._first_change: dict[Target, float] = {}

    def add(self, targets: list[Target], tap: Click) -> None:
        """Remembers what may be highlighted by a tap."""
        self._lit.update(dict.fromkeys(targets, tap.down_ms))
        for target in targets:
            self._first_change.pop(target, None)

    def fades(self, target: Target, t: float) -> bool:
        """Does it lose the highlight of an earlier tap? How a view looks without it may never have been seen."""
        if target not in self._lit:
            return False
        if self.screens.known(target, self._lit[target]):
            return self.screens.same(target, self._lit[target], t)
        return self._first_change.setdefault(target, t) == t

    def pressed(self, own: list[Target], effect: Effect, tap: Click) -> bool:
        """Is the change only how what was tapped looks while a finger is on it, or right after?"""
        if not all(self.below_finger(target, tap) for target in own) or not self._joined(own, tap):
            return False
        if effect.t < tap.t:
            return True
        hot = [k for k in self.taps if self.beside(k, tap) and k.down_ms <= effect.t <= k.t + RIPPLE_MS]
        return bool(hot) and self._goes_again(own, hot, effect.t)

    def beside(self, one: Click, other: Click) -> bool:
        """Do two taps light up the same button or row, within a few seconds?"""
        if one.x is None or one.y is None or other.x is None or other.y is None:
            return False
        return abs(one.y - other.y) <= PRESSED_POINTS and abs(one.t - other.t) <= self._window_ms

    def _goes_again(self, own: list[Target], hot: list[Click], t: float) -> bool:
        """Does a look show, once no finger is there any more, what it showed before?

        Recorders that catch up show soon that a highlight is gone; others may look late, or never.
        """
        start, end = hot[0].down_ms, hot[-1].t
        while (later := self.screens.next_look(max(t, end))) < float("inf"):
            pressing = next((k for k in self.taps if k.down_ms - 5 <= later <= k.t + RIPPLE_MS), None)
            if pressing is None or not self.beside(pressing, hot[-1]):
                break
            t, end = later, pressing.t
        if later == float("inf") or (self.screens.catches_up and later - max(t, end) > LOOK_MS + RIPPLE_MS):
            return not self.screens.catches_up
        return all(self.screens.same(target, start, later) for target in own)

    def _joined(self, own: list[Target], tap: Click) -> bool:
        shot = self.screens.shots.at(tap.down_ms)
        if shot is None or tap.x is None or tap.y is None:
            return True
        return shot.joined([tile for kind, tile, _ in own if kind == "p"], tap.x, tap.y)

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
        return outer is not None and self.screens.inside(node, outer)

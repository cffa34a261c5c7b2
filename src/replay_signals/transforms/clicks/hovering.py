"""Hovering: what the pointer brought on its way to a control, and what goes as it leaves another one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from replay_signals.transforms.clicks.background import Background
from replay_signals.transforms.clicks.feedback import FEEDBACK_MS
from replay_signals.transforms.clicks.focus import MARGIN_MS, elapsed_ms
from replay_signals.transforms.session.effects import LOOKS, Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.spans import in_ranges, pairs
from replay_signals.transforms.session.timeline import Page

HOVER_MEMORY_MS = 5000
"""A tooltip that a click or the parting pointer takes away was shown at most this long before."""
TRANSITION_MS = 600
"""Menus and tooltips have opened by then: libraries of components take 0.2 to 0.4 s."""
AGAIN_MS = 2000
"""An animation still running from the last click on the same control is that control at work."""


class Hovering:
    """What the pointer does on one page; `clicked_ms` is the time of the click before the one that is asked for."""

    def __init__(self, page: Page, effects: Sequence[Effect], background: Background) -> None:
        self.page, self.background = page, background
        self._effects = effects
        self._times = [e.t for e in effects]
        self.clicked_ms = float("-inf")

    def ends(self, effect: Effect, click: Click) -> bool:
        """Does what the pointer opened on its way to the control come to rest: the end of a transition?"""
        if elapsed_ms(effect, click) > TRANSITION_MS or not effect.is_only_of(LOOKS):
            return False
        start = bisect_right(self._times, click.began_ms - TRANSITION_MS)
        end = bisect_right(self._times, click.began_ms - MARGIN_MS)
        if self.clicked_ms > click.began_ms - AGAIN_MS:
            return False
        moved = {target for e in self._effects[start:end] if self.background.pointed(e.t) for target in e.targets}
        return bool(effect.targets) and moved.issuperset(effect.targets)

    def brought(self, click: Click) -> list[tuple[int, int]]:
        """Id ranges that came with the pointer shortly before the click."""
        start = bisect_right(self._times, click.began_ms - HOVER_MEMORY_MS)
        end = bisect_right(self._times, click.began_ms - MARGIN_MS)
        recent = (e for e in self._effects[start:end] if e.added and self.background.pointed(e.t))
        return [pair for e in recent for pair in pairs(e.added)]

    def passes(self, effect: Effect) -> bool:
        """Is it what a pointer brings: a look, or something that goes again, or came just before the end?"""
        if not effect.added:
            return all(kind == "a" for kind, _, _ in effect.targets)
        start, end = (bisect_right(self._times, effect.t + ms) for ms in (0, HOVER_MEMORY_MS))
        gone = (first for e in self._effects[start:end] for first in e.removed[::2])
        return self.page.end_ms - effect.t < FEEDBACK_MS or any(in_ranges(effect.added, first) for first in gone)

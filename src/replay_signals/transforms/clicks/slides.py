"""Slides: a carousel hands its looks on from one slide to the next, seconds apart, which is no answer to a click.

Its first step is the first that a recording shows of it, so no habit tells. A handler that only changes looks does so
at once; what comes later without a request was no handler's doing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import nextafter
from operator import attrgetter

from replay_signals.transforms.clicks.background import Background
from replay_signals.transforms.clicks.changed_places import Came
from replay_signals.transforms.clicks.focus import elapsed_ms
from replay_signals.transforms.session.effects import LOOKS, Effect
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.spans import in_ranges, pairs
from replay_signals.transforms.session.timeline import Page

AT_ONCE_MS = 300
"""Handlers answer within this time, also where they wait for the end of a click's transition."""
STEP_MS = 1500
"""A step is over by then: its slides have come to rest."""
FADED_MS = 600
"""What fades out has gone by then."""
_LOOKS = LOOKS | {"aria-hidden"}
_time = attrgetter("t")


class Slides:
    """Finds the steps of carousels on one page; `effects` are in order of time, and have to be asked for in it."""

    def __init__(self, page: Page, effects: Sequence[Effect], background: Background) -> None:
        self.page, self._explains = page, background.explains
        self._came = Came(page)
        for effect in effects:
            self._came.add(effect)
        self._gone = [e for e in effects if e.removed]
        self._stepped: dict[int, float] = {}

    def is_step(self, effect: Effect, click: Click) -> bool:
        """Do two nodes or more that are no part of the control change their looks alone, and are there to stay?"""
        control = click.control
        if effect.kind != "mutation" or control is None or elapsed_ms(effect, click) <= AT_ONCE_MS:
            return False
        nodes = {node for _, node, _ in effect.targets}
        goes_on = all(effect.t - self._stepped.get(node, float("-inf")) <= STEP_MS for node in nodes)
        if len(nodes) < 2 and not goes_on:
            return False
        if effect.alerts or not effect.is_only_of(_LOOKS):
            return False
        if any(self.page.elements.inside(node, control) or self._fades(node, effect.t) for node in nodes):
            return False
        self._stepped.update((node, effect.t) for node in nodes)
        return True

    def begin_to_move(self, effect: Effect, frame: Sequence[Effect], since_ms: float) -> bool:
        """Do only looks change, of nodes that the page begins to move by itself in the same frame?"""
        if not effect.is_only_of(_LOOKS):
            return False
        nodes = {node for _, node, _ in effect.targets}
        moves = ((e.t, t) for e in frame if e.t >= effect.t for t in e.targets if t[0] == "a" and t[1] in nodes)
        return any(t not in effect.targets and self._explains(t, at, since_ms + at - effect.t) for at, t in moves)

    def _fades(self, node: int, t: float) -> bool:
        """Does what the node came with, a note or a dialog, go in a moment?"""
        came = self._came.with_node(node, float("-inf"), nextafter(t, float("inf")))
        if came is None:
            return False
        ids = next([*pair] for pair in pairs(came.added) if pair[0] <= node <= pair[1])
        start, end = (bisect_right(self._gone, at, key=_time) for at in (t, t + FADED_MS))
        return any(in_ranges(ids, first) for e in self._gone[start:end] for first in e.removed[::2])

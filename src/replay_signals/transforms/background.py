"""Background: what a page does by itself, so that it is not taken for an answer to a click.

Clocks, tickers, carousels, polling and hover effects are learned from the time in which the visitor did nothing. Places
that change together then (the slides of a carousel) are one habit with one rhythm. A change of such a place is an
answer only where it comes at once after a click and off the rhythm.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise
from math import exp
from statistics import median
from typing import Any

from replay_signals.transforms import records
from replay_signals.transforms.effects import SETTLE_MS, Effect, Target, spans
from replay_signals.transforms.timeline import Page

FRAME_MS = 50
"""Changes that follow each other faster than this are frames of an animation."""
PAUSE_MS = 300
"""Frames closer together than this belong to one animation."""
STREAM_MS = 1000
"""An animation that goes on for this long without the visitor never ends."""
BEAT_MS = 60
"""Timers of a busy page are this late."""
HOVER_MS = 120
"""A change this soon after the pointer moved may be a hover effect."""
TOOLTIP_MS = 700
"""Tooltips wait up to half a second before they show."""
PROMPT_MS = 200
"""Handlers answer within a few frames; only such a quick change can be told from a background change."""
BY_CHANCE = 0.02


class Background:
    """The habits of one page."""

    def __init__(
        self,
        page: Page,
        effects: Iterable[Effect],
        clicks: Iterable[tuple[float, float]],
        other: Iterable[tuple[float, float]],
    ) -> None:
        """`clicks` and `other` (typing, scrolling …) are spans in which the visitor may have caused changes."""
        clicks = list(clicks)
        after_clicks, after_all = _Spans(clicks), _Spans([*clicks, *other])
        self._times: dict[Target, list[float]] = {}
        self._moves = _moves(page)
        self._links = _Links()
        quiet_times: dict[Target, list[float]] = {}
        ready = page.start_ms + SETTLE_MS
        for effect in effects:
            busy = after_clicks if effect.kind == "scroll" else after_all
            quiet = effect.t > ready and effect.t not in busy
            for target in effect.targets:
                self._times.setdefault(target, []).append(effect.t)
                if quiet:
                    quiet_times.setdefault(target, []).append(effect.t)
                    self._links.join(effect.targets[0], target)
        self._habits: dict[Target, _Habit] = {}
        for target, times in quiet_times.items():
            self._habits.setdefault(self._links.root(target), _Habit()).add(self._times[target], times)
        self.restless = any(habit.repeats for habit in self._habits.values())

    def _habit(self, target: Target) -> _Habit | None:
        return self._habits.get(self._links.root(target))

    def explains(self, target: Target, t: float, since_ms: float) -> bool:
        """Would this change, `since_ms` after the pointer went down, have come without the click?"""
        habit = self._habit(target)
        if habit is None:
            return False
        if target[0] == "s":  # visitors scroll, too, but not like clockwork
            return habit.repeats and habit.on_beat(t, since_ms, strict=True)
        if since_ms > PROMPT_MS or self._hovered(t, since_ms):
            return True
        return habit.repeats and habit.on_beat(t, since_ms)

    def habitual(self, target: Target) -> bool:
        """The page changes this by itself, time and again."""
        habit = self._habit(target)
        return habit is not None and habit.repeats

    def running(self, target: Target, down_ms: float) -> bool:
        """An animation that was already running when the pointer went down: several changes in the frames before."""
        times = self._times.get(target, [])
        end = bisect_left(times, down_ms)
        return end - bisect_left(times, down_ms - 150) >= 3

    def pointed(self, t: float) -> bool:
        """Did the pointer move right before?"""
        i = bisect_left(self._moves, t + 1e-9) - 1
        return i >= 0 and t - self._moves[i] <= TOOLTIP_MS

    def _hovered(self, t: float, since_ms: float) -> bool:
        i = bisect_left(self._moves, t + 1e-9) - 1
        return i >= 0 and t - self._moves[i] <= HOVER_MS and self._moves[i] > t - since_ms


class _Habit:
    """Places that change together without the visitor, and when they do."""

    def __init__(self) -> None:
        self._all: set[float] = set()
        self._quiet: set[float] = set()
        self._onsets: list[float] | None = None

    def add(self, times: list[float], quiet: list[float]) -> None:
        """One place: all its changes, and those in quiet time."""
        self._all.update(times)
        self._quiet.update(quiet)

    @property
    def repeats(self) -> bool:
        """It happened at least twice, or goes on and on."""
        quiet = sorted(self._quiet)
        return len(_onsets(quiet)) > 1 or quiet[-1] - quiet[0] >= STREAM_MS

    def on_beat(self, t: float, since_ms: float, strict: bool = False) -> bool:
        """Does a change come when the rhythm has it, counted from the last one before the click?

        Where there is no steady rhythm the question is how likely a change is in so short a time; `strict` asks for a
        steady one.
        """
        if self._onsets is None:
            self._onsets = _onsets(sorted(self._all))
        onsets = self._onsets
        gaps = [b - a for a, b in pairwise(onsets)]
        if not gaps:
            return not strict  # one unbroken stream
        i = bisect_left(onsets, t - since_ms)
        if i == 0:
            return False
        period = median(gaps)
        spread = median(abs(g - period) for g in gaps)
        if spread <= 0.15 * period:
            beats = max(1, round((t - onsets[i - 1]) / period))
            late = abs(t - onsets[i - 1] - beats * period)
            return late <= min(max(BEAT_MS, 3 * spread, 0.05 * period), 0.3 * period) or period <= 2 * BEAT_MS
        return not strict and 1 - exp(-max(since_ms, 20) / period) >= BY_CHANCE


def _onsets(times: list[float]) -> list[float]:
    """Where changes begin that belong together: an animation is one change, however many frames it has."""
    gaps = [b - a for a, b in pairwise(times)]
    if not gaps or median(gaps) >= FRAME_MS:
        return times
    return [t for t, gap in zip(times, [float("inf"), *gaps], strict=True) if gap > PAUSE_MS]


class _Links:
    """Union-find of places that change together."""

    def __init__(self) -> None:
        self._parent: dict[Target, Target] = {}

    def root(self, target: Target) -> Target:
        """The place that stands for all that change with this one."""
        while (parent := self._parent.get(target, target)) != target:
            self._parent[target] = self._parent.get(parent, parent)
            target = parent
        return target

    def join(self, a: Target, b: Target) -> None:
        """These two changed together."""
        first, second = self.root(a), self.root(b)
        if first != second:
            self._parent[second] = first


class _Spans:
    """Stretches of time; `t in spans` asks whether one of them holds t."""

    def __init__(self, points: Iterable[tuple[float, float]]) -> None:
        merged = spans(points)
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]

    def __contains__(self, t: float) -> bool:
        i = bisect_left(self._starts, t + 1e-9) - 1
        return i >= 0 and self._ends[i] >= t


def _moves(page: Page) -> list[float]:
    """Times of all pointer positions."""
    times: list[float] = []
    for t, record in page.of(records.MOVE):
        flat: Any = record[3]
        times += [t + flat[i] for i in range(2, len(flat), 3)]
    return sorted(times)

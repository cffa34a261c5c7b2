"""Rhythm: when changes that a page makes by itself come, and whether one more was due."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import pairwise
from math import exp
from statistics import fmean, median
from typing import NamedTuple

FRAME_MS = 50
"""Changes that follow each other faster than this are frames of an animation."""
PAUSE_MS = 300
"""Frames closer together than this belong to one animation."""
STREAM_MS = 1000
"""An animation that goes on for this long without the visitor never ends."""
BEAT_MS = 60
"""Timers of a busy page are this late."""
BY_CHANCE = 0.02
FIRST_BEAT = 0.25
"""How far the first beat of a watch may be off, as a share of its period: it starts in a handler."""
MIN_GAPS = 3
MAX_BEATS = 6
AROUND = 3
"""Changes before and after one that tell whether it stands for a beat that was late or early."""
OFF_BEAT = 0.25
"""How far such a one may be off, as a share of the period: a busy page delays its timers."""
ANSWERED_MS = 500
STEADY = 0.06
"""Spread of a steady series, as a share of its period."""
TRAIN_MS = (60, 900)
"""Before and after the leading change: a slide is announced, moves, and comes to rest."""
TRAIN_SHARE = 0.3
"""The part of the period that a train may take at most."""
IN_TRAIN = 0.05
"""How likely it is by accident that all changes of a place fall into a train."""


class Train:
    """The times of one movement after each onset of a steady series: what changes only then takes part in it."""

    def __init__(self, onsets: list[float], period: float) -> None:
        self._onsets = onsets
        self._before, self._after = (min(ms, TRAIN_SHARE * period) for ms in TRAIN_MS)
        self._share = (self._before + self._after) / period

    def holds(self, onsets: list[float]) -> bool:
        """Do all of these take part in it, and so many that this is no accident?"""
        return self._share ** len(onsets) < IN_TRAIN and all(t in self for t in onsets)

    def __contains__(self, t: float) -> bool:
        i = bisect_left(self._onsets, t + self._before) - 1
        return i >= 0 and t - self._onsets[i] <= self._after


class _Rhythm(NamedTuple):
    """When changes of a habit begin, their beat if they have one, and the median and longest time between two."""

    onsets: list[float]
    beat: float | None
    mean_gap: float
    longest_gap: float


class Habit:
    """Places that change together without the visitor, and when they do."""

    def __init__(self) -> None:
        self._all: set[float] = set()
        self._quiet: set[float] = set()

    def add(self, times: list[float], quiet: list[float]) -> None:
        """One place: all its changes, and those in quiet time. Every place is added before anything is asked."""
        self._all.update(times)
        self._quiet.update(quiet)

    @cached_property
    def times(self) -> list[float]:
        """All changes of all places, in order."""
        return sorted(self._all)

    @property
    def quiet(self) -> set[float]:
        """Changes in quiet time."""
        return self._quiet

    @cached_property
    def repeats(self) -> bool:
        """It happened at least twice, or goes on and on."""
        quiet = sorted(self._quiet)
        return len(onsets_of(quiet)) > 1 or quiet[-1] - quiet[0] >= STREAM_MS

    @cached_property
    def _rhythm(self) -> _Rhythm | None:
        """None for one unbroken stream."""
        onsets = onsets_of(self.times)
        gaps = [b - a for a, b in pairwise(onsets)]
        return _Rhythm(onsets, beat_of(gaps), fmean(gaps), max(gaps)) if gaps else None

    def is_rare(self, within_ms: float) -> bool:
        """Has it no beat, and comes so seldom that one more within so short a time is no accident?

        Views that a visitor goes back through change while nobody clicks, but not by themselves.
        """
        rhythm = self._rhythm
        return rhythm is not None and rhythm.beat is None and _by_chance(within_ms, rhythm) < BY_CHANCE

    def begins(self, t: float, since_ms: float) -> bool:
        """Has it a steady rhythm that begins then, with nothing before, and one beat after something else?"""
        rhythm = self._rhythm
        if rhythm is None or rhythm.beat is None or t > rhythm.onsets[0]:
            return False
        return abs(since_ms - rhythm.beat) <= FIRST_BEAT * rhythm.beat

    def on_beat(self, t: float, since_ms: float, strict: bool = False) -> bool:
        """Does a change come when the rhythm has it, counted from the last one before the click?

        Where there is no steady rhythm the question is how likely a change is in so short a time; `strict` asks for a
        steady one.
        """
        if self._rhythm is None:
            return not strict
        onsets, beat, _, longest_gap = self._rhythm
        i = bisect_left(onsets, min(t, t - since_ms))  # within the clocks' grain a change may come before its click
        if i == 0:
            return False
        if beat is None:
            return not strict and _by_chance(since_ms, self._rhythm) >= BY_CHANCE
        passed = t - onsets[i - 1]
        beats = max(1, round(passed / beat))
        if beats > longest_gap / beat + since_ms / beat + 0.5:
            return False  # the rhythm had stopped
        on_time = abs(passed - beats * beat) <= min(max(BEAT_MS, STEADY * beat), 0.3 * beat)
        return on_time or beat <= 2 * BEAT_MS or self._stands_for_beat(t, onsets, beat)

    def _stands_for_beat(self, t: float, onsets: list[float], beat: float) -> bool:
        """Is a change that comes late or early one of the beats, as many of which come before and after as are due?

        One that a click brought would come beside the beat, or let the rhythm begin anew.
        """
        i = bisect_left(onsets, t)
        if i >= len(onsets) or onsets[i] != t:
            return False
        for a in range(max(0, i - AROUND), i):
            off_ms = abs(t - onsets[a] - (i - a) * beat)
            for b in range(i + 1, min(len(onsets), i + AROUND + 1)):
                unbroken = abs(onsets[b] - onsets[a] - (b - a) * beat) <= STEADY * beat
                if unbroken and off_ms <= OFF_BEAT * beat:
                    return True
        return False


def _by_chance(within_ms: float, rhythm: _Rhythm) -> float:
    """How likely changes that come at random, as often as these, come within that time."""
    return 1 - exp(-max(within_ms, 20) / rhythm.mean_gap)


def prompted(onsets: list[float], clicks: list[float]) -> bool:
    """Do most changes come right after clicks? Visitors click steadily, too: on steppers and in rage."""
    after = 0
    for t in onsets:
        i = bisect_left(clicks, t + 1e-9) - 1
        after += i >= 0 and t - clicks[i] <= ANSWERED_MS
    return after * 2 > len(onsets)


def beat_of(gaps: list[float]) -> float | None:
    """The period of a steady rhythm, None when there is none.

    A place that only takes part in some beats (one slide of three) has gaps that are whole multiples of the period;
    that needs more gaps to tell from chance.
    """
    period = median(gaps)
    if period <= FRAME_MS:
        return None
    if median(abs(g - period) for g in gaps) <= STEADY * period:
        return period
    shortest = min(gaps)
    if shortest <= FRAME_MS:
        return None
    multiples = [g / shortest for g in gaps]
    whole = all(abs(m - round(m)) <= STEADY for m in multiples) and max(multiples) <= MAX_BEATS
    return shortest if whole and len(gaps) > MIN_GAPS else None


def onsets_of(times: list[float]) -> list[float]:
    """Where changes begin that belong together: an animation is one change, however many frames it has."""
    gaps = [b - a for a, b in pairwise(times)]
    if not gaps or median(gaps) >= FRAME_MS:
        return times
    return [t for t, gap in zip(times, [float("inf"), *gaps], strict=True) if gap > PAUSE_MS]


def run_before(times: list[float], end: int) -> list[float]:
    """The steady run of changes that the last one before `times[end]` belongs to; empty where there is none."""
    start = end - 1
    if start < 1 or not (beat := times[start] - times[start - 1]) > FRAME_MS:
        return []
    while start and abs(times[start] - times[start - 1] - beat) <= max(BEAT_MS, STEADY * beat):
        start -= 1
    return times[start:end]

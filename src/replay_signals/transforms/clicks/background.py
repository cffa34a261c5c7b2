"""Background: what a page does by itself, so that it is not taken for an answer to a click.

Clocks, tickers, carousels, polling and hover effects are learned from the time in which the visitor did nothing. Places
that change together then (the slides of a carousel) are one habit with one rhythm. A change of such a place is an
answer only where it comes at once after a click and off the rhythm.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from statistics import median
from typing import NamedTuple

from replay_signals.transforms.clicks.changed_places import Came, Links
from replay_signals.transforms.clicks.restless import LOADING_MS
from replay_signals.transforms.clicks.rhythm import MIN_GAPS, Habit, Train, beat_of, onsets_of, prompted, run_before
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.effects import SETTLE_MS, Effect, Target
from replay_signals.transforms.session.spans import spans
from replay_signals.transforms.session.timeline import Page

HOVER_MS = 120
"""A change this soon after the pointer moved may be a hover effect."""
TOOLTIP_MS = 700
"""Tooltips wait up to half a second before they show."""
PROMPT_MS = 200
"""Handlers answer within a few frames; only such a quick change can be told from a background change."""
AMONG, AMONG_NODES = 3, 60
"""So many texts on either side of one that change by themselves, no farther away than ten rows of a table."""
RUNNING = 3
"""Changes in the frames before a click that make an animation."""


class Wait(NamedTuple):
    """The time after a click in which its answer may come, up to the next one, and the control or node clicked."""

    start_ms: float
    end_ms: float
    element: int | None


STILL_BEATS, MAX_BEAT_MS = 3, 2000
"""A watch that shows nothing new for so long has stopped; what beats more slowly would be watched for too long."""
RUNS_ON_BEATS = 2.5
"""What changes again this soon runs on, whatever its beat is exactly."""
FIRST_GAP = 1.25
"""A timer starts with its place, and is due no later than so many of its periods after that."""
NOTHING = -1
"""Not the id of any node."""


class Background:
    """The habits of one page."""

    def __init__(
        self,
        page: Page,
        effects: Iterable[Effect],
        clicks: Iterable[tuple[float, float]],
        other: Iterable[tuple[float, float]],
        waits: Iterable[Wait],
    ) -> None:
        """`clicks` and `other` (typing, scrolling …) are spans in which the visitor may have caused changes.

        `waits` are the times after the clicks, in order.
        """
        clicks = list(clicks)
        after_clicks, after_all = _Spans(clicks), _Spans([*clicks, *other])
        self._times: dict[Target, list[float]] = {}
        self._moves = _moves(page)
        self._waits = list(waits)
        self._endings: set[float] = set()
        self._links = Links()
        self._came = Came(page)
        self._began: dict[Target, float] = {}
        quiet_times: dict[Target, list[float]] = {}
        ready = page.start_ms + SETTLE_MS
        for effect in effects:
            busy = after_clicks if effect.kind == "scroll" else after_all
            quiet = effect.t > ready and effect.t not in busy
            if effect.removed and not effect.added:
                self._endings.add(effect.t)
            self._came.add(effect)
            for target in effect.targets:
                self._times.setdefault(target, []).append(effect.t)
                if quiet:
                    quiet_times.setdefault(target, []).append(effect.t)
                    self._links.join(effect.targets[0], target)
        self._starts = sorted(start for start, _ in clicks)
        filled_ms = min([page.start_ms + LOADING_MS, *self._starts[:1]])
        quiet_times = {target: times for target, times in quiet_times.items() if len(times) > 1 or times[0] > filled_ms}
        for target in self._series():
            quiet_times[target] = self._times[target]
        by_root: dict[Target, Habit] = {}
        self._habits: dict[Target, Habit] = {}
        for target, times in quiet_times.items():
            habit = by_root.setdefault(self._links.root(target), Habit())
            began = (self._began[target],) if target in self._began else ()
            habit.add([*began, *self._times[target]], times)
            self._habits[target] = habit
        self._elsewhere: set[Target] = set()
        self._alone: dict[Target, Habit | None] = {}
        self._texts = sorted(node for kind, node, _ in self._habits if kind == "t")

    @property
    def habitual_targets(self) -> set[Target]:
        """What the page changes by itself, time and again; scrolling is the visitor's as a rule."""
        return {t for t in self._times if t[0] != "s" and self.habitual(t)}

    def learn(self, elsewhere: set[Target]) -> None:
        """Takes over the habits seen in all views of the same document, whose node ids are the same."""
        self._elsewhere = elsewhere

    def _series(self) -> Iterator[Target]:
        """Places that change in a steady rhythm, busy or not, and those that change with them.

        An active visitor leaves no quiet time to learn from, but clicks are irregular: a steady series of at least four
        changes cannot come from them.
        """
        begins = {target: onsets_of(times) for target, times in self._times.items()}
        steady = {}
        for target, onsets in begins.items():
            gaps = [b - a for a, b in pairwise(onsets)]
            if len(gaps) >= MIN_GAPS and (beat := beat_of(gaps)) is not None and not self._prompted(onsets):
                steady[target] = Train(onsets, median(gaps))
                if 0 < onsets[0] - self._came.before(target[1], onsets[0]) <= FIRST_GAP * beat:
                    self._began[target] = onsets[0] - beat
        others = {t: onsets for t, onsets in begins.items() if t not in steady and t[0] != "s" and len(onsets) >= 2}
        others = {t: onsets for t, onsets in others.items() if t[0] != "r" or not self._prompted(onsets)}
        for lead, train in steady.items():
            yield lead
            for target, onsets in others.items():
                if train.holds(onsets):
                    self._links.join(lead, target)
                    yield target

    def _prompted(self, onsets: list[float]) -> bool:
        """Do clicks bring most of it? What goes away goes by itself."""
        return prompted([t for t in onsets if t not in self._endings] or onsets, self._starts)

    def explains(self, target: Target, t: float, since_ms: float) -> bool:
        """Would this change, `since_ms` after the pointer went down, have come without the click?"""
        habit = self._habits.get(target)
        if habit is None:
            return (target in self._elsewhere and since_ms > PROMPT_MS) or self.is_in_new(target, t, since_ms)
        if habit.begins(t, since_ms):
            return False
        if target[0] == "s":  # visitors scroll, too, but not like clockwork
            return habit.repeats and habit.on_beat(t, since_ms, strict=True)
        if self._hovered(t, since_ms) or (since_ms > PROMPT_MS and not habit.is_rare(since_ms)):
            return True
        return habit.repeats and (habit.on_beat(t, since_ms) or self.beats(target, t))

    def starts(self, target: Target, t: float, since_ms: float) -> bool:
        """Is it the first beat of a watch that the click starts, `since_ms` before?"""
        habit = self._habits.get(target)
        return habit is not None and habit.begins(t, since_ms)

    def stops(self, t: float, until_ms: float) -> bool:
        """Does a watch that an earlier click had started, and that ran up to then, stand still from then on?"""
        start, end = (bisect_left(self._ticks, at, key=itemgetter(0)) for at in (t - FIRST_GAP * MAX_BEAT_MS, t))
        return any(self._stops(self._times[target], t, until_ms) for target in {x for _, x in self._ticks[start:end]})

    @cached_property
    def _ticks(self) -> list[tuple[float, Target]]:
        """Changes of places whose texts or nodes change often enough for a rhythm, in order of time."""
        often = ((x, times) for x, times in self._times.items() if x[0] in "tc" and len(times) > MIN_GAPS)
        return sorted((t, target) for target, times in often for t in times)

    def _stops(self, times: list[float], t: float, until_ms: float) -> bool:
        end = bisect_left(times, t)
        if end <= MIN_GAPS:
            return False
        still_ms = min([until_ms, *times[end : end + 1]]) - times[end - 1]
        if still_ms <= RUNS_ON_BEATS * (times[end - 1] - times[end - 2]):
            return False
        run = run_before(times, end)
        if len(run) <= MIN_GAPS or prompted(run, self._starts):
            return False
        beat = median(b - a for a, b in pairwise(run))
        if beat > MAX_BEAT_MS or t - run[-1] > FIRST_GAP * beat or still_ms <= STILL_BEATS * beat:
            return False
        i = bisect_left(self._starts, run[0]) - 1
        return i >= 0 and run[0] - self._starts[i] <= max(FIRST_GAP * beat, PROMPT_MS)

    def is_in_new(self, target: Target, t: float, since_ms: float) -> bool:
        """Is the place part of what the page brought by itself since the click: a clock that is drawn anew?"""
        came = self._came.with_node(target[1], t - since_ms, t)
        if came is None:
            return False
        return all(self.habitual(x) and self.explains(x, came.t, came.t - t + since_ms) for x in came.targets)

    def among(self, target: Target, t: float, since_ms: float) -> bool:
        """Is it a text that has not changed by itself yet, in the midst of others that do, and was one of them due?"""
        kind, node_id, _ = target
        if kind != "t" or target in self._habits:
            return False
        i = bisect_left(self._texts, node_id)
        before, after = self._texts[max(0, i - AMONG) : i], self._texts[i : i + AMONG]
        near = [n for n in (*before, *after) if abs(n - node_id) <= AMONG_NODES]
        if len(near) < 2 * AMONG:
            return False
        group = Habit()
        for n in near:
            habit = self._habits["t", n, ""]
            group.add(self._times["t", n, ""], sorted(habit.quiet))
        return group.repeats and group.on_beat(t, since_ms)

    def beats(self, target: Target, t: float) -> bool:
        """Does this place change in a steady rhythm of its own, in which it was due then?"""
        if target not in self._alone:
            times, alone = self._times.get(target, []), None
            if len(times) > MIN_GAPS + 1 and not self._prompted(times):
                alone = Habit()
                alone.add(times, [])
            self._alone[target] = alone
        habit = self._alone[target]
        return habit is not None and habit.on_beat(t, 0.0, strict=True)

    def moved(self, target: Target, element: int | None) -> bool:
        """Did this place change without the visitor, other than while they waited for an answer of that control?

        Where only something goes away, that is the end of what came before.
        """
        habit = self._habits.get(target)
        if habit is None:
            return target in self._elsewhere
        return any(self._waited_for(t) != element for t in habit.quiet if t not in self._endings)

    def _waited_for(self, t: float) -> int | None:
        i = bisect_right(self._waits, t, key=lambda wait: wait.start_ms) - 1
        return self._waits[i].element if i >= 0 and t <= self._waits[i].end_ms else NOTHING

    def habitual(self, target: Target) -> bool:
        """The page changes this by itself, time and again."""
        habit = self._habits.get(target)
        return habit is not None and habit.repeats

    def running(self, target: Target, down_ms: float) -> bool:
        """An animation that was already running when the pointer went down: several changes in the frames before."""
        habit = self._habits.get(target)
        times = self._times.get(target, []) if habit is None else habit.times
        if len(times) < RUNNING:
            return False
        end = bisect_left(times, down_ms)
        return end - bisect_left(times, down_ms - 150) >= RUNNING

    def pointed(self, t: float) -> bool:
        """Did the pointer move right before?"""
        i = bisect_left(self._moves, t + 1e-9) - 1
        return i >= 0 and t - self._moves[i] <= TOOLTIP_MS

    def moved_between(self, start_ms: float, end_ms: float) -> bool:
        """Did the pointer move meanwhile?"""
        return bisect_right(self._moves, end_ms) > bisect_left(self._moves, start_ms)

    def _hovered(self, t: float, since_ms: float) -> bool:
        i = bisect_left(self._moves, t + 1e-9) - 1
        return i >= 0 and t - self._moves[i] <= HOVER_MS and self._moves[i] > t - since_ms


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
    for t, move in page.of(records.Move):
        times += [t + offset_ms for offset_ms in move.positions[2::3]]
    return sorted(times)

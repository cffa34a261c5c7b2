"""cursor_thrash: the pointer shaken back and forth in one place.

In a window of 1.2 s the pointer makes at least 6 sharp turns (more than 100 degrees, between moves of 8 px or more) and
its path is at least 3.5 times the diagonal of the area it stays in, without a click. Purposeful movement turns rarely
and covers ground: path and area grow together. No vendor publishes numbers for this; these follow from the
recorder's usual sampling of 50-66 ms, which shows at most about 18 positions in 1.2 s. Where a recorder samples less
often (a busy page, a setting), fewer turns are seen: the window is longer there, and at least half of the moves turn.

Whoever holds the button down is drawing, sliding, selecting or moving something, however often they turn.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate, pairwise
from math import cos, hypot, radians
from statistics import median
from typing import Annotated, NamedTuple

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "cursor_thrash"
WINDOW_MS = 1200
"""Shaking is quick: a hand turns about five times a second."""
WINDOW_STEPS = 12
"""Moves in the window where sampling is coarse: half of them turn when a hand shakes faster than it is sampled."""
MAX_WINDOW_MS = 3000
"""Nobody shakes for longer before giving up; slower sampling than 250 ms shows no shaking."""
MIN_TURN_SHARE = 0.5
"""Of the moves in a window that is longer for coarse sampling: purposeful movement turns seldom, however slow."""
MIN_TURNS = 6
"""Sharp turns in the window; corrections on the way to a target make one or two."""
MIN_STEP_PX = 8
"""Shorter moves are the trembling of a resting hand."""
MIN_RATIO = 3.5
"""Path over diagonal of the area: a circle, the roundest purposeful movement, has 2.2."""
MIN_PATH_PX = 250
"""In the window; less is fidgeting in place."""
_SHARP = cos(radians(100))
"""Turning back rather than aside."""
JOIN_MS = 600
"""Half a window: shaking with a pause shorter than this is one."""
CLICK_BEFORE_MS = 200
"""A click this soon before belongs to the movement: the hand was working, not shaking."""
RELEASE_MS = 100
"""From the last position to the release of the button: a step or two of sampling."""
LONG, SHORT = "long", "short"
"""Grades of evidence: more turns are surer; games and drawing without clicks look the same."""
LONG_TURNS = 10
"""Two windows' worth."""
_RELEASES = frozenset((rrweb.MOUSE_UP, rrweb.CLICK, rrweb.DBL_CLICK, rrweb.CONTEXT_MENU))
"""A context menu takes the release for itself."""
MAX_GAP_MS = MAX_WINDOW_MS / WINDOW_STEPS
"""A longer gap between two positions is a rest."""
MIN_APART_MS = 10
"""Recorders sample every 50-66 ms; positions closer than this tell nothing more and could be any number."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    turns: Annotated[int, doc("Sharp turns of the pointer")]
    path_px: Annotated[int, doc("Length of its path, CSS pixels")]


class Point(NamedTuple):
    """A pointer position."""

    t: float
    x: float
    y: float


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per uninterrupted shaking."""
    found = []
    for page in context.timeline.pages:
        clicks = [j.click.t for j in context.by_page[page]]
        after_ms = 0 if _tells_presses(page) else RELEASE_MS
        for points in _apart(positions(page), holds(page)):
            for start, end, turns, path in _shakes(points):
                if not any(start - CLICK_BEFORE_MS <= t <= end + after_ms for t in clicks):
                    found.append(_finding(page, start, end, turns, path))
    return found


def _finding(page: Page, start: float, end: float, turns: int, path_px: float) -> Finding[Evidence]:
    grade = LONG if turns >= LONG_TURNS else SHORT
    summary = f"Shook the pointer for {(end - start) / 1000:.1f} s"
    evidence = Evidence(turns=turns, path_px=round(path_px))
    return Finding(KIND, page, start, end, grade, summary, evidence, blocked=0.1)


def positions(page: Page) -> list[Point]:
    """Mouse positions of a page in order of time, thinned to what recorders sample."""
    points = []
    for t, move in page.of(records.Move):
        if move.source != rrweb.MOUSE_MOVE:
            continue
        flat = move.positions
        points += [Point(t + flat[i + 2], flat[i], flat[i + 1]) for i in range(0, len(flat), 3)]
    kept: list[Point] = []
    for point in sorted(points):
        if not kept or point.t - kept[-1].t >= MIN_APART_MS:
            kept.append(point)
    return kept


def holds(page: Page) -> list[tuple[float, float]]:
    """`(from, to)` (epoch ms) of the button held down; to the page's end when no release was recorded.

    The browser's own drag and drop swallows the release: the button is up again when plain moves come after its drags.
    """
    found: list[tuple[float, float]] = []
    down: float | None = None
    dragged: float | None = None
    for t, record in page.of(records.Interaction, records.Move):
        until: float | None = None
        if isinstance(record, records.Interaction):
            until = t if record.kind in _RELEASES or record.kind == rrweb.MOUSE_DOWN else None
        elif record.source == rrweb.DRAG:
            dragged = t
        elif record.source == rrweb.MOUSE_MOVE:
            until = dragged
        if until is not None and down is not None:
            found.append((down, until))
            down = dragged = None
        if isinstance(record, records.Interaction) and record.kind == rrweb.MOUSE_DOWN:
            down, dragged = t, None
    return found if down is None else [*found, (down, page.end_ms)]


def _tells_presses(page: Page) -> bool:
    """Does the recorder tell presses? Else the click at the end of a movement is all that tells of its release."""
    return any(record.kind == rrweb.MOUSE_DOWN for _, record in page.of(records.Interaction))


def _apart(points: list[Point], held: list[tuple[float, float]]) -> list[list[Point]]:
    """Positions with no button held, cut where it was held on the way: before and after are no one movement."""
    runs: list[list[Point]] = [[]]
    ends = [end for _, end in held]
    for point in points:
        i = bisect_left(ends, point.t)
        if i == len(held) or point.t < held[i][0]:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return runs


def _shakes(points: list[Point]) -> list[tuple[float, float, int, float]]:
    """`(start, end, turns, path)` of shaking; overlapping windows are joined."""
    shakes: list[tuple[float, float, int, float]] = []
    moves = _Moves(points)
    window_ms = _window_ms(points)
    i = 0
    for k in range(len(points)):
        while points[k].t - points[i].t > window_ms:
            i += 1
        turns, path = moves.restless(i, k)
        if turns < MIN_TURNS or (window_ms > WINDOW_MS and turns < MIN_TURN_SHARE * (k - i)):
            continue
        start, end = points[i].t, points[k].t
        if shakes and start <= shakes[-1][1] + JOIN_MS:
            shakes[-1] = (shakes[-1][0], end, max(turns, shakes[-1][2]), max(path, shakes[-1][3]))
        else:
            shakes.append((start, end, turns, path))
    return shakes


def _window_ms(points: list[Point]) -> float:
    """Long enough for `WINDOW_STEPS` moves, as often as this page was sampled while the pointer moved."""
    gaps = [b.t - a.t for a, b in pairwise(points) if b.t - a.t <= MAX_GAP_MS]
    return min(MAX_WINDOW_MS, max(WINDOW_MS, WINDOW_STEPS * median(gaps))) if gaps else WINDOW_MS


class _Moves:
    """The way of the pointer, prepared once: its windows overlap, and each position is in many of them."""

    def __init__(self, points: list[Point]) -> None:
        self._xs = [p.x for p in points]
        self._ys = [p.y for p in points]
        steps = [(b.x - a.x, b.y - a.y) for a, b in pairwise(points)]
        self._lengths = [hypot(dx, dy) for dx, dy in steps]
        long = [(step, length) for step, length in zip(steps, self._lengths, strict=True) if length >= MIN_STEP_PX]
        sharp = (ax * bx + ay * by < _SHARP * a * b for ((ax, ay), a), ((bx, by), b) in pairwise(long))
        self._long_before = [0, *accumulate(length >= MIN_STEP_PX for length in self._lengths)]
        """Number of long steps before each position."""
        self._turns_before = [0, 0, *accumulate(sharp)]
        """Number of sharp turns into the long steps before each long step."""

    def restless(self, i: int, k: int) -> tuple[int, float]:
        """Sharp turns and path length between two positions; no turns when the pointer covers ground."""
        if k - i < MIN_TURNS + 1:
            return 0, 0.0
        path = sum(self._lengths[i:k])
        if path < MIN_PATH_PX:
            return 0, path
        xs, ys = self._xs[i : k + 1], self._ys[i : k + 1]
        if path < MIN_RATIO * hypot(max(xs) - min(xs), max(ys) - min(ys)):
            return 0, path
        first, end = self._long_before[i], self._long_before[k]
        return (self._turns_before[end] - self._turns_before[first + 1] if end > first else 0), path


SIGNAL = Signal(
    kind=KIND,
    title="the mouse was shaken in frustration",
    detect=detect,
    scope=Scope.MOVEMENT,
    gesture=None,
    after_others=False,
    settled_ms=settling.soon_after,
    problem_type="confusion",
    failure="reading",
    is_trouble=False,
    evidence=Evidence,
)

"""Places of a page that change while the visitor does nothing: what they say later is no answer to typing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from replay_signals.schemas import rrweb
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.effects import Effect, Target
from replay_signals.transforms.session.fields import typed_fields
from replay_signals.transforms.session.spans import spans
from replay_signals.transforms.session.timeline import Page

QUIET_MS = 2500
"""What changes this long after any input of the visitor changes by itself."""
LOADING_MS = 4000
"""A page that has just been opened fills its places with what it asked for, once; one that takes longer is poor
(web.dev, largest contentful paint)."""
MIN_TICKS = 3
EVEN = 0.15
"""Of the interval: timers of a page that loads are late."""
_PRESSES = frozenset((rrweb.MOUSE_DOWN, rrweb.MOUSE_UP, rrweb.TOUCH_START, rrweb.TOUCH_END))


def restless_places(page: Page, clicks: Sequence[Judged], changes: Sequence[Effect]) -> frozenset[Target]:
    """Places that change in quiet time, other than once while the page loads. `changes`: all of the page, in order."""
    acts = [*(c.t for f in typed_fields(page) for c in f.typed), *(j.click.t for j in clicks), *_dragged(page, clicks)]
    acts.sort()
    restless: set[Target] = set()
    filled: dict[Target, list[float]] = {}
    for effect in changes:
        i = bisect_right(acts, effect.t) - 1
        loads = i < 0 and effect.t - page.start_ms <= LOADING_MS
        if not loads and (i < 0 or effect.t - acts[i] > QUIET_MS):
            restless.update(effect.targets)
        for target in effect.targets:
            if loads or target in filled:
                filled.setdefault(target, []).append(effect.t)
    return frozenset(restless.union(target for target, times in filled.items() if _ticks(times)))


def _ticks(times: list[float]) -> bool:
    """Do changes come evenly, as those of a clock do while the visitor types?"""
    if len(times) < MIN_TICKS:
        return False
    gaps = [b - a for a, b in pairwise(times)]
    usual = median(gaps)
    return all(abs(gap - usual) <= EVEN * usual for gap in gaps)


def _dragged(page: Page, clicks: Sequence[Judged]) -> list[float]:
    """Presses and releases that made no click: of a slider, as a rule."""
    clicked = [(0.0, 0.0), *spans((j.click.down_ms, j.click.t) for j in clicks)]
    presses = [t for t, record in page.of(records.Interaction) if record.kind in _PRESSES]
    return [t for t in presses if clicked[bisect_right(clicked, (t, float("inf"))) - 1][1] < t]

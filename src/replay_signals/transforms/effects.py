"""Effects: everything on a page that could be an answer to a click, and what of it was happening anyway.

A page's background (clocks, tickers, carousels, polling, hover effects) is learned per changed node from the time in
which the visitor did nothing. A change of such a node is an answer only where it breaks the node's own rhythm.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from statistics import median
from typing import Any

from replay_signals.schemas import rrweb
from replay_signals.transforms import records
from replay_signals.transforms.timeline import Page, Request

Target = tuple[str, int, str]
"""What changed: `c` children of a node, `t` text of a node, `a` an attribute of a node (named); others by kind."""

SETTLE_MS = 1000
"""After a page opens its own scripts still build it; changes in this time say nothing about its background."""
HOVER_MS = 120
"""A change this soon after the pointer moved may be a hover effect."""
TOOLTIP_MS = 700
"""Tooltips wait up to half a second before they show."""
PROMPT_MS = 200
"""Handlers answer within a few frames; only such a quick change can be told from a background change."""


@dataclass(slots=True)
class Effect:
    """One change. `targets` are the changed places of a mutation; `added`, `removed` flat id ranges."""

    t: float
    kind: str
    targets: tuple[Target, ...] = ()
    detail: str = ""
    node_id: int | None = None
    request: Request | None = None
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    alerts: tuple[str, ...] = ()


def effects_of(page: Page) -> list[Effect]:
    """All effects of a page in order of time."""
    effects = [effect for at in page.records if (effect := _effect(*at)) is not None]
    effects += _urls(page)
    effects += [
        Effect(r.start_ms, "request", (("r", 0, f"{r.method} {r.url}"),), r.url, request=r)
        for r in page.requests
        if r.by_script
    ]
    effects.sort(key=lambda e: (e.t, e.kind, e.targets))
    return effects


def _effect(t: float, record: Any) -> Effect | None:
    code = record[1]
    if code == records.MUTATION:
        return _mutation(t, record)
    if code == records.SCROLL:
        return Effect(t, "scroll", (("s", record[2] or 0, ""),), node_id=record[2])
    if code == records.INPUT:
        return Effect(t, "input", (("i", record[2] or 0, ""),), node_id=record[2])
    if code == records.INTERACTION and record[2] in (rrweb.FOCUS, rrweb.BLUR):
        return Effect(t, "focus" if record[2] == rrweb.FOCUS else "blur", node_id=record[3])
    if code in _SIMPLE:
        target = record[3] if code in (records.MEDIA, records.STYLE) else record[2]
        return Effect(t, _SIMPLE[code], ((_SIMPLE[code], target if isinstance(target, int) else 0, ""),))
    if code == records.CUSTOM and record[2] == "window hidden":
        return Effect(t, "hidden")
    return None


def _urls(page: Page) -> list[Effect]:
    """Changes of the URL within the document; a checkout and a repeated page view name the URL it already has."""
    found, current = [], page.href
    for t, record in page.of(records.META, records.CUSTOM):
        href = str(record[2] if record[1] == records.META else record[3])
        if href and href != current:
            current = href
            if t > page.start_ms + SETTLE_MS:
                found.append(Effect(t, "url", detail=href))
    return found


_SIMPLE = {
    records.MEDIA: "media",
    records.STYLE: "style",
    records.CANVAS: "canvas",
    records.SELECTION: "selection",
    records.RESIZE: "resize",
}


def _mutation(t: float, record: Any) -> Effect:
    _, _, parents, texts, attributes, _, _, removed, added, alerts = record[:10]
    targets = [("c", p, "") for p in parents] + [("t", i, "") for i in texts]
    targets += [("a", attributes[i], attributes[i + 1]) for i in range(0, len(attributes), 3)]
    unique = tuple(sorted(set(targets)))
    return Effect(t, "mutation", unique, added=tuple(added), removed=tuple(removed), alerts=tuple(alerts))


class Background:
    """What a page does by itself."""

    def __init__(self, page: Page, effects: Iterable[Effect], busy: list[tuple[float, float]]) -> None:
        """`busy` are the spans in which the visitor may have caused changes, sorted and disjoint."""
        self._busy = busy
        self._starts = [b[0] for b in busy]
        self._times: dict[Target, list[float]] = {}
        self._quiet: dict[Target, int] = {}
        self._moves = _moves(page)
        ready = page.start_ms + SETTLE_MS
        for effect in effects:
            quiet = effect.t > ready and not self._is_busy(effect.t)
            for target in effect.targets:
                self._times.setdefault(target, []).append(effect.t)
                if quiet:
                    self._quiet[target] = self._quiet.get(target, 0) + 1

    def _is_busy(self, t: float) -> bool:
        i = bisect_left(self._starts, t + 1e-9) - 1
        return i >= 0 and self._busy[i][1] >= t

    def explains(self, target: Target, t: float, since_ms: float) -> bool:
        """Would this change, `since_ms` after the click, have come without the click?"""
        quiet = self._quiet.get(target, 0)
        if quiet == 0:
            return self._running(target, t - since_ms)
        if since_ms > PROMPT_MS or self._hovered(t, since_ms):
            return True
        if quiet < 2:
            return False
        return not self._off_beat(target, t, since_ms)

    def _running(self, target: Target, down_ms: float) -> bool:
        """An animation that was already running when the pointer went down: several changes in the frames before."""
        times = self._times[target]
        end = bisect_left(times, down_ms)
        return end - bisect_left(times, down_ms - 150) >= 3

    def pointed(self, t: float) -> bool:
        """Did the pointer move right before?"""
        i = bisect_left(self._moves, t + 1e-9) - 1
        return i >= 0 and t - self._moves[i] <= TOOLTIP_MS

    def _hovered(self, t: float, since_ms: float) -> bool:
        i = bisect_left(self._moves, t + 1e-9) - 1
        return i >= 0 and t - self._moves[i] <= HOVER_MS and self._moves[i] > t - since_ms

    def _off_beat(self, target: Target, t: float, since_ms: float) -> bool:
        """Does the change break the rhythm the node has by itself?"""
        times = self._times[target]
        i = bisect_left(times, t)
        gaps = [b - a for a, b in pairwise(times) if b - a > 1]
        if i == 0 or not gaps:
            return False
        period = median(gaps)
        spread = median(abs(g - period) for g in gaps)
        if spread <= 0.3 * period:
            return t - times[i - 1] < 0.6 * period
        return 1 - exp(-max(since_ms, 20) / period) < 0.02


def _moves(page: Page) -> list[float]:
    """Times of all pointer positions."""
    times: list[float] = []
    for t, record in page.of(records.MOVE):
        flat: Any = record[3]
        times += [t + flat[i] for i in range(2, len(flat), 3)]
    return sorted(times)


def spans(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Sorted, disjoint spans."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted(points):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

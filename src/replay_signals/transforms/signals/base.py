"""Findings: what every signal module gives, and what several of them share."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from replay_signals.transforms.clicks.web import Judged
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals.context import SessionContext


@dataclass(slots=True)
class Finding:
    """One signal before severity and identity are worked out. Times are epoch ms.

    `blocked` says how far the visitor was stopped (0 not, 1 completely); `recovered` whether they got there after all.
    """

    kind: str
    page: Page
    started_ms: float
    ended_ms: float
    confidence: float
    summary: str
    control: Control | None = None
    node_id: int | None = None
    x: int | None = None
    y: int | None = None
    verdict: str = "found"
    click_count: int = 0
    reaction_ms: float | None = None
    blocked: float = 0.0
    attempts: int = 0
    recovered: bool = False
    evidence: dict[str, object] = field(default_factory=dict)


def first_after(times: list[float], t: float) -> float | None:
    """The first of sorted times that is later than t."""
    i = bisect_right(times, t)
    return times[i] if i < len(times) else None


Detector = Callable[[SessionContext], list[Finding]]


def of_click(kind: str, j: Judged, summary: str, confidence: float) -> Finding:
    """A finding about one click."""
    c = j.click
    return Finding(
        kind,
        c.page,
        c.down_ms,
        c.t,
        confidence,
        summary,
        control=c.control,
        node_id=c.node_id,
        x=c.x,
        y=c.y,
        verdict=j.verdict,
        click_count=1,
        reaction_ms=j.reaction_ms,
        attempts=1,
    )


def incidents(context: SessionContext, clicks: list[Judged]) -> list[list[Judged]]:
    """Clicks that share one cause: those of a rage burst on one control together, every other click alone."""
    groups: list[list[Judged]] = []
    for j in clicks:
        if groups and j in context.raging and _same_burst(groups[-1][-1], j):
            groups[-1].append(j)
        else:
            groups.append([j])
    return groups


def _same_burst(a: Judged, b: Judged) -> bool:
    return a.click.page is b.click.page and a.click.element == b.click.element and b.click.t - a.click.t <= 1500


def watched_ms(context: SessionContext, j: Judged) -> float:
    """How long the page was seen to live after a click, at most the evidence window."""
    lived = max(j.click.page.end_ms, j.click.page.last_alive_ms) - j.click.t
    return min(context.rules.clicks.window_ms, max(0.0, lived))

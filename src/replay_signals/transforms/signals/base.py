"""What every signal module gets and gives: a session in context, findings with their evidence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.clicks.bursts import Burst, bursts_of
from replay_signals.transforms.clicks.errors import Errors
from replay_signals.transforms.clicks.web import Judged
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.elements import key_of
from replay_signals.transforms.session.timeline import Page, Timeline


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


@dataclass
class Session:
    """A session as the detectors see it; what several of them need is worked out once."""

    timeline: Timeline
    clicks: list[Judged]
    events: list[AnalyticsEvent]
    rules: Rules
    errors: Errors

    @cached_property
    def bursts(self) -> list[Burst]:
        """Repeated clicking, whether it was answered or not."""
        return bursts_of(self.clicks, self.rules.rage)

    @cached_property
    def raging(self) -> set[int]:
        """Identities of clicks that belong to rage."""
        return {id(j) for burst in self.bursts if burst.rage(self.errors) for j in burst.clicks}

    # What is looked up once a finding; searching all clicks each time made long sessions quadratic.

    @cached_property
    def answered_ms(self) -> list[float]:
        """Times of answered clicks, in order."""
        return sorted(j.click.t for j in self.clicks if j.answered)

    @cached_property
    def opened_ms(self) -> list[float]:
        """Starts of pages, in order."""
        return sorted(p.start_ms for p in self.timeline.pages)

    @cached_property
    def worked_ms(self) -> dict[str, float]:
        """When each control (by key) last answered without a failed request."""
        last: dict[str, float] = {}
        for j in self.clicks:
            if j.answered and not j.failed:
                key = key_of(j.click.control)
                last[key] = max(j.click.t, last.get(key, j.click.t))
        return last

    @cached_property
    def reached_ms(self) -> dict[str, float]:
        """When each document (URL without fragment) was last opened."""
        last: dict[str, float] = {}
        for page in self.timeline.pages:
            url = page.href.partition("#")[0]
            last[url] = max(page.start_ms, last.get(url, page.start_ms))
        return last

    @cached_property
    def by_place(self) -> dict[tuple[int, int | None], list[Judged]]:
        """Clicks by page and element, in order of time."""
        places: dict[tuple[int, int | None], list[Judged]] = {}
        for j in self.clicks:
            places.setdefault((id(j.click.page), j.click.element), []).append(j)
        return places


def first_after(times: list[float], t: float) -> float | None:
    """The first of sorted times that is later than t."""
    i = bisect_right(times, t)
    return times[i] if i < len(times) else None


Detector = Callable[[Session], list[Finding]]


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


def incidents(session: Session, clicks: list[Judged]) -> list[list[Judged]]:
    """Clicks that share one cause: those of a rage burst on one control together, every other click alone."""
    groups: list[list[Judged]] = []
    for j in clicks:
        if groups and id(j) in session.raging and _same_burst(groups[-1][-1], j):
            groups[-1].append(j)
        else:
            groups.append([j])
    return groups


def _same_burst(a: Judged, b: Judged) -> bool:
    return a.click.page is b.click.page and a.click.element == b.click.element and b.click.t - a.click.t <= 1500


def watched_ms(session: Session, j: Judged) -> float:
    """How long the page was seen to live after a click, at most the evidence window."""
    lived = max(j.click.page.end_ms, j.click.page.heard_ms) - j.click.t
    return min(session.rules.clicks.window_ms, max(0.0, lived))

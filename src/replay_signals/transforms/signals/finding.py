"""A finding: one signal before severity and identity are worked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from replay_signals.schemas.confidence import TABLE
from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.session.timeline import Page

E = TypeVar("E", bound=msgspec.Struct)
"""The evidence of a kind: a struct whose fields say what they mean."""

MAX_OFFSETS = 50
"""Times that evidence lists; a longer series tells nobody more, and evidence is read by people."""
MAX_MESSAGE_CHARS = 120
"""Of an error's message in a summary, which is one line; the evidence has the whole message."""


@dataclass(slots=True)
class Finding(Generic[E]):
    """What a detector found. Times are epoch ms of the client's clock, `x` and `y` CSS pixels of the viewport.

    `grade` names how strong the evidence is; with the kind it gives the `confidence`, the share of such findings
    expected to be right (schemas/confidence). `blocked` says how far the visitor was stopped: 0 not, 0.1-0.2 annoyed,
    0.3-0.4 held up, 0.6-0.9 this way was closed, 1 completely. `recovered` says whether they got there after all,
    `lost_ms` what it cost them where that is known; None: until something worked again.
    `subject` tells two findings of one kind and moment apart that are about no control: a route.
    """

    kind: str
    page: Page
    started_ms: float
    ended_ms: float
    grade: str
    summary: str
    evidence: E
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
    lost_ms: float | None = None
    subject: str = ""

    @property
    def confidence(self) -> float:
        """The share of such findings expected to be right."""
        return TABLE.confidence(self.kind, self.grade)

    @property
    def prior(self) -> float:
        """The same before any label was counted."""
        return TABLE.prior(self.kind, self.grade)


def of_click(kind: str, j: Judged, summary: str, grade: str, evidence: E) -> Finding[E]:
    """A finding about one click."""
    c = j.click
    return Finding(
        kind,
        c.page,
        c.down_ms,
        c.t,
        grade,
        summary,
        evidence,
        control=c.control,
        node_id=c.node_id,
        x=c.x,
        y=c.y,
        verdict=j.verdict,
        click_count=1,
        reaction_ms=j.reaction_ms,
        attempts=1,
    )


def of_clicks(kind: str, group: list[Judged], summary: str, grade: str, evidence: E) -> Finding[E]:
    """A finding about clicks that are one incident; the first of them stands for all."""
    finding = of_click(kind, group[0], summary, grade, evidence)
    finding.ended_ms = group[-1].click.t
    finding.click_count = finding.attempts = len(group)
    return finding

"""dead_click: a click on a working-looking control that was answered by nothing.

Answers are looked for from pointer-down to 7 s after the click and have to belong to the click
(transforms/clicks/reactions). Clicks that failed with an error or a request are error_click and failed_request,
disabled controls are blocked_click, and repeated ones rage_click: one incident, one kind.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.confidence import grade_of
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.judged import DEAD, Judged
from replay_signals.transforms.clicks.second_look import DOUBLE_MS
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding, of_click

KIND = "dead_click"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    reason: Annotated[str, doc("Why the click counts as dead")]
    watched_ms: Annotated[int, doc("How long the page was watched after the click, ms; the evidence window at most")]
    attempt: Annotated[int, doc("Which try on this control it was, from 1")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per dead click outside of rage."""
    return find(context, SIGNAL)


def find(context: SessionContext, signal: Signal[Evidence]) -> list[Finding[Evidence]]:
    """Dead clicks or taps, as the signal's gesture says: they are judged alike."""
    found = []
    tries: dict[tuple[Page, int | None], int] = {}
    last: tuple[Judged, Finding[Evidence]] | None = None
    for j in context.clicks:
        if (
            j.click.kind != signal.gesture
            or j.verdict != DEAD
            or j.blocked
            or "X" in j.click.opt_outs
            or j.failed
            or context.errors.of(j)
            or j in context.raging
        ):
            continue
        if last is not None and _is_double(last[0], j):
            last[1].click_count, last[1].ended_ms = 2, j.click.t
            continue
        what = element_label(j.click.control, j.click.node_id)
        place = (j.click.page, j.click.element)
        tries[place] = tries.get(place, 0) + 1
        evidence = Evidence(reason=j.reason, watched_ms=round(context.watched_ms(j)), attempt=tries[place])
        summary = f"{str(signal.gesture).capitalize()} on {what}: nothing happened"
        finding = of_click(signal.kind, j, summary, grade_of(j.confidence), evidence)
        finding.blocked = 0.8
        finding.attempts = tries[place]
        found.append(finding)
        last = j, finding
    return found


def _is_double(first: Judged, second: Judged) -> bool:
    """Two halves of one double click: one try of the visitor."""
    a, b = first.click, second.click
    return a.double and b.double and a.page is b.page and a.element == b.element and b.t - a.t <= DOUBLE_MS


SIGNAL = Signal(
    kind=KIND,
    title="a click on a control that nothing answered",
    detect=detect,
    scope=Scope.CLICK,
    gesture="click",
    after_others=False,
    settled_ms=settling.after_evidence_window,
    problem_type="confusion",
    failure="silence",
    is_trouble=True,
    evidence=Evidence,
)

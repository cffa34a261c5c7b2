"""rage_click: at least three clicks on one place, each within 1 s of the one before, and no progress.

Progress is judged by effect. A click that the page answers is use, so five quick clicks on a pager, a stepper or a
toggle are not rage; more than half of the burst, and at least three clicks, must have got only silence or errors.
Three clicks and 1 s are what PostHog and Datadog use; they need no effect and so accuse steppers.
On a place that is no control five clicks are needed: two and three clicks there select text.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.confidence import grade_of
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import MAX_OFFSETS, Finding, of_click

KIND = "rage_click"
UNSURE = 0.6
"""Score where no click of the burst is known to be dead: on a place that is no control, or on a stuck one."""
REPEATED = 0.03
"""Added to the score of the least sure click: who clicks again saw nothing happen either."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    clicks: Annotated[int, doc("Clicks of the burst")]
    unanswered: Annotated[int, doc("Clicks of the burst that got silence or errors only")]
    offsets_ms: Annotated[list[int], doc("Times of the clicks from the first, ms; 50 at most")]
    failed_requests: Annotated[int, doc("Requests of the clicks that failed")]
    errors: Annotated[int, doc("Errors that the clicks caused")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per burst."""
    return find(context, SIGNAL)


def find(context: SessionContext, signal: Signal[Evidence]) -> list[Finding[Evidence]]:
    """Rage of the signal's gesture: clicks and taps are judged alike."""
    found = []
    for burst in context.bursts:
        if burst.clicks[0].click.kind != signal.gesture or not burst.rage(context.errors):
            continue
        first = burst.clicks[0]
        silent = burst.unanswered(context.errors)
        what = element_label(first.click.control, first.click.node_id)
        seconds = (burst.end_ms - burst.start_ms) / 1000
        count = len(burst.clicks)
        surest = min((j.confidence for j in silent), default=UNSURE)
        unsure = burst.aimless or burst.stuck or burst.impatient
        finding = of_click(
            signal.kind,
            first,
            f"{count} {signal.gesture}s on {what or 'one place'} in {seconds:.1f} s and no progress",
            grade_of(UNSURE if unsure else surest + REPEATED),
            Evidence(
                clicks=count,
                unanswered=len(silent) or count,
                offsets_ms=[round(j.click.t - burst.start_ms) for j in burst.clicks][:MAX_OFFSETS],
                failed_requests=sum(len(j.failed) for j in burst.clicks),
                errors=sum(len(context.errors.of(j)) for j in burst.clicks),
            ),
        )
        finding.ended_ms = burst.end_ms
        finding.click_count = finding.attempts = count
        finding.blocked = 1.0
        found.append(finding)
    return found


SIGNAL = Signal(
    kind=KIND,
    title="repeated clicking without progress; quick clicks that each do something are use, not rage",
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

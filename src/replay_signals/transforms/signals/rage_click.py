"""rage_click: at least three clicks on one place, each within 1 s of the one before, and no progress.

Progress is judged by effect. A click that the page answers is use, so five quick clicks on a pager, a stepper or a
toggle are not rage; more than half of the burst, and at least three clicks, must have got only silence or errors.
Three clicks and 1 s are what PostHog and Datadog use; they need no effect and so accuse steppers.
On a place that is no control five clicks are needed: two and three clicks there select text.
"""

from __future__ import annotations

from replay_signals.transforms.session.elements import element_label
from replay_signals.transforms.signals.base import Finding, of_click
from replay_signals.transforms.signals.context import SessionContext

KIND = "rage_click"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a burst."""
    return find(context, KIND, "click")


def find(context: SessionContext, kind: str, gesture: str) -> list[Finding]:
    """Rage of one gesture: clicks and taps are told apart by nothing but their kind."""
    found = []
    for burst in context.bursts:
        if burst.clicks[0].click.kind != gesture or not burst.rage(context.errors):
            continue
        first = burst.clicks[0]
        silent = burst.unanswered(context.errors)
        what = element_label(first.click.control, first.click.node_id)
        seconds = (burst.end_ms - burst.start_ms) / 1000
        count = len(burst.clicks)
        base = min((j.confidence for j in silent), default=0.6)
        finding = of_click(
            kind, first, f"{count} {gesture}s on {what or 'one place'} in {seconds:.1f} s and no progress", base
        )
        finding.ended_ms = burst.end_ms
        finding.click_count = finding.attempts = count
        finding.confidence = 0.6 if burst.aimless or burst.stuck else min(0.97, base + 0.03)
        finding.blocked = 1.0
        finding.evidence = {
            "clicks": count,
            "unanswered": len(silent) or count,
            "offsets_ms": [round(j.click.t - burst.start_ms) for j in burst.clicks][:50],
            "failed_requests": sum(len(j.failed) for j in burst.clicks),
            "errors": sum(len(context.errors.of(j)) for j in burst.clicks),
        }
        found.append(finding)
    return found

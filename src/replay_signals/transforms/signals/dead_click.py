"""dead_click: a click on a working-looking control that was answered by nothing.

Answers are looked for from pointer-down to 7 s after the click and have to belong to the click (transforms/clicks/web).
Clicks that failed with an error or a request are error_click and failed_request, disabled controls are blocked_click,
and repeated ones rage_click: one incident, one kind.
"""

from __future__ import annotations

from replay_signals.transforms.clicks.web import DEAD
from replay_signals.transforms.session.elements import element_label
from replay_signals.transforms.session.timeline import Page
from replay_signals.transforms.signals.base import Finding, of_click, watched_ms
from replay_signals.transforms.signals.context import SessionContext

KIND = "dead_click"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a dead click outside of rage."""
    return find(context, KIND, "click")


def find(context: SessionContext, kind: str, gesture: str) -> list[Finding]:
    """Dead clicks or taps; they are told apart by nothing but their kind."""
    found = []
    tries: dict[tuple[Page, int | None], int] = {}
    for j in context.clicks:
        if (
            j.click.kind != gesture
            or j.verdict != DEAD
            or j.blocked
            or j.failed
            or context.errors.of(j)
            or j in context.raging
        ):
            continue
        what = element_label(j.click.control, j.click.node_id)
        place = (j.click.page, j.click.element)
        tries[place] = tries.get(place, 0) + 1
        finding = of_click(kind, j, f"{gesture.capitalize()} on {what}: nothing happened", j.confidence)
        finding.blocked = 0.8
        finding.attempts = tries[place]
        finding.evidence = {"reason": j.reason, "watched_ms": round(watched_ms(context, j)), "attempt": tries[place]}
        found.append(finding)
    return found

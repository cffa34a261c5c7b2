"""blocked_click: a click on a disabled control (`disabled`, `aria-disabled`) that was answered by nothing.

Visitors who click disabled controls do not see why they may not go on (Contentsquare reports 9 % of visitors in one
case); it is a different fault than a control that is not wired, so it is a kind of its own.
"""

from __future__ import annotations

from replay_signals.transforms.clicks.web import DEAD
from replay_signals.transforms.session.elements import element_label
from replay_signals.transforms.signals.base import Finding, of_click
from replay_signals.transforms.signals.context import SessionContext

KIND = "blocked_click"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a click outside of rage."""
    found = []
    for j in context.clicks:
        if j.verdict == DEAD and j.blocked and j not in context.raging:
            what = element_label(j.click.control, j.click.node_id)
            finding = of_click(KIND, j, f"Clicked {what}, which is disabled", j.confidence)
            finding.blocked = 0.6
            finding.evidence = {"reason": j.reason}
            found.append(finding)
    return found

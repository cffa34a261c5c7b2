"""slow_response: the answer to a click came later than 3 s (Sentry: most controls answer within 250-3000 ms)."""

from __future__ import annotations

from replay_signals.transforms.clicks.web import SLOW
from replay_signals.transforms.session.elements import element_label
from replay_signals.transforms.signals.base import Finding, of_click
from replay_signals.transforms.signals.context import SessionContext

KIND = "slow_response"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a click."""
    found = []
    for j in context.clicks:
        if j.verdict == SLOW and j.reaction_ms is not None:
            what = element_label(j.click.control, j.click.node_id) or "one place"
            finding = of_click(KIND, j, f"{what} answered after {j.reaction_ms / 1000:.1f} s", j.confidence)
            finding.ended_ms = j.click.t + j.reaction_ms
            finding.recovered = True
            finding.evidence = {"reaction": j.reaction, "requests": [r.url for r in j.requests][:5]}
            found.append(finding)
    return found

"""error_click: a click whose own handler threw or logged an error.

Tied by time (a handler throws within 600 ms of its click, or within 500 ms of the response it waited for) and by
exclusivity: an error that also comes without clicks belongs to none. Clicks whose request failed are failed_request;
what the page then logs about it is evidence there.
"""

from __future__ import annotations

from replay_signals.transforms.session.elements import element_label
from replay_signals.transforms.signals.base import Finding, incidents, of_click
from replay_signals.transforms.signals.context import SessionContext

KIND = "error_click"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a click, or one for all clicks of a rage burst."""
    found: list[Finding] = []
    for group in incidents(context, [j for j in context.clicks if context.errors.of(j) and not j.failed]):
        j = group[0]
        error = context.errors.of(j)[0]
        uncaught = any(e.uncaught for e in context.errors.of(j))
        what = element_label(j.click.control, j.click.node_id) or "one place"
        finding = of_click(KIND, j, f"Clicking {what} raised: {error.message[:120]}", 0.95 if uncaught else 0.8)
        finding.ended_ms = group[-1].click.t
        finding.click_count = finding.attempts = len(group)
        finding.blocked = 0.0 if j.answered else 0.9 if uncaught else 0.6
        finding.evidence = {
            "message": error.message,
            "source": error.source,
            "uncaught": uncaught,
            "after_ms": round(error.t - j.click.t, 1),
        }
        found.append(finding)
    return found

"""unexpected_exit: the visitor left right after something went wrong.

The session ended within 15 s of a click that failed (dead, blocked, error, failed request, rage), and nothing worked in
between: no answered click, no further page. Clicks still pending at the end are judged together with the exit this way
instead of being dropped, as SDK detectors do (Sentry drops the last 7 s, OpenReplay 1.2 s).
"""

from __future__ import annotations

from replay_signals.transforms.session.elements import element_label
from replay_signals.transforms.signals.base import Finding
from replay_signals.transforms.signals.context import SessionContext

KIND = "unexpected_exit"
SOON_MS = 15_000
TROUBLE = frozenset(
    (
        "rage_click",
        "rage_tap",
        "dead_click",
        "dead_tap",
        "blocked_click",
        "error_click",
        "failed_request",
        "blocking_exception",
    )
)


def detect(context: SessionContext, found: list[Finding]) -> list[Finding]:
    """At most one finding; `found` are the session's other findings."""
    timeline = context.timeline
    troubles = [f for f in found if f.kind in TROUBLE and f.confidence >= 0.5 and f.blocked > 0]
    if not troubles:
        return []
    last = max(troubles, key=lambda f: (f.ended_ms, f.kind))
    end = max(timeline.end_ms, *(p.last_alive_ms for p in timeline.pages))
    if timeline.end_ms - last.ended_ms > SOON_MS:
        return []
    if any(p.start_ms > last.ended_ms for p in timeline.pages):
        return []
    if any(j.answered and j.click.t > last.ended_ms for j in context.clicks):
        return []
    what = element_label(last.control, last.node_id) or "one place"
    finding = Finding(
        KIND,
        last.page,
        last.started_ms,
        end,
        round(0.9 * last.confidence, 3),
        f"Left after {last.kind.replace('_', ' ')} on {what}",
        control=last.control,
        node_id=last.node_id,
        x=last.x,
        y=last.y,
        blocked=1.0,
        attempts=last.attempts,
        evidence={"after": last.kind, "left_after_ms": round(end - last.ended_ms)},
    )
    return [finding]

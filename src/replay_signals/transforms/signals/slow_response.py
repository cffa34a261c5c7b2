"""slow_response: the answer to a click came later than 3 s (Sentry: most controls answer within 250-3000 ms)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.confidence import grade_of
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.judged import SLOW
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding, of_click

KIND = "slow_response"
MAX_URLS = 5
"""In the evidence."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    reaction: Annotated[str, doc("What answered")]
    requests: Annotated[list[str], doc("URLs that the click asked for; five at most")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per click."""
    found = []
    for j in context.clicks:
        failed = j.failed or context.errors.of(j)  # which are kinds of their own
        if j.verdict == SLOW and j.reaction_ms is not None and not failed:
            what = element_label(j.click.control, j.click.node_id) or "one place"
            summary = f"{what} answered after {j.reaction_ms / 1000:.1f} s"
            evidence = Evidence(reaction=j.reaction, requests=[r.url for r in j.requests][:MAX_URLS])
            finding = of_click(KIND, j, summary, grade_of(j.confidence), evidence)
            finding.ended_ms = j.click.t + j.reaction_ms
            finding.recovered = True
            found.append(finding)
    return found


SIGNAL = Signal(
    kind=KIND,
    title="a click whose answer took too long",
    detect=detect,
    scope=Scope.CLICK,
    gesture=None,
    after_others=False,
    settled_ms=settling.at_end,
    problem_type="failure",
    failure="slow",
    is_trouble=False,
    evidence=Evidence,
)

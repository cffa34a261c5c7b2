"""blocked_click: a click on a disabled control that was answered by nothing, or its press where no click event comes.

Visitors who click disabled controls do not see why they may not go on (Contentsquare reports 9 % of visitors in one
case); it is a different fault than a control that is not wired, so it is a kind of its own. A layer over the page that
cannot be seen and takes the click (`clicks/observability.unseen_layer`) is of this kind, too.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from replay_signals.schemas.confidence import grade_of
from replay_signals.schemas.inbox import doc
from replay_signals.transforms.clicks.covered import LAYER, THROUGH
from replay_signals.transforms.clicks.judged import DEAD, Judged
from replay_signals.transforms.session.element_names import element_label
from replay_signals.transforms.signals import settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding, of_click

KIND = "blocked_click"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence of one finding."""

    reason: Annotated[str, doc("Why the click counts as unanswered")]


def detect(context: SessionContext) -> list[Finding[Evidence]]:
    """One finding per click outside of rage."""
    found = []
    for j in context.clicks:
        failed = j.failed or context.errors.of(j)  # which are kinds of their own
        if j.verdict == DEAD and j.blocked and not failed and j not in context.raging and "X" not in j.click.opt_outs:
            what = element_label(j.click.control, j.click.node_id)
            summary, grade = f"Clicked {what}, {_why(j)}", grade_of(j.confidence)
            finding = of_click(KIND, j, summary, grade, Evidence(reason=j.reason))
            finding.blocked = 0.6
            found.append(finding)
    return found


def _why(j: Judged) -> str:
    if j.reason == THROUGH:
        return "which lets the pointer through"
    if j.reason == LAYER:
        return "which is an unseen layer over the page" if j.click.control is None else "which an unseen layer covers"
    return "which is disabled"


SIGNAL = Signal(
    kind=KIND,
    title="a click on a disabled control",
    detect=detect,
    scope=Scope.CLICK,
    gesture=None,
    after_others=False,
    settled_ms=settling.after_evidence_window,
    problem_type="confusion",
    failure="blocked",
    is_trouble=True,
    evidence=Evidence,
)

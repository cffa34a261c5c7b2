"""dead_tap: dead_click on a native screen: a tap on a button or switch after which the screen did not change.

Only views that say they are buttons, checkboxes, radios or toggles count: of other views nobody knows whether they
answer, and a base rate of 0.9 dead taps a session (FullStory's benchmark) shows what counting them all is worth.
"""

from __future__ import annotations

from replay_signals.transforms.signals import dead_click, settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "dead_tap"


def detect(context: SessionContext) -> list[Finding[dead_click.Evidence]]:
    """One finding per dead tap outside of rage."""
    return dead_click.find(context, SIGNAL)


SIGNAL = Signal(
    kind=KIND,
    title="a tap on a button or switch of a native screen that nothing answered",
    detect=detect,
    scope=Scope.CLICK,
    gesture="tap",
    after_others=False,
    settled_ms=settling.after_evidence_window,
    problem_type="confusion",
    failure="silence",
    is_trouble=True,
    evidence=dead_click.Evidence,
)

"""dead_tap: dead_click on a native screen: a tap on a button or switch after which the screen did not change.

Only views that say they are buttons, checkboxes, radios or toggles count: of other views nobody knows whether they
answer, and a base rate of 0.9 dead taps a session (FullStory's benchmark) shows what counting them all is worth.
"""

from __future__ import annotations

from replay_signals.transforms.signals import dead_click
from replay_signals.transforms.signals.base import Finding
from replay_signals.transforms.signals.context import SessionContext

KIND = "dead_tap"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a dead tap outside of rage."""
    return dead_click.find(context, KIND, "tap")

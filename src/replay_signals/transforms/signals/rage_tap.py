"""rage_tap: rage_click on a native screen (iOS, Android, React Native, Flutter): three taps on one place, no change.

UXCam: three taps with at most 300 ms between them; Sentry React Native: three in 1 s. Ours uses the pause and radius
of rage_click and, unlike them, needs the screen to stay as it is. Screens recorded as pictures know no views, only
places: five taps are needed there, as on any place that is no known control.
"""

from __future__ import annotations

from replay_signals.transforms.signals import rage_click, settling
from replay_signals.transforms.signals.context import SessionContext
from replay_signals.transforms.signals.descriptor import Scope, Signal
from replay_signals.transforms.signals.finding import Finding

KIND = "rage_tap"


def detect(context: SessionContext) -> list[Finding[rage_click.Evidence]]:
    """One finding per burst."""
    return rage_click.find(context, SIGNAL)


SIGNAL = Signal(
    kind=KIND,
    title="repeated tapping without progress on a native screen (iOS, Android, React Native, Flutter)",
    detect=detect,
    scope=Scope.CLICK,
    gesture="tap",
    after_others=False,
    settled_ms=settling.after_evidence_window,
    problem_type="confusion",
    failure="silence",
    is_trouble=True,
    evidence=rage_click.Evidence,
)

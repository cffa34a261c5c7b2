"""rage_tap: rage_click on a native screen (iOS, Android, React Native, Flutter): three taps on one place, no change.

UXCam: three taps with at most 300 ms between them; Sentry React Native: three in 1 s. Ours uses the pause and radius
of rage_click and, unlike them, needs the screen to stay as it is. Screens recorded as pictures know no views, only
places: five taps are needed there, as on any place that is no known control.
"""

from __future__ import annotations

from replay_signals.transforms.signals import rage_click
from replay_signals.transforms.signals.base import Finding
from replay_signals.transforms.signals.context import SessionContext

KIND = "rage_tap"


def detect(context: SessionContext) -> list[Finding]:
    """One finding a burst."""
    return rage_click.find(context, KIND, "tap")

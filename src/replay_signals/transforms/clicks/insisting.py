"""Insisting: who waits for an answer, does nothing else and tries the same thing again did not get what they wanted.

Of what acts outside the page by its name alone (a download, a print, something to copy or share, the whole screen)
silence says nothing, as one click does all of it. Tried again it says that nothing came: a double click is too quick
for that, and who turned to something else first may want it twice. What plays is left out, since the second press stops
it, and so is what may open a dialog of the system unseen: the control loses the focus to it and has it again, which
recorders do not tell of what is in a shadow root. A component that only the Tab key tells of may be a tab or an item as
well as a box that scrolls; who tries it again took it for a control.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from replay_signals.schemas.rules import Clicks
from replay_signals.transforms.clicks.judged import DEAD, UNKNOWN, Judged
from replay_signals.transforms.clicks.observability import BY_NAME, FILLS, ONLY_FOCUSABLE
from replay_signals.transforms.clicks.press_looks import COMPONENT_NODES
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.element_names import element_key

WAITED_MS = 900
"""Double clicks are quicker; who waits for an answer takes longer."""
INSISTED_CONFIDENCE = 0.6
TRIED_AGAIN = "no answer, and it was tried again"


def tell_insisting(clicks: Sequence[Judged], rules: Clicks) -> None:
    """Calls silent clicks dead that were tried again in vain; `clicks` are those of a window in order."""
    tries = ((a, b) for a, b in pairwise(clicks) if _is_excused(a) and _is_excused(b) and _insists(a, b, rules))
    for j in {j for pair in tries for j in pair}:
        j.verdict, j.confidence, j.reason = DEAD, INSISTED_CONFIDENCE, TRIED_AGAIN


def _is_excused(j: Judged) -> bool:
    control = j.click.control
    if j.verdict != UNKNOWN or j.requests or control is None:
        return False
    if j.reason == ONLY_FOCUSABLE:
        return "-" in control.tag and control.last - control.first <= COMPONENT_NODES
    return j.reason in (BY_NAME, FILLS) and not any("-" in c.tag for c in j.click.page.elements.around(control.first))


def _insists(a: Judged, b: Judged, rules: Clicks) -> bool:
    """Is the second click one more try of the first, on the page as it was or loaded anew, with nothing else done?"""
    one, other = a.click, b.click
    if not WAITED_MS <= other.t - one.t <= rules.window_ms:
        return False
    if one.page is other.page:
        same = one.element == other.element
    else:
        loaded = other.page.navigation
        anew = loaded is not None and loaded.navigation_type == "reload" and one.page.href == other.page.href
        same = anew and element_key(one.control) == element_key(other.control)
    typed = (t for t, _ in other.page.of(records.Input) if one.t < t < other.t)
    return same and not any(typed)

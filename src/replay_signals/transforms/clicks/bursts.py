"""Bursts: repeated clicks on one place, and whether they got anywhere.

No word lists and no higher threshold for steppers: a click that was answered is use, however fast the next one follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from replay_signals.schemas.rules import Rage
from replay_signals.transforms.clicks.errors import Errors
from replay_signals.transforms.clicks.judged import DEAD, LEFT_BY_LINK, SENT, Judged
from replay_signals.transforms.clicks.observability import CHOSEN, ONCE, SELECTED, drawn
from replay_signals.transforms.clicks.responses import RENDERED_MS
from replay_signals.transforms.digest import records
from replay_signals.transforms.session.screens import ENDED, NOT_SEEN

UNSURE_MIN_CLICKS = 5
"""On a place that is no known control fewer clicks may be text selection or idle clicking."""

SELECTING_CLICKS = 3
"""A double click selects a word, a third one a paragraph."""

FAST_MS = 500
"""Longest pause between clicks that nobody makes to do a thing again: the time of a double click."""

PICTURE_MS = 1300
"""Recorders of pictures capture once a second, and send nothing when nothing changed."""


@dataclass(slots=True)
class Burst:
    """Consecutive clicks on one place."""

    clicks: list[Judged]
    min_clicks: int

    @property
    def start_ms(self) -> float:
        """First pointer-down."""
        return self.clicks[0].click.down_ms

    @property
    def end_ms(self) -> float:
        """Last click."""
        return self.clicks[-1].click.t

    def unanswered(self, errors: Errors) -> list[Judged]:
        """Clicks of the burst that got nothing, or nothing but an error.

        Those that the recorder did not look after may have been answered unseen, and a request may have changed what
        is not shown; beside dead ones they count as such. So does a double click where more clicks follow than select
        a text.
        """
        silent = [j for j in self.clicks if j.verdict == DEAD or (not _used(j) and (j.failed or errors.of(j)))]
        told = set(silent)
        unsure = {ENDED, NOT_SEEN, LEFT_BY_LINK, SENT}
        if len(self.clicks) > SELECTING_CLICKS and len(silent) > 1:
            unsure.add(SELECTED)
        return silent + [j for j in self.clicks if silent and j.reason in unsure and j not in told]

    def rage(self, errors: Errors) -> bool:
        """Clicked again and again without progress; never where the site opts out of it."""
        if any("R" in j.click.opt_outs for j in self.clicks):
            return False
        silent = self.unanswered(errors)
        if len(silent) >= self.min_clicks:
            return len(silent) * 2 > len(self.clicks)
        return self.aimless or self.stuck or self.impatient

    @property
    def impatient(self) -> bool:
        """One print, one download, one copy is enough: fast repeating says that none of them came."""
        fast = all(b.click.t - a.click.t <= FAST_MS for a, b in pairwise(self.clicks))
        return fast and len(self.clicks) > self.min_clicks and all(j.reason in ONCE for j in self.clicks)

    @property
    def stuck(self) -> bool:
        """One click follows a link or picks a tab, two may be a habit; more are impatience, wherever they led.

        So is asking again and again, where nothing of it is ever shown.
        """
        reasons = [j.reason for j in self.clicks if j.reason in (LEFT_BY_LINK, CHOSEN, SENT)]
        if len(reasons) <= self.min_clicks or len(reasons) + 1 < len(self.clicks):
            return False
        return SENT not in reasons or self._shows_nothing

    @property
    def _shows_nothing(self) -> bool:
        """Did the page not change from the first click until all responses have come, and a moment longer?"""
        ends = [r.end_ms for j in self.clicks for r in j.requests]
        until_ms = max([self.end_ms, *ends]) + RENDERED_MS
        changes = self.clicks[0].click.page.of(records.Mutation)
        return not any(self.start_ms <= t <= until_ms for t, _ in changes)

    @property
    def aimless(self) -> bool:
        """Hammering on something that is no control and never answers."""
        return (
            len(self.clicks) >= UNSURE_MIN_CLICKS
            and self._seen
            and self._witnessed
            and all(_idle(j) for j in self.clicks)
            and not self._of_double_clicks
        )

    @property
    def _of_double_clicks(self) -> bool:
        """Are most clicks after the first two halves of double clicks, which do a thing again? Some are by chance."""
        halves = sum(j.click.double for j in self.clicks[2:])
        return halves * 2 > len(self.clicks) - 2

    @property
    def _witnessed(self) -> bool:
        """Would the recording show an answer in this place?"""
        page = self.clicks[0].click.page
        if page.screens is not None:
            return True
        nodes = {j.click.node_id for j in self.clicks}
        return page.elements.has_snapshot and all(page.elements.holds(n) and not drawn(page, n) for n in nodes)

    @property
    def _seen(self) -> bool:
        """Did it last long enough for the recorder to capture what its first taps did?"""
        screens = self.clicks[0].click.page.screens
        if screens is None or screens.differs or not screens.pictures:
            return True
        return self.end_ms - self.start_ms >= PICTURE_MS


def _used(j: Judged) -> bool:
    """Did the page answer? That quick clicks select a text is the browser's doing."""
    return j.answered and any(e.kind != "selection" for e in j.effects)


def _idle(j: Judged) -> bool:
    """A click on no control, and no trace of an answer. A native view is a control only if it says so."""
    control = j.click.control
    aimless = control is None or (control.is_view and control.tag not in ("input", "web_view"))
    return aimless and not _used(j) and not j.ambiguous


def bursts_of(clicks: list[Judged], rules: Rage) -> list[Burst]:
    """Bursts of at least `rules.min_clicks` clicks, in order of time."""
    bursts: list[list[Judged]] = []
    open_: dict[tuple[str, int], list[Judged]] = {}
    for j in clicks:
        key = (j.click.page.window_id, j.click.page.index)
        run = open_.get(key)
        if run is not None and _continues(run[-1], j, rules):
            run.append(j)
        else:
            open_[key] = [j]
            bursts.append(open_[key])
    return [Burst(run, rules.min_clicks) for run in bursts if len(run) >= rules.min_clicks]


def _continues(a: Judged, b: Judged, rules: Rage) -> bool:
    if b.click.t - a.click.t > rules.gap_ms:
        return False
    if a.click.element is not None and a.click.element == b.click.element:
        return True
    if None in (a.click.x, a.click.y, b.click.x, b.click.y):
        return False
    dx, dy = (b.click.x or 0) - (a.click.x or 0), (b.click.y or 0) - (a.click.y or 0)
    return hypot(dx, dy) <= rules.radius_px

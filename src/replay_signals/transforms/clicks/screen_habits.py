"""Habits of a screen: what it does by itself, so that clocks, carets, spinners and carousels answer no tap."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from replay_signals.transforms.session.effects import SETTLE_MS, Effect
from replay_signals.transforms.session.screens import ScreenCapture, Screens
from replay_signals.transforms.session.shots import Target
from replay_signals.transforms.session.timeline import Page

ANSWER_MS = 300
"""What a look this soon after a tap shows may be the screen before the answer."""
BY_CHANCE = 0.1
"""What by itself would change in the time since the tap more often than this answers nothing."""
AFTERMATH_MS = 8000
"""What a tap brought goes by itself within this time: toasts stay for 2 to 3.5 s (Android), banners for some more."""
STEADY_LOOKS, STEADY_SHARE = 5, 0.8
"""A clock changes in nearly all looks that show a change; one that skips a minute does not."""
STEADY_ALONE = 3
"""Of those so many while nobody touches the screen: a burst of taps lights a button up as often as a clock ticks."""
SMALL_TILES = 6
"""A clock, a caret or a spinner changes no more at a time."""
NEARBY_MS, NEARBY_TIMES = 10_000, 2
"""What changed by itself so often shortly before or after does so now: a player runs for a while, then rests."""
BADGE_TIMES = 2
"""The number on a tab that grew so often by itself, and no less often than after touches, grows without the visitor."""
RHYTHM_MS, RHYTHM_TIMES = 4000, 3
"""What plays or ticks changes several times in this time; so long it did nothing before it was started."""
ALONE_MS = 2500
"""So long after a touch a change of what changes all the time is not brought by it."""


class ScreenHabits:
    """How often each view, or tile of one screen's pictures, changes while nobody touches the screen.

    What moves on one screen says nothing of what another one has in the same place.
    """

    def __init__(self, page: Page, screens: Screens, effects: list[Effect], busy: list[tuple[float, float]]) -> None:
        self._screens, self._changes = screens, _changes(screens)
        starts = [b[0] for b in busy]
        ready = page.start_ms + SETTLE_MS
        self._place = _places(screens)
        self._quiet: dict[Target, list[float]] = {}
        caused: dict[Target, float] = {}
        for effect in effects:
            i = bisect_right(starts, effect.t) - 1
            quiet = effect.t > ready and (i < 0 or busy[i][1] < effect.t)
            for target in effect.targets:
                own = _on_screen(screens, target, effect.t)
                if not quiet:
                    caused[own] = effect.t
                    continue
                since = caused.pop(own, 0.0)
                if effect.t - since > AFTERMATH_MS or not screens.same(target, since, effect.t):
                    times = self._quiet.setdefault(self._place.get(own, own), [])
                    if times[-1:] != [effect.t]:
                        times.append(effect.t)
        self._steady = _steady(screens, self._place)
        taken = sum(max(0.0, min(end, page.end_ms) - max(start, ready)) for start, end in busy)
        self._quiet_ms = max(1.0, page.end_ms - ready - taken)

    def explains(self, target: Target, t: float, since_ms: float) -> bool:
        """Would this have changed in the time up to `t` anyway? What happened once has no rhythm."""
        own = _on_screen(self._screens, target, t)
        place = self._place.get(own, own)
        if place in self._steady or (target[0] == "f" and self.is_restless(t)):
            return True
        quiet = [when for when in self._quiet.get(place, ()) if when != t]
        if len(quiet) >= BADGE_TIMES and self._screens.is_badge(target) and 2 * len(quiet) >= self._count(target):
            return True
        if sum(abs(when - t) <= NEARBY_MS for when in quiet) >= NEARBY_TIMES:
            return True
        return len(quiet) >= 2 and len(quiet) * max(since_ms, ANSWER_MS) / self._quiet_ms > BY_CHANCE

    def is_restless(self, t: float) -> bool:
        """Does something change all the time on the screen that was seen then?"""
        shot = self._screens.shots.at(t)
        own = "" if shot is None else str(shot.screen)
        return any(kind != "p" or screen == own for kind, _, screen in self._steady)

    def _count(self, target: Target) -> int:
        """How often it changed at all."""
        return len(self._changes.get(target, ()))

    def turned(self, t: float, below_finger: Callable[[Target], bool]) -> bool:
        """Did something begin or stop to change all the time then, as what a player shows? Not what was touched."""
        for target, times in self._changes.items():
            i = bisect_right(times, t)
            before = i - bisect_left(times, t - RHYTHM_MS)
            after = bisect_right(times, t + RHYTHM_MS) - i
            if max(before, after) >= RHYTHM_TIMES and min(before, after) == 0 and not below_finger(target):
                return True
        return False


def _changes(screens: Screens) -> dict[Target, list[float]]:
    """When each view changed, in order."""
    found: dict[Target, list[float]] = {}
    for look in screens.captures:
        for target in look.targets:
            found.setdefault(target, []).append(look.t)
    return found


def _on_screen(screens: Screens, target: Target, t: float) -> Target:
    """A tile is told by the screen that was seen then, too."""
    shot = screens.shots.at(t) if target[0] == "p" else None
    return target if shot is None else ("p", target[1], str(shot.screen))


def _places(screens: Screens) -> dict[Target, Target]:
    """Which tiles are parts of one thing, as digits of a clock: they touch, and change in looks where little does."""
    place: dict[Target, Target] = {}
    for look in screens.captures:
        tiles = [_on_screen(screens, target, look.t) for target in look.targets if target[0] == "p"]
        shot = screens.shots.at(look.t)
        if shot is None or not 0 < len(tiles) <= SMALL_TILES or len(tiles) < len(look.targets):
            continue
        for target in tiles:
            near = {place[other] for tile in shot.around(target[1]) if (other := ("p", tile, target[2])) in place}
            place[target] = first = min(near, default=target)
            if len(near) > 1:
                place.update({other: first for other, own in place.items() if own in near})
    return place


def _steady(screens: Screens, place: dict[Target, Target]) -> set[Target]:
    """What changes from look to look, also while nobody touches the screen: an active visitor leaves no quiet time."""
    by_screen: dict[int | None, list[ScreenCapture]] = {}
    for look in screens.captures:
        if any(kind != "f" for kind, _, _ in look.targets):
            shot = screens.shots.at(look.t)
            by_screen.setdefault(None if shot is None else shot.screen, []).append(look)
    return {target for looks in by_screen.values() for target in _steady_on(screens, looks, place)}


def _steady_on(screens: Screens, looks: list[ScreenCapture], place: dict[Target, Target]) -> set[Target]:
    """That of the looks at one screen."""
    seen: dict[Target, list[int]] = {}
    for i, look in enumerate(looks):
        for target in {place.get(own, own) for one in look.targets if (own := _on_screen(screens, one, look.t))}:
            seen.setdefault(target, []).append(i)
    return {target for target, at in seen.items() if len(at) >= STEADY_LOOKS and _goes_on(screens, looks, at)}


def _goes_on(screens: Screens, looks: list[ScreenCapture], at: list[int]) -> bool:
    if len(at) < STEADY_SHARE * (at[-1] - at[0] + 1):
        return False
    touches = screens.touches
    times = [looks[i].t for i in at]
    return sum((k := bisect_right(touches, t)) == 0 or t - touches[k - 1] > ALONE_MS for t in times) >= STEADY_ALONE

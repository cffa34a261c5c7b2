"""Spots: places of native screens that no recorder calls a control, and whether an answer is to be expected there.

Pictures know no views, and in wireframes image buttons, rows and many custom views have no control type. What a spot is
then shows in what happens there: it answered at another time, it lights up under a finger, others of its kind answered,
it is filled like a button, or the visitor tries it again and again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Set as AbstractSet
from math import hypot

from replay_signals.transforms.clicks.judged import Judged
from replay_signals.transforms.clicks.witness import SPOT_POINTS
from replay_signals.transforms.digest.controls import Control
from replay_signals.transforms.digest.wireframes import place_on
from replay_signals.transforms.session.choices import Choices
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.screens import WINDOW, Screens
from replay_signals.transforms.session.shot import BUTTON_POINTS, EDGE_SHARE, Shot
from replay_signals.transforms.session.touched import ICON_POINTS, Likeness

ANSWERED, LIT, ALIKE, FILLED, TRIED_AGAIN, HAMMERED, BOXED = 0.8, 0.75, 0.75, 0.75, 0.7, 0.7, 0.7
"""How sure silence is a fault, by what says that an answer was to be expected."""
CLEAR_TILES = 3
"""A control that changes less, a digit, may do so without a trace in the tiles."""
AGAIN_MS = (900, 10_000)
"""Between two tries of one thing: waited for an answer, and not yet on to something else."""
TRIES = 3
"""Nobody waits so often for what a mere text does, or for what is chosen already."""
QUICK_MS = 1000
DOUBLE_MS = 300
"""Between the two taps of a double tap (Android's timeout)."""
CHOICES = 3
"""Of so many in a row one is chosen; two side by side are things to do."""
MOVED_TARGETS = 5
"""Another screen brings and takes more views than a menu or a note does."""
LEVEL_POINTS = 15
"""Taps on tabs or chips that stand in a row are about as high."""
AWAY_MS = 6000
"""Who shares or calls is in another program for longer; what has no name on a picture may be for that."""
FRONT_MS = 1000
"""Sheets of the system, and other programs, are there within this time."""
HAMMERING = 3
"""Quick taps on one spot of a picture, or on one row: two zoom, and no usual gesture has three."""


class Spots:
    """The spots of one page's taps."""

    def __init__(
        self, screens: Screens, judged: list[Judged], lit: AbstractSet[Click], answering: AbstractSet[Likeness | None]
    ) -> None:
        """`lit`: taps under which something was seen to light up. `answering`: likeness of views that answered."""
        self.screens, self.judged, self._lit, self._answering = screens, judged, lit, answering
        self._shots = [screens.shots.at(j.click.down_ms) for j in judged]
        self._touched = [screens.touched(j.click.down_ms) for j in judged]
        self._views = [screens.view_below(j.click.down_ms) for j in judged]

    def same(self, i: int, k: int) -> bool:
        """Are two taps on one spot of one screen?"""
        a, b = self.judged[i].click, self.judged[k].click
        one, other = self._shots[i], self._shots[k]
        if one is not None and other is not None:
            is_turned = one.view.width != other.view.width
            return one.screen == other.screen and (_place(one, a) == _place(other, b) if is_turned else self.near(i, k))
        holder = self.screens.holder(a.down_ms)
        return holder is not None and holder == self.screens.holder(b.down_ms)

    def near(self, i: int, k: int) -> bool:
        """Are two taps as close as those on one control?"""
        a, b = self.judged[i].click, self.judged[k].click
        if a.x is None or a.y is None or b.x is None or b.y is None:
            return False
        return hypot(a.x - b.x, a.y - b.y) <= SPOT_POINTS

    def expects(self, i: int) -> float:
        """Confidence that silence of this tap is a fault; 0 where nothing says that an answer was to be expected."""
        kin = [k for k in range(len(self.judged)) if k != i and self.same(i, k)]
        answered = [k for k in kin if self.judged[k].answered]
        if self._is_bare(i) and 2 * sum(self._moved(k) for k in answered) <= len(kin) + 1:
            # nobody expects much of a text, or knows what becomes of a small image that is not recorded
            insists = self._tries(i, kin) >= TRIES or self._run(i, kin) > HAMMERING
            return TRIED_AGAIN if insists and not answered and not self._is_heading(i) else 0.0
        click, shot = self.judged[i].click, self._shots[i]
        if shot is not None and click.x is not None and shot.at_side(click.x):
            return HAMMERED if self._run(i, kin) >= HAMMERING else 0.0
        if answered:
            is_clear = min(map(self._extent, answered)) >= CLEAR_TILES
            return ANSWERED if is_clear and not self._answered_late(i, answered) else 0.0
        return self._expected_by_looks(i, kin)

    def _expected_by_looks(self, i: int, kin: list[int]) -> float:
        """The same for a spot that was not seen to answer: `kin` are the other taps on it."""
        click, shot = self.judged[i].click, self._shots[i]
        view, touched, is_again = self._views[i], self._touched[i], self._is_again(i, kin)
        away = not is_again and self._may_be_away(i)
        if not away and any(self.judged[k].click in self._lit for k in (i, *kin)):
            return LIT
        is_alike = self.screens.likeness(click.down_ms) in self._answering or self._beside_answers(i)
        if is_alike and (shot is not None or not away):
            return ALIKE
        is_photo = view is not None and view.type == "image" and max(view.width, view.height) > BUTTON_POINTS
        if shot is not None and click.x is not None and click.y is not None:
            is_photo = shot.is_photo(click.x, click.y) or shot.empty(click.x, click.y)
            if shot.filled(click.x, click.y) and not shot.is_banded(click.x, click.y):
                return FILLED
        elif touched is not None and (touched.is_button or touched.is_segment or touched.leads) and not away:
            return BOXED
        if is_again and (not is_photo or (shot is None and self._tries(i, kin) >= TRIES)):
            return TRIED_AGAIN
        return HAMMERED if self._run(i, kin) >= HAMMERING else 0.0

    def _is_again(self, i: int, kin: list[int]) -> bool:
        """Did the visitor wait for an answer, and try again? Zooming a picture is no try, two are none of a title."""
        click, shot, view = self.judged[i].click, self._shots[i], self._views[i]
        if view is not None and view.type == "image" and any(self._is_double(k) for k in (i, *kin)):
            return False
        is_title = shot is not None and None not in (click.x, click.y) and shot.is_title(click.x or 0, click.y or 0)
        if is_title and self._tries(i, kin) < TRIES:
            return False
        next_to = (k for k in (i - 1, i + 1) if k in kin)
        return any(AGAIN_MS[0] <= abs(self.judged[k].click.t - click.t) <= AGAIN_MS[1] for k in next_to)

    def _is_double(self, i: int) -> bool:
        """Is it half of a double tap, and not of a burst?"""
        first, last = self.run(i)
        return last == first + 1 and self._gap(first) <= DOUBLE_MS

    def _may_be_away(self, i: int) -> bool:
        """May the visitor have been in another program, as its words say, or the time until the next touch?"""
        touched, t = self._touched[i], self.judged[i].click.t
        if touched is not None and touched.leaves_app:
            return True
        is_nameless = self._shots[i] is not None or (touched is not None and (touched.is_icon or touched.leads))
        return is_nameless and self.screens.next_touch(t) - t >= AWAY_MS

    def stands(self, i: int) -> bool:
        """May what the tap would bring be there already, as the screen of a tab or the list of a chip that is chosen?

        So it is where the last tap on a row of tabs that was answered was on the same one, or brought none of them
        since the screen changed; and of anything, where it was the last thing that was answered. Nobody hammers on it.
        """
        kin = [k for k in range(len(self.judged)) if k != i and self.same(i, k)]
        if self._run(i, kin) >= HAMMERING:
            return False
        answered = [k for k in range(i) if self.judged[k].answered]
        if answered and answered[-1] in kin:
            return True
        click, shot = self.judged[i].click, self._shots[i]
        if shot is not None and click.y is not None:
            in_bar = shot.tabs(click.y) or self.screens.shots.on_others(click.down_ms, click.y)
            return in_bar or self._is_choice(i, kin)
        row = self.screens.choices(click.down_ms)
        return row is not None and self._tries(i, kin) < TRIES and self._may_be_chosen(i, row, answered)

    def _may_be_chosen(self, i: int, row: Choices, answered: list[int]) -> bool:
        """Is it the one of a row of tabs or chips that is chosen, or does nobody know which one is?"""
        view = self._views[i]
        chosen = next((k for k in reversed(answered) if self._is_in(k, row)), None)
        if row.chosen is not None:
            last = chosen is not None and self._span(chosen, row) == self._span(i, row)
            return last or row.chosen == self._span(i, row)
        if any(self._turns_itself(k) for k in answered if self._is_in(k, row)):
            return False  # choosing one of a group takes the mark from another one
        if chosen is not None and self._span(chosen, row) == self._span(i, row):
            return True
        if view is None or view.type == "input" or len(row.spans) < CHOICES:
            return False
        return chosen is None or any(self._moved(k) for k in answered if k > chosen)

    def _beside_answers(self, i: int) -> bool:
        """Did another one of its row answer?"""
        row = self.screens.choices(self.judged[i].click.down_ms)
        return row is not None and any(j.answered and self._is_in(k, row) for k, j in enumerate(self.judged))

    def _is_choice(self, i: int, kin: list[int]) -> bool:
        """Of what stands side by side on a picture and answers without leaving the screen: may it be the one chosen?

        It is where it was the last one that answered, or none has since the screen came.
        """
        level = [k for k, j in enumerate(self.judged) if j.answered and self._level(i, k)]
        earlier = [k for k in level if k < i]
        if earlier:
            return earlier[-1] in kin
        return any(k not in kin and not self.screens.shots.moved(*self._span_of(k)) for k in level)

    def _span_of(self, k: int) -> tuple[float, float]:
        """When a tap that was answered began, and when its answer was seen."""
        return self.judged[k].click.down_ms, max(effect.t for effect in self.judged[k].effects)

    def _level(self, i: int, k: int) -> bool:
        """Were two taps as high on one screen of pictures?"""
        one, other = self._shots[i], self._shots[k]
        a, b = self.judged[i].click.y, self.judged[k].click.y
        same = one is not None and other is not None and one.screen == other.screen
        return same and a is not None and b is not None and abs(a - b) <= LEVEL_POINTS

    def _is_in(self, k: int, row: Choices) -> bool:
        own = self.screens.choices(self.judged[k].click.down_ms)
        return own is not None and own.place == row.place

    def _span(self, k: int, row: Choices) -> int:
        """Which one of a row was tapped."""
        x = self.judged[k].click.x or 0
        return next((n for n, (left, right) in enumerate(row.spans) if left <= x <= right), -1)

    def _turns_itself(self, k: int) -> bool:
        """Was nothing but what was tapped different then?"""
        holder = self.screens.holder(self.judged[k].click.down_ms)
        targets = [target for effect in self.judged[k].effects for target in effect.targets]
        own = (kind in "vc" and holder is not None and self.screens.inside(node, holder) for kind, node, _ in targets)
        return bool(targets) and all(own)

    def _moved(self, k: int) -> bool:
        """Did the tap bring another screen?"""
        targets = [target for effect in self.judged[k].effects for target in effect.targets]
        windows = any(effect.kind == "navigation" for effect in self.judged[k].effects) or WINDOW in targets
        return windows or (sum(kind == "c" for kind, _, _ in targets) > 0 and len(targets) > MOVED_TARGETS)

    def _is_bare(self, i: int) -> bool:
        """Is it a text in nothing of its own, or an icon that is not recorded?"""
        view = self._views[i]
        row, touched = self.screens.choices(self.judged[i].click.down_ms), self._touched[i]
        if touched is not None and touched.is_unseen_icon:
            return True
        if view is None or view.view_id != self.screens.holder(self.judged[i].click.down_ms):
            return False
        if row is not None and row.chosen is not None:
            return False  # one of a group
        return view.type == "text" or ("i" in view.flags and max(view.width, view.height) <= ICON_POINTS)

    def _is_heading(self, i: int) -> bool:
        """Is it a text at the upper edge? Taps there bring lists back to their top."""
        touched, view = self._touched[i], self._views[i]
        if touched is None or view is None or view.type != "text":
            return False
        return view.y + view.height / 2 <= EDGE_SHARE * touched.size[1]

    def _tries(self, i: int, kin: list[int]) -> int:
        """How often the same was tapped with nothing else in between, and time to wait for an answer."""
        first = last = i
        while first - 1 in kin and AGAIN_MS[0] <= self._gap(first - 1) <= AGAIN_MS[1]:
            first -= 1
        while last + 1 in kin and AGAIN_MS[0] <= self._gap(last) <= AGAIN_MS[1]:
            last += 1
        return last + 1 - first

    def control(self, i: int) -> Control | None:
        """The spot as a control, named by its place on the screen; None where its place is not known."""
        click, shot = self.judged[i].click, self._shots[i]
        view = self._views[i]
        if view is None or click.x is None or click.y is None:
            return None
        if shot is None:
            return self.screens.control_below(click.down_ms)
        place = place_on(click.x - shot.view.x, click.y - shot.view.y, shot.view.width, shot.view.height)
        return Control(-1 - _place(shot, click), -1, "place", "", "", "", "", "", place, "", "v")

    def _answered_late(self, i: int, answered: list[int]) -> bool:
        """Did the next look, at whatever time, show what this spot answers with?"""
        usual = {target for k in answered for effect in self.judged[k].effects for target in effect.targets}
        looks, t = self.screens.captures, self.judged[i].click.t
        n = bisect_right(looks, t, key=lambda look: look.t)
        if n == len(looks) or usual.isdisjoint(looks[n].targets):
            return False
        later = (self.judged[k] for k in answered if self.judged[k].click.t > t)
        return not any(effect.t == looks[n].t for j in later for effect in j.effects)

    def _extent(self, k: int) -> float:
        """Tiles that an answer changed; answers that are no picture's are clear."""
        tiles = {tile for effect in self.judged[k].effects for kind, tile, _ in effect.targets if kind == "p"}
        return len(tiles) or CLEAR_TILES

    def _run(self, i: int, kin: list[int]) -> int:
        """Taps of the quick run on this spot that the tap is part of."""
        first, last = self.run(i, kin)
        return last + 1 - first

    def insists(self, i: int) -> bool:
        """Is it tapped again and again for so long that another program would be in front of it by then?"""
        first, last = self.run(i)
        return last - first >= HAMMERING and self.judged[last].click.t - self.judged[first].click.t >= FRONT_MS

    def run(self, i: int, kin: list[int] | None = None) -> tuple[int, int]:
        """The first and the last tap of the quick run on one spot that a tap is part of."""
        if kin is None:  # whatever a highlight makes of the screen
            kin = [k for k in range(len(self.judged)) if k != i and (self.same(i, k) or self.near(i, k))]
        first = last = i
        while first - 1 in kin and self._gap(first - 1) <= QUICK_MS:
            first -= 1
        while last + 1 in kin and self._gap(last) <= QUICK_MS:
            last += 1
        return first, last

    def _gap(self, i: int) -> float:
        return self.judged[i + 1].click.t - self.judged[i].click.t


SCREENS_PLACES = 1000
"""Places on one screen are told apart in steps of 5 %, so there are 21 times 21."""


def _place(shot: Shot, click: Click) -> int:
    """Number of a place on a screen, whatever its size and however it is held."""
    across = round(20 * ((click.x or 0) - shot.view.x) / max(1, shot.view.width))
    down = round(20 * ((click.y or 0) - shot.view.y) / max(1, shot.view.height))
    return SCREENS_PLACES * shot.screen + 21 * down + across

"""Shots: screens that are recorded as pictures, compared tile by tile (digest/pictures).

A picture says what a screen looked like, not what is on it. What can be told: which tiles changed and when, whether two
pictures show the same screen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean

from replay_signals.transforms.digest.pictures import HEADER_BYTES, changed_tiles
from replay_signals.transforms.digest.wireframes import NO_PARENT, View
from replay_signals.transforms.session.shot import PLAIN_LEVELS, Shot, background

Target = tuple[str, int, str]
"""What changed: `v` the look of a view, `c` the views in a view, `w` the window itself, `p` a tile of a picture, `f` a
view's picture too faintly to say where, `t` how the device is held or its theme (TURNED)."""

TURNED: Target = ("t", 0, "")
"""The device was turned, or its theme changed: everything looks different, and no tap was answered."""

SAME_SHARE = 0.4
"""Two pictures of one screen differ in at most this share of the tiles on which something is shown."""
FADED_SHARE = 0.1
"""A highlight that is gone leaves at most this share of it, by the encoder's noise."""
BLUR_LEVELS = 2
"""While a part of the picture changes WebP leaves other tiles off by a level or two more than its noise elsewhere."""
REPAINTED_LEVELS = 60
"""Backgrounds of a light and a dark theme lie farther apart than those of two screens of one theme."""
REPAINTED_LIKENESS = 0.8
"""Pictures of one screen in two themes are alike by 0.88 and more, those of two screens by 0.71 at most."""
LAYOUT_COLUMNS, LAYOUT_ROWS = 4, 8
"""Cells in which layouts are compared whatever the screen's size."""
LAYOUT_LIKENESS = 0.85
"""Layouts of one screen in two sizes or turned are alike by 0.89 and more, of two screens by 0.82 at most."""
NARROW_POINTS = 240
"""No screen is narrower, however it is held."""
MAX_SCREENS = 40
LOOKS_BACK = 60
"""A finger is not for longer on a button, nor hammers on it: a minute of looks."""


class Shots:
    """All pictures of a page, in order of time."""

    def __init__(self) -> None:
        self._shots: list[Shot] = []
        self._screens: list[bytes] = []

    def at(self, t: float) -> Shot | None:
        """The picture that was on the screen then, as far as it was looked at."""
        i = bisect_right(self._shots, t, key=lambda shot: shot.t)
        return self._shots[i - 1] if i else None

    def see(self, t: float, view: View) -> None:
        """Takes in a picture, if the view is one that could be read."""
        if view.tiles:
            self._shots.append(Shot(t, view, self._screen_of(view.tiles)))

    def changes(self, before: View, after: View) -> list[Target]:
        """What differs between two looks at a view that are not the same."""
        is_screen = after.parent == NO_PARENT and min(after.width, after.height) >= NARROW_POINTS
        is_turned = is_screen and (before.width > before.height) != (after.width > after.height)
        if is_turned or repainted(before.tiles, after.tiles):
            return [TURNED]
        changed = changed_tiles(before.tiles, after.tiles)
        if changed is None:
            return [("v", after.view_id, "")]
        return [("p", tile, "") for tile in changed] or [("f", after.view_id, "")]

    def blurred(self, tile: int, before: float, after: float) -> bool:
        """May what is left of a change beside the tile be why it looks different from right before the earlier time?"""
        one, other = self.at(before - 0.5), self.at(after)
        if one is None or other is None or len(one.view.tiles) != len(other.view.tiles):
            return False
        noise = other.view.tiles[1]
        off = abs(one.view.tiles[HEADER_BYTES + tile] - other.view.tiles[HEADER_BYTES + tile])
        return noise > 0 and off <= noise + BLUR_LEVELS

    def on_others(self, t: float, y: float) -> bool:
        """Is what was at that height right before a bar that other screens have, too, as tabs and headings are?"""
        shot = self.at(t - 0.5)
        others = enumerate(self._screens)
        return shot is not None and any(screen != shot.screen and shot.bar(tiles, y) for screen, tiles in others)

    def changed_before(self, tile: int, t: float) -> float | None:
        """When a tile got the look that it had right before `t`; None where it had it for long."""
        i = bisect_right(self._shots, t - 0.5, key=lambda shot: shot.t)
        for later, earlier in pairwise(reversed(self._shots[max(0, i - LOOKS_BACK) : i])):
            old, new = earlier.view.tiles, later.view.tiles
            if len(old) != len(new):
                return None
            if abs(old[HEADER_BYTES + tile] - new[HEADER_BYTES + tile]) > max(old[1], new[1]):
                return later.t
        return None

    def moved(self, before: float, t: float) -> bool:
        """Does a picture show another screen than the last one before the earlier time?"""
        one, other = self.at(before - 0.5), self.at(t)
        return one is not None and other is not None and one.screen != other.screen

    def faint(self, target: Target, t: float) -> bool:
        """May the change of a tile at that look be the encoder's doing, as WebP changes the rest beside a large one?"""
        one, other = self.at(t - 0.5), self.at(t)
        if target[0] != "p" or one is None or other is None or len(one.view.tiles) != len(other.view.tiles):
            return False
        old, new = (shot.view.tiles[HEADER_BYTES + target[1]] for shot in (one, other))
        noise = other.view.tiles[1]
        return noise > 0 and abs(old - new) <= noise + BLUR_LEVELS

    def faintly(self, before: float, after: float) -> bool:
        """Is the picture another one than before the earlier time, and no tile tells, as where a digit changed?

        Equal screens give equal files, however lossy: what is left of a highlight that is gone is nothing at all.
        """
        one, other = self.at(before - 0.5), self.at(after)
        if one is None or other is None or one.view.state == other.view.state:
            return False
        old, new = one.view.tiles, other.view.tiles
        if len(old) != len(new) or old[0] != new[0]:
            return False
        most = new[1] + BLUR_LEVELS if new[1] else 0
        return all(abs(a - b) <= most for a, b in zip(old[HEADER_BYTES:], new[HEADER_BYTES:], strict=True))

    def same(self, tile: int, before: float, after: float) -> bool:
        """Does a tile look at the later time as it did right before the earlier one?"""
        start, end = (max(0, bisect_right(self._shots, t, key=lambda shot: shot.t) - 1) for t in (before - 0.5, after))
        tiles = [shot.view.tiles for shot in self._shots[start : end + 1]]
        if not tiles or any(len(one) != len(tiles[0]) for one in tiles):
            return False
        old, *_, new = values = [one[HEADER_BYTES + tile] for one in (*tiles, tiles[-1])]
        most = max(abs(old - value) for value in values)
        return abs(old - new) <= max(tiles[-1][1], FADED_SHARE * most)

    def _screen_of(self, tiles: bytes) -> int:
        """Index of the screen that this picture shows; the last one first."""
        known = range(len(self._screens))
        first = [self._shots[-1].screen] if self._shots else []
        for screen in [*first, *reversed(known)]:
            if same_screen(self._screens[screen], tiles) or same_layout(self._screens[screen], tiles):
                self._screens[screen] = tiles
                return screen
        if len(self._screens) < MAX_SCREENS:
            self._screens.append(tiles)
        else:
            self._screens[-1] = tiles
        return len(self._screens) - 1


def same_screen(one: bytes, other: bytes) -> bool:
    """Do most tiles on which something is shown look the same?"""
    if one[0] != other[0] or len(one) != len(other):
        return False
    back, behind = background(one), background(other)
    shown = differing = 0
    for a, b in zip(one[HEADER_BYTES:], other[HEADER_BYTES:], strict=True):
        if abs(a - back) > PLAIN_LEVELS or abs(b - behind) > PLAIN_LEVELS:
            shown += 1
            differing += abs(a - b) > PLAIN_LEVELS
    return differing <= SAME_SHARE * shown


def contrasts(tiles: bytes) -> list[float]:
    """How far each tile stands out from the background; square roots, as themes differ in how far."""
    back = background(tiles)
    return [sqrt(abs(mean - back)) for mean in tiles[HEADER_BYTES:]]


def repainted(one: bytes, other: bytes) -> bool:
    """Do two pictures show the same in another theme: another background, from which the same places stand out?"""
    if not one or not other or one[0] != other[0] or len(one) != len(other):
        return False
    is_other_theme = abs(background(one) - background(other)) >= REPAINTED_LEVELS
    return is_other_theme and cosine(contrasts(one), contrasts(other)) >= REPAINTED_LIKENESS


def layout(tiles: bytes) -> list[float]:
    """How far each cell of a coarse grid stands out from the background: about the same in each theme and size."""
    columns, found = tiles[0], contrasts(tiles)
    rows = len(found) // columns
    cells: list[list[float]] = [[] for _ in range(LAYOUT_COLUMNS * LAYOUT_ROWS)]
    for i, contrast in enumerate(found):
        row, column = divmod(i, columns)
        cells[row * LAYOUT_ROWS // rows * LAYOUT_COLUMNS + column * LAYOUT_COLUMNS // columns].append(contrast)
    return [fmean(cell) if cell else 0.0 for cell in cells]


def same_layout(one: bytes, other: bytes) -> bool:
    """Do two pictures show one screen on devices of another size, held differently or in another theme?"""
    if one[0] == other[0] and len(one) == len(other):
        return repainted(one, other)
    return cosine(layout(one), layout(other)) >= LAYOUT_LIKENESS


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Likeness of two lists of amounts: 1 where they are in proportion, 0 where none share a place."""
    length = sqrt(_product(one, one) * _product(other, other))
    return _product(one, other) / length if length else 1.0


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))

"""Shots: screens that are recorded as pictures, compared tile by tile (digest/pictures).

A picture says what a screen looked like, not what is on it. What can be told: which tiles changed and when, whether two
pictures show the same screen, and where something lies that is filled like a button.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean

from replay_signals.transforms.digest.pictures import HEADER_BYTES, changed_tiles
from replay_signals.transforms.digest.wireframes import View

Target = tuple[str, int, str]
"""What changed: `v` the look of a view, `c` the views in a view, `w` the window itself, `p` a tile of a picture, `f` a
view's picture too faintly to say where, `t` how the device is held or its theme (TURNED)."""

TURNED: Target = ("t", 0, "")
"""The device was turned, or its theme changed: everything looks different, and no tap was answered."""

PLAIN_LEVELS = 8
"""A tile within so many levels of the background shows nothing."""
SAME_SHARE = 0.4
"""Two pictures of one screen differ in at most this share of the tiles on which something is shown."""
FILLED_LEVELS = 60
"""A filled button differs from the background by more than text does: letters cover about a quarter of a tile."""
MASKED_LEVEL = 6
"""Masked texts and images are black boxes."""
BUTTON_POINTS = 80
"""Buttons are 36 to 60 points high; with tiles of 25 points they may reach into one more."""
CARD_LEVELS = 20
"""Cards are set off from the background by no more."""
GROUND_LEVELS = 2
"""The ground of the screen differs by no more, whatever the encoder does to it."""
RING_SHARE = 0.6
"""Of what surrounds a button most is background; what lies within a photo is surrounded by photo."""
FADED_SHARE = 0.1
"""A highlight that is gone leaves at most this share of it, by the encoder's noise."""
BLUR_LEVELS = 2
"""While a part of the picture changes WebP leaves other tiles off by a level or two more than its noise elsewhere."""
PHOTO_COLUMNS, PHOTO_ROWS = 3, 1
"""A photo reaches so many tiles beyond a finger: it is wider than the letters on a row, and at least two tiles high."""
BANDS, BAND_ROWS = 4, 3
"""So many shades above and below a finger, and no ground between them, are a photo even where each goes from side to
side; buttons that stand one above the other have two."""
EDGE_SHARE = 0.13
"""Headings and tabs lie this near to the upper and lower edge: 44 + 59 and 49 + 34 of 844 points (Apple)."""
MIN_TABS, MAX_TABS = 3, 6
BAR_SHARE = 0.8
"""Of a bar's tiles so many are the same on each screen, whichever tab is chosen."""
PHOTO_SHARE = 0.5
"""Of a row's tiles most are as plain as its ground, whatever is written on it; a photo has no ground."""
REPAINTED_LEVELS = 60
"""Backgrounds of a light and a dark theme lie farther apart than those of two screens of one theme."""
REPAINTED_LIKENESS = 0.8
"""Pictures of one screen in two themes are alike by 0.88 and more, those of two screens by 0.71 at most."""
LAYOUT_COLUMNS, LAYOUT_ROWS = 4, 8
"""Cells in which layouts are compared whatever the screen's size."""
LAYOUT_LIKENESS = 0.85
"""Layouts of one screen in two sizes or turned are alike by 0.89 and more, of two screens by 0.82 at most."""
MAX_SCREENS = 40
LOOKS_BACK = 60
"""A finger is not for longer on a button, nor hammers on it: a minute of looks."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One look at a screen: when, its tiles, and which of the screens seen so far it is."""

    t: float
    view: View
    screen: int

    @property
    def columns(self) -> int:
        """Tiles in a row."""
        return self.view.tiles[0]

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return (len(self.view.tiles) - HEADER_BYTES) // self.columns

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Column and row of the tile at a point of the screen."""
        across = (x - self.view.x) / max(1, self.view.width)
        down = (y - self.view.y) / max(1, self.view.height)
        column, row = int(across * self.columns), int(down * self.rows)
        return max(0, min(self.columns - 1, column)), max(0, min(self.rows - 1, row))

    def distance(self, tile: int, x: float, y: float) -> tuple[float, float]:
        """Tiles between a tile and a point, across and down."""
        column, row = self.place(x, y)
        return abs(tile % self.columns - column), abs(tile // self.columns - row)

    def beside(self, tile: int, others: list[int]) -> bool:
        """Does the tile touch one of the others?"""
        column, row = tile % self.columns, tile // self.columns
        return any(abs(column - o % self.columns) <= 1 and abs(row - o // self.columns) <= 1 for o in others)

    def around(self, tile: int) -> list[int]:
        """The tile and those that touch it."""
        column, row = tile % self.columns, tile // self.columns
        columns = range(max(0, column - 1), min(self.columns, column + 2))
        return [r * self.columns + c for r in range(max(0, row - 1), min(self.rows, row + 2)) for c in columns]

    def piece(self, tiles: list[int], x: float, y: float) -> set[int]:
        """Those of the tiles that lie in one piece around a point."""
        column, row = self.place(x, y)
        reached, found = [row * self.columns + column], set[int]()
        while reached:
            at = reached.pop()
            near = {tile for tile in tiles if tile not in found and self.beside(tile, [at])}
            found |= near
            reached += near
        return found

    def alike(self, tiles: bytes, x: float, y: float) -> bool:
        """Does another picture look the same around a point, or can nobody tell?"""
        if len(tiles) != len(self.view.tiles) or tiles[0] != self.columns:
            return True
        column, row = self.place(x, y)
        near = (HEADER_BYTES + tile for tile in self.around(row * self.columns + column))
        return all(abs(tiles[i] - self.view.tiles[i]) <= PLAIN_LEVELS for i in near)

    def is_photo(self, x: float, y: float) -> bool:
        """Does the point lie well within a photo, or something else that is filled and larger than a button?"""
        means, (column, row) = self.view.tiles[HEADER_BYTES:], self.place(x, y)
        around = [
            means[r * self.columns + c]
            for r in range(max(0, row - PHOTO_ROWS), min(self.rows, row + PHOTO_ROWS + 1))
            for c in range(max(0, column - PHOTO_COLUMNS), min(self.columns, column + PHOTO_COLUMNS + 1))
        ]
        plain = Counter(around).most_common(1)[0][0]
        if self.is_banded(x, y):
            return True
        return sum(abs(mean - plain) < CARD_LEVELS for mean in around) <= PHOTO_SHARE * len(around)

    def is_banded(self, x: float, y: float) -> bool:
        """Do shades lie above each other there as in a photo, and no ground between them?"""
        column, row = self.place(x, y)
        rows = range(max(0, row - BAND_ROWS), min(self.rows, row + BAND_ROWS + 1))
        means = sorted(self.view.tiles[HEADER_BYTES + r * self.columns + column] for r in rows)
        back = background(self.view.tiles)
        bands = 1 + sum(b - a > PLAIN_LEVELS for a, b in pairwise(means))
        return bands >= BANDS and not any(abs(mean - back) <= PLAIN_LEVELS for mean in means)

    def tabs(self, y: float) -> bool:
        """Do three to six things stand in a row near the lower edge? Taps on the tab that is chosen bring nothing."""
        if (y - self.view.y) / max(1, self.view.height) < 1 - EDGE_SHARE:
            return False
        start = HEADER_BYTES + self.place(0, y)[1] * self.columns
        means = self.view.tiles[start : start + self.columns]
        plain = Counter(means).most_common(1)[0][0]
        marked = [abs(mean - plain) > PLAIN_LEVELS for mean in means]
        count = sum(own and not before for before, own in pairwise([False, *marked]))
        return MIN_TABS <= count <= MAX_TABS

    def bar(self, tiles: bytes, y: float) -> bool:
        """Does another picture of that size show the same from side to side at that height, near an edge?"""
        down = (y - self.view.y) / max(1, self.view.height)
        if EDGE_SHARE < down < 1 - EDGE_SHARE or len(tiles) != len(self.view.tiles) or tiles[0] != self.columns:
            return False
        start = HEADER_BYTES + self.place(0, y)[1] * self.columns
        pairs = zip(tiles[start : start + self.columns], self.view.tiles[start : start + self.columns], strict=True)
        return sum(abs(a - b) <= PLAIN_LEVELS for a, b in pairs) >= BAR_SHARE * self.columns

    def empty(self, x: float, y: float) -> bool:
        """Is there nothing around the point but the ground of the screen?"""
        means, (column, row), back = self.view.tiles[HEADER_BYTES:], self.place(x, y), background(self.view.tiles)
        near = self.around(row * self.columns + column)
        return all(abs(means[tile] - back) <= GROUND_LEVELS for tile in near)

    def filled(self, x: float, y: float) -> bool:
        """Does the point lie in a bar that is filled like a button, and not as wide as the screen?"""
        means, columns = self.view.tiles[HEADER_BYTES:], self.columns
        back = background(self.view.tiles)
        column, row = self.place(x, y)
        start = row * columns + column
        seen = {start} if _stands_out(means[start], back) else set()
        waiting = list(seen)
        while waiting:
            at = waiting.pop()
            beside = [at - columns, at + columns]
            beside += ([at - 1] if at % columns else []) + ([at + 1] if (at + 1) % columns else [])
            for tile in beside:
                if 0 <= tile < len(means) and tile not in seen and _stands_out(means[tile], back):
                    seen.add(tile)
                    waiting.append(tile)
        across, down = {tile % columns for tile in seen}, {tile // columns for tile in seen}
        high = len(down) * self.view.height / self.rows
        if not 2 <= len(across) < columns or high > BUTTON_POINTS + self.view.height / self.rows:
            return False
        ring = self._ring(min(across), max(across), min(down), max(down))
        return sum(abs(means[tile] - back) < CARD_LEVELS for tile in ring) >= RING_SHARE * len(ring)

    def _ring(self, left: int, right: int, top: int, bottom: int) -> list[int]:
        """Tiles around a box, two away: those next to it may hold its edge."""
        rows = [row for row in (top - 2, bottom + 2) if 0 <= row < self.rows]
        columns = [column for column in (left - 2, right + 2) if 0 <= column < self.columns]
        level = [row * self.columns + column for row in rows for column in range(left, right + 1)]
        return level + [row * self.columns + column for row in range(top, bottom + 1) for column in columns]


def _stands_out(mean: int, back: int) -> bool:
    return abs(mean - back) >= FILLED_LEVELS and mean > MASKED_LEVEL


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
        if (before.width > before.height) != (after.width > after.height) or repainted(before.tiles, after.tiles):
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


def background(tiles: bytes) -> int:
    """The level of most tiles."""
    return Counter(tiles[HEADER_BYTES:]).most_common(1)[0][0]


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

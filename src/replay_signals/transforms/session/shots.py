"""Shots: screens that are recorded as pictures, compared tile by tile (digest/pictures).

A picture says what a screen looked like, not what is on it. What can be told: which tiles changed and when, whether two
pictures show the same screen, and where something lies that is filled like a button.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from replay_signals.transforms.digest.pictures import HEADER_BYTES, changed_tiles
from replay_signals.transforms.digest.wireframes import View

Target = tuple[str, int, str]
"""What changed: `v` the look of a view, `c` the views in a view, `w` the window itself, `p` a tile of a picture, `f` a
view's picture too faintly to say where."""

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
RING_SHARE = 0.6
"""Of what surrounds a button most is background; what lies within a photo is surrounded by photo."""
FADED_SHARE = 0.1
"""A highlight that is gone leaves at most this share of it, by the encoder's noise."""
MAX_SCREENS = 40


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

    def joined(self, tiles: list[int], x: float, y: float) -> bool:
        """Do the tiles lie in one piece around a point?"""
        column, row = self.place(x, y)
        reached, rest = [row * self.columns + column], set(tiles)
        while reached:
            at = reached.pop()
            near = {tile for tile in rest if self.beside(tile, [at])}
            rest -= near
            reached += near
        return not rest

    def filled(self, x: float, y: float) -> bool:
        """Does the point lie in a bar that is filled like a button, and not as wide as the screen?"""
        means, columns = self.view.tiles[HEADER_BYTES:], self.columns
        back = Counter(means).most_common(1)[0][0]
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
        changed = changed_tiles(before.tiles, after.tiles)
        if changed is None:
            return [("v", after.view_id, "")]
        return [("p", tile, "") for tile in changed] or [("f", after.view_id, "")]

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
            if same_screen(self._screens[screen], tiles):
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
    back, behind = (Counter(tiles[HEADER_BYTES:]).most_common(1)[0][0] for tiles in (one, other))
    shown = differing = 0
    for a, b in zip(one[HEADER_BYTES:], other[HEADER_BYTES:], strict=True):
        if abs(a - back) > PLAIN_LEVELS or abs(b - behind) > PLAIN_LEVELS:
            shown += 1
            differing += abs(a - b) > PLAIN_LEVELS
    return differing <= SAME_SHARE * shown

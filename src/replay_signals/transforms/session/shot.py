"""A shot: one look at a screen that is recorded as a picture, as tiles (digest/pictures), and what lies at a point.

A picture says what a screen looked like, not what is on it: whether something is filled like a button, a photo, tabs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from replay_signals.transforms.digest.pictures import HEADER_BYTES
from replay_signals.transforms.digest.wireframes import View

PLAIN_LEVELS = 8
"""A tile within so many levels of the background shows nothing."""
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
SHADE_SHARE = 0.4
RING_SHARE = 0.6
"""Of what surrounds a button most is background; what lies within a photo is surrounded by photo."""
PHOTO_COLUMNS, PHOTO_ROWS = 3, 1
"""A photo reaches so many tiles beyond a finger: it is wider than the letters on a row, and at least two tiles high."""
BANDS, BAND_ROWS = 4, 3
"""So many shades above and below a finger, and no ground between them, are a photo even where each goes from side to
side; buttons that stand one above the other have two."""
EDGE_SHARE = 0.13
"""Headings and tabs lie this near to the upper and lower edge: 44 + 59 and 49 + 34 of 844 points (Apple)."""
SIDE_POINTS = 10
"""Controls keep 16 points away from the sides (Apple, Material); hands that hold a phone touch them."""
TITLE_SHARE = 0.2
"""The buttons of a bar take 44 to 80 points of 360 to 430 at either end (Apple, Material)."""
MIN_TABS, MAX_TABS = 3, 6
"""Three to five tabs fit a phone (Apple, Material); a badge may look like one more."""
BAR_SHARE = 0.8
"""Of a bar's tiles so many are the same on each screen, whichever tab is chosen."""
PHOTO_SHARE = 0.5
"""Of a row's tiles most are as plain as its ground, whatever is written on it; a photo has no ground."""

BLOCK_SHARE = 0.4
"""Each row of a highlight has about as many tiles as its widest one; round ones have half of them at their edges."""

FULL_SHARE = 0.8
"""Boards of keys reach from side to side; the ground between two keys may look as before."""
MASKED_TILES = 4
"""Fields are wider than 100 points."""
KEY_SHARE = 0.36
"""Keypads have three keys and more side by side."""


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
        return abs(self._column(tile) - column), abs(self._row(tile) - row)

    def beside(self, tile: int, others: list[int]) -> bool:
        """Does the tile touch one of the others?"""
        column, row = self._column(tile), self._row(tile)
        return any(abs(column - self._column(o)) <= 1 and abs(row - self._row(o)) <= 1 for o in others)

    def around(self, tile: int) -> list[int]:
        """The tile and those that touch it."""
        column, row = self._column(tile), self._row(tile)
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

    def block(self, tiles: set[int]) -> set[int]:
        """Those of the tiles that make up a button or row: words that changed right beside it fill no side of it."""
        columns, rows = (Counter(key(tile) for tile in tiles) for key in (self._column, self._row))
        wide, high = max(rows.values(), default=0), max(columns.values(), default=0)
        return {
            tile
            for tile in tiles
            if rows[self._row(tile)] >= BLOCK_SHARE * wide and columns[self._column(tile)] >= BLOCK_SHARE * high
        }

    def full_rows(self, tiles: set[int]) -> list[int]:
        """Rows of which nearly all tiles are among these."""
        count = Counter(self._row(tile) for tile in tiles)
        return [row for row, own in count.items() if own >= FULL_SHARE * self.columns]

    def has_masked(self, y: float) -> bool:
        """Does a black box, as wide as a field, stand above that height? On dark ground nobody can tell."""
        black = [mean <= MASKED_LEVEL for mean in self.view.tiles[HEADER_BYTES:]]
        return background(self.view.tiles) >= FILLED_LEVELS and any(
            all(black[start : start + MASKED_TILES])
            for row in range(self.place(0, y)[1] - 1)
            for start in range(row * self.columns, (row + 1) * self.columns - MASKED_TILES + 1)
        )

    def is_wide(self, x: float, y: float) -> bool:
        """Is what is filled like a button there wider than a key?"""
        means, (column, row) = self.view.tiles[HEADER_BYTES:], self.place(x, y)
        back, start = background(self.view.tiles), row * self.columns
        left = right = column
        while left > 0 and _stands_out(means[start + left - 1], back):
            left -= 1
        while right < self.columns - 1 and _stands_out(means[start + right + 1], back):
            right += 1
        return _stands_out(means[start + column], back) and right + 1 - left > KEY_SHARE * self.columns

    def _column(self, tile: int) -> int:
        return tile % self.columns

    def _row(self, tile: int) -> int:
        return tile // self.columns

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

    def at_side(self, x: float) -> bool:
        """Is it at the left or right edge, where nothing is but what goes from side to side?"""
        return min(x - self.view.x, self.view.x + self.view.width - x) < SIDE_POINTS

    def is_title(self, x: float, y: float) -> bool:
        """Is it where the title of a screen stands: at the upper edge, and not at an end, where bars have buttons?"""
        across, down = (x - self.view.x) / max(1, self.view.width), (y - self.view.y) / max(1, self.view.height)
        return down <= EDGE_SHARE and TITLE_SHARE <= across <= 1 - TITLE_SHARE

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
        if not _has_one_shade([means[tile] for tile in seen]):
            return False
        ring = self._ring(min(across), max(across), min(down), max(down))
        return sum(abs(means[tile] - back) < CARD_LEVELS for tile in ring) >= RING_SHARE * len(ring)

    def _ring(self, left: int, right: int, top: int, bottom: int) -> list[int]:
        """Tiles around a box, two away: those next to it may hold its edge."""
        rows = [row for row in (top - 2, bottom + 2) if 0 <= row < self.rows]
        columns = [column for column in (left - 2, right + 2) if 0 <= column < self.columns]
        level = [row * self.columns + column for row in rows for column in range(left, right + 1)]
        return level + [row * self.columns + column for row in range(top, bottom + 1) for column in columns]


def _has_one_shade(means: list[int]) -> bool:
    """Is most of it of one shade, as a button is but for what is written on it? Small photos are of many."""
    most = max(sum(abs(mean - one) <= CARD_LEVELS for mean in means) for one in set(means))
    return most >= SHADE_SHARE * len(means)


def _stands_out(mean: int, back: int) -> bool:
    return abs(mean - back) >= FILLED_LEVELS and mean > MASKED_LEVEL


def background(tiles: bytes) -> int:
    """The level of most tiles."""
    return Counter(tiles[HEADER_BYTES:]).most_common(1)[0][0]

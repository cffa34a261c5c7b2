"""Typing: taps on a keyboard or a keypad, which are no tries of a control however often they repeat.

Touches on the keyboard of the system leave nothing on Android; on iOS they may be recorded like any other, and neither
the keyboard nor masked text shows in wireframes or pictures. So typing is told by where and how fast the taps come.
"""

from __future__ import annotations

from functools import partial
from itertools import takewhile

from replay_signals.transforms.clicks.judged import ALIVE, UNKNOWN, Judged
from replay_signals.transforms.clicks.screen_habits import ANSWER_MS
from replay_signals.transforms.clicks.spots import Spots
from replay_signals.transforms.session.gestures import Click
from replay_signals.transforms.session.screens import Screens
from replay_signals.transforms.session.shot import Shot

Verdict = tuple[str, str, float]
KEY_MS = 1200
"""Slow typists leave about half a second between keys."""
MIN_KEYS = 3
"""So many different places in one run are keys."""
STILL_MS = 6000
"""After a run of keys the next ones on the same board come within this time."""
KEYBOARD_SHARE = 0.58
"""Keyboards reach down from about here: 291 to 336 of 667 to 932 points on phones (Apple)."""
TYPED: Verdict = (ALIVE, "typed on a keyboard", 0.6)
MAYBE: Verdict = (UNKNOWN, "a keyboard may lie over the screen", 0.5)

MASKED: Verdict = (UNKNOWN, "what is typed may be masked", 0.5)


def typed_taps(screens: Screens, judged: list[Judged], spots: Spots, lit: set[Click]) -> dict[int, Verdict]:
    """Indexes of taps that are, or may be, keys of a keyboard; the app draws nothing below it (`lit`)."""
    found: dict[int, Verdict] = {}
    for start, end in _runs(judged):
        places = _places(range(start, end), spots)
        if len(places) >= MIN_KEYS:
            found.update(dict.fromkeys(range(start, end), TYPED))
            for direction in (range(end, len(judged)), reversed(range(start))):
                for i in takewhile(partial(_goes_on, keys=range(start, end), judged=judged), direction):
                    found[i] = TYPED
        else:
            found.update((i, MASKED) for i in range(start, end) if _may_be_key(i, screens, judged))
    if screens.catches_up:
        return found
    for i, j in enumerate(judged):
        if i not in found and j.click not in lit and _low(screens, j) and _field_before(i, screens, judged):
            found[i] = MAYBE
    return found


def _may_be_key(i: int, screens: Screens, judged: list[Judged]) -> bool:
    """May a tap on a picture be a key that is repeated, and what it writes look the same, as a masked field does?

    Such a field stands above it, or the key is on a board at the lower edge that an earlier tap brought.
    """
    click = judged[i].click
    shot = screens.shots.at(click.down_ms - 0.5)
    if shot is None or click.x is None or click.y is None or shot.is_wide(click.x, click.y):
        return False
    return shot.has_masked(click.y) or any(_brings_board(j, shot, click.y) for j in judged[:i] if j.answered)


def _brings_board(j: Judged, shot: Shot, y: float) -> bool:
    """Did it bring a board as wide as the screen, in the lower half, on which that height lies?"""
    tiles = {tile for effect in j.effects for kind, tile, _ in effect.targets if kind == "p"}
    rows = shot.full_rows(tiles)
    return bool(rows) and min(rows) >= shot.rows // 2 and max(rows) >= shot.rows - 2 and shot.place(0, y)[1] in rows


def _runs(judged: list[Judged]) -> list[tuple[int, int]]:
    """Spans of indexes of taps that follow each other as fast as keys do."""
    runs, start = [], 0
    for i in range(1, len(judged) + 1):
        if i == len(judged) or judged[i].click.t - judged[i - 1].click.t > KEY_MS:
            runs.append((start, i))
            start = i
    return [run for run in runs if run[1] - run[0] >= MIN_KEYS]


def _places(indexes: range, spots: Spots) -> list[int]:
    """One tap of each spot."""
    places: list[int] = []
    for i in indexes:
        if not any(spots.near(i, k) for k in places):
            places.append(i)
    return places


def _goes_on(i: int, keys: range, judged: list[Judged]) -> bool:
    """Is a tap before or after the keys of a run one more of them?"""
    near = min(abs(judged[i].click.t - judged[k].click.t) for k in (keys[0], keys[-1]))
    return near <= STILL_MS and _among(i, keys, judged)


def _among(i: int, keys: range, judged: list[Judged]) -> bool:
    """Does a tap lie within the board that the keys of a run span?"""
    xs = [x for k in keys if (x := judged[k].click.x) is not None]
    ys = [y for k in keys if (y := judged[k].click.y) is not None]
    x, y = judged[i].click.x, judged[i].click.y
    if x is None or y is None or not xs or not ys:
        return False
    return min(xs) - 60 <= x and min(ys) - 60 <= y <= max(ys) + 120


def _low(screens: Screens, j: Judged) -> bool:
    height = screens.height
    return height > 0 and j.click.y is not None and j.click.y >= KEYBOARD_SHARE * height


def _field_before(i: int, screens: Screens, judged: list[Judged]) -> bool:
    """May an earlier tap on this screen have opened a keyboard, and nothing closed it since?"""
    for j in reversed(judged[:i]):
        if _low(screens, j):
            continue
        if screens.pictures:
            return _may_be_field(screens, j, judged[i].click.down_ms)
        if j.click.control is not None and j.click.control.tag == "input":
            return j.click.control.type not in ("button", "checkbox", "radio", "toggle")
        return False
    return False


def _may_be_field(screens: Screens, j: Judged, next_ms: float) -> bool:
    """A field that gets the focus changes its own look at most, as far as a picture can tell."""
    shot = screens.shots.at(j.click.down_ms)
    if shot is None:
        return True
    if screens.shots.moved(j.click.down_ms, next_ms):
        return False  # a keyboard goes with the screen that it is for
    if not j.effects and screens.next_look(j.click.t + ANSWER_MS) < next_ms:
        return False  # looked at, and without a focus
    tiles = [tile for effect in j.effects for kind, tile, _ in effect.targets if kind == "p"]
    if j.click.x is None or j.click.y is None or any(effect.kind != "screen" for effect in j.effects):
        return False
    return all(shot.distance(tile, j.click.x, j.click.y)[1] <= 2 for tile in tiles)

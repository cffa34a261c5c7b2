"""Inline styles: declarations of one element, and what they say of a box that is drawn or not."""

from __future__ import annotations

import re
from functools import lru_cache

Style = dict[str, str]
"""Property -> value, both in lower case, without `!important`."""

MAX_STYLE_CHARS = 4000
NOTHING: Style = {}
ABOUT_POINTERS = re.compile(r"(?<![\w-])(?:cursor|pointer-events)\s*:")
_LAID = frozenset(("absolute", "fixed"))
_NOTHING = re.compile(r"none|transparent|initial|unset|0(?:px)?(?:\s.*)?|(?:rgb|hsl)a?\([^()]*[,/]\s*0?\.?0*%?\s*\)")
BOX_STYLES = frozenset(
    ("background", "background-color", "background-image", "border", "box-shadow", "outline", "filter")
)
_DRAWS = BOX_STYLES | {"backdrop-filter", "content", "border-color", "border-width", "border-top", "border-bottom"}
_NO_OPACITY = re.compile(r"0?\.?0+%?")
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\b")
_REDS = frozenset(("red", "darkred", "crimson", "firebrick", "indianred", "maroon"))
MIN_RED, MAX_OTHER_SHARE = 110, 0.45
"""Of 255, and of the red: orange and brown have more green, pink and grey more of both."""
_HIDDEN = {"visibility": "hidden", "display": "none"}


STAYS = {
    "cursor": re.compile(r"(?!)"),
    "opacity": _NO_OPACITY,
    "pointer-events": re.compile(r"(?!none).+"),
    "position": re.compile(r"absolute|fixed"),
    **dict.fromkeys(_DRAWS, _NOTHING),
}
"""Properties by which an element can be seen or pressed, and the values that leave an unseen one unseen."""


@lru_cache(maxsize=2000)
def _parsed(text: str) -> tuple[tuple[str, str], ...]:
    rules = (rule.split(":", 1) for rule in text.lower().split(";") if ":" in rule)
    return tuple((name.strip(), value.replace("!important", "").strip()) for name, value in rules)


def style_of(text: str) -> Style:
    """The declarations of a style attribute, or between the braces of a rule."""
    return dict(_parsed(text[:MAX_STYLE_CHARS]))


def is_clear(style: Style) -> bool:
    """Is the element there, but with no opacity?"""
    return _NO_OPACITY.fullmatch(style.get("opacity", "")) is not None


def is_hidden(style: Style) -> bool:
    """Can it not be seen?"""
    return is_clear(style) or any(style.get(name) == value for name, value in _HIDDEN.items())


def is_veil(style: Style) -> bool:
    """Does it lie over the page, take the pointer, and show nothing? One with a cursor tells of itself."""
    if style.get("position") not in _LAID or style.get("pointer-events") == "none" or "cursor" in style:
        return False
    if any(style.get(name) == value for name, value in _HIDDEN.items()):
        return False
    if "opacity" in style:
        return is_clear(style)
    return _is_spread(style) and not any(_draws(name, value) for name, value in style.items())


def is_red(style: Style) -> bool:
    """Is its text red, which is how pages of every language say that something is wrong?"""
    colour = style.get("color", "")
    if (hexed := _HEX.fullmatch(colour)) is not None:
        digits = hexed[1] if len(hexed[1]) >= 6 else "".join(2 * digit for digit in hexed[1])
        red, green, blue = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
    elif (told := _RGB.match(colour)) is not None:
        red, green, blue = (int(number) for number in told.groups())
    else:
        return colour in _REDS
    return red >= MIN_RED and max(green, blue) <= MAX_OTHER_SHARE * red


def _draws(name: str, value: str) -> bool:
    return name in _DRAWS and _NOTHING.fullmatch(value) is None


def _is_spread(style: Style) -> bool:
    """Is it given an extent: all of what it lies over, or a size of its own?"""
    sides = "inset" in style or {"top", "left", "right", "bottom"} <= style.keys()
    return sides or {"width", "height"} <= style.keys()

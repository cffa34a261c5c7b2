"""Which pictures show one screen: in another theme, on another device, held differently."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from replay_signals.transforms.digest.pictures import tiles_of
from replay_signals.transforms.digest.wireframes import NO_PARENT, View
from replay_signals.transforms.parse.budget import Budget
from replay_signals.transforms.session.shots import Shots, repainted, same_layout, same_screen
from support.drawing import DARK, LIGHT, Palette, draw, encoded
from support.mobile_designs import SHOP
from support.mobile_scene import V
from support.mobile_visits import Page

Size = tuple[int, int]
PAGES = SHOP.pages[:3]


def laid_out(view: V, size: Size) -> V:
    """The view on a screen of that size."""
    across, down = size[0] / SHOP.size[0], size[1] / SHOP.size[1]
    place = {"x": view.x * across, "y": view.y * down, "width": view.width * across, "height": view.height * down}
    return replace(view, **place, children=tuple(laid_out(child, size) for child in view.children))


def tiles(page: Page, size: Size = SHOP.size, palette: Palette = LIGHT, kind: str = "webp") -> bytes:
    root = V("root", "div", 0, 0, *size, "", {}, tuple(laid_out(view, size) for view in page.views))
    return tiles_of(msgspec.Raw(msgspec.json.encode(encoded(draw(root, size, palette), kind))), Budget())


def test_a_screen_is_known_in_another_theme() -> None:
    light, dark = [tiles(p) for p in PAGES], [tiles(p, palette=DARK) for p in PAGES]
    assert [[repainted(a, b) for b in dark] for a in light] == [[i == k for k in range(3)] for i in range(3)]
    assert not any(same_screen(a, b) for a, b in zip(light, dark, strict=True))


@pytest.mark.parametrize("size", [(390, 844), (768, 1024), (800, 400)])
def test_a_screen_is_known_in_another_size_and_turned(size: Size) -> None:
    known, others = [tiles(p) for p in PAGES], [tiles(p, size) for p in PAGES]
    assert [[same_layout(a, b) for b in others] for a in known] == [[i == k for k in range(3)] for i in range(3)]


def test_two_screens_of_one_theme_are_no_repainting() -> None:
    assert not repainted(tiles(PAGES[0]), tiles(PAGES[1]))
    assert not repainted(tiles(PAGES[0]), tiles(PAGES[0]))
    assert not repainted(b"", tiles(PAGES[0]))


def test_another_picture_with_the_same_tiles_changed_faintly() -> None:
    """A digit, a comma: no tile tells, but the file is another one."""
    first, other = tiles(PAGES[0]), tiles(PAGES[1])
    shots = Shots()
    for t, state, seen in ((0, 1, first), (1000, 2, first), (2000, 1, first), (3000, 3, other)):
        shots.see(t, View(1, NO_PARENT, "screenshot", "", "", 0, 0, *SHOP.size, "", state, seen))
    assert [shots.faintly(1000, t) for t in (500, 1500, 2500, 3500)] == [False, True, False, False]

"""Stills: pictures of pages at a moment with the element marked, by the Chromium of this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from replay_signals.pipelines.playback.browser import chromium
from replay_signals.pipelines.playback.pages import POLICY, write_static
from replay_signals.transforms.playback.decoding import Event
from replay_signals.transforms.playback.moment import Moment, events_until
from replay_signals.transforms.playback.tree import tree_at
from replay_signals.transforms.text import encoded

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

MAX_SIDE_PX = 2400
DEFAULT_SIZE = (1280, 800)
MAX_WIDTH_PX = 1000
"""Of a still: enough to read labels in a report."""
TIMEOUT_MS = 20_000
_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="stylesheet" href="player.css"></head>
<body class="rs-still"><div></div><script src="player.js"></script></body></html>
"""
_DRAW = "(text) => ReplaySignals.still(document.querySelector('.rs-still > div'), JSON.parse(text))"


class Still(Struct, frozen=True):
    """A picture (PNG), its size, and whether the element is on it."""

    png: bytes
    width_px: int
    height_px: int
    is_marked: bool


def take_stills(moments: Iterable[Moment]) -> Iterator[Still | None]:
    """A picture of each moment, in order; None where no page was recorded by then or it cannot be drawn.

    Pages are drawn as the player draws them, in a browser that reaches nothing. Raises NoBrowserError.
    """
    left = iter(moments)
    with TemporaryDirectory(prefix="stills-") as name:
        folder = Path(name)
        write_static(folder, ("player.js", "player.css"))
        page = folder / "still.html"
        page.write_text(_PAGE.format(policy=escape(POLICY)), "utf-8")
        is_over = False
        while not is_over:
            with chromium() as browser:
                is_over = True
                for moment in left:
                    yield _take(browser, page.as_uri(), moment)
                    if not browser.is_connected():
                        is_over = False  # it went down with that page: the others get another one
                        break


def _take(browser: Browser, url: str, moment: Moment) -> Still | None:
    try:
        events = events_until(moment.window, moment.at_ms)
        return _drawn(browser, url, moment, events) if events else None
    except Exception:  # noqa: BLE001 - a page that cannot be drawn, or ends its browser, costs no other its picture
        return None


def _drawn(browser: Browser, url: str, moment: Moment, events: list[Event]) -> Still:
    tree = tree_at(moment.window, moment.at_ms)
    width, height = _size(tree.width, tree.height)
    scale = min(1.0, MAX_WIDTH_PX / width)
    # as text: playwright takes nested values apart level by level, and pages are nested deeply
    data = encoded(msgspec.json.encode, {"events": events, "node": moment.node, "label": moment.label}).decode()
    with browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, offline=True
    ) as context:
        return _photographed(context, url, data)


def _photographed(context: BrowserContext, url: str, data: str) -> Still:
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto(url)
    drawn = page.evaluate(_DRAW, data)
    width, height = page.evaluate("[innerWidth * devicePixelRatio, innerHeight * devicePixelRatio]")
    return Still(page.screenshot(animations="disabled"), round(width), round(height), bool(drawn["marked"]))


def _size(width: float, height: float) -> tuple[int, int]:
    if width < 1 or height < 1:
        return DEFAULT_SIZE
    return min(MAX_SIDE_PX, round(width)), min(MAX_SIDE_PX, round(height))

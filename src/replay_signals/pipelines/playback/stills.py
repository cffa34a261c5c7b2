"""Stills: pictures of pages at a moment with the element marked, by the Chromium of this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from replay_signals.pipelines.playback.browser import chromium
from replay_signals.pipelines.playback.pages import POLICY, write_static
from replay_signals.transforms.playback.moment import Moment, events_until
from replay_signals.transforms.playback.tree import tree_at

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
_DRAW = "(data) => ReplaySignals.still(document.querySelector('.rs-still > div'), data)"


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
    with TemporaryDirectory(prefix="stills-") as name, chromium() as browser:
        folder = Path(name)
        write_static(folder, ("player.js", "player.css"))
        page = folder / "still.html"
        page.write_text(_PAGE.format(policy=escape(POLICY)), "utf-8")
        for moment in moments:
            yield _take(browser, page.as_uri(), moment)


def _take(browser: Browser, url: str, moment: Moment) -> Still | None:
    from playwright.sync_api import Error

    events = events_until(moment.window, moment.at_ms)
    if not events:
        return None
    tree = tree_at(moment.window, moment.at_ms)
    width, height = _size(tree.width, tree.height)
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=min(1.0, MAX_WIDTH_PX / width), offline=True
    )
    try:
        return _drawn(context, url, {"events": events, "node": moment.node, "label": moment.label})
    except Error:
        return None  # a page that its browser cannot draw has no picture
    finally:
        context.close()


def _drawn(context: BrowserContext, url: str, data: dict[str, Any]) -> Still:
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

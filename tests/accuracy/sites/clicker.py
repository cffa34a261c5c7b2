"""Clicks on things in a page, watches what comes of it, and writes it down."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import eyes
import pixels
import scripts
from hand import Hand
from playwright.async_api import CDPSession, Error, Page
from sites import Site

Item = dict[str, Any]
AFTER = (0.3, 1.0, 2.2)
"""Seconds after a click at which the page is looked at."""
PATIENT = (3.2, 4.4)
"""And, when nothing has shown by then, these: servers may be slow."""
NOWHERE: Item = {
    "origin": 0, "active": None, "around": None, "status": 0, "key": "", "boxes": [], "marks": [], "y": 0, "room": 0,
}  # fmt: skip


def now() -> int:
    """Epoch milliseconds; the browser's clock is the same."""
    return round(time.time() * 1000)


class Gone(Exception):
    """The page cannot be used any more."""


class Clicker:
    """One page with its labels."""

    def __init__(self, page: Page, cdp: CDPSession, site: Site, rng: random.Random, touch: bool = False) -> None:
        self.page, self.cdp, self.site, self.rng = page, cdp, site, rng
        self.hand = Hand(page, rng, touch)
        self.labels: list[Item] = []
        self.happened: list[tuple[int, str]] = []
        page.on("download", lambda _: self.happened.append((now(), "download")))
        page.on("filechooser", lambda _: self.happened.append((now(), "file-picker")))
        page.on("popup", lambda p: asyncio.ensure_future(self._popup(p)))
        page.on("dialog", lambda d: asyncio.ensure_future(self._dialog(d)))

    async def _popup(self, popup: Page) -> None:
        self.happened.append((now(), "new-tab"))
        await asyncio.sleep(self.rng.uniform(1.2, 2.4))
        try:
            await popup.close()
        except Error:
            return

    async def _dialog(self, dialog: Any) -> None:
        if dialog.type != "beforeunload":
            self.happened.append((now(), "native-dialog"))
            await asyncio.sleep(self.rng.uniform(0.6, 1.4))
        try:
            await dialog.accept()
        except Error:
            return

    def note(self, kind: str, **more: Any) -> None:
        """A label that is no click."""
        self.labels.append({"t": now(), "kind": kind, "url": self.page.url, **more})

    async def goto(self, path: str) -> None:
        """By the address bar."""
        self.note("navigate", to=path)
        try:
            await self.page.goto("http://site.test" + path, wait_until="load", timeout=15000)
        except Error as error:
            if "interrupted" not in str(error) and "ERR_ABORTED" not in str(error):
                raise Gone(str(error)[:100]) from error
        await self.hand.pause(0.9, 1.6)

    async def state(self) -> Item:
        """Where the page is (js/state.js)."""
        try:
            return dict(await self.page.evaluate(scripts.STATE, list(self.site.ambient)))
        except Error:
            return {"url": self.page.url, **NOWHERE}

    async def find(self, want: str = "control") -> list[Item]:
        """What can be clicked in view (js/find.js)."""
        try:
            known = [self.site.works, list(self.site.rapid), list(self.site.drags), want]
            return list(await self.page.evaluate(scripts.FIND, known))
        except Error:
            return []

    async def spoil(self, item: Item, mode: str, how: Any) -> bool:
        """Breaks a control (js/break.js)."""
        try:
            handle = await self.page.evaluate_handle(f"window.__found[{item['i']}]")
            await self.page.evaluate(scripts.BREAK, [handle.as_element(), mode, how])
        except Error:
            return False
        return True

    async def click(self, item: Item, kind: str, times: int = 1, after: tuple[float, ...] = AFTER) -> Item | None:
        """Clicks, watches, labels; None when the place moved away before the click."""
        rng = self.rng
        x = item["x"] + rng.uniform(-0.2, 0.2) * min(item["width"], 60)
        y = item["y"] + rng.uniform(-0.2, 0.2) * min(item["height"], 24)

        async def press() -> None:
            for i in range(times):
                if i:
                    await self.hand.pause(0.07, 0.28)
                    if rng.random() < 0.4:
                        await self.hand.to(x + rng.uniform(-2.5, 2.5), y + rng.uniform(-2, 2))
                await self.hand.press(i + 1)

        await self.hand.to(x, y)
        await self.hand.pause(0.2, 0.45)
        if kind == "plain" and item["broken"]:
            kind = f"fault:{item['broken']}:retry"
        return await self.act(item, kind, press, times, after)

    async def act(
        self,
        item: Item,
        kind: str,
        doing: Callable[[], Awaitable[None]],
        times: int = 1,
        after: tuple[float, ...] = AFTER,
    ) -> Item | None:
        """Does something to an element, watches, labels."""
        before = [await self._shot()]
        await self.hand.pause(0.25, 0.5)
        before.append(await self._shot())
        if not await self._still(item):
            return None
        was = await self.state()
        before.append(await self._shot())
        label: Item = {"t": now(), "kind": kind, "url": was["url"], "clicks": times}
        label |= {"x": round(self.hand.x, 1), "y": round(self.hand.y, 1)}
        label["el"] = {k: item[k] for k in ("tag", "id", "text", "cls", "inter")}
        self.labels.append(label)
        await doing()
        label["t_end"] = now()
        await self._watch(item, label, before, was, after)
        return label

    async def _still(self, item: Item) -> bool:
        """Is the element where it was a moment ago?"""
        try:
            return bool(await self.page.evaluate(scripts.STILL, [item["i"], self.hand.x, self.hand.y]))
        except Error:
            return False

    async def _watch(self, item: Item, label: Item, before: list[Any], was: Item, after: tuple[float, ...]) -> None:
        start, shots = time.time(), []
        for moment in after:
            await asyncio.sleep(max(0.0, start + moment - time.time()))
            shots.append(await self._shot())
        here = await self.state()
        waiting = label["kind"].startswith(("plain", "works")) and item["inter"] and not _moved(was, here)
        if waiting and not eyes.saw(item, before, shots, was, here)[0]:
            for moment in PATIENT:
                await asyncio.sleep(max(0.0, start + moment - time.time()))
                shots.append(await self._shot())
            here = await self.state()
        responded, label["visible"] = eyes.saw(item, before, shots, was, here)
        label["moved"] = _moved(was, here)
        label["responded"] = True if label["moved"] else responded
        label["caused"] = [what for t, what in self.happened if t >= label["t"] - 20]
        if label["kind"] == "plain" and label["caused"]:
            label["kind"] = f"works:{label['caused'][0]}"
        if here["origin"] != was["origin"]:
            await self.hand.pause(0.5, 1.0)

    async def _shot(self) -> pixels.Picture | None:
        """By the protocol: the driver's own screenshot changes the page's styles, which recorders see."""
        shoot = self.cdp.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
        try:
            got = await asyncio.wait_for(shoot, 6)
        except (Error, TimeoutError):
            return None
        return pixels.picture(base64.b64decode(got["data"]))


def _moved(was: Item, here: Item) -> bool:
    """Another address or another document; a fragment alone moves nobody."""
    return bool(here["url"].partition("#")[0] != was["url"].partition("#")[0] or here["origin"] != was["origin"])

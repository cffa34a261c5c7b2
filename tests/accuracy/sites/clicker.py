"""Clicks on things in a page, watches what comes of it, and writes it down."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import eyes
import pixels
import scripts
from cdp import Lost, Tab
from hand import MIDDLE, Hand
from site_facts import Place, Site

if TYPE_CHECKING:
    from display import Screen

Item = dict[str, Any]
Doing = Callable[[], Awaitable[None]]
AFTER = (0.3, 1.0, 2.0)
"""Seconds after a click at which the page is looked at, until something has changed."""
NO_QUICK_BACK_S = 6.0
HELD_UP_S = 4.0
PATIENT = (3.2, 4.4)
"""And, when nothing has shown by then, these: servers may be slow."""
NOWHERE: Item = {
    "origin": 0, "active": None, "around": None, "status": 0, "key": "", "boxes": [], "marks": [], "landed": [],
    "y": 0, "room": 0, "url": "",
}  # fmt: skip
HOME = "http://site.test"
WHERE = "() => addEventListener('mousemove', e => { window.at = [e.screenX - e.clientX, e.screenY - e.clientY]; })"


def now() -> int:
    """Epoch milliseconds; the browser's clock is the same."""
    return round(time.time() * 1000)


class Clicker:
    """One tab with its labels."""

    def __init__(self, tab: Tab, screen: Screen, site: Site, rng: random.Random, recorder: str) -> None:
        self.tab, self.screen, self.site, self.rng, self.recorder = tab, screen, site, rng, recorder
        self.hand = Hand(screen, rng)
        self.labels: list[Item] = []
        self.happened: list[tuple[int, str]] = []
        self.raised: list[tuple[int, str]] = []
        self.skipped: list[str] = []
        self.url = self.spot = ""
        self.trail: list[tuple[float, str]] = []
        self._tabs = {tab.target}
        self._tasks: set[asyncio.Task[None]] = set()
        tab.on("Page.javascriptDialogOpening", lambda d: self._later(self._dialog(d)))
        tab.on("Page.downloadWillBegin", lambda _: self.happened.append((now(), "download")))
        tab.on("Runtime.exceptionThrown", self._exception)
        tab.browser.on("", "Target.targetCreated", self._created)

    def _later(self, doing: Any) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _exception(self, params: dict[str, Any]) -> None:
        details = params["exceptionDetails"]
        said = details.get("exception", {}).get("description") or details.get("text", "")
        self.raised.append((round(params["timestamp"]), str(said).splitlines()[0][:160]))

    def _created(self, params: dict[str, Any]) -> None:
        info = params["targetInfo"]
        if info["type"] == "page" and not info["url"].startswith("chrome:") and info["targetId"] not in self._tabs:
            self._tabs.add(info["targetId"])
            self.happened.append((now(), "new-tab"))

    async def _dialog(self, dialog: dict[str, Any]) -> None:
        if dialog.get("type") != "beforeunload":
            self.happened.append((now(), "native-dialog"))
        await asyncio.sleep(self.rng.uniform(0.5, 1.2))
        with contextlib.suppress(Lost):
            await self.tab.send("Page.handleJavaScriptDialog", accept=dialog.get("type") == "beforeunload")

    def note(self, kind: str, **more: Any) -> Item:
        """A label that is no click."""
        label = {"t": now(), "kind": kind, "url": self.url, **more}
        self.labels.append(label)
        return label

    async def begin(self) -> None:
        """Finds out where the page lies on the screen."""
        await self.tab.loaded()
        await self.tab.run(WHERE)
        place = None
        for nudge in range(40):
            self.screen.point(400 + nudge % 7, 400 + nudge % 5)
            await asyncio.sleep(0.15)
            if place := await self.tab.run("() => window.at"):
                break
        if not place:
            raise Lost("no pointer event came")
        left, top = place
        width, height = await self.tab.run("() => [innerWidth, innerHeight]")
        self.hand.lies(left, top, width, height)

    async def goto(self, path: str) -> None:
        """By the address bar."""
        url = path if path.startswith("http") else HOME + path
        if len(self.trail) > 1 and self.trail[-2][1] == url:
            await self.linger()
        self.note("navigate", to=path)
        await self.tab.goto(url)
        await self.hand.pause(0.6, 1.1)
        await self.state()

    async def linger(self) -> None:
        """Looks at a page for so long that nobody would say of its visitor that he turned back at once."""
        since = time.time() - self.trail[-1][0]
        if since < NO_QUICK_BACK_S:
            await self.hand.read(NO_QUICK_BACK_S - since)

    async def near(self, place: Place) -> bool:
        """Makes sure that the page of a place is open; its selector is then in `spot`."""
        page, self.spot = place
        if not self.url.startswith(HOME + page) or (page.endswith("/") and self.url != HOME + page):
            await self.goto(page)
        return True

    async def elsewhere(self) -> None:
        """Leaves the page for another one of the site, or for another site if there is none."""
        here = self.url.partition("#")[0] if self.site.loads else self.url
        others = [p for p in self.site.start if HOME + p != here]
        if not others:
            await self.goto("http://elsewhere.test/")
            await self.linger()
        await self.goto(self.rng.choice(others or self.site.start))

    async def state(self) -> Item:
        """Where the page is (js/state.js)."""
        try:
            here = dict(await asyncio.wait_for(self.tab.run(scripts.STATE, list(self.site.ambient)), HELD_UP_S))
        except TimeoutError:  # a print preview or a file dialog holds the page up until somebody closes it
            await self.hand.key("Escape")
            return NOWHERE | {"url": self.url}
        except Lost:
            return NOWHERE | {"url": self.url}
        self.url = here["url"]
        if not self.trail or self.trail[-1][1] != self.url:
            self.trail.append((time.time(), self.url))
        return here

    async def find(self, want: str = "control") -> list[Item]:
        """What can be clicked in view (js/find.js)."""
        try:
            return list(await self.tab.run(scripts.FIND, [self.site.works, list(self.site.rapid), want]))
        except Lost:
            return []

    async def look_for(self, fine: Callable[[Item], bool], want: str = "control") -> Item | None:
        """Something that fits, scrolling on in one direction when there is none in view."""
        side = 0
        for attempt in range(3):
            good = [i for i in await self.find(want) if fine(i)]
            if good:
                return self.rng.choice(good)
            here = await self.state()
            if attempt == 2 or here["room"] < 40:
                return None
            side = side or (1 if here["y"] < here["room"] / 2 else -1)
            await self.hand.wheel(self.rng.uniform(250, 600) * side)
            await self.hand.pause(0.5, 0.9)
        return None

    async def look_over(self, fine: Callable[[Item], bool], want: str = "control") -> Item | None:
        """Something that fits, on this page or on another of the site."""
        item = await self.look_for(fine, want)
        if item is None and len(self.site.start) > 1:
            await self.elsewhere()
            item = await self.look_for(fine, want)
        return item

    async def seek(self, selector: str) -> Item | None:
        """An element by selector: in view, else scrolled to."""
        return await self.look_for(lambda i: not i["disabled"], selector)

    async def spoil(self, item: Item, mode: str, how: Any = None) -> bool:
        """Breaks a control (js/break.js)."""
        try:
            await self.tab.run(scripts.BREAK, [item["i"], mode, how])
        except Lost:
            return False
        return True

    async def click(
        self,
        item: Item,
        kind: str,
        times: int = 1,
        after: tuple[float, ...] = AFTER,
        held: str = "",
        pace: float = 0.28,
    ) -> Item | None:
        """Clicks, watches, labels; None when the place moved away. `held`: a key, or `middle` for that button."""
        rng = self.rng
        x = item["x"] + rng.uniform(-0.2, 0.2) * min(item["width"], 60)
        y = item["y"] + rng.uniform(-0.2, 0.2) * min(item["height"], 24)

        async def press() -> None:
            if held and held != "middle":
                self.screen.key(held, True)
                await self.hand.pause(0.05, 0.15)
            for i in range(times):
                if i:
                    await self.hand.pause(min(0.07, pace / 2), pace)
                    if rng.random() < 0.4:
                        await self.hand.to(x + rng.uniform(-2.5, 2.5), y + rng.uniform(-2, 2))
                await (self.hand.press(MIDDLE) if held == "middle" else self.hand.press())
            if held and held != "middle":
                self.screen.key(held, False)

        await self.hand.to(x, y)
        await self.hand.pause(0.15, 0.35)
        if kind == "plain" and item["broken"] in ("dead", "error", "net"):
            kind = f"fault:{item['broken']}:retry"
        return await self.act(item, kind, press, times, after)

    async def act(
        self, item: Item, kind: str, doing: Doing, times: int = 1, after: tuple[float, ...] = AFTER
    ) -> Item | None:
        """Does something to an element, watches, labels."""
        before = [self.shot()]
        await self.hand.pause(0.2, 0.4)
        before.append(self.shot())
        if not await self._still(item):
            return None
        was = await self.state()
        before.append(self.shot())
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
            return bool(await self.tab.run(scripts.STILL, [item["i"], self.hand.x, self.hand.y]))
        except Lost:
            return False

    async def _watch(self, item: Item, label: Item, before: list[Any], was: Item, after: tuple[float, ...]) -> None:
        start, shots, here, moment = time.time(), [], was, 0.0
        waiting = label["kind"].startswith(("plain", "works")) and item["inter"]
        for moment in (*after, *(PATIENT if waiting else ())):
            await asyncio.sleep(max(0.0, start + moment - time.time()))
            shots.append(self.shot())
            here = await self.state()
            if moved(was, here) or (moment >= 0.9 and eyes.saw(item, before, shots, was, here)[0]):
                break
        responded, label["visible"] = eyes.saw(item, before, shots, was, here)
        label["moved"] = moved(was, here)
        label["responded"] = True if label["moved"] else responded
        if label["responded"]:
            label["seen_ms"] = round(1000 * moment)
        label["caused"] = [what for t, what in self.happened if t >= label["t"] - 20]
        if label["clicks"] and not label["moved"] and here["landed"]:
            label["hit"] = sum(here["landed"])
            if not here["landed"][0]:
                label["void"] = "the click landed elsewhere"
        if label["kind"] == "plain" and label["caused"]:
            label["kind"] = f"works:{label['caused'][0]}"
        if here["origin"] != was["origin"]:
            await self.tab.loaded(6)
            await self.hand.pause(0.4, 0.8)
        if label["caused"]:
            await self.tidy()

    async def tidy(self) -> None:
        """Closes a tab or a dialog that came in front, after a look at it."""
        for _ in range(3):
            if await self.visible():
                return
            await self.hand.pause(5.0, 6.0)
            await self.hand.key("Control_L", "w")
            await self.hand.pause(0.3, 0.6)
        with contextlib.suppress(Lost):
            await self.tab.send("Page.bringToFront")

    async def visible(self) -> bool:
        """Is this tab in front?"""
        with contextlib.suppress(Lost):
            return bool(await self.tab.run("() => document.visibilityState === 'visible'"))
        return True

    def shot(self) -> pixels.Picture:
        """Read off the screen, so the page does not notice."""
        hand = self.hand
        return self.screen.picture(hand.left, hand.top, hand.width, hand.height)


def moved(was: Item, here: Item) -> bool:
    """Another address or another document; a fragment alone moves nobody."""
    return bool(here["url"].partition("#")[0] != was["url"].partition("#")[0] or here["origin"] != was["origin"])

"""A seeded visitor: decides what to do next, and when to leave."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from clicker import Clicker, Gone, now
from playwright.async_api import CDPSession, Error, Page
from sites import Site

Item = dict[str, Any]
Fit = Callable[[Item], bool]
Doing = Callable[[], Awaitable[Any]]
WORDS = ("green", "river", "Alex", "north 12", "maybe", "seven", "kim@site.test", "thanks a lot", "4021", "blue chair")
CALLS = ("order", "cart/items", "session", "v2/quote", "graphql", "profile/save")
SENDS = ("save", "send", "ask", "pay", "add", "submit", "sign in", "register", "login", "apply", "find", "search")
TYPING = ("input", "textarea", "sl-input")
TYPED = ("", "text", "email", "password", "search", "textarea", "tel", "number")
ABROAD = ("mailto:", "tel:", "javascript:")
OWN_SITES = frozenset(("desk", "spa", "vuedesk", "shoe", "mat", "media", "docs"))


class Visitor(Clicker):
    """One session."""

    def __init__(
        self, page: Page, cdp: CDPSession, site: Site, rng: random.Random, recorder: str, touch: bool = False
    ) -> None:
        super().__init__(page, cdp, site, rng, touch)
        # a bare rrweb recording holds no requests, so a failing one cannot be found there
        self.modes = ("dead", "dead", "error") if recorder == "rrweb" else ("dead", "dead", "error", "net")

    async def visit(self, seconds: float, mood: str) -> None:
        """Moods: `calm`, `tour` (what leaves no trace), `odd` (odd behaviour), `faulty` (broken controls)."""
        rng, end = self.rng, time.time() + seconds
        await self.goto(rng.choice(self.site.start))
        await self.hand.read(rng.uniform(0.5, 2.0))
        doings = self._doings(mood)
        while time.time() < end:
            if not self.page.url.startswith("http://site.test"):
                await self.goto(rng.choice(self.site.start))
            doing = rng.choices([d for _, d in doings], [w for w, _ in doings])[0]
            try:
                await doing()
            except Error as error:
                if "closed" in str(error).lower():
                    raise Gone(str(error)[:100]) from error
            await self.hand.pause(0.2, 0.9)
        await self._leave(mood)

    def _doings(self, mood: str) -> list[tuple[float, Doing]]:
        """What this visitor may do, with weights."""
        site, mouse = self.site, not self.hand.touch
        doings: list[tuple[float, Doing]] = [
            (5, self.plain),
            ((16 if mood == "tour" else 4) * bool(site.works), self.works),
            (1.2, self.aside),
            (1.6 * bool(site.rapid), self.rapid),
            (1.4, self.form),
            (1.4, self.follow),
            (1.5, self.rest),
            (0.25, self.past_an_error_page),
            (0.8 * mouse, self.keys),
            (1.2 * mouse * bool(site.drags), self.drag),
        ]
        if mood in ("odd", "faulty"):
            doings += [(1.2 * mouse, self.thrash), (1.0, self.hunt), (1.2, self.quick_back)]
        if mood == "faulty":
            doings.append((7, self.fault))
        return doings

    async def _leave(self, mood: str) -> None:
        style = self.rng.random()
        if mood == "faulty" and style < 0.4:
            await self._leave_after_fault()
        elif mood in ("odd", "faulty") and style > 0.75:
            self.note("dead-end")
            await self.goto(self.site.missing.format(n=self.rng.randint(1, 99)))
            await self.hand.read(self.rng.uniform(1.0, 3.0))
        else:
            await self.hand.read(self.rng.uniform(1.0, 6.0))
        here = await self.state()
        if here["status"] >= 400 and not any(m["kind"] == "dead-end" for m in self.labels[-3:]):
            arrived = next(m for m in reversed(self.labels) if m["kind"] == "navigate" or m.get("moved"))
            self.labels.append({"t": arrived["t"], "kind": "dead-end", "url": self.page.url})
        self.note("close")

    async def _leave_after_fault(self) -> None:
        label = await self._broken_click(self.rng.random() < 0.5)
        if label is not None and not label["moved"] and not label["responded"]:
            await self.hand.pause(0.2, 1.2)
            self.note("exit-after-fault")

    async def look_for(self, fine: Fit, want: str = "control") -> Item | None:
        """Something that fits, scrolling a bit when there is none in view."""
        for attempt in range(3):
            good = [i for i in await self.find(want) if fine(i)]
            if good:
                return self.rng.choice(good)
            if attempt < 2:
                here = await self.state()
                if here["room"] < 40:
                    return None
                down = here["y"] < here["room"] * 0.6
                await self.hand.wheel(self.rng.uniform(250, 600) * (1 if down else -1))
                await self.hand.pause(0.5, 0.8)
        return None

    async def plain(self) -> None:
        """Clicks some control."""
        calm = self.rng.random() < 0.8

        def fine(i: Item) -> bool:
            href = i["href"] or ""
            return not i["onWorks"] and not (calm and href.startswith("http")) and not href.startswith(ABROAD)

        item = await self.look_for(fine)
        if item is not None:
            await self.click(item, "plain")

    async def works(self) -> None:
        """Clicks a control that works without much of a trace."""
        item = await self.look_for(lambda i: bool(i["works"]))
        if item is not None:
            await self.click(item, f"works:{item['works']}")

    async def aside(self) -> None:
        """Clicks on something that is no control; now and then selects text by two or three clicks."""
        select = self.rng.random() < 0.45
        texts = ("p", "h1", "h2", "h3", "li", "td")
        item = await self.look_for(lambda i: not select or (i["tag"] in texts and len(i["text"]) > 8), "other")
        if item is None:
            return
        if select:
            await self.click(item, "works:text-selection", self.rng.choice((2, 3)))
        else:
            await self.click(item, "plain")

    def _breakable(self, i: Item) -> bool:
        if i["field"] or i["toggles"] or i["onWorks"] or i["disabled"] or i["current"]:
            return False
        if not i["inter"] or i["download"]:
            return False
        if i["tag"] in ("canvas", "audio", "iframe", "sl-select", "sl-input"):
            return False
        plain_target = (i["target"] or "") in ("", "_self")
        return plain_target and not (i["href"] or "").startswith(ABROAD) and i["width"] < 500

    async def fault(self) -> None:
        """A broken control: one click, maybe one more, maybe rage."""
        rng = self.rng
        label = await self._broken_click(rng.random() < 0.32)
        if label is None or label["clicks"] > 1 or label["moved"] or rng.random() > 0.4:
            return
        await self.hand.pause(0.3, 2.0)
        rage = rng.random() < 0.4
        item = next((i for i in await self.find() if i["broken"] and i["text"] == label["el"]["text"]), None)
        if item is not None:
            again = await self.click(
                item, f"{label['kind']}:{'rage' if rage else 'retry'}", rng.randint(3, 7) if rage else 1
            )
            if again is not None:
                again["how"] = label["how"]

    async def _broken_click(self, rage: bool) -> Item | None:
        rng = self.rng
        item = await self.look_for(self._breakable)
        if item is None:
            return None
        mode = rng.choice(self.modes)
        how = self._how(mode)
        if not await self.spoil(item, mode, how):
            return None
        label = await self.click(item, f"fault:{mode}{':rage' if rage else ''}", rng.randint(3, 8) if rage else 1)
        if label is not None:
            label["how"] = how
        return label

    def _how(self, mode: str) -> Any:
        """The way in which a control fails."""
        rng = self.rng
        if mode == "error":
            return rng.choice(("thrown", "thrown", "thrown", "promise", "timer", "late", "caught"))
        if mode == "dead":
            return None
        status, ms = rng.choice((500, 500, 500, 503, 502)), rng.choice((30, 120, 400, 900, 1800))
        url = f"/api/{rng.choice(CALLS)}?status={status}&ms={ms}"
        method = rng.choice(("POST", "POST", "GET", "PUT"))
        return {"method": method, "url": url, "xhr": rng.random() < 0.35, "logs": rng.random() < 0.6}

    async def keys(self) -> None:
        """Goes through the controls by keyboard and presses one."""
        for _ in range(self.rng.randint(1, 7)):
            await self.page.keyboard.press("Tab")
            await self.hand.pause(0.12, 0.4)
        item = next((i for i in await self.find() if i["focused"] and not i["field"] and not i["onWorks"]), None)
        if item is None:
            return
        self.hand.x, self.hand.y = item["x"], item["y"]
        kind = f"fault:{item['broken']}:retry" if item["broken"] else "plain"
        label = await self.act(item, kind, lambda: self.page.keyboard.press("Enter"))
        if label is not None:
            label["by"] = "keyboard"

    async def drag(self) -> None:
        """Pulls something that is made for it."""
        item = await self.look_for(lambda i: i["drags"], "drags")
        if item is None:
            return
        await self.hand.to(item["x"], item["y"])
        dx, dy = self.rng.uniform(30, 160) * self.rng.choice((-1, 1)), self.rng.uniform(-20, 60)
        await self.act(item, "works:drag", lambda: self.hand.drag(dx, dy))

    async def rapid(self) -> None:
        """Quick clicks on a control that answers each."""
        item = await self.look_for(lambda i: i["rapid"] and not i["disabled"] and not i["broken"])
        if item is None:
            return
        label = await self.click(item, "benign-rapid", self.rng.choice((5, 5, 7)), (0.3, 0.9))
        if label is not None and self.site.name in OWN_SITES:
            label["responded"] = True

    async def fill(self) -> int:
        """Types into one to three fields; how many."""
        rng, done = self.rng, 0
        for _ in range(rng.randint(1, 3)):
            item = await self.look_for(lambda i: i["field"] and i["tag"] in TYPING and i["type"] in TYPED)
            if item is None:
                break
            await self.hand.to(item["x"], item["y"])
            await self.hand.press()
            await self.hand.pause(0.2, 0.4)
            await self.hand.type("12" if item["type"] == "number" else rng.choice(WORDS))
            done += 1
            await self.hand.pause(0.2, 0.6)
        if done:
            self.note("filled", fields=done)
        return done

    async def form(self) -> None:
        """Fills, and sends, leaves or goes on."""
        done, rng = await self.fill(), self.rng
        if not done:
            return
        if rng.random() < 0.5:
            tags = ("button", "input", "sl-button")
            found = await self.find()
            buttons = [i for i in found if i["tag"] in tags and any(w in i["text"].lower() for w in SENDS)]
            if buttons:
                await self.click(rng.choice(buttons), "plain")
                return
        if rng.random() < 0.6:
            self.note("form-abandoned", fields=done)
            await self.goto(rng.choice(self.site.start))

    async def follow(self) -> None:
        """A link to another page."""
        item = await self.look_for(self._leads)
        if item is not None:
            await self.click(item, "plain", after=(0.5, 1.5))

    async def rest(self) -> None:
        """Reads."""
        await self.hand.read(self.rng.uniform(1.5, 4))

    def _leads(self, item: Item) -> bool:
        href = item["href"] or ""
        local = item["tag"] == "a" and bool(href) and not href.startswith(("http", "#", *ABROAD))
        return local and (item["target"] or "") in ("", "_self") and not item["download"] and not item["onWorks"]

    async def quick_back(self) -> None:
        """Follows a link and comes right back."""
        item = await self.look_for(self._leads)
        if item is None:
            return
        await self.hand.to(item["x"], item["y"])
        await self.hand.pause(0.2, 0.4)
        url, t = self.page.url, now()
        await self.hand.press()
        await self.hand.pause(0.9, 1.7)
        if self.page.url == url or "chrome-error" in self.page.url:
            return
        self.labels.append({"t": t, "kind": "quick-back", "url": url})
        try:
            await self.page.go_back(timeout=8000, wait_until="load")
        except Error:
            return
        await self.hand.pause(0.8, 1.5)

    async def thrash(self) -> None:
        """Shakes the mouse."""
        await self.hand.steady()
        self.note("thrash")
        seconds = self.rng.uniform(1.4, 2.6)
        if await self.hand.shake(seconds) < 12 * seconds:
            self.labels.pop()  # the machine was too busy for it
        await self.hand.pause(0.5, 1.0)

    async def hunt(self) -> None:
        """Scrolls up and down, looking for something."""
        rng, here = self.rng, await self.state()
        if here["room"] < 300:
            return
        self.note("scroll-hunt", room=here["room"])
        reach = min(here["room"] * 0.7, rng.uniform(300, 900))
        side = 1 if here["y"] < here["room"] / 2 else -1
        for _ in range(rng.randint(6, 8)):
            await self.hand.wheel(side * reach * rng.uniform(0.7, 1.1))
            await self.hand.pause(0.15, 0.5)
            side = -side
        await self.hand.pause(0.5, 1.0)

    async def past_an_error_page(self) -> None:
        """Meets a page that does not exist and goes on from there: no dead end."""
        before = self.page.url.partition("#")[0]
        await self.goto(self.site.missing.format(n=self.rng.randint(1, 99)))
        others = [p for p in self.site.start if not before.endswith(p)]
        if not others:
            await self.hand.read(6)
        await self.goto(self.rng.choice(others or self.site.start))

"""Where a visitor goes: links, back, background tabs, reloading, reading, shaking, hunting, errors of the page."""

from __future__ import annotations

import contextlib
import time

import clicking
import scripts
from cdp import Lost
from clicker import HOME, Clicker, Item, now
from recorders import SILENT

APART_MS, ROOM_PX = 3500, 300
HELD = ("Control_L", "Control_L", "middle")


def leads(item: Item) -> bool:
    """A link to another page of the site, in the same tab."""
    href, address = item["href"] or "", item["address"] or ""
    local = item["tag"] == "a" and address.startswith(HOME) and not href.startswith("#") and not item["disabled"]
    return (
        local
        and (item["target"] or "") in ("", "_self")
        and not item["download"]
        and not item["onWorks"]
        and not item["broken"]
    )


def _page(url: str) -> str:
    return url.partition("#")[0]


async def follow(c: Clicker) -> bool:
    """A link to another page."""
    item = await c.look_for(leads)
    return item is not None and await c.click(item, "plain", after=(0.5, 1.5)) is not None


async def itself(c: Clicker) -> bool:
    """A link to the page that it is on; working or broken."""
    here = (await c.state())["url"]
    item = await c.look_for(lambda i: leads(i) and _page(i["address"]) == _page(here))
    if item is None:
        return False
    if c.rng.random() < 0.4 and c.site.loads and await c.spoil(item, "dead"):
        return await c.click(item, "fault:dead") is not None
    return await c.click(item, "plain", after=(0.5, 1.5)) is not None


async def away(c: Clicker) -> bool:
    """A link to another site; comes back after a while, or not."""
    item = await c.look_for(
        lambda i: (i["address"] or "").startswith("http://elsewhere") and (i["target"] or "") in ("", "_self")
    )
    if item is None:
        return False
    label = await c.click(item, "works:leaves", after=(0.8, 1.6))
    if label is None or not label["moved"]:
        return label is not None
    await c.linger()
    await back(c)
    return True


async def back(c: Clicker) -> None:
    """By the keyboard, as with the button."""
    await c.hand.key("Alt_L", "Left")
    await c.hand.pause(0.5, 0.9)
    await c.tab.loaded(6)
    await c.state()


async def quick_back(c: Clicker) -> bool:
    """Follows a link and comes right back; `page_cache` tells whether the page was kept."""
    was = await c.state()
    item = await c.look_for(lambda i: leads(i) and _page(i["address"]) != _page(was["url"]))
    if item is None:
        return False
    await c.hand.to(item["x"], item["y"])
    await c.hand.pause(0.2, 0.4)
    was, t = await c.state(), now()
    await c.hand.press()
    await c.hand.pause(0.9, 1.8)
    there = await c.state()
    if _page(there["url"]) == _page(was["url"]) or not there["url"].startswith(HOME):
        return False
    label: Item = {"t": t, "kind": "quick-back", "url": was["url"], "to": there["url"]}
    await back(c)
    here = await c.state()
    label |= {"t_end": now(), "page_cache": here["origin"] == was["origin"] != there["origin"]}
    if _page(here["url"]) == _page(was["url"]):
        c.labels.append(label)
    await c.hand.pause(0.6, 1.2)
    return True


async def background(c: Clicker) -> bool:
    """Opens one or two links in tabs in the background and goes on."""
    for turn in range(c.rng.choice((1, 2))):
        item = await c.look_for(leads)
        if item is None:
            return turn > 0
        label = await c.click(item, "works:background-tab", after=(0.4, 0.9), held=c.rng.choice(HELD))
        if label is None:
            return turn > 0
        label.pop("void", None)  # a middle click is no click event
        if "new-tab" not in label["caused"]:
            label["void"] = "no tab opened"
    return True


async def history(c: Clicker) -> bool:
    """Two links forward and back again at leisure."""
    if not await follow(c):
        return False
    await c.linger()
    c.note("navigate", to="back")
    await back(c)
    return True


async def refresh(c: Clicker) -> bool:
    """Loads the page again and again."""
    label = c.note("refresh-loop")
    await c.hand.key("F5")
    loads = c.rng.choice((3, 3, 4, 5))
    for _ in range(loads - 1):
        await c.hand.pause(1.3, 2.6)
        await c.hand.key("F5")
    label |= {"t_end": now(), "loads": loads}
    await c.tab.loaded()
    await c.hand.pause(0.8, 1.4)
    return True


async def thrash(c: Clicker) -> bool:
    """Shakes the mouse."""
    if c.recorder == "rrweb-clicks":
        return False
    await c.hand.steady()
    label = c.note("thrash")
    seconds = c.rng.uniform(1.4, 2.6)
    if await c.hand.shake(seconds) < 12 * seconds:
        c.labels.remove(label)  # the machine was too busy for it
    label["t_end"] = now()
    await c.hand.pause(0.5, 1.0)
    return True


async def hunt(c: Clicker) -> bool:
    """Scrolls up and down, looking for something."""
    rng, here = c.rng, await c.state()
    if here["room"] < ROOM_PX:
        await c.goto(c.site.long)
        here = await c.state()
    if here["room"] < ROOM_PX:
        return False
    await c.hand.steady()
    label = c.note("scroll-hunt", room=here["room"])
    reach = min(here["room"] * 0.7, rng.uniform(300, 900))
    side = 1 if here["y"] < here["room"] / 2 else -1
    seen = []
    for _ in range(rng.randint(6, 8)):
        await c.hand.wheel(side * reach * rng.uniform(0.7, 1.1))
        await c.hand.pause(0.15, 0.5)
        seen.append((await c.state())["y"])
        side = -side
    label["t_end"] = now()
    if max(seen) - min(seen) < 150:
        label["void"] = "the page did not scroll"
    await c.hand.pause(0.4, 0.8)
    return True


async def past_an_error_page(c: Clicker) -> bool:
    """Meets a page that does not exist and goes on from there: no dead end."""
    await c.goto(c.site.missing.format(n=c.rng.randint(1, 99)))
    await c.hand.pause(0.4, 1.0)
    await c.elsewhere()
    return True


async def read(c: Clicker) -> bool:
    """Reads."""
    await c.hand.read(c.rng.uniform(1.5, 4))
    return True


async def read_long(c: Clicker) -> bool:
    """Reads for minutes, with a click now and then."""
    end = time.monotonic() + c.rng.uniform(170, 330)
    while time.monotonic() < end:
        await c.hand.read(c.rng.uniform(15, 30))
        await clicking.plain(c)
    return True


async def _apart(c: Clicker) -> None:
    """Waits until an error would be nobody's guess to be the work of a click."""
    last = max((m["t_end"] for m in c.labels if m.get("clicks")), default=0)
    if now() - last < APART_MS:
        await c.hand.read((APART_MS - now() + last) / 1000)


async def noise(c: Clicker) -> bool:
    """An error of the page's own, in a timer or a promise, that stops nobody; labelled from the browser's log."""
    what = c.rng.choice(("Cannot read properties of undefined", "widget is not ready", "bad state: 4"))
    await _apart(c)
    with contextlib.suppress(Lost):
        await c.tab.run(scripts.RAISE, [c.rng.choice(("timer", "timer", "promise")), what])
    await c.hand.read(c.rng.uniform(1.5, 2.5))
    return await clicking.plain(c)


async def harmless(c: Clicker) -> bool:
    """Messages that say nothing."""
    label = c.note("works:harmless-message")
    with contextlib.suppress(Lost):
        await c.tab.run(scripts.RAISE, ["event", c.rng.choice(HARMLESS)])
    await c.hand.pause(0.4, 0.9)
    label["t_end"] = now()
    return True


HARMLESS = ("ResizeObserver loop completed with undelivered notifications.", "Script error.")


async def stuck(c: Clicker) -> bool:
    """A control that throws; the visitor tries again, in vain, and goes away."""
    if c.recorder in SILENT:
        return False
    label = await clicking.broken_click(c, "error", rage=False)
    if label is None or label["how"] == "caught" or label["responded"]:
        return False
    last = label
    for _ in range(c.rng.choice((1, 2))):
        await c.hand.pause(0.5, 1.5)
        last = await clicking.again(c, label, rage=False) or last
    if last is not label:
        span = {"t": label["t"], "t_end": last["t_end"], "url": label["url"], "el": label["el"]}
        c.labels.append({"kind": "blocking-exception", **span, "how": label["how"]})
    await c.hand.pause(0.5, 1.5)
    await c.elsewhere()
    return True


async def crash(c: Clicker) -> bool:
    """The page's own script throws, and from then on nothing on the page answers."""
    if c.recorder in SILENT:
        return False
    items = [i for i in await c.find() if clicking.breakable(i)]
    if len(items) < 3:
        return False
    for item in items:
        await c.spoil(item, "dead")
    await _apart(c)
    start = now()
    with contextlib.suppress(Lost):
        await c.tab.run(scripts.RAISE, ["timer", "app.render is not a function"])
    await c.hand.pause(0.8, 1.6)
    tried = 0
    for item in c.rng.sample(items, 3):
        label = await c.click(item, "fault:dead", after=(0.5, 1.2))
        tried += label is not None and not label["responded"]
    if tried >= 2:
        c.labels.append({"kind": "blocking-exception", "t": start, "t_end": now(), "url": c.url, "how": "page"})
    await c.elsewhere()
    return True

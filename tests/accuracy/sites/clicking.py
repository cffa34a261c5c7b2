"""What a visitor does with the pointer and single keys: controls that work, controls that were broken on purpose."""

from __future__ import annotations

from typing import Any

from clicker import AFTER, Clicker, Item
from recorders import SILENT

CALLS = ("order", "cart/items", "session", "v2/quote", "graphql", "profile/save")
ABROAD = ("mailto:", "tel:", "javascript:")
LONG = (0.5, 1.2, 2.0, 2.8, 3.6, 4.6, 5.6, 6.6)


def local(item: Item) -> bool:
    """Not a link to another site, to another program, or to what is watched elsewhere."""
    href, address = item["href"] or "", item["address"] or ""
    abroad = href.startswith(ABROAD) or (address.startswith("http") and not address.startswith("http://site.test"))
    return not item["onWorks"] and not abroad


async def plain(c: Clicker) -> bool:
    """Clicks some control."""
    item = await c.look_for(lambda i: local(i) and not i["disabled"])
    return item is not None and await c.click(item, "plain") is not None


async def works(c: Clicker) -> bool:
    """Clicks a control that works without much of a trace."""
    item = await c.look_over(lambda i: bool(i["works"]))
    if item is None:
        return False
    double = item["works"] == "double-click"
    return await c.click(item, f"works:{item['works']}", 2 if double else 1, pace=0.12) is not None


async def aside(c: Clicker) -> bool:
    """Clicks on something that is no control; now and then selects text by two or three clicks."""
    select = c.rng.random() < 0.45
    texts = ("p", "h1", "h2", "h3", "li", "td")
    item = await c.look_for(lambda i: not select or (i["tag"] in texts and len(i["text"]) > 8), "other")
    if item is None:
        return False
    kind, times = ("works:text-selection", c.rng.choice((2, 3))) if select else ("plain", 1)
    return await c.click(item, kind, times, pace=0.14) is not None


async def rapid(c: Clicker) -> bool:
    """Quick clicks on a control that answers each."""
    item = await c.look_over(lambda i: i["rapid"] and not i["disabled"] and not i["broken"])
    if item is None:
        return False
    label = await c.click(item, "benign-rapid", c.rng.choice((5, 5, 7)), (0.3, 0.9))
    if label is not None and c.site.own:
        label["responded"] = True
    return label is not None


async def double(c: Clicker) -> bool:
    """A double click on a control that answers the first."""
    item = await c.look_over(lambda i: i["rapid"] and not i["disabled"] and not i["broken"])
    if item is None:
        return False
    label = await c.click(item, "works:double-click", 2, pace=0.1)
    if label is not None and not label["responded"] and not c.site.own:
        label["void"] = "nothing was seen of it"
    return label is not None


async def keys(c: Clicker) -> bool:
    """Goes through the controls by keyboard and presses one."""
    for _ in range(c.rng.randint(1, 7)):
        await c.hand.key("Tab")
        await c.hand.pause(0.12, 0.3)
    item = next((i for i in await c.find() if i["focused"] and not i["field"] and local(i)), None)
    if item is None:
        return False
    c.hand.x, c.hand.y = item["x"], item["y"]
    kind = f"fault:{item['broken']}:retry" if item["broken"] in ("dead", "error", "net") else "plain"
    key = "space" if item["tag"] == "button" and c.rng.random() < 0.5 else "Return"
    label = await c.act(item, kind, lambda: c.hand.key(key))
    if label is not None:
        label["by"] = "keyboard"
    return label is not None


async def drag(c: Clicker) -> bool:
    """Pulls something that is made for it."""
    if not c.site.drags:
        return False
    item = await c.look_over(lambda i: True, ",".join(c.site.drags))
    if item is None:
        return False
    await c.hand.to(item["x"], item["y"])
    dx, dy = c.rng.uniform(30, 160) * c.rng.choice((-1, 1)), c.rng.uniform(-20, 60)

    async def pull() -> None:
        for turn in range(c.rng.choice((1, 1, 2, 4))):  # to and fro before it is right
            await c.hand.drag(dx if turn % 2 == 0 else -dx, dy)

    return await c.act(item, "works:drag", pull) is not None


async def draw(c: Clicker) -> bool:
    """Draws or signs."""
    if not c.site.draws:
        return await drag(c)
    item = await c.look_over(lambda i: True, ",".join(c.site.draws))
    if item is None:
        return False
    await c.hand.to(item["left"] + 0.25 * item["width"], item["y"])
    wide, high = min(300, item["width"] * 0.5), min(70, item["height"] * 0.4)
    seconds = c.rng.uniform(1.4, 2.6)
    return await c.act(item, "works:drag", lambda: c.hand.scribble(wide, high, seconds)) is not None


def breakable(i: Item) -> bool:
    """A control whose silence can be told from its working."""
    if i["field"] or i["toggles"] or i["onWorks"] or i["disabled"] or i["current"] or not i["inter"] or i["download"]:
        return False
    if i["tag"] in ("canvas", "audio", "iframe", "label", "sl-select", "sl-input") or i["broken"]:
        return False
    plain_target = (i["target"] or "") in ("", "_self")
    return plain_target and not (i["href"] or "").startswith(ABROAD) and i["width"] < 500


async def broken_click(c: Clicker, mode: str, rage: bool) -> Item | None:
    """Breaks a control in view and clicks it, or rages on it; the control keeps lying in `label["at"]`."""
    rng, mode = c.rng, "dead" if c.recorder in SILENT or (c.recorder == "rrweb" and mode == "net") else mode
    item = await c.look_for(breakable)
    if item is None:
        return None
    how = _how(c, mode)
    if not await c.spoil(item, mode, how):
        return None
    label = await c.click(item, f"fault:{mode}{':rage' if rage else ''}", rng.randint(3, 8) if rage else 1)
    if label is not None:
        label["how"] = how
    return label


async def again(c: Clicker, label: Item, rage: bool) -> Item | None:
    """The same broken control once more."""
    kind = label["kind"].split(":")[1]
    item = next((i for i in await c.find() if i["broken"] and i["text"] == label["el"]["text"]), None)
    if item is None:
        return None
    more = await c.click(item, f"fault:{kind}:{'rage' if rage else 'retry'}", c.rng.randint(3, 7) if rage else 1)
    if more is not None:
        more["how"] = label["how"]
    return more


async def fault(c: Clicker, mode: str, rage: bool) -> bool:
    """A broken control: one click, maybe one more, maybe rage."""
    label = await broken_click(c, mode, rage)
    if label is None:
        return False
    if not rage and not label["moved"] and c.rng.random() < 0.35:
        await c.hand.pause(0.3, 2.0)
        await again(c, label, c.rng.random() < 0.4)
    return True


def _how(c: Clicker, mode: str) -> Any:
    """The way in which a control fails."""
    rng = c.rng
    if mode == "error":
        return rng.choice(("thrown", "thrown", "thrown", "promise", "timer", "late", "caught"))
    if mode == "dead":
        return None
    status, ms = rng.choice((500, 500, 500, 503, 502)), rng.choice((30, 120, 400, 900, 1800))
    url = f"/api/{rng.choice(CALLS)}?status={status}&ms={ms}"
    method = rng.choice(("POST", "POST", "GET", "PUT"))
    return {"method": method, "url": url, "xhr": rng.random() < 0.35, "logs": rng.random() < 0.6}


async def left_dead(c: Clicker) -> bool:
    """A control that the page's author forgot."""
    if not c.site.dead or not await c.near(c.rng.choice(c.site.dead)):
        return await fault(c, "dead", rage=False)
    item = await c.seek(c.spot)
    if item is None:
        return False
    rage = c.rng.random() < 0.3
    times = c.rng.randint(3, 7) if rage else 1
    return await c.click(item, "fault:dead:rage" if rage else "fault:dead", times) is not None


async def blocked(c: Clicker) -> bool:
    """A disabled control, of the page's own or made so."""
    if c.site.blocked and c.rng.random() < 0.6:
        if not await c.near(c.rng.choice(c.site.blocked)):
            return False
        item = await c.look_for(lambda i: True, c.spot)
        if item is None:
            return False
    else:
        item = await c.look_for(lambda i: breakable(i) and i["tag"] in ("button", "a"))
        how = c.rng.choice(("disabled", "aria", "class")) if item is not None and item["tag"] == "button" else "aria"
        if item is None or not await c.spoil(item, "blocked", how):
            return False
        await c.hand.pause(0.6, 1.2)
    for turn in range(c.rng.choice((1, 2))):
        label = await c.click(item, "fault:blocked" if turn == 0 else "fault:blocked:retry")
        if label is None:
            return turn > 0
        label.pop("void", None)  # a disabled button gets no click event
    return True


async def slow(c: Clicker) -> bool:
    """A control whose answer takes seconds, of the page's own or made so."""
    if c.site.slow and c.rng.random() < 0.6:
        page, selector, ms = c.rng.choice(c.site.slow)
        if not await c.near((page, selector)):
            return False
        item = await c.seek(selector)
        if item is None or item["broken"]:
            return False
    else:
        item = await c.look_for(breakable)
        ms = c.rng.choice((1400, 2200, 3700, 4200, 5000, 5500))
        how = {"method": c.rng.choice(("GET", "POST")), "url": f"/api/report?ms={ms}", "xhr": c.rng.random() < 0.3}
        if item is None or not await c.spoil(item, "slow", how | {"answer": f"Done in {ms}"}):
            return False
    label = await c.click(item, "works:slow", after=AFTER if ms < 2000 else LONG)
    if label is not None:
        label["answered_ms"] = ms
        if not label["responded"]:
            label["void"] = "no answer was seen"
    return label is not None

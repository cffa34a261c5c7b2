"""What a visitor types: forms that are sent or given up, fields that answer at once, fields that will not take it."""

from __future__ import annotations

import contextlib

import pixels
import scripts
from cdp import Lost
from clicker import Clicker, Item, now

WORDS = ("green", "river", "Alex", "north 12", "maybe", "seven", "kim@site.test", "thanks a lot", "4021", "blue chair")
OF_TYPE = {
    "email": ("kim@site.test", "jo.b@site.test"),
    "number": ("12", "7"),
    "tel": ("0401234567",),
    "url": ("http://site.test",),
}
TYPING = ("input", "textarea", "sl-input")
TYPED = ("", "text", "email", "password", "tel", "number", "url", "textarea")
SENDS = (
    "save",
    "send",
    "ask",
    "pay",
    "add",
    "submit",
    "sign in",
    "sign up",
    "register",
    "login",
    "apply",
    "book",
    "execute",
)
BUTTONS = ("button", "input", "sl-button", "a")


def typable(i: Item) -> bool:
    """An empty text field that is no search."""
    return (
        i["field"]
        and i["tag"] in TYPING
        and i["type"] in TYPED
        and not i["onWorks"]
        and not i["filled"]
        and not i["disabled"]
    )


async def into(c: Clicker, item: Item, text: str) -> None:
    """Goes to a field and types."""
    await c.hand.to(item["x"], item["y"])
    await c.hand.press()
    await c.hand.pause(0.15, 0.35)
    await c.hand.type(text)


async def fill(c: Clicker, most: int = 3, want: str = "control") -> int:
    """Types into some fields; how many. A field is not typed into twice."""
    rng, done, start = c.rng, set[tuple[str | None, float, float]](), now()
    for _ in range(rng.randint(1, most)):
        item = await c.look_for(lambda i: typable(i) and (i["id"], i["left"], i["top"]) not in done, want)
        if item is None:
            break
        done.add((item["id"], item["left"], item["top"]))
        await into(c, item, rng.choice(OF_TYPE.get(item["type"], WORDS)))
        await c.hand.pause(0.2, 0.5)
    if done:
        c.note("filled", fields=len(done), **{"from": start})
    return len(done)


async def _to_a_form(c: Clicker) -> str:
    """Where text fields are: the selector to look for them with."""
    if c.site.forms and await c.near(c.rng.choice(c.site.forms)[:2]):
        return c.spot
    return "control"


async def abandon(c: Clicker) -> bool:
    """Fills a form and leaves its page."""
    want = await _to_a_form(c)
    done = await fill(c, 3, want)
    if not done:
        return False
    await c.hand.pause(0.3, 1.5)
    c.note("form-abandoned", fields=done, **{"from": c.labels[-1]["from"]})
    await c.elsewhere()
    return True


async def send(c: Clicker) -> bool:
    """Fills a form and sends it."""
    form = c.rng.choice(c.site.forms) if c.site.forms else None
    if form is not None and not await c.near(form[:2]):
        return False
    start = now()
    if not await fill(c, 4, form[1] if form else "control"):
        return False
    filled = c.labels[-1]
    if form is not None:
        button = await c.seek(form[2])
    else:
        found = [i for i in await c.find() if i["tag"] in BUTTONS and any(w in i["text"].lower() for w in SENDS)]
        button = c.rng.choice(found) if found else None
    if button is None or button["broken"]:
        return True
    label = await c.click(button, "plain")
    if label is not None and label["responded"] and form is not None:
        span = {"t": start, "t_end": label["t_end"], "url": filled["url"], "el": label["el"]}
        c.labels.append({"kind": "works:sent-form", **span})
        await c.hand.pause(0.5, 1.5)
        await c.elsewhere()
    return True


async def live(c: Clicker) -> bool:
    """Types into a field that answers at once, and goes on."""
    if not c.site.live or not await c.near(c.rng.choice(c.site.live)[:2]):
        return False
    item = await c.look_for(lambda i: not i["disabled"], c.spot)
    if item is None:
        return False
    words = next(w for _, s, w in c.site.live if s == c.spot)
    before, start = c.shot(), now()
    await into(c, item, c.rng.choice(words))
    await c.hand.pause(0.6, 1.2)
    if c.rng.random() < 0.3:
        for _ in range(3):
            await c.hand.key("BackSpace")
            await c.hand.pause(0.08, 0.2)
    chosen = c.site.chosen and c.rng.random() < 0.6
    option = await c.look_for(lambda i: True, c.site.chosen) if chosen else None
    label = c.note("works:live-filter", el={k: item[k] for k in ("tag", "id", "text", "cls", "inter")})
    label |= {"t": start, "t_end": now(), "changed": int(pixels.differs(before, c.shot()).sum())}
    if option is not None:
        await c.click(option, "plain")
        label["chosen"] = True
    await c.hand.pause(0.8, 2.0)
    if c.rng.random() < 0.6:
        await c.elsewhere()
    return True


async def prefilled(c: Clicker) -> bool:
    """A script fills a form; the visitor looks and leaves."""
    if c.site.prefilled and c.rng.random() < 0.6:
        await c.goto(c.rng.choice(c.site.prefilled))
        start = c.labels[-1]["t"]
    else:
        await _to_a_form(c)
        start = now()
        done = 0
        with contextlib.suppress(Lost):
            done = await c.tab.run(scripts.FILL)
        if not done:
            return False
    c.note("works:prefilled")
    c.labels[-1] |= {"t": start, "t_end": now()}
    await c.hand.read(c.rng.uniform(1, 2.5))
    await c.elsewhere()
    return True


async def correct(c: Clicker) -> bool:
    """Types, takes most of it back and types again, several times."""
    want = await _to_a_form(c)
    item = await c.look_for(typable, want)
    if item is None or item["type"] in ("number", "email", "url"):
        return False
    label = c.note("input-struggle", el={k: item[k] for k in ("tag", "id", "text", "cls", "inter")})
    text = c.rng.choice(("mariann", "berlin 1", "oak street"))
    await into(c, item, text)
    label["times"] = c.rng.choice((3, 4))
    for _ in range(label["times"]):
        await c.hand.pause(0.3, 0.7)
        keep = c.rng.randint(1, 2)
        for _ in text[keep:]:
            await c.hand.key("BackSpace")
        await c.hand.pause(0.2, 0.5)
        more = c.rng.choice(("anna lee", "erlin 12", "k strett", "nnabel"))
        await c.hand.type(more)
        text = text[:keep] + more
    label["t_end"] = now()
    c.note("typed")
    if c.rng.random() < 0.5:
        await c.elsewhere()
    return True


async def refused(c: Clicker) -> bool:
    """Sends a form that answers with an error each time."""
    if not c.site.refused:
        return await correct(c)
    page, fields, button = c.rng.choice(c.site.refused)
    if not await c.near((page, fields)):
        return False
    label = c.note("input-struggle", how="refused")
    for turn in range(c.rng.choice((2, 3, 3))):
        item = await c.look_for(lambda i: not i["disabled"], fields)
        if item is None:
            break
        await into(c, item, c.rng.choice(("12", "ab", "x9")))
        found = await c.seek(button)
        if found is None:
            break
        await c.hand.to(found["x"], found["y"])
        await c.hand.press()
        await c.hand.pause(1.0, 1.8)
        label["times"] = turn + 1
    label["t_end"] = now()
    c.note("typed")
    if label.get("times", 0) < 2:
        label["void"] = "not sent twice"
    return True

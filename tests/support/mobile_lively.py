"""What views of a delivery app do (support/mobile_visits): segments, dials, videos, lists that jump, calls, alerts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from support.mobile_behaviours import OPTION_POINTS, _option, _works, flips, lay_over, lift, vain_ways
from support.mobile_gentle import _glides
from support.mobile_scene import V

if TYPE_CHECKING:
    from support.mobile_visits import Does, Visit

COURIER_MS = 3000
"""A courier's place on a map is drawn anew so often."""
DIAL_POINTS = 52


def segments(visit: Visit, name: str, does: Does) -> None:
    """A thumb slides below the words of the one that is tapped; texts follow. `target` is the group, then the thumb."""
    *group, thumb = does.target.split(",")
    chosen = str(visit._state.get(f"group {thumb}", {}).get("chosen", group[0]))
    if chosen == name:
        visit.press(name, visit.t)
        visit.label("idle", name, [visit.t])
        return
    at = min(_works(visit, name), visit.t + 150)
    start, end = visit.view(chosen).x, visit.view(name).x
    visit._state[f"group {thumb}"] = {"chosen": name}
    visit._state.setdefault(thumb, {})["x"] = end * visit.design.size[0] / visit.size[0]
    there = _glides(visit, thumb, at, start, end)
    for i, target in enumerate(does.words):
        visit.change(target, there + visit.rng.uniform(20, 600), text=f"{visit.view(name).text} {i + 1}")
    visit.t = there


def grows(visit: Visit, name: str, does: Does) -> None:
    """A button that says "add" says how many, and so does a bar below; some press it several times in a row."""
    counts = visit._state.setdefault("counts", {})
    count, sum_ = (int(str(counts.get(of, 0))) for of in (name, does.target))
    times = visit.burst(visit.rng.choice([1, 1, 2, 3, 4]), 220, 800)
    for t in times:
        visit.press(name, t)
        count, sum_, at = count + 1, sum_ + 1, t + visit.rng.uniform(30, 160)
        visit.change(f"{name} words", at, text=f"{count} +")
        visit.change(does.target, at + 60, text=f"{does.words[0]} {sum_}")
    counts.update({name: count, does.target: sum_})
    visit.label("works", name, times)


def dials(visit: Visit, name: str, does: Does) -> None:
    """A round button fans out into smaller ones: one is taken, one may do nothing, or they are put away again."""
    at = min(_works(visit, name), visit.t + 250)
    view = visit.view(name)
    ways = tuple(
        V(
            f"{name}: {word}",
            "div",
            view.x,
            view.y - DIAL_POINTS * (i + 1),
            140,
            42,
            "",
            {"drawn": True},
            (V(f"{name}: {word} text", "text", view.x + 10, view.y - DIAL_POINTS * (i + 1) + 8, 116, 26, word),),
        )
        for i, word in enumerate((*does.words, *does.vain))
    )
    fan = V(f"{name} fan", "div", 0, 0, *visit.size, "", {}, ways)
    visit.app.add(fan, at).redraw(at + 200)
    visit._over, visit.t = (fan,), at + 250
    visit.pauses(900, 3000)
    vain_ways(visit, name, does, 0.5)
    if visit.rng.random() < 0.75:
        gone = min(_works(visit, f"{name}: {visit.rng.choice(does.words)}"), visit.t + 350)
        visit.change(does.target, gone + 60, text=f"{visit.rng.choice(does.words)} {visit.rng.randint(1, 99)}")
    else:
        visit.app.tap_at(0.3 * visit.size[0], 0.4 * visit.size[1], visit.t)
        visit.label("works", f"{name} fan", [visit.t])
        gone = visit.t + 60
    visit.app.remove(fan.name, gone).redraw(gone + 200)
    visit._over, visit.t = (), gone + 250


def hides(visit: Visit, name: str, _: Does) -> None:
    """A video shows what steers it, which goes by itself after a while or at the next tap."""
    at = min(_works(visit, name), visit.t + 200)
    view = visit.view(name)
    x, y = view.x + view.width / 2, view.y + view.height / 2
    rule = V("video rule", "div", view.x + 20, y + 50, view.width - 40, 6, "", {"drawn": True})
    sign = V("video sign", "text", x - 12, y - 13, 40, 26, "| |", {"size": 22, "colour": "#ffffff"})
    visit.app.add(rule, at).add(sign, at)
    gone = at + visit.rng.uniform(2500, 3500)
    if visit.rng.random() < 0.4:
        visit.t = at
        visit.pauses(800, 1800)
        gone = min(_works(visit, name), visit.t + 200)
    visit.app.remove(rule.name, gone).remove(sign.name, gone)
    visit.t = gone + 50


def jumps(visit: Visit, name: str, does: Does) -> None:
    """A word above a long list: it is underlined, and the list glides to that part. `words` is how far, in points."""
    page, to = visit.page, float(does.words[0])
    away = visit.scrolled.get(page.name, 0)
    if away == to:
        visit.press(name, visit.t)
        visit.label("idle", name, [visit.t])
        return
    at = min(_works(visit, name), visit.t + 120)
    visit.change(does.target, at, x=visit.view(name).x * visit.design.size[0] / visit.size[0])
    visit.app.scroll(at + 200, (to - away) * visit.size[1] / visit.design.size[1], page.bars)
    visit.scrolled[page.name] = to
    visit.t = at + 950


def bounces(visit: Visit, name: str, _: Does) -> None:
    """A switch turns, the server refuses, and it falls back."""
    visit.press(name, visit.t)
    visit.label("works", name, [visit.t])
    was = bool(visit._state.get(name, {}).get("checked", False))
    visit.change(name, visit.t + visit.rng.uniform(10, 60), checked=not was)
    back = visit.t + visit.rng.uniform(700, 2600)
    visit.change(name, back, checked=was)
    visit.t = back + 100


def alerts(visit: Visit, name: str, does: Does) -> None:
    """The app says something that has to be agreed to."""
    at = _works(visit, name)
    width, height = visit.size
    x, y = 0.12 * width, height / 2 - 70
    agree = V(f"{name}: agree", "button", x + 20, y + 84, 0.76 * width - 40, 42, does.words[1], {"disabled": False})
    said = V(f"{name} said", "text", x + 20, y + 24, 0.76 * width - 40, 26, does.words[0])
    box = V(f"{name} box", "div", x, y, 0.76 * width, 140, "", {"drawn": True}, (said, agree))
    dim = V(f"{name} dim", "div", 0, 0, width, height, "", {"drawn": True, "colour": "#5d5a57"}, (box,))
    lay_over(visit, dim, at)
    visit.pauses(900, 3000)
    gone = min(_works(visit, agree.name), visit.t + 300)
    lift(visit, dim, gone)
    visit.app.redraw(gone + 250)
    visit.t = gone + 300


def calls(visit: Visit, name: str, _: Does) -> None:
    """Another program comes to the front: the app goes to the background and says so, as SDKs do unless told not to."""
    visit.press(name, visit.t)
    visit.label("outside", name, [visit.t])
    visit.away.append(visit.t + visit.rng.uniform(200, 1200))
    visit.pauses(6000, 15_000)
    visit.app.redraw(visit.t)


def web(visit: Visit, name: str, _: Does) -> None:
    """A page of the web over the app, drawn by the browser: the visitor reads and comes back, untold."""
    visit.press(name, visit.t)
    visit.label("outside", name, [visit.t])
    visit.t += visit.rng.uniform(6000, 15_000)
    visit.app.redraw(visit.t)


def rests(visit: Visit, name: str, does: Does) -> None:
    """A finger that rests on a card: a menu over it, of which one entry may do nothing."""
    view = visit.view(name)
    visit.app.tap_at(view.x + view.width / 2, view.y + view.height / 2, visit.t, held=visit.rng.uniform(620, 900))
    width = visit.size[0]
    ways = tuple(
        _option(f"{name}: {w}", w, 180 + OPTION_POINTS * i, width) for i, w in enumerate((*does.words, *does.vain))
    )
    menu = V(f"{name} menu", "div", 8, 170, width - 16, OPTION_POINTS * len(ways) + 20, "", {"drawn": True}, ways)
    lay_over(visit, menu, visit.t - 100)
    visit.pauses(1000, 2500)
    vain_ways(visit, name, does, 0.5)
    gone = min(_works(visit, f"{name}: {does.words[0]}"), visit.t + 300)
    lift(visit, menu, gone)
    visit.change(does.target, gone + 40, text=f"{does.words[0]} {visit.rng.randint(1, 99)}")
    visit.app.redraw(gone + 250)
    visit.t = gone + 300


def replies(visit: Visit, name: str, does: Does) -> None:
    """Words that were made ready are sent: what was said moves up."""
    at = min(_works(visit, name), visit.t + 500)
    bubbles = does.target.split(",")
    shown = [visit.view(b).text for b in bubbles]
    for bubble, words in zip(bubbles, [*shown[1:], f"{does.words[0]} {visit.rng.randint(1, 99)}"], strict=True):
        visit.change(bubble, at, text=words)


def moves_on(visit: Visit) -> None:
    """What a delivery does by itself: the courier moves on the map, the order goes from step to step."""
    names = {v.name for p in visit.design.pages for v in p.views}
    if "courier" in names:
        for i in range(1, int(visit.t / COURIER_MS)):
            visit.app.change("courier", COURIER_MS * i, x=60 + i * 17 % 220, y=150 + i * 29 % 160)
    if "state" in names:
        for i, words in enumerate(("בהכנה", "בדרך", "כמעט אצלך")):
            visit.app.change("state", 20_000 + 35_000 * i, text=words)


LIVELY: dict[str, Callable[[Visit, str, Does], None]] = {
    "segments": segments,
    "grows": grows,
    "dials": dials,
    "hides": hides,
    "jumps": jumps,
    "bounces": bounces,
    "alerts": alerts,
    "calls": calls,
    "web": web,
    "rests": rests,
    "fills": partial(flips, within_ms=250),
    "replies": replies,
}

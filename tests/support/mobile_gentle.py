"""What views of a health app do (support/mobile_visits): drawers, stars, notes on a chart, undo, checks, wheels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from support.mobile_behaviours import OPTION_POINTS, _option, _works, vain_ways
from support.mobile_scene import V

if TYPE_CHECKING:
    from support.mobile_visits import Does, Visit

FRAME_MS = 40
"""Things that slide are drawn so often."""
SLIDES_MS = 280


def _glides(visit: Visit, name: str, at: float, start: float, end: float, side: str = "x") -> float:
    """A view slides from one place to another. When it is there."""
    for i in range(1, SLIDES_MS // FRAME_MS + 1):
        visit.app.change(name, at + FRAME_MS * i, **{side: start + (end - start) * i * FRAME_MS / SLIDES_MS})
    return at + SLIDES_MS


def drawer(visit: Visit, name: str, does: Does) -> None:
    """A menu slides in from the left, over the page: an entry changes a text, some do nothing, or it is pushed back."""
    at = min(_works(visit, name), visit.t + 300)
    wide, height = 0.75 * visit.size[0], visit.size[1]
    entries = tuple(
        _option(f"{name}: {word}", word, 90 + OPTION_POINTS * i, wide)
        for i, word in enumerate((*does.words, *does.vain))
    )
    panel = V(f"{name} drawer", "div", 0, 0, wide, height, "", {"drawn": True}, entries)
    visit.app.add(panel, at).change(panel.name, at + 1, x=-wide)
    visit._over, visit.t = (panel,), _glides(visit, panel.name, at + 1, -wide, 0)
    visit.pauses(900, 3000)
    vain_ways(visit, name, does, 0.4)
    if visit.rng.random() < 0.7:
        gone = min(_works(visit, f"{name}: {visit.rng.choice(does.words)}"), visit.t + 400)
        visit.change(does.target, gone + 30, text=f"{visit.rng.choice(does.words)} {visit.rng.randint(1, 9)}")
    else:
        visit.app.tap_at(0.9 * visit.size[0], 0.5 * height, visit.t)
        visit.label("works", f"{name} drawer", [visit.t])
        gone = visit.t + 80
    there = _glides(visit, panel.name, gone, 0, -wide)
    visit.app.remove(panel.name, there)
    visit._over, visit.t = (), there + 50


def stars(visit: Visit, name: str, does: Does) -> None:
    """So many stars are filled as the one that is tapped; the same again changes nothing."""
    row = does.target.split(",")
    count = row.index(name) + 1
    if visit._state.get("stars", {}).get("count") == count:
        visit.press(name, visit.t)
        visit.label("idle", name, [visit.t])
        return
    at = min(_works(visit, name), visit.t + 250)
    visit._state["stars"] = {"count": count}
    for i, star in enumerate(row):
        visit.change(star, at, text="gold" if i < count else "hollow")


def notes(visit: Visit, name: str, does: Does) -> None:
    """A value of a chart is shown in a bubble above it, until another one is, or for some seconds."""
    at = min(_works(visit, name), visit.t + 250)
    view = visit.view(name)
    bubble = V("bubble", "div", view.x - 20, view.y - 44, 84, 34, "", {"drawn": True, "colour": "#3a1f1b"})
    said = V(
        "bubble words", "text", view.x - 10, view.y - 40, 64, 24, visit.rng.choice(does.words), {"colour": "#ffffff"}
    )
    visit.app.add(bubble, at).add(said, at)
    gone = at + visit.rng.uniform(2500, 4500)
    visit.app.remove(said.name, gone).remove(bubble.name, gone)
    visit.t = at + visit.rng.uniform(900, 4600)


def undoes(visit: Visit, name: str, does: Does) -> None:
    """Something is cancelled; a bar at the lower edge offers to take that back, which some do before it goes."""
    at = min(_works(visit, name), visit.t + 500)
    before = visit.view(does.target).text
    visit.change(does.target, at, text=does.words[0])
    width, height = visit.size
    back = V("undo", "button", width - 120, height - 168, 96, 40, "Ångra", {"disabled": False, "plain": True})
    bar = V("undo bar", "div", 12, height - 176, width - 24, 56, "", {"drawn": True, "colour": "#3a1f1b"}, (back,))
    visit.app.add(bar, at)
    gone = at + visit.rng.uniform(3000, 5000)
    if visit.rng.random() < 0.5:
        visit._over, visit.t = (bar,), at + visit.rng.uniform(900, 2400)
        gone = min(_works(visit, "undo"), visit.t + 200)
        visit._over = ()
        visit.change(does.target, gone + 40, text=before)
    visit.app.remove(bar.name, gone)
    visit.t = gone + 100


def checks(visit: Visit, name: str, does: Does) -> None:
    """One thing of the day is done, or is not after all: its box says so, and a line counts."""
    visit.press(name, visit.t)
    visit.label("works", name, [visit.t])
    checked = not visit._state.get(name, {}).get("checked", False)
    visit.change(name, visit.t + visit.rng.uniform(10, 90), checked=checked)
    done = int(str(visit._state.get(does.target, {}).get("done", 0))) + (1 if checked else -1)
    visit._state.setdefault(does.target, {})["done"] = done
    visit.change(does.target, visit.t + visit.rng.uniform(100, 300), text=f"{done} {does.words[0]}")


def pages_on(visit: Visit, name: str, does: Does) -> None:
    """The next card slides in from the right, with words of its own."""
    at = min(_works(visit, name), visit.t + 200)
    x = visit.view(does.target).x
    there = _glides(visit, does.target, at, x + visit.size[0], x)
    visit.change(does.target, at, text=f"{does.words[0]} {visit.rng.randint(1, 99)}")
    visit.t = there


def wheels(visit: Visit, name: str, does: Does) -> None:
    """A wheel of numbers turns to the one that was tapped: it passes others on its way."""
    at = min(_works(visit, name), visit.t + 120)
    now = int(str(visit._state.get(does.target, {}).get("text", "40")).split()[0])
    step = int(does.words[0])
    for i in range(1, 4):
        visit.app.change(does.target, at + 90 * i, text=f"{now + step * i} kg")
    visit.change(does.target, at + 360, text=f"{now + 4 * step} kg")
    visit.t = at + 400


GENTLE: dict[str, Callable[[Visit, str, Does], None]] = {
    "drawer": drawer,
    "stars": stars,
    "notes": notes,
    "undoes": undoes,
    "checks": checks,
    "pages on": pages_on,
    "wheels": wheels,
}

"""More that views of made-up apps do (support/mobile_visits): sheets, players, maps, tabs, rows that slide, lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from support.mobile_recorders import Android
from support.mobile_scene import V

if TYPE_CHECKING:
    from support.mobile_visits import Does, Visit

BEAT_MS = 500
"""A player moves its bar and time so often."""
OPTION_POINTS = 48


def _works(visit: Visit, name: str) -> float:
    """The tap, and when it is answered."""
    visit.press(name, visit.t)
    visit.label("works", name, [visit.t])
    return visit.t + visit.delay()


def vain(visit: Visit, name: str, _: Does) -> None:
    """Tried once, up to three times, or hammered on; some leave right away."""
    kind = visit.rng.random()
    if kind < 0.4:
        times = visit.burst(visit.rng.randint(3, 9), 120, 600)
        for t in times:
            visit.press(name, t)
        visit.label("rage", name, times)
    else:
        for i in range(1 if kind < 0.7 else visit.rng.randint(2, 3)):
            visit.t += visit.rng.uniform(1200, 8000) if i else 0
            visit.press(name, visit.t)
            visit.label("dead", name, [visit.t])
    ways = [n for n, d in visit.page.does.items() if d.what in ("back", "tabs", "goes")]
    ways = [n for n in ways if visit.in_reach(n) and (visit.page.does[n].what != "back" or len(visit._way) > 1)]
    if ways and visit.rng.random() < 0.25:
        visit.t += visit.rng.uniform(450, 1300)
        visit.uses(visit.rng.choice(ways))


def sheet(visit: Visit, name: str, does: Does) -> None:
    """A sheet slides up: one of its choices is taken, or it is pushed away. A window of its own on Android."""
    at = _works(visit, name)
    width, height = visit.size
    top = height - OPTION_POINTS * (len(does.words) + 1)
    options = [
        _option(f"{name}: {word}", word, top + 24 + OPTION_POINTS * i, width) for i, word in enumerate(does.words)
    ]
    panel = V(f"{name} sheet", "div", 0, top, width, height - top, "", {"drawn": True}, tuple(options))
    lay_over(visit, panel, at)
    visit.pauses(1000, 3500)
    for word in does.vain:
        if visit.rng.random() < 0.5:
            vain_once(visit, f"{name}: {word}")
    chosen = visit.rng.choice([w for w in does.words if w not in does.vain])
    is_taken = visit.rng.random() < 0.8
    if is_taken:
        gone = min(_works(visit, f"{name}: {chosen}"), visit.t + 500)
    else:
        visit.app.slide(visit.t, (width / 2, top + 20), (width / 2, height - 20))
        gone = visit.t + 60
    lift(visit, panel, gone)
    if is_taken:
        visit.change(does.target, gone, text=chosen)
    visit.app.redraw(gone + 250)
    visit.t = gone + 300


def lay_over(visit: Visit, over: V, at: float) -> None:
    """Something comes to lie over the page, in a window of its own on Android."""
    if isinstance(visit.app.recorder, Android):
        visit.app.open(at, f"{visit.page.name}Activity", over)
    else:
        visit.app.add(over, at)
    visit.app.redraw(at + 250)
    visit._over, visit.t = (over,), at + 250


def lift(visit: Visit, over: V, at: float) -> None:
    """It goes; the screen is drawn a moment later."""
    visit._over = ()
    if isinstance(visit.app.recorder, Android):
        visit.app.close(at)
    else:
        visit.app.remove(over.name, at)


def _option(name: str, word: str, y: float, width: float) -> V:
    words = V(f"{name} text", "text", 30, y + 8, width - 80, 26, word)
    return V(name, "div", 12, y, width - 24, OPTION_POINTS - 6, "", {"drawn": True}, (words,))


def vain_once(visit: Visit, name: str) -> None:
    """A choice that does nothing, tried once or twice."""
    for _ in range(visit.rng.randint(1, 2)):
        visit.press(name, visit.t)
        visit.label("dead", name, [visit.t])
        visit.pauses(1200, 4000)


def vain_ways(visit: Visit, name: str, does: Does, share: float) -> None:
    """Entries of what opened over the screen that do nothing: such a share of them is tried."""
    for word in does.vain:
        if visit.rng.random() < share:
            visit.press(f"{name}: {word}", visit.t)
            visit.label("dead", f"{name}: {word}", [visit.t])
            visit.pauses(1200, 4000)


def flips(visit: Visit, name: str, does: Does, within_ms: float = 300) -> None:
    """What is written on it, or a picture in it, says whether it is on: hearts, follow buttons."""
    at = min(_works(visit, name), visit.t + within_ms)
    shown = visit._state.get(does.target, {}).get("text", does.words[0])
    visit.change(does.target, at, text=does.words[1] if shown == does.words[0] else does.words[0])


def expands(visit: Visit, name: str, does: Does) -> None:
    """A text comes below it, and goes at the next tap; other screens close it."""
    at = min(_works(visit, name), visit.t + 400)
    view = visit.view(name)
    more = V(f"{name} more", "text", view.x + 14, view.y + view.height + 2, view.width - 28, 24, does.words[0])
    visit.app.add(more, at)
    visit.t = at
    visit.pauses(1500, 4000)
    visit.press(name, visit.t)
    visit.label("works", name, [visit.t])
    visit.t += 120
    visit.app.remove(more.name, visit.t)


def tabs(visit: Visit, name: str, does: Does) -> None:
    """Another screen in the place of this one; the tab of this one does nothing, and should not."""
    if does.target == visit.page.name:
        visit.press(name, visit.t)
        visit.label("idle", name, [visit.t])
        return
    at = min(_works(visit, name), visit.t + 400)
    visit._way[-1] = does.target
    visit.app.replace(at, *visit.content(does.target)).redraw(at + 250)
    visit.t = at + 300


def sorts(visit: Visit, name: str, does: Does) -> None:
    """A chip above a list: other words stand in its rows, those of the chosen chip stay."""
    rows = does.target.split(",")
    if visit._state.get(rows[0], {}).get("text", "").__str__().startswith(does.words[0]):
        visit.press(name, visit.t)
        visit.label("idle", name, [visit.t])
        return
    at = _works(visit, name)
    for i, target in enumerate(rows):
        visit.change(target, at, text=f"{does.words[0]} {i + 1}")


def slow(visit: Visit, name: str, does: Does) -> None:
    """Its answer takes its time, and some tap again until it comes."""
    times = visit.burst(visit.rng.choice([1, 1, 2, 3, 4]), 450, 900)
    for t in times:
        visit.press(name, t)
    visit.label("works", name, times)
    visit.t += visit.rng.uniform(100, 900)
    shown = visit._state.get(does.target, {}).get("text")
    visit.change(does.target, visit.t, text=visit.rng.choice([w for w in does.words if w != shown]))


def skips(visit: Visit, name: str, does: Does) -> None:
    """The next one of a list, often several in a row."""
    shown = int(str(visit._state.get(does.target, {}).get("text", does.words[0])).split()[-1])
    times = visit.burst(visit.rng.choice([1, 2, 3, 5]), 250, 900)
    for t in times:
        visit.press(name, t)
        shown = (shown + 1) % 40
        visit.change(does.target, t + visit.rng.uniform(40, 180), text=f"{does.words[0].split()[0]} {shown}")
    visit.label("works", name, times)


def plays(visit: Visit, name: str, does: Does) -> None:
    """A player starts or stops: `target` is its time, beside it a bar."""
    at = min(_works(visit, name), visit.t + 300)
    if name in visit.running:
        stops(visit, name, at)
    else:
        visit.running[name] = at
    visit.change(f"{name} words", at, text="Pause" if name in visit.running else "Play")


def stops(visit: Visit, name: str, at: float | None = None) -> None:
    """What it did by itself until then."""
    start, end = visit.running.pop(name), visit.t if at is None else at
    for i in range(1, int((end - start) / BEAT_MS)):
        t = start + BEAT_MS * i
        visit.app.change("played", t, text=f"{i // 120}:{i // 2 % 60:02}")
        visit.app.change("bar", t, width=20 + (i / 2) % 200)


def asks(visit: Visit, name: str, does: Does) -> None:
    """The system asks for leave first, unseen."""
    visit.press(name, visit.t)
    visit.label("outside", name, [visit.t])
    visit.t += visit.rng.uniform(1800, 5000)
    shown = visit._state.get(does.target, {}).get("text")
    visit.change(does.target, visit.t, text=visit.rng.choice([w for w in does.words if w != shown]))


def pin(visit: Visit, name: str, does: Does) -> None:
    """A place on a map: a card tells of it, until another one is chosen."""
    at = min(_works(visit, name), visit.t + 300)
    visit.change(does.target, at, text=f"{does.words[0]} {visit.rng.randint(1, 99)}")


def zooms(visit: Visit, name: str, does: Does) -> None:
    """The map is drawn anew and its pins move apart or together."""
    times = visit.burst(visit.rng.choice([1, 2, 3]), 250, 700)
    for t in times:
        visit.press(name, t)
        _move_map(visit, does.target, t + visit.rng.uniform(40, 200), 1.3 if does.words == ("in",) else 0.75)
    visit.label("works", name, times)


def _move_map(visit: Visit, name: str, at: float, by: float) -> None:
    """Pins of the page move from or to the middle of the map, or with it where `by` is 1."""
    design = {v.name: v for v in visit.page.views}
    count = int(str(visit._state.get(name, {}).get("turn", 0))) + 1
    visit._state.setdefault(name, {})["turn"] = count
    visit.change(name, at, text=f"{name} {count}")
    middle = design[name].y + design[name].height / 2
    down = visit.size[1] / visit.design.size[1]
    for view in visit.page.views:
        if view.name.startswith("pin"):
            now = float(str(visit._state.get(view.name, {}).get("y", view.y)))
            y = middle + (now - middle) * by if by != 1 else now + 14 * (-1) ** count
            y = max(design[name].y + 10, min(y, design[name].y + design[name].height - 40))
            visit._state.setdefault(view.name, {})["y"] = y
            visit.app.change(view.name, at, y=y * down)


# Gestures that are no taps


def pans(visit: Visit) -> None:
    """A map is moved."""
    width, height = visit.size
    visit.app.slide(visit.t, (0.6 * width, 0.5 * height), (0.3 * width, 0.4 * height))
    _move_map(visit, "map", visit.t - 60, 1)
    visit.t += 600


def pulls(visit: Visit) -> None:
    """Pull to refresh: a spinner, then the list's heading tells when."""
    width, height = visit.size
    visit.app.slide(visit.t, (width / 2, 0.3 * height), (width / 2, 0.6 * height))
    start, took = visit.t + 50, visit.rng.uniform(500, 2000)
    visit.app.add(V("puller", "progress", width / 2 - 14, 100, 28, 28, "", {"turn": 0}), start)
    for i in range(int(took / 100)):
        visit.app.change("puller", start + 100 * i, turn=36 * i % 360)
    visit.app.remove("puller", start + took)
    visit.change("fresh", start + took, text=f"Updated 9:{visit.rng.randint(10, 59)}")
    visit.t = start + took


def scrolls(visit: Visit) -> None:
    """A list goes up or down by some rows."""
    page = visit.page
    away = visit.scrolled.get(page.name, 0)
    to = visit.rng.choice([y for y in (0, -140, -260) if y != away])
    width, height = visit.size
    by = (to - away) * height / visit.design.size[1]
    middle = height / 2
    visit.app.slide(visit.t, (width / 2, middle - by / 2), (width / 2, middle + by / 2))
    visit.app.scroll(visit.t, by, page.bars)
    visit.scrolled[page.name] = to
    visit.t += 900


def slides_row(visit: Visit) -> None:
    """A row is pushed aside: a button comes, and takes the row's words away."""
    rows = [v for v in visit.page.views if v.name.startswith("row") and visit.in_reach(v.name)]
    if not rows:
        return
    row = visit.view(visit.rng.choice(rows).name)
    middle = row.y + row.height / 2
    visit.app.slide(visit.t, (row.x + 0.8 * row.width, middle), (row.x + 0.3 * row.width, middle))
    bin_ = V("bin", "button", row.x + row.width - 90, row.y, 90, row.height, "Remove", {"disabled": False})
    visit.app.add(bin_, visit.t - 100).redraw(visit.t + 200)
    visit._over = (bin_,)
    visit.pauses(900, 2500)
    at = min(_works(visit, "bin"), visit.t + 500)
    visit._over = ()
    visit.app.remove("bin", at)
    visit.change(f"{row.name} words", at, text=f"Gone {visit.rng.randint(1, 99)}")
    visit.t = at


def taps_twice(visit: Visit) -> None:
    """A double tap on a picture, as to zoom."""
    photos = [v.name for v in visit.page.views if v.kind == "image" and v.name not in visit.page.does]
    photos = [name for name in photos if visit.in_reach(name)]
    if photos:
        name = visit.rng.choice(photos)
        times = [visit.t, visit.t + visit.rng.uniform(120, 260)]
        for t in times:
            visit.press(name, t)
        visit.label("idle", name, times)
        visit.t = times[-1]


BEHAVIOURS: dict[str, Callable[[Visit, str, Does], None]] = {
    "vain": vain,
    "sheet": sheet,
    "flips": flips,
    "expands": expands,
    "tabs": tabs,
    "sorts": sorts,
    "slow": slow,
    "skips": skips,
    "plays": plays,
    "asks": asks,
    "pin": pin,
    "zooms": zooms,
}
GESTURES: dict[str, Callable[[Visit], None]] = {
    "pans": pans,
    "pulls": pulls,
    "scrolls": scrolls,
    "slides row": slides_row,
    "taps twice": taps_twice,
}

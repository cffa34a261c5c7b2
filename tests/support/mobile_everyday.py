"""What views of everyday apps do (support/mobile_visits): chips, dialogs, carts, suggestions, chats, forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from support.mobile_behaviours import OPTION_POINTS, _option, _works, lay_over, lift
from support.mobile_recorders import Android
from support.mobile_scene import V

if TYPE_CHECKING:
    from support.mobile_visits import Does, Visit

CAROUSEL_MS = 4000
DOTS_MS = 400


def picks(visit: Visit, name: str, does: Does) -> None:
    """One of a group is chosen: its background says so. `target` is the group; a text of its own may change, too."""
    group = does.target.split(",")
    chosen = visit._state.get(f"group {group[0]}", {}).get("chosen", group[0])
    if chosen == name:
        visit.press(name, visit.t)
        visit.label("idle", name, [visit.t])
        return
    at = min(_works(visit, name), visit.t + 300)
    visit._state[f"group {group[0]}"] = {"chosen": name}
    visit.change(str(chosen), at, drawn=False)
    visit.change(name, at, drawn=True)
    for i, target in enumerate(does.words):
        visit.change(target, at + 150, text=f"{name.capitalize()} {i + 1}")


def row_turns(visit: Visit, name: str, does: Does) -> None:
    """A whole row turns the switch at its end."""
    visit.press(name, visit.t)
    visit.label("works", name, [visit.t])
    checked = not visit._state.get(does.target, {}).get("checked", False)
    visit.change(does.target, visit.t + visit.rng.uniform(20, 200), checked=checked)


def likes(visit: Visit, name: str, does: Does) -> None:
    """A heart: another picture in its place, which masked wireframes do not show."""
    at = min(_works(visit, name), visit.t + 250)
    shown = visit._state.get(name, {}).get("text", does.words[0])
    visit.change(name, at, text=does.words[1] if shown == does.words[0] else does.words[0])


def adds(visit: Visit, name: str, does: Does) -> None:
    """Into the cart: the number on the tab grows, and some buttons say so for a while."""
    times = visit.burst(visit.rng.choice([1, 1, 1, 2, 3]), 350, 900)
    count = int(str(visit._state.get(does.target, {}).get("text", "0")))
    for t in times:
        visit.press(name, t)
        count += 1
        visit.change(does.target, t + visit.rng.uniform(80, 500), text=str(count))
    visit.label("works", name, times)


def copies(visit: Visit, name: str, does: Does) -> None:
    """Its words tell that it is done, and return."""
    at = min(_works(visit, name), visit.t + 200)
    before = visit.view(does.target).text
    back = at + visit.rng.uniform(1200, 2200)
    visit.app.change(does.target, at, text=does.words[0]).change(does.target, back, text=before)
    visit.t = back


def refuses(visit: Visit, name: str, does: Does) -> None:
    """Something is missing: a message stands below the field, and shakes at the next tap."""
    times = [visit.t]
    for _ in range(visit.rng.choice([0, 0, 1, 2])):
        times.append(times[-1] + visit.rng.uniform(900, 2500))
    for t in times:
        visit.press(name, t)
        if visit._state.get(does.target, {}).get("text") == does.words[0]:
            x = visit.view(does.target).x
            for i, by in enumerate((8, -8, 5, 0)):
                visit.app.change(does.target, t + 60 + 70 * i, x=x + by)
        else:
            visit.change(does.target, t + visit.rng.uniform(40, 200), text=does.words[0])
    visit.label("works", name, times)
    visit.t = times[-1] + 300


def off(visit: Visit, name: str, _: Does) -> None:
    """It is greyed out and says so."""
    visit.press(name, visit.t)
    visit.label("idle", name, [visit.t])


def dialog(visit: Visit, name: str, does: Does) -> None:
    """A question in the middle, answered with yes or no, or pushed away by a tap beside it."""
    at = _works(visit, name)
    width, height = visit.size
    x, y = 0.1 * width, height / 2 - 90
    yes, no = f"{name}: yes", f"{name}: no"
    inner = (
        V(f"{name} question", "text", x + 20, y + 20, 0.8 * width - 40, 26, does.words[0]),
        V(no, "button", x + 20, y + 116, 0.35 * width, 44, "Cancel", {"disabled": False, "plain": True}),
        V(yes, "button", x + 0.4 * width, y + 116, 0.35 * width, 44, does.words[1], {"disabled": False}),
    )
    box = V(f"{name} box", "div", x, y, 0.8 * width, 180, "", {"drawn": True}, inner)
    dim = V(f"{name} dim", "div", 0, 0, width, height, "", {"drawn": True, "colour": "#6b6b70"}, (box,))
    gone = _shown(visit, dim, at, lambda: _answered(visit, name, (yes, no)))
    if does.target and visit.rng.random() < 0.6:
        visit.change(does.target, gone + 50, text=visit.rng.choice(does.words[2:]))


def _answered(visit: Visit, name: str, ways: tuple[str, str]) -> float:
    kind = visit.rng.random()
    if kind < 0.85:
        return min(_works(visit, ways[kind < 0.3]), visit.t + 400)
    visit.app.tap_at(visit.size[0] / 2, 0.15 * visit.size[1], visit.t)
    visit.label("works", f"{name} dim", [visit.t])
    return visit.t + 150


def _shown(visit: Visit, over: V, at: float, answered: Callable[[], float]) -> float:
    """Something lies over the page until it is answered. When it was gone."""
    lay_over(visit, over, at)
    visit.pauses(1000, 4000)
    gone = answered()
    lift(visit, over, gone)
    visit.app.redraw(gone + 250)
    visit.t = gone + 300
    return gone


def picker(visit: Visit, name: str, does: Does) -> None:
    """A choice that opens a list: a popup on Android, which no recorder sees, nor the finger on it."""
    if isinstance(visit.app.recorder, Android):
        visit.press(name, visit.t)
        visit.label("outside", name, [visit.t])
        visit.pauses(1200, 4000)
        visit.change(name, visit.t, value=visit.rng.choice(does.words), text=visit.rng.choice(does.words))
        return
    at = _works(visit, name)
    view = visit.view(name)
    ways = [_option(f"{name}: {w}", w, view.y + OPTION_POINTS * i, visit.size[0]) for i, w in enumerate(does.words)]
    chosen = visit.rng.choice(does.words)
    high = OPTION_POINTS * len(ways)
    panel = V(f"{name} list", "div", 0, view.y, visit.size[0], high, "", {"drawn": True}, tuple(ways))
    gone = _shown(visit, panel, at, lambda: min(_works(visit, f"{name}: {chosen}"), visit.t + 300))
    visit.change(name, gone + 30, value=chosen, text=chosen)


def opens(visit: Visit, name: str, does: Does) -> None:
    """Another screen, which shows grey boxes until its contents are there."""
    at = min(_works(visit, name), visit.t + 300)
    visit._way.append(does.target)
    content = visit.content(does.target)
    grey = tuple(
        V(f"bone {i}", "div", v.x, v.y, v.width, v.height, "", {"drawn": True, "colour": "#b9bac2"})
        for i, v in enumerate(content)
        if v.kind != "button"
    )
    loaded = at + visit.rng.uniform(300, 2500)
    if isinstance(visit.app.recorder, Android) and visit.page.own_window:
        visit.app.open(at, f"{does.target}Activity", *grey)
    else:
        visit.app.replace(at, *grey)
    visit.app.redraw(at + 300).replace(loaded, *content).redraw(loaded + 200)
    visit.t = loaded + 300


def suggests(visit: Visit, name: str, does: Does) -> None:
    """A field whose list of suggestions grows while one types; one is taken, or the keyboard is put away."""
    visit.press(name, visit.t)
    visit.label("works", name, [visit.t])
    visit.app.change(name, visit.t + 60, focused=True).keyboard(visit.t + 250)
    visit.pauses(900, 1800)
    view, times = visit.view(name), visit.burst(visit.rng.randint(3, 7), 130, 330)
    rows = [_option(f"suggested {i}", "", view.y + 50 + OPTION_POINTS * i, visit.size[0]) for i in range(3)]
    panel = V("suggestions", "div", 0, view.y + 46, visit.size[0], 3 * OPTION_POINTS + 8, "", {"drawn": True}, (*rows,))
    for n, t in enumerate(times):
        if visit.app.recorder.fingers == 2:
            visit.app.tap_at(*visit._key(), t, held=50)
        visit.app.change(name, t + 25, text="*" * (n + 1), value="*" * (n + 1))
        if n == 1:
            visit.app.add(panel, t + 200)
        for i in range(3 if n >= 1 else 0):
            visit.app.change(f"suggested {i} text", t + 210, text=f"{does.words[i]} {len(times) - n}")
    visit.label("typing", "", times)
    visit._over = (panel,)
    visit.pauses(600, 2500)
    taken = f"suggested {visit.rng.randrange(3)}"
    at = min(_works(visit, taken), visit.t + 300)
    visit._over = ()
    visit.app.remove("suggestions", at).keyboard(at, shown=False).change(name, at, focused=False, text="", value="")
    for i, target in enumerate(does.target.split(",")):
        visit.change(target, at + 200, text=f"{does.words[i % 3]} {visit.rng.randint(10, 99)}")
    visit.t = at + 400


def sends(visit: Visit, name: str, does: Does) -> None:
    """A message is written and sent; an answer comes by itself, after dots that move. `words` are the bubbles."""
    from support.mobile_visits import Does as Acts

    visit.types(does.target, Acts("types"))
    visit.pauses(300, 900)
    at = min(_works(visit, name), visit.t + 400)
    visit.change(does.target, at, text="", value="")
    _moves_up(visit, does.words, at, f"Sent {visit.rng.randint(1, 99)}")
    if visit.rng.random() < 0.6:
        start, took = at + visit.rng.uniform(1000, 4000), visit.rng.uniform(1200, 4000)
        last = visit.view(does.words[-1])
        visit.app.add(V("dots", "text", 20, last.y + 60, 60, 20, "."), start)
        for i in range(int(took / DOTS_MS)):
            visit.app.change("dots", start + DOTS_MS * i, text="." * (1 + i % 3))
        visit.app.remove("dots", start + took)
        _moves_up(visit, does.words, start + took, f"Heard {visit.rng.randint(1, 99)}")
    visit.t = at + 200


def _moves_up(visit: Visit, bubbles: tuple[str, ...], at: float, new: str) -> None:
    shown = [visit.view(b).text for b in bubbles]
    for bubble, words in zip(bubbles, [*shown[1:], new], strict=True):
        visit.change(bubble, at, text=words)


def emoji(visit: Visit, name: str, does: Does) -> None:
    """A board of pictures opens, some are put into the field, the same one again and again; the board is closed."""
    at = min(_works(visit, name), visit.t + 300)
    width, height = visit.size
    keys = tuple(
        V(f"emoji {i}", "text", 14 + i % 6 * width / 6, height - 220 + 52 * (i // 6), 40, 40, f"<{i}>")
        for i in range(18)
    )
    board = V("board", "div", 0, height - 232, width, 232, "", {"drawn": True}, keys)
    visit.app.add(board, at)
    visit._over, visit.t = (board,), at
    visit.pauses(900, 2200)
    count = visit.rng.randint(3, 6)
    chosen = visit.rng.choices([k.name for k in keys], k=count)
    if visit.rng.random() < 0.5:
        chosen = [chosen[0]] * count
    times = visit.burst(count, 180, 420)
    for n, (t, key) in enumerate(zip(times, chosen, strict=True)):
        visit.press(key, t)
        visit.app.change(does.target, t + 30, text="*" * (n + 1), value="*" * (n + 1))
    visit.label("typing", "", times)
    visit.pauses(800, 2000)
    at = min(_works(visit, name), visit.t + 250)
    visit._over = ()
    visit.app.remove("board", at).change(does.target, at + 10, text="", value="")
    visit.t = at


# Gestures


def long_presses(visit: Visit) -> None:
    """A finger that rests on a bubble or row opens a menu beside it."""
    names = [
        v.name for v in visit.page.views if v.name.startswith(("bubble", "row", "card")) and visit.in_reach(v.name)
    ]
    if not names:
        return
    view = visit.view(visit.rng.choice(names))
    visit.app.tap_at(view.x + view.width / 2, view.y + view.height / 2, visit.t, held=700)
    ways = tuple(
        _option(f"menu: {w}", w, 200 + OPTION_POINTS * i, visit.size[0]) for i, w in enumerate(("Pin", "Keep"))
    )
    menu = V("menu", "div", 30, 190, visit.size[0] - 60, 2 * OPTION_POINTS + 20, "", {"drawn": True}, ways)
    _shown(visit, menu, visit.t - 150, lambda: min(_works(visit, "menu: Pin"), visit.t + 300))


def flicks(visit: Visit) -> None:
    """A row of pictures is pushed aside."""
    hero = visit.view("hero")
    y = hero.y + hero.height / 2
    visit.app.slide(visit.t, (0.8 * visit.size[0], y), (0.2 * visit.size[0], y))
    visit.app.change("hero", visit.t + 150, text=f"hero {visit.rng.randint(5, 9)}")
    visit.t += 600


def fidgets(visit: Visit) -> None:
    """Taps beside everything."""
    x, share = visit.rng.uniform(2, 8), visit.rng.uniform(0.3, 0.8)
    y = share * visit.size[1]
    if visit.is_boxed(x, share * visit.design.size[1]):
        return
    times = visit.burst(visit.rng.choice([1, 1, 2]), 250, 900)
    visit.app.tap_at(x, y, *times)
    visit.label("idle", "", times)


def edges(visit: Visit) -> None:
    """Back by a finger from the edge of the screen."""
    if len(visit._way) < 2:
        return
    left = visit.page
    visit.app.slide(visit.t, (2, 0.5 * visit.size[1]), (0.7 * visit.size[0], 0.5 * visit.size[1]))
    visit._way.pop()
    at = visit.t + 80
    if isinstance(visit.app.recorder, Android) and left.own_window:
        visit.app.close(at)
    visit.app.replace(at, *visit.content(visit.page.name)).redraw(at + 350)
    visit.t = at + 400


def lives_on(visit: Visit) -> None:
    """What an app does without its visitor: a carousel turns, numbers on tabs grow."""
    names = {v.name for p in visit.design.pages for top in p.views for v in top.walk()}
    if "hero" in names:
        for i in range(1, int(visit.t / CAROUSEL_MS)):
            visit.app.change("hero", CAROUSEL_MS * i, text=f"hero {i % 5}")
    if "unread" in names:
        t = visit.rng.uniform(10_000, 50_000)
        while t < visit.t:
            visit.change("unread", t, text=str(round(t / 10_000)))
            t += visit.rng.uniform(10_000, 50_000)


EVERYDAY: dict[str, Callable[[Visit, str, Does], None]] = {
    "picks": picks,
    "row turns": row_turns,
    "likes": likes,
    "adds": adds,
    "copies": copies,
    "refuses": refuses,
    "off": off,
    "dialog": dialog,
    "picker": picker,
    "opens": opens,
    "suggests": suggests,
    "sends": sends,
    "emoji": emoji,
}
EVERYDAY_GESTURES: dict[str, Callable[[Visit], None]] = {
    "long presses": long_presses,
    "flicks": flicks,
    "fidgets": fidgets,
    "edges": edges,
}

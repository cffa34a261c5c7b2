"""Visits of made-up apps by made-up people, from a seed: what they tapped, what the app did, and so what is right.

A design (support/mobile_designs) says which screens an app has and what each view on them does. A visit walks through
them: things are used, tried in vain, hammered on, typed into, scrolled and looked at; answers come at once or late,
some from other programs. What a tap was is known before any recorder looks, and is the label.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from support.drawing import Palette
from support.mobile import App
from support.mobile_behaviours import BEHAVIOURS, GESTURES, stops
from support.mobile_everyday import EVERYDAY, EVERYDAY_GESTURES, lives_on
from support.mobile_gentle import GENTLE
from support.mobile_lively import LIVELY, moves_on
from support.mobile_recorders import Android, Recorder
from support.mobile_scene import V

TURNING = 0.3
"""Share of visits of two minutes in which the device is turned, and in which the theme changes."""
KEY_MS = (130, 330)
"""Between two keys of a keyboard; backspace and digits are repeated faster than words are typed."""


@dataclass(frozen=True)
class Does:
    """What a view does when it is tapped. `what` names the behaviour, `target` what it acts on."""

    what: str
    target: str = ""
    words: tuple[str, ...] = ()
    vain: tuple[str, ...] = ()
    """Of the words of a sheet: choices that do nothing."""


@dataclass(frozen=True)
class Page:
    """A screen of an app: what is on it, what its views do; `own_window` on Android.

    `gestures` beside taps (support/mobile_behaviours); the page scrolls, except for `bars`, if it has any.
    """

    name: str
    views: tuple[V, ...]
    does: dict[str, Does]
    own_window: bool = False
    gestures: tuple[str, ...] = ()
    bars: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Design:
    """An app."""

    name: str
    size: tuple[int, int]
    palettes: tuple[Palette, ...]
    pages: tuple[Page, ...]
    density: float | None = None
    """Pixels a point where the recorder draws in the density of the screen; None for the recorder's own."""
    pace: tuple[float, float] = (1.0, 1.0)
    """How long its visitors pause, from the hastiest to the slowest, as a share of what most do."""


@dataclass(frozen=True)
class Label:
    """What one tap, or one burst of taps, was. Times are when the finger went up, in ms from the visit's start."""

    kind: str  # works, dead, rage, idle, typing, outside
    name: str
    times: tuple[float, ...]
    typed: bool = True


@dataclass
class Visit:
    """One visit under way."""

    app: App
    design: Design
    rng: random.Random
    t: float = 3000
    labels: list[Label] = field(default_factory=list)
    _way: list[str] = field(default_factory=list)
    _state: dict[str, dict[str, object]] = field(default_factory=dict)
    _pressing: bool = True
    _turned: bool = False
    _palette: int = 0
    _over: tuple[V, ...] = ()
    """Views of a sheet that lies over the page."""
    running: dict[str, float] = field(default_factory=dict)
    """Since when something plays by itself."""
    pace: float = 1.0
    scrolled: dict[str, float] = field(default_factory=dict)
    """How far a page was scrolled, in points of the design."""
    away: list[float] = field(default_factory=list)
    """When the app went to the background and said so."""

    @property
    def size(self) -> tuple[int, int]:
        """Sides of the screen as it is held."""
        width, height = self.design.size
        return (height, width) if self._turned else (width, height)

    @property
    def page(self) -> Page:
        return next(p for p in self.design.pages if p.name == self._way[-1])

    def content(self, name: str) -> tuple[V, ...]:
        """The views of a page as they stand."""
        page = next(p for p in self.design.pages if p.name == name)
        away = self.scrolled.get(name, 0)
        places = (v if v.name in page.bars or not away else _lower(v, away) for v in page.views)
        return tuple(self._laid_out(self._now(v)) for v in places)

    def _laid_out(self, view: V) -> V:
        """Places are shares of the screen's sides."""
        across, down = (now / drawn for now, drawn in zip(self.size, self.design.size, strict=True))
        children = tuple(self._laid_out(c) for c in view.children)
        size = {"width": view.width * across, "height": view.height * down}
        return replace(view, x=view.x * across, y=view.y * down, **size, children=children)

    def _now(self, view: V) -> V:
        fields = self._state.get(view.name, {})
        own = {k: v for k, v in fields.items() if k in V.__dataclass_fields__}
        more = {k: v for k, v in fields.items() if k not in own}
        children = tuple(self._now(c) for c in view.children)
        return replace(view, **own, more=view.more | more, children=children)  # type: ignore[arg-type]

    def view(self, name: str) -> V:
        return next(v for top in (*self._over, *self.content(self.page.name)) for v in top.walk() if v.name == name)

    def in_reach(self, name: str) -> bool:
        """Does a view that scrolls stand between the bars of its page, and none of them over it?"""
        page, view = self.page, self.view(name)
        if not page.bars or name in page.bars:
            return True
        x, y = view.x + view.width / 2, view.y + view.height / 2
        bars = (self._laid_out(self._now(bar)) for bar in page.views if bar.name in page.bars)
        if any(bar.x <= x <= bar.x + bar.width and bar.y <= y <= bar.y + bar.height for bar in bars):
            return False
        return 0.12 * self.size[1] <= view.y and view.y + view.height <= 0.88 * self.size[1]

    def change(self, name: str, at: float, **fields: object) -> None:
        self._state.setdefault(name, {}).update(fields)
        self.app.change(name, at, **fields)

    # What a visitor does

    def pauses(self, least: float = 2500, most: float = 7000) -> None:
        self.t += self.pace * self.rng.uniform(least, most)

    def press(self, name: str, at: float) -> None:
        """A tap on the view, somewhere near its middle, with the pressed look that most apps show."""
        view = self.view(name)
        held = self.rng.uniform(50, 130)
        x = view.x + view.width / 2 + self.rng.uniform(-0.2, 0.2) * min(view.width, 60)
        y = view.y + view.height / 2 + self.rng.uniform(-0.15, 0.15) * min(view.height, 44)
        if self._pressing and view.kind in ("button", "div"):
            self.app.change(name, at - held, pressed=True).change(name, at + self.rng.uniform(60, 200), pressed=False)
        self.app.tap_at(x, y, at, held=held)

    def burst(self, count: int, least: float = 150, most: float = 420) -> list[float]:
        times = [self.t]
        for _ in range(count - 1):
            times.append(times[-1] + self.rng.uniform(least, most))
        self.t = times[-1]
        return times

    def label(self, kind: str, name: str, times: list[float]) -> None:
        typed = bool(name) and self.view(name).kind in ("button", "toggle")
        self.labels.append(Label(kind, name, tuple(times), typed))

    def moves(self) -> None:
        """A gesture that is no tap: a swipe, or one that the page knows."""
        if self.page.gestures:
            (GESTURES | EVERYDAY_GESTURES)[self.rng.choice(self.page.gestures)](self)
        else:
            self.swipes()

    def swipes(self) -> None:
        width, height = self.size
        self.app.swipe(self.t, width / 2, 0.75 * height, 0.25 * height, moves=False)
        self.t += 800

    def turns_device(self) -> None:
        self._turned = not self._turned
        self.app.turn(self.t, *self.content(self._way[-1])).redraw(self.t + 350)
        self.t += 400

    def changes_theme(self) -> None:
        """Dark mode by the clock or by a swipe from the edge, which the app does not see."""
        if self.app.recorder.screenshots:
            self._palette = (self._palette + 1) % len(self.design.palettes)
            self.app.theme(self.t, self.design.palettes[self._palette])

    def looks_at(self) -> None:
        """An idle tap on a text or a picture."""
        plain = [v for v in self.page.views if v.name not in self.page.does and v.kind in ("text", "image")]
        idle = [v.name for v in plain if not self.is_boxed(v.x + v.width / 2, v.y + v.height / 2)]
        if idle:
            name = self.rng.choice(idle)
            self.press(name, self.t)
            self.label("idle", name, [self.t])

    def is_boxed(self, x: float, y: float) -> bool:
        """Does a place of the design lie on a button or row, which has words of its own beside it?"""
        boxes = (v for v in self.page.views if v.kind == "div" and v.height <= 100)
        return any(v.x <= x <= v.x + v.width and v.y <= y <= v.y + v.height for v in boxes)

    def uses(self, name: str) -> None:
        """A tap on a view that does something, or should."""
        does = self.page.does[name]
        _BEHAVIOURS[does.what](self, name, does)

    # What views do

    def delay(self) -> float:
        kind = self.rng.random()
        return self.rng.uniform(*((40, 250) if kind < 0.6 else (250, 900) if kind < 0.85 else (900, 2400)))

    def dead(self, name: str, _: Does) -> None:
        """Tried once, again after a while, or hammered on."""
        kind = self.rng.random()
        if kind < 0.35:
            times = self.burst(self.rng.randint(3, 8))
            for t in times:
                self.press(name, t)
            self.label("rage", name, times)
        else:
            for i in range(1 if kind < 0.6 else 2):
                self.t += self.rng.uniform(1500, 3500) if i else 0
                self.press(name, self.t)
                self.label("dead", name, [self.t])

    def says(self, name: str, does: Does) -> None:
        """A text changes."""
        self.press(name, self.t)
        self.label("works", name, [self.t])
        shown = self.view(does.target).text
        self.change(does.target, self.t + self.delay(), text=self.rng.choice([w for w in does.words if w != shown]))

    def steps(self, name: str, does: Does) -> None:
        """A stepper, often used quickly."""
        count = int(str(self._state.get(does.target, {}).get("text", "1")))
        times = self.burst(self.rng.choice([1, 2, 3, 5, 8]), 160, 400)
        for t in times:
            self.press(name, t)
            count += int(does.words[0])
            self.change(does.target, t + self.rng.uniform(20, 90), text=str(count))
        self.label("works", name, times)

    def turns(self, name: str, _: Does) -> None:
        """A switch."""
        self.press(name, self.t)
        self.label("works", name, [self.t])
        checked = not self._state.get(name, {}).get("checked", False)
        self.change(name, self.t + self.rng.uniform(10, 60), checked=checked)

    def goes(self, name: str, does: Does) -> None:
        """Another screen; on Android some are windows of their own."""
        self.press(name, self.t)
        self.label("works", name, [self.t])
        at = self.t + self.delay()
        back = does.what == "back"
        left = self.page
        if back:
            self._way.pop()
        else:
            self._way.append(does.target)
        windowed = isinstance(self.app.recorder, Android)
        if windowed and back and left.own_window:
            self.app.close(at).replace(at, *self.content(self._way[-1]))
        elif windowed and not back and self.page.own_window:
            self.app.open(at, f"{does.target}Activity", *self.content(does.target))
        else:
            self.app.replace(at, *self.content(self._way[-1]))
        self.app.redraw(at + 350)
        self.t = at + 400

    def toasts(self, name: str, does: Does) -> None:
        """A note of the app's own comes and goes."""
        self.press(name, self.t)
        self.label("works", name, [self.t])
        at, (width, height) = self.t + self.delay(), self.size
        note = V("note", "text", 40, height - 150, width - 80, 40, self.rng.choice(does.words), {"size": 15})
        back = V("toast", "div", 20, height - 160, width - 40, 56, "", {"drawn": True, "colour": "#c9d4e8"}, (note,))
        self.app.add(back, at).remove("toast", at + self.rng.uniform(2000, 3500))
        self.t = at + 3600

    def loads(self, name: str, does: Does) -> None:
        """A request with a spinner, and what it brought."""
        self.press(name, self.t)
        self.label("works", name, [self.t])
        start, took = self.t + self.rng.uniform(30, 120), self.rng.uniform(400, 3000)
        wheel = V("wheel", "progress", self.size[0] / 2 - 20, self.size[1] / 2 - 20, 40, 40, "", {"turn": 0})
        self.app.add(wheel, start)
        for i in range(int(took / 100)):
            self.app.change("wheel", start + 100 * i, turn=36 * i % 360)
        self.app.remove("wheel", start + took)
        self.change(does.target, start + took, text=self.rng.choice(does.words))
        self.t = start + took

    def outside(self, name: str, _: Does) -> None:
        """Another program answers; the visitor comes back after a while."""
        self.press(name, self.t)
        self.label("outside", name, [self.t])
        self.pauses(6000, 12_000)
        self.app.redraw(self.t)

    def keys(self, name: str, does: Does) -> None:
        """A keypad of the app: digits, some repeated, with a dot for each, or a masked field."""
        page = self.page
        digits = [n for n, d in page.does.items() if d.what == "keys"]
        chosen = self.rng.choices(digits, k=self.rng.randint(4, 6))
        if self.rng.random() < 0.4:
            chosen = [chosen[0]] * len(chosen)
        shown = self.view(does.target)
        times = self.burst(len(chosen), *KEY_MS)
        for i, (t, key) in enumerate(zip(times, chosen, strict=True)):
            self.press(key, t)
            if shown.kind == "text":
                self.app.change(does.target, t + 30, text="●" * (i + 1))
            else:
                self.app.change(does.target, t + 30, text="****", value="****")
        self.label("typing", name, times)
        self.t += 900
        self.app.change(does.target, self.t, text="", value="")

    def types(self, name: str, _: Does) -> None:
        """A field: focus, caret, the soft keyboard, whose touches only iOS records; and a run of backspaces."""
        self.press(name, self.t)
        self.label("works", name, [self.t])
        start = self.t
        self.app.change(name, start + 60, focused=True, caret=True).keyboard(start + 250)
        self.pauses(900, 2000)
        width, height = self.size
        written = 0
        for run in range(self.rng.randint(1, 2)):
            rubs = run == 1 and written > 3
            times = self.burst(self.rng.randint(5, 12), *((105, 130) if rubs else KEY_MS))
            for t in times:
                x, y = (width - 28, height - 110) if rubs else self._key()
                if self.app.recorder.fingers == 2:
                    self.app.tap_at(x, y, t, held=50)
                written += -1 if rubs else 1
                stars = "*" * max(0, written)
                self.app.change(name, t + 25, text=stars, value=stars)
            self.label("typing", "", times)
            self.pauses(700, 2500)
        blinks = int((self.t - start) / 530)
        for i in range(1, blinks):
            self.app.change(name, start + 530 * i, caret=i % 2 == 0)
        self._state.setdefault(name, {}).update(text="***", value="***")
        self.app.change(name, self.t, focused=False, caret=False, text="***", value="***").keyboard(self.t, shown=False)

    def _key(self) -> tuple[float, float]:
        width, height = self.size
        return (self.rng.randint(0, 9) + 0.5) * width / 10, height - 240 + 54 * self.rng.randint(0, 2)


_BEHAVIOURS: dict[str, Callable[[Visit, str, Does], None]] = {
    "dead": Visit.dead,
    "says": Visit.says,
    "steps": Visit.steps,
    "turns": Visit.turns,
    "goes": Visit.goes,
    "back": Visit.goes,
    "toasts": Visit.toasts,
    "loads": Visit.loads,
    "outside": Visit.outside,
    "keys": Visit.keys,
    "types": Visit.types,
    **BEHAVIOURS,
    **EVERYDAY,
    **GENTLE,
    **LIVELY,
}


def visit_of(design: Design, recorder: type[Recorder], seed: int, minutes: float = 2.0) -> Visit:
    """A visit of about so long, recorded by that SDK."""
    rng = random.Random(f"{design.name} {seed}")
    first = design.pages[0]
    palette = rng.randrange(len(design.palettes))
    sdk = recorder(design.size, design.palettes[palette] if recorder.screenshots else None)
    if design.density is not None and sdk.density != 1:
        sdk.density = design.density
    app = App(sdk, first.views, f"{first.name}Activity", session=f"{design.name}-{recorder.__name__}-{seed}")
    visit = Visit(app, design, rng, _way=[first.name], _pressing=rng.random() < 0.7, _palette=palette)
    if design.pace[0] != design.pace[1]:
        visit.pace = rng.uniform(*design.pace)
    turns_at, theme_at = (rng.uniform(0, 120_000 / TURNING) for _ in range(2))
    clocks = any(v.name == "clock" for p in design.pages for v in p.views)
    while visit.t < minutes * 60_000:
        visit.pauses()
        kind = rng.random()
        if visit.t > turns_at:
            visit.turns_device()
            turns_at += rng.uniform(15_000, 40_000) if visit._turned else 120_000 / TURNING
        elif visit.t > theme_at:
            visit.changes_theme()
            theme_at = float("inf")
        elif kind < 0.1:
            visit.moves()
        elif kind < 0.22:
            visit.looks_at()
        else:
            visit.uses(_choice(visit))
    visit.pauses()
    for name in [*visit.running]:
        stops(visit, name)
    app.swipe(visit.t + 4000, visit.size[0] / 2, 0.75 * visit.size[1], 0.25 * visit.size[1], moves=False)
    lives_on(visit)
    moves_on(visit)
    if clocks and rng.random() < 0.5:
        app.ticks("clock", every=1000, until=visit.t + 4000)
    return visit


def _choice(visit: Visit) -> str:
    """Dead things draw more attention than working ones; a keypad is one thing, not ten."""
    does = visit.page.does
    keys = [n for n, d in does.items() if d.what == "keys"][1:]
    names = [n for n in does if n not in keys and not (does[n].what == "back" and len(visit._way) < 2)]
    names = [n for n in names if visit.in_reach(n)]
    return visit.rng.choices(names, [_WEIGHTS.get(does[n].what, 1.0) for n in names])[0]


_WEIGHTS = {"dead": 1.5, "vain": 2.2, "outside": 0.4, "goes": 1.5, "back": 1.5}


def _lower(view: V, by: float) -> V:
    return replace(view, y=view.y + by, children=tuple(_lower(c, by) for c in view.children))

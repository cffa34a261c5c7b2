"""Visits of native apps for tests, told as what a visitor and an app do, and recorded as PostHog's SDKs record them.

app = App(Ios(), Home)                    # or Android(), ReactNativeIos(), ReactNativeAndroid(), Flutter()
app.tap("pay", at=4000).change("total", at=4100, text="12").lives(20_000)
assert app.verdicts() == ["alive"]

Times (`at`) are milliseconds from the visit's start; a tap's `at` is when the finger goes up. What the recorder sends,
and when, is the business of support/mobile_recorders.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent
from replay_signals.schemas.rules import Rules
from support.dom import Json
from support.drawing import Palette
from support.mobile_recorders import Recorder
from support.mobile_scene import Scene, V
from support.outcome import START_MS, Outcome, digested, verdict_of

HEIGHT, WIDTH = 800, 400


def button(name: str, text: str, y: int, **more: object) -> V:
    """A native button that says what it is, with the label in it that iOS gives it."""
    return V(name, "button", 20, y, 360, 44, text, {"disabled": False, **more})


def label(name: str, text: str, y: int) -> V:
    return V(name, "text", 20, y, 360, 30, text)


def toggle(name: str, y: int, *, checked: bool = False) -> V:
    return V(name, "toggle", 300, y, 60, 30, "", {"checked": checked, "disabled": False})


def typed(name: str, y: int) -> V:
    return V(name, "text_area", 20, y, 360, 44, "", {"disabled": False})


def box(name: str, y: int, height: int, *children: V, **more: object) -> V:
    return V(name, "div", 0, y, WIDTH, height, "", dict(more), children)


HOME = (label("title", "Basket", 60), label("total", "0", 120), button("pay", "Pay", 200), button("help", "Help", 300))


@dataclass
class App:
    """One session of an app."""

    recorder: Recorder
    content: tuple[V, ...] = HOME
    screen: str = "HomeActivity"
    session: str = "0192f6a0-0000-7000-8000-000000000001"
    events: list[Json] = field(default_factory=list)
    _acts: list[tuple[float, int, Callable[[Scene], bool]]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _end: float = 0

    # What a visitor does

    def tap(self, name: str, *times: float, at: float | None = None) -> App:
        """Taps on the middle of a view, as it stands then."""
        for t in (*times, *(() if at is None else (at,))):
            self._do(t - 80, partial(self._touch, place=name, up=t, held=80))
        return self

    def tap_at(self, x: float, y: float, *times: float, held: float = 80) -> App:
        for t in times:
            self._do(t - held, partial(self._touch, place=(x, y), up=t, held=held))
        return self

    def swipe(self, at: float, x: float = 200, start: float = 600, end: float = 200, *, moves: bool = True) -> App:
        """A finger that slides up for 250 ms; what is below glides with it when `moves`."""
        self._do(at - 250, lambda scene: self._slide(scene, (x, start), (x, end), at))
        for i in range(8 if moves else 0):
            self._do(at - 200 + 100 * i, lambda scene: scene.scroll((end - start) / 8))
        return self

    def slide(self, at: float, start: tuple[float, float], end: tuple[float, float]) -> App:
        """A finger that slides from place to place for 250 ms."""
        return self._do(at - 250, lambda scene: self._slide(scene, start, end, at))

    def scroll(self, at: float, by: float, fixed: frozenset[str]) -> App:
        """A list glides for most of a second; `fixed` bars stay."""
        for i in range(8):
            self._do(at - 200 + 100 * i, lambda scene: scene.scroll(by / 8, fixed))
        return self

    def pinch(self, at: float) -> App:
        """Two fingers, down and up together."""

        def pinched(scene: Scene) -> bool:
            for t, kind, spread in ((at - 200, 7, 40), (at, 9, 120)):
                sides = (-1, 1)[: self.recorder.fingers]
                self.events += [self.recorder.touch(t, kind, 200, 400 + side * spread) for side in sides]
            return False

        return self._do(at - 200, pinched)

    # What the app does

    def change(self, name: str, at: float, **fields: object) -> App:
        """A view looks different: `text`, `x`, `y` or any wireframe field."""
        return self._do(at, lambda scene: scene.change(name, **fields))

    def add(self, view: V, at: float, into: str = "root") -> App:
        return self._do(at, lambda scene: scene.add(view, into))

    def remove(self, name: str, at: float) -> App:
        return self._do(at, lambda scene: scene.remove(name))

    def replace(self, at: float, *content: V) -> App:
        """Another screen in the same window: a pushed view controller, a fragment, a route."""
        return self._do(at, lambda scene: scene.replace(content))

    def open(self, at: float, screen: str, *content: V) -> App:
        """Another window: an activity or a dialog on Android; elsewhere a screen in the same window."""
        return self._do(at, lambda scene: scene.open(screen, content))

    def close(self, at: float) -> App:
        """The window on top goes away."""
        return self._do(at, lambda scene: scene.close())

    def turn(self, at: float, *content: V) -> App:
        """The device is turned: sides change places, everything is laid out anew."""

        def turned(scene: Scene) -> bool:
            self.recorder.size = (self.recorder.size[1], self.recorder.size[0])
            return scene.turn(self.recorder.size, content, recreate=self.recorder.recreates)

        return self._do(at, turned)

    def theme(self, at: float, palette: Palette) -> App:
        """Dark mode comes or goes."""

        def painted(_: Scene) -> bool:
            self.recorder.palette = palette
            return True

        return self._do(at, painted)

    def keyboard(self, at: float, *, shown: bool = True) -> App:
        return self._do(at, lambda scene: scene.type(shown=shown))

    def redraw(self, at: float) -> App:
        """A layout or draw pass after which everything looks as before."""
        return self._do(at, lambda scene: True)

    def ticks(self, name: str, every: float, until: float, start: float = 500) -> App:
        """A clock: a text that changes by itself."""
        for i in range(int((until - start) / every) + 1):
            self.change(name, start + i * every, text=f"{i // 60}:{i % 60:02}")
        return self

    def fails(self, path: str, at: float, status: int = 500) -> App:
        """A request that the app sends then, and whose answer comes 200 ms later."""
        self.events.append(self.recorder.request(at, 200, f"https://api.shop.test{path}", status))
        return self

    def lives(self, until: float) -> App:
        """The visitor swipes once more, to no effect; the recording goes on until then."""
        return self.swipe(until, moves=False)

    def _do(self, at: float, act: Callable[[Scene], bool]) -> App:
        self._acts.append((at, next(self._order), act))
        self._end = max(self._end, at)
        return self

    def _touch(self, scene: Scene, place: str | tuple[float, float], up: float, held: float) -> bool:
        """Controls light up under the finger: the screen is drawn anew, though no wireframe shows it."""
        x, y = scene.middle(place) if isinstance(place, str) else place
        self.events.append(self.recorder.touch(up - held, 7, x, y))
        self.events.append(self.recorder.touch(up, 9, x, y))
        return scene.lights_up(x, y)

    def _slide(self, scene: Scene, start: tuple[float, float], end: tuple[float, float], up: float) -> bool:
        self.events.append(self.recorder.touch(up - 250, 7, *start))
        self.events.append(self.recorder.touch(up, 9, *end))
        return False

    # What comes of it

    def recorded(self) -> list[Json]:
        """The recorder's events, by time, from the visit's start."""
        self.recorder.restart()
        scene = Scene(self.screen, self.content, self.recorder.size)
        self.events = [e for e in self.events if e["type"] == 6]
        looks = self.recorder.run(scene, sorted(self._acts, key=lambda a: a[:2]), self._end)
        return sorted([*self.events, *looks], key=lambda e: float(str(e["timestamp"])))

    def stamped(self) -> list[Json]:
        """The same at the clock's time, also within requests."""
        return [_stamped(e) for e in self.recorded()]

    def outcome(self, events: Iterable[AnalyticsEvent] = (), rules: Rules | None = None) -> Outcome:
        """What the system makes of it."""
        return Outcome(verdict_of(self.digests(), list(events), rules))

    def digests(self) -> list[MessageDigest]:
        """Digests of the messages that capture makes of it, one for each request of the SDK."""
        library = {"snapshot_source": "mobile", "snapshot_library": self.recorder.library}
        ids = {"session_id": self.session, "window_id": self.session}
        made = [digested(events, **ids, **library) for events in _requests(self.stamped())]
        assert not any(one.rejected_event_count for one in made)
        return made

    def kinds(self) -> list[str]:
        return self.outcome().kinds

    def verdicts(self) -> list[str]:
        return self.outcome().verdicts()

    def requests(self) -> list[Json]:
        """What the SDK posts to `/s/`: arrays of `$snapshot` events, each with the session as its window."""
        return [self._request(events) for events in _requests(self.stamped())]

    def _request(self, events: list[Json]) -> Json:
        last = int(str(events[-1]["timestamp"]))
        body = [
            {
                "event": "$snapshot",
                "distinct_id": "visitor-1",
                "api_key": "phc_test",
                "properties": {
                    "$snapshot_source": "mobile",
                    "$snapshot_data": [one],
                    "$session_id": self.session,
                    "$window_id": self.session,
                    "distinct_id": "visitor-1",
                    "$lib": self.recorder.library,
                },
            }
            for one in events
        ]
        agent = f"{self.recorder.library}/{self.recorder.version}"
        return {"t": last + 900, "path": "/s/", "query": "", "ua": agent, "body": json.dumps(body)}


FLUSH_AT = 20
"""Events of a request: `flushAt` of all SDKs."""


def _requests(events: list[Json]) -> Iterator[list[Json]]:
    return (events[i : i + FLUSH_AT] for i in range(0, len(events), FLUSH_AT))


def _stamped(event: Json) -> Json:
    moved = {k: _stamped(v) if isinstance(v, dict) else v for k, v in event.items()}
    if isinstance(event.get("requests"), list):
        moved["requests"] = [_stamped(one) for one in event["requests"]]  # type: ignore[attr-defined]
    if "timestamp" in event:
        moved["timestamp"] = round(START_MS + float(str(event["timestamp"])))
    return moved

"""PostHog's recorders of native screens, as far as their output goes: which events, in which shape, at which times.

Read at (newest stored versions of 2026):
  posthog-ios      PostHog/Replay/PostHogReplayIntegration.swift, Replay/RRWireframe.swift,
                   Utils/PostHogMulticastCallback.swift
  posthog-android  posthog-android/.../replay/PostHogReplayIntegration.kt, replay/internal/Throttler.kt,
                   posthog/.../internal/replay/RR*.kt (Gson leaves null fields out)
  posthog-react-native-session-replay  ios/PosthogReactNativeSessionReplay.swift, android/.../*Module.kt: the native
                   SDKs with screenshotMode / screenshot set to true
  posthog-flutter  lib/src/replay/change_detector.dart, screenshot/screenshot_capturer.dart,
                   android/.../SnapshotSender.kt, darwin/.../PosthogFlutterPlugin.swift
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from itertools import count

from support.dom import Json
from support.drawing import Palette, shot
from support.mobile_scene import LOOKS, Scene, V, Window

THROTTLE_MS = 1000
Act = tuple[float, int, Callable[[Scene], bool]]


class Recorder:
    """What all have in common: ids, touches, requests."""

    library = ""
    version = "1.0.0"
    first_id = 0
    step_id = 1
    screenshots = True
    image = "webp"
    fingers = 1
    """Android and Flutter's plugin on it send the first finger down and the last one up."""
    density = 1.0
    recreates = False
    """Is the activity, and so the window with all its views, made anew when the device is turned?"""
    catches_up = True
    """What comes within a second of a look is looked at when that second is over, not dropped."""

    def __init__(self, size: tuple[int, int] = (400, 800), palette: Palette | None = None) -> None:
        """`size` of the screen in points; with a palette pictures are real, else a few bytes stand for them."""
        self._first = size, palette
        self.restart()
        self.looked: list[float] = []
        self.sent: list[float] = []
        self._next = count(self.first_id, self.step_id)
        self._ids: dict[str, int] = {}

    def restart(self) -> None:
        """As it is when the app starts; devices are turned and themes change while it records."""
        self.size, self.palette = self._first

    def run(self, scene: Scene, acts: list[Act], end: float) -> list[Json]:
        raise NotImplementedError

    def shows(self, after: float, before: float) -> bool:
        """Would the recording tell of a change between these times before the second one is over?

        A recorder that drops looks tells only of those that it sent; of one that catches up silence tells enough.
        """
        known = self.looked if self.catches_up else self.sent
        return any(after <= t <= before for t in known) or (self.catches_up and before - after >= THROTTLE_MS)

    def id_of(self, name: str) -> int:
        """iOS: `view.hash`, a pointer. Android: `System.identityHashCode`. Flutter: `identityHashCode`."""
        if name not in self._ids:
            self._ids[name] = next(self._next)
        return self._ids[name]

    def touch(self, t: float, kind: int, x: float, y: float) -> Json:
        """handleApplicationEvent (iOS, id always 0), generateMouseInteractions (Android, id of the pointer)."""
        data = {"id": 0, "pointerType": 2, "source": 2, "type": kind, "x": round(x), "y": round(y)}
        return {"type": 3, "data": data, "timestamp": t}

    def request(self, t: float, took: float, url: str, status: int) -> Json:
        """URLSession and OkHttp requests; Android stamps the event with the end, iOS with the start."""
        one = {"name": url, "method": "POST", "responseStatus": status, "timestamp": t, "duration": took}
        one |= {"initiatorType": "fetch", "entryType": "resource"}
        return {"type": 6, "data": {"plugin": "rrweb/network@1", "payload": {"requests": [one]}}, "timestamp": t}

    def meta(self, t: float, href: str | None) -> Json:
        data: Json = {"width": self.size[0], "height": self.size[1]} | ({} if href is None else {"href": href})
        return {"type": 4, "data": data, "timestamp": t}

    def full(self, t: float, wireframe: Json) -> Json:
        data = {"wireframes": [wireframe], "initialOffset": {"top": 0, "left": 0}}
        return {"type": 2, "data": data, "timestamp": t}

    def picture(self, window: Window, *, keyboard: bool = False) -> Json:
        """A screenshot: a picture that differs when anything on the screen does."""
        frame: Json = {"id": self.id_of(window.root.name), "x": 0, "y": 0}
        frame |= {"width": self.size[0], "height": self.size[1]}
        if self.palette is not None:
            base64 = shot(window.root, self.size, self.palette, self.density, self.image)
        else:
            base64 = f"data:image/{self.image};base64,{zlib.crc32(repr((window, keyboard)).encode()):08x}"
        return frame | {"type": "screenshot", "base64": base64, "style": {}}

    def wireframe(self, view: V) -> Json:
        """A view and what is below it, as toWireframe writes it."""
        kind = view.kind
        is_input = kind in ("button", "toggle", "text_area", "checkbox", "radio", "select", "progress")
        said = {"text": view.text} if kind == "text" else {"value": view.text} if kind == "button" else {}
        frame: Json = {"id": self.id_of(view.name), "width": round(view.width), "height": round(view.height)}
        frame |= {"x": round(view.x), "y": round(view.y), "type": "input" if is_input else kind}
        frame |= {"inputType": kind} if is_input else {}
        frame |= said | {k: v for k, v in view.more.items() if k not in LOOKS}
        frame["style"] = self.style(view)
        children = [self.wireframe(child) for child in view.children]
        return frame | ({"childWireframes": children} if children else {})

    def style(self, view: V) -> Json:
        """A pressed background is recorded as a change of the view itself."""
        if view.more.get("pressed"):
            return {"backgroundColor": "#8E8E93", "fontSize": 14}
        own: Json = {"color": view.more["colour"]} if view.kind == "text" and "colour" in view.more else {}
        own |= {"backgroundColor": "#FFFFFF"} if view.more.get("drawn") else {}
        return own | {"fontSize": 14}


class Ios(Recorder):
    """Wireframes. The whole screen at each layout pass, unless one was sent within the last second: then never.

    The meta event is sent once, with the root view controller's name. Unchanged screens are sent again.
    """

    library = "posthog-ios"
    first_id, step_id = 5_368_709_120, 736
    screenshots = False
    image = "jpeg"
    fingers = 2
    catches_up = False

    def run(self, scene: Scene, acts: list[Act], end: float) -> list[Json]:
        events = [self.meta(0, None if self.screenshots else "TabBarController")]
        last, seen = 0.0, self.look(scene)
        self.looked, self.sent = [0.0], [0.0]
        events.append(self.full(0, seen))
        for t, _, act in acts:
            drew = act(scene)
            if not drew or t - last < THROTTLE_MS:
                continue
            last, frame = t, self.look(scene)
            self.looked.append(t)
            if not self.screenshots or frame != seen:
                self.sent.append(t)
                events.append(self.full(t + 3, frame))
            seen = frame
        return events

    def look(self, scene: Scene) -> Json:
        return self.picture(scene.top, keyboard=scene.keyboard) if self.screenshots else self.wireframe(scene.top.root)

    def wireframe(self, view: V) -> Json:
        frame = super().wireframe(view)
        if view.kind == "button":  # UIButton: its title is a UILabel in it
            inner = V(f"{view.name} title", "text", view.x + 100, view.y + 10, 120, 20, view.text)
            frame["childWireframes"] = [super().wireframe(inner)]
        return frame

    def style(self, view: V) -> Json:
        """Swift's dictionaries write equal contents in different orders."""
        own: Json = {"fontSize": 14, "fontFamily": "Helvetica", "borderWidth": 0, "borderRadius": 4}
        keys = list((own | super().style(view)).items())
        random.Random(self._shuffles()).shuffle(keys)
        return dict(keys)

    def _shuffles(self) -> int:
        self._turn = getattr(self, "_turn", 0) + 1
        return self._turn


class IosScreenshots(Ios):
    """Screenshot mode: one view with a picture, no screen name, unchanged pictures are not sent."""

    screenshots = True


class ReactNativeIos(IosScreenshots):
    """posthog-ios in screenshot mode; newer versions write WebP."""

    library = "posthog-react-native"
    image = "webp"


class Android(Recorder):
    """Wireframes. The first look at a window sends meta and the whole screen, later ones what differs.

    A draw is looked at once a second has passed since the last look; one that comes earlier when that second is over.
    Each window has a throttle of its own; of several windows only the one on top is drawn here.
    """

    library = "posthog-android"
    first_id, step_id = 20_132_171, 5_555
    screenshots = False
    recreates = True

    def run(self, scene: Scene, acts: list[Act], end: float) -> list[Json]:
        self._seen: dict[str, Json] = {}
        self._typing = False
        events = self.look(scene, 0)
        last, due = 0.0, None
        for t, _, act in [*acts, (end + 3 * THROTTLE_MS, 0, lambda scene: False)]:
            while due is not None and due <= t:
                events += self.look(scene, due)
                last, due = due, None
            if act(scene):
                if t - last >= THROTTLE_MS or scene.top.root.name not in self._seen:
                    events += self.look(scene, t + 5)
                    last = t
                elif due is None:
                    due = last + THROTTLE_MS
        return [e for e in events if float(str(e["timestamp"])) <= end + THROTTLE_MS]

    def look(self, scene: Scene, t: float) -> list[Json]:
        window = scene.top
        self.looked.append(t)
        frame = self.picture(window) if self.screenshots else self.wireframe(window.root)
        key = window.root.name
        old, self._seen[key] = self._seen.get(key), frame
        if old is None:
            events = [self.meta(t, window.screen), self.full(t, frame)]
        else:
            data = self.differences(old, frame)
            events = [{"type": 3, "data": data | {"source": 0}, "timestamp": t}] if data else []
        if scene.keyboard != self._typing:
            self._typing = scene.keyboard
            payload: Json = {"open": True, "height": 300} if scene.keyboard else {"open": False}
            events.append({"type": 5, "data": {"tag": "keyboard", "payload": payload}, "timestamp": t})
        return events

    def differences(self, old: Json, new: Json) -> Json:
        """findAddedAndRemovedItems: views by id; every added or updated one comes with what is below it."""
        before, after = dict(_flat(old, None)), dict(_flat(new, None))
        adds = [_node(*after[i]) for i in after if i not in before]
        removes = [{"id": i} | _parent(before[i][1]) for i in before if i not in after]
        updates = [_node(*after[i]) for i in after if i in before and _own(after[i][0]) != _own(before[i][0])]
        return {k: v for k, v in (("adds", adds), ("removes", removes), ("updates", updates)) if v}

    def request(self, t: float, took: float, url: str, status: int) -> Json:
        return super().request(t, took, url, status) | {"timestamp": t + took}


class AndroidScreenshots(Android):
    """Screenshot mode: updates of one view, which name no parent; the picture has the pixels of the screen."""

    screenshots = True
    density = 1.5


class ReactNativeAndroid(AndroidScreenshots):
    """posthog-android in screenshot mode; its activity handles the change of orientation itself."""

    library = "posthog-react-native"
    recreates = False


def _flat(frame: Json, parent: int | None) -> Iterator[tuple[int, tuple[Json, int | None]]]:
    own = int(str(frame["id"]))
    yield own, (frame, parent)
    children = frame.get("childWireframes", [])
    assert isinstance(children, list)
    for child in children:
        yield from _flat(child, own)


def _own(frame: Json) -> Json:
    return {k: v for k, v in frame.items() if k != "childWireframes"}


def _parent(parent: int | None) -> Json:
    return {} if parent is None else {"parentId": parent}


def _node(frame: Json, parent: int | None) -> Json:
    return {"wireframe": frame} | _parent(parent)


class Flutter(Recorder):
    """Screenshots. Every second the next frame is captured and sent whole if its pixels differ.

    The meta event is sent once, with the current route's name or an empty one.
    """

    library = "posthog-flutter"
    first_id, step_id = 713_511_421, 97
    image = "png"

    def run(self, scene: Scene, acts: list[Act], end: float) -> list[Json]:
        events = [self.meta(60, scene.top.screen), self.full(64, self.picture(scene.top))]
        seen, tick = self.picture(scene.top), float(THROTTLE_MS)
        drew = False
        for t, _, act in [*acts, (end + 2 * THROTTLE_MS, 0, lambda scene: False)]:
            while tick <= t:
                frame = self.picture(scene.top, keyboard=scene.keyboard)
                self.looked.append(tick)
                if drew and frame != seen:
                    events.append(self.full(tick + 40, frame))
                    seen = frame
                tick, drew = tick + THROTTLE_MS, False
            drew = act(scene) or drew
        return [e for e in events if float(str(e["timestamp"])) <= end + THROTTLE_MS]

"""Native screens as raw events, for shapes that no SDK is known to send; support/mobile tells what the SDKs send."""

from __future__ import annotations

from support import events as rrweb
from support.dom import Json
from support.web import Visit


def view(
    id: int, type: str = "div", x: float = 0, y: float = 0, width: float | str = 100, height: float = 40, **more: object
) -> Json:
    return {"id": id, "type": type, "x": x, "y": y, "width": width, "height": height, **more}


def native_button(id: int, value: str, y: float, **more: object) -> Json:
    return view(id, "input", y=y, inputType="button", value=value, **more)


class App:
    """One app session: screens are shown, touched and changed."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit

    def _record(self, event: Json) -> App:
        self.visit.add("window-1", event)
        return self

    def shows(self, at: float, name: str, *views: Json) -> App:
        """A screen: meta and full snapshot."""
        self._record(rrweb.meta(at, name, 400, 800))
        return self._record(rrweb.event(at + 1, rrweb.FULL, {"wireframes": list(views)}))

    def taps(self, x: float, y: float, *times: float) -> App:
        for at in times:
            self._record(rrweb.interaction(at - 80, rrweb.TOUCH_START, 0, x, y))
            self._record(rrweb.interaction(at, rrweb.TOUCH_END, 0, x, y))
        return self

    def swipes(self, at: float) -> App:
        self._record(rrweb.interaction(at - 200, rrweb.TOUCH_START, 0, 50, 500))
        return self._record(rrweb.interaction(at, rrweb.TOUCH_END, 0, 50, 100))

    def changes(self, at: float, *views: Json) -> App:
        return self._record(rrweb.mutation(at, updates=[{"parentId": 1, "wireframe": one} for one in views]))

    def rests(self, at: float) -> App:
        """The recorder goes on: something that is no change."""
        return self._record(rrweb.custom(at, "keyboard", open=False))

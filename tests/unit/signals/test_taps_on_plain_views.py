"""Taps on screens of rectangles, texts and images that lie beside each other, in no view, with no control type."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from support.dom import Json
from support.outcome import START_MS, Outcome, digested, verdict_of

SDKS = pytest.mark.parametrize("sdk", ["posthog-ios", "posthog-android"])
Views = Sequence[Json]


def text(view: int, words: str, x: int, y: int, width: int = 160) -> Json:
    return {"id": view, "type": "text", "text": words, "x": x, "y": y, "width": width, "height": 24, "style": {}}


def rect(view: int, x: int, y: int, width: int, height: int, colour: str = "#2266dd") -> Json:
    place = {"x": x, "y": y, "width": width, "height": height}
    return {"id": view, "type": "rectangle", **place, "style": {"backgroundColor": colour}}


def image(view: int, x: int, y: int, side: int) -> Json:
    return {"id": view, "type": "image", "x": x, "y": y, "width": side, "height": side, "style": {}}


def press(view: int, words: str, y: int, x: int = 20, width: int = 180) -> list[Json]:
    """A button: a rectangle, and a text over it."""
    return [rect(view, x, y, width, 44), text(view + 1, words, x + 30, y + 10, width - 60)]


HOME = [text(1, "Orders", 20, 60), text(2, "2 open", 20, 150), *press(10, "Refresh", 200), *press(20, "Archive", 300)]
REFRESH, ARCHIVE = (100, 222), (100, 322)


class Recording:
    """Looks at whole lists of views (iOS), or at a first one and what differs (Android), when the screen changes."""

    def __init__(self, sdk: str, views: Views, every: float = 0) -> None:
        self.sdk, self.every = sdk, every
        self._looks: list[tuple[float, Views]] = [(0, views)]
        self._touches: list[Json] = []

    def tap(self, place: tuple[int, int], *times: float) -> Recording:
        for t in times:
            for at, kind in ((t - 80, 7), (t, 9)):
                data: Json = {"source": 2, "type": kind, "id": 0, "x": place[0], "y": place[1], "pointerType": 2}
                self._touches.append({"type": 3, "data": data, "timestamp": START_MS + at})
        return self

    def shows(self, t: float, views: Views) -> Recording:
        self._looks.append((t, views))
        return self

    def says(self, t: float, view: int, words: str) -> Recording:
        return self.shows(t, [v | {"text": words} if v["id"] == view else v for v in self._looks[-1][1]])

    def outcome(self, until: float = 40_000) -> Outcome:
        """The visitor scrolls once more at the end."""
        for y, at, kind in ((600, until - 250, 7), (300, until, 9)):
            data: Json = {"source": 2, "type": kind, "id": 0, "x": 200, "y": y, "pointerType": 2}
            self._touches.append({"type": 3, "data": data, "timestamp": START_MS + at})
        first: Json = {"type": 4, "data": {"width": 390, "height": 844, "href": "Main"}, "timestamp": START_MS}
        events = sorted([*self._touches, *self._seen(until)], key=lambda e: float(str(e["timestamp"])))
        ids = {"session_id": "s", "window_id": "s", "snapshot_source": "mobile", "snapshot_library": self.sdk}
        return Outcome(verdict_of([digested([first, *events], **ids)]))

    def _seen(self, until: float) -> list[Json]:
        if self.every:
            times = (self.every * i for i in range(int(until / self.every) + 1))
            looks = [(t, next(v for at, v in reversed(self._looks) if at <= t)) for t in times]
        else:
            looks = self._looks
        if self.sdk == "posthog-ios":
            return [_whole(t, views) for t, views in looks]
        return [
            _whole(*looks[0]),
            *(_differing(t, old, new) for (_, old), (t, new) in pairwise(looks)),
        ]


def _whole(t: float, views: Views) -> Json:
    return {"type": 2, "data": {"wireframes": list(views)}, "timestamp": START_MS + t}


def _differing(t: float, old: Views, new: Views) -> Json:
    before, after = {v["id"]: v for v in old}, {v["id"]: v for v in new}
    data: Json = {"source": 0, "adds": [{"wireframe": v} for i, v in after.items() if i not in before]}
    data["removes"] = [{"id": i} for i in before if i not in after]
    data["updates"] = [{"wireframe": v} for i, v in after.items() if i in before and before[i] != v]
    return {"type": 3, "data": data, "timestamp": START_MS + t}


@SDKS
def test_a_rectangle_with_words_is_a_button(sdk: str) -> None:
    made = Recording(sdk, HOME).tap(REFRESH, 4000).says(4300, 2, "3 open").tap(ARCHIVE, 9000).tap(REFRESH, 16_000)
    assert made.says(16_300, 2, "4 open").outcome().verdicts() == ["alive", "dead", "alive"]


@SDKS
def test_words_alone_are_none_unless_somebody_waits_for_them_again_and_again(sdk: str) -> None:
    assert Recording(sdk, HOME).tap((60, 162), 4000, 9000).outcome().kinds == []
    assert Recording(sdk, HOME).tap((60, 162), 4000, 7000, 11_000).outcome().kinds == ["dead_tap"] * 3
    assert Recording(sdk, HOME).tap((60, 66), 4000, 7000, 11_000).outcome().kinds == []  # the heading scrolls up


@SDKS
def test_hammering_on_words_is_rage(sdk: str) -> None:
    times = [4000 + 280 * i for i in range(4)]
    assert Recording(sdk, HOME).tap((60, 162), *times).outcome().kinds == ["rage_tap"]
    assert Recording(sdk, HOME).tap((60, 162), *times[:3]).outcome().kinds == []  # three select a paragraph


@SDKS
def test_tabs_on_a_bar_may_be_chosen_already(sdk: str) -> None:
    """The bar is no button of which the tabs are parts; who tries one again and again knows better."""
    words = [text(31 + i, name, 30 + 100 * i, 800, 40) for i, name in enumerate(("Home", "Find", "Saved", "Me"))]
    bar = [rect(30, 0, 770, 390, 74, "#eeeeee"), *words]
    there = [text(3, "Nothing found", 20, 100), text(4, "Try again", 20, 160), *bar]
    made = Recording(sdk, [*HOME, *bar]).tap((150, 812), 4000).shows(4400, there).tap((150, 812), 9000)
    assert made.tap((50, 812), 14_000).shows(14_400, [*HOME, *bar]).outcome().verdicts() == [
        "alive",
        "unknown",
        "alive",
    ]


@SDKS
def test_what_says_that_it_leaves_the_app_may_have_left_it(sdk: str) -> None:
    views = [*HOME, *press(30, "Share", 400)]
    assert Recording(sdk, views).tap((100, 422), 4000).outcome().kinds == []
    assert Recording(sdk, views).tap((100, 422), 4000, 7000).outcome().kinds == ["dead_tap"] * 2


@SDKS
def test_a_dialog_over_it_comes_and_goes(sdk: str) -> None:
    over = [
        rect(50, 0, 0, 390, 844, "#777777"),
        rect(51, 40, 330, 310, 180, "#ffffff"),
        *press(52, "Yes", 440, 60, 120),
    ]
    made = Recording(sdk, HOME).tap(ARCHIVE, 4000).shows(4300, [*HOME, *over]).tap((100, 462), 9000).shows(9300, HOME)
    assert made.tap(ARCHIVE, 16_000).shows(16_300, [*HOME, *over]).outcome().verdicts() == ["alive"] * 3


@SDKS
def test_rows_of_a_list_are_alike(sdk: str) -> None:
    rows = [
        v
        for i in range(4)
        for v in (rect(60 + 10 * i, 0, 120 + 64 * i, 390, 63), text(61 + 10 * i, "Mail", 20, 140 + 64 * i))
    ]
    there = [text(3, "Details", 20, 100), text(4, "It is on its way", 20, 160)]
    made = Recording(sdk, rows).tap((150, 150), 4000).shows(4400, there).tap((60, 700), 9000).shows(9400, rows)
    assert made.tap((150, 280), 15_000).outcome().verdicts()[::2] == ["alive", "dead"]


@SDKS
def test_a_switch_in_a_row_answers_the_tap_on_the_row(sdk: str) -> None:
    def row(i: int, *, checked: bool) -> list[Json]:
        box: Json = {"id": 72 + 10 * i, "type": "input", "inputType": "checkbox", "checked": checked}
        box |= {"x": 24, "y": 134 + 60 * i, "width": 24, "height": 24}
        return [rect(70 + 10 * i, 10, 120 + 60 * i, 370, 52), box, text(71 + 10 * i, "Task", 60, 134 + 60 * i)]

    made = Recording(sdk, [*row(0, checked=False), *row(1, checked=False)]).tap((200, 145), 4000)
    made.shows(4050, [*row(0, checked=True), *row(1, checked=False)]).tap((200, 205), 9000)
    assert made.outcome().verdicts() == ["alive", "dead"]


def test_a_recorder_that_always_looks_has_seen_no_spinner() -> None:
    """Looks that come whether anything happens or not are no sign that something was drawn."""
    made = Recording("posthog-ios", HOME, every=1000).tap(REFRESH, 4000).says(4300, 2, "3 open").tap(ARCHIVE, 9400)
    assert made.outcome().verdicts() == ["alive", "dead"]


@SDKS
def test_icons_that_stand_apart_are_no_tabs(sdk: str) -> None:
    icons = [
        v
        for i in range(3)
        for v in (rect(80 + 2 * i, 20 + 120 * i, 500, 60, 44), image(81 + 2 * i, 38 + 120 * i, 510, 24))
    ]
    made = Recording(sdk, [*HOME, *icons]).tap((170, 522), 4000, 7000)
    assert made.outcome().verdicts() == ["dead", "dead"]


@SDKS
def test_a_large_picture_that_answers_is_no_icon_that_may_turn_unseen(sdk: str) -> None:
    views = [*HOME, image(90, 20, 400, 110), image(91, 140, 400, 110)]
    made = Recording(sdk, views).tap((70, 450), 4000).shows(4300, [text(3, "Picture", 20, 100)]).tap((60, 700), 8000)
    made.shows(8400, views).tap((190, 450), 14_000, 17_000)
    assert made.outcome().verdicts()[2:] == ["dead", "dead"]

"""Taps on segments with a thumb, icons that are not recorded, rows with an arrow, photos, titles; insisting."""

from __future__ import annotations

import pytest

from support.drawing import LIGHT
from support.mobile import HOME, App, label
from support.mobile_recorders import Android, AndroidScreenshots, Flutter, Ios, Recorder
from support.mobile_scene import V

Sdk = type[Recorder]
WIREFRAMES = pytest.mark.parametrize("sdk", [Ios, Android])
PICTURES = pytest.mark.parametrize("sdk", [AndroidScreenshots, Flutter])
DELIVERY, PICKUP = (95, 112), (295, 112)


def words(name: str, text: str, x: float, y: float, width: float = 196) -> V:
    return V(name, "text", x, y, width, 26, text)


def segments(thumb: float, nested: bool) -> tuple[V, ...]:
    """Two words on a track, a thumb below one of them; within the track, or drawn one over the other."""
    slider = V("thumb", "div", thumb, 98, 192, 32, "", {"drawn": True})
    over = (slider, words("delivery", "Delivery", 2, 101), words("pickup", "Pick up", 202, 101))
    track = V("track", "div", 0, 96, 400, 36, "", {"drawn": True}, over if nested else ())
    return (words("fee", "Fee 2", 20, 200), track, *(() if nested else over))


def app(sdk: Sdk, *views: V) -> App:
    return App(sdk(), views)


@WIREFRAMES
@pytest.mark.parametrize("nested", [True, False])
def test_the_segment_above_the_thumb_is_chosen_and_the_other_one_is_a_control(sdk: Sdk, nested: bool) -> None:
    made = app(sdk, *segments(4, nested)).tap_at(*DELIVERY, 4000).redraw(5500).tap_at(*PICKUP, 9000).redraw(10_500)
    assert made.lives(20_000).verdicts() == ["unknown", "dead"]


@WIREFRAMES
def test_segments_are_told_from_each_other(sdk: Sdk) -> None:
    made = app(sdk, *segments(4, nested=True)).tap_at(*PICKUP, 4000).change("thumb", 4100, x=204).redraw(5500)
    made.tap_at(*PICKUP, 9000).redraw(10_500).tap_at(*DELIVERY, 14_000).redraw(15_500)
    assert made.lives(20_000).verdicts() == ["alive", "unknown", "dead"]


@WIREFRAMES
def test_two_words_on_a_card_are_no_segments(sdk: Sdk) -> None:
    inner = (words("name", "Orders", 20, 105, 200), words("count", "2", 340, 105, 40))
    made = app(sdk, V("card", "div", 0, 96, 400, 44, "", {"drawn": True}, inner))
    made.tap_at(*DELIVERY, 4000).redraw(5500).tap_at(355, 118, 16_000).redraw(17_500)
    assert set(made.lives(20_000).verdicts()) == {"unknown"}


def heart(*, drawn: bool, shown: bool) -> V:
    """An icon in a box of 44 points; `shown`: its picture is in the recording."""
    more = {"base64": "data:image/png;base64,aGVhcnQ="} if shown else {}
    return V("heart", "div", 300, 100, 44, 44, "", {"drawn": drawn}, (V("icon", "image", 310, 110, 24, 24, "", more),))


@WIREFRAMES
@pytest.mark.parametrize(("drawn", "shown", "verdict"), [(False, False, "unknown"), (True, False, "dead")])
def test_an_icon_that_is_not_recorded_may_turn_unseen(sdk: Sdk, drawn: bool, shown: bool, verdict: str) -> None:
    made = app(sdk, words("title", "Soup", 20, 60), heart(drawn=drawn, shown=shown))
    made.tap("heart", 4000).change("heart", 3930, pressed=True).change("heart", 4900, pressed=False).redraw(5500)
    assert made.lives(9000).verdicts() == [verdict]


def row(name: str, y: float, *, arrow: bool) -> V:
    end = (V(f"{name} arrow", "image", 372, y + 19, 10, 16),) if arrow else ()
    return V(name, "div", 0, y, 400, 54, "", {}, (words(f"{name} words", name, 20, y + 14), *end))


@WIREFRAMES
@pytest.mark.parametrize(("arrow", "verdict"), [(True, "dead"), (False, "unknown")])
def test_rows_with_an_arrow_lead_somewhere(sdk: Sdk, arrow: bool, verdict: str) -> None:
    made = app(sdk, row("Cards", 100, arrow=arrow), row("Terms", 160, arrow=arrow)).tap("Cards", 4000).redraw(5500)
    assert made.lives(9000).verdicts() == [verdict]


@WIREFRAMES
def test_rows_with_an_arrow_may_lead_to_another_program(sdk: Sdk) -> None:
    made = app(sdk, row("Cards", 100, arrow=True), row("Terms", 160, arrow=True)).tap("Terms", 4000).redraw(5500)
    assert made.lives(15_000).verdicts() == ["unknown"]


@WIREFRAMES
@pytest.mark.parametrize(("pause", "kinds"), [(300, ["rage_tap"]), (150, [])])
def test_nobody_hammers_for_long_on_what_opened_another_program(sdk: Sdk, pause: float, kinds: list[str]) -> None:
    made = App(sdk()).change("pay", 500, text="Share").tap("pay", *(4000 + pause * i for i in range(5)))
    assert [k for k in made.redraw(7500).lives(20_000).kinds() if k.endswith("tap")] == kinds


def drawn(sdk: Sdk, *views: V) -> App:
    return App(sdk(palette=LIGHT), (*HOME, *views))


@WIREFRAMES
@pytest.mark.parametrize(("second", "verdict"), [(4150, "unknown"), (6500, "dead")])
def test_a_double_tap_on_a_small_photo_is_no_try(sdk: Sdk, second: float, verdict: str) -> None:
    made = App(sdk(), (*HOME, V("me", "image", 20, 400, 70, 70))).tap("me", 4000, second, 9000).redraw(10_500)
    assert made.redraw(5600).redraw(8000).lives(20_000).verdicts()[-1] == verdict


@PICTURES
@pytest.mark.parametrize(("picture", "verdict"), [(True, "unknown"), (False, "dead")])
def test_a_small_photo_of_many_shades_is_no_filled_button(sdk: Sdk, picture: bool, verdict: str) -> None:
    look = {} if picture else {"drawn": True, "colour": "#2266dd"}
    made = drawn(sdk, V("me", "image" if picture else "div", 20, 500, 72, 72, "bands", look))
    assert made.tap("me", 4000).lives(9000).verdicts() == [verdict]


@PICTURES
@pytest.mark.parametrize(("x", "verdict"), [(4, "unknown"), (30, "dead")])
def test_hands_that_hold_a_phone_touch_its_side(sdk: Sdk, x: float, verdict: str) -> None:
    made = drawn(sdk, label("note", "Nothing to see", 500))
    assert made.tap_at(x, 515, 4000, 6500).lives(20_000).verdicts() == [verdict] * 2


@PICTURES
@pytest.mark.parametrize(("times", "verdict"), [((4000, 6500), "unknown"), ((4000, 6500, 9000), "dead")])
def test_a_title_is_tried_three_times_before_anything_is_expected_of_it(
    sdk: Sdk, times: tuple[float, ...], verdict: str
) -> None:
    title = V("title", "text", 120, 40, 200, 30, "Your orders today")
    made = App(sdk(palette=LIGHT), (title, *HOME[1:])).tap("title", *times).lives(20_000)
    assert set(made.verdicts()) == {verdict}

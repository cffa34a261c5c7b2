"""Taps on screens recorded as real pictures: controls nobody names, answers told by tiles, keyboards."""

from __future__ import annotations

import pytest

from replay_signals.schemas.messages import AnalyticsEvent
from support.drawing import DARK, LIGHT
from support.mobile import HOME, App, button, label, toggle
from support.mobile_recorders import Android, AndroidScreenshots, Flutter, Ios, IosScreenshots, Recorder
from support.mobile_scene import V
from support.outcome import POSITION, START_MS

CATCHING_UP = pytest.mark.parametrize("sdk", [AndroidScreenshots, Flutter])
Sdk = type[Recorder]


def app_of(sdk: Sdk, *more: object) -> App:
    return App(sdk(palette=LIGHT), (*HOME, *more))  # type: ignore[arg-type]


@CATCHING_UP
def test_a_filled_button_that_stays_silent_is_dead(sdk: Sdk) -> None:
    outcome = app_of(sdk).tap("pay", at=4000).lives(40_000).outcome()
    assert outcome.kinds == ["dead_tap"]
    assert outcome.signal("dead_tap").element_key == "place@50%,30%"


@CATCHING_UP
def test_a_change_elsewhere_is_its_answer(sdk: Sdk) -> None:
    app = app_of(sdk).tap("pay", at=4000).change("total", at=4100, text="27 Euro").lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["alive"])


@CATCHING_UP
def test_one_tap_on_a_text_is_unknown(sdk: Sdk) -> None:
    app = app_of(sdk).tap("title", at=4000).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["unknown"])


@CATCHING_UP
def test_what_is_tried_again_is_a_control(sdk: Sdk) -> None:
    app = app_of(sdk).tap_at(45, 75, 4000, 6500).lives(40_000)
    assert app.verdicts() == ["dead", "dead"]


@CATCHING_UP
def test_where_nothing_is_nobody_expects_an_answer(sdk: Sdk) -> None:
    app = app_of(sdk).tap_at(200, 600, 4000, 6500).lives(40_000)
    assert app.verdicts() == ["unknown", "unknown"]


@CATCHING_UP
def test_a_clock_is_no_answer(sdk: Sdk) -> None:
    clock = label("clock", "0:00", 400)
    app = app_of(sdk, clock).ticks("clock", every=1000, until=30_000).tap("pay", at=12_100).lives(40_000)
    assert app.kinds() == ["dead_tap"]


@CATCHING_UP
def test_the_pressed_look_is_no_answer(sdk: Sdk) -> None:
    app = app_of(sdk).change("pay", at=3925, pressed=True).tap("pay", at=4000).change("pay", at=4090, pressed=False)
    assert app.lives(40_000).kinds() == ["dead_tap"]


@CATCHING_UP
def test_a_switch_that_stays_turned_is_answered(sdk: Sdk) -> None:
    app = app_of(sdk, toggle("offers", 500)).tap("offers", at=4000).change("offers", at=4030, checked=True)
    assert app.lives(40_000).verdicts() == ["alive"]


@CATCHING_UP
def test_four_quick_taps_in_vain_are_rage(sdk: Sdk) -> None:
    assert app_of(sdk).tap("pay", 4000, 4250, 4500, 4750).lives(40_000).kinds() == ["rage_tap"]


@CATCHING_UP
@pytest.mark.parametrize("sentence", ["9:00 to 17:00", "10:00"])
def test_digits_of_a_clock_are_one_thing(sdk: Sdk, sentence: str) -> None:
    """Which of its tiles a second changes differs from look to look."""
    clock = label("clock", sentence, 400)
    app = app_of(sdk, clock)
    for i in range(40):
        app.change("clock", at=500 + 1000 * i, text=f"{i // 7}:{i * 7 % 60:02}:{i * 13 % 100:02} h")
    assert app.tap("pay", at=22_100).lives(42_000).verdicts() == ["dead"]


def test_ios_shows_late_that_a_button_is_no_longer_lit() -> None:
    """The look when the finger comes down shows the button lit, its release is dropped; the next touch shows it."""
    app = app_of(IosScreenshots)
    for t in (4000, 7000):
        app.change("pay", at=t - 80, pressed=True).tap("pay", at=t).change("pay", at=t + 90, pressed=False)
    app.change("help", at=11_920, pressed=True).tap("help", at=12_000).change("help", at=12_090, pressed=False)
    assert app.lives(40_000).verdicts()[:2] == ["dead", "dead"]


def test_ios_may_not_have_looked() -> None:
    """Unchanged pictures are not sent, and what comes within a second of a look is dropped: silence says nothing."""
    assert app_of(IosScreenshots).tap("pay", at=4000).lives(40_000).verdicts() == ["unknown"]


def test_ios_tells_when_it_sends_a_picture_that_shows_no_answer() -> None:
    clock = label("clock", "0:00", 400)
    app = app_of(IosScreenshots, clock).ticks("clock", every=1000, until=30_000).tap("pay", at=12_100).lives(40_000)
    assert app.kinds() == ["dead_tap"]


@pytest.mark.parametrize("every", [110, 200])
def test_backspace_on_a_keyboard_that_ios_does_not_show(every: int) -> None:
    """Masked text brings no new picture, and the keyboard is drawn by another program."""
    app = app_of(IosScreenshots).tap_at(200, 135, 4000)
    app.change("total", at=4060, text="|").tap_at(372, 690, *range(8000, 8000 + 12 * every, every))
    assert app.lives(40_000).kinds() == []


@pytest.mark.parametrize("after", [False, True])
def test_backspace_before_or_after_words(after: bool) -> None:
    """The field had the focus as the screen opened; what is tapped next lies elsewhere."""
    app = app_of(IosScreenshots)
    words, again = (4000, 7500) if after else (7000, 4000)
    for i in range(12):
        app.tap_at(40 + 80 * (i % 5), 560 + 54 * (i % 4), words + 190 * i)
    app.tap_at(372, 690, *range(again, again + 10 * 180, 180))
    assert app.tap_at(200, 100, 11_500).lives(40_000).kinds() == []


def test_words_typed_where_a_keyboard_may_be() -> None:
    app = App(Ios(), HOME)
    for i in range(12):
        app.tap_at(40 + 80 * (i % 5), 560 + 54 * (i % 3), 4000 + 220 * i)
    assert app.tap_at(372, 690, *range(7000, 8400, 150)).lives(40_000).kinds() == []


def test_an_app_that_goes_to_the_background_was_answered_elsewhere() -> None:
    app = App(Ios(), (button("pay", "Pay", 200), label("total", "0", 120))).tap("pay", at=4000).redraw(5500)
    app.lives(40_000)
    left = AnalyticsEvent("team", "1", "Application Backgrounded", "visitor", START_MS + 5000, POSITION)
    assert app.kinds() == ["dead_tap"]
    assert app.outcome([left]).kinds == []


def row(name: str, text: str, y: int) -> V:
    """A row that nothing tells from a card: no fill of a button."""
    return V(name, "div", 20, y, 360, 56, "", {"drawn": True}, (V(f"{name} text", "text", 34, y + 14, 200, 26, text),))


@CATCHING_UP
def test_a_row_that_lights_up_under_a_finger_is_a_control(sdk: Sdk) -> None:
    app = app_of(sdk, row("orders", "My orders", 500)).tap("orders", at=4000)
    assert app.lives(40_000).verdicts() == ["unknown"]
    app = app_of(sdk, row("orders", "My orders", 500)).tap("orders", at=4000)
    app.change("orders", at=3925, pressed=True).change("orders", at=4090, pressed=False)
    assert app.swipe(8000, moves=False).lives(40_000).verdicts() == ["dead"]


@CATCHING_UP
def test_who_touches_nothing_for_long_may_be_in_another_program(sdk: Sdk) -> None:
    """A row of a picture has no name: it may share something."""
    app = app_of(sdk, row("orders", "My orders", 500)).tap("orders", at=4000)
    app.change("orders", at=3925, pressed=True).change("orders", at=4090, pressed=False)
    assert app.lives(40_000).verdicts() == ["unknown"]


@CATCHING_UP
def test_a_stepper_back_at_an_earlier_number_is_answered(sdk: Sdk) -> None:
    """The number looks as it did before an earlier tap: no highlight that fades."""
    app = app_of(sdk)
    for i, words in enumerate(("1000", "0000", "1000", "0000")):
        app.tap("pay", at=4000 + 3000 * i).change("total", at=4060 + 3000 * i, text=words)
    assert app.lives(40_000).verdicts() == ["alive"] * 4


@CATCHING_UP
def test_another_theme_answers_no_tap(sdk: Sdk) -> None:
    assert app_of(sdk).tap("pay", at=4000).theme(8000, DARK).lives(40_000).verdicts() == ["dead"]


@pytest.mark.parametrize("sdk", [AndroidScreenshots, Flutter, Ios, Android])
def test_turning_the_device_answers_no_tap(sdk: Sdk) -> None:
    turned = (label("title", "Basket", 30), button("pay", "Pay", 100), button("help", "Help", 160))
    app = app_of(sdk) if sdk.screenshots else App(sdk())
    app.tap("pay", at=4000).redraw(5500).turn(8000, *turned).lives(40_000)
    assert app.verdicts() == ["dead"]


def test_a_photo_that_is_tried_again_is_no_control() -> None:
    photo = V("photo", "image", 20, 400, 360, 140, "photo")
    assert app_of(Flutter, photo).tap("photo", 4000, 6500).lives(40_000).verdicts() == ["unknown"] * 2


def test_an_answer_first_seen_at_the_next_try_is_none_of_its_own() -> None:
    """iOS drops what comes within a second of a look; the second tap on a button shows the first one's answer."""
    app = App(Ios()).redraw(3950).tap("pay", at=4100).change("total", at=4200, text="12").tap("pay", at=9000)
    assert app.lives(40_000).verdicts()[0] != "dead"


@CATCHING_UP
def test_a_line_that_comes_with_one_tap_and_goes_with_the_next_is_no_highlight(sdk: Sdk) -> None:
    app = app_of(sdk, label("pass", "Monthly pass", 480)).tap("pass", 4000, 8000)
    app.add(label("more", "Valid for a calendar month", 508), at=4100).remove("more", at=8100).lives(40_000)
    assert app.verdicts() == ["alive", "alive"]


@CATCHING_UP
@pytest.mark.parametrize("moves", [True, False])
def test_what_moves_on_one_screen_says_nothing_of_another(sdk: Sdk, moves: bool) -> None:
    """A carousel stands where another screen has the number that a tap changes."""
    slide = V("slide", "image", 0, 110, 400, 44, "slide 0")
    app = App(sdk(palette=LIGHT), (slide, label("title", "Offers", 60), button("go", "Go", 500)))
    for i in range(20 if moves else 0):
        app.change("slide", at=1000 * (i + 1), text=f"slide {i}")
    app.tap("go", at=22_000).replace(22_100, *HOME)
    app.tap("pay", at=27_000).change("total", at=27_060, text="88888").lives(60_000)
    assert app.verdicts() == ["alive", "alive"]


@pytest.mark.parametrize(("before", "after", "verdict"), [("210", "201", "unknown"), ("210", "210", "dead")])
def test_a_number_that_leaves_no_trace_in_the_tiles_may_be_the_answer(before: str, after: str, verdict: str) -> None:
    """A finger lit the button up in between; equal screens would have given equal pictures once that is gone."""
    app = app_of(AndroidScreenshots, label("count", before, 500))
    for t in (4000, 4300):
        app.change("pay", at=t - 80, pressed=True).tap("pay", at=t).change("pay", at=t + 90, pressed=False)
    app.change("count", at=4350, text=after).lives(40_000)
    assert set(app.verdicts()) == {verdict}


@pytest.mark.parametrize("words", ["No connection", "Not now"])
def test_words_right_above_the_next_button_are_no_highlight_of_it(words: str) -> None:
    """iOS looks again when the next finger comes down, which lights up what lies right below the words."""
    app = App(
        IosScreenshots(palette=LIGHT),
        (button("save", "Save", 100), label("state", "Saved", 180), button("next", "Next", 205)),
    )
    for name, t in (("save", 4000), ("next", 8000)):
        app.change(name, at=t - 80, pressed=True).tap(name, at=t).change(name, at=t + 90, pressed=False)
    app.change("state", at=4300, text=words).lives(40_000)
    assert app.verdicts()[0] != "dead"


@pytest.mark.parametrize("sdk", [AndroidScreenshots, Flutter, IosScreenshots])
@pytest.mark.parametrize(("masked", "kinds"), [("****", []), ("", ["rage_tap"])])
def test_a_key_that_is_repeated_for_a_masked_field_is_typing(sdk: Sdk, masked: str, kinds: list[str]) -> None:
    """The field is black however much is in it; where there is none, eight taps in vain are rage."""
    field = V("code", "text_area", 60, 60, 280, 48, masked, {"disabled": False})
    keys = [
        V(f"key {i}", "button", 60 + 100 * i, 300, 80, 60, str(i), {"disabled": False, "plain": True}) for i in range(3)
    ]
    clock = label("clock", "0:00", 700)
    app = App(sdk(palette=LIGHT), (field, *keys, clock)).ticks("clock", every=1000, until=30_000)
    app.tap("key 1", *range(8000, 8000 + 8 * 230, 230)).lives(40_000)
    assert app.kinds() == kinds


@CATCHING_UP
@pytest.mark.parametrize(("y", "kinds"), [(690, []), (220, ["rage_tap"])])
def test_a_key_of_a_board_that_a_tap_brought(sdk: Sdk, y: int, kinds: list[str]) -> None:
    """Only the same key, on the board; the button above it is no key."""
    signs = tuple(V(f"sign {i}", "text", 20 + 60 * i, 670, 40, 40, f"<{i}>") for i in range(6))
    board = V("board", "div", 0, 560, 400, 240, "", {"drawn": True, "colour": "#d0d0d8"}, signs)
    app = app_of(sdk).tap("help", at=4000).add(board, at=4200)
    assert app.tap_at(200, y, *range(9000, 9000 + 6 * 250, 250)).lives(40_000).kinds() == kinds

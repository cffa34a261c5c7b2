"""Taps on what is chosen, stands there already, plays by itself or came unseen: silence is no fault there."""

from __future__ import annotations

import pytest

from support.drawing import LIGHT
from support.mobile import HOME, App, box, button, label
from support.mobile_recorders import Android, AndroidScreenshots, Flutter, Ios, Recorder
from support.mobile_scene import V

WIREFRAMES = pytest.mark.parametrize("sdk", [Ios, Android])
Sdk = type[Recorder]


def chip(name: str, text: str, x: int, *, chosen: bool = False) -> V:
    words = V(f"{name} words", "text", x + 10, 506, 60, 20, text)
    return V(name, "div", x, 500, 80, 36, "", {"drawn": chosen}, (words,))


CHIPS = box("chips", 490, 56, chip("all", "All", 20, chosen=True), chip("new", "New", 110), chip("old", "Old", 200))
TABS = tuple(
    V(name, "div", 100 * i, 740, 100, 60, "", {}, (V(f"{name} words", "text", 100 * i + 30, 760, 50, 20, name),))
    for i, name in enumerate(("Home", "Search", "Cart", "Me"))
)


def at_home(sdk: Sdk, *more: V) -> App:
    return App(sdk(), (*HOME, *more))


@WIREFRAMES
def test_the_chip_that_is_chosen_may_stay_silent(sdk: Sdk) -> None:
    app = at_home(sdk, CHIPS).tap("all", 4000, 7000).redraw(5500).redraw(8500).lives(40_000)
    assert app.kinds() == []


@WIREFRAMES
def test_another_chip_may_not(sdk: Sdk) -> None:
    app = at_home(sdk, CHIPS).tap("new", 4000).change("total", at=4100, text="3").redraw(5500)
    app.tap("old", at=9000).redraw(10_500).lives(40_000)
    assert app.verdicts() == ["alive", "dead"]


@WIREFRAMES
def test_the_tab_of_the_screen_that_one_is_on(sdk: Sdk) -> None:
    """Tabs look alike here: what tells is that the same tab brought this screen."""
    home, search = (*HOME, *TABS), (label("found", "Nothing found", 90), *TABS)
    app = App(sdk(), home).tap("Search", at=4000).replace(4100, *search).redraw(5500)
    app.tap("Search", at=9000).redraw(10_500)
    app.tap("Home", at=14_000).replace(14_100, *home).redraw(15_500).lives(40_000)
    assert app.verdicts() == ["alive", "unknown", "alive"]


@WIREFRAMES
def test_a_control_whose_answer_stands_may_stay_silent(sdk: Sdk) -> None:
    app = at_home(sdk).tap("pay", at=4000).change("total", at=4100, text="Card missing").redraw(5500)
    app.tap("pay", at=9000).redraw(10_500)
    app.tap("help", at=14_000).redraw(15_500).lives(40_000)
    assert app.verdicts() == ["alive", "unknown", "dead"]


@WIREFRAMES
def test_hammering_on_it_is_rage_nevertheless(sdk: Sdk) -> None:
    app = at_home(sdk).tap("pay", at=4000).change("total", at=4100, text="Card missing").redraw(5500)
    app.tap("pay", 12_000, 12_300, 12_600, 12_900).redraw(14_500).lives(40_000)
    assert app.kinds() == ["rage_tap"]


@WIREFRAMES
def test_a_radio_button_that_is_on(sdk: Sdk) -> None:
    radio = V("post", "radio", 20, 500, 40, 40, "", {"checked": True, "disabled": False})
    assert at_home(sdk, radio).tap("post", at=4000).redraw(5500).lives(40_000).verdicts() == ["unknown"]


@WIREFRAMES
@pytest.mark.parametrize(("start", "end"), [(4300, 12_000), (1000, 6400)])
def test_what_plays_from_or_until_the_tap_was_answered(sdk: Sdk, start: float, end: float) -> None:
    """The button itself is a picture that the recording does not hold."""
    app = at_home(sdk).ticks("total", 1000, end, start=start)
    assert app.tap("pay", at=4000 if start > 4000 else 6500).lives(40_000).verdicts() == ["unknown"]


@WIREFRAMES
def test_other_words_are_no_highlight(sdk: Sdk) -> None:
    """A row in which a word changes and changes back at the next tap."""
    love = V("love", "div", 20, 500, 120, 44, "", {"drawn": True}, (V("word", "text", 40, 510, 60, 20, "Love"),))
    app = at_home(sdk, love).tap("love", at=4000).change("word", at=4100, text="Loved").redraw(5500)
    app.tap("love", at=20_000).change("word", at=20_100, text="Love").redraw(21_500).lives(40_000)
    assert app.verdicts() == ["alive", "alive"]


def test_an_image_that_is_not_recorded_answers_unseen() -> None:
    """Hearts of two cards, of which one answered as a whole: a look of their own is not in the recording."""
    hearts = (V("heart 1", "image", 300, 500, 32, 32), V("heart 2", "image", 300, 600, 32, 32))
    app = at_home(Android, *hearts).tap("heart 1", at=4000).change("total", at=4100, text="1").redraw(5500)
    app.tap("heart 2", 9000, 11_500).redraw(12_500).lives(40_000)
    assert "dead" not in app.verdicts()


def test_what_was_tapped_may_have_come_unseen() -> None:
    """iOS drops the look at the screen that the first tap brought: nobody knows what the second one touched."""
    row = V("row", "div", 20, 500, 360, 56, "", {"drawn": True}, (V("words", "text", 40, 510, 200, 20, "Orders"),))
    app = App(Ios(), (*HOME, row, button("track", "Track it", 600))).redraw(3600).tap("pay", at=4000)
    app.replace(4200, label("done", "Thank you", 100), label("sum", "12", 622))
    assert app.tap_at(200, 622, 9000).lives(40_000).verdicts()[1] == "unknown"


@pytest.mark.parametrize("sdk", [AndroidScreenshots, Flutter])
def test_tabs_on_a_picture(sdk: Sdk) -> None:
    tabs = (V("bar", "div", 0, 730, 400, 70, "", {"drawn": True}), *TABS)
    app = App(sdk(palette=LIGHT), (*HOME, *tabs)).tap("Home", 4000, 7000).lives(40_000)
    assert app.verdicts() == ["unknown", "unknown"]
    hammered = App(sdk(palette=LIGHT), (*HOME, *tabs)).tap("Home", 4000, 4300, 4600, 4900).lives(40_000)
    assert hammered.kinds() == ["rage_tap"]


@pytest.mark.parametrize(("count", "verdict"), [(3, "unknown"), (4, "unknown"), (1, "dead")])
def test_icons_on_a_bar_that_floats_are_tabs(count: int, verdict: str) -> None:
    """Each is a thing of its own, and the one that is chosen answers nothing; a box with one icon is a button."""
    bar = V("bar", "div", 24, 720, 352, 60, "", {"drawn": True})
    icons = tuple(V(f"icon {i}", "image", 56 + 90 * i, 735, 30, 30, f"icon {i}") for i in range(count))
    app = App(Android(), (label("title", "Today", 60), button("sort", "Sort", 200), bar, *icons))
    app.tap("icon 0", at=4000).change("title", at=4200, text="Values")
    app.tap("sort", at=12_000).change("title", at=12_200, text="Values, sorted")
    assert app.tap("icon 0", at=30_000).swipe(33_000, moves=False).lives(60_000).verdicts() == [
        "alive",
        "alive",
        verdict,
    ]

"""dead_tap: taps on native controls that did nothing, as each SDK records them."""

from __future__ import annotations

import pytest

from support.mobile import App, button, label, toggle, typed
from support.mobile_recorders import Android, Flutter, Ios, ReactNativeAndroid, ReactNativeIos, Recorder
from support.mobile_scene import V

WIREFRAMES = [Ios, Android]
PICTURES = [ReactNativeIos, ReactNativeAndroid, Flutter]
wireframes = pytest.mark.parametrize("sdk", WIREFRAMES)
pictures = pytest.mark.parametrize("sdk", PICTURES)
everywhere = pytest.mark.parametrize("sdk", [*WIREFRAMES, *PICTURES])

Sdk = type[Recorder]


@wireframes
def test_a_button_that_does_nothing(sdk: Sdk) -> None:
    outcome = App(sdk()).tap("pay", at=4000).redraw(5500).lives(40_000).outcome()
    assert outcome.kinds == ["dead_tap"]
    found = outcome.signal("dead_tap")
    assert (found.element, found.element_key) == ('button "Pay"', "button:pay")
    assert (found.x_px, found.y_px) == (200, 222)
    assert found.page == ("TabBarController" if sdk is Ios else "HomeActivity")
    assert found.verdict == "dead"
    assert outcome.rows.interactions[0].kind == "tap"


@everywhere
def test_a_tap_that_changes_the_screen_works(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", at=4000).change("total", at=4060, text="12").redraw(5500).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["alive"])


@everywhere
@pytest.mark.parametrize("after_ms", [100, 600, 950, 1400, 2600])
def test_an_answer_is_found_however_late_the_recorder_looks(sdk: Sdk, after_ms: float) -> None:
    """The screen also changes right before the tap, so that the recorder has to wait until it may look again."""
    app = App(sdk()).change("title", at=3700, text="Your basket")
    app.tap("pay", at=4000).change("total", at=4000 + after_ms, text="12").redraw(7000).lives(40_000)
    assert "dead" not in app.verdicts()
    assert app.kinds() == []


@everywhere
def test_views_that_come_or_go_are_an_answer(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", at=4000).add(label("note", "Paid", 400), at=4100).redraw(5500)
    app.tap("help", at=9000).remove("note", at=9100).redraw(10_500).lives(40_000)
    assert app.verdicts() == ["alive", "alive"]


@everywhere
def test_another_screen_is_an_answer(sdk: Sdk) -> None:
    pushed = App(sdk()).tap("pay", at=4000).replace(4300, label("done", "Thank you", 100)).redraw(5500).lives(40_000)
    assert pushed.verdicts() == ["alive"]
    opened = App(sdk()).tap("pay", at=4000).open(4300, "DoneActivity", label("done", "Thank you", 100))
    assert opened.redraw(5500).lives(40_000).verdicts() == ["alive"]


@wireframes
def test_a_switch_that_turns(sdk: Sdk) -> None:
    app = App(sdk(), (toggle("offers", 100), label("total", "0", 200)))
    app.tap("offers", at=4000).change("offers", at=4010, checked=True).redraw(5500).lives(40_000)
    assert app.verdicts() == ["alive"]


@wireframes
def test_a_switch_that_does_not_turn(sdk: Sdk) -> None:
    app = App(sdk(), (toggle("offers", 100), label("total", "0", 200)))
    assert app.tap("offers", at=4000).redraw(5500).lives(40_000).kinds() == ["dead_tap"]


@wireframes
def test_a_switch_turned_on_and_off_between_two_looks(sdk: Sdk) -> None:
    app = App(sdk(), (toggle("offers", 100), label("total", "0", 200)))
    app.tap("offers", 4000, 4400).change("offers", at=4010, checked=True).change("offers", at=4410, checked=False)
    assert app.redraw(5800).lives(40_000).kinds() == []


def test_switches_of_androids_libraries_are_recorded_as_texts_without_words() -> None:
    """SwitchCompat is a CompoundButton, so no button, and no Switch: whether it is on is not recorded."""
    words = V("words", "text", 20, 110, 200, 30, "Offers")
    row = V("row", "div", 0, 100, 400, 56, "", {}, (words, V("offers", "text", 320, 110, 60, 36)))
    app = App(Android(), (row, label("total", "0", 200))).tap_at(350, 128, 4000, 7000, 9000, 9300, 9600, 9900, 10_200)
    assert (app.lives(40_000).kinds(), set(app.verdicts())) == ([], {"unknown"})


def test_a_switch_that_ios_shows_turned_at_the_next_touch() -> None:
    """The look at each touch shows the switch as the tap before left it: no highlight of the finger that comes."""
    app = App(Ios(), (toggle("offers", 100), label("total", "0", 200)))
    app.tap("offers", at=4000).change("offers", at=4010, checked=True)
    app.tap("offers", at=9000).change("offers", at=9010, checked=False).redraw(10_500).lives(40_000)
    assert app.kinds() == []


def test_taps_on_two_rows_do_not_wait_for_one_another() -> None:
    rows = (toggle("one", 100), toggle("two", 156), label("total", "0", 300))
    app = App(Ios(), rows).tap("one", at=4000).tap("two", at=8000).redraw(13_500).lives(40_000)
    assert app.verdicts() == ["dead", "dead"]


@wireframes
def test_the_pressed_look_of_a_button_is_no_answer(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", at=4000).change("pay", at=3920, style_={"color": "#888888"})
    assert app.change("pay", at=4020, style_={}).redraw(5500).lives(40_000).kinds() == ["dead_tap"]


@wireframes
def test_a_clock_does_not_hide_a_dead_tap(sdk: Sdk) -> None:
    app = App(sdk(), (label("clock", "0:00", 20), button("pay", "Pay", 200)))
    assert app.ticks("clock", every=1000, until=20_000).tap("pay", at=9200).lives(40_000).kinds() == ["dead_tap"]


@wireframes
def test_a_caret_does_not_hide_a_dead_tap(sdk: Sdk) -> None:
    caret = V("caret", "div", 22, 110, 2, 24)
    app = App(sdk(), (typed("code", 100), button("pay", "Pay", 200)))
    for i in range(18):
        app.add(caret, at=1000 + 1200 * i).remove("caret", at=1600 + 1200 * i)
    assert app.tap("pay", at=9100).redraw(10_900).lives(40_000).kinds() == ["dead_tap"]


@wireframes
def test_a_button_that_works_beside_a_clock(sdk: Sdk) -> None:
    app = App(sdk(), (label("clock", "0:00", 20), label("total", "0", 120), button("pay", "Pay", 200)))
    app.ticks("clock", every=1000, until=20_000).tap("pay", at=9200).change("total", at=9260, text="12")
    assert app.lives(40_000).verdicts() == ["alive"]


@everywhere
def test_a_keyboard_that_opens_is_an_answer(sdk: Sdk) -> None:
    app = App(sdk(), (typed("code", 100), button("find", "Find", 200)))
    app.tap("find", at=4000).keyboard(4150).change("find", at=4150, y=180.0).redraw(5500).lives(40_000)
    assert app.kinds() == []
    assert app.verdicts() == ["alive"]


def test_androids_keyboard_is_an_answer_though_no_view_moved() -> None:
    app = App(Android()).tap("help", at=4000).keyboard(4150).redraw(5500).lives(40_000)
    assert app.outcome().rows.interactions[0].reaction == "keyboard"


@everywhere
def test_fields_are_never_accused(sdk: Sdk) -> None:
    app = App(sdk(), (typed("code", 100), button("find", "Find", 200))).tap("code", at=4000).redraw(5500).lives(40_000)
    assert app.kinds() == []


@wireframes
def test_a_disabled_button_is_blocked(sdk: Sdk) -> None:
    app = App(sdk(), (button("pay", "Pay", 200, disabled=True), label("total", "0", 120)))
    assert app.tap("pay", at=4000).redraw(5500).lives(40_000).kinds() == ["blocked_click"]


@wireframes
def test_a_button_enabled_later_is_not_blocked(sdk: Sdk) -> None:
    app = App(sdk(), (button("pay", "Pay", 200, disabled=True), label("total", "0", 120)))
    app.change("pay", at=2000, disabled=False).tap("pay", at=6000).redraw(7500).lives(40_000)
    assert app.kinds() == ["dead_tap"]


@wireframes
def test_a_tap_is_judged_by_where_views_stand_then(sdk: Sdk) -> None:
    """The last look saw the list glide; where it came to rest shows when the next finger comes down: no answer."""
    app = App(sdk()).swipe(3000, start=600, end=500).tap("pay", 9000, 12_000).redraw(13_500).lives(40_000)
    rows = app.outcome().rows.interactions
    assert [(r.element, r.y_px) for r in rows] == [('button "Pay"', 122)] * 2
    assert [r.verdict for r in rows] == ["dead", "dead"]


@wireframes
def test_what_lies_below_is_not_tapped(sdk: Sdk) -> None:
    sheet = V("sheet", "div", 0, 150, 400, 650, "", {"drawn": True}, (label("more", "Details", 700),))
    app = App(sdk()).add(sheet, at=2000).tap("pay", at=6000).redraw(7500).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["unknown"])


@wireframes
@pytest.mark.parametrize("place", [(200, 75), (200, 700)])
def test_texts_and_empty_places_are_unknown(sdk: Sdk, place: tuple[float, float]) -> None:
    app = App(sdk()).tap_at(*place, 4000).redraw(5500).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["unknown"])


@wireframes
def test_web_views_are_unknown(sdk: Sdk) -> None:
    app = App(sdk(), (V("page", "web_view", 0, 0, 400, 700),)).tap("page", at=4000).redraw(5500).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["unknown"])


@pictures
def test_pictures_know_no_controls(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", at=4000).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["unknown"])


@everywhere
def test_swipes_long_presses_and_pinches_are_no_taps(sdk: Sdk) -> None:
    app = App(sdk()).swipe(3000).tap_at(200, 222, 6000, held=900).pinch(9000).redraw(10_500).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], [])


@everywhere
def test_a_list_that_glides_on_is_no_fault(sdk: Sdk) -> None:
    app = App(sdk())
    for i in range(5):
        app.swipe(3000 + 1200 * i, start=600, end=580)
    assert app.lives(40_000).kinds() == []


@wireframes
def test_a_swipe_after_a_dead_tap_is_not_its_answer(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", at=4000).redraw(5500).swipe(8000).lives(40_000)
    assert app.kinds() == ["dead_tap"]


@wireframes
def test_a_tap_right_before_the_end_is_unknown(sdk: Sdk) -> None:
    assert App(sdk()).change("title", at=3900, text="!").tap("pay", at=4000).verdicts() == ["unknown"]


def test_ios_skips_what_comes_within_a_second_of_a_look() -> None:
    """The highlight is looked at, the answer is not; nobody can tell until the recorder looks again."""
    app = App(Ios()).tap("pay", at=4000).change("total", at=4200, text="12")
    assert app.tap_at(200, 700, 30_000).verdicts()[0] == "unknown"


def test_ios_tells_when_it_looks_again() -> None:
    quiet = App(Ios()).tap("pay", at=4000).tap("help", at=30_000).redraw(31_500).lives(40_000)
    assert quiet.verdicts() == ["dead", "dead"]


def test_a_closed_window_leaves_no_trace_on_android() -> None:
    """The activity below looks as before, so nothing is sent when the dialog goes."""
    app = App(Android()).tap("help", at=4000).open(4100, "HomeActivity", button("ok", "OK", 300))
    app.tap("ok", at=9000).close(9100).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["alive", "unknown"])


def test_what_is_tried_again_on_a_window_was_not_closed() -> None:
    app = App(Android()).tap("help", at=4000).open(4100, "HomeActivity", button("ok", "OK", 600))
    app.tap("ok", at=9000).tap("ok", at=13_000).lives(40_000)
    assert app.verdicts() == ["alive", "dead", "dead"]


def test_back_pressed_twice_may_have_closed_two_windows() -> None:
    app = App(Android()).tap("help", at=4000).open(4100, "HomeActivity", button("ok", "OK", 600))
    app.tap("ok", at=9000).open(9100, "HomeActivity", button("go", "Go", 600)).tap("go", at=15_000).close(15_050)
    assert app.tap("ok", at=18_000).close(18_050).lives(40_000).verdicts() == ["alive", "alive", "unknown", "unknown"]


def test_the_first_window_cannot_have_been_closed() -> None:
    app = App(Android()).open(2000, "HomeActivity", button("ok", "OK", 600)).tap("ok", at=6000).close(6100)
    app.change("total", at=6200, text="1").redraw(7500).tap("pay", at=20_000).lives(40_000)
    assert app.verdicts() == ["alive", "dead"]


def test_a_dialog_that_is_still_there_was_not_closed() -> None:
    app = App(Android()).open(4100, "HomeActivity", button("ok", "OK", 300), label("time", "1", 400))
    app.tap("ok", at=9000).change("time", at=18_000, text="2").lives(40_000)
    assert app.kinds() == ["dead_tap"]


def test_after_a_dialog_androids_first_window_is_in_front_again() -> None:
    app = App(Android()).open(4100, "HomeActivity", label("hint", "Press OK", 200), button("ok", "OK", 300))
    app.tap("ok", at=9000).close(9100).change("total", at=9200, text="1").redraw(10_500)
    app.tap("pay", at=15_000).change("total", at=15_100, text="2").lives(40_000)
    rows = app.outcome().rows.interactions
    assert [(r.element, r.verdict) for r in rows] == [('button "OK"', "alive"), ('button "Pay"', "alive")]


@wireframes
@pytest.mark.parametrize("name", ["Share", "Copy link", "Call us", "More", "Open in browser"])
def test_buttons_whose_answer_other_programs_show_are_unknown(sdk: Sdk, name: str) -> None:
    app = App(sdk(), (button("b", name, 200), label("total", "0", 120))).tap("b", at=4000).redraw(5500).lives(40_000)
    assert (app.kinds(), app.verdicts()) == ([], ["unknown"])


@wireframes
def test_masked_buttons_are_told_apart_by_place(sdk: Sdk) -> None:
    app = App(sdk(), (button("a", "***", 100), button("b", "***", 200)))
    outcome = app.tap("a", at=4000).redraw(5500).tap("b", at=9000).redraw(10_500).lives(40_000).outcome()
    assert [s.element_key for s in outcome.rows.signals] == ["button@50%,15%", "button@50%,30%"]


@everywhere
def test_a_failed_request_is_not_a_dead_tap(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", at=4000).fails("/orders", at=4050).redraw(5500).lives(40_000)
    outcome = app.outcome()
    assert outcome.kinds == ["failed_request"]
    assert "api.shop.test/orders" in outcome.signal("failed_request").summary


@wireframes
def test_leaving_after_a_dead_tap(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", 4000, 7000).redraw(5500).redraw(8500).swipe(12_000, moves=False)
    assert app.kinds() == ["dead_tap", "dead_tap", "unexpected_exit"]


@wireframes
def test_an_answer_after_more_than_three_seconds_is_slow(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", at=4000).change("total", at=9000, text="12").lives(40_000)
    assert app.kinds() == ["slow_response"]

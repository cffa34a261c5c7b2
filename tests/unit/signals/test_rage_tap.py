"""rage_tap: hammering on a native screen, as each SDK records it."""

from __future__ import annotations

import pytest

from replay_signals.schemas.confidence import TABLE
from support.mobile import App, button, label, toggle, typed
from support.mobile_recorders import Android, Flutter, Ios, ReactNativeAndroid, ReactNativeIos, Recorder
from support.mobile_scene import V

WIREFRAMES = [Ios, Android]
PICTURES = [ReactNativeIos, ReactNativeAndroid, Flutter]
wireframes = pytest.mark.parametrize("sdk", WIREFRAMES)
pictures = pytest.mark.parametrize("sdk", PICTURES)
everywhere = pytest.mark.parametrize("sdk", [*WIREFRAMES, *PICTURES])

Sdk = type[Recorder]


def times(count: int, every: float = 250, start: float = 4000) -> list[float]:
    return [start + every * i for i in range(count)]


@wireframes
@pytest.mark.parametrize(("count", "every"), [(3, 400), (4, 250), (8, 200)])
def test_hammering_on_a_dead_button(sdk: Sdk, count: int, every: float) -> None:
    app = App(sdk()).tap("pay", *times(count, every)).redraw(7000).lives(40_000)
    outcome = app.outcome()
    assert outcome.kinds == ["rage_tap"]
    found = outcome.signal("rage_tap")
    assert (found.element, found.click_count) == ('button "Pay"', count)
    assert found.summary.startswith(f'{count} taps on button "Pay" in ')
    assert outcome.evidence("rage_tap")["unanswered"] == count


@wireframes
def test_two_taps_are_no_rage(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", *times(2)).redraw(7000).lives(40_000)
    assert app.kinds() == ["dead_tap", "dead_tap"]


@wireframes
def test_taps_with_pauses_are_no_rage(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", *times(3, 2500)).redraw(12_000).lives(40_000)
    assert set(app.kinds()) == {"dead_tap"}


@everywhere
@pytest.mark.parametrize("every", [180, 300, 700])
@pytest.mark.parametrize("count", [3, 5, 7])
def test_a_stepper_in_use_is_no_rage(sdk: Sdk, every: float, count: int) -> None:
    app = App(sdk())
    for i, t in enumerate(times(count, every)):
        app.tap("pay", at=t).change("total", at=t + 40, text=str(i + 1))
    assert app.lives(40_000).kinds() == []


@everywhere
def test_a_stepper_right_after_another_look(sdk: Sdk) -> None:
    """iOS looked at the title and skips everything in the second in which the stepper is used."""
    app = App(sdk()).change("title", at=3900, text="Your basket")
    for i, t in enumerate(times(5, 180)):
        app.tap("pay", at=t).change("total", at=t + 40, text=str(i + 1))
    assert app.lives(40_000).kinds() == []


@wireframes
def test_a_switch_flicked_to_and_fro(sdk: Sdk) -> None:
    app = App(sdk(), (toggle("offers", 100), label("total", "0", 200)))
    for i, t in enumerate(times(4, 220)):
        app.tap("offers", at=t).change("offers", at=t + 20, checked=i % 2 == 0)
    assert app.redraw(7000).lives(40_000).kinds() == []


@wireframes
@pytest.mark.parametrize("count", [3, 5, 7, 8])
def test_hammering_on_a_switch_that_does_not_turn(sdk: Sdk, count: int) -> None:
    app = App(sdk(), (toggle("offers", 100), label("total", "0", 200)))
    assert app.tap("offers", *times(count)).redraw(9000).lives(40_000).kinds() == ["rage_tap"]


@wireframes
@pytest.mark.parametrize("count", [4, 6, 7])
def test_hammering_on_a_button_that_lights_up_each_time(sdk: Sdk, count: int) -> None:
    """The looks fall on lit and on unlit moments."""
    app = App(sdk())
    for t in times(count, 330):
        app.change("pay", at=t - 80, pressed=True).tap("pay", at=t).change("pay", at=t + 150, pressed=False)
    assert app.lives(40_000).kinds() == ["rage_tap"]


@wireframes
def test_rage_on_a_disabled_button(sdk: Sdk) -> None:
    app = App(sdk(), (button("pay", "Pay", 200, disabled=True), label("total", "0", 120)))
    assert app.tap("pay", *times(5)).redraw(7000).lives(40_000).kinds() == ["rage_tap"]


@wireframes
def test_rage_beside_a_clock(sdk: Sdk) -> None:
    app = App(sdk(), (label("clock", "0:00", 20), button("pay", "Pay", 200)))
    app.ticks("clock", every=1000, until=30_000).tap("pay", *times(6, 250, 12_100)).lives(60_000)
    assert app.kinds() == ["rage_tap"]


@pictures
def test_on_a_picture_five_taps_are_needed(sdk: Sdk) -> None:
    assert App(sdk()).tap("title", *times(4)).lives(40_000).kinds() == []
    outcome = App(sdk()).tap("title", *times(6)).lives(40_000).outcome()
    assert outcome.kinds == ["rage_tap"]
    assert outcome.signal("rage_tap").confidence == TABLE.confidence("rage_tap", "weak")
    assert outcome.signal("rage_tap").element == ""


@wireframes
def test_hammering_on_a_text_needs_five_taps_too(sdk: Sdk) -> None:
    assert App(sdk()).tap("title", *times(4)).redraw(7000).lives(40_000).kinds() == []
    outcome = App(sdk()).tap("title", *times(6)).redraw(7000).lives(40_000).outcome()
    assert outcome.kinds == ["rage_tap"]
    assert outcome.signal("rage_tap").element.startswith('text "[text:')


@pictures
def test_a_picture_that_changes_by_itself_tells_nothing(sdk: Sdk) -> None:
    app = App(sdk(), (label("clock", "0:00", 20), label("total", "0", 120)))
    app.ticks("clock", every=1000, until=30_000).tap("total", *times(6, 250, 12_100)).lives(60_000)
    assert app.kinds() == []


@pictures
def test_keys_far_apart_are_no_rage(sdk: Sdk) -> None:
    app = App(sdk())
    for i, t in enumerate(times(8, 200)):
        app.tap_at(40 + 60 * (i % 5), 700 + 40 * (i % 2), t)
    assert app.lives(40_000).kinds() == []


@everywhere
def test_a_pin_of_one_digit(sdk: Sdk) -> None:
    app = App(sdk(), (label("dots", "", 100), label("nine", "9", 400)))
    for i, t in enumerate(times(6, 220)):
        app.tap("nine", at=t).change("dots", at=t + 20, text="●" * (i + 1))
    assert app.lives(40_000).kinds() == []


@wireframes
def test_a_web_view_is_not_judged(sdk: Sdk) -> None:
    app = App(sdk(), (V("page", "web_view", 0, 0, 400, 700),)).tap("page", *times(8)).redraw(7000).lives(40_000)
    assert app.kinds() == []


@wireframes
def test_a_field_tapped_again_and_again(sdk: Sdk) -> None:
    app = App(sdk(), (typed("code", 100), label("total", "0", 200))).tap("code", *times(6)).redraw(7000).lives(40_000)
    assert app.kinds() == []


@everywhere
def test_hammering_until_the_next_screen_comes(sdk: Sdk) -> None:
    """Impatience while a screen loads: it came."""
    app = App(sdk()).tap("pay", *times(4, 250)).open(5300, "DoneActivity", label("done", "Thank you", 100))
    assert app.redraw(7000).lives(40_000).kinds() == []


@wireframes
def test_rage_and_its_failing_requests_are_told(sdk: Sdk) -> None:
    app = App(sdk()).tap("pay", *times(4, 300))
    for t in times(4, 300):
        app.fails("/orders", at=t + 30)
    outcome = app.redraw(7000).lives(40_000).outcome()
    assert sorted(outcome.kinds) == ["failed_request", "rage_tap"]
    assert outcome.evidence("rage_tap")["failed_requests"] == 4


@wireframes
def test_rage_up_to_the_end_of_the_recording(sdk: Sdk) -> None:
    """The last taps may have been answered unseen, those before were not."""
    outcome = App(sdk()).tap("pay", *times(9, 300)).outcome()
    assert outcome.kinds == ["rage_tap", "unexpected_exit"]
    assert outcome.signal("rage_tap").click_count == 9

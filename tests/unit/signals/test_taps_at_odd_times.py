"""Taps where clocks, other programs and keyboards come between: each kind on more than one input."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from replay_signals.schemas.messages import AnalyticsEvent
from support.dom import Json
from support.drawing import LIGHT
from support.mobile import HOME, App, button, label, typed
from support.mobile_recorders import Android, AndroidScreenshots, Flutter, Ios, IosScreenshots, Recorder
from support.outcome import POSITION, START_MS, Outcome, digested, verdict_of

Sdk = type[Recorder]
everywhere = pytest.mark.parametrize("sdk", [Ios, Android, AndroidScreenshots, Flutter])
wireframes = pytest.mark.parametrize("sdk", [Ios, Android])


def app_of(sdk: Sdk) -> App:
    return App(sdk(palette=LIGHT if sdk.screenshots else None))


def judged(app: App, write: Callable[[float], object]) -> Outcome:
    """The app's recording with its times written in another way."""
    events: list[Json] = [e | {"timestamp": write(float(str(e["timestamp"])))} for e in app.stamped()]
    library = {"snapshot_source": "mobile", "snapshot_library": app.recorder.library}
    return Outcome(verdict_of([digested(events, session_id=app.session, window_id=app.session, **library)]))


WAYS = {
    "iso": lambda t: datetime.fromtimestamp(t / 1000, UTC).isoformat(timespec="milliseconds"),
    "zulu": lambda t: datetime.fromtimestamp(t / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    "seconds": lambda t: t / 1000,
    "text": lambda t: str(round(t)),
    "uptime": lambda t: t - START_MS + 86_000_000,
    "from zero": lambda t: t - START_MS,
}


@everywhere
@pytest.mark.parametrize("way", [*WAYS])
def test_times_are_read_however_they_are_written(sdk: Sdk, way: str) -> None:
    app = app_of(sdk).tap("pay", at=4000).redraw(5500).change("total", at=9100, text="12").lives(40_000)
    assert judged(app, WAYS[way]).verdicts() == app.verdicts()  # type: ignore[no-untyped-call]


def backgrounded(at: float, name: str = "Application Backgrounded") -> AnalyticsEvent:
    return AnalyticsEvent("team", f"{at}", name, "visitor", round(START_MS + at), POSITION)


@everywhere
@pytest.mark.parametrize("after_ms", [100, 900, 2800])
def test_an_app_that_goes_to_the_background_may_have_been_answered_there(sdk: Sdk, after_ms: float) -> None:
    app = app_of(sdk).tap("pay", at=4000).redraw(5500).lives(40_000)
    assert app.outcome([backgrounded(4000 + after_ms)]).kinds == []


@pytest.mark.parametrize("sdk", [Android, AndroidScreenshots, Flutter])
@pytest.mark.parametrize(
    "event", [backgrounded(3000), backgrounded(20_000), backgrounded(4500, "Application Became Active")]
)
def test_only_leaving_right_after_a_tap_answers_it(sdk: Sdk, event: AnalyticsEvent) -> None:
    app = app_of(sdk).tap("pay", at=4000).redraw(5500).lives(40_000)
    assert app.outcome([event]).kinds == ["dead_tap"]


@everywhere
@pytest.mark.parametrize("asked_ms", [2000, 4500])
def test_what_came_of_a_dialog_of_the_system_is_the_answer(sdk: Sdk, asked_ms: float) -> None:
    """The dialog is another program's; what the app does once it was allowed to is seen."""
    app = app_of(sdk).tap("pay", at=4000).change("total", at=4000 + asked_ms, text="Old town").lives(40_000)
    assert "dead_tap" not in app.kinds()


@wireframes
@pytest.mark.parametrize("name", ["Take a photo", "Scan", "Invite friends", "Share", "Anrufen", "招待", "اتصل بنا"])
def test_buttons_that_lead_to_other_programs_are_unknown(sdk: Sdk, name: str) -> None:
    app = App(sdk(), (button("b", name, 200), label("total", "0", 120))).tap("b", at=4000).redraw(5500)
    assert (app.lives(40_000).kinds(), app.verdicts()) == ([], ["unknown"])


@everywhere
@pytest.mark.parametrize("every", [120, 260, 420])
def test_words_typed_on_the_keyboard_are_no_taps_in_vain(sdk: Sdk, every: int) -> None:
    """Ten keys in two rows; of a masked field nothing changes."""
    app = App(sdk(palette=LIGHT if sdk.screenshots else None), (*HOME, typed("code", 400)))
    app.tap("code", at=4000).change("code", at=4060, focused=True, caret=True).keyboard(4250)
    for i in range(10):
        app.tap_at(30 + 110 * (i * 3 % 4), 600 + 54 * (i % 2), 6000 + every * i)
    assert app.lives(40_000).kinds() == []


@pytest.mark.parametrize("sdk", [Ios, IosScreenshots])
def test_a_key_that_is_held_and_tapped_again_is_no_rage(sdk: Sdk) -> None:
    app = App(sdk(palette=LIGHT if sdk.screenshots else None), (*HOME, typed("code", 400)))
    app.tap("code", at=4000).change("code", at=4060, focused=True, caret=True)
    app.tap_at(372, 690, *range(7000, 8600, 160)).tap_at(372, 690, *range(10_000, 11_000, 200))
    assert app.lives(40_000).kinds() == []

"""dead_tap: taps on native buttons that did nothing."""

from __future__ import annotations

from support.dom import Json
from support.native_events import App, native_button, view
from support.web import Visit

BUTTONS = (native_button(2, "Pay", y=100), native_button(3, "Off", y=200, disabled=True))


def home_screen(count: str) -> tuple[Json, ...]:
    return (view(1, "text", text="Welcome", y=0), *BUTTONS, view(9, "text", text=count, y=300))


def app() -> tuple[Visit, App]:
    visit = Visit()
    return visit, App(visit).shows(0, "Home", *home_screen("0")).changes(500, view(9, "text", text="1", y=300))


def test_a_native_button_that_does_nothing() -> None:
    visit, home = app()
    home.taps(50, 120, 4000).rests(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["dead_tap"]
    found = outcome.signal("dead_tap")
    assert found.page == "Home"
    assert '"Pay"' in found.element
    assert (found.x_px, found.y_px) == (50, 120)
    assert outcome.rows.interactions[0].kind == "tap"


def test_a_tap_that_changes_the_screen_works() -> None:
    visit, home = app()
    home.taps(50, 120, 4000).changes(4100, view(9, "text", text="2", y=300)).rests(60_000)
    assert visit.kinds() == []
    assert visit.outcome().verdicts() == ["alive"]


def test_a_tap_that_opens_another_screen_works() -> None:
    visit, home = app()
    home.taps(50, 120, 4000).shows(4300, "Checkout", view(20, "text", text="Sum")).rests(60_000)
    assert visit.kinds() == []


def test_a_screen_sent_again_unchanged_is_no_answer() -> None:
    visit, home = app()
    home.taps(50, 120, 4000).shows(4300, "Home", *home_screen("1")).rests(60_000)
    assert "alive" not in visit.outcome().verdicts()


def test_a_tap_on_a_disabled_button_is_blocked() -> None:
    visit, home = app()
    home.taps(50, 220, 4000).rests(60_000)
    assert visit.kinds() == ["blocked_click"]


def test_a_tap_on_a_text_is_no_dead_tap() -> None:
    visit, home = app()
    home.taps(50, 20, 4000).rests(60_000)
    assert visit.kinds() == []


def test_a_swipe_is_no_tap() -> None:
    visit, home = app()
    home.swipes(4000).rests(60_000)
    assert visit.outcome().rows.interactions == []


def test_a_screenshot_knows_no_views() -> None:
    visit = Visit()
    screen = App(visit).shows(0, "Home", view(1, "screenshot", width="100vw", height=800, base64="x"))
    screen.taps(50, 120, 4000).rests(60_000)
    assert visit.outcome().verdicts() == ["unknown"]


def test_a_view_of_an_odd_size_stops_nothing() -> None:
    visit = Visit()
    odd = [view(i, "input", width=width) for i, width in enumerate((True, "wide", None, -1, 1e300, "100vw"), start=1)]  # type: ignore[arg-type]
    App(visit).shows(0, "Home", *odd).taps(5, 5, 4000).rests(60_000)
    assert len(visit.outcome().rows.interactions) == 1

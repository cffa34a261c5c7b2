"""rage_tap: hammering on a native screen."""

from __future__ import annotations

from support.native_events import App, native_button, view
from support.web import Visit


def app(*views: object) -> tuple[Visit, App]:
    visit = Visit()
    shown = views or (view(1, "text", text="Welcome"), native_button(2, "Pay", y=100))
    home = App(visit).shows(0, "Home", *shown)  # type: ignore[arg-type]
    return visit, home.changes(500, view(9, "text", text="1"))


def test_four_fast_taps_on_a_dead_button() -> None:
    visit, home = app()
    home.taps(50, 120, 4000, 4250, 4500, 4750).rests(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["rage_tap"]
    assert outcome.signal("rage_tap").click_count == 4
    assert "taps" in outcome.signal("rage_tap").summary


def test_fast_taps_that_work_are_use() -> None:
    visit, home = app()
    for i in range(5):
        home.taps(50, 120, 4000 + 250 * i).changes(4050 + 250 * i, view(9, "text", text=str(i)))
    home.rests(60_000)
    assert visit.kinds() == []


def test_hammering_on_a_screenshot_needs_five_taps() -> None:
    for count, expected in ((4, []), (6, ["rage_tap"])):
        visit, screen = app(view(1, "screenshot", width="100vw", height=800))
        screen.taps(50, 120, *[4000 + 250 * i for i in range(count)]).rests(60_000)
        assert visit.kinds() == expected


def test_typing_on_keys_far_apart_is_no_rage() -> None:
    visit, screen = app(view(1, "screenshot", width="100vw", height=800))
    for i in range(8):
        screen.taps(40 + 60 * (i % 5), 700 + 40 * (i % 2), 4000 + 200 * i)
    screen.rests(60_000)
    assert visit.kinds() == []

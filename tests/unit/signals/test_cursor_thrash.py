"""cursor_thrash: the pointer shaken."""

from __future__ import annotations

from math import cos, sin

import pytest

from support import events as rrweb
from support.dom import button, el
from support.web import Page, Visit


def page_of() -> tuple[Visit, Page]:
    visit = Visit()
    return visit, visit.open("http://shop.test/", button("Pay", id="pay"), el("p", "0", id="n"))


def shake(page: Page, start: float, count: int = 24, every: float = 50, width: float = 150) -> Page:
    for i in range(count):
        page.points(start + every * i, x=400 + width * (i % 2), y=300 + i % 3)
    return page


def test_shaken_to_and_fro() -> None:
    visit, page = page_of()
    shake(page, 4000).lives(30_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["cursor_thrash"]
    assert outcome.evidence("cursor_thrash")["turns"] >= 6


def test_positions_sent_in_batches_are_the_same() -> None:
    """rrweb sends the positions of half a second in one event, with negative offsets."""
    visit, page = page_of()
    for batch in range(3):
        positions = [(400 + 150 * (i % 2), 300, -450 + 50 * i) for i in range(10)]
        page.record(rrweb.moves(4500 + 500 * batch, *positions))
    page.lives(30_000)
    assert visit.kinds() == ["cursor_thrash"]


def test_one_long_shaking_is_one_signal() -> None:
    visit, page = page_of()
    shake(page, 4000, count=100).lives(30_000)
    assert visit.kinds() == ["cursor_thrash"]


def test_moving_to_a_target_is_none() -> None:
    visit, page = page_of()
    for i in range(30):
        page.points(4000 + 50 * i, x=20 * i, y=10 * i)
    assert visit.kinds() == []


def test_circling_while_reading_is_none() -> None:
    visit, page = page_of()
    for i in range(60):
        page.points(4000 + 50 * i, x=400 + 100 * cos(i / 4), y=300 + 100 * sin(i / 4))
    assert visit.kinds() == []


def test_a_trembling_hand_is_none() -> None:
    visit, page = page_of()
    shake(page, 4000, width=4)
    assert visit.kinds() == []


def test_slow_hovering_between_two_places_is_none() -> None:
    visit, page = page_of()
    shake(page, 4000, every=600)
    assert visit.kinds() == []


def test_drawing_with_clicks_is_none() -> None:
    visit, page = page_of()
    shake(page, 4000).click("pay", at=4500).says("n", "1", at=4520)
    assert "cursor_thrash" not in visit.kinds()


def press(page: Page, kind: int, at: float) -> Page:
    return page.record(rrweb.interaction(at, kind, page.node("pay").node_id, 400, 300))


@pytest.mark.parametrize("release", [rrweb.MOUSE_UP, rrweb.CLICK, rrweb.CONTEXT_MENU, None])
def test_the_button_held_is_drawing_or_sliding(release: int | None) -> None:
    """None: let go outside the window, which no recorder sees."""
    visit, page = page_of()
    shake(press(page, rrweb.MOUSE_DOWN, 3990), 4000, count=48)
    if release is not None:
        press(page, release, 6410)
    page.lives(30_000)
    assert "cursor_thrash" not in visit.kinds()


@pytest.mark.parametrize("tells_presses", [True, False])
def test_a_stroke_of_which_only_the_click_is_recorded(tells_presses: bool) -> None:
    visit, page = page_of()
    if tells_presses:
        page.click("pay", at=2000).says("n", "1", at=2020)
    shake(page, 4000).only_clicks("pay", 5190).says("n", "2", at=5200).lives(30_000)
    assert ("cursor_thrash" in visit.kinds()) == tells_presses


def test_a_signature_of_many_strokes() -> None:
    visit, page = page_of()
    for i in range(6):
        shake(press(page, rrweb.MOUSE_DOWN, 4000 + 900 * i), 4010 + 900 * i, count=14)
        press(page, rrweb.MOUSE_UP, 4720 + 900 * i)
    page.lives(30_000)
    assert visit.kinds() == []


def test_the_browser_s_drag_and_drop() -> None:
    """Its moves are another kind of event, and no release follows."""
    visit, page = page_of()
    press(page, rrweb.MOUSE_DOWN, 4000)
    for i in range(24):
        position = {"x": 400 + 150 * (i % 2), "y": 300, "id": 1, "timeOffset": 0}
        page.record(rrweb.incremental(4050 + 50 * i, 12, positions=[position]))
    page.lives(8000)
    assert visit.kinds() == []
    shake(page, 9000).lives(30_000)
    assert visit.kinds() == ["cursor_thrash"]


@pytest.mark.parametrize("kind", [rrweb.MOUSE_UP, rrweb.CONTEXT_MENU])
def test_shaken_after_the_button_was_let_go(kind: int) -> None:
    visit, page = page_of()
    press(press(page, rrweb.MOUSE_DOWN, 2000), kind, 3000)
    shake(page, 4000).lives(30_000)
    assert visit.kinds() == ["cursor_thrash"]


@pytest.mark.parametrize("every", [100, 150, 180])
def test_shaken_where_the_page_is_too_busy_to_sample_often(every: float) -> None:
    """A hand that turns about seven times a second, seen whenever the page had time."""
    visit, page = page_of()
    for i in range(int(2500 / every)):
        page.points(4000 + every * i, x=400 + 100 * sin(22 * every * i / 1000), y=300 + i % 3)
    page.lives(30_000)
    assert visit.kinds() == ["cursor_thrash"]


@pytest.mark.parametrize("every", [100, 150, 200])
def test_reading_with_the_pointer_where_sampling_is_coarse_is_none(every: float) -> None:
    """To and fro along the lines, one line in a second and a half."""
    visit, page = page_of()
    for i in range(int(12_000 / every)):
        page.points(4000 + every * i, x=400 + 200 * sin(4 * every * i / 1000), y=300 + i)
    assert visit.kinds() == []


def test_a_finger_is_no_pointer() -> None:
    visit, page = page_of()
    for i in range(24):
        position = {"x": 400 + 150 * (i % 2), "y": 300, "id": 1, "timeOffset": 0}
        page.record(rrweb.incremental(4000 + 50 * i, 6, positions=[position]))
    assert visit.kinds() == []

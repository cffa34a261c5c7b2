"""Pages that move by themselves: a late tick, a clock that is drawn anew, and requests that only count."""

from __future__ import annotations

import pytest

from support.dom import El, button, el
from support.web import Page, Visit


def page_with_clock() -> tuple[Visit, Page]:
    visit = Visit()
    return visit, visit.open("http://baths.test/", button("Book", id="it"), el("p", "-", id="sum"), el("p", id="clock"))


@pytest.mark.parametrize("off_ms", [-90, 80, 200])
def test_a_tick_that_a_busy_page_delays_is_no_answer(off_ms: float) -> None:
    visit, page = page_with_clock()
    for second in range(1, 40):
        at = 1000 * second + (off_ms if second == 20 else 40 if second % 3 else 0)
        page.says("sum", str(second), at=at)
    page.click("it", at=20_000 + off_ms - 50).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("beside_ms", [-400, 350, 500])
def test_a_change_between_two_ticks_is_an_answer(beside_ms: float) -> None:
    visit, page = page_with_clock()
    for second in range(1, 40):
        page.says("sum", str(second), at=1000 * second)
    page.says("sum", "booked", at=20_000 + beside_ms).click("it", at=20_000 + beside_ms - 50).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("after_ms", [130, 1250])
@pytest.mark.parametrize("answers", [True, False])
def test_a_clock_that_is_drawn_anew_in_two_steps(after_ms: float, answers: bool) -> None:
    """What is in it changes with it; what the page brought in answer is none of it."""
    visit, page = page_with_clock()
    old: El | None = None
    for second in range(1, 40):
        at = 1000 * second
        new = el("b", "-")
        if old is None:
            page.adds(new, at=at, into="clock")
        else:
            page.removes(old, at=at, from_="clock").adds(new, at=at, into="clock").at_once(2)
        page.says(new, str(second), at=at + 130)
        old = new
    page.click("it", at=20_900)
    if answers:
        note = el("div", "…")
        page.adds(note, at=20_940).says(note, "Booked", at=20_940 + after_ms)
    page.lives(60_000)
    assert visit.kinds() == ([] if answers else ["dead_click"])


@pytest.mark.parametrize("path", ["/api/track", "/collect", "/api/book"])
def test_a_clock_that_ticks_as_the_count_of_a_click_is_taken(path: str) -> None:
    """What is only counted brings nothing to show, as the response to what was asked for does."""
    visit, page = page_with_clock()
    for second in range(1, 40):
        for at in (1000 * second, 1000 * second + 100, 1000 * second + 350):
            page.adds(el("b", str(at)), at=at, into="clock")
    page.click("it", at=20_880).asks(path, at=20_890, took=160).lives(60_000)
    assert visit.kinds() == ([] if path == "/api/book" else ["dead_click"])

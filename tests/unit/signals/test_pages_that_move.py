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


def page_with_slides(*more: El) -> tuple[Visit, Page]:
    slides = [el("div", el("p", f"Slide {i}"), id=f"slide{i}", class_="slide") for i in range(3)]
    visit = Visit()
    return visit, visit.open("http://baths.test/", button("Book", id="it"), el("div", *slides), *more)


def step(page: Page, at: float, shown: int = 1) -> Page:
    page.sets(f"slide{shown - 1}", at=at, class_="slide").sets(f"slide{shown}", at=at, class_="slide active")
    return page.at_once(2)


@pytest.mark.parametrize("after_ms", [420, 1100, 3000])
def test_the_first_step_of_a_carousel_is_no_answer(after_ms: float) -> None:
    visit, page = page_with_slides()
    step(page.click("it", at=4000), at=4000 + after_ms).sets("slide1", at=4600 + after_ms, class_="active still")
    page.lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_the_field_that_says_which_slide_is_shown_is_no_answer() -> None:
    visit, page = page_with_slides(el("input", type="radio", id="second"))
    step(page.click("it", at=4000), at=4700).inputs("second", "on", at=4702, checked=True).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("case", ["at once", "by a request", "in the control", "fades"])
def test_looks_that_change_elsewhere_may_be_an_answer(case: str) -> None:
    visit, page = page_with_slides()
    if case == "at once":
        step(page.click("it", at=4000), at=4040)
    elif case == "by a request":
        step(page.click("it", at=4000).asks("/api/next", at=4010, took=1500), at=5530)
    elif case == "in the control":
        page.click("slide1", at=4000)
        page.sets("it", at=5000, class_="off").sets("slide1", at=5000, class_="slide chosen").at_once(2)
    else:
        note = el("div", el("p", "Sure?", id="q"), id="note")
        page.adds(note, at=2000).click("it", at=4000)
        page.sets("note", at=4400, class_="out").sets("q", at=4400, class_="out").at_once(2).removes(note, at=4800)
    page.lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("moves", [True, False])
def test_what_begins_to_move_as_it_has_moved_before(moves: bool) -> None:
    """Scripts that draw each frame name the next slide as they set out."""
    visit, page = page_with_slides()
    for start in range(3000, 40_000, 4000):
        named = start in {15_000}
        for frame in range(12):
            at = start + 17 * frame
            page.sets("slide0", at=at, style={"left": f"{frame}px"}).sets(
                "slide1", at=at, style={"left": f"{-frame}px"}
            )
            page.at_once(2)
        if named:
            step(page, at=start - 12 if moves else start - 1500)
    page.click("it", at=15_000 - 130 if moves else 13_400).lives(60_000)
    assert visit.kinds() == (["dead_click"] if moves else [])

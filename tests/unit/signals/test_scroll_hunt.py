"""scroll_hunt: scrolling up and down in search of something."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import button, el
from support.web import Page, Visit


def page_of() -> tuple[Visit, Page]:
    visit = Visit()
    return visit, visit.open("http://shop.test/", button("Pay", id="pay"), el("p", "0", id="n"))


def scroll(page: Page, start: float, *stops: float, every: float = 700, steps: int = 5, of: str | None = None) -> Page:
    """Scrolls from stop to stop, as wheels do: in steps of a few frames. `of`: a box instead of the page."""
    here, at = 0.0, start
    for stop in stops:
        for i in range(1, steps + 1):
            page.scrolls(round(here + (stop - here) * i / steps), at=at + i * every / steps, of=of)
        here, at = stop, at + every
    return page


def test_up_and_down_and_up_and_down() -> None:
    visit, page = page_of()
    scroll(page, 4000, 1500, 100, 1500, 100, 1500, 100).lives(40_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["scroll_hunt"]
    assert outcome.evidence("scroll_hunt")["turns"] == 5


def test_reading_down_the_page_is_none() -> None:
    visit, page = page_of()
    scroll(page, 4000, 500, 1000, 1500, 2000, 2500, 3000).lives(40_000)
    assert visit.kinds() == []


def test_once_down_and_up_again_is_none() -> None:
    visit, page = page_of()
    scroll(page, 4000, 2000, 0).lives(40_000)
    assert visit.kinds() == []


def test_reading_with_corrections_is_none() -> None:
    """Down a screen, back a few lines, on and on: it gets somewhere."""
    visit, page = page_of()
    scroll(page, 4000, 800, 700, 1500, 1400, 2200, 2100, 2900).lives(40_000)
    assert visit.kinds() == []


def test_slow_comparing_is_none() -> None:
    visit, page = page_of()
    scroll(page, 4000, 1500, 100, 1500, 100, 1500, 100, every=6000).lives(60_000)
    assert visit.kinds() == []


def test_tiny_movements_are_none() -> None:
    visit, page = page_of()
    scroll(page, 4000, 2000, 2010, 2000, 2010, 2000, 2010, 2000).lives(40_000)
    assert visit.kinds() == []


def test_filling_a_long_form_is_none() -> None:
    """Clicks between the scrolls: the visitor is doing something."""
    visit, page = page_of()
    at = 4000.0
    for i, stop in enumerate((1500, 100, 1500, 100, 1500, 100)):
        scroll(page, at, stop)
        page.click("pay", at=at + 800).says("n", str(i), at=at + 830)
        at += 1300
    assert "scroll_hunt" not in visit.kinds()


def test_a_hunt_begins_where_the_page_was_opened() -> None:
    """At an anchor far down: the first event tells that place, not a way there."""
    visit, page = page_of()
    page.scrolls(9000, at=3300)
    for i, stop in enumerate((10_200, 9000, 10_200, 9000, 10_200, 9000)):
        for k in range(1, 6):
            before = 9000 if stop == 10_200 else 10_200
            page.scrolls(round(before + (stop - before) * k / 5), at=4000 + 700 * i + 140 * k)
    page.lives(40_000)
    assert visit.kinds() == ["scroll_hunt"]


def test_what_leads_to_the_place_of_a_hunt_is_not_of_it() -> None:
    visit, page = page_of()
    scroll(page, 4000, 4000, 3000, 4000, 3000, 4000, 3000).lives(40_000)
    assert visit.kinds() == ["scroll_hunt"]


def test_reading_on_before_and_after_is_not_of_the_hunt() -> None:
    """The first and the last leg go the way that was read before, and is read on after it."""
    visit, page = page_of()
    scroll(page, 1000, 300, 600, 900, 1200, 1500, every=2500, steps=3)
    scroll_on(page, 13_600, 1500, 2900, 1500, 2900, 1500, 2900)
    scroll_on(page, 20_000, 2900, 3000, 3100, 3200, every=2500)
    page.click("pay", at=30_000).lives(40_000)
    assert "scroll_hunt" in visit.kinds()


def test_one_long_way_down_and_a_look_back_now_and_then_is_none() -> None:
    visit, page = page_of()
    scroll_on(page, 2000, 0, 1500, 900, 3000, 2400, 4500, 3900, 6000, every=2600)
    page.lives(40_000)
    assert visit.kinds() == []


def scroll_on(page: Page, start: float, here: float, *stops: float, every: float = 700) -> None:
    """Scrolls from where it is, in steps of a few frames."""
    for n, stop in enumerate(stops):
        for i in range(1, 6):
            page.scrolls(round(here + (stop - here) * i / 5), at=start + n * every + i * every / 5)
        here = stop


@pytest.mark.parametrize(("room_px", "kinds"), [(40, []), (90, []), (300, ["scroll_hunt"])])
@pytest.mark.parametrize("of", ["box", "page"])
def test_the_little_that_a_box_hides(of: str, room_px: float, kinds: list[str]) -> None:
    """The wheel over a list: all of it is seen at a glance, however it is moved. A page has no more to show."""
    visit, page = page_of()
    stops = [0 if i % 2 else room_px for i in range(8)]
    scroll(page, 4000, *stops, steps=3, of=None if of == "page" else "n").lives(40_000)
    assert visit.kinds() == (kinds if of == "box" else ["scroll_hunt"])


@pytest.mark.parametrize(
    ("opened_px", "grown_px", "kinds"), [(250, 900, []), (900, 250, []), (250, 250, ["scroll_hunt"])]
)
def test_a_screen_is_as_high_as_it_was_at_most(opened_px: int, grown_px: int, kinds: list[str]) -> None:
    visit = Visit()
    page = Page(visit, "window-1", "http://shop.test/", [button("Pay", id="pay"), el("p", "0", id="n")])
    page.record(rrweb.event(1, rrweb.META, {"href": "http://shop.test/", "width": 900, "height": opened_px}))
    page.record(rrweb.event(10, rrweb.FULL, page.document.snapshot()))
    page.record(rrweb.incremental(2000, 4, width=900, height=grown_px))
    scroll(page, 4000, *[200 + (120 if i % 2 else 0) for i in range(7)], steps=3, of="n").lives(40_000)
    assert visit.kinds() == kinds

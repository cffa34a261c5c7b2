"""refresh_loop: the same page loaded again and again."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import button, el
from support.web import Visit

URL = "http://shop.test/cart"


def loads(*times: float, url: str = URL, how: str | None = "reload", present: bool = True) -> Visit:
    """A page loaded at these times; a visitor who is present moves the pointer on it."""
    visit = Visit()
    for at in times:
        page = visit.open(url, button("Pay", id="pay"), el("p", "0", id="total"), at=at, how=how).lives(at + 500)
        if present:
            page.points(at + 700, x=430)
    return visit


@pytest.mark.parametrize("how", ["reload", "navigate", None])
def test_three_loads_in_fifteen_seconds(how: str | None) -> None:
    visit = loads(0, 4000, 9000, how=how)
    assert "refresh_loop" in visit.kinds()
    assert visit.outcome().evidence("refresh_loop")["loads"] == 3


@pytest.mark.parametrize("times", [(0, 5000, 10_000), (0, 4980, 10_020, 15_000), (0, 1000, 2010, 3000, 4020)])
def test_a_page_that_reloads_itself_by_a_timer_is_no_loop(times: tuple[float, ...]) -> None:
    assert "refresh_loop" not in loads(*times).kinds()


@pytest.mark.parametrize(("stays_ms", "kinds"), [(6000, ["refresh_loop"]), (2800, [])])
def test_a_timer_would_have_gone_on(stays_ms: float, kinds: list[str]) -> None:
    """Three loads by hand come at even intervals, too, but the last of them stays."""
    visit = loads(0, 2000)
    visit.open(URL, button("Pay", id="pay"), at=4050, how="reload").points(4500, x=430).lives(4050 + stays_ms)
    assert [kind for kind in visit.kinds() if kind == "refresh_loop"] == kinds


def test_loads_while_nobody_is_there_are_no_loop() -> None:
    """A development server loads the page anew with each change of a file."""
    assert "refresh_loop" not in loads(0, 4000, 9000, present=False).kinds()
    assert "refresh_loop" in loads(0, 4000, 9000, present=True).kinds()


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_page_that_is_hidden_is_reloaded_by_nobody(comes_back: bool) -> None:
    visit = Visit()
    page = visit.open(URL, button("Pay", id="pay"))
    page.points(900).points(1500, x=500).record(rrweb.custom(2000, "window hidden"))
    if comes_back:
        page.record(rrweb.custom(5000, "window visible"))
    for at in (8000, 12_400, 19_000):
        visit.open(URL, button("Pay", id="pay"), at=at, how="reload")
    page.lives(40_000)
    assert ("refresh_loop" in visit.kinds()) == comes_back


@pytest.mark.parametrize("shown_ms", [30_000, 18_000])
def test_what_was_hidden_some_loads_before_is_hidden_still(shown_ms: float) -> None:
    """A page that loads while it is hidden does not say so; who looks at it later did not load it."""
    visit = Visit()
    visit.open(URL, button("Pay", id="pay")).points(900).record(rrweb.custom(1000, "window hidden"))
    for at in (17_000, 20_100, 22_000, 25_400):
        page = visit.open(URL, button("Pay", id="pay"), at=at, how="reload")
        if at < shown_ms < at + 3000:
            page.record(rrweb.custom(shown_ms, "window visible")).points(shown_ms + 300).points(shown_ms + 900, x=500)
    if shown_ms > 25_400:
        page.record(rrweb.custom(shown_ms, "window visible")).points(shown_ms + 300).points(shown_ms + 900, x=500)
    page.lives(60_000)
    assert ("refresh_loop" in visit.kinds()) == (shown_ms < 25_400)


@pytest.mark.parametrize("every", [2000, 5000])
def test_checkouts_are_no_loads(every: int) -> None:
    visit = Visit()
    page = visit.open(URL, button("Pay", id="pay"), el("p", "0", id="total"))
    for at in range(every, 20_000, every):
        page.points(at - 300, x=at / 50).checks_out(at)
    assert visit.kinds() == []


def test_two_loads_are_a_reload() -> None:
    assert "refresh_loop" not in loads(0, 4000).kinds()


def test_three_loads_in_a_minute_are_no_loop() -> None:
    assert "refresh_loop" not in loads(0, 20_000, 40_000).kinds()


def test_a_page_that_is_used_between_loads_is_no_loop() -> None:
    visit = Visit()
    for at in (0, 4000, 8000):
        page = visit.open(URL, button("Add", id="add"), el("p", "0", id="total"), at=at, how="reload")
        page.click("add", at=at + 2000).says("total", str(at), at=at + 2030)
    assert "refresh_loop" not in visit.kinds()


@pytest.mark.parametrize(("clicked", "is_loop"), [("text", True), ("pay", False)])
def test_a_click_on_nothing_is_no_use(clicked: str, is_loop: bool) -> None:
    """Whoever clicks into a broken page and loads it again did not use it; a button may have loaded it."""
    visit = Visit()
    for at in (0, 3300, 5200, 9100):
        page = visit.open(URL, button("Pay", id="pay"), el("p", "Broken", id="text"), at=at, how=None)
        page.points(at + 500, x=430).click(clicked, at=at + 1200)
    assert ("refresh_loop" in visit.kinds()) == is_loop


def test_going_to_and_fro_is_no_loop() -> None:
    visit = Visit()
    for i in range(6):
        visit.open(f"http://shop.test/{'a' if i % 2 else 'b'}", button("x", id="x"), at=2500 * i).lives(2500 * i + 500)
    assert "refresh_loop" not in visit.kinds()


def test_typing_between_loads_is_use() -> None:
    """A search page that loads itself anew with every search."""
    visit = Visit()
    for i, at in enumerate((0, 4000, 8000)):
        page = visit.open(f"{URL}?q={i}", el("input", id="q", type="search"), at=at)
        page.types("q", "shoes", at=at + 1500)
    assert "refresh_loop" not in visit.kinds()


@pytest.mark.parametrize("unrecorded", [(2,), (1, 2), (3,)])
def test_loads_too_short_to_be_recorded_count(unrecorded: tuple[int, ...]) -> None:
    """Their page views tell of them."""
    visit = Visit()
    visit.open(URL, button("Add", id="add")).points(1000, x=300).points(1500, x=340)
    for i, at in enumerate((2000, 3400, 5100), start=1):
        visit.event("$pageleave", at=at - 200, _current_url=URL).event("$pageview", at=at + 100, _current_url=URL)
        if i not in unrecorded:
            visit.open(URL, button("Add", id="add"), at=at, how="reload").lives(at + 500)
    visit.event("$pageleave", at=9000, _current_url=URL)
    assert visit.kinds() == ["refresh_loop"]


def test_a_hand_that_rests_while_it_reloads_moved_on_the_page_before() -> None:
    visit = Visit()
    before = visit.open("http://shop.test/before", button("Add", id="add"))
    before.points(1000, x=300).points(1500, x=340)
    for at in (3000, 4300, 6100):
        visit.open(URL, button("Add", id="add"), at=at, how="reload").lives(at + 500)
    assert visit.kinds() == ["refresh_loop"]


@pytest.mark.parametrize("short", [(4000,), (4000, 5500), (6000,)])
def test_loads_that_were_left_before_the_recorder_took_a_snapshot(short: tuple[int, ...]) -> None:
    """Nothing but their load event tells of them."""
    visit = Visit()
    times = [t for t in (2000, 4000, 5500, 6000, 9300) if t not in short]
    for at in times:
        visit.open(URL, button("Pay", id="pay"), at=at, how="reload").points(at + 300, x=300).points(at + 400, x=340)
    for at in short:
        visit.add("window-1", rrweb.event(at, 0, {}))
    assert visit.outcome().evidence("refresh_loop")["loads"] == 5


def test_one_reload_and_a_short_page_after_it_are_no_loop() -> None:
    visit = loads(0, 4000)
    visit.add("window-1", rrweb.event(6000, 0, {}))
    visit.open("http://shop.test/other", button("Pay", id="pay"), at=8000).lives(60_000)
    assert "refresh_loop" not in visit.kinds()


@pytest.mark.parametrize(("first", "kinds"), [(0, ["refresh_loop"]), (13_000, [])], ids=["looked at", "as the others"])
def test_a_timer_would_have_run_before_as_well(first: float, kinds: list[str]) -> None:
    """A page that was looked at for long, and then loaded anew at even intervals; the first look is no load of them."""
    visit = loads(first, 15_400, 17_700, 20_000)
    visit.open("http://shop.test/help", el("p", "Ask us"), at=22_000).lives(60_000)
    assert [kind for kind in visit.kinds() if kind == "refresh_loop"] == kinds


@pytest.mark.parametrize(
    ("acts_ms", "later", "kinds"),
    [(1500, True, ["refresh_loop"]), (9000, True, []), (1500, False, [])],
    ids=["soon after", "long after", "as the visit begins"],
)
def test_keys_that_reload_are_told_by_no_recorder(acts_ms: float, later: bool, kinds: list[str]) -> None:
    visit = Visit()
    start = 30_000 if later else 0
    if later:
        visit.open("http://shop.test/", el("p", "Welcome")).points(900).points(1500, x=500)
    for at in (start, start + 1400, start + 3300):
        page = visit.open(URL, button("Pay", id="pay"), at=at, how=None)
    page.click("pay", at=start + 3300 + acts_ms).says("pay", "Paid", at=start + 3350 + acts_ms).lives(60_000)
    assert [kind for kind in visit.kinds() if kind == "refresh_loop"] == kinds

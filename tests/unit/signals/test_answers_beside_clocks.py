"""Answers where the page moves by itself: what a response brings, what a press writes, what a clock shows."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import button, el, field_
from support.web import Page, Visit


def page_with_toasts() -> tuple[Visit, Page]:
    """Notes come into the body, and go, at odd times while the visitor reads."""
    visit = Visit()
    page = visit.open("http://bank.test/", el("main", button("Sort", id="it"), el("p", "0", id="total"), id="app"))
    for at in (3000, 5200, 8900, 10_300, 13_900, 16_000):
        note = el("div", el("p", "A note"))
        page.adds(note, at=at).removes(note, at=at + 900)
    return visit, page


@pytest.mark.parametrize(("took", "kinds"), [(4000, ["slow_response"]), (1200, [])])
def test_what_comes_with_the_response_where_notes_come_at_any_time(took: float, kinds: list[str]) -> None:
    visit, page = page_with_toasts()
    page.click("it", at=20_000).asks("/api/sort", at=20_040, took=took)
    page.adds(el("div", el("p", "Sorted")), at=20_100 + took).lives(60_000)
    assert visit.kinds() == kinds
    assert visit.verdict("it") == ("slow" if kinds else "alive")


@pytest.mark.parametrize(
    ("by_itself", "verdict"),
    [((2000,), "alive"), ((3500,), "alive"), ((2000, 6000), "dead"), ((6000,), "dead")],
    ids=["as it loads", "from a slow server", "twice", "out of the blue"],
)
@pytest.mark.parametrize("after_ms", [250, 700, 1500])
def test_a_place_that_was_filled_once_as_the_page_loaded_may_answer_later(
    by_itself: tuple[float, ...], verdict: str, after_ms: float
) -> None:
    """What comes late after a click is no answer at a place that the page changes by itself."""
    visit = Visit()
    page = visit.open("http://bank.test/", button("Save", id="it"), el("p", "-", id="state"))
    for at in by_itself:
        page.says("state", f"ready {at}", at=at)
    page.points(7000).click("it", at=9000).says("state", "saved", at=9000 + after_ms).lives(60_000)
    assert visit.verdict("it") == verdict


def test_a_place_that_is_filled_after_the_first_click_is_no_part_of_loading() -> None:
    visit = Visit()
    page = visit.open("http://bank.test/", button("Save", id="it"), button("Add", id="add"), el("p", "-", id="state"))
    page.click("add", at=500).says("state", "a note", at=3800)
    page.click("it", at=9000).says("state", "another note", at=9900).lives(60_000)
    assert visit.verdict("it") == "dead"


def test_a_ticker_that_moves_on_as_a_response_comes_is_none() -> None:
    visit = Visit()
    page = visit.open("http://bank.test/", button("Sort", id="it"), el("div", id="prices"))
    for at in range(1000, 40_000, 1500):
        page.adds(el("p", "1.02"), at=at, into="prices")
    page.click("it", at=20_600).asks("/api/count", at=20_640, took=2800).lives(60_000)
    assert visit.verdict("it") == "unknown"


def test_a_field_that_the_response_fills() -> None:
    visit = Visit()
    page = visit.open("http://bank.test/", el("p", field_("place")), button("Use my place", id="it"))
    page.click("it", at=4000).asks("/api/place", at=4010, took=4500).inputs("place", "*****", at=8530).lives(60_000)
    assert visit.kinds() == ["slow_response"]


@pytest.mark.parametrize("answers", [True, False])
def test_rules_that_a_component_writes_at_every_press(answers: bool) -> None:
    visit = Visit()
    names = [f"b{i}" for i in range(5)]
    page = visit.open(
        "http://bank.test/", *(button(n, id=n) for n in names), button("Pay", id="it"), el("p", "0", id="t")
    )
    for i, name in enumerate([*names, "it"]):
        at = 4000 + 7000 * i
        page.click(name, at=at).record(rrweb.incremental(at + 2, 8, id=1, adds=[{"rule": "a{}", "index": 0}]))
        page.record(rrweb.incremental(at + 3000, 8, id=1, adds=[{"rule": "b{}", "index": 0}]))
        if answers or name != "it":
            page.says("t", str(i), at=at + 20)
    page.lives(90_000)
    assert visit.kinds() == ([] if answers else ["dead_click"])


def test_a_state_of_being_pressed_that_other_presses_have_shown_before() -> None:
    """A component's own attribute comes as the pointer goes down and goes as it comes up."""
    visit = Visit()
    page = visit.open("http://bank.test/", el("my-button", button("Pay"), id="it"), el("p", "0", id="t"))
    for at in (8000, 16_500):
        page.sets("it", at=at, active="").sets("it", at=at + 90, active=None)
    for at in (4000, 12_000, 23_000, 39_000):
        page.points(at - 40).sets("it", at=at - 7, active="").click("it", at=at).sets("it", at=at + 1, active=None)
        if at < 39_000:
            page.says("t", str(at), at=at + 20)
    page.lives(90_000)
    assert visit.kinds() == ["dead_click"]


def test_a_clock_beside_what_else_moves() -> None:
    """The second's hand moves on as usual, whatever changed in between."""
    visit = Visit()
    page = visit.open("http://bank.test/", button("Pay", id="it"), el("p", "0", id="clock"), el("p", "0", id="slider"))
    for second in range(1, 60):
        page.says("clock", str(second), at=1000 * second)
    for at in (3000, 6000, 12_000, 19_200, 19_250, 19_290):
        page.says("slider", str(at), at=at)
    page.click("it", at=19_900).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_two_requests_in_the_time_of_a_clock_are_no_part_of_it() -> None:
    """They were sent near a second's tick by chance."""
    visit = Visit()
    page = visit.open("http://bank.test/", button("a", id="a"), button("b", id="b"), el("p", "0", id="clock"))
    for second in range(1, 60):
        page.says("clock", str(second), at=1000 * second)
    for name, at in (("a", 8940), ("b", 25_945)):
        page.click(name, at=at).asks("/api/report", at=at + 30, took=4300)
        page.adds(el("div", el("p", "Done")), at=at + 4380)
    page.lives(60_000)
    assert visit.kinds() == ["slow_response", "slow_response"]


def test_a_look_that_scrolling_brings_is_no_answer_whichever_of_the_two_is_told_first() -> None:
    visit = Visit()
    page = visit.open("http://bank.test/", el("nav", button("Menu", id="it"), id="nav"), el("p", "text"))
    page.click("it", at=4000).sets("nav", at=7600, class_="small").scrolls(120, at=7601).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("added_ms", [None, 700])
def test_the_first_tick_of_a_clock_that_came_a_second_before(added_ms: float | None) -> None:
    """Nothing was seen of it yet but that it is there; it goes on as it began."""
    clock = el("p", "0", id="clock")
    visit = Visit()
    page = visit.open("http://bank.test/", button("Pay", id="it"), *([clock] if added_ms is None else []))
    if added_ms is not None:
        page.adds(clock, at=added_ms)
    first = 1000 + (added_ms or 0)
    page.click("it", at=first - 150).ticks("clock", every=1000, until=40_000, start=first).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_watch_that_a_click_starts() -> None:
    visit = Visit()
    page = visit.open("http://bank.test/", button("Start", id="it"), el("p", "0", id="watch"))
    page.click("it", at=8000).ticks("watch", every=1000, until=40_000, start=9000).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("late_ms", [9, 50])
@pytest.mark.parametrize("period", [500, 1000])
def test_timers_tick_a_little_later_than_they_are_due(period: float, late_ms: float) -> None:
    visit = Visit()
    page = visit.open("http://bank.test/", button("Start", id="it"), el("p", "-", id="watch"))
    page.click("it", at=8000).ticks("watch", every=period, until=40_000, start=8000 + period + late_ms).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(
    ("started", "stops_at", "kinds"),
    [
        ("by a click", 20_200, []),
        ("by a click", 12_000, ["dead_click"]),
        ("by a click", 40_000, ["dead_click"]),
        ("by itself", 20_200, ["dead_click"]),
    ],
    ids=["with it", "long before", "never", "a clock of the page"],
)
@pytest.mark.parametrize("period", [500, 1000])
def test_a_watch_that_a_click_stops(period: float, started: str, stops_at: float, kinds: list[str]) -> None:
    """A clock that nobody started may stand still by itself, as slides do under the pointer."""
    visit = Visit()
    page = visit.open(
        "http://bank.test/", button("Start", id="start"), button("Stop", id="it"), el("p", "-", id="watch")
    )
    if started == "by a click":
        page.click("start", at=4000)
    page.ticks("watch", every=period, until=stops_at, start=(4000 if started == "by a click" else 0) + period + 5)
    page.click("it", at=20_300).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(
    ("closes", "verdict"), [("with the click", "alive"), ("as the pointer leaves", "dead"), ("never", "dead")]
)
@pytest.mark.parametrize("role", ["menuitem", "option"])
def test_the_current_choice_of_a_menu_that_opens_by_hovering(role: str, closes: str, verdict: str) -> None:
    """The menu alone answers: what is chosen is shown already."""
    visit = Visit()
    menu = el("div", el("ul", el("li", "Ours", id="it", role=role), el("li", "Theirs", role=role)), id="menu")
    page = visit.open("http://bank.test/", button("Team", id="team"), menu, el("p", "0", id="n"))
    for i, at in enumerate((2000, 3100, 5200, 6800, 9900, 11_000, 12_300, 14_700)):
        page.points(at).sets("menu", at=at + 60, class_="closed" if i % 2 else "open")
    page.points(18_000).sets("menu", at=18_060, class_="open").points(18_600).click("it", at=19_000)
    if closes == "with the click":
        page.sets("menu", at=19_015, class_="closed")
    elif closes == "as the pointer leaves":
        page.points(19_010).sets("menu", at=19_030, class_="closed")
    page.points(20_000).lives(60_000)
    assert visit.verdict("it") == verdict


@pytest.mark.parametrize("again_ms", [1, 9, 30])
def test_a_dialog_of_the_system_that_gives_the_focus_back(again_ms: float) -> None:
    visit = Visit()
    page = visit.open("http://bank.test/", button("Delete", id="it"), el("p", "0", id="total"))
    page.says("total", "1", at=500).click("it", at=4000)
    node = page.node("it").node_id
    page.record(rrweb.interaction(5700, rrweb.BLUR, node)).record(rrweb.interaction(5700 + again_ms, rrweb.FOCUS, node))
    page.lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(("says", "verdict"), [(True, "alive"), (False, "dead")])
@pytest.mark.parametrize("of_control", [True, False])
def test_what_comes_in_one_change_with_the_look_of_being_hovered(says: bool, verdict: str, of_control: bool) -> None:
    """Vuestic draws it by the button's own style. Another place that changes by itself takes what is beside along."""
    visit = Visit()
    like = button(el("b", "52", id="count"), id="it")
    page = visit.open("http://bank.test/", like, el("p", "-", id="place"), button("Other", id="other"))
    moved = "it" if of_control else "place"
    for at in (3000, 4300, 5100, 7000, 7600, 9100, 10_700):
        page.sets(moved, at=at, style=f"color: rgb({at % 256}, 0, 0)")
    page.click("it", at=12_000).points(12_001)
    looks = [{"id": page.node(moved).node_id, "attributes": {"style": "color: red"}}]
    texts = [{"id": page.node("count").node_id + 1, "value": "53"}] if says else []
    page.record(rrweb.mutation(12_003, attributes=looks, texts=texts)).lives(60_000)
    assert visit.verdict("it") == (verdict if of_control else "dead")

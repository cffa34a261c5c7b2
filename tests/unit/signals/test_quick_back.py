"""quick_back: went to a page and came straight back."""

from __future__ import annotations

from typing import Any

import pytest

from support import events as rrweb
from support.dom import El, button, el, link
from support.web import START_MS, Visit

LIST, ITEM = "http://shop.test/list", "http://shop.test/item/1"


def there_and_back(dwell: float = 1500, how: str | None = "back_forward", back: str = LIST) -> Visit:
    visit = Visit()
    page = visit.open(LIST, link("Item", "/item/1", id="item"), how=None if how is None else "navigate")
    page.click("item", at=4000)
    item = visit.open(ITEM, el("p", "text", id="text"), at=4300, how=None if how is None else "navigate")
    item.lives(4300 + dwell - 200)
    again = visit.open(back, link("Item", "/item/1", id="item"), button("b", id="b"), at=4300 + dwell + 150, how=how)
    again.lives(60_000)
    return visit


def test_came_back_after_a_second_and_a_half() -> None:
    outcome = there_and_back().outcome()
    assert outcome.kinds == ["quick_back"]
    found = outcome.signal("quick_back")
    assert found.page == ITEM
    assert outcome.evidence("quick_back")["dwell_ms"] == 1500
    assert outcome.evidence("quick_back")["back_to"] == LIST


def test_without_navigation_data_the_page_has_to_be_the_same() -> None:
    assert there_and_back(how=None).kinds() == ["quick_back"]
    assert there_and_back(how=None, back="http://shop.test/other").kinds() == []


@pytest.mark.parametrize(("moved", "kinds"), [(True, ["quick_back"]), (False, [])])
def test_pages_that_take_turns_by_themselves(moved: bool, kinds: list[str]) -> None:
    """Dashboards on a wall, and the round trip of a sign-in."""
    visit = Visit()
    page = visit.open(LIST, link("Item", "/item/1", id="item"), how=None)
    if moved:
        page.points(2000).points(2600, x=480)
    visit.open(ITEM, el("p", "text", id="text"), at=4000, how=None)
    visit.open(LIST, link("Item", "/item/1"), at=6000, how=None).lives(30_000)
    assert visit.kinds() == kinds


def test_read_for_ten_seconds_is_no_quick_back() -> None:
    assert there_and_back(dwell=10_000).kinds() == []


def test_a_redirect_is_none() -> None:
    assert there_and_back(dwell=120).kinds() == []


@pytest.mark.parametrize(("how", "kinds"), [("back_forward", ["quick_back"]), ("navigate", [])])
@pytest.mark.parametrize("shown_ms", [80, 200])
def test_a_page_that_loads_slowly_is_left_as_soon_as_it_shows(how: str, kinds: list[str], shown_ms: float) -> None:
    visit = Visit()
    visit.open(LIST, link("Item", "/item/1", id="item")).click("item", at=4000)
    visit.event("$pageleave", at=4100)
    visit.open(ITEM, el("p", "text", id="text"), at=5400)
    visit.open(LIST, button("b", id="b"), at=5400 + shown_ms, how=how).lives(60_000)
    assert visit.kinds() == kinds


def test_going_on_is_not_going_back() -> None:
    assert there_and_back(how="navigate", back="http://shop.test/other").kinds() == []


def test_a_page_that_was_used_is_none() -> None:
    visit = Visit()
    visit.open(LIST, link("Item", "/item/1", id="item")).click("item", at=4000)
    item = visit.open(ITEM, button("Add", id="add"), el("p", "0", id="n"), at=4300)
    item.click("add", at=5500).says("n", "1", at=5520).lives(6000)
    visit.open(LIST, button("b", id="b"), at=6500, how="back_forward").lives(60_000)
    assert visit.kinds() == []


def test_reloading_the_same_page_is_no_going_back() -> None:
    visit = Visit()
    visit.open(LIST, button("b", id="b")).lives(1500)
    visit.open(LIST, button("b", id="b"), at=2000, how="reload").lives(60_000)
    assert visit.kinds() == []


def test_a_page_that_was_followed_by_one_too_short_to_be_recorded() -> None:
    """Its page view tells that another page came, and no way back."""
    visit = Visit()
    visit.open(LIST, link("Item", "/item/1", id="item")).click("item", at=4000)
    visit.open(ITEM, el("p", "text", id="text"), at=4300).lives(5500)
    visit.event("$pageview", at=4350, _current_url=ITEM).event("$pageleave", at=6000, _current_url=ITEM)
    visit.event("$pageview", at=6500, _current_url="http://shop.test/other")
    assert "quick_back" not in visit.kinds()


@pytest.mark.parametrize(("left_ms", "kinds"), [(4900, ["quick_back"]), (4600, [])])
def test_a_page_of_which_nothing_but_its_load_was_recorded(left_ms: float, kinds: list[str]) -> None:
    """Its page view comes before the load event; one that was left before that is another's."""
    visit = Visit()
    visit.open(LIST, link("Item", "/item/1", id="item")).click("item", at=4000)
    visit.event("$pageleave", at=4200, _current_url=LIST).event("$pageview", at=4500, _current_url=ITEM)
    visit.add("window-1", rrweb.event(4800, 0, {}))
    visit.event("$pageleave", at=left_ms, _current_url=ITEM)
    visit.open(LIST, button("b", id="b"), at=5200, how="back_forward").lives(60_000)
    assert [kind for kind in visit.kinds() if kind == "quick_back"] == kinds


def test_reloading_a_page_and_leaving_the_site_is_no_look_at_it() -> None:
    visit = Visit()
    visit.open(ITEM, el("p", "text", id="text")).lives(6000)
    visit.event("$pageleave", at=6200, _current_url=ITEM)
    visit.open(ITEM, el("p", "text", id="text"), at=6500, how="reload").lives(7000)
    visit.event("$pageleave", at=8000, _current_url=ITEM)
    assert "quick_back" not in visit.kinds()


@pytest.mark.parametrize(("goes_on_ms", "kinds"), [(300, []), (2000, []), (9000, ["quick_back"])])
def test_a_tab_that_goes_on_under_another_window_id_was_not_closed(goes_on_ms: float, kinds: list[str]) -> None:
    """posthog-js makes a new window id when a page is loaded anew before the one before was done."""
    visit = Visit()
    visit.open(LIST, link("Item", "/item/1", id="item")).click("item", at=4000)
    visit.event("$pageleave", at=4100, _current_url=LIST)
    visit.open(ITEM, el("p", "text", id="text"), at=8300).lives(9500)
    visit.event("$pageleave", at=10_000, _current_url=ITEM)
    visit.open(ITEM, el("p", "text", id="text"), at=10_000 + goes_on_ms + 150, window="window-2").lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(("came_ms", "kinds"), [(4300, []), (5000, []), (9000, ["quick_back"])])
def test_who_came_from_a_page_of_the_site_and_closes_the_tab_did_not_go_back(
    came_ms: float, kinds: list[str], recorded: bool
) -> None:
    visit = Visit()
    visit.open(LIST, link("Item", "/item/1", id="item")).click("item", at=4000)
    visit.event("$pageleave", at=4100, _current_url=LIST)
    if recorded:
        visit.open(ITEM, el("p", "text", id="text"), at=came_ms)
    visit.event("$pageview", at=came_ms + 100, _current_url=ITEM, title="Item")
    visit.event("$pageleave", at=came_ms + 2400, _current_url=ITEM)
    assert visit.kinds() == kinds


def test_a_page_that_loads_slowly_was_on_its_way() -> None:
    """Its navigation began when the page before was left."""
    visit = Visit()
    visit.open(LIST, link("Item", "/item/1", id="item")).click("item", at=4000)
    item = visit.open(ITEM, el("p", "text", id="text"), at=4300).lives(5500)
    visit.event("$pageleave", at=6000, _current_url=ITEM)
    other = visit.open("http://shop.test/other", el("p", "text"), at=10_600, how=None).lives(60_000)
    request = {"name": other.url, "entryType": "navigation", "initiatorType": "navigation", "type": "navigate"}
    item.record(
        rrweb.network(10_700, request | {"timestamp": START_MS + 6020, "duration": 4600, "responseStatus": 200})
    )
    assert visit.kinds() == []


@pytest.mark.parametrize(
    ("address", "kinds"),
    [
        (LIST, ["quick_back"]),
        ("http://shop.test/tax", []),
        ("http://shop.test/help", ["quick_back"]),  # where the link that is pressed next leads to
        (None, ["quick_back"]),
    ],
)
def test_events_tell_where_a_single_page_application_is(address: str | None, kinds: list[str]) -> None:
    """Two of its pages look the same to a recorder that masks all texts."""
    visit = Visit()
    form = el("section", el("input"), button(""))
    page = visit.open(LIST, link("Help", "/help", id="help"), el("main", form, id="main"))
    page.click("help", at=4000)
    visit.event("$autocapture", at=4000, _current_url=LIST)
    for at, content in ((4080, el("section", link("Write", "/write"))), (5900, el("section", el("input"), button("")))):
        shown = page.node("main").children[0]
        assert isinstance(shown, El)
        page.removes(shown, at=at, from_="main").adds(content, at=at, into="main")
        added, removed = (visit.recorded["window-1"].pop() for _ in range(2))
        added["data"]["removes"] = removed["data"]["removes"]
        visit.add("window-1", added | {"timestamp": at})
    page.click("help", at=9000).says("help", "Help!", at=9050).lives(60_000)
    if address is not None:
        visit.event("$autocapture", at=9000, _current_url=address)
    assert [kind for kind in visit.kinds() if kind == "quick_back"] == kinds


def application(tells: str, router: str = "", dwell: float = 1900, used: bool = False, back: str = "") -> Visit:
    """A single-page application that takes the old page away before it shows the next one.

    `tells`: who tells of the addresses: `events`, `recorder` or nobody.
    """
    here, there = LIST.replace("/list", f"/{router}list"), ITEM.replace("/item", f"/{router}item")
    visit = Visit()
    page = visit.open(here, el("div", link("Item", f"/{router}item/1", id="item"), button("Sort"), id="main"))

    def shows(old: El, new: El, url: str, at: float) -> None:
        page.removes(old, at).adds(new, at + 30)
        if tells == "recorder":
            page.goes_to(url, at + 40)
        elif tells == "events":
            visit.event("$pageview", at + 40, _current_url=url)

    if tells == "events":
        visit.event("$pageview", 100, _current_url=here)
    page.click("item", 4000)
    item = el("article", el("h1", "Item"), button("Buy", id="buy"))
    shows(page.node("main"), item, there, 4050)
    if used:
        page.click("buy", 5000).says("buy", "Bought", 5050)
    again = el("div", link("Item", f"/{router}item/1"), button("Sort"))
    shows(item, again, back or here, 4080 + dwell)
    page.lives(40_000)
    return visit


@pytest.mark.parametrize("tells", ["events", "recorder", "nobody"])
@pytest.mark.parametrize("router", ["", "#/"])
def test_back_within_an_application_that_replaces_its_page_in_two_steps(tells: str, router: str) -> None:
    assert application(tells, router).kinds() == ["quick_back"]


@pytest.mark.parametrize("tells", ["events", "recorder"])
@pytest.mark.parametrize(
    "other", [{"dwell": 9000}, {"dwell": 150}, {"used": True}, {"back": "http://shop.test/else"}], ids=str
)
def test_other_ways_through_an_application_are_no_quick_back(tells: str, other: dict[str, Any]) -> None:
    assert application(tells, **other).kinds() == []


def test_the_way_back_names_both_routes() -> None:
    evidence = application("events", "#/").outcome().evidence("quick_back")
    assert (evidence["from"], evidence["page"]) == ("http://shop.test/#/list", "http://shop.test/#/item/1")
    assert evidence["back_to"] == evidence["from"]


def test_an_application_that_sends_on_by_itself_leads_nowhere_and_back() -> None:
    """A check of the session: to the login page and back, without a press."""
    visit = Visit()
    page = visit.open(LIST, el("p", "0", id="n"), link("Item", "/item/1", id="item"))
    for at, url in ((100, LIST), (9000, ITEM), (10_000, LIST)):
        page.says("n", str(at), at)
        visit.event("$pageview", at, _current_url=url)
    page.lives(40_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(("captured_ms", "kinds"), [(9200, []), (3900, ["quick_back"]), (10_900, ["quick_back"])])
def test_a_page_too_short_to_be_recorded_that_was_used(captured_ms: float, kinds: list[str]) -> None:
    visit = Visit()
    visit.open(LIST, link("Item", "/item/1", id="item")).click("item", at=4000)
    visit.event("$pageleave", at=4100, _current_url=LIST)
    visit.event("$pageview", at=8400, _current_url=ITEM).event("$pageleave", at=10_500, _current_url=ITEM)
    visit.event("$autocapture", at=captured_ms, _current_url=ITEM, _event_type="click")
    assert visit.kinds() == kinds

"""quick_back: went to a page and came straight back."""

from __future__ import annotations

from support.dom import button, el, link
from support.web import Visit

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


def test_read_for_ten_seconds_is_no_quick_back() -> None:
    assert there_and_back(dwell=10_000).kinds() == []


def test_a_redirect_is_none() -> None:
    assert there_and_back(dwell=120).kinds() == []


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


def test_reloading_a_page_and_leaving_the_site_is_no_look_at_it() -> None:
    visit = Visit()
    visit.open(ITEM, el("p", "text", id="text")).lives(6000)
    visit.event("$pageleave", at=6200, _current_url=ITEM)
    visit.open(ITEM, el("p", "text", id="text"), at=6500, how="reload").lives(7000)
    visit.event("$pageleave", at=8000, _current_url=ITEM)
    assert "quick_back" not in visit.kinds()

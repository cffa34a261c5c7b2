"""Documents of a tab: checkouts go on with one, reloads begin one, the page cache brings one back."""

from __future__ import annotations

import pytest

from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.session.timeline import Page as SeenPage
from replay_signals.transforms.session.timeline import timeline_of
from support import events as rrweb
from support.dom import El, button, el, link
from support.outcome import digested
from support.web import START_MS, Page, Visit

SHOP, ITEM = "http://shop.test/list", "http://shop.test/item"


def pages(visit: Visit, addresses: list[tuple[float, str]] | None = None) -> list[SeenPage]:
    told = {"window-1": [(START_MS + t, url) for t, url in addresses or []]}
    return timeline_of(session_of([digested(visit.recorded["window-1"])]), told).windows[0].pages


def quiet(visit: Visit) -> None:
    """Takes load events and navigation entries away: recorders that are loaded late have none."""
    visit.recorded["window-1"] = [e for e in visit.recorded["window-1"] if e["type"] not in (0, 6)]


def content() -> tuple[El, ...]:
    """What the list shows."""
    return (link("Item", ITEM, id="item"), button("Buy", id="buy"), button("More", id="more"), el("p", "0", id="n"))


@pytest.mark.parametrize("load_seen", [True, False])
@pytest.mark.parametrize("changed", [None, "added", "removed", "both"])
def test_a_checkout_goes_on_with_the_document(changed: str | None, load_seen: bool) -> None:
    visit = Visit()
    page = visit.open(SHOP, *content())
    if not load_seen:
        quiet(visit)
    if changed in ("added", "both"):
        page.adds(el("div", button("Close", id="close"), id="dialog"), at=1000)
    if changed in ("removed", "both"):
        page.removes(page.node("more"), at=1200)
    page.checks_out(at=3000).checks_out(at=6000).lives(9000)
    assert len(pages(visit)) == 1


@pytest.mark.parametrize("shown_again", [True, False])
def test_a_large_part_that_went_away_does_not_make_a_document(shown_again: bool) -> None:
    """Recorders tell of a subtree that is removed its root only."""
    rows = el("ul", *(el("li", button(f"Row {i}")) for i in range(30)), id="rows")
    visit = Visit()
    page = visit.open(SHOP, rows, *content())
    quiet(visit)
    page.removes(page.node("rows"), at=1200)
    if shown_again:
        page.adds(el("ul", *(el("li", button(f"Row {i}")) for i in range(30))), at=1300)
    page.url = f"{SHOP}#/"
    page.checks_out(at=3000).lives(9000)
    assert len(pages(visit)) == 1


@pytest.mark.parametrize("changed", ["added", "removed"])
def test_a_reload_without_load_event_begins_a_document_when_the_tree_is_the_first_again(changed: str) -> None:
    visit = Visit()
    page = visit.open(SHOP, *content())
    if changed == "added":
        page.adds(el("div", button("A", id="x1"), button("B", id="x2"), button("C", id="x3")), at=1000)
    else:
        page.removes(page.node("more"), at=1200)
    visit.open(SHOP, *content(), at=5000).lives(9000)
    quiet(visit)
    assert [p.start_ms - START_MS for p in pages(visit)] == [1, 5001]


def test_a_document_under_another_address_is_new_also_when_it_looks_the_same() -> None:
    visit = Visit()
    visit.open(SHOP, *content())
    visit.open(ITEM, *content(), at=5000).lives(9000)
    quiet(visit)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM]


@pytest.mark.parametrize("told_by", ["recording", "events"])
def test_a_checkout_after_a_change_of_address_goes_on_with_the_document(told_by: str) -> None:
    visit = Visit()
    page = visit.open(SHOP, *content())
    if told_by == "recording":
        page.goes_to(ITEM, at=1000)
    page.url = ITEM
    page.checks_out(at=3000).lives(6000)
    assert len(pages(visit, [(1000, ITEM)] if told_by == "events" else [])) == 1


def test_a_recorder_that_says_when_it_starts_takes_checkouts_in_silence() -> None:
    visit = Visit()
    page = visit.open(SHOP, *content())
    quiet(visit)
    page.record(rrweb.custom(20, "$recording_started"))
    page.url = ITEM
    page.checks_out(at=3000).lives(6000)
    assert len(pages(visit)) == 1
    page.checks_out(at=7000).record(rrweb.custom(7010, "$recording_started"))
    page.lives(9000)
    assert len(pages(visit)) == 2


def back(hidden: bool = True, after_ms: float = 60) -> tuple[Visit, Page]:
    """A list, then one of its items, and back through the page cache at 8 s."""
    visit = Visit()
    first = visit.open(SHOP, *content())
    first.click("item", at=4000).record(rrweb.custom(4200, "window hidden"))
    item = visit.open(ITEM, el("h1", "An item"), at=4400)
    if hidden:
        item.record(rrweb.custom(8000 - after_ms, "window hidden"))
    first.record(rrweb.custom(8000, "window visible"))
    return visit, first


@pytest.mark.parametrize("hidden", [True, False])
def test_a_document_comes_back_from_the_page_cache(hidden: bool) -> None:
    visit, first = back(hidden)
    first.click("more", at=9000).lives(20_000)
    shown = pages(visit)
    assert [p.href for p in shown] == [SHOP, ITEM, SHOP]
    assert shown[2].restored is shown[0]
    kinds = visit.kinds()
    assert "quick_back" in kinds
    assert visit.outcome().click("more").element == 'button#more "More"'


def test_a_checkout_of_the_restored_document_is_no_new_one() -> None:
    visit, first = back()
    first.checks_out(at=12_000).lives(20_000)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM, SHOP]


def test_another_tab_for_a_while_is_no_way_back() -> None:
    visit, first = back(after_ms=3000)
    first.lives(20_000)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM]


@pytest.mark.parametrize(("url", "shown"), [(SHOP, [SHOP, ITEM, SHOP]), (ITEM, [SHOP, ITEM])])
def test_what_events_say_of_the_address_decides(url: str, shown: list[str]) -> None:
    visit, first = back(after_ms=3000)
    first.lives(20_000)
    assert [p.href for p in pages(visit, [(9000, url)])] == shown


def test_nodes_that_only_the_earlier_document_has_decide() -> None:
    visit, first = back(after_ms=3000)
    first.clicks(first.node("n"), 9000)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM, SHOP]


@pytest.mark.parametrize("late_ms", [20, 60, 150])
def test_the_document_that_leaves_may_say_so_a_moment_later(late_ms: float) -> None:
    """The recorder and the events of a page are stamped apart."""
    visit, first = back(after_ms=3000)
    first.lives(20_000)
    assert [p.href for p in pages(visit, [(8000 + late_ms, ITEM), (15_000, SHOP)])] == [SHOP, ITEM, SHOP]

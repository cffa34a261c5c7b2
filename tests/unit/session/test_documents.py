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


def grown(into: str) -> tuple[Visit, Page]:
    """Something came that holds no control; digests know nothing of a head, and frames are told apart from the page."""
    visit = Visit()
    page = visit.open(SHOP, *content(), el("iframe", id="frame"), el("p", "-"))
    quiet(visit)
    head = next(node for node in page.document.root.walk() if isinstance(node, El) and node.tag == "head")
    page.adds(el("div", "Loading", id="came"), at=1000, into=head if into == "head" else into)
    return visit, page


@pytest.mark.parametrize(("into", "count"), [("body", 2), ("head", 1), ("frame", 1)])
def test_what_came_and_is_missing_without_having_gone_tells_a_reload(into: str, count: int) -> None:
    visit, _ = grown(into)
    visit.open(SHOP, *content(), el("iframe", id="frame"), el("p", "-"), at=5000, how=None).lives(9000)
    visit.recorded["window-1"] = [e for e in visit.recorded["window-1"] if e["type"] != 0]
    assert len(pages(visit)) == count


def test_what_came_and_went_again_tells_no_reload() -> None:
    visit, page = grown("body")
    page.removes(page.node("came"), at=2000).checks_out(at=5000).lives(9000)
    assert len(pages(visit)) == 1


def test_a_document_under_another_address_is_new_also_when_it_looks_the_same() -> None:
    visit = Visit()
    visit.open(SHOP, *content())
    visit.open(ITEM, *content(), at=5000).lives(9000)
    quiet(visit)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM]


@pytest.mark.parametrize(("clicked", "url", "count"), [("item", ITEM, 2), ("", ITEM, 1), ("item", SHOP, 1)])
def test_a_page_with_the_same_menu_whose_ids_go_on(clicked: str, url: str, count: int) -> None:
    """A recorder that starts again numbers on as well, so a link has to lead to the address that is told."""
    visit = Visit()
    page = visit.open(SHOP, *content())
    if clicked:
        page.click(clicked, at=4000)
    other = Page(visit, "window-1", url, content())
    for node in other.document.root.walk():
        node.node_id += 400
    other.document.document_id = 400
    other.checks_out(at=5000).lives(9000)
    quiet(visit)
    assert len(pages(visit)) == count


@pytest.mark.parametrize(("woke", "count"), [(True, 1), (False, 2)])
@pytest.mark.parametrize("content_then", [content(), (el("p", "Hello"), *content())], ids=["the same", "numbered anew"])
def test_a_visitor_who_was_idle_is_back_on_the_page(content_then: tuple[El, ...], woke: bool, count: int) -> None:
    """posthog-js says that it starts; only from its other word is it known that the page was there all the time."""
    visit = Visit()
    page = visit.open(SHOP, *content())
    quiet(visit)
    page.adds(el("div", el("p", "Hello")), at=1000).record(rrweb.custom(300_000, "sessionIdle"))
    page = Page(visit, "window-1", SHOP, content_then)
    page.checks_out(at=900_000).record(rrweb.custom(900_004, "$session_options"))
    if woke:
        page.record(rrweb.custom(900_006, "sessionNoLongerIdle"))
    page.lives(910_000)
    assert len(pages(visit)) == count


def numbered(page: int) -> tuple[El, ...]:
    """One page of a list; all are made alike."""
    return (
        el("h1", "List"),
        el("ul", el("li", f"row {page}")),
        el("a", el("b", "Next", id="words"), href=f"{SHOP}?page={page + 1}", id="next"),
    )


@pytest.mark.parametrize("clicked", ["next", "words", "", "and the page changed"])
def test_pages_of_a_list_differ_by_their_query_alone(clicked: str) -> None:
    """Addresses are tidied up as well, and a single-page application changes what it shows."""
    visit = Visit()
    page = visit.open(f"{SHOP}?page=1", *numbered(1))
    if clicked:
        page.click("words" if clicked == "words" else "next", at=4000)
    if clicked == "and the page changed":
        page.sets("next", at=4100, class_="on")
    visit.open(f"{SHOP}?page=2", *numbered(2), at=4500).lives(20_000)
    quiet(visit)
    is_new = clicked in ("next", "words")
    assert len(pages(visit)) == (2 if is_new else 1)
    assert "dead_click" not in visit.kinds() or not is_new


def test_back_at_the_query_of_the_document_before() -> None:
    visit = Visit()
    visit.open(f"{SHOP}?page=1", *numbered(1)).click("next", at=4000)
    visit.open(f"{SHOP}?page=2", *numbered(2), at=4500).lives(7000)
    visit.open(f"{SHOP}?page=1", *numbered(1), at=8000).lives(20_000)
    quiet(visit)
    assert [round(p.start_ms - START_MS) for p in pages(visit)] == [1, 4501, 8001]


@pytest.mark.parametrize(("url", "verdicts"), [(ITEM, ["unknown"]), (SHOP, ["dead"])])
def test_a_meta_event_alone_is_what_is_left_of_a_lost_snapshot(url: str, verdicts: list[str]) -> None:
    """Another page's nodes are not those of this one; a checkout's are."""
    visit = Visit()
    page = visit.open(SHOP, *content()).says("n", "1", at=900).record(rrweb.meta(4000, url))
    page.click("buy", at=12_000).lives(60_000)
    quiet(visit)
    assert [p.elements.has_snapshot for p in pages(visit)] == [True, False][: 1 + (url == ITEM)]
    assert [row.verdict for row in visit.outcome().rows.interactions] == verdicts


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


@pytest.mark.parametrize("loads", [(9000,), (9000, 15_000)])
def test_a_page_that_loaded_itself_unseen_is_looked_at(loads: tuple[int, ...]) -> None:
    """Nobody went back: the tab was hidden all the time."""
    visit = Visit()
    visit.open(SHOP, *content()).points(1000).record(rrweb.custom(2000, "window hidden"))
    for at in loads:
        page = visit.open(SHOP, *content(), at=at, how="reload")
    page.record(rrweb.custom(20_000, "window visible")).lives(30_000)
    assert len(pages(visit)) == 1 + len(loads)


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


@pytest.mark.parametrize(("was_there", "shown"), [(True, [SHOP, ITEM, SHOP]), (False, [SHOP, ITEM])])
def test_an_address_that_the_earlier_document_went_on_to(was_there: bool, shown: list[str]) -> None:
    """Applications change theirs, and only events tell of it."""
    visit, first = back()
    first.click("more", at=9000).lives(20_000)
    basket = "http://shop.test/basket"
    assert [p.href for p in pages(visit, [(3000, basket if was_there else SHOP), (9000, basket)])] == shown


@pytest.mark.parametrize(("hidden", "shown"), [(False, 3), (True, 2)])
def test_a_page_of_a_list_comes_back(hidden: bool, shown: int) -> None:
    """They differ by their query alone; what was hidden itself may have dropped it as it shows again."""
    visit = Visit()
    first = visit.open(SHOP, *content()).record(rrweb.custom(4200, "window hidden"))
    second = visit.open(f"{SHOP}?page=2", *content(), at=4400)
    if hidden:
        second.record(rrweb.custom(5000, "window hidden"))
    first.record(rrweb.custom(6000, "window visible")).click("more", at=9000).lives(20_000)
    assert len(pages(visit, [(9000, SHOP)])) == shown


@pytest.mark.parametrize("late_ms", [20, 60, 150])
def test_the_document_that_leaves_may_say_so_a_moment_later(late_ms: float) -> None:
    """The recorder and the events of a page are stamped apart."""
    visit, first = back(after_ms=3000)
    first.lives(20_000)
    assert [p.href for p in pages(visit, [(8000 + late_ms, ITEM), (15_000, SHOP)])] == [SHOP, ITEM, SHOP]


@pytest.mark.parametrize("between", ["style", "console", "nothing"])
def test_a_load_event_begins_a_document_whatever_is_told_before_its_meta_event(between: str) -> None:
    """Style sheets that components adopt, and what their scripts write to the console, come before."""
    visit = Visit()
    for at in (0, 5000, 8000):
        page = visit.open(SHOP, *content(), at=at, how=None)
        if between == "style":
            page.record(rrweb.incremental(at + 0.5, 15, id=-1, styleIds=[1]))
        elif between == "console":
            page.record(rrweb.console(at + 0.5, "log", "ready"))
    page.lives(12_000)
    assert [p.start_ms - START_MS for p in pages(visit)] == [0, 5000, 8000]


def test_a_document_may_have_nothing_but_its_load_event() -> None:
    visit = Visit()
    visit.open(SHOP, *content(), how=None)
    visit.add("window-1", rrweb.event(3000, 0, {}))
    visit.open(ITEM, *content(), at=4000, how=None).lives(9000)
    assert [(p.start_ms - START_MS, p.href) for p in pages(visit)] == [(0, SHOP), (3000, ""), (4000, ITEM)]


@pytest.mark.parametrize("known", [True, False])
def test_a_checkout_shows_what_a_route_put_in_place_of_another(known: bool) -> None:
    """Only the topmost of the removed nodes is told: that its links are gone, too, is not known."""
    visit = Visit()
    page = visit.open(SHOP, el("main", el("section", *content()), id="main"))
    main = page.node("main")
    for at, names in ((2000, "abcdef"), (4000, "ghijkl")):
        old = main.children[0]
        assert isinstance(old, El)
        page.removes(old, at=at, from_="main")
        page.adds(el("section", *(link(name, f"/{name}") for name in names)), at=at + 1, into="main")
        if known and at == 2000:
            page.checks_out(at=3000)
    page.url = f"{SHOP}#/faq"
    page.checks_out(at=6000).lives(9000)
    quiet(visit)
    assert len(pages(visit)) == 1


@pytest.mark.parametrize(("comes", "count"), [(True, 2), (False, 3)])
def test_what_comes_in_the_moment_it_is_used_brings_none_back(comes: bool, count: int) -> None:
    """Of changes and acts of one moment no order is told; a page that is loaded again puts the same into itself."""
    visit = Visit()
    for at in (0, 5000):
        page = visit.open(SHOP, *content(), at=at, how=None)
        page.adds(el("div", el("input", id="late")), at=at + 200).inputs("late", "", at=at + 200)
    if not comes:
        visit.recorded["window-1"].pop(-2)
    page.lives(9000)
    assert len(pages(visit)) == count


def silently_back() -> tuple[Visit, Page]:
    """From the item page through the page cache, with a recorder that does not tell what is visible; both pages have
    the same links at the same place, the item page under other ids."""
    visit = Visit()
    nav = [link("List", SHOP, id="list"), link("Help", "/help", id="help")]
    first = visit.open(SHOP, *nav, *content(), how=None)
    first.click("item", at=4000, x=50, y=20)
    again = [link("List", SHOP, id="list"), link("Help", "/help", id="help"), link("Item", ITEM, id="item")]
    visit.open(ITEM, el("p", "x"), el("p", "y"), *again, el("h1", "An item"), at=4200, how=None).lives(4500)
    visit.recorded["window-1"][-1]["data"]["positions"][0].update(id=4)
    return visit, first


@pytest.mark.parametrize("by", ["node", "blur", "pointer"])
def test_a_document_comes_back_in_silence(by: str) -> None:
    visit, first = silently_back()
    if by == "node":
        first.clicks(first.adds(button("Late", id="late"), at=3000).node("late"), 8000)
        visit.recorded["window-1"][-4:] = [e for e in visit.recorded["window-1"][-4:] if e["data"].get("type") == 2]
    elif by == "blur":
        first.record(rrweb.interaction(8000, rrweb.BLUR, first.node("item").node_id))
    else:
        first.record(rrweb.moves(8000, (51, 20, 0)))
        visit.recorded["window-1"][-1]["data"]["positions"][0].update(id=first.node("item").node_id)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM, SHOP]


@pytest.mark.parametrize("by", ["node", "blur", "pointer", "field", "root"])
def test_what_the_page_itself_has_brings_none_back(by: str) -> None:
    visit = Visit()
    first = visit.open(SHOP, el("input", id="q"), link("Item", ITEM, id="item"), *content()[1:], how=None)
    first.click("q" if by == "field" else "item", at=4000, x=50, y=20)
    page = visit.open(ITEM, el("input", id="q"), link("List", SHOP, id="list"), el("h1", "A"), at=4200, how=None)
    if by == "node":
        page.click(page.adds(button("Late", id="late"), at=5000).node("late"), at=8000)
    elif by == "blur":
        page.focuses("list", at=7000).record(rrweb.interaction(8000, rrweb.BLUR, page.node("list").node_id))
    elif by == "root":  # a window's scrolling is told of its document, which has another id here
        shown = [e["data"] for e in visit.recorded["window-1"] if e["type"] == rrweb.FULL][-1]
        shown["node"]["id"] = 500
        page.record(rrweb.incremental(8000, 3, id=first.document.document_id, x=0, y=300))
    elif by == "field":  # it takes the focus by itself, before the recorder is there
        page.record(rrweb.interaction(8000, rrweb.BLUR, page.node("q").node_id))
    else:
        page.record(rrweb.moves(8000, (51, 20, 0)))
        visit.recorded["window-1"][-1]["data"]["positions"][0].update(id=page.node("list").node_id)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM]


@pytest.mark.parametrize("between", [None, "hover"])
def test_a_document_that_comes_back_has_the_press_that_shows_it(between: str | None) -> None:
    """The pointer goes down on a node that both documents have; the focus is the first to tell them apart."""
    visit, first = silently_back()
    item = first.node("item").node_id
    first.record(rrweb.interaction(7990, rrweb.MOUSE_DOWN, first.node("help").node_id, 50, 20))
    if between == "hover":
        first.sets("help", at=7991, class_="pressed")
    first.record(rrweb.interaction(7992, rrweb.BLUR, item))
    first.record(rrweb.interaction(8060, rrweb.MOUSE_UP, first.node("help").node_id, 50, 20))
    first.record(rrweb.interaction(8061, rrweb.CLICK, first.node("help").node_id, 50, 20))
    restored = pages(visit)[-1]
    assert (restored.href, restored.start_ms - START_MS) == (SHOP, 7990)


def test_a_press_that_is_over_stays_where_it_was() -> None:
    visit, first = silently_back()
    help_id = first.node("help").node_id
    first.record(rrweb.interaction(7000, rrweb.MOUSE_DOWN, help_id, 50, 20))
    first.record(rrweb.interaction(7060, rrweb.CLICK, help_id, 50, 20))
    first.record(rrweb.interaction(8000, rrweb.BLUR, first.node("item").node_id))
    assert pages(visit)[-1].start_ms - START_MS == 8000


@pytest.mark.parametrize("how", ["press", "checkout"])
def test_a_document_came_back_when_the_pointer_rested_as_it_had_there(how: str) -> None:
    """Browsers tell where the pointer is as they show a document again; what tells two apart may come much later."""
    visit, first = silently_back()
    visit.recorded["window-1"].pop()
    item = first.node("item").node_id
    first.record(rrweb.moves(5700, (50, 20, 0)))
    visit.recorded["window-1"][-1]["data"]["positions"][0].update(id=item)
    if how == "press":
        first.record(rrweb.interaction(20_000, rrweb.BLUR, item))
    else:
        first.checks_out(at=20_000)
    restored = pages(visit)[-1]
    assert (restored.href, restored.start_ms - START_MS) == (SHOP, 5700)


@pytest.mark.parametrize(("began_ms", "found"), [(3000, [SHOP, ITEM, SHOP]), (4400, [SHOP, ITEM])])
def test_moves_that_began_before_a_document_are_of_the_one_that_slept(began_ms: float, found: list[str]) -> None:
    visit, first = silently_back()
    first.record(rrweb.moves(5700, (70, 25, began_ms - 5700), (50, 20, 0)))
    assert [p.href for p in pages(visit)] == found


@pytest.mark.parametrize("tells", [True, False])
def test_a_recorder_takes_a_snapshot_of_the_document_as_it_comes_back(tells: bool) -> None:
    """posthog-js says that the window is visible, and takes a checkout at once if one is due."""
    visit = Visit()
    first = visit.open(SHOP, *content())
    first.click("item", at=4000).record(rrweb.custom(4200, "window hidden"))
    item = visit.open(ITEM, el("h1", "An item"), *(link(f"{i}", f"/{i}", id=f"i{i}") for i in range(5)), at=4400)
    item.record(rrweb.custom(4410, "$recording_started"))
    if tells:
        first.record(rrweb.custom(6000, "window visible"))
    first.checks_out(at=6100).lives(20_000)
    shown = pages(visit)
    assert [p.href for p in shown] == [SHOP, ITEM, SHOP]
    assert shown[2].restored is shown[0]
    assert "quick_back" in visit.kinds()


@pytest.mark.parametrize(("hidden", "shown"), [(False, [SHOP, ITEM, SHOP]), (True, [SHOP, ITEM])])
def test_a_snapshot_of_the_document_that_comes_back_may_fit_the_one_that_leaves(hidden: bool, shown: list[str]) -> None:
    """A small page whose clock has a number that the other one has, too; what was not hidden does not show again."""
    visit = Visit()
    rows = [el("p", link(f"{i}", f"/{i}")) for i in range(20)]
    first = visit.open(SHOP, *content(), *rows)
    first.click("item", at=4000).record(rrweb.custom(4200, "window hidden"))
    item = visit.open(ITEM, *content(), at=4400)
    item.record(rrweb.custom(4410, "$recording_started")).adds(el("i", "10:00"), at=5000)
    if hidden:
        item.record(rrweb.custom(5500, "window hidden"))
    first.record(rrweb.custom(6000, "window visible")).checks_out(at=6100).lives(20_000)
    assert [p.href for p in pages(visit)] == shown


@pytest.mark.parametrize("tag", ["mdui-icon", "x-ripple", "sl-button"])
@pytest.mark.parametrize("how", ["filled", "went"])
def test_a_checkout_shows_components_that_were_filled_since(tag: str, how: str) -> None:
    """A component is kept as a control only while nothing is in it; one that is a button by its name stays one."""
    visit = Visit()
    page = visit.open(SHOP, *content(), el("main", id="main"))
    quiet(visit)
    for i in range(8):
        host = el(tag)
        page.adds(host, at=1000 + i, into="main")
        if how == "filled":
            page.adds(el("span", "i"), at=1020 + i, into=host)
        else:
            page.removes(host, at=1020 + i, from_="main")
    page.checks_out(at=6000).lives(9000)
    quiet(visit)
    assert len(pages(visit)) == 1


@pytest.mark.parametrize("tag", ["mdui-icon", "x-ripple"])
def test_filled_components_do_not_hide_that_others_are_missing(tag: str) -> None:
    visit = Visit()
    page = visit.open(SHOP, *content(), el("main", id="main"))
    host = el(tag)
    page.adds(host, at=1000, into="main").adds(el("span", "i"), at=1020, into=host)
    page.adds(el("div", *(button(str(i)) for i in range(9))), at=1100)
    visit.open(SHOP, *content(), el("main", id="main"), at=5000).lives(9000)
    quiet(visit)
    assert len(pages(visit)) == 2


ENTRY = "nav-link item"


def entry(url: str, class_: str = ENTRY) -> El:
    """An entry of a menu."""
    return link(url[-4:], url, class_=class_)


def logo() -> El:
    return link("Shop", SHOP, class_="brand")


def rests(page: Page, at: float, pressed: El) -> None:
    """The pointer is told of where it was when a link was pressed, over the node of that number."""
    page.record(rrweb.moves(at, (51, 20, 0)))
    page.visit.recorded["window-1"][-1]["data"]["positions"][0].update(id=pressed.node_id)


@pytest.mark.parametrize("elsewhere", ["the same logo", "a logo with another id", "a link in a text"])
def test_a_menu_without_its_own_page_has_another_entry_below_the_resting_pointer(elsewhere: str) -> None:
    """Pages leave themselves out of their menu, so that the next entry moves up to where the pressed one was."""
    visit, pressed = Visit(), entry(SHOP)
    visit.open(ITEM, logo(), pressed, entry("/help"), how=None).click(pressed, at=4000, x=50, y=20)
    own: list[El] = [logo(), entry(ITEM), entry("/help")]
    if elsewhere == "a logo with another id":
        own = [link("Account", "/me"), *own[1:], logo()]
    elif elsewhere == "a link in a text":
        own = [link("Account", "/me"), *own[1:], el("p", link("Back to the list", SHOP))]
    rests(visit.open(SHOP, *own, at=4200, how=None), 6000, pressed)
    assert [p.href for p in pages(visit)] == [ITEM, SHOP]


@pytest.mark.parametrize("classes", [(ENTRY, ENTRY), (ENTRY, f"{ENTRY} active"), ("", "")])
def test_a_menu_that_moved_brings_back_the_page_where_the_pointer_rests(classes: tuple[str, str]) -> None:
    visit, pressed = Visit(), entry(ITEM, classes[0])
    first = visit.open(SHOP, logo(), pressed, entry("/help"), how=None).click(pressed, at=4000, x=50, y=20)
    visit.open(ITEM, el("p", "x"), logo(), entry(ITEM, classes[1]), entry("/help"), at=4200, how=None)
    rests(first, 6000, pressed)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM, SHOP]


@pytest.mark.parametrize("rows", [30, 6])
def test_new_nodes_are_numbered_on_where_a_document_that_comes_back_left_off(rows: int) -> None:
    """Ripples under the pointer: each press puts in a node, and the page that came between has nodes of that number."""
    visit = Visit()
    first = visit.open(SHOP, link("Item", ITEM, id="item"), how=None)
    first.click("item", at=4000).adds(el("i"), at=4001, into="item")
    items = (el("li", f"Row {i}") for i in range(rows))
    visit.open(ITEM, link("Item", ITEM, id="item"), *items, at=4200, how=None)
    first.adds(el("i"), at=8000, into="item").lives(9000)
    assert [(p.href, p.start_ms - START_MS) for p in pages(visit)][2:] == [(SHOP, 8000)]


@pytest.mark.parametrize("numbers", ["its own", "free", "of a node that moved"])
def test_new_nodes_of_the_page_itself_bring_none_back(numbers: str) -> None:
    visit = Visit()
    first = visit.open(SHOP, link("Item", ITEM, id="item"), *(el("li", f"Row {i}") for i in range(6)), how=None)
    first.click("item", at=4000)
    newest = max(node.node_id for node in first.document.root.walk())
    rows = [el("li") for _ in range(12 if numbers == "free" else 30)]
    page = visit.open(ITEM, link("Item", ITEM, id="item"), *rows, at=4200, how=None)
    if numbers != "of a node that moved":
        assert (page.adds(el("i", id="new"), at=8000).node("new").node_id == newest + 1) == (numbers == "free")
    else:
        moved = next(row for row in rows if row.node_id == newest + 1)
        node = {"type": 2, "id": moved.node_id, "tagName": "li", "attributes": {}, "childNodes": []}
        put = {"parentId": page.node("body").node_id, "nextId": None, "node": node}
        gone = {"parentId": page.node("body").node_id, "id": moved.node_id}
        page.record(rrweb.mutation(8000, adds=[put], removes=[gone]))
    page.lives(9000)
    assert [p.href for p in pages(visit)] == [SHOP, ITEM]

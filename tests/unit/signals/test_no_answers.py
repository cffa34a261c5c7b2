"""dead_click and slow_response: what comes near a click on pages of many kinds, and is no answer to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support import events as rrweb
from support.dom import El, button, el, link
from support.web import Page, Visit


def site(*content: El, head: El | None = None) -> tuple[Visit, Page]:
    """A page on which one button has answered already."""
    visit = Visit()
    content = (*content, button("Next", id="next"), el("p", "0", id="total"))
    page = visit.open("http://a.test/list", *content)
    return visit, page.click("next", at=2000).says("total", "1", at=2020)


def test_a_title_is_no_part_of_the_page() -> None:
    visit = Visit()
    page = Page(visit, "window-1", "http://a.test/", [button("Pay", id="it"), el("p", "0", id="t")])
    head = el("head", el("title", "Shop"))
    page.document.root.children.insert(0, head)
    page.document.number(head)
    page.record(rrweb.meta(1, page.url)).record(rrweb.event(10, rrweb.FULL, page.document.snapshot()))
    title = head.children[0]
    assert isinstance(title, El)
    old = title.children[0]
    new = {"parentId": title.node_id, "nextId": None, "node": {"type": 3, "id": 900, "textContent": "(1) Shop"}}
    page.says("t", "1", at=900).click("it", at=4000)
    gone = [{"parentId": title.node_id, "id": old.node_id}]
    page.record(rrweb.mutation(4060, removes=gone, adds=[new])).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_button_of_a_dialog_acts_on_the_dialog_not_on_a_canvas_behind_it() -> None:
    visit, page = site(el("main", el("canvas")), el("dialog", el("p", "A note"), button("Close", id="it"), open=""))
    page.click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("href", ["#", "http://a.test/list#", "http://a.test/another/route#"])
def test_a_link_whose_handler_is_missing_wherever_the_page_was_then(href: str) -> None:
    visit, page = site(link("Rules", href, id="it"))
    page.click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_the_ripple_of_another_button_on_its_way_out() -> None:
    visit, page = site(button("Pay", id="it"))
    page.click("next", at=6000).says("total", "2", at=6010)
    wave = el("div", el("div"))
    page.adds(wave, at=6012, into="next").click("it", at=7500).removes(wave, at=7900, from_="next").lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_menu_that_the_pointer_has_opened_comes_to_rest() -> None:
    menu = el("div", el("a", "All"), id="menu", class_="menu leave")
    visit, page = site(el("li", "Help", menu, role="menuitem", tabindex="0", id="it"))
    page.points(5700).sets("menu", at=5720, class_="menu enter").sets("menu", at=5740, class_="menu entering")
    page.click("it", at=6000).sets("menu", at=6040, class_="menu").lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_menu_that_is_opened_and_shut_by_quick_clicks_works() -> None:
    visit, page = site(button("Help", id="it"), el("div", "All", id="menu"))
    for i, at in enumerate((6000, 6500, 7000)):
        page.click("it", at=at).sets("menu", at=at + 10, class_="shut" if i % 2 else "open")
    page.lives(60_000)
    assert visit.kinds() == []


def tells_how_it_is_used(page: Page) -> None:
    page.sets("body", at=5993, data_whatinput="mouse", data_whatintent="mouse")


def react_aria(page: Page) -> None:
    page.sets("it", at=5993, data_pressed="true").sets("it", at=5995, data_focused="true", data_focus_visible=None)
    page.sets("it", at=6001, data_pressed=None)


def headless_ui(page: Page) -> None:
    page.sets("it", at=5993, data_active="", data_headlessui_state="active hover")
    page.sets("it", at=5995, data_focus="", data_headlessui_state="active hover focus")
    page.sets("it", at=6000, data_active=None, data_headlessui_state="hover focus")


def jquery_ui(page: Page) -> None:
    page.sets("it", at=5993, class_="ui-button ui-state-active").sets(
        "it", at=5995, class_="ui-state-active ui-state-focus"
    )
    page.sets("it", at=5999, class_="ui-button ui-state-focus")


def material_web(page: Page) -> None:
    page.sets("surface", at=5993, class_="surface pressed").sets("surface", at=6240, class_="surface")


def angular_cdk(page: Page) -> None:
    page.sets("it", at=5995, class_="cdk-focused cdk-mouse-focused")


def focus_visible(page: Page) -> None:
    page.sets("it", at=5995, class_="focus-visible", data_focus_visible_added="")


LOOKS = [
    tells_how_it_is_used,
    react_aria,
    headless_ui,
    jquery_ui,
    material_web,
    angular_cdk,
    focus_visible,
]


@pytest.mark.parametrize("looks", LOOKS)
@pytest.mark.parametrize("answers", [True, False])
def test_how_libraries_show_that_something_is_pressed(looks: Callable[[Page], None], answers: bool) -> None:
    visit, page = site(button("Pay", el("span", id="surface"), id="it"))
    page.document.by_name.setdefault("body", page.node("body"))
    page.click("it", at=6000)
    looks(page)
    if answers:
        page.sets("it", at=6003, class_="on")
    page.lives(60_000)
    assert visit.kinds() == ([] if answers else ["dead_click"])


@pytest.mark.parametrize("every", [1000, 3000, 5000])
def test_a_slow_answer_beside_what_moves(every: int) -> None:
    visit, page = site(button("Pay", id="it"), el("div", el("p", "a", id="slide"), id="slides"))
    for i in range(2500 // every + 1, 60_000 // every):
        page.says("slide", str(i), at=every * i + 300).sets("slides", at=every * i + 310, style=f"left: {i}px")
    page.click("it", at=20_000).asks("/api/pay", at=20_010, took=4000).says("total", "paid", at=24_050).lives(60_000)
    assert visit.kinds() == ["slow_response"]


@pytest.mark.parametrize("asks", [True, False], ids=["requests", "no requests"])
def test_a_bar_that_runs_until_the_answer_comes(asks: bool) -> None:
    visit, page = site(button("Pay", id="it"))
    bar = el("div", el("div", id="peg"), id="nprogress")
    page.click("it", at=6000).adds(bar, at=6010)
    for i in range(1, 12):
        page.sets("peg", at=6010 + 330 * i, style=f"width: {8 * i}%")
    if asks:
        page.asks("/api/pay", at=6010, took=4000)
    page.says("total", "paid", at=10_040).sets("peg", at=10_045, style="width: 100%").removes(bar, at=10_450)
    page.lives(60_000)
    assert visit.kinds() == ["slow_response"]


def test_a_list_that_is_asked_for_again_and_again() -> None:
    visit, page = site(button("Pay", id="it"), el("p", "0", id="orders"))
    for i in range(1, 28):
        page.asks("/api/orders", at=2000 * i + 300, took=150).says("orders", str(i), at=2000 * i + 470)
    page.click("it", at=20_200).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_prices_that_change_one_here_and_one_there() -> None:
    rows = [el("tr", el("td", "1", id=f"a{i}"), el("td", "2", id=f"b{i}")) for i in range(12)]
    visit, page = site(button("Pay", id="it"), el("table", *rows))
    cells = [f"{column}{i}" for i in range(12) for column in "ab"]
    for_the_first_time = cells.pop(12)
    at = 3000
    for i in range(60):
        at += (310, 870, 450, 1240, 620)[i % 5]
        page.says(cells[i * 7 % 23], str(i), at=at)
        if i == 20:
            page.click("it", at=at + 150).says(for_the_first_time, "9", at=at + 290)
    page.lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_star_among_prices_that_its_click_fills() -> None:
    rows = [el("tr", el("td", "1", id=f"a{i}"), el("td", button("-", id=f"star{i}"))) for i in range(12)]
    visit, page = site(el("table", *rows))
    at = 3000
    for i in range(60):
        at += (310, 870, 450, 1240, 620)[i % 5]
        page.says(f"a{i * 7 % 12}", str(i), at=at)
        if i == 20:
            page.click("star5", at=at + 150).says("star5", "*", at=at + 160)
    page.lives(60_000)
    assert visit.kinds() == []

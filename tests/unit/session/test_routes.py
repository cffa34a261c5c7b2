"""Ways back within one document: a single-page application shows a page and then the one before."""

from __future__ import annotations

import msgspec
import pytest

from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.records import Mutation
from replay_signals.transforms.session.routes import WayBack, ways_back
from replay_signals.transforms.session.timeline import timeline_of
from support import events as rrweb
from support.dom import El, button, el, link
from support.outcome import digested
from support.web import START_MS, Page, Visit

URL = "http://app.test/list"


def app() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(
        URL,
        el("nav", link("List", "/list", id="list"), link("Help", "/help", id="help")),
        el("main", list_of(), id="main"),
    )
    return visit, page


def list_of(*more: El) -> El:
    return el("section", link("Item 1", "/item/1"), link("Item 2", "/item/2"), button("Sort"), *more)


def help_page() -> El:
    return el("section", el("h1", "Help"), link("Write to us", "/contact"))


def shows(page: Page, content: El, at: float, split: bool = False, into: str = "main") -> Page:
    """Replaces what is in the main element, in one mutation as frameworks do; `split`: the old one goes before."""
    old = page.node(into).children[0]
    assert isinstance(old, El)
    page.removes(old, at=at, from_=into).adds(content, at=at, into=into)
    if not split:
        added, removed = (page.visit.recorded[page.window].pop() for _ in range(2))
        added["data"]["removes"] = removed["data"]["removes"]  # type: ignore[index]
        page.visit.add(page.window, added | {"timestamp": at})
    return page


def ways(visit: Visit) -> list[WayBack]:
    page = timeline_of(session_of([digested(visit.recorded["window-1"])])).windows[0].pages[0]
    return list(ways_back(page))


def test_there_and_back() -> None:
    visit, page = app()
    page.click("help", at=4000)
    shows(page, help_page(), at=4080)
    shows(page, list_of(), at=5900).lives(60_000)
    times = (START_MS + t for t in (4000, 4080, 5900, 60_000))
    assert ways(visit) == [WayBack("http://app.test/help", *times)]
    assert visit.kinds() == ["quick_back"]
    evidence = visit.outcome().evidence("quick_back")
    assert (evidence["dwell_ms"], evidence["page"], evidence["back_to"]) == (1820, "http://app.test/help", URL)


def menu(i: int = 0) -> El:
    """The same links each time, whose names are masked where a later message adds them."""
    names = ("[list]", "[help]") if i > 2 else ("List", "Help")
    return el("div", link(names[0], "/list", id=f"list{i}"), link(names[1], "/help", id=f"help{i}"))


@pytest.mark.parametrize("back", [False, True])
def test_a_menu_that_is_drawn_anew_with_a_clock(back: bool) -> None:
    visit = Visit()
    page = visit.open(URL, el("nav", menu(), id="menu"), el("main", list_of(), id="main"))
    shows(page, menu(1), at=3000, into="menu").click("help1", at=4000)
    shows(page, help_page(), at=4080)
    for i, at in enumerate((4081, 5000, 6000), start=2):
        shows(page, menu(i), at=at, into="menu")
    if back:
        shows(page, list_of(), at=6500)
    page.lives(60_000)
    assert [way.returned_ms for way in ways(visit)] == ([START_MS + 6500] if back else [])


def test_read_for_ten_seconds_is_no_quick_back() -> None:
    visit, page = app()
    page.click("help", at=4000)
    shows(page, help_page(), at=4080)
    shows(page, list_of(), at=14_900).lives(60_000)
    assert visit.kinds() == []


def test_a_list_that_changed_a_little_meanwhile() -> None:
    visit, page = app()
    page.click("help", at=4000)
    shows(page, help_page(), at=4080)
    news = [link(f"Item {i}", f"/item/{i}") for i in (3,)]
    shows(
        page,
        el("section", *[link(f"Item {i}", f"/item/{i}") for i in (1, 2)], button("Sort"), button("Sort"), *news),
        at=5900,
    )
    assert ways(visit) == []  # one of four is unknown
    shows(page.click("help", at=20_000), help_page(), at=20_080)
    shows(page, list_of(*news), at=22_000)
    assert len(ways(visit)) == 1


@pytest.mark.parametrize("placeholder", [el("p", "Loading"), el("div", el("p", "…"))])
def test_content_that_is_loaded_in_two_steps(placeholder: El) -> None:
    """The list again, after a placeholder that offers nothing."""
    visit, page = app()
    page.click("list", at=4000)
    shows(page, placeholder, at=4080)
    shows(page, list_of(), at=5900).lives(60_000)
    assert ways(visit) == []


def test_a_page_whose_content_follows() -> None:
    visit, page = app()
    page.click("help", at=4000)
    shows(page, el("section", button("Cancel")), at=4080)
    shows(page, help_page(), at=5900).lives(60_000)
    assert ways(visit) == []


@pytest.mark.parametrize("press", ["list", "help"])
def test_a_click_leads_back(press: str) -> None:
    visit, page = app()
    page.click("help", at=4000)
    shows(page, help_page(), at=4080).click(press, at=5800)
    shows(page, list_of(), at=5900).lives(60_000)
    assert ways(visit) == []


def test_typing_in_between_is_use() -> None:
    visit, page = app()
    page.click("help", at=4000)
    shows(page, el("section", el("input", id="q", type="search"), button("Find")), at=4080)
    page.types("q", "shoes", at=4500)
    shows(page, list_of(), at=5900).lives(60_000)
    assert ways(visit) == []


def test_a_value_that_a_script_sets_is_no_typing() -> None:
    visit, page = app()
    page.click("help", at=4000)
    shows(page, el("section", el("input", id="q", type="search"), button("Find")), at=4080)
    page.inputs("q", "50", at=4100)
    shows(page, list_of(), at=5900).lives(60_000)
    assert len(ways(visit)) == 1


def test_another_part_of_the_page_changes_and_changes_back() -> None:
    visit = Visit()
    page = visit.open(URL, link("Help", "/help", id="help"), el("main", list_of(), id="main"), el("aside", id="aside"))
    slide = el("p", link("Slide 1", "/1"))
    page.adds(slide, at=1000, into="aside")
    page.click("help", at=4000)
    shows(page, help_page(), at=4080)
    page.removes(slide, at=5000, from_="aside").adds(el("p", link("Slide 2", "/2")), at=5001, into="aside")
    assert ways(visit) == []


def test_a_button_that_opens_and_something_that_closes_by_itself() -> None:
    visit, page = app()
    button_of = page.node("main").children[0]
    assert isinstance(button_of, El)
    page.record(rrweb.interaction(4000, rrweb.CLICK, button_of.children[2].node_id, 10, 10))
    shows(page, help_page(), at=4080)
    shows(page, list_of(), at=5900)
    assert ways(visit) == []


@pytest.mark.parametrize("steps_ms", [3, 16, 120])
def test_components_that_fill_themselves_in_after_they_were_put_in_place(steps_ms: float) -> None:
    visit, page = app()
    page.click("help", at=4000)
    for at, content in ((4080, help_page()), (5900, list_of())):
        shell = el("app-page")
        shows(page, shell, at=at).adds(content, at=at + steps_ms, into=shell)
    page.lives(60_000)
    assert [way.returned_ms - START_MS for way in ways(visit)] == [5900]


@pytest.mark.parametrize(("marked", "found"), [("list", 1), ("more", 0)])
@pytest.mark.parametrize("attribute", ["class", "aria-current"])
def test_the_link_that_the_navigation_marks_tells_which_page_is_shown(attribute: str, marked: str, found: int) -> None:
    """Two forms offer the same controls."""
    visit = Visit()
    links = [link(name, f"/{name}", id=name) for name in ("list", "help", "more")]
    page = visit.open(URL, el("nav", *links), el("main", list_of(), id="main"))

    def marks(unmarked: str, now: str, at: float) -> None:
        changes = [(unmarked, ""), (now, "on" if attribute == "class" else "page")]
        named = [{"id": page.node(name).node_id, "attributes": {attribute: value}} for name, value in changes]
        page.record(rrweb.mutation(at, attributes=named))

    page.click("help", at=4000)
    shows(page, help_page(), at=4080)
    marks("list", "help", at=4081)
    shows(page, list_of(), at=5900)
    marks("help", marked, at=5901)
    page.lives(60_000)
    assert len(ways(visit)) == found


def kept(marked_by: str, shown_by: str) -> tuple[Visit, Page]:
    """All pages are in the document; one is shown."""
    visit = Visit()
    links = (link("List", "/list", id="list", **{marked_by: "on"}), link("Help", "/help", id="help", **{marked_by: ""}))
    views = (el("section", list_of(), id="v-list"), el("section", help_page(), id="v-help", **{shown_by: "away"}))
    return visit, visit.open(URL, el("nav", *links), el("main", *views))


def turns(page: Page, marked_by: str, shown_by: str, to: str, at: float) -> None:
    """Shows the other page: links and elements change in one moment, some frames later where it is `to`."""
    other = "help" if to == "list" else "list"
    changes = {f"v-{to}": (shown_by, "here"), f"v-{other}": (shown_by, "away")}
    marks = [{"id": page.node(n).node_id, "attributes": {marked_by: v}} for n, v in ((to, "on"), (other, ""))]
    page.record(rrweb.mutation(at, attributes=marks))
    for i, (name, (attribute, value)) in enumerate(changes.items()):
        page.record(
            rrweb.mutation(at + 10 + i, attributes=[{"id": page.node(name).node_id, "attributes": {attribute: value}}])
        )


WAYS_TO_SHOW = [("class", "style"), ("class", "class"), ("aria-current", "style"), ("aria-selected", "hidden")]


@pytest.mark.parametrize("after_ms", [700, 1400, 4000])
@pytest.mark.parametrize(("marked_by", "shown_by"), WAYS_TO_SHOW)
def test_pages_that_stay_in_the_document_and_are_shown_in_turn(marked_by: str, shown_by: str, after_ms: float) -> None:
    visit, page = kept(marked_by, shown_by)
    page.click("help", at=4000)
    turns(page, marked_by, shown_by, "help", at=4080)
    turns(page, marked_by, shown_by, "list", at=4080 + after_ms)
    page.lives(60_000)
    times = (START_MS + t for t in (4000, 4080, 4080 + after_ms, 60_000))
    assert ways(visit) == [WayBack("http://app.test/help", *times)]
    assert visit.kinds() == ["quick_back"]


@pytest.mark.parametrize("instead", ["stays", "a click leads back", "only the marking"])
def test_what_is_shown_in_turn_without_going_back(instead: str) -> None:
    """Scrolling marks links as well; tabs are closed by a click."""
    visit, page = kept("class", "style")
    page.click("help", at=4000)
    if instead == "only the marking":
        for at, on, off in ((4080, "help", "list"), (5900, "list", "help")):
            attributes = [{"id": page.node(n).node_id, "attributes": {"class": v}} for n, v in ((on, "on"), (off, ""))]
            page.record(rrweb.mutation(at, attributes=attributes))
    else:
        turns(page, "class", "style", "help", at=4080)
        if instead == "a click leads back":
            page.click("list", at=5800)
            turns(page, "class", "style", "list", at=5900)
    page.lives(60_000)
    assert ways(visit) == []


@pytest.mark.parametrize("shown_by", ["hidden", "class", "style"])
@pytest.mark.parametrize("slides", [False, True])
def test_pages_shown_in_turn_without_a_mark_unless_they_turn_by_themselves(shown_by: str, slides: bool) -> None:
    visit, page = kept("class", shown_by)

    def turn(to: str, at: float) -> None:
        other = "help" if to == "list" else "list"
        changes = [(f"v-{to}", "here"), (f"v-{other}", "away")]
        named = [{"id": page.node(name).node_id, "attributes": {shown_by: value}} for name, value in changes]
        page.record(rrweb.mutation(at, attributes=named))

    for at in range(2000, 9000, 3500) if slides else ():
        turn("help", at)
        turn("list", at + 1700)
    page.click("help", at=9000)
    turn("help", 9060)
    turn("list", 10_800)
    page.lives(60_000)
    assert len(ways(visit)) == (not slides)


def test_a_link_around_a_part_that_looks_like_a_button() -> None:
    visit = Visit()
    inner = el("span", el("i", "Help", id="icon"), class_="btn")
    page = visit.open(URL, el("nav", el("a", inner, href="/help", id="help")), el("main", list_of(), id="main"))
    page.click("icon", at=4000)
    shows(page, help_page(), at=4080)
    shows(page, list_of(), at=5900).lives(60_000)
    assert [way.url for way in ways(visit)] == ["http://app.test/help"]


def test_names_that_are_made_anew_where_the_navigation_marks_the_page_before_again() -> None:
    visit = Visit()
    links = (link("List", "/list", id="list", class_="on"), link("Help", "/help", id="help", class_=""))
    page = visit.open(URL, el("nav", *links), el("main", list_of(), id="main"))
    page.click("help", at=4000)
    for at, on, off, content in (
        (4080, "help", "list", help_page()),
        (5900, "list", "help", el("section", button("17 new"), button("Since 9:41"))),
    ):
        shows(page, content, at=at)
        marks = [{"id": page.node(n).node_id, "attributes": {"class": v}} for n, v in ((on, "on"), (off, ""))]
        page.record(rrweb.mutation(at + 1, attributes=marks))
    page.lives(60_000)
    assert len(ways(visit)) == 1


def test_a_page_seen_before_the_one_that_was_left_is_no_way_back() -> None:
    """By an address that was typed, or a bookmark: what stood there before the link comes back, or it does not."""
    visit, page = app()
    page.click("help", at=4000)
    shows(page, el("section", *(button(name) for name in ("Red", "Green", "Blue"))), at=4080)
    page.click("help", at=20_000)
    shows(page, help_page(), at=20_080)
    shows(page, list_of(), at=21_900).lives(60_000)
    assert ways(visit) == []


def menu_of(kind: str) -> tuple[Visit, Page]:
    """An application whose menu is made of no links."""

    def item(name: str, state: str) -> El:
        id_ = name.lower()
        if kind == "button":
            return el("button", name, id=id_, type="button", class_=state)
        if kind == "div":
            return el("div", el("span", name), id=id_, class_=f"item {state}")
        if kind == "app-item":
            return el("app-item", el("span", name), id=id_, **({"active": ""} if state else {}))
        return el("div", name, id=id_, role=kind, class_=f"item {state}")

    visit = Visit()
    items = [item("List", "on"), item("Help", ""), item("More", "")]
    return visit, visit.open(URL, el("main", list_of(), id="main"), el("div", *items, class_="bar"))


def marks(page: Page, kind: str, off: str, on: str, at: float) -> None:
    """Takes the marking of one item and gives it to another one."""
    prefix = "" if kind == "button" else "item "
    changes = [
        {
            "id": page.node(name).node_id,
            "attributes": {"active": "" if state else None} if kind == "app-item" else {"class": prefix + state},
        }
        for name, state in ((off, ""), (on, "on"))
    ]
    page.record(rrweb.mutation(at, attributes=changes))


def large(page: El) -> El:
    """With enough in it to be a page where nothing says that something leads to one."""
    page.children += [el("p", f"Line {i}") for i in range(10)]
    return page


@pytest.mark.parametrize("kind", ["tab", "menuitem", "button", "div", "app-item"])
@pytest.mark.parametrize("back", ["back", "stays", "pressed", "another", "unmarked", "late"])
def test_a_menu_that_is_made_of_no_links(kind: str, back: str) -> None:
    visit, page = menu_of(kind)
    page.click("help", at=4000)
    shows(page, large(help_page()), at=4080)
    marks(page, kind, "list", "help", at=4081)
    if back == "pressed":
        page.click("list", at=5800)
    if back != "stays":
        returned_ms = 12_000 if back == "late" else 5900
        shows(page, large(list_of()), at=returned_ms)
        if back != "unmarked":
            marks(page, kind, "help", "more" if back == "another" else "list", at=returned_ms + 1)
    page.lives(60_000)
    assert visit.kinds() == (["quick_back"] if back == "back" else [])


@pytest.mark.parametrize("marked", [True, False])
def test_a_button_that_says_for_a_moment_what_it_did(marked: bool) -> None:
    """It looks pressed meanwhile; nothing else loses its marking by it."""
    visit, page = menu_of("button")
    page.click("help", at=4000)
    for at, content, state in ((4080, help_page(), "on"), (5900, list_of(), "")):
        shows(page, content, at=at)
        if marked:
            change = {"id": page.node("help").node_id, "attributes": {"class": state}}
            page.record(rrweb.mutation(at + 1, attributes=[change]))
    page.lives(60_000)
    assert ways(visit) == []


def test_tabs_that_turn_by_themselves() -> None:
    visit, page = menu_of("tab")
    turns_ms = range(1000, 19_000, 3000)
    for i, at in enumerate(turns_ms):
        shows(page, list_of() if i % 2 else help_page(), at=at)
        marks(page, "tab", *(("help", "list") if i % 2 else ("list", "help")), at=at + 1)
    page.click("help", at=19_500)
    shows(page, help_page(), at=19_560)
    marks(page, "tab", "list", "help", at=19_561)
    shows(page, list_of(), at=22_560)
    marks(page, "tab", "help", "list", at=22_561)
    page.lives(60_000)
    assert ways(visit) == []


@pytest.mark.parametrize("kind", ["div", "app-item"])
@pytest.mark.parametrize("marked_ms", [-20, 0, 250])
def test_the_mark_of_a_plain_item_may_come_before_its_page_or_after_it(kind: str, marked_ms: float) -> None:
    visit, page = menu_of(kind)
    page.click(next(c for c in page.node("help").children if isinstance(c, El)), at=4000)
    for at, content, off, on in ((4030, help_page(), "list", "help"), (5900, list_of(), "help", "list")):
        if marked_ms <= 0:
            marks(page, kind, off, on, at=at + marked_ms)
        shows(page, large(content), at=at)
        if marked_ms > 0:
            marks(page, kind, off, on, at=at + marked_ms)
    page.lives(60_000)
    assert visit.kinds() == ["quick_back"]


@pytest.mark.parametrize("but", ["little is shown", "elsewhere pressed", "a third changes", "marked late", "restless"])
@pytest.mark.parametrize("kind", ["div", "app-item"])
def test_what_exchanges_marks_without_being_a_menu_that_was_pressed(kind: str, but: str) -> None:
    """A row of a list that is selected, a step that is done, slides that go on by themselves."""
    visit, page = menu_of(kind)
    if but == "restless":
        marks(page, kind, "list", "help", at=1000)
        marks(page, kind, "help", "list", at=2000)
    page.click("main" if but == "elsewhere pressed" else "help", at=4000)
    late_ms = 400 if but == "marked late" else 1
    for at, content, off, on in ((4080, help_page(), "list", "help"), (5900, list_of(), "help", "list")):
        shows(page, content if but == "little is shown" else large(content), at=at)
        marks(page, kind, off, on, at=at + late_ms)
        if but == "a third changes":
            third = {"id": page.node("more").node_id, "attributes": {"class": f"at-{at}", "active": str(at)}}
            last = visit.recorded["window-1"][-1]["data"]
            last["attributes"].append(third)  # type: ignore[index]
    page.lives(60_000)
    assert ways(visit) == []


@pytest.mark.parametrize(("masked", "found"), [(4, 1), (0, 0)])
def test_addresses_that_are_masked_where_a_message_is_too_large_are_not_compared(masked: int, found: int) -> None:
    """Of a long page the first links are told and the others are fingerprints; other links are another page."""
    visit, page = app()
    page.click("help", at=4000)
    shows(page, help_page(), at=4080)
    shows(page, list_of(*(link(f"Item {i}", f"/item/{i}") for i in range(3, 7))), at=5900).lives(60_000)
    shown = timeline_of(session_of([digested(visit.recorded["window-1"])])).windows[0].pages[0]
    t, last = [(t, r) for t, r in shown.records if isinstance(r, Mutation)][-1]
    behind = tuple(f"/item/{i}" for i in range(3, 3 + masked))
    told = [c for c in last.controls if not c.href.endswith(behind)] if behind else last.controls
    hidden = [msgspec.structs.replace(c, href="[text:bcdfg]") for c in last.controls if c not in told]
    shown.records[shown.records.index((t, last))] = t, msgspec.structs.replace(last, controls=[*told, *hidden])
    assert len(list(ways_back(shown))) == found

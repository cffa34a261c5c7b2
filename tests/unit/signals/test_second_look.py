"""What the other clicks, tabs and pages of a session say about a silent click."""

from __future__ import annotations

import pytest

from replay_signals.schemas.confidence import TABLE
from support import events as rrweb
from support.dom import El, button, el, link
from support.web import Page, Visit

URL = "http://shop.test/list"


def shop(*content: El | str) -> tuple[Visit, Page]:
    visit = Visit()
    links = [link(f"Lamp {i}", f"/lamps/{i}", id=f"lamp{i}") for i in range(3)]
    page = visit.open(URL, button("More", id="more"), el("p", "0", id="n"), *links, *content)
    return visit, page.says("n", "1", at=500)


def goes_on(page: Page, at: float) -> None:
    page.click("more", at=at).says("n", str(at), at=at + 40).lives(at + 60_000)


# Links in the background


@pytest.mark.parametrize("then", [1200, 6000, 20_000])
def test_a_silent_link_and_a_visitor_who_goes_on(then: float) -> None:
    visit, page = shop()
    page.click("lamp0", at=4000)
    goes_on(page, at=4000 + then)
    assert visit.kinds() == []
    assert visit.verdict("lamp0") == "unknown"


@pytest.mark.parametrize(
    ("href", "verdict"),
    [("#/lamps/2", "unknown"), ("#!/lamps/2", "unknown"), ("#/", "dead"), ("#!", "dead"), ("#top", "dead")],
)
def test_a_silent_link_to_another_route_of_an_application(href: str, verdict: str) -> None:
    visit = Visit()
    page = visit.open(
        "http://shop.test/#/", el("p", "0", id="n"), button("More", id="more"), link("Lamp", href, id="lamp")
    )
    page.click("more", at=2000).says("n", "start", at=2040).click("lamp", at=6000)
    goes_on(page, at=12_000)
    assert visit.verdict("lamp") == verdict
    page.click("lamp", at=30_000)
    goes_on(page, at=40_000)
    assert visit.outcome().verdicts().count("dead") == 2


def test_several_links_opened_one_after_the_other() -> None:
    visit, page = shop()
    page.click("lamp0", at=4000).click("lamp1", at=5200).click("lamp2", at=6500)
    goes_on(page, at=12_000)
    assert visit.kinds() == []


def test_the_last_of_several_links_was_opened_like_those_before() -> None:
    visit, page = shop()
    page.click("lamp0", at=4000).click("lamp1", at=7000).click("lamp2", at=11_000).lives(40_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("again", [400, 3000, 6000])
def test_a_silent_link_that_is_tried_again_is_dead(again: float) -> None:
    visit, page = shop()
    page.click("lamp0", at=4000).click("lamp0", at=4000 + again)
    goes_on(page, at=20_000)
    assert visit.kinds() == ["dead_click", "dead_click"]


@pytest.mark.parametrize("lived", [2500, 20_000])
def test_a_silent_link_that_is_the_last_thing_done_is_dead(lived: float) -> None:
    visit, page = shop()
    page.click("lamp0", at=4000).lives(4000 + lived)
    assert visit.verdict("lamp0") == "dead"


def test_a_silent_link_before_reading_on_is_unknown() -> None:
    visit, page = shop()
    page.click("lamp0", at=4000).scrolls(300, at=8000).scrolls(700, at=12_000).lives(30_000)
    assert visit.verdict("lamp0") == "unknown"


def test_fingers_and_keys_open_no_tab_in_the_background() -> None:
    visit, page = shop()
    page.tap("lamp0", at=4000)
    page.focuses("lamp1", at=14_000).only_clicks("lamp1", 15_000, by_pointer=False)
    goes_on(page, at=30_000)
    assert visit.kinds() == ["dead_click", "dead_click"]


def test_a_failing_neighbour_says_that_the_page_is_in_trouble() -> None:
    visit, page = shop()
    page.click("lamp0", at=4000).click("more", at=9000).asks("/api/more", at=9010, status=500)
    goes_on(page, at=30_000)
    assert visit.verdict("lamp0") == "dead"


def test_links_of_a_page_whose_script_died_are_dead() -> None:
    visit, page = shop()
    page.fails("Uncaught TypeError: app.render is not a function", at=3000)
    page.click("lamp0", at=4000).click("lamp1", at=6000).lives(12_000)
    visit.open("http://shop.test/", at=13_000).lives(60_000)
    assert [visit.verdict(name) for name in ("lamp0", "lamp1")] == ["dead", "dead"]


@pytest.mark.parametrize("later", [2000, 4500, 60_000])
@pytest.mark.parametrize("recorded", [True, False], ids=["its snapshot", "an event only"])
def test_the_tab_that_shows_the_link_is_its_answer(later: float, recorded: bool) -> None:
    """Tabs in the background say nothing until they are looked at."""
    visit, page = shop()
    page.click("lamp0", at=4000).click("lamp0", at=8000)
    if recorded:
        visit.open("http://shop.test/lamps/0", at=8000 + later, window="window-2").lives(90_000)
    else:
        visit.event("$pageview", at=8000 + later, window="window-2", _current_url="http://shop.test/lamps/0")
    goes_on(page, at=20_000)
    assert visit.kinds() == []
    assert visit.verdict("lamp0") == "alive"


@pytest.mark.parametrize("again", [5000, 40_000])
def test_a_link_that_works_the_next_time_was_opened_in_the_background_first(again: float) -> None:
    visit, page = shop()
    page.click("lamp0", at=4000).click("lamp0", at=4000 + again)
    visit.open("http://shop.test/lamps/0", link("Home", "/"), at=4300 + again).lives(90_000)
    assert visit.kinds() == []


def test_a_link_tried_again_in_vain_after_a_script_died_may_have_worked_before() -> None:
    visit, page = shop()
    page.click("lamp0", at=4000).fails("Uncaught TypeError: app.render is not a function", at=8000)
    page.click("lamp0", at=10_000).lives(60_000)
    assert [i.verdict for i in visit.outcome().rows.interactions] == ["unknown", "dead"]


@pytest.mark.parametrize("again", [2000, 9000])
def test_a_silent_link_tried_again_right_before_the_page_is_left(again: float) -> None:
    """The first time the page stayed; the second time its recording ends with the click."""
    visit, page = shop()
    page.click("lamp0", at=4000).click("lamp0", at=4000 + again)
    visit.open("http://shop.test/start", link("List", "/list"), at=7200 + again, how=None).lives(60_000)
    assert [i.verdict for i in visit.outcome().rows.interactions] == ["dead", "dead"]


# Links that open tabs, lead elsewhere, or lead to the page itself


def tells_hidden(page: Page, at: float) -> None:
    page.record(rrweb.custom(at, "window hidden")).record(rrweb.custom(at + 3000, "window visible"))


@pytest.mark.parametrize(("hides", "verdict"), [(True, "dead"), (False, "unknown")])
def test_a_link_that_opens_no_tab(hides: bool, verdict: str) -> None:
    visit, page = shop(link("Guide", "http://docs.test/guide", target="_blank", id="guide"))
    if hides:
        tells_hidden(page, at=2000)
    page.click("guide", at=9000)
    goes_on(page, at=20_000)
    assert visit.verdict("guide") == verdict


@pytest.mark.parametrize("after", [150, 2200])
def test_a_link_that_opens_a_tab(after: float) -> None:
    visit, page = shop(link("Guide", "http://docs.test/guide", target="_blank", id="guide"))
    page.click("guide", at=9000)
    tells_hidden(page, at=9000 + after)
    goes_on(page, at=20_000)
    assert visit.kinds() == []


def test_a_file_that_a_link_opens_in_a_tab_is_unknown() -> None:
    visit, page = shop(link("Prices", "/prices.pdf", target="_blank", id="prices"))
    tells_hidden(page, at=2000)
    page.click("prices", at=9000)
    goes_on(page, at=20_000)
    assert visit.verdict("prices") == "unknown"


@pytest.mark.parametrize("slow", [800, 2500])
@pytest.mark.parametrize("comes_back", [True, False])
def test_a_link_to_a_slow_site_elsewhere_has_left_the_page(slow: float, comes_back: bool) -> None:
    visit, page = shop(link("Law", "http://law.test/", id="law"))
    page.click("law", at=9000).lives(9000 + slow)
    if comes_back:
        visit.open(URL, el("p", "text"), at=40_000, how="back_forward").lives(60_000)
    assert visit.kinds() == []
    assert visit.verdict("law") == "unknown"


@pytest.mark.parametrize("told_by", ["recorder", "event"])
@pytest.mark.parametrize("href", ["http://law.test/", "/law"], ids=["elsewhere", "here"])
def test_a_page_that_lived_until_the_next_one_was_not_left_by_the_link(href: str, told_by: str) -> None:
    visit, page = shop(link("Law", href, id="law"))
    page.tap("law", at=9000)
    if told_by == "recorder":
        page.lives(10_300)
    else:
        visit.event("$pageleave", at=10_300, _current_url=URL)
    visit.open("http://shop.test/start", link("List", "/list"), at=10_600).lives(60_000)
    assert visit.verdict("law") == "dead"


@pytest.mark.parametrize(("url", "verdict"), [("http://shop.test/start", "dead"), (URL, "unknown")])
def test_another_page_comes_sooner_than_anybody_comes_back(url: str, verdict: str) -> None:
    """Without the times of navigations; the same page may come back by the button."""
    visit, page = shop(link("Law", "http://law.test/", id="law"))
    page.tap("law", at=9000)
    visit.open(url, link("Home", "/"), at=12_800, how=None).lives(60_000)
    assert visit.verdict("law") == verdict


@pytest.mark.parametrize("after", [400, 3100])
def test_an_event_of_the_page_tells_that_it_was_not_left(after: float) -> None:
    visit, page = shop(link("Law", "http://law.test/", id="law"))
    page.click("law", at=9000)
    visit.event("$pageleave", at=9000 + after, _current_url=URL)
    assert visit.verdict("law") == ("dead" if after > 3000 else "unknown")


@pytest.mark.parametrize("event", ["$pageview", "$$heatmap"])
@pytest.mark.parametrize(("url", "verdict"), [("/lamps/0", "alive"), ("/lamps/1", "dead")])
def test_an_event_tells_of_an_answer_whose_recording_is_lost(event: str, url: str, verdict: str) -> None:
    visit, page = shop()
    page.click("lamp0", at=9000).lives(11_000)
    visit.event(event, at=11_500, _current_url=f"http://shop.test{url}")
    assert visit.verdict("lamp0") == verdict


@pytest.mark.parametrize("of_documents", [True, False], ids=["documents", "one page"])
def test_a_link_to_the_page_itself(of_documents: bool) -> None:
    """Where links load documents, this one would have loaded the page anew."""
    visit = Visit()
    if of_documents:
        visit.open("http://shop.test/start", link("List", "/list", id="list")).click("list", at=3000)
    own = link("List", "/list", class_="active", id="own")
    page = visit.open(URL, own, el("p", "0", id="n"), button("More", id="more"), at=3200 if of_documents else 0)
    page.says("n", "1", at=4000).click("own", at=9000)
    goes_on(page, at=20_000)
    assert visit.verdict("own") == ("dead" if of_documents else "unknown")


@pytest.mark.parametrize(
    ("chosen", "hovered"),
    [({"aria_selected": "true", "class_": "tab"}, "tab hover"), ({"class_": "tab active"}, "tab active hover")],
    ids=["attribute", "class"],
)
def test_a_current_choice_stays_one_when_its_class_changes_otherwise(chosen: dict[str, str], hovered: str) -> None:
    visit, page = shop(el("div", "Prices", role="tab", id="tab", **chosen))
    page.sets("tab", at=8000, class_=hovered).click("tab", at=9000).lives(60_000)
    assert visit.verdict("tab") == "unknown"


@pytest.mark.parametrize(("classes", "verdict"), [("tab is-active", "unknown"), ("tab", "dead")])
def test_a_choice_that_a_changed_class_tells(classes: str, verdict: str) -> None:
    visit, page = shop(
        el("div", "Prices", role="tab", id="tab", class_="tab" if verdict == "unknown" else "tab active")
    )
    page.sets("tab", at=2000, class_=classes).click("tab", at=9000).lives(60_000)
    assert visit.verdict("tab") == verdict


@pytest.mark.parametrize("pressed", ["btn active", "btn is-active", "btn selected"])
@pytest.mark.parametrize(("since", "verdict"), [(8992, "dead"), (8990, "dead"), (6000, "unknown")])
def test_a_control_that_only_looks_chosen_while_it_is_pressed_is_no_current_choice(
    pressed: str, since: float, verdict: str
) -> None:
    """Touch libraries and Bootstrap give a button such a class with the press, and take it back."""
    visit, page = shop(el("a", "Prices", role="button", href="#", id="it", class_="btn"))
    page.sets("it", at=since, class_=pressed).click("it", at=9000)
    if verdict == "dead":
        page.sets("it", at=9150, class_="btn")
    goes_on(page, at=20_000)
    assert visit.verdict("it") == verdict


@pytest.mark.parametrize("look", [{"role": "option"}, {"style": "cursor: pointer"}], ids=["role", "hand"])
@pytest.mark.parametrize(("several", "verdict"), [(True, "dead"), (False, "unknown")])
def test_a_choice_beside_others_that_are_made_can_be_taken_back(
    look: dict[str, str], several: bool, verdict: str
) -> None:
    """Of tabs one is open; of chips that filter several may be on, and a click on one of them lets it go."""
    chips = {"a": "chip", "it": "chip selected", "b": "chip selected" if several else "chip"}
    visit, page = shop(
        el("div", *(el("div", name, id=name, class_=classes, **look) for name, classes in chips.items()))
    )
    page.click("it", at=9000).lives(60_000)
    assert visit.verdict("it") == verdict


# Halves of double clicks


@pytest.mark.parametrize("answered", [0, 1])
@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
def test_the_silent_half_of_a_double_click(answered: int, told: bool) -> None:
    visit, page = shop(el("div", el("span", "report", id="name"), role="gridcell", id="cell"))
    if told:
        page.double_click("name", at=6000)
    else:
        page.clicks("name", 5860, 6000)
    page.says("n", "open", at=(5880, 6030)[answered]).lives(20_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(("told", "kinds"), [(True, []), (False, ["dead_click"])])
def test_a_double_click_is_as_slow_as_the_visitor_has_set_it(told: bool, kinds: list[str]) -> None:
    visit, page = shop(button("Report", id="report"))
    page.clicks("report", 5350, 6000).says("n", "open", at=6030)
    if told:
        page.record(rrweb.interaction(6001, rrweb.DBL_CLICK, page.node("report").node_id, 40, 60))
    page.lives(60_000)
    assert visit.kinds() == kinds


def test_a_double_click_that_nothing_answers_is_one_dead_click() -> None:
    visit, page = shop(el("div", "report", role="gridcell", id="cell"))
    page.double_click("cell", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]
    assert visit.outcome().signal("dead_click").click_count == 2


# Controls that are known to answer, and those that act elsewhere


def test_a_control_beside_a_canvas_that_answered_before_is_dead_when_silent() -> None:
    visit, page = shop(el("div", button("Grid", id="grid"), el("canvas")))
    page.click("grid", at=4000).says("n", "grid on", at=4040)
    page.click("grid", at=20_000)
    goes_on(page, at=40_000)
    assert visit.kinds() == ["dead_click"]


def test_a_control_beside_a_canvas_is_unknown_and_beside_a_recorded_one_dead() -> None:
    for draws in (False, True):
        visit, page = shop(el("div", button("Grid", id="grid"), el("canvas", id="sheet")))
        if draws:
            page.record(rrweb.incremental(2000, 9, id=page.node("sheet").node_id))
        page.click("grid", at=20_000)
        goes_on(page, at=40_000)
        assert visit.verdict("grid") == ("dead" if draws else "unknown")


@pytest.mark.parametrize(("pressed", "verdict"), [("false", "dead"), ("true", "unknown"), (None, "unknown")], ids=str)
def test_a_tool_beside_a_canvas_that_tells_whether_it_is_pressed(pressed: str | None, verdict: str) -> None:
    told = {} if pressed is None else {"aria-pressed": pressed}
    visit, page = shop(el("div", button("Brush", id="brush", **told), el("canvas")))
    page.click("brush", at=9000)
    goes_on(page, at=30_000)
    assert visit.verdict("brush") == verdict


@pytest.mark.parametrize(("inside", "verdict"), [(False, "dead"), (True, "unknown")])
def test_a_button_of_a_form_acts_on_its_form(inside: bool, verdict: str) -> None:
    canvas = el("canvas")
    form = el(
        "form", el("input", type="text"), button("Check", type="button", id="check"), *([canvas] if inside else [])
    )
    visit, page = shop(el("div", form, *([] if inside else [canvas])))
    page.click("check", at=9000)
    goes_on(page, at=30_000)
    assert visit.verdict("check") == verdict


@pytest.mark.parametrize(("answering", "verdict"), [(3, "dead"), (1, "unknown")])
def test_what_its_like_in_a_toolbar_do(answering: int, verdict: str) -> None:
    tools = [button(f"Tool {i}", id=f"tool{i}", class_="tool") for i in range(5)]
    visit, page = shop(el("div", *tools, el("canvas")))
    for i in range(answering):
        page.click(f"tool{i}", at=4000 + 3000 * i).says("n", f"tool {i}", at=4040 + 3000 * i)
    page.click("tool4", at=30_000)
    goes_on(page, at=50_000)
    assert visit.verdict("tool4") == verdict


def test_what_others_do_says_nothing_of_names() -> None:
    tools = [button(f"Tool {i}", id=f"tool{i}", class_="tool") for i in range(4)]
    visit, page = shop(el("div", *tools, button("As PDF", id="it", class_="tool")))
    for i in range(4):
        page.click(f"tool{i}", at=4000 + 3000 * i).says("n", f"tool {i}", at=4040 + 3000 * i)
    page.click("it", at=30_000)
    goes_on(page, at=50_000)
    assert visit.verdict("it") == "unknown"


@pytest.mark.parametrize(
    ("writing", "looking", "silent", "verdict"),
    [(2, 0, 1, "dead"), (1, 0, 0, "unknown"), (0, 3, 0, "unknown"), (2, 0, 2, "unknown")],
    ids=["more write", "only one writes", "others change their looks", "as many act on the canvas"],
)
def test_what_the_neighbours_of_a_control_beside_a_canvas_do(
    writing: int, looking: int, silent: int, verdict: str
) -> None:
    names = [f"{kind}{i}" for kind, n in (("w", writing), ("l", looking), ("s", silent)) for i in range(n)]
    visit, page = shop(el("div", *(button(name, id=name) for name in [*names, "it"])), el("canvas"))
    for at, name in enumerate(names, start=1):
        page.click(name, at=4000 * at)
        if name[0] == "w":
            page.says("n", name, at=4000 * at + 40)
        elif name[0] == "l":
            page.sets(name, at=4000 * at + 40, class_="on")
    page.click("it", at=30_000)
    goes_on(page, at=50_000)
    assert visit.verdict("it") == verdict


@pytest.mark.parametrize("name", ["Print", "Drucken", "Télécharger", "Скачать", "印刷", "다운로드", "As PDF", "Teilen"])
def test_one_click_on_what_acts_outside_the_page_is_unknown_and_hammering_is_rage(name: str) -> None:
    visit, page = shop(button(name, id="it"))
    page.click("it", at=4000)
    goes_on(page, at=20_000)
    assert visit.kinds() == []
    visit, page = shop(button(name, id="it"))
    page.clicks("it", 4000, 4200, 4400, 4600, 4800, 5000).lives(60_000)
    assert visit.kinds() == ["rage_click"]
    assert visit.outcome().signal("rage_click").confidence == TABLE.confidence("rage_click", "weak")


@pytest.mark.parametrize("name", ["Label", "Rechnung", "Bon de livraison", "領収書", "Leaflet", "Preisliste"])
def test_a_button_that_is_called_like_a_document_may_hand_it_out(name: str) -> None:
    visit, page = shop(button(name, id="it"))
    page.click("it", at=4000)
    goes_on(page, at=20_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(
    "it", [button("Label all", id="it"), button("New invoice", id="it"), el("div", "Label", role="tab", id="it")]
)
def test_what_speaks_of_documents_otherwise_is_judged(it: El) -> None:
    visit, page = shop(it)
    page.click("it", at=4000)
    goes_on(page, at=20_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("name", ["Volume up", "Lauter 🔊", "再生"])
def test_what_plays_may_be_used_fast(name: str) -> None:
    visit, page = shop(button(name, id="it"))
    page.clicks("it", 4000, 4200, 4400, 4600, 4800, 5000).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("name", ["Blueprints", "Sonder", "Imprint", "Display"])
def test_words_inside_other_words_do_not_count(name: str) -> None:
    visit, page = shop(button(name, id="it"))
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize(
    ("gap_ms", "answer_ms", "count", "kinds"),
    [
        (300, 300, 4, []),  # the control waits for the last click
        (200, 550, 7, []),
        (300, 40, 4, ["rage_click"]),  # the last one worked
        (300, 900, 4, ["rage_click"]),  # too late to be about the last one
        (450, 300, 7, ["rage_click"]),  # nobody goes on for so long unless nothing happens
        (300, None, 4, ["rage_click"]),
    ],
)
def test_quick_clicks_may_be_answered_together(
    gap_ms: float, answer_ms: float | None, count: int, kinds: list[str]
) -> None:
    visit = Visit()
    page = visit.open("http://a.test/", button("+", id="more"), el("p", "0", id="n"), button("B", id="b"))
    times = [4000 + gap_ms * k for k in range(count)]
    page.says("n", "1", at=500).clicks("more", *times)
    if answer_ms is not None:
        page.says("n", "5", at=times[-1] + answer_ms)
    page.click("b", at=20_000).says("n", "6", at=20_010).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(
    ("before_ms", "kinds"), [(16, ["rage_click"]), (90, ["rage_click"]), (300, []), (None, [])], ids=str
)
def test_what_answered_at_once_before_does_not_wait_for_the_last_click(
    before_ms: float | None, kinds: list[str]
) -> None:
    visit = Visit()
    page = visit.open("http://a.test/", button("+", id="more"), el("p", "0", id="n"), button("B", id="b"))
    page.click("more", at=1500)
    if before_ms is not None:
        page.says("n", "1", at=1500 + before_ms)
    page.clicks("more", 6000, 6300, 6600, 6900).says("n", "2", at=7300)
    page.click("b", at=20_000).says("n", "6", at=20_010).lives(60_000)
    assert [kind for kind in visit.kinds() if kind == "rage_click"] == kinds


# Links to where the page is


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ([(3500, "#/lamps")], "unknown"),  # a page view told it before
        ([(3500, "#/lamps"), (6090, "#/")], "dead"),  # the event of the click itself is nearer
        ([], "dead"),
    ],
)
def test_a_link_to_the_route_that_events_tell_is_the_current_choice(
    events: list[tuple[float, str]], verdict: str
) -> None:
    visit = Visit()
    page = visit.open(
        "http://shop.test/#/", el("p", "0", id="n"), button("More", id="more"), link("Lamps", "#/lamps", id="lamps")
    )
    page.click("more", at=2000).says("n", "1", at=2040).click("lamps", at=6000).click("lamps", at=20_000)
    for at, route in [*events, *((at + 14_000, route) for at, route in events)]:
        visit.event("$autocapture", at=at, _current_url=f"http://shop.test/{route}")
    goes_on(page, at=40_000)
    assert visit.outcome().verdicts().count(verdict) == 2


@pytest.mark.parametrize(("by_link", "verdict"), [(True, "dead"), (False, "unknown")])
def test_links_load_documents_where_a_click_on_one_did(by_link: bool, verdict: str) -> None:
    """An address that the visitor types loads a document on a single-page site, too."""
    visit = Visit()
    page = visit.open("http://shop.test/", link("List", "/list", id="list"))
    if by_link:
        page.click("list", at=3000)
    page = visit.open(URL, link("List", "/list", id="here", aria_current="page"), button("M", id="m"), at=3300)
    page.click("here", at=9000).click("m", at=20_000).sets("m", at=20_010, class_="on").lives(40_000)
    assert visit.verdict("here") == verdict


@pytest.mark.parametrize(
    ("before", "clicked", "verdict"),
    [("lamp1", "lamp1", "unknown"), ("lamp1", "here", "dead"), ("", "here", "dead")],
    ids=["where it is", "where it was before", "nothing says that links route"],
)
def test_a_link_to_the_page_itself_does_nothing_where_links_route(before: str, clicked: str, verdict: str) -> None:
    visit, page = shop(link("List", "/list", id="here"))
    if before:
        page.click(before, at=3000).says("n", before, at=3040)
    page.click(clicked, at=9000).click(clicked, at=20_000)
    goes_on(page, at=30_000)
    assert visit.outcome().verdicts().count(verdict) == 2


@pytest.mark.parametrize(("href", "verdict"), [("#", "dead"), ("#prices", "alive")])
def test_an_address_that_only_ends_in_a_number_sign_is_no_answer(href: str, verdict: str) -> None:
    visit, page = shop(link("Prices", href, id="it"))
    page.click("it", at=6000)
    visit.event("$autocapture", at=5990, _current_url=URL).event("$pageview", at=6100, _current_url=URL + href)
    goes_on(page, at=20_000)
    assert visit.verdict("it") == verdict


def test_a_label_that_came_later_labels_the_box_that_came_with_it() -> None:
    visit, page = shop(el("div", id="list"))
    box = el("input", type="checkbox", id="box")
    page.adds(el("label", box, "Round up", id="it"), at=2000, into="list")
    page.click("it", at=6000)
    goes_on(page, at=20_000)
    assert visit.verdict("it") == "dead"

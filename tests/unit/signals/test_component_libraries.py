"""What component libraries do to a control while it is pressed, which answers nothing, and what they hide."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el
from support.web import Page, Visit


def bank(*more: El) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://bank.test/cards", button("Block card", id="block"), el("p", "0", id="sum"), *more)
    return visit, page.says("sum", "1", at=500)


def ripple(page: Page, into: El | str, down_ms: float, lasts: float = 600) -> None:
    """A ripple with its inner part, which fades by its class and goes."""
    wave = el("span", el("span", class_="wave"), class_="ripple")
    page.adds(wave, at=down_ms + 2, into=into)
    page.sets(wave, at=down_ms + 60, class_="ripple leaving").removes(wave, at=down_ms + lasts, from_=into)


def test_the_first_ripple_makes_its_wrapper() -> None:
    """Material UI: an empty span that stays."""
    visit, page = bank()
    wrapper = el("span", class_="TouchRipple")
    page.click("block", at=4000).adds(wrapper, at=3993, into="block")
    ripple(page, wrapper, 3992)
    page.lives(20_000)
    assert visit.verdict("block") == "dead"


def test_what_comes_into_the_wrapper_beside_the_ripple_is_an_answer() -> None:
    visit, page = bank()
    wrapper = el("span", class_="TouchRipple")
    page.click("block", at=4000).adds(wrapper, at=3993, into="block")
    ripple(page, wrapper, 3992)
    page.says("sum", "2", at=4100).lives(20_000)
    assert visit.verdict("block") == "alive"


@pytest.mark.parametrize("clicks", [1, 2, 4])
def test_ripples_are_no_habit_of_the_page(clicks: int) -> None:
    """Vuetify: they come so often that the place seems to change by itself, their looks do not."""
    visit, page = bank()
    for i in range(clicks):
        page.click("block", at=4000 + 9000 * i)
        ripple(page, "block", 3992 + 9000 * i)
    page.lives(60_000)
    assert visit.kinds() == ["dead_click"] * clicks


def test_quick_clicks_with_a_ripple_each_are_rage() -> None:
    """Each click falls into the ripples of those before."""
    visit, page = bank()
    for i in range(6):
        page.click("block", at=4000 + 280 * i)
    waves = [el("span", el("span"), class_="ripple") for _ in range(6)]
    for at, wave, comes in sorted(
        [(3995 + 280 * i, w, True) for i, w in enumerate(waves)]
        + [(4590 + 280 * i, w, False) for i, w in enumerate(waves)],
        key=lambda one: one[0],
    ):
        _ = page.adds(wave, at=at, into="block") if comes else page.removes(wave, at=at, from_="block")
    page.lives(20_000)
    assert visit.kinds()[0] == "rage_click"


@pytest.mark.parametrize(("into", "rages"), [("waves", True), ("pay", False)])
def test_of_quick_clicks_some_ripples_stay(into: str, rages: bool) -> None:
    """Angular Material. In the button itself what stays may be a badge."""
    visit, page = bank(button("Pay", el("span", id="waves"), id="pay"))
    for i in range(5):
        wave = el("span", class_="ripple")
        page.click("pay", at=4000 + 300 * i).adds(wave, at=3994 + 300 * i, into=into)
        if i == 0:
            page.removes(wave, at=4400, from_=into)
    page.lives(20_000)
    assert ("rage_click" in visit.kinds()) == rages


@pytest.mark.parametrize("told", [True, False])
def test_a_checkbox_that_the_page_keeps_from_changing(told: bool) -> None:
    """A controlled React component without its handler: the label hands the click on, and nothing comes of it."""
    box = el("input", id="pay", type="checkbox")
    visit, page = bank(el("label", box, "Contactless", id="name"), el("input", id="note", type="text"))
    page.types("note", "abc", at=2000).click_label("name", "pay", at=5000)
    if told:
        page.inputs("pay", "on", at=5002, checked=True)
    renamed = {"id": page.node("pay").node_id, "attributes": {"name": ""}}
    page.record(rrweb.mutation(5006, attributes=[renamed])).lives(20_000)
    assert visit.verdict("name") == ("alive" if told else "dead")


def test_a_recording_without_any_value_cannot_tell_of_a_checkbox() -> None:
    box = el("input", id="pay", type="checkbox")
    visit, page = bank(el("label", box, "Contactless", id="name"))
    page.click_label("name", "pay", at=5000).lives(20_000)
    assert visit.verdict("name") == "alive"


def component(name: str) -> El:
    """A component whose button stands in its shadow root, the words beside it."""
    inner = el("button", el("slot", class_="button__label", id=f"{name}-slot"), class_="button", id=f"{name}-inner")
    return el("x-button", inner, name, id=name)


def test_classes_that_tell_of_the_focus_in_a_shadow_root() -> None:
    """Shoelace: recorders see no focus there; the component that had it loses its class."""
    visit, page = bank(component("larger"), component("smaller"))
    at = 4000.0
    for name, before in (("smaller", "larger"), ("larger", "smaller")):
        page.record(rrweb.interaction(at - 40, rrweb.MOUSE_DOWN, page.node(f"{name}-slot").node_id, 40, 60))
        page.sets(f"{before}-inner", at=at - 38, class_="button")
        page.sets(f"{name}-inner", at=at - 37, class_="button button--focused")
        page.record(rrweb.interaction(at - 2, rrweb.MOUSE_UP, page.node(f"{name}-slot").node_id, 40, 60))
        page.record(rrweb.interaction(at, rrweb.CLICK, page.node(f"{name}-slot").node_id, 40, 60))
        page.sets(name, at=at + 2, data_user_valid="")
        at += 10_000
    page.lives(40_000)
    assert visit.kinds()[-1] == "dead_click"


def test_a_slot_that_is_called_a_button_is_a_part_of_the_button() -> None:
    visit, page = bank(component("larger"))
    page.click("larger-slot", at=4000).says("sum", "2", at=4010).click("larger-slot", at=14_000).lives(40_000)
    assert visit.outcome().signal("dead_click").element.startswith("button")


def test_a_page_that_is_drawn_anew_is_an_answer_though_a_clock_ticks_with_it() -> None:
    """React commits both in one mutation."""
    rows = [el("p", "0", id=f"row{i}") for i in range(20)]
    visit, page = bank(el("p", "0", id="clock"), *rows)
    page.ticks("clock", every=1000, until=30_000).click("block", at=8300)
    texts = [
        {"id": page.node(name).children[0].node_id, "value": "9"} for name in ["clock", *(f"row{i}" for i in range(20))]
    ]
    page.record(rrweb.mutation(8600, texts=texts)).lives(40_000)
    assert visit.verdict("block") == "alive"


def test_a_label_whose_box_gets_the_focus_and_nothing_else() -> None:
    """Vuetify: the classes around the box tell of the focus."""
    box = el("div", el("input", id="pay", type="checkbox"), id="around", class_="selection")
    visit, page = bank(el("div", box, el("label", "Signature", id="name", for_="pay")))
    page.types("block", "", at=3000).inputs("pay", "on", at=2000).click_label("name", "pay", at=5000)
    page.record(rrweb.interaction(5002, rrweb.FOCUS, page.node("pay").node_id))
    page.sets("around", at=5005, class_="selection selection--focused").lives(20_000)
    assert visit.verdict("name") == "dead"


def test_a_ripple_with_a_style_sheet_of_its_own_and_roving_tabindex() -> None:
    """Emotion writes a rule when it first draws a ripple; a group of buttons moves the Tab stop."""
    visit, page = bank()
    page.click("block", at=4000)
    page.record(rrweb.incremental(3995, 8, id=4, adds=[{"rule": ".ripple{opacity:1}", "index": 0}]))
    ripple(page, "block", 3992)
    page.sets("block", at=3999, tabindex="0").lives(20_000)
    assert visit.verdict("block") == "dead"


@pytest.mark.parametrize(("mark", "verdict"), [("data_last", "dead"), ("data_state", "alive"), ("class_", "alive")])
def test_a_mark_that_counts_a_click_is_not_to_be_seen(mark: str, verdict: str) -> None:
    visit, page = bank()
    page.click("block", at=4000).sets("block", at=4008, **{mark: "4000"}).lives(20_000)
    assert visit.verdict("block") == verdict


@pytest.mark.parametrize(
    ("path", "verdict"), [("/api/track", "dead"), ("/v2/collect?e=1", "dead"), ("/api/cards", "unknown")]
)
def test_a_request_that_only_counts_the_click(path: str, verdict: str) -> None:
    visit, page = bank()
    page.click("block", at=4000).asks(path, at=4010, method="POST").lives(20_000)
    assert visit.verdict("block") == verdict


def test_another_view_by_a_link_where_views_also_change_by_going_back() -> None:
    """Of a recorder that tells no addresses, steps back look like what the page does by itself."""
    visit = Visit()
    shown = el("main", *(el("p", str(i)) for i in range(50)))
    page = visit.open("http://app.test/#/a", el("a", "Rules", id="rules", href="#/b"), el("div", shown, id="app"))
    for at in (5000, 10_000, 15_000, 20_300):
        if at == 20_300:
            page.click("rules", at=20_000)
        page.removes(shown, at=at, from_="app")
        shown = el("main", *(el("p", str(i)) for i in range(50)))
        page.adds(shown, at=at, into="app")
    page.lives(40_000)
    assert visit.verdict("rules") == "alive"


def test_a_ripple_that_takes_the_place_of_the_one_before() -> None:
    """One mutation takes the old one away and draws the new one."""
    visit, page = bank()
    waves = [el("span", class_="ripple") for _ in range(2)]
    page.click("block", at=4000).adds(waves[0], at=4002, into="block").click("block", at=5200)
    page.document.number(waves[1])
    parent = page.node("block").node_id
    node = {"type": 2, "tagName": "span", "attributes": {"class": "ripple"}, "childNodes": [], "id": waves[1].node_id}
    added = {"parentId": parent, "nextId": None, "node": node}
    gone = [{"parentId": parent, "id": wave.node_id} for wave in waves]
    page.record(rrweb.mutation(5203, adds=[added], removes=gone[:1])).record(rrweb.mutation(5800, removes=gone[1:]))
    page.lives(20_000)
    assert [row.verdict for row in visit.outcome().rows.interactions] == ["alive", "dead"]


ADOPTED_STYLE_SHEET = 15


@pytest.mark.parametrize(("stays", "verdict"), [(False, "dead"), (True, "alive")])
def test_a_component_that_looks_pressed_while_it_is(stays: bool, verdict: str) -> None:
    """UI5: an attribute of the component, which adopts its style sheets again as it is drawn, and clicks itself."""
    visit, page = bank(el("ui5-button", button("Pay", id="inner"), id="pay"))
    host = page.node("pay").node_id
    page.record(rrweb.interaction(3920, rrweb.MOUSE_DOWN, page.node("inner").node_id, 40, 60))
    page.sets("pay", at=3922, active="true")
    page.record(rrweb.incremental(3923, ADOPTED_STYLE_SHEET, id=host, styleIds=[8]))
    page.record(rrweb.interaction(3998, rrweb.MOUSE_UP, page.node("inner").node_id, 40, 60))
    page.sets("pay", at=3999, **({"pressed": "true"} if stays else {"active": None}))
    page.record(rrweb.interaction(4000, rrweb.CLICK, page.node("inner").node_id, 40, 60))
    page.record(rrweb.incremental(4003, ADOPTED_STYLE_SHEET, id=host, styleIds=[8]))
    page.record(rrweb.interaction(4005, rrweb.CLICK, host)).lives(40_000)
    assert visit.outcome().verdicts() == [verdict]


def test_a_theme_that_the_document_adopts_is_an_answer() -> None:
    visit, page = bank()
    page.click("block", at=4000)
    page.record(rrweb.incremental(4020, ADOPTED_STYLE_SHEET, id=1, styleIds=[9])).lives(20_000)
    assert visit.verdict("block") == "alive"

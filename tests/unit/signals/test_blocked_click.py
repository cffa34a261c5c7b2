"""blocked_click: clicks on disabled controls."""

from __future__ import annotations

import pytest

from replay_signals.schemas.confidence import TABLE
from support import events as rrweb
from support.dom import El, button, el, link, style_sheet
from support.web import Page, Visit


def page_with(*content: El) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", *content, el("p", "0", id="total"))
    return visit, page.says("total", "1", at=500)


@pytest.mark.parametrize(
    "element",
    [
        button("Pay", id="it", disabled=""),
        button("Pay", id="it", disabled=True),
        button("Pay", id="it", aria_disabled="true"),
        el("div", "Pay", id="it", role="button", aria_disabled="true"),
        link("Pay", "/pay", id="it", aria_disabled="true"),
        button("Download", id="it", disabled=""),
        el("input", id="it", type="checkbox", disabled=""),
        el("input", id="it", type="text", disabled=""),
    ],
    ids=lambda e: f"{e.tag}-{'-'.join(f'{k}={v}' for k, v in e.attrs.items())}",
)
def test_a_disabled_control(element: El) -> None:
    visit, page = page_with(element)
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]
    assert visit.outcome().rows.interactions[0].reason == "the control is disabled"


@pytest.mark.parametrize(
    "element", [button("Pay", id="it", disabled=False), button("Pay", id="it", aria_disabled="false")]
)
def test_a_control_that_says_it_is_not_disabled(element: El) -> None:
    visit, page = page_with(element)
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_button_that_was_enabled_in_time_is_dead_not_blocked() -> None:
    visit, page = page_with(button("Pay", id="it", disabled=""))
    page.sets("it", at=2000, disabled=None).click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_button_that_was_disabled_later() -> None:
    visit, page = page_with(button("Pay", id="it"))
    page.sets("it", at=2000, disabled="").click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


def test_a_button_that_its_own_click_disables_works() -> None:
    """Submit buttons do that while the request is under way."""
    visit, page = page_with(button("Pay", id="it"))
    page.click("it", at=4000).sets("it", at=4010, disabled="").lives(60_000)
    assert visit.verdict("it") == "alive"


def test_a_disabled_control_that_says_why_answered() -> None:
    visit, page = page_with(button("Pay", id="it", aria_disabled="true"))
    page.click("it", at=4000).adds(el("p", "Choose a size first"), at=4020).lives(60_000)
    assert visit.kinds() == []


def test_hammering_on_a_disabled_button_is_rage() -> None:
    visit, page = page_with(button("Pay", id="it", disabled=""))
    page.clicks("it", 4000, 4250, 4500, 4750).lives(60_000)
    assert visit.kinds() == ["rage_click"]


def press(page: Page, name: str, *times: float, touch: bool = False, held: float = 90, to: str | None = None) -> Page:
    """Presses and releases without a click event, as browsers send them of a disabled form control."""
    kinds = (rrweb.TOUCH_START, rrweb.TOUCH_END) if touch else (rrweb.MOUSE_DOWN, rrweb.MOUSE_UP)
    for at in times:
        for kind, t, name_ in ((kinds[0], at - held, name), (kinds[1], at, to or name)):
            page.record(rrweb.interaction(t, kind, page.node(name_).node_id, 40, 60))
    return page


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
@pytest.mark.parametrize(
    "element",
    [
        button("Pay", id="it", disabled=""),
        el("input", id="it", type="submit", value="Pay", disabled=True),
        el("fieldset", button("Pay", id="it"), disabled=""),
        el("div", el("fieldset", el("p", el("input", id="it", type="text"))), aria_disabled="true"),
        el("button", el("span", "Pay", id="it"), disabled=""),
    ],
    ids=["button", "input", "fieldset", "group", "text-in-button"],
)
def test_a_press_that_has_no_click_event(element: El, touch: bool) -> None:
    visit, page = page_with(element)
    press(page, "it", 4000, touch=touch).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


def test_a_press_that_has_a_click_event_is_one_click() -> None:
    visit, page = page_with(button("Pay", id="it", aria_disabled="true"))
    page.click("it", at=4000).lives(60_000)
    assert len(visit.outcome().rows.interactions) == 1


def test_presses_again_and_again_are_rage() -> None:
    visit, page = page_with(button("Pay", id="it", disabled=""))
    press(page, "it", 4000, 4300, 4600, 4900).lives(60_000)
    assert visit.kinds() == ["rage_click"]


@pytest.mark.parametrize("enabled", [button("Pay", id="it"), link("Pay", "/pay", id="it"), el("p", "Pay", id="it")])
def test_a_press_without_a_click_event_on_what_is_not_disabled_is_none(enabled: El) -> None:
    """Another button of the mouse, or a press that was pulled away."""
    visit, page = page_with(enabled)
    press(page, "it", 4000).lives(60_000)
    assert visit.kinds() == []


def test_a_press_that_ends_elsewhere_or_opens_a_menu_is_none() -> None:
    visit, page = page_with(button("Pay", id="it", disabled=""))
    press(page, "it", 4000, to="total")
    press(page, "it", 9000, touch=True, held=900)
    press(page, "it", 14_000).record(rrweb.interaction(14_010, rrweb.CONTEXT_MENU, page.node("it").node_id, 40, 60))
    page.lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("fieldset", ["set", "group"])
def test_a_group_that_was_enabled_in_time(fieldset: str) -> None:
    group = el("fieldset", button("Pay", id="it"), id="set", disabled="")
    visit, page = page_with(
        group if fieldset == "set" else el("div", button("Pay", id="it"), id="group", aria_disabled="true")
    )
    page.sets(fieldset, at=2000, disabled=None, aria_disabled=None)
    page.click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_link_in_a_disabled_fieldset_is_not_disabled() -> None:
    visit, page = page_with(el("fieldset", link("Help", "#help", id="it"), disabled=""))
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("classes", ["disabled", "btn is-disabled", "ui-state-disabled on"])
@pytest.mark.parametrize("later", [False, True])
def test_a_control_whose_class_says_that_it_is_disabled(classes: str, later: bool) -> None:
    visit, page = page_with(button("Pay", id="it", class_="btn" if later else classes))
    if later:
        page.sets("it", at=2000, class_=classes)
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize("classes", ["disabled:opacity-50", "not-disabledish"])
def test_a_class_that_does_not_say_so(classes: str) -> None:
    visit, page = page_with(button("Pay", id="it", class_=classes))
    page.sets("it", at=2000, class_=f"{classes} hover").click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_changed_class_does_not_enable_what_an_attribute_disables() -> None:
    visit, page = page_with(button("Pay", id="it", disabled="", class_="btn"))
    page.sets("it", at=2000, class_="btn touched").click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize("disabled_first", [True, False])
def test_states_are_those_of_their_time_whatever_a_later_snapshot_says(disabled_first: bool) -> None:
    visit, page = page_with(button("Pay", id="it", disabled="") if disabled_first else button("Pay", id="it"))
    page.click("it", at=4000).sets("it", at=9000, disabled=None if disabled_first else "")
    page.node("it").attrs = {"id": "it"} if disabled_first else {"id": "it", "disabled": ""}
    page.checks_out(at=15_000).lives(60_000)
    assert visit.kinds() == ["blocked_click" if disabled_first else "dead_click"]


def test_the_label_of_a_disabled_field() -> None:
    visit, page = page_with(
        el("div", el("label", "Express", id="it", for_="express"), el("input", id="express", type="radio", disabled=""))
    )
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize("runs_on", [(4250,), (4250, 4500, 4750, 5000)])
def test_quick_clicks_past_the_last_page_of_a_list(runs_on: tuple[float, ...]) -> None:
    visit, page = page_with(button("Next page", id="it"))
    page.click("it", at=3700).says("total", "2", at=3720)
    page.click("it", at=4000).says("total", "3", at=4020).sets("it", at=4020, disabled="")
    press(page, "it", *runs_on).lives(60_000)
    assert visit.kinds() == []


def test_trying_again_what_the_last_click_disabled() -> None:
    visit, page = page_with(button("Next page", id="it"))
    page.click("it", at=4000).says("total", "3", at=4020).sets("it", at=4020, disabled="")
    press(page, "it", 9000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


UNSEEN = "position: absolute; z-index: 40; opacity: 0; left: 20px; top: 40px; width: 120px; height: 40px"


@pytest.mark.parametrize(
    "style", [UNSEEN, "opacity:0.0;position:fixed;inset:0", "POSITION: FIXED; opacity: 0 !important"]
)
def test_an_unseen_layer_over_the_page(style: str) -> None:
    visit, page = page_with(el("div", id="it", style=style))
    page.click("it", at=4000).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["blocked_click"]
    assert outcome.signal("blocked_click").confidence == TABLE.confidence("blocked_click", "fair")


def test_an_unseen_layer_that_came_later() -> None:
    visit, page = page_with(button("Pay", id="pay"))
    page.adds(el("div", id="it", style=UNSEEN), at=2000).click("it", at=6000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize(
    "element",
    [
        el("div", id="it", style="position: absolute; left: 20px"),
        el("div", id="it", style="opacity: 0"),
        el("div", id="it", style=UNSEEN.replace("opacity: 0", "opacity: 0.4")),
        el("div", id="it", style=f"{UNSEEN}; cursor: col-resize"),
        el("div", "Sold out", id="it", style=UNSEEN),
        el("section", el("div", id="it", style=UNSEEN), id="card"),
    ],
    ids=["seen", "in its place", "pale", "a handle", "with a text", "of a part of the page"],
)
def test_a_box_that_was_not_clicked_by_mistake(element: El) -> None:
    visit, page = page_with(element)
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == []


def test_an_unseen_layer_that_answers_or_is_seen_by_now() -> None:
    """It closes the menu below it, say."""
    visit, page = page_with(el("div", id="it", style=UNSEEN))
    page.click("it", at=4000).says("total", "2", at=4030).lives(60_000)
    assert visit.kinds() == []
    visit, page = page_with(el("div", id="it", style=UNSEEN))
    page.sets("it", at=2000, style=UNSEEN.replace("opacity: 0", "opacity: 1")).click("it", at=6000).lives(60_000)
    assert visit.kinds() == []


MOVED = "position: absolute; z-index: 40; opacity: 0; left: 20px; top: 90px; width: 120px; height: 40px"


@pytest.mark.parametrize(
    ("style", "kinds"),
    [
        (MOVED, ["blocked_click"]),
        ({"top": "90px", "left": "30px"}, ["blocked_click"]),
        ({"transform": "translate(10px, 0)"}, ["blocked_click"]),
        ({"position": "fixed", "opacity": "0", "top": "9px"}, ["blocked_click"]),
        ({"opacity": "1"}, []),
        ({"opacity": False}, []),
        ({"position": "static"}, []),
        ({"top": "90px", "pointer-events": "none"}, []),
        ({"cursor": "grab"}, []),
        (None, []),
        ("", []),
    ],
)
def test_an_unseen_layer_that_is_moved_stays_one(style: object, kinds: list[str]) -> None:
    visit, page = page_with(el("div", id="it", style=UNSEEN))
    page.sets("it", at=2000, style=style).click("it", at=6000).lives(60_000)
    assert visit.kinds() == kinds


def test_what_comes_of_any_click_is_no_answer_of_an_unseen_layer() -> None:
    """The text that was selected is no more, or, as far as the recording tells, the visitor goes elsewhere later."""
    visit, page = page_with(el("div", id="it", style=UNSEEN))
    page.record(rrweb.incremental(3000, 14, ranges=[{"start": 5, "startOffset": 0, "end": 5, "endOffset": 7}]))
    page.click("it", at=6000).record(rrweb.incremental(5990, 14, ranges=[])).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize(("how", "kinds"), [(None, ["blocked_click"]), ("navigate", [])])
def test_a_next_page_that_the_recording_does_not_tie_to_the_click(how: str | None, kinds: list[str]) -> None:
    visit, page = page_with(el("div", id="it", style=UNSEEN))
    page.click("it", at=6000)
    visit.open("http://a.test/next", el("p", "x"), button("y"), at=8200 if how is None else 6300, how=how).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ([el("section", el("canvas"), button("Week")), el("p", "Below")], ["blocked_click"]),
        ([el("section", el("canvas"))], []),
        ([el("canvas"), button("Week")], []),
        ([el("section", el("canvas"), button("Week")), el("section", el("canvas"))], []),
    ],
    ids=["a chart with its choices", "a canvas alone", "a page of canvas", "another canvas"],
)
def test_an_unseen_layer_on_a_page_with_a_canvas(content: list[El], kinds: list[str]) -> None:
    visit, page = page_with(*content, el("div", id="it", style=UNSEEN))
    page.click("it", at=4000).lives(60_000)
    assert visit.kinds() == kinds


CLEAR = "position: fixed; inset: 0px; z-index: 9999;"
"""Of a layer without a background: nothing of it is drawn."""


@pytest.mark.parametrize(
    "layer",
    [el("div", style=CLEAR), el("div", style=f"{CLEAR} background: transparent;", class_="tour")],
    ids=["no class", "no background whatever its class says"],
)
def test_a_layer_that_nothing_draws(layer: El) -> None:
    visit, page = page_with(button("Pay", id="it"))
    page.adds(layer, at=3000)
    page.click(layer, at=6000).lives(60_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize(
    "layer",
    [
        el("div", style=f"{CLEAR} background: rgba(0, 0, 0, 0.4)"),
        el("div", style=f"{CLEAR} border: 1px solid red"),
        el("div", style=CLEAR, class_="veil"),
        el("div", el("div", "A dialog"), style=CLEAR),
    ],
    ids=["dark", "framed", "drawn by a class", "with something in it"],
)
def test_a_layer_that_is_seen_or_may_be(layer: El) -> None:
    visit, page = page_with(button("Pay", id="it"))
    page.adds(layer, at=3000)
    page.click(layer, at=6000).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(
    ("rules", "kinds"),
    [
        (".veil { position: fixed; inset: 0px; z-index: 99 }", ["blocked_click"]),
        (
            ".veil { position: absolute; width: 100%; height: 100% } .veil { background: transparent }",
            ["blocked_click"],
        ),
        (".veil { position: fixed; inset: 0px; background: rgb(0 0 0 / 0.5) }", []),
        (".veil { position: fixed; inset: 0px } .page .veil { background-image: url(x.png) }", []),
        (".veil { position: fixed; inset: 0px } .veil::before { background: red }", []),
        (".veil { position: fixed; inset: 0px; pointer-events: none }", []),
        (".veils { position: fixed; inset: 0px }", []),
    ],
)
def test_a_layer_by_its_class(rules: str, kinds: list[str]) -> None:
    visit, page = page_with(style_sheet(rules), button("Pay", id="it"), el("div", class_="veil", id="layer"))
    page.click("layer", at=6000).lives(60_000)
    assert visit.kinds() == kinds


def test_a_layer_in_a_part_of_the_page_over_a_control_that_the_pointer_met_there() -> None:
    def story(*, first_over: str) -> list[str]:
        layer = el("div", id="layer", style=UNSEEN)
        visit, page = page_with(el("section", button("Pay", id="it"), el("p", "x", id="text"), layer, id="part"))
        page.click(first_over, at=2000, x=50, y=50).says("total", "2", at=2030)
        page.click("layer", at=9000, x=52, y=51).lives(60_000)
        return visit.kinds()

    assert story(first_over="it") == ["blocked_click"]
    assert story(first_over="text") == []


@pytest.mark.parametrize("between", ["", "a text", "a canvas"])
def test_a_layer_in_a_part_of_the_page_right_after_a_control(between: str) -> None:
    texts = [el("p", "or by telephone")] if between == "a text" else []
    canvas = [el("canvas")] if between == "a canvas" else []
    layer = el("i", id="layer", style=UNSEEN)
    visit, page = page_with(el("section", *canvas, button("Pay", id="it"), *texts, layer, id="part"))
    page.click("layer", at=9000).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ([] if between else ["blocked_click"])
    assert between or outcome.signal("blocked_click").element.startswith("button")


THROUGH = {
    "inline": ("", el("div", button("Pay", id="it", style="pointer-events: none"), id="around")),
    "class": (".off { pointer-events: none }", el("p", link("Pay", "/pay", id="it", class_="off"), id="around")),
    "parent": (
        ".busy button { pointer-events: none; }",
        el("p", el("b", button("Pay", id="it"), id="around"), class_="busy"),
    ),
    "inert": ("", el("div", el("div", button("Pay", id="it"), inert=""), id="around")),
    "inert itself": ("", el("div", button("Pay", id="it", inert=True), id="around")),
}


@pytest.mark.parametrize("how", THROUGH)
def test_a_control_that_lets_the_pointer_through(how: str) -> None:
    """The press lands on what is around it."""
    rules, element = THROUGH[how]
    visit, page = page_with(style_sheet(rules), element)
    page.click("around", at=4000).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["blocked_click"]
    assert outcome.rows.interactions[0].element.endswith('#it "Pay"')


BY_INTENTION = {
    "hidden": ("", el("div", button("Pay", style="pointer-events: none; opacity: 0"), id="around")),
    "much else": (
        "",
        el("div", *(el("p", "text") for _ in range(9)), button("Pay", style="pointer-events: none"), id="around"),
    ),
    "a part takes it": (
        "",
        el("div", el("p", button("Pay", style="pointer-events: auto"), style="pointer-events: none"), id="around"),
    ),
    "the page one is on": (
        ".page a { pointer-events: none }",
        el("li", link("2", "/2"), class_="page active", id="around"),
    ),
    "a part of the page": ("", el("div", el("p", *(button(n) for n in "abc"), inert=""), id="around")),
    "half of a double slider": (
        "",
        el("div", el("input", type="range", style="pointer-events: none"), id="around"),
    ),
    "a label in its field": (
        "",
        el("div", el("label", "Mail", style="pointer-events: none"), id="around"),
    ),
    "not inert": ("", el("div", el("p", button("Pay"), inert=False), id="around")),
}


@pytest.mark.parametrize("how", BY_INTENTION)
def test_a_press_beside_what_lets_the_pointer_through_for_a_reason(how: str) -> None:
    rules, element = BY_INTENTION[how]
    visit, page = page_with(style_sheet(rules), element)
    page.click("around", at=4000).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(
    "change", [{"style": "pointer-events: none"}, {"style": {"pointer-events": "none"}}, {"inert": ""}]
)
def test_a_control_that_lets_the_pointer_through_from_then_on(change: dict[str, object]) -> None:
    """Where it stands is known from the click before."""

    def story(x: float, *, scrolls: bool = False, until: float | None = None) -> list[str]:
        visit, page = page_with(el("div", button("Pay", id="it"), el("p", "a long text"), el("p", "more"), id="around"))
        page.click("it", at=2000, x=50, y=60).says("total", "2", at=2030).sets("it", at=3000, **change)
        if scrolls:
            page.scrolls(400, at=4000)
        if until is not None:
            page.sets("it", at=until, **dict.fromkeys(change))
        page.click("around", at=6000, x=x, y=60).lives(60_000)
        return visit.kinds()

    assert story(52) == ["blocked_click"]
    assert story(300) == []
    assert story(52, scrolls=True) == []
    assert story(52, until=5000) == []

"""blocked_click: clicks on disabled controls."""

from __future__ import annotations

import pytest

from replay_signals.schemas.confidence import TABLE
from support import events as rrweb
from support.dom import El, button, el, link
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

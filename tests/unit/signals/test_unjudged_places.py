"""Places whose answers a recording does not show, and those whose answers it does although they look alike."""

from __future__ import annotations

from copy import deepcopy

import pytest

from support import events as rrweb
from support.dom import El, button, el
from support.web import Page, Visit

SIX = (6000, 6300, 6600, 6900, 7200, 7500)


def place(*content: El | str) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://a.test/", el("p", "0", id="total"), *content)
    return visit, page.says("total", "1", at=500)


def texts(count: int) -> list[El]:
    return [el("p", f"Paragraph {i}") for i in range(count)]


@pytest.mark.parametrize(
    "content",
    [
        [el("div", el("canvas"), el("div", id="it"), class_="map")],
        [el("canvas"), *texts(60), el("div", id="it", class_="glass")],
        [el("div", el("div", el("img", id="it"), class_="leaflet-pane"), class_="map leaflet-container")],
        [el("flutter-view", el("flt-semantics", id="it"))],
        [el("iframe", src="http://maps.test/"), el("div", id="it")],
        [el("div", el("video"), el("div", id="it"))],
        [el("x-stepper", id="it")],
    ],
    ids=["overlay", "glass far away", "map of images", "flutter", "frame", "video", "closed shadow root"],
)
def test_hammering_where_something_is_drawn_is_not_told(content: list[El]) -> None:
    visit, page = place(*content)
    page.clicks("it", *SIX).lives(60_000)
    assert visit.kinds() == []


def test_hammering_on_a_text_is_told() -> None:
    visit, page = place(*texts(3), el("div", "Offer", id="it"))
    page.clicks("it", *SIX).lives(60_000)
    assert visit.kinds() == ["rage_click"]


@pytest.mark.parametrize("later", [True, False], ids=["added later", "in the snapshot"])
@pytest.mark.parametrize(("inside", "kinds"), [([], []), (["3 pieces"], ["rage_click"])], ids=["closed", "recorded"])
def test_hammering_on_a_component(later: bool, inside: list[str], kinds: list[str]) -> None:
    """What a component shows in a closed shadow root is not recorded."""
    component = el("x-stepper", *inside, id="it")
    visit, page = place(*texts(3), *([] if later else [component]))
    if later:
        page.adds(component, at=1000)
    page.clicks("it", *SIX).lives(60_000)
    assert visit.kinds() == kinds


def test_hammering_on_what_came_into_a_component_later() -> None:
    visit, page = place(*texts(3), el("x-stepper", id="host"))
    page.adds(el("p", "3 pieces", id="it"), at=1000, into="host").clicks("it", *SIX).lives(60_000)
    assert visit.kinds() == ["rage_click"]


def test_hammering_on_a_page_whose_snapshot_is_lost_is_not_told() -> None:
    visit = Visit()
    page = Page(visit, "window-1", "http://a.test/", [el("div", "x", id="it")])
    page.record(rrweb.meta(1, page.url)).clicks("it", *SIX).lives(60_000)
    assert visit.kinds() == []


def test_hammering_on_a_node_whose_adding_is_lost_is_not_told() -> None:
    visit, page = place()
    lost = el("div", "x")
    page.document.number(lost)
    page.clicks(lost, *SIX).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("later", [True, False], ids=["attached later", "in the snapshot"])
def test_a_silent_button_in_a_recorded_frame_is_dead(later: bool) -> None:
    body = el("html", el("body", button("Confirm", id="confirm")))
    frame = el("iframe", *([] if later else [body]), id="frame")
    visit, page = place(frame, *texts(2))
    if later:
        page.adds(body, at=1000, into=frame)
        page.document.by_name["confirm"] = body.children[0].children[0]  # type: ignore[union-attr,assignment]
    page.click("confirm", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_button_in_a_recorded_frame_that_answers_there_works() -> None:
    said = el("p", "0", id="said")
    frame = el("iframe", el("html", el("body", button("Confirm", id="confirm"), said)))
    visit, page = place(frame)
    page.click("confirm", at=6000).says("said", "1", at=6040).lives(60_000)
    assert visit.kinds() == []


def test_a_silent_button_beside_a_recorded_frame_is_dead_and_beside_another_it_is_unknown() -> None:
    own = el("iframe", el("html", el("body", el("p", "Preview"))))
    visit, page = place(own, button("Zoom", id="zoom"))
    page.click("zoom", at=6000).lives(60_000)
    assert visit.verdict("zoom") == "dead"
    visit, page = place(el("iframe", src="http://other.test/"), button("Zoom", id="zoom"))
    page.click("zoom", at=6000).lives(60_000)
    assert visit.verdict("zoom") == "unknown"


@pytest.mark.parametrize(
    ("handler", "kinds"),
    [
        ("navigator.clipboard.writeText(code)", []),
        ("document.execCommand('copy')", []),
        ("window.print()", []),
        ("navigator.share({url: location.href})", []),
        ("location.href = 'mailto:shop@a.test'", []),
        ("window.open('/map', 'map')", []),
        ("alert('Closed today')", []),
        ("printed(this)", ["dead_click"]),
        ("order.share_of(1)", ["dead_click"]),
        ("this.closest('form').submit()", ["dead_click"]),
    ],
)
def test_an_inline_handler_tells_what_leaves_no_trace(handler: str, kinds: list[str]) -> None:
    visit, page = place(button("Go", id="go", onclick=handler))
    page.click("go", at=4000).lives(60_000)
    assert visit.kinds() == kinds


def panel(*content: El | str) -> El:
    return el("section", *content)


CHART = panel(button("7 days", id="week"), button("Smooth", id="smooth"), el("canvas", id="chart"))
ALARM = (el("p", "250", id="level"), button("+", id="more"), button("Test the alarm", id="alarm"))


@pytest.mark.parametrize(
    ("chart", "alarm", "verdict"),
    [
        (CHART, panel(*ALARM), "dead"),
        (panel(el("canvas", id="chart"), button("Smooth", id="smooth")), el("div", *ALARM), "dead"),
        (panel(el("canvas", id="chart")), panel(*ALARM), "unknown"),
        (CHART, None, "unknown"),
    ],
    ids=["a part of its own", "a box of its own", "a canvas without controls", "one part for both"],
)
def test_a_canvas_with_controls_of_its_own_excuses_no_control_of_another_part(
    chart: El, alarm: El | None, verdict: str
) -> None:
    chart, alarm = deepcopy(chart), deepcopy(alarm)
    content = [chart, alarm] if alarm is not None else [panel(*chart.children, *map(deepcopy, ALARM))]
    visit, page = place(*content)
    page.click("more", at=4000).says("level", "251", at=4020)
    page.click("alarm", at=12_000).lives(60_000)
    assert visit.verdict("alarm") == verdict


@pytest.mark.parametrize("answer", ["none", "look", "in the chart's part"])
def test_what_the_controls_of_another_part_do_has_to_be_seen(answer: str) -> None:
    visit, page = place(deepcopy(CHART), deepcopy(panel(*ALARM)))
    pressed = "smooth" if answer == "in the chart's part" else "more"
    page.click(pressed, at=4000)
    if answer == "look":
        page.sets("more", at=4020, class_="on")
    elif answer != "none":
        page.says("level", "smooth", at=4020)
    page.click("alarm", at=12_000).lives(60_000)
    assert visit.verdict("alarm") == "unknown"


@pytest.mark.parametrize("tag", ["video", "audio"])
@pytest.mark.parametrize(("between", "verdict"), [(0, "unknown"), (3, "unknown"), (12, "dead")])
def test_only_what_stands_right_beside_a_film_may_act_on_it_unseen(tag: str, between: int, verdict: str) -> None:
    visit, page = place(el(tag), *texts(between), button("Scenes", id="scenes"))
    page.click("scenes", at=6000).lives(60_000)
    assert visit.verdict("scenes") == verdict


def test_a_canvas_excuses_more_than_a_film_that_is_nearer() -> None:
    visit, page = place(el("canvas"), *texts(8), el("video"), *texts(7), button("Clear", id="clear"))
    page.click("clear", at=6000).lives(60_000)
    assert visit.verdict("clear") == "unknown"

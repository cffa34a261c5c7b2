"""Further reports of users of recorders (docs/reported.md), each as what a page and its recorder did."""

from __future__ import annotations

from typing import Any

import pytest

from support import events as rrweb
from support.dom import El, button, el, link
from support.outcome import START_MS
from support.web import Page, Visit

URL = "http://a.test/list"


def shop(*content: El | str) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(URL, el("p", "0", id="n"), button("Save", id="save"), *content)
    return visit, page.says("n", "1", at=500)


def recorded_twice(visit: Visit) -> Visit:
    for window, events in visit.recorded.items():
        again = [event | {"timestamp": float(str(event["timestamp"])) + 2} for event in events]
        visit.recorded[window] = [event for pair in zip(events, again, strict=True) for event in pair]
    return visit


@pytest.mark.parametrize(
    ("times", "answers", "kinds"),
    [
        ([6000.0], False, ["dead_click"]),
        ([6000.0, 9000.0], True, []),
        ([6000.0, 6300.0, 6600.0], False, ["rage_click"]),
    ],
)
def test_two_recorders_on_one_page(times: list[float], answers: bool, kinds: list[str]) -> None:
    visit, page = shop()
    for at in times:
        page.click("save", at=at)
        if answers:
            page.says("n", str(at), at=at + 40)
    page.lives(40_000)
    assert recorded_twice(visit).kinds() == kinds


def test_a_change_that_was_too_large_to_be_recorded_is_seen_in_the_next_snapshot() -> None:
    visit, page = shop()
    page.click("save", at=6000)
    body = page.node("body")
    rows = el("section", *(button(f"Row {i}") for i in range(6)))
    body.children.append(rows)
    page.document.number(rows)
    page.checks_out(at=8000).lives(40_000)
    assert visit.kinds() == []


def test_a_click_on_a_node_that_the_recorder_does_not_know() -> None:
    visit, page = shop()
    page.record(rrweb.interaction(3000, rrweb.CLICK, -1, 5, 5)).click("save", at=6000).lives(40_000)
    assert visit.kinds() == ["dead_click"]


def test_a_window_that_loses_the_focus_names_the_document() -> None:
    visit, page = shop()
    page.record(rrweb.interaction(3000, rrweb.BLUR, 1)).record(rrweb.interaction(5000, rrweb.FOCUS, 1))
    page.click("save", at=6000).lives(40_000)
    assert visit.kinds() == ["dead_click"]


def test_changes_of_one_millisecond_that_take_each_other_back() -> None:
    visit, page = shop()
    page.click("save", at=6000)
    page.adds(wait := el("p", "Wait"), at=6010).removes(wait, at=6010).adds(el("p", "Saved"), at=6010).lives(40_000)
    assert visit.kinds() == []


def test_positions_that_are_sent_after_the_click_they_led_to() -> None:
    visit, page = shop()
    page.click("save", at=6000).record(rrweb.moves(6400, (50, 50, -480), (60, 60, -420), (70, 70, -10))).lives(40_000)
    assert visit.kinds() == ["dead_click"]


def test_a_node_of_the_head_with_the_id_of_the_document() -> None:
    visit, page = shop()
    page.click("save", at=6000).lives(40_000)
    snapshot: Any = next(e for e in visit.recorded["window-1"] if e["type"] == rrweb.FULL)
    snapshot["data"]["node"]["childNodes"][0]["childNodes"][0]["childNodes"][0]["id"] = 1
    assert visit.kinds() == ["dead_click"]


def test_a_request_that_is_older_than_the_recording() -> None:
    visit, page = shop()
    page.asks("/early", at=-3000, took=100).click("save", at=6000).lives(40_000)
    assert visit.kinds() == ["dead_click"]
    assert visit.outcome().rows.session.started_at.timestamp() * 1000 >= START_MS - 3000


def test_a_click_that_the_page_keeps_from_the_recorder() -> None:
    """Press and release are all that is seen of it."""
    visit, page = shop()
    for kind, at in ((rrweb.MOUSE_DOWN, 6000), (rrweb.MOUSE_UP, 6080)):
        page.record(rrweb.interaction(at, kind, page.node("save").node_id, 5, 5))
    page.lives(40_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("pages", [8, 4], ids=["all the way", "past the last page"])
def test_fast_paging_is_no_rage(pages: int) -> None:
    visit, page = shop(button("Next", id="next"))
    for i in range(pages + 2 if pages < 8 else pages):
        page.click("next", at=6000 + 300 * i)
        if i < pages:
            page.says("n", str(i + 2), at=6060 + 300 * i)
    page.lives(40_000)
    assert visit.kinds() == []


def test_a_button_that_only_sinks_under_the_pointer_can_be_raged_at() -> None:
    visit, page = shop()
    for at in range(6000, 8000, 350):
        page.click("save", at=at).sets("save", at=at - 4, class_="btn pressed").sets("save", at=at + 150, class_="btn")
    page.lives(40_000)
    assert visit.kinds() == ["rage_click"]


def test_a_disabled_button_is_blocked_not_dead() -> None:
    visit, page = shop(button("Pay", id="pay", disabled=""))
    page.click("pay", at=6000).lives(40_000)
    assert visit.kinds() == ["blocked_click"]


@pytest.mark.parametrize("name", ["Print", "Download"])
def test_print_and_download_buttons_change_nothing(name: str) -> None:
    visit, page = shop(button(name, id="it"))
    page.click("it", at=6000).lives(40_000)
    assert visit.kinds() == []


def test_resizes_and_plays_that_are_told_several_times() -> None:
    visit, page = shop(el("div", *(el("p", f"text {i}") for i in range(20))), el("video", id="film"))
    for at in (6100, 6101, 6102, 6103):
        page.record(rrweb.incremental(at, 4, width=1200, height=700))
    page.click("save", at=9000)
    for at in (20_000, 20_001, 20_002):
        page.record(rrweb.incremental(at, 7, type=0, id=page.node("film").node_id))
    page.lives(40_000)
    assert visit.kinds() == ["dead_click"]


def test_a_component_whose_button_is_a_div_is_named_by_its_words() -> None:
    words = el("my-button", "Continue", el("div", id="in", role="button"))
    visit, page = shop(words)
    page.click("in", at=6000).lives(40_000)
    assert visit.kinds() == ["dead_click"]


def test_a_link_in_a_component_that_leads_on() -> None:
    visit, page = shop(el("my-link", "More", link("", "/more", id="in")))
    page.click("in", at=6000)
    visit.open("http://a.test/more", el("p", "x"), *(button(n) for n in "abc"), at=6300).lives(30_000)
    assert visit.kinds() == []

"""What users of recorders and replay products report in public, as far as no other test has it (docs/reported.md)."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, field_, link
from support.web import Page, Visit

URL = "http://a.test/list"


def shop(*content: El | str) -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open(URL, el("p", "0", id="n"), button("Save", id="save"), *content)
    return visit, page.says("n", "1", at=500)


@pytest.mark.parametrize("removed", [[3069, 3070], [90_001]])
def test_changes_of_nodes_that_were_made_while_the_recorder_was_idle_are_answers(removed: list[int]) -> None:
    visit, page = shop()
    page.click("save", at=6000)
    gone = [{"parentId": 3068, "id": node_id} for node_id in removed]
    node = {"type": 3, "id": 3500, "textContent": "Saved"}
    page.record(rrweb.mutation(6030, removes=gone, adds=[{"parentId": 3068, "nextId": None, "node": node}]))
    page.lives(60_000)
    assert visit.kinds() == []
    assert visit.verdict("save") == "alive"


@pytest.mark.parametrize("days", [3, 400])
def test_an_event_of_days_before_leaves_the_session_as_it_is(days: int) -> None:
    visit, page = shop()
    page.click("save", at=6000).record(rrweb.custom(-86_400_000.0 * days, "late")).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("what", ["click", "move"])
def test_a_touch_that_is_sorted_before_the_snapshot(what: str) -> None:
    visit = Visit()
    early = Page(visit, "window-1", URL, [button("Save", id="save")])
    if what == "click":
        early.record(rrweb.interaction(-40, rrweb.CLICK, 3, x=5, y=5))
    else:
        early.points(-40)
    page = visit.open(URL, el("p", "0", id="n"), button("Save", id="save")).says("n", "1", at=500)
    page.click("save", at=6000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("answers", [True, False])
def test_a_recording_without_meta_events(answers: bool) -> None:
    visit = Visit()
    page = Page(visit, "window-1", URL, [el("p", "0", id="n"), button("Save", id="save")])
    page.record(rrweb.event(10, rrweb.FULL, page.document.snapshot())).says("n", "1", at=500)
    page.click("save", at=6000)
    if answers:
        page.says("n", "2", at=6020)
    page.lives(60_000)
    assert visit.kinds() == ([] if answers else ["dead_click"])


def test_a_click_and_its_answer_in_one_millisecond() -> None:
    visit, page = shop()
    page.click("save", at=6000).says("n", "2", at=6000).lives(60_000)
    assert visit.verdict("save") == "alive"


@pytest.mark.parametrize("times", [1, 3])
def test_a_component_with_a_closed_shadow_root_shows_nothing_of_what_it_does(times: int) -> None:
    visit, page = shop(el("my-menu", id="menu"))
    page.clicks("menu", *(6000 + 1500 * i for i in range(times))).lives(60_000)
    assert visit.kinds() == []


def test_a_field_that_its_button_fills_answers() -> None:
    visit, page = shop(field_("day", type="date"))
    page.click("save", at=6000).inputs("day", "2026-11-27", at=6020).lives(60_000)
    assert visit.verdict("save") == "alive"
    assert visit.kinds() == []


@pytest.mark.parametrize("every_ms", [16, 250])
def test_a_slider_that_a_player_moves_is_no_typing(every_ms: int) -> None:
    visit, page = shop(field_("seek", type="range"))
    for i in range(200):
        page.inputs("seek", str(i), at=6000 + i * every_ms)
    page.lives(90_000)
    assert visit.kinds() == []


def test_back_from_the_page_cache_the_link_that_was_followed_is_not_dead() -> None:
    visit = Visit()
    page = visit.open(URL, el("p", "0", id="n"), link("Lamp", "/lamp", id="lamp")).says("n", "1", at=500)
    page.click("lamp", at=6000).record(rrweb.custom(6050, "window hidden"))
    visit.open("http://a.test/lamp", el("p", "A lamp")).lives(20_000)
    page.record(rrweb.custom(21_000, "window visible")).says("n", "2", at=22_000).lives(60_000)
    assert "dead_click" not in visit.kinds()

"""slow_response: what shows until the answer comes, in the ways that pages and libraries of components have."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from support import events as rrweb
from support.dom import El, button, el, field_, link
from support.web import Page, Visit

Shows = Callable[[Page], None]
ASKED, CAME = 4010, 9010
DONE = 9040


def opened(*more: El) -> tuple[Visit, Page]:
    visit = Visit()
    tabs = el("div", el("button", "Info", id="info", role="tab"), el("button", "Pay", id="pay", role="tab"))
    place = el("div", el("p", "Nothing yet", id="old"), id="place")
    page = visit.open("http://shop.test/", tabs, place, el("p", "0", id="total"), *more)
    return visit, page.says("total", "1", at=500)


def answered(page: Page) -> None:
    page.asks("/api/pay", at=ASKED, took=CAME - ASKED).adds(el("p", "Paid"), at=DONE, into="place")


def loses_the_focus(page: Page) -> None:
    """A button that is disabled loses the focus, a moment before the recorder tells of the change."""
    spinner = el("i", class_="spinner")
    page.record(rrweb.interaction(4008, rrweb.BLUR, page.node("pay").node_id))
    page.sets("pay", at=4012, disabled="").adds(spinner, at=4012, into="pay")
    page.sets("pay", at=DONE, disabled=None).removes(spinner, at=DONE, from_="pay")


def marks_its_tab(page: Page) -> None:
    """A tab is marked at once, and a placeholder stands where its content comes."""
    page.sets("pay", at=4012, aria_selected="true", class_="on").sets("info", at=4012, aria_selected="false")
    page.removes(page.node("old"), at=4013, from_="place")
    spinner = el("i", class_="spinner")
    page.adds(spinner, at=4013, into="place").at_once(2).removes(spinner, at=DONE, from_="place")


def empties_the_place(page: Page) -> None:
    page.removes(page.node("old"), at=4013, from_="place")


def moves_dots(page: Page) -> None:
    """Each step takes the place of the one before."""
    dots = [el("span", "." * (i % 3 + 1)) for i in range(12)]
    page.adds(dots[0], at=4400, into="place")
    for i, (before, after) in enumerate(pairwise(dots)):
        page.removes(before, at=4800 + 400 * i, from_="place").adds(after, at=4800 + 400 * i, into="place").at_once(2)
    page.removes(dots[-1], at=DONE, from_="place")


def counts_the_click(page: Page) -> None:
    page.sets("pay", at=4012, data_clicked="4012")


def says_which_way(page: Page) -> None:
    """Turbo: beside the busy state stands the direction."""
    page.sets("place", at=4012, aria_busy="true", data_direction="forward")
    page.sets("place", at=DONE, aria_busy=None, data_direction=None)


WAITING = [loses_the_focus, marks_its_tab, empties_the_place, moves_dots, counts_the_click, says_which_way]


@pytest.mark.parametrize("shows", WAITING)
def test_signs_of_waiting_are_no_answer(shows: Shows) -> None:
    visit, page = opened()
    page.click("pay", at=4000)
    shows(page)
    answered(page)
    page.lives(60_000)
    assert visit.kinds() == ["slow_response"]


def opens_a_panel(page: Page) -> None:
    page.adds(el("div", el("h3", "Ways to pay"), el("p", "By card")), at=4012)


def marks_its_tab_alone(page: Page) -> None:
    page.sets("pay", at=4012, aria_selected="true").sets("info", at=4012, aria_selected="false")


def says_something_for_a_while(page: Page) -> None:
    note = el("p", "Thank you")
    page.adds(note, at=4012, into="place").removes(note, at=7500, from_="place")


def takes_a_row_away(page: Page) -> None:
    page.removes(page.node("row"), at=4012, from_="rows")


@pytest.mark.parametrize("shows", [opens_a_panel, marks_its_tab_alone, says_something_for_a_while, takes_a_row_away])
def test_what_the_page_did_at_once_is_an_answer(shows: Shows) -> None:
    visit, page = opened(el("ul", el("li", "A", id="row"), id="rows"))
    page.click("pay", at=4000)
    shows(page)
    answered(page)
    page.lives(60_000)
    assert visit.verdict("pay") == "alive"


@pytest.mark.parametrize(("took", "kinds"), [(5000, ["slow_response"]), (1500, [])])
def test_a_box_that_the_browser_checks_waits_for_the_list(took: float, kinds: list[str]) -> None:
    visit, page = opened(field_("only", "checkbox"))
    veil = el("div", el("i"))
    page.click("only", at=4000).inputs("only", "on", at=4001, checked=True).asks("/api/list", at=4010, took=took)
    page.adds(veil, at=4015, into="place").removes(veil, at=4040 + took, from_="place")
    page.adds(el("p", "Flat B"), at=4040 + took, into="place").at_once(2).lives(60_000)
    assert visit.kinds() == kinds


def test_a_control_in_a_dialog_that_the_response_takes_away() -> None:
    """SweetAlert: the dialog is busy until the response comes, and goes with it."""
    visit, page = opened()
    dialog = el("div", el("i", id="loader"), button("Yes", id="yes"), id="ask", role="dialog")
    page.adds(dialog, at=2000).click("yes", at=4000).asks("/api/pay", at=ASKED, took=CAME - ASKED)
    page.sets("loader", at=4012, style="display:flex").sets("yes", at=4012, disabled="").at_once(2)
    page.removes(dialog, at=DONE).adds(el("p", "Deleted"), at=DONE).at_once(2).lives(60_000)
    assert visit.outcome().click("yes").verdict == "slow"


@pytest.mark.parametrize(("other_at", "verdict"), [(6000, "slow"), (8900, "unknown")])
def test_a_response_that_comes_after_a_click_on_something_else(other_at: float, verdict: str) -> None:
    """Right after the other click it may be that one's answer."""
    visit, page = opened(button("More", id="more"), el("p", "-", id="text"))
    page.click("pay", at=4000).click("more", at=other_at).says("text", "More", at=other_at + 20)
    answered(page)
    page.lives(60_000)
    outcome = visit.outcome()
    assert outcome.click("pay").verdict == verdict
    assert outcome.click("more").verdict == "alive"


def test_the_late_answer_of_another_click_revives_no_dead_one() -> None:
    visit, page = opened(button("Dead", id="dead"))
    page.click("pay", at=4000).click("dead", at=6000)
    answered(page)
    page.lives(60_000)
    assert visit.verdict("dead") == "dead"


@pytest.mark.parametrize(("ahead_ms", "verdict"), [(200, "slow"), (3000, "alive")])
def test_what_a_link_leads_to_may_be_asked_for_as_the_pointer_comes(ahead_ms: float, verdict: str) -> None:
    visit, page = opened(link("Next", "/next", id="next"))
    page.asks("/next", at=4000 - ahead_ms, took=6880 + ahead_ms).click("next", at=4000)
    page.sets("place", at=4012, aria_busy="true").sets("place", at=10_900, aria_busy=None)
    page.adds(el("p", "The next page"), at=10_900, into="place").lives(60_000)
    assert visit.verdict("next") == verdict


@pytest.mark.parametrize(("first_at", "kinds"), [(4600, ["dead_click"]), (None, ["slow_response"])])
def test_a_place_that_changed_meanwhile_changes_by_itself(first_at: float | None, kinds: list[str]) -> None:
    """An advertisement that had not changed before: of its two changes neither answers the click."""
    visit = Visit()
    page = visit.open("http://shop.test/", button("Pay", id="pay"), el("p", "0", id="ad"), how=None)
    page.click("pay", at=4000)
    if first_at is not None:
        page.says("ad", "1", at=first_at)
    page.says("ad", "2", at=8900).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(("says_so", "verdict"), [(True, "slow"), (False, "unknown")])
def test_a_download_that_is_prepared_on_the_page(says_so: bool, verdict: str) -> None:
    """What acts outside the page by its name, and tells on itself how far it is."""
    visit = Visit()
    page = visit.open("http://shop.test/", button("Download", id="get"), el("p", "-", id="note"))
    page.click("get", at=4000)
    if says_so:
        page.says("get", "Preparing", at=4010).says("get", "Download", at=8600)
    page.adds(el("p", "Ready"), at=8600).lives(60_000)
    assert visit.verdict("get") == verdict


@pytest.mark.parametrize(("early_ms", "kinds"), [(45, ["slow_response"]), (400, [])])
def test_the_clock_of_requests_goes_a_little_slower(early_ms: float, kinds: list[str]) -> None:
    """A menu moves with the press, and the response shows some milliseconds before it came."""
    visit, page = opened()
    page.click("pay", at=4000).sets("place", at=4010, class_="on").asks("/api/pay", at=ASKED, took=5000)
    page.sets("place", at=9010 - early_ms, class_="off").adds(el("p", "Paid"), at=9010 - early_ms).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize(("held_ms", "verdict"), [(80, "slow"), (150, "slow"), (900, "alive")])
def test_a_ripple_of_a_press_that_no_recorder_tells(held_ms: float, verdict: str) -> None:
    """The ripple begins as the pointer goes down; recorders that hold clicks only tell of the release."""
    visit = Visit()
    page = visit.open("http://shop.test/", button("Pay", id="pay"), el("p", "0", id="total"), how=None)
    page.says("total", "1", at=500)
    ripple = el("i", el("b", id="wave"))
    page.adds(ripple, at=4000 - held_ms, into="pay").only_clicks("pay", 4000)
    page.sets("wave", at=4001, style="width:90px").removes(ripple, at=4500, from_="pay")
    page.says("total", "paid", at=8200).lives(60_000)
    assert visit.verdict("pay") == verdict


@pytest.mark.parametrize("fades", [True, False])
def test_a_note_of_an_answer_before_fades_out(fades: bool) -> None:
    visit, page = opened(button("Save", id="save"), el("p", "-", id="said"))
    note = el("div", "Saved", id="note")
    page.click("save", at=2000).adds(note, at=2050)
    page.click("pay", at=4000).asks("/api/pay", at=ASKED, took=CAME - ASKED)
    page.sets("note" if fades else "said", at=4500, class_="leave").removes(note, at=4750)
    page.adds(el("p", "Paid"), at=DONE, into="place").lives(60_000)
    assert visit.verdict("pay") == ("slow" if fades else "alive")

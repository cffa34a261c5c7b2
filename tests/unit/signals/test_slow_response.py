"""slow_response: an answer that came, but late."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support import events as rrweb
from support.dom import El, button, el, link
from support.web import Page, Visit


def shop() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Pay", id="pay"), el("p", "0", id="total"))
    return visit, page.says("total", "1", at=500)


def test_an_answer_after_five_seconds() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=5000).says("total", "paid", at=9040).lives(60_000)
    outcome = visit.outcome()
    assert outcome.kinds == ["slow_response"]
    assert outcome.signal("slow_response").verdict == "slow"
    assert outcome.signal("slow_response").reaction_ms == 5040
    assert outcome.evidence("slow_response")["requests"] == ["http://shop.test/api/pay"]


def test_an_answer_after_two_seconds_is_not_slow() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=2000).says("total", "paid", at=6040).lives(60_000)
    assert visit.kinds() == []


def disables(page: Page) -> Page:
    return page.sets("pay", at=4020, disabled="", class_="busy").sets("pay", at=9020, disabled=None, class_="ready")


def says_wait(page: Page) -> Page:
    return page.says("pay", "Paying", at=4020).says("pay", "Pay", at=9020)


def covers_the_page(page: Page) -> Page:
    return page.sets("app", at=4020, aria_busy="true").sets("app", at=9020, aria_busy="false")


def shows_a_skeleton(page: Page) -> Page:
    skeleton = el("div", el("i"), el("i"))
    return page.adds(skeleton, at=4020, into="app").removes(skeleton, at=9020, from_="app")


def marks_what_loads(page: Page) -> Page:
    """Dash: an attribute of its own, and an empty element while anything is under way."""
    note = el("div")
    page.adds(note, at=4012, into="app").sets("total", at=4020, data_dash_is_loading="true")
    return page.sets("total", at=9019, data_dash_is_loading=None).removes(note, at=9020, from_="app")


def marks_itself(page: Page) -> Page:
    return page.sets("pay", at=4020, loading="").sets("pay", at=9020, loading=None)


def opens_itself(page: Page) -> Page:
    return page.sets("app", at=4020, data_menu_is_open="true").sets("app", at=9020, data_menu_is_open=None)


def opens_a_dialog(page: Page) -> Page:
    return page.adds(el("div", el("h2", "Payment"), role="dialog"), at=4020)


def picks_a_tab(page: Page) -> Page:
    return page.sets("pay", at=4020, aria_selected="true")


def counts(page: Page) -> Page:
    return page.says("count", "1", at=4020).says("count", "2", at=9020)


@pytest.mark.parametrize(
    "shows", [disables, says_wait, covers_the_page, shows_a_skeleton, marks_what_loads, marks_itself]
)
@pytest.mark.parametrize(("took", "kinds"), [(5000, ["slow_response"]), (1500, [])])
def test_what_shows_until_the_response_comes_is_waiting(
    shows: Callable[[Page], Page], took: float, kinds: list[str]
) -> None:
    visit = Visit()
    content = el("div", button("Pay", id="pay"), el("p", "0", id="total"), el("p", "0", id="count"), id="app")
    page = visit.open("http://shop.test/", content)
    shows(page.click("pay", at=4000).asks("/api/pay", at=4010, took=took))
    page.says("total", "paid", at=4040 + took).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize("shows", [opens_a_dialog, picks_a_tab, counts, opens_itself])
def test_what_stays_or_is_said_elsewhere_is_an_answer_at_once(shows: Callable[[Page], Page]) -> None:
    visit = Visit()
    content = el("div", button("Pay", id="pay"), el("p", "0", id="total"), el("p", "0", id="count"), id="app")
    page = visit.open("http://shop.test/", content)
    shows(page.click("pay", at=4000).asks("/api/pay", at=4010, took=5000)).says("total", "paid", at=9040).lives(60_000)
    assert visit.verdict("pay") == "alive"


def test_a_change_much_later_and_without_a_request_is_no_answer() -> None:
    visit, page = shop()
    page.click("pay", at=4000).says("total", "5", at=10_000).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def plain(*more: El) -> tuple[Visit, Page]:
    """A recording without requests, of a page that has settled."""
    visit = Visit()
    content = (button("Pay", id="pay"), el("p", "0", id="total"), el("p", "0:00", id="clock"), *more)
    return visit, visit.open("http://shop.test/", *content, how=None)


@pytest.mark.parametrize("clock", [False, True], ids=["still", "restless"])
@pytest.mark.parametrize("how", ["text", "added", "added and gone"])
def test_a_late_change_of_a_place_that_does_not_change_by_itself(how: str, clock: bool) -> None:
    visit, page = plain()
    if clock:
        page.ticks("clock", every=1000, until=40_000)
    page.click("pay", at=4000)
    note = el("p", "Paid")
    page.says("total", "1", at=8600) if how == "text" else page.adds(note, at=8600)
    if how == "added and gone":
        page.removes(note, at=12_000)
    page.lives(60_000)
    assert visit.kinds() == ["slow_response"]
    assert visit.outcome().signal("slow_response").reaction_ms == 4600


def test_a_control_that_is_slow_each_time() -> None:
    visit, page = plain()
    for at in (4000, 20_000, 36_000):
        page.click("pay", at=at).says("total", str(at), at=at + 4500)
    page.lives(60_000)
    assert visit.kinds() == ["slow_response"] * 3


@pytest.mark.parametrize("other", [15_000, 1500], ids=["later", "before"])
def test_a_late_change_of_a_place_that_changed_by_itself(other: float) -> None:
    visit, page = plain()
    page.says("total", "1", at=other).click("pay", at=4000).says("total", "2", at=8600).lives(60_000)
    assert visit.kinds() == ["dead_click"]


def test_a_late_change_of_a_place_that_other_controls_see_changing() -> None:
    """A feed: the places change now and then, and visitors always click before."""
    visit, page = plain(button("Help", id="help"))
    page.click("pay", at=4000).says("total", "1", at=8600).click("help", at=12_000).says("total", "2", at=17_000)
    page.lives(60_000)
    assert visit.kinds() == ["dead_click"] * 2


@pytest.mark.parametrize("stays", [False, True])
def test_what_the_pointer_brings_is_no_late_answer(stays: bool) -> None:
    visit, page = plain(link("Home", "/", id="home", class_="link"))
    page.click("pay", at=4000).points(8400)
    if stays:
        page.sets("home", at=8600, class_="link hover")
    else:
        tip = el("div", "Go home", class_="tip")
        page.adds(tip, at=8600).removes(tip, at=9400)
    page.lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize("act", ["scroll", "type", "address bar"])
def test_what_the_visitor_does_meanwhile_is_no_late_answer(act: str) -> None:
    visit, page = plain(el("input", id="find", type="search"))
    page.click("pay", at=4000)
    if act == "scroll":
        page.scrolls(300, at=8500)
    elif act == "type":
        page.types("find", "a", at=8400)
    else:
        page.record(rrweb.interaction(8000, rrweb.BLUR, page.node("pay").node_id))
    page.sets("total", at=8600, class_="on").lives(60_000)
    assert "slow_response" not in visit.kinds()
    assert visit.verdict("pay") == "dead"


def test_the_end_of_a_note_is_no_late_answer() -> None:
    note = el("p", "Welcome")
    visit, page = plain(note)
    page.click("pay", at=4000).removes(note, at=8600).lives(60_000)
    assert visit.kinds() == ["dead_click"]


@pytest.mark.parametrize(("stayed_ms", "kinds"), [(0, []), (4200, ["slow_response"])])
def test_a_page_that_shows_before_its_recorder_starts(stayed_ms: float, kinds: list[str]) -> None:
    """Without the time of its navigation: only while the old page is still recorded does the visitor surely wait."""
    visit, page = plain(link("More", "/more.html", id="more"))
    page.click("more", at=4000)
    if stayed_ms:
        page.points(4000 + stayed_ms)
    visit.open("http://shop.test/more.html", link("Home", "/"), at=8800, how=None).lives(30_000)
    assert [kind for kind in visit.kinds() if kind != "dead_end"] == kinds


@pytest.mark.parametrize(
    ("gone_ms", "kinds"), [(300, ["slow_response"]), (700, ["slow_response"]), (4000, []), (5000, ["slow_response"])]
)
def test_ripples_and_spinners_are_no_answer_and_what_went_by_itself_is(gone_ms: float, kinds: list[str]) -> None:
    visit, page = shop()
    ripple = el("i")
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=5000).adds(ripple, at=4012, into="pay")
    page.removes(ripple, at=4012 + gone_ms, from_="pay")
    page.says("total", "paid", at=9040).lives(60_000)
    assert visit.kinds() == kinds


def test_a_note_when_the_response_comes_is_its_answer_where_notes_also_run_out_by_themselves() -> None:
    """The note goes when nobody does anything: its place changes by itself, but not as a response comes."""
    visit, page = shop()
    for at in (4000, 30_000):
        note = el("p", "Paid")
        page.click("pay", at=at).asks("/api/pay", at=at + 10, took=4200).adds(note, at=at + 4220)
        page.removes(note, at=at + 7300)
    page.lives(60_000)
    assert visit.kinds() == ["slow_response"] * 2


def moves_a_bar(page: Page) -> None:
    for i in range(25):
        page.sets("bar", at=4010 + 200 * i, style=f"width: {4 * i}%")


SIGNS_OF_WAITING: dict[str, Callable[[Page], object]] = {
    "a class that stays": lambda page: page.sets("pay", at=4010, class_="was-pressed"),
    "a bar that moves": moves_a_bar,
}


@pytest.mark.parametrize("sign", SIGNS_OF_WAITING)
def test_what_shows_until_the_response_comes_is_no_answer(sign: str) -> None:
    visit = Visit()
    parts = (button("Pay", id="pay"), el("p", "0", id="total"), el("div", id="bar"))
    page = visit.open("http://shop.test/", *parts).says("total", "1", at=500)
    page.click("pay", at=4000).asks("/api/pay", at=4015, took=5000)
    SIGNS_OF_WAITING[sign](page)
    page.says("total", "paid", at=9030).lives(60_000)
    assert visit.kinds() == ["slow_response"]


@pytest.mark.parametrize("late", ["nothing", "only the control"])
def test_a_control_that_shows_at_once_what_is_stored_later_is_quick(late: str) -> None:
    visit, page = shop()
    page.click("pay", at=4000).sets("pay", at=4010, class_="liked").asks("/api/like", at=4015, took=5000)
    if late == "only the control":
        page.sets("pay", at=9020, class_="liked stored")
    page.lives(60_000)
    assert visit.kinds() == (["slow_response"] if late == "only the control" else [])


@pytest.mark.parametrize(
    ("after_ms", "kinds"), [(4500, ["slow_response"]), (6500, ["dead_click"])], ids=["while waiting", "too late"]
)
def test_a_late_change_without_a_request_where_requests_are_recorded(after_ms: int, kinds: list[str]) -> None:
    """A worker or a socket answers, too."""
    visit, page = shop()
    page.click("pay", at=4000).says("total", "paid", at=4000 + after_ms).lives(60_000)
    assert visit.kinds() == kinds


@pytest.mark.parametrize("told_late_ms", [0, 120])
@pytest.mark.parametrize(("status", "kinds"), [(200, ["slow_response"]), (503, ["failed_request"])])
def test_a_request_that_is_told_without_a_time_of_its_own(status: int, kinds: list[str], told_late_ms: int) -> None:
    """`startTime` counts from a moment that some recorders keep to themselves; all tell of what is over."""
    visit, page = shop()
    page.click("pay", at=4000)
    request = {"name": "http://shop.test/api/pay", "initiatorType": "fetch", "startTime": 4010, "duration": 5200}
    if status == 200:
        page.says("total", "paid", at=9225)
    page.record(rrweb.network(9210 + told_late_ms, request | {"status": status})).lives(60_000)
    assert visit.kinds() == kinds


def test_a_late_change_after_a_dialog_of_the_system() -> None:
    visit = Visit()
    page = visit.open("http://shop.test/", button("Print", id="print"), el("p", "0", id="total"))
    page.click("print", at=4000).says("total", "1", at=8200).lives(60_000)
    assert visit.kinds() == []


@pytest.mark.parametrize(
    ("asks", "made_ms", "kinds"),
    [(True, 8030, ["slow_response"]), (False, 8030, ["slow_response"]), (False, 0, [])],
    ids=["after a response", "after one that is not recorded", "never"],
)
def test_a_link_that_page_code_clicks_when_it_is_ready(asks: bool, made_ms: int, kinds: list[str]) -> None:
    """It keeps the visitor's click back until what it asked for has come; such a click is at 0,0."""
    visit, page = plain(link("More", "/more.html", id="more"))
    page.click("more", at=4000)
    if asks:
        page.asks("/api/ready", at=4010, took=4000)
    if made_ms:
        page.only_clicks("more", made_ms, by_pointer=False)
    visit.open("http://shop.test/more.html", link("Home", "/"), at=8250).lives(30_000)
    assert [kind for kind in visit.kinds() if kind not in ("dead_end", "dead_click")] == kinds


@pytest.mark.parametrize(("took", "clicks"), [(3000, 1), (1500, 2)], ids=["as its response comes", "a while after it"])
def test_a_button_is_clicked_again_by_code_or_by_key(took: int, clicks: int) -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=took).only_clicks("pay", 7050, by_pointer=False)
    page.says("total", "paid", at=7080).lives(60_000)
    assert len(visit.outcome().rows.interactions) == clicks
    assert visit.kinds() == (["slow_response"] if clicks == 1 else [])


@pytest.mark.parametrize(("told", "kinds"), [(True, ["slow_response"]), (False, [])])
def test_a_wave_that_stays_for_seconds_is_no_answer_beside_a_late_one(told: bool, kinds: list[str]) -> None:
    """Ant Design Vue: it moves by its classes, and goes after 5 s."""
    visit, page = shop()
    wave, inner = el("div"), el("div", class_="wave")
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=4000).adds(wave, at=4010, into="pay")
    page.adds(inner, at=4080, into=wave).sets(inner, at=4140, class_="wave active").sets(inner, at=6140, class_="wave")
    if told:
        page.says("total", "paid", at=8040)
    page.removes(wave, at=9010, from_="pay").lives(60_000)
    assert visit.kinds() == kinds

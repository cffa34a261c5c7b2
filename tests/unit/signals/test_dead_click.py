"""dead_click: clicks that a page answered with nothing, and everything that only looks like one."""

from __future__ import annotations

import pytest

from support import events as rrweb
from support.dom import El, button, el, field_, link, serialised
from support.outcome import START_MS
from support.web import Page, Visit

URL = "http://shop.test/cart"


def shop(*content: El | str) -> tuple[Visit, Page]:
    """A page with a button, a text and a clock, looked at for 3 s before anything is done."""
    visit = Visit()
    page = visit.open(URL, button("Pay", id="pay"), el("p", "0", id="total"), el("p", "00:00", id="clock"), *content)
    return visit, page


def test_a_button_that_does_nothing() -> None:
    visit, page = shop()
    page.says("total", "1", at=500).click("pay", at=4000).lives(15_000)
    visit.open("http://shop.test/other", at=40_000).click("body", at=41_000)
    found = visit.outcome().signal("dead_click")
    assert found.verdict == "dead"
    assert found.element == 'button#pay "Pay"'
    assert found.page == URL
    assert found.confidence >= 0.9
    assert found.click_count == 1
    assert visit.outcome().evidence("dead_click")["watched_ms"] == 7000


def test_the_visitor_left_while_the_click_was_pending() -> None:
    """Nobody saw the page for 7 s, yet a click 2 s before the end that got nothing is told."""
    visit, page = shop()
    page.says("total", "1", at=500).click("pay", at=4000).lives(6000)
    assert visit.verdict("pay") == "dead"
    assert visit.outcome().evidence("dead_click")["watched_ms"] == 2000


def test_a_prompt_change_answers() -> None:
    visit, page = shop()
    page.click("pay", at=4000).says("total", "12", at=4060).lives(15_000)
    assert visit.kinds() == []
    assert visit.verdict("pay") == "alive"


@pytest.mark.parametrize("every", [1000, 250, 100])
def test_a_ticking_clock_does_not_hide_a_dead_click(every: float) -> None:
    visit, page = shop()
    page.ticks("clock", every=every, until=20_000).click("pay", at=8030).lives(20_100)
    assert visit.verdict("pay") == "dead"


def test_a_ticking_clock_does_not_kill_a_working_button() -> None:
    visit, page = shop()
    page.ticks("clock", every=1000, until=20_000).click("pay", at=8030).says("total", "12", at=8070).lives(20_100)
    assert visit.verdict("pay") == "alive"


def test_a_spinner_that_was_there_before_does_not_answer() -> None:
    """An animation by script, a frame every 16 ms, running all the time."""
    visit, page = shop(el("i", "", id="spinner"))
    for frame in range(700):
        page.sets("spinner", at=500 + frame * 16, style=f"rotate({frame}deg)")
    page.click("pay", at=6007).lives(15_000)
    assert visit.verdict("pay") == "dead"


def carousel(clicked: bool) -> str:
    """A carousel that moves on every 4 s by itself and starts anew when its button is used."""
    visit, page = shop(button("Next", id="next"), el("div", "slide 0", id="slide"))
    times = [4000 * i for i in range(1, 6)] + [22_000 + 4000 * i for i in range(3)]
    for i, at in enumerate(times):
        page.says("slide", f"slide {i}", at=at)
    page.click("next", at=21_900)
    if clicked:
        page.says("slide", "slide 9", at=21_930)
    page.lives(34_000)
    return visit.verdict("next")


def test_the_button_of_a_carousel_that_also_moves_by_itself_works() -> None:
    assert carousel(clicked=True) == "alive"


def test_ripple_inside_a_dead_button_is_no_answer() -> None:
    visit, page = shop()
    ripple = el("span", class_="ripple")
    page.click("pay", at=4000).adds(ripple, at=4010, into="pay").removes(ripple, at=4560, from_="pay").lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_a_wave_with_parts_that_goes_after_two_seconds_is_no_answer() -> None:
    """As Ant Design draws it; the recorder tells of what goes its root only."""
    visit, page = shop()
    wave = el("span", el("i", class_="drop"), class_="wave")
    page.click("pay", at=4000).adds(wave, at=4010, into="pay").sets(wave, at=4060, class_="wave active")
    page.removes(wave, at=6100, from_="pay").lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_waves_that_overlap_the_next_clicks_are_no_answers() -> None:
    """The first wave goes after the last click."""
    visit, page = shop()
    times = (4000, 4300, 4600, 4900)
    waves = [el("span", el("i"), class_="wave") for _ in times]
    for wave, at in zip(waves, times, strict=True):
        page.click("pay", at=at).adds(wave, at=at + 10, into="pay")
    for wave, at in zip(waves, times, strict=True):
        page.removes(wave, at=at + 2050, from_="pay")
    page.lives(60_000)
    assert visit.kinds() == ["rage_click"]


def test_a_number_inside_a_button_that_the_next_click_replaces_is_an_answer() -> None:
    visit, page = shop()
    pay, shown = page.node("pay").node_id, None
    for at in (4000, 4300, 4600, 4900):
        number = el("b", str(at))
        page.click("pay", at=at).document.number(number)
        removes = [] if shown is None else [{"parentId": pay, "id": shown}]
        adds = [{"parentId": pay, "nextId": None, "node": serialised(number)}]
        page.record(rrweb.mutation(at + 10, adds=adds, removes=removes))
        shown = number.node_id
    page.lives(60_000)
    assert visit.kinds() == []


def test_a_button_that_ripples_and_changes_its_label_works() -> None:
    visit, page = shop()
    ripple = el("span", class_="ripple")
    page.click("pay", at=4000).adds(ripple, at=4010, into="pay").says("pay", "Paid", at=4020)
    page.removes(ripple, at=4560, from_="pay").lives(15_000)
    assert visit.verdict("pay") == "alive"


def test_a_pressed_state_that_comes_and_goes_is_no_answer() -> None:
    visit, page = shop()
    page.click("pay", at=4000).sets("pay", at=3994, class_="pressed").sets("pay", at=4150, class_="").lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_a_button_that_stays_pressed_is_a_toggle_and_works() -> None:
    visit, page = shop()
    page.click("pay", at=4000).sets("pay", at=4010, aria_pressed="true").lives(15_000)
    assert visit.verdict("pay") == "alive"


def test_a_button_whose_label_changes_works() -> None:
    visit, page = shop()
    page.click("pay", at=4000).says("pay", "Paid", at=4010).lives(15_000)
    assert visit.verdict("pay") == "alive"


def test_a_toast_running_out_after_an_earlier_click_is_no_answer() -> None:
    visit, page = shop(button("Save", id="save"))
    toast = el("div", "Saved", class_="toast")
    page.click("save", at=4000).adds(toast, at=4050)
    page.click("pay", at=6500).removes(toast, at=7050).lives(18_000)
    outcome = visit.outcome()
    assert outcome.click("save").verdict == "alive"
    assert outcome.click("pay").verdict == "dead"


def test_closing_a_dialog_works() -> None:
    visit, page = shop(button("Open", id="open"))
    dialog = el("div", el("p", "Sure?"), button("Close", id="close"), role="dialog")
    page.click("open", at=4000).adds(dialog, at=4050).click("close", at=9000).removes(dialog, at=9030).lives(18_000)
    assert visit.verdict("close") == "alive"


def test_a_dropdown_that_opens_on_mousedown_works() -> None:
    """getsentry/sentry-javascript#9755: the change comes before the click event."""
    visit, page = shop(button("Country", id="country"))
    page.adds(el("ul", el("li", "Norway")), at=3995).click("country", at=4000).lives(15_000)
    assert visit.verdict("country") == "alive"


@pytest.mark.parametrize("before_ms", [1, 2])
@pytest.mark.parametrize("attrs", [{"aria_expanded": "true", "class_": "show"}, {"class_": "on"}])
def test_an_answer_recorded_after_the_release_and_before_the_click_counts(
    attrs: dict[str, str], before_ms: float
) -> None:
    """Capturing listeners of the page run before the recorder's own, here with the focus in a field that is left."""
    visit, page = shop(field_("mail", "email"))
    page.types("mail", "a@b.test", at=2000).click("pay", at=6000).sets("pay", at=6000 - before_ms, **attrs).lives(
        15_000
    )
    assert visit.verdict("pay") == "alive"


def test_a_checkout_under_an_address_that_changed_before_is_no_answer() -> None:
    visit, page = shop()
    page.url = f"{URL}#/step/2"
    page.click("pay", at=4000).checks_out(at=4200).lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_a_slow_press_of_a_dropdown_that_opens_on_mousedown_works() -> None:
    """Held for half a second: change right after pointer-down, click event long after it."""
    visit, page = shop(button("Country", id="country"))
    node = page.node("country").node_id
    page.record(rrweb.interaction(3500, rrweb.MOUSE_DOWN, node, 50, 60)).adds(el("ul", el("li", "Norway")), at=3510)
    page.record(rrweb.interaction(4000, rrweb.CLICK, node, 50, 60)).lives(15_000)
    assert visit.verdict("country") == "alive"


def test_validation_on_blur_is_no_answer_of_the_dead_button_that_took_the_focus() -> None:
    visit, page = shop(el("form", field_("mail", "email"), el("p", "ok", id="hint"), id="form"))
    page.types("mail", "abc", at=2000)
    page.click("pay", at=6000)
    page.says("hint", "Not a mail address", at=5996).lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_only_the_focus_moving_is_no_answer() -> None:
    visit, page = shop(button("Other", id="other"))
    page.click("other", at=3000).says("total", "1", at=3050).click("pay", at=9000).lives(20_000)
    assert visit.verdict("pay") == "dead"


def test_a_label_that_activates_its_field_works() -> None:
    visit, page = shop(el("label", "I agree", id="agree", for_="terms"), field_("terms", "checkbox"))
    page.click_label("agree", "terms", at=4000).lives(15_000)
    assert visit.verdict("agree") == "alive"
    assert len(visit.outcome().rows.interactions) == 1


def test_a_double_click_that_selects_a_word_is_no_dead_click() -> None:
    visit, page = shop(el("p", "Order 4711", id="order"))
    page.double_click("order", at=4000).selects(at=4000).lives(15_000)
    assert visit.kinds() == []


@pytest.mark.parametrize("type", ["text", "email", "password", "date", "number", "range", "color"])
def test_clicking_into_a_field_works_without_a_trace(type: str) -> None:
    visit, page = shop(field_("box", type))
    page.click("box", at=4000).lives(15_000)
    assert visit.verdict("box") == "alive"


@pytest.mark.parametrize("tag", ["textarea", "select"])
def test_text_areas_and_selects_work_without_a_trace(tag: str) -> None:
    visit, page = shop(el(tag, id="box"))
    page.click("box", at=4000).lives(15_000)
    assert visit.verdict("box") == "alive"


@pytest.mark.parametrize(
    "element",
    [
        link("Report", "/files/report.pdf", id="it"),
        link("Report", "/api/report", id="it", download="report"),
        link("Docs", "/docs", id="it", target="_blank"),
        link("Write to us", "mailto:help@shop.test", id="it"),
        link("Call us", "tel:+4712345678", id="it"),
        field_("it", "file"),
        el("canvas", id="it"),
        el("iframe", id="it", src="/embedded"),
        el("video", id="it"),
        button("Copy", id="it", data_clipboard_text="x"),
        button("Download invoice", id="it"),
        button("For guests", id="it", onclick="location.href='/files/guests.pdf'"),
        button("For guests", id="it", onclick='window.open("/files/guests.xlsx?year=2026", "_self")'),
        button("", el("i", class_="fa fa-print"), id="it"),
        button("More", id="it", popovertarget="menu"),
        el("p", "just a text", id="it"),
    ],
    ids=lambda e: f"{e.tag}-{'-'.join(e.attrs)}",
)
def test_what_acts_where_no_recorder_looks_is_unknown(element: El) -> None:
    visit, page = shop(element)
    page.says("total", "1", at=500).click("it", at=4000).lives(15_000)
    assert visit.outcome().verdicts() == ["unknown"]
    assert visit.kinds() == []


@pytest.mark.parametrize("handler", ["location.href='/guests'", "show('guests.pdf')", "location.reload(); x = '.pdf'"])
def test_an_inline_handler_that_opens_no_file_should_show_something(handler: str) -> None:
    visit, page = shop(button("For guests", id="it", onclick=handler))
    page.says("total", "1", at=500).click("it", at=4000).lives(15_000)
    assert visit.verdict("it") == "dead"


def test_a_link_that_opened_a_tab_of_the_session_works() -> None:
    visit, page = shop(link("Docs", "/docs", id="docs", target="_blank"))
    page.click("docs", at=4000).lives(15_000)
    visit.open("http://shop.test/docs", at=4600, window="window-2").lives(9000)
    assert visit.verdict("docs") == "alive"
    assert visit.outcome().click("docs").reaction == "new window"


def test_window_open_of_a_button_works() -> None:
    visit, page = shop()
    page.click("pay", at=4000).lives(15_000)
    visit.open("http://bank.test/", at=5200, window="window-2").lives(9000)
    assert visit.verdict("pay") == "alive"


def test_a_link_to_another_site_as_the_last_act_is_unknown() -> None:
    visit, page = shop(link("Our partner", "http://partner.test/", id="out"))
    page.says("total", "1", at=500).click("out", at=4000)
    assert visit.verdict("out") == "unknown"
    assert visit.kinds() == []


def test_a_dead_link_where_the_document_lives_on() -> None:
    visit, page = shop(link("Terms", "/terms", id="terms"))
    page.says("total", "1", at=500).click("terms", at=4000).lives(15_000)
    assert visit.verdict("terms") == "dead"


def test_a_link_that_leads_to_its_page_works() -> None:
    visit, page = shop(link("Terms", "/terms", id="terms"))
    page.click("terms", at=4000)
    visit.open("http://shop.test/terms", at=4700).lives(9000)
    assert visit.verdict("terms") == "alive"
    assert visit.outcome().click("terms").reaction == "navigation"


def test_a_slow_server_still_answers_the_link() -> None:
    """The navigation began with the click; the page came 5 s later."""
    visit, page = shop(link("Terms", "/terms", id="terms"))
    page.click("terms", at=4000)
    terms = visit.open("http://shop.test/terms", at=9000, how=None)
    request = {"name": "http://shop.test/terms", "entryType": "navigation", "initiatorType": "navigation"}
    request |= {"timestamp": START_MS + 4010, "duration": 5000, "responseStatus": 200, "type": "navigate"}
    terms.record(rrweb.network(9100, request)).lives(15_000)
    assert visit.verdict("terms") == "alive"


def test_a_checkout_of_the_recorder_is_no_answer() -> None:
    """posthog-js takes a full snapshot every few minutes; it says nothing about the page."""
    visit, page = shop()
    page.says("total", "1", at=500).click("pay", at=4000).checks_out(at=4300).lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_the_same_page_view_again_is_no_answer() -> None:
    visit, page = shop()
    page.says("total", "1", at=500).click("pay", at=4000).goes_to(URL, at=4300).lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_a_url_change_of_a_single_page_application_answers() -> None:
    visit, page = shop()
    page.click("pay", at=4000).goes_to("http://shop.test/cart#/pay", at=4060).lives(15_000)
    assert visit.verdict("pay") == "alive"


@pytest.mark.parametrize("how", ["reload", "back_forward"])
def test_what_the_visitor_does_by_hand_is_no_answer(how: str) -> None:
    visit, page = shop()
    page.says("total", "1", at=500).click("pay", at=4000).lives(6000)
    visit.open(URL, at=7000, how=how).lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_a_button_that_reloads_the_page_works() -> None:
    visit, page = shop()
    page.click("pay", at=4000)
    visit.open(URL, at=4250, how="reload").lives(15_000)
    assert visit.verdict("pay") == "alive"


def test_a_late_answer_through_a_request_of_the_click_counts() -> None:
    visit, page = shop()
    page.click("pay", at=4000).asks("/api/pay", at=4010, took=2400, method="POST").says("total", "12", at=6440)
    page.lives(15_000)
    assert visit.verdict("pay") == "alive"


def test_a_request_that_shows_nothing_is_unknown() -> None:
    visit, page = shop()
    page.says("total", "1", at=500).click("pay", at=4000).asks("/api/like", at=4010, method="POST").lives(15_000)
    assert visit.verdict("pay") == "unknown"


def test_polling_does_not_answer() -> None:
    visit, page = shop()
    page.says("total", "1", at=500)
    for i in range(10):
        page.asks("/api/poll", at=1500 + 2000 * i)
    page.click("pay", at=7400).lives(22_000)
    assert visit.verdict("pay") == "dead"


def test_scrolling_by_the_visitor_does_not_answer() -> None:
    visit, page = shop()
    page.says("total", "1", at=500).click("pay", at=4000).scrolls(200, at=5500).scrolls(400, at=5600).lives(15_000)
    assert visit.verdict("pay") == "dead"


def test_a_button_that_scrolls_to_a_place_works() -> None:
    visit, page = shop()
    page.click("pay", at=4000).scrolls(900, at=4060).lives(15_000)
    assert visit.verdict("pay") == "alive"


def test_a_page_that_moved_on_under_an_inner_icon_is_the_button() -> None:
    """Visitors hit the icon inside; the control is what counts."""
    visit, page = shop(button("", el("span", el("b", "Order", id="inner")), id="order"))
    page.says("total", "1", at=500).click("inner", at=4000).lives(15_000)
    assert visit.outcome().signal("dead_click").element == 'button#order "Order"'


def test_a_control_added_later_is_known() -> None:
    visit, page = shop()
    page.adds(el("div", button("Checkout", id="late")), at=2500).click("late", at=6000).lives(15_000)
    assert visit.verdict("late") == "dead"


def test_no_mutations_at_all_in_webkit_is_a_broken_recorder() -> None:
    """rrweb#1854: the recording has a snapshot and never a change."""
    visit, page = shop(button("Other", id="other"))
    visit.event("$pageview", at=10, _browser="Mobile Safari", _os="iOS")
    page.click("pay", at=4000).click("other", at=14_000).lives(25_000)
    assert visit.outcome().verdicts() == ["unknown", "unknown"]
    assert visit.outcome().rows.session.witness == "none"


def test_no_mutations_in_chrome_are_a_dead_page() -> None:
    visit, page = shop(button("Other", id="other"))
    visit.event("$pageview", at=10, _browser="Chrome", _os="Linux")
    page.click("pay", at=4000).click("other", at=14_000).lives(25_000)
    assert visit.outcome().verdicts() == ["dead", "dead"]


def test_a_page_without_its_snapshot_cannot_witness() -> None:
    visit, page = shop()
    page.says("total", "1", at=500).click("pay", at=4000).lives(15_000)
    visit.recorded["window-1"] = [e for e in visit.recorded["window-1"] if e["type"] != 2]
    assert visit.outcome().verdicts() == ["unknown"]
    assert visit.outcome().rows.session.witness == "partial"


@pytest.mark.parametrize(
    "href", ["http://[", "//[::1", "http://ａ＃/", "http://h:99999999/", "\x00", "#", "?", "", "a:b:c"]
)
def test_links_that_cannot_be_read_stop_nothing(href: str) -> None:
    visit, page = shop(link("Odd", href, id="odd"), el("form", field_("box"), action=href))
    page.types("box", "abc", at=2000).click("odd", at=4000).lives(15_000)
    visit.open(href or URL, at=20_000).lives(25_000)
    assert len(visit.outcome().rows.interactions) == 1


@pytest.mark.parametrize("open_ms", [900, 4000])
@pytest.mark.parametrize("order", [(5, 6), (6, 5)])
def test_a_dialog_of_the_system_gives_the_focus_back_as_it_closes(open_ms: float, order: tuple[int, int]) -> None:
    """Page code stands still meanwhile, so both are told in one moment."""
    visit, page = shop()
    page.click("pay", at=4000)
    for kind in order:
        page.record(rrweb.interaction(4000 + open_ms, kind, page.node("pay").node_id))
    page.lives(60_000)
    assert visit.kinds() == []
    assert visit.verdict("pay") in ("alive", "slow")


@pytest.mark.parametrize("away_ms", [400, 3000])
def test_another_window_that_the_visitor_looks_at_is_no_answer(away_ms: float) -> None:
    visit, page = shop()
    page.click("pay", at=4000).record(rrweb.interaction(6000, 6, page.node("pay").node_id))
    page.record(rrweb.interaction(6000 + away_ms, 5, page.node("pay").node_id)).lives(60_000)
    assert visit.kinds() == ["dead_click"]

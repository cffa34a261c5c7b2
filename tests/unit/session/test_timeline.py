"""Timeline: windows, pages, and where a document begins."""

from __future__ import annotations

import msgspec
import pytest

from support import events as rrweb
from support.dom import button, el
from support.outcome import digested, verdict_of
from support.web import Visit


def test_each_document_is_a_page() -> None:
    visit = Visit()
    for i in range(3):
        visit.open(f"http://a.test/{i}", button("x"), at=3000 * i).lives(3000 * i + 1000)
    assert visit.outcome().rows.session.urls == [f"http://a.test/{i}" for i in range(3)]
    assert visit.outcome().rows.session.first_url == "http://a.test/0"
    assert visit.outcome().rows.session.last_url == "http://a.test/2"


def test_a_reload_is_a_new_document() -> None:
    visit = Visit()
    visit.open("http://a.test/", button("A", id="a"), at=0).click("a", at=2000)
    visit.open("http://a.test/", el("p", "x"), button("B", id="b"), at=4000, how="reload").click("b", at=8000).lives(
        20_000
    )
    assert [i.element for i in visit.outcome().rows.interactions] == ['button#a "A"', 'button#b "B"']


@pytest.mark.parametrize("load_seen", [True, False])
def test_a_checkout_is_the_same_document(load_seen: bool) -> None:
    visit = Visit()
    page = visit.open("http://a.test/", button("A", id="a"), el("p", "0", id="n"))
    if not load_seen:
        visit.recorded["window-1"] = [e for e in visit.recorded["window-1"] if e["type"] != 0]
    page.checks_out(at=3000).click("a", at=4000).checks_out(at=6000).lives(20_000)
    outcome = visit.outcome()
    assert outcome.click("a").verdict != "alive"
    assert outcome.rows.session.urls == ["http://a.test/"]


def test_windows_run_side_by_side() -> None:
    visit = Visit()
    one = visit.open("http://a.test/1", button("A", id="a"), el("p", "0", id="n"), window="w1")
    two = visit.open("http://a.test/2", button("B", id="b"), el("p", "0", id="n"), window="w2", at=100)
    one.click("a", at=5000)
    two.says("n", "9", at=5020).click("b", at=9000).says("n", "10", at=9020).lives(30_000)
    one.lives(30_000)
    outcome = visit.outcome()
    assert outcome.click("a").verdict == "dead"
    assert outcome.click("b").verdict == "alive"
    assert outcome.rows.session.window_count == 2


def test_the_same_event_in_two_messages_is_one() -> None:
    event = rrweb.interaction(5000, rrweb.CLICK, 4, 1, 1)
    messages = [digested([event]), digested([event, rrweb.interaction(6000, rrweb.CLICK, 4, 1, 1)])]
    assert verdict_of(messages).session.click_count == 2


def test_messages_of_two_sessions_do_not_merge() -> None:
    with pytest.raises(ValueError, match="two sessions"):
        verdict_of([digested([rrweb.meta(1, "a")]), digested([rrweb.meta(1, "a")], session_id="other")])


def test_a_session_without_messages_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        verdict_of([])


def test_the_trusted_clock_comes_from_the_messages() -> None:
    messages = [digested([rrweb.meta(t, "a")], received_ms=t + 9) for t in (5000, 7000)]
    session = verdict_of(messages).session
    assert session.first_received_at is not None and session.last_received_at is not None
    assert (session.last_received_at - session.first_received_at).total_seconds() == 2
    assert verdict_of([msgspec.structs.replace(messages[0], received_ms=None)]).session.first_received_at is None


@pytest.mark.parametrize("at_ms", [1, 253_402_300_799_000])
def test_the_first_and_the_last_time_there_is(at_ms: int) -> None:
    made = digested([rrweb.meta(at_ms, "http://a/"), rrweb.interaction(at_ms, rrweb.CLICK, 4, 1, 1)])
    assert verdict_of([made]).session.click_count == 1


def test_a_sending_time_shows_that_the_page_lived_on() -> None:
    """The recorder had nothing to record for 9 s and still sent: silence after the click was real silence."""

    def watched(sent_ms: int | None) -> str:
        visit = Visit()
        page = visit.open("http://a.test/", button("A", id="a"), el("p", "0", id="n")).says("n", "1", at=500)
        page.click("a", at=4000)
        own = visit.recorded["window-1"]
        made = digested(own, sent_ms=sent_ms)
        last = max(float(str(e["timestamp"])) for e in own)
        if sent_ms is not None:
            made = digested(own, sent_ms=int(last) + sent_ms)
        return next(s.evidence for s in verdict_of([made]).signals if s.kind == "dead_click")

    assert '"watched_ms":0' in watched(None)
    assert '"watched_ms":6000' in watched(6000)

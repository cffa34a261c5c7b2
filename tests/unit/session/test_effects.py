"""Effects and the background of a page: what was happening anyway."""

from __future__ import annotations

from random import Random

import pytest

from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.session.effects import effects_of
from replay_signals.transforms.session.timeline import timeline_of
from support import events as rrweb
from support.dom import button, el
from support.outcome import START_MS, digested
from support.web import Page, Visit


def page_of() -> tuple[Visit, Page]:
    visit = Visit()
    content = (button("Pay", id="pay"), el("p", "0", id="n"), el("div", el("p", "x"), id="tip"), el("input", id="box"))
    return visit, visit.open("http://a.test/", *content)


def effects(visit: Visit) -> list[tuple[str, float]]:
    """Kinds and times of the effects of the visit's first page."""
    page = timeline_of(session_of([digested(visit.recorded["window-1"])])).windows[0].pages[0]
    return [(e.kind, e.t - START_MS) for e in effects_of(page)]


def test_each_source_is_an_effect_of_its_kind() -> None:
    visit, page = page_of()
    page.says("n", "1", at=2000).scrolls(10, at=2100).inputs("box", "a", at=2200).selects(at=2300)
    page.record(rrweb.incremental(2400, 7, type=0, id=5)).record(rrweb.incremental(2500, 9, id=5))
    page.record(rrweb.incremental(2600, 8, id=5)).record(rrweb.incremental(2700, 4, width=9, height=9))
    page.asks("/api", at=2800, took=5).goes_to("http://a.test/2", at=2900).record(rrweb.custom(3000, "window hidden"))
    kinds = [
        "mutation",
        "scroll",
        "input",
        "selection",
        "media",
        "canvas",
        "style",
        "resize",
        "request",
        "url",
        "hidden",
    ]
    assert [kind for kind, _ in effects(visit)] == kinds


def test_a_font_that_loads_or_a_source_nobody_knows_is_no_effect() -> None:
    visit, page = page_of()
    page.record(rrweb.incremental(2000, 10, family="x")).record(rrweb.incremental(2100, 99)).record(
        rrweb.event(2200, 3, {})
    )
    assert effects(visit) == []


def test_the_url_the_page_already_has_is_no_effect() -> None:
    visit, page = page_of()
    page.goes_to("http://a.test/", at=2000).checks_out(at=3000).goes_to("http://a.test/2", at=4000)
    page.goes_to("http://a.test/2", at=5000).goes_to("http://a.test/", at=6000)
    assert effects(visit) == [("url", 4000), ("url", 6000)]


def test_pictures_and_scripts_that_the_document_loads_are_no_requests_of_its_code() -> None:
    visit, page = page_of()
    image = {
        "name": "http://a.test/x.png",
        "entryType": "resource",
        "initiatorType": "img",
        "timestamp": START_MS + 2000,
    }
    page.record(rrweb.network(2100, image)).asks("/api", at=3000)
    assert effects(visit) == [("request", 3000)]


def test_a_tooltip_that_shows_on_hover_is_no_answer() -> None:
    visit, page = page_of()
    page.says("n", "1", at=500)
    for i in range(3):
        page.points(2000 + 3000 * i, x=40).sets("tip", at=2040 + 3000 * i, class_="shown")
        page.points(3000 + 3000 * i, x=900).sets("tip", at=3040 + 3000 * i, class_="")
    page.points(12_000, x=40).sets("tip", at=12_040, class_="shown").click("pay", at=12_500)
    page.points(13_000, x=900).sets("tip", at=13_040, class_="").lives(25_000)
    assert visit.verdict("pay") == "dead"


def test_a_clock_in_another_place_does_not_explain_the_answer() -> None:
    visit, page = page_of()
    page.ticks("n", every=100, until=20_000).click("pay", at=8030).sets("tip", at=8060, class_="open")
    assert visit.verdict("pay") == "alive"


def test_an_irregular_ticker_does_not_hide_a_dead_click() -> None:
    visit, page = page_of()
    for i, at in enumerate((1500, 1700, 2900, 3100, 4800, 5900, 6100, 7700, 8400, 9900, 10_200, 12_000, 14_500)):
        page.says("n", str(i), at=at)
    page.click("pay", at=7600).lives(20_000)
    assert visit.verdict("pay") == "dead"


@pytest.mark.parametrize("every", [100, 200, 500, 1000, 3000])
@pytest.mark.parametrize("jitter", [0, 2, 20])
def test_a_clock_hides_no_dead_click_and_no_answer_at_any_moment_of_its_beat(every: int, jitter: int) -> None:
    """Ticks fall right before, at and right after the pointer-down, within the grain of the clocks, too."""

    def verdict(at: int, answered: bool) -> str:
        random = Random(every)
        visit, page = page_of()
        for i in range(20_000 // every):
            page.says("n", str(i), at=100 + i * every + random.randint(-jitter, jitter))
        page.click("pay", at=at)
        if answered:
            page.sets("tip", at=at + 40, class_="open")
        page.lives(20_100)
        return visit.verdict("pay")

    tick = 100 + 9000 // every * every
    moments = [*range(-12, 24, 2), *range(30, every, max(20, every // 12))]
    assert [m for m in moments if verdict(tick + m, answered=False) != "dead"] == []
    assert [m for m in moments if verdict(tick + m, answered=True) != "alive"] == []

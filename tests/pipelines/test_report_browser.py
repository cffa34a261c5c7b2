"""The report in a real browser, opened from disk: problems, sessions, filters, keyboard, and hostile recordings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from replay_signals.pipelines.analysis.filtering import condition
from replay_signals.pipelines.playback.browser import find_chromium
from replay_signals.pipelines.report.playing import Recordings
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.filters.condition import FilterError
from replay_signals.transforms.inbox.player_link import PlayerLink
from replay_signals.transforms.report.names import page_name, session_key
from support.browser import Browser, Tab, browser
from support.made_rows import holding
from support.reports import HOSTILE, PROBLEM, hostile, replaced, session, shop, write
from support.warehouses import TEAM, ms, page, replay, written

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_chromium() is None, reason="Chromium is not here")]

PLAYER = PlayerLink("https://player.test/{session_id}?t={seconds}")
HOSTILE_PAGES = ("capture.html", "about.html", "collections.html", "pages.html", f"pages/{page_name(HOSTILE)}.html")
MAX_START_BYTES = 500_000
ASKED = [
    "severity >= 20", "severity between 10 and 30 or click_count = 3",
    "device = 'Mobile' and not signal = 'dead_click'",
    "signal = 'dead_click'", "signal <> 'dead_click'", "signal in ('rage_click', 'dead_click')", "page = '/cart'",
    "page like '/c%'", "page ilike '/C_RT'", "event = '$pageview'", "not event = 'purchase'", "route = 'POST /api/pay'",
    "exception = 'TypeError'", "problem = '0123456789abcdef'", "flag.checkout = 'new'", "flag.checkout <> 'new'",
    "person.plan = 'pro'", "person.seats > 2", "person.seats = '3'", "person.plan is null", "signals.dead_click >= 1",
    "user = 'visitor of s1'", "user like '%s2'", "person_id is null", "started_at >= '2026-11-24'",
    "day = '2026-11-24'",
    "started_at < '2026-11-24T10:00:00'", "started_at <= '2026-11-24T12:00:00+02:00'", "truncated", "not truncated",
    "truncated is false", "(severity > 50 or severity < 10) and browser ~ '^Saf'", "release not like '2.%'",
    "signal(kind = 'dead_click' or kind = 'rage_click')", "session.severity > 50", "event(event like '$page%')",
    "view.page_pattern = '/cart'", "device not in ('Desktop')", "severity = -1", "release <> '2.0'", "country = ''",
    "not (device = 'Mobile' and severity > 50)", "distinct_id = 'it''s'", '"session_id" = \'s0\'',
    "error.type ~ 'Type'",
]  # fmt: skip
WRONG = [
    "severty > 5", "severity = 'high'", "signal = 'rage'", "flags.checkout = 'new'", "severity", "severity >", "and",
    "severity > 5 and", "(severity > 5", "browser like 5", "started_at > 'noon'", "5 < severity", "page(severity = 1)",
    "severity ~ 'x'", "device in ()", "signal.knd = 'x'", "severity > 5; drop table sessions", "'a' = 'a'",
]  # fmt: skip
ELSEWHERE = [
    "click(verdict = 'dead')", "console.level = 'error'", "signal(kind = 'dead_click' and severity > 5)",
    "request.status >= 500", "cohort('people.txt')", "max_scroll_y_px > 100", "event(property.price > 5)",
]  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with a recording of one of its sessions."""
    folder = tmp_path_factory.mktemp("recorded")
    recording = written(folder / "s0.jsonl", [replay("s0", page(ms("2026-11-24T10:00:00"), clicks=20))])
    rows = {
        table: [replaced(row, {"team": TEAM}) if hasattr(row, "team") else row for row in found]
        for table, found in shop().items()
    }
    rows["signals"] = [replaced(row, {"window_id": "w1", "element_key": "button#pay"}) for row in rows["signals"]]
    built = write(
        folder / "report", rows, recordings=Recordings([str(recording)], Rules(), most_stills=1), player=PLAYER
    )
    assert built.played.sessions == {session_key(TEAM, "s0")} and [*built.played.stills] == [PROBLEM]
    return folder / "report"


@pytest.fixture(scope="module")
def chromium(recorded: Path) -> Iterator[Browser]:
    """After the recorded report: its pictures take a browser of their own, and a process drives one at a time."""
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "report"
    write(folder, shop())
    return folder


@pytest.fixture
def tab(chromium: Browser, report: Path) -> Iterator[Tab]:
    with chromium.tab(report) as found:
        yield found
        assert found.complaints == [] and found.outside == []


def rows(tab: Tab, name: str) -> list[str]:
    return tab.page.locator(f"#{name} tr a.title").all_inner_texts()


def test_from_a_problem_to_the_moment_in_a_session(tab: Tab) -> None:
    tab.open("index.html")
    assert rows(tab, "problems") == ['Nothing happens: button "Pay" at /cart']
    tab.page.get_by_role("link", name="Nothing happens").click()
    assert tab.page.get_by_role("heading", level=1).inner_text() == 'Nothing happens: button "Pay" at /cart'
    tab.page.get_by_role("link", name="Session at 0:19").click()
    here = tab.page.locator(".moment[aria-current]")
    here.wait_for()
    assert "dead click" in here.inner_text() and "nothing happened" in here.inner_text()
    assert here.evaluate("node => node === document.activeElement")
    box = here.bounding_box()
    assert box is not None and 0 <= box["y"] <= 800
    tab.page.get_by_role("link", name="The problem behind dead click").click()
    tab.page.get_by_role("link", name="All sessions of this report").click()
    tab.settled("2 of 3 sessions")


def test_search_state_and_order(tab: Tab) -> None:
    tab.open("index.html")
    tab.page.get_by_label("State").select_option("all")
    tab.settled("2 problems")
    assert rows(tab, "problems")[1] == "Throws: <b>old</b>"
    tab.page.get_by_label("Order").select_option("visitors")
    tab.page.get_by_label("Search").fill("throws OLD")
    tab.settled("1 problem")
    tab.page.get_by_label("Search").fill("nothing like it")
    tab.settled("No problem matches.")


def test_what_happened_can_be_chosen(tab: Tab) -> None:
    tab.open(f"session.html#{session_key('t', 's0')}")
    tab.settled("5 moments of 7")
    tab.page.get_by_label("Console lines").check()
    tab.page.get_by_label("Events").check()
    tab.settled("7 moments")
    tab.open(f"session.html#{'0' * 16}")
    assert tab.page.get_by_text("This session is not in the report.").is_visible()


def test_filters_say_what_the_command_line_says(tab: Tab) -> None:
    tab.open("sessions.html")
    with holding(shop()) as connection:
        for text in ASKED:
            found = condition(text, "session", "s")
            sql = f"SELECT distinct_id FROM latest_sessions AS s WHERE {found.sql} ORDER BY severity DESC"
            expected = [name for (name,) in connection.execute(sql, found.values).fetchall()]
            assert tab.filtered(text) == expected, text


@pytest.mark.parametrize(("texts", "kind"), [(WRONG, "FilterError"), (ELSEWHERE, "ElsewhereError")])
def test_what_is_no_filter_is_refused_as_there(tab: Tab, texts: list[str], kind: str) -> None:
    tab.open("sessions.html")
    for text in texts:
        if kind == "FilterError":
            with pytest.raises(FilterError):
                condition(text, "session", "s")
        assert tab.refused(text) == kind, text


def test_a_filter_stays_in_the_address_and_says_what_it_cannot(tab: Tab) -> None:
    tab.open("sessions.html")
    tab.settled("3 sessions")
    tab.page.get_by_label("Where").fill("device = 'Desktop'")
    tab.settled("1 of 3 sessions")
    tab.page.reload()
    tab.settled("1 of 3 sessions")
    tab.page.get_by_label("Where").fill("severty > 5")
    tab.page.get_by_text("do you mean severity?").wait_for()
    tab.page.get_by_label("Where").fill("click(verdict = 'dead')")
    command = tab.page.locator("#elsewhere code")
    command.wait_for()
    assert command.inner_text().endswith("--where 'click(verdict = '\\''dead'\\'')'")


def test_the_recording_stands_at_the_moment(chromium: Browser, recorded: Path) -> None:
    with chromium.tab(recorded) as tab:
        tab.open(f"problems/{PROBLEM}.html")
        picture = tab.page.get_by_alt_text("The page at that moment, the element outlined")
        assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
        tab.page.get_by_role("link", name="Session at 0:19").click()
        recorded = tab.page.frame_locator("iframe[title=Recording]").frame_locator("iframe").locator("#pay")
        recorded.wait_for()
        box = recorded.bounding_box()
        assert box is not None and 0 <= box["y"] <= 900
        link = tab.page.get_by_role("link", name="open in the player")
        assert link.get_attribute("href") == "https://player.test/s0?t=19"
        assert "0:19" in tab.page.frame_locator("iframe[title=Recording]").locator("main").inner_text()
        assert tab.complaints == [] and tab.outside == []


def test_everything_by_keyboard(tab: Tab) -> None:
    tab.open("index.html")
    press = tab.page.keyboard.press
    press("Tab")
    assert tab.focused() == "Skip to the content"
    for _ in range(40):
        press("Tab")
        if tab.focused().startswith("Nothing happens"):
            break
    press("Tab")
    assert tab.focused() == "0:19"
    press("Tab")
    press("Enter")
    assert tab.page.get_by_text("Find the handler of the control").is_visible()
    press("Shift+Tab")
    press("Enter")
    tab.page.locator(".moment[aria-current]").wait_for()
    press("Tab")
    assert tab.focused() == "0:19"


def test_light_and_dark(tab: Tab) -> None:
    def paper() -> str:
        colour: str = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    tab.open("index.html")
    light = paper()
    switch = tab.page.get_by_role("button", name="Dark colours")
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    assert paper() != light and switch.get_attribute("aria-pressed") == "true"
    tab.page.emulate_media(color_scheme="dark")
    assert paper() != light


@pytest.mark.parametrize("width", [1400, 390])
def test_nothing_sticks_out(tab: Tab, width: int) -> None:
    tab.page.set_viewport_size({"width": width, "height": 844})
    for name in ("index.html", f"problems/{PROBLEM}.html", "sessions.html", f"session.html#{session_key('t', 's0')}",
                 "capture.html", "about.html", "collections.html", "pages.html",
                 f"pages/{page_name('/cart')}.html"):  # fmt: skip
        tab.open(name)
        assert tab.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        here = tab.page.locator(".top nav [aria-current]").bounding_box()
        assert here is not None and here["x"] >= 0 and here["x"] + here["width"] <= width, name


def test_many_problems_and_sessions_come_in_pages(chromium: Browser, tmp_path: Path) -> None:
    many: dict[str, list[Any]] = shop()
    (first, _) = many["problems"]
    many["problems"] = [
        type(first)(**{name: getattr(first, name) for name in first.__struct_fields__}
                    | {"problem_id": f"{n:016x}", "severity": 90 - n / 10, "title": f"Problem {n}"})
        for n in range(250)
    ]  # fmt: skip
    many["sessions"] = [session(f"s{n}", severity=90 - n / 100) for n in range(1200)]
    write(tmp_path / "report", many, most_sessions=2000)
    with chromium.tab(tmp_path / "report") as tab:
        tab.open("index.html")
        tab.settled("250 open problems, the first 50 shown")
        assert len([url for url in tab.loaded if "data/problems" in url]) == 1
        assert sum(Path(url2pathname(urlsplit(url).path)).stat().st_size for url in tab.loaded) < MAX_START_BYTES
        tab.page.get_by_role("button", name="Show more").click()
        tab.settled("250 open problems, the first 100 shown")
        assert tab.focused() == "Problem 50"
        tab.page.get_by_label("Search").fill("Problem 249")
        tab.settled("1 problem")
        tab.open("sessions.html")
        tab.settled("1,200 sessions, the first 50 shown")
        assert len([url for url in tab.loaded if "data/sessions" in url]) == 1
        tab.page.get_by_label("Where").fill("severity < 78.015")
        tab.settled("1 of 1,200 sessions")
        assert tab.complaints == []


def test_strangers_do_no_harm(chromium: Browser, tmp_path: Path) -> None:
    write(tmp_path / "report", hostile())
    with chromium.tab(tmp_path / "report") as tab:
        for name in (
            "index.html",
            f"problems/{PROBLEM}.html",
            "sessions.html",
            *HOSTILE_PAGES,
        ):
            tab.open(name)
            tab.page.wait_for_timeout(100)
        tab.open("sessions.html")
        tab.settled("4 sessions")
        assert tab.page.locator("#sessions a.title").count() == 4
        tab.open(f"session.html#{session_key(HOSTILE, 's0')}@19333")
        tab.page.locator(".moment").first.wait_for()
        tab.page.get_by_label("Events").check()
        assert "onerror" in tab.page.locator("#timeline").inner_text()
        for name in ("index.html", "sessions.html"):
            tab.open(name)
            tab.page.wait_for_timeout(100)
            assert tab.page.locator("img, iframe, object, embed").count() == 0
        assert tab.page.evaluate("window.harmed") is None
        assert tab.complaints == [] and tab.outside == []

"""The player in a real browser: it stands at the moment, is used by keyboard, and no recording can do anything."""

from __future__ import annotations

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from replay_signals.jobs.detect import Rejects, collect, judge_all
from replay_signals.pipelines.playback.browser import chromium, find_chromium
from replay_signals.pipelines.playback.pages import POLICY, write_session
from replay_signals.pipelines.playback.recordings import sessions_in_recordings
from replay_signals.schemas.messages import SnapshotMessage, SourcePosition
from replay_signals.schemas.playback_rules import Playback
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.playback.player_data import PlayerData, player_data
from replay_signals.transforms.playback.session import PlaybackSession, PlaybackWindow, playback_of, session_of
from replay_signals.transforms.privacy.policy import Policy
from support import hostile
from support.browser import every_host_at
from support.nodes_and_events import START_MS, Event

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_chromium() is None, reason="Chromium is not here")]
EXAMPLES = Path(__file__).parents[2] / "examples"
RULES = Rules(playback=Playback(enabled=True))


class Net:
    """Stands for every host there is, and notes what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        net = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                net.asked.append(f"{self.headers.get('Host')}{self.path}")
                self.send_response(204)
                self.end_headers()

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def net() -> Iterator[Net]:
    made = Net()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def browser(net: Net) -> Iterator[Browser]:
    with chromium([every_host_at(net.port)]) as found:
        yield found


class Seen:
    """A page, and everything it must not do."""

    def __init__(self, page: Page, net: Net) -> None:
        self.page, self.net = page, net
        self.faults: list[str] = []
        net.asked.clear()
        page.on("console", lambda one: one.type in ("error", "warning") and self.faults.append(one.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", lambda dialog: (self.faults.append(dialog.message), dialog.dismiss()))
        page.on("download", lambda one: self.faults.append(one.url))
        page.on("popup", lambda one: self.faults.append(one.url))
        page.expose_binding("boom", lambda *_: self.faults.append("a recorded script ran"))

    def until(self, script: str, within_s: float = 15) -> None:
        """Waits for an expression to hold; Playwright's own way evaluates text, which the policy forbids."""
        deadline = time.monotonic() + within_s
        while not self.page.evaluate(script):
            assert time.monotonic() < deadline, script
            self.page.wait_for_timeout(50)

    def went_well(self) -> bool:
        assert self.faults == []
        assert self.net.asked == []
        return True


Open = Callable[..., Seen]


@pytest.fixture
def open_page(browser: Browser, net: Net) -> Iterator[Open]:
    contexts = []

    def open_(page: Path, hash_: str = "", **options: Any) -> Seen:
        context = browser.new_context(viewport={"width": 1200, "height": 800}, **options)
        contexts.append(context)
        seen = Seen(context.new_page(), net)
        seen.page.goto(f"{page.as_uri()}{hash_}")
        seen.page.wait_for_function(
            "globalThis.ReplaySignals && ReplaySignals.ready && ReplaySignals.ready.then(() => 1)"
        )
        return seen

    yield open_
    for context in contexts:
        context.close()


def data_of(name: str) -> PlayerData:
    found = collect([str(EXAMPLES / name)], "auto", Rejects())
    rows = next(iter(judge_all(found, RULES)))
    key = (rows["sessions"][0].team, rows["sessions"][0].session_id)
    session = sessions_in_recordings([str(EXAMPLES / name)], [key], RULES).sessions[key]
    return player_data(session, {**rows, "events": found.events.get(key, [])})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PlayerData]:
    data = data_of("s0003.posts.jsonl.gz")
    return write_session(tmp_path_factory.mktemp("shop"), data), data


def signal(data: PlayerData, kind: str) -> Any:
    return next(entry for entry in data.timeline if entry.kind == "signal" and entry.title == kind)


MARK = """() => {
  const mark = [...document.querySelectorAll('.rs-mark')].find((one) => !one.hidden);
  if (!mark) return null;
  const box = mark.getBoundingClientRect(), frame = mark.parentNode.querySelector('iframe');
  const around = frame.getBoundingClientRect(), scale = around.width / frame.clientWidth;
  const x = (box.left + box.width / 2 - around.left) / scale, y = (box.top + box.height / 2 - around.top) / scale;
  const under = frame.contentDocument.elementFromPoint(x, y);
  const seen = box.top >= 0 && box.bottom <= innerHeight;
  return { label: mark.dataset.label, under: under && under.textContent, seen };
}"""


def test_it_stands_at_the_moment_with_the_element_on_screen(shop: tuple[Path, PlayerData], open_page: Open) -> None:
    page, data = shop
    rage = signal(data, "rage click")
    seen = open_page(page, f"#signal={rage.id}")
    seen.until(f"({MARK})() !== null")
    mark = seen.page.evaluate(MARK)
    assert mark == {"label": "rage click", "under": "Get shipping quote", "seen": True}
    assert rage.at_ms // 1000 == 6
    assert seen.page.locator(".rs-time").inner_text().startswith("0:06 /")
    assert "rage click" in seen.page.locator('[aria-current="true"]').inner_text()
    assert seen.went_well()


def test_the_keyboard_is_enough(shop: tuple[Path, PlayerData], open_page: Open) -> None:
    page, data = shop
    seen = open_page(page)
    first, *_, last = [entry for entry in data.timeline if entry.kind == "signal"]
    keyboard = seen.page.keyboard
    for _ in range(30):
        keyboard.press("Tab")
        if seen.page.evaluate("document.activeElement.textContent") == "Signal ›":
            break
    keyboard.press("Enter")
    assert first.title in seen.page.locator(".rs-status").inner_text()
    before = int(seen.page.locator(".rs-track input").input_value())
    keyboard.press("ArrowRight")
    assert int(seen.page.locator(".rs-track input").input_value()) - before == pytest.approx(5000, abs=100)
    keyboard.press("p")
    keyboard.press("p")
    assert first.title in seen.page.locator(".rs-status").inner_text()
    keyboard.press("k")
    seen.until(f"Number(document.querySelector('.rs-track input').value) > {first.at_ms + 200}")
    assert seen.page.locator(".rs-play").inner_text() == "Pause"
    keyboard.press("k")
    assert seen.page.locator(".rs-play").inner_text() == "Play"
    keyboard.press("i")
    assert seen.page.locator(".rs-inspect").get_attribute("open") is not None
    seen.page.locator(".rs-list button").last.focus()
    keyboard.press("Enter")
    assert int(seen.page.locator(".rs-track input").input_value()) == pytest.approx(last.at_ms, abs=30_000)
    assert seen.went_well()


def test_everything_one_can_use_has_a_name(shop: tuple[Path, PlayerData], open_page: Open) -> None:
    seen = open_page(shop[0])
    nameless = seen.page.evaluate(
        """() => [...document.querySelectorAll('button,input,select,summary,iframe')].filter((one) =>
             !(one.textContent.trim() || one.getAttribute('aria-label') || one.title || one.labels?.length)).length"""
    )
    assert nameless == 0
    assert seen.page.locator("iframe").first.get_attribute("title") == "Recorded page"


def test_the_page_of_the_moment_can_be_inspected(shop: tuple[Path, PlayerData], open_page: Open) -> None:
    page, data = shop
    seen = open_page(page, f"#signal={signal(data, 'rage click').id}")
    seen.page.locator(".rs-inspect > summary").click()
    focus = seen.page.locator("[data-focus]")
    assert "Get shipping quote" in focus.inner_text()
    pick = seen.page.get_by_role("button", name="Outline button#validate in the page")
    if pick.count():
        pick.first.click()
    assert seen.went_well()


def test_lines_can_be_left_out(shop: tuple[Path, PlayerData], open_page: Open) -> None:
    page, data = shop
    seen = open_page(page)
    seen.page.locator('.rs-filters label[data-kind="signal"]').click()
    clicks = sum(entry.kind != "signal" for entry in data.timeline)
    assert seen.page.locator(".rs-list button").count() == clicks
    assert seen.went_well()


def test_it_plays_to_the_end_and_skips_what_is_idle(tmp_path: Path, open_page: Open) -> None:
    root = hostile.page()
    events: list[Event] = [
        {"type": 4, "timestamp": START_MS, "data": {"href": "http://a.test/", "width": 800, "height": 600}},
        {"type": 2, "timestamp": START_MS + 1, "data": {"node": root}},
        {"type": 3, "timestamp": START_MS + 60_000, "data": {"source": 3, "id": 1, "x": 0, "y": 0}},
    ]
    seen = open_page(write_session(tmp_path, player_data(session(events), {})))
    seen.page.keyboard.press("k")
    seen.until("Number(document.querySelector('.rs-track input').value) >= 60000")
    assert "Skipped" in seen.page.locator(".rs-status").inner_text()
    assert seen.went_well()


@pytest.mark.parametrize("name", ["ios", "android", "flutter", "react-native"])
def test_native_screens_are_drawn(name: str, tmp_path: Path, open_page: Open) -> None:
    data = data_of(f"mobile/{name}.posts.jsonl.gz")
    seen = open_page(write_session(tmp_path, data), "#at=1500")
    views = seen.page.evaluate(
        """() => [...document.querySelector('.rs-picture iframe').contentDocument.querySelectorAll('[data-view]')]
             .filter((one) => one.offsetWidth > 10 && one.offsetHeight > 10).length"""
    )
    assert views > 0
    assert seen.went_well()


def test_screenshots_are_drawn_as_pictures(tmp_path: Path, open_page: Open) -> None:
    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (39, 84), "teal").save(buffer, "PNG")
    shot = {"id": 5, "type": "screenshot", "x": 0, "y": 0, "width": 390, "height": 844}
    shot["base64"] = b64encode(buffer.getvalue()).decode()
    events: list[Event] = [
        {"type": 4, "timestamp": START_MS, "data": {"href": "Home", "width": 390, "height": 844}},
        {"type": 2, "timestamp": START_MS + 1, "data": {"wireframes": [shot]}},
        {"type": 3, "timestamp": START_MS + 900, "data": {"source": 2, "type": 7, "id": 0, "x": 5, "y": 5}},
    ]
    seen = open_page(write_session(tmp_path, player_data(session(events), {})), "#at=500")
    picture = "document.querySelector('.rs-picture iframe').contentDocument.images[0]"
    seen.until(f"{picture}.naturalWidth === 39 && {picture}.getBoundingClientRect().width === 390")
    assert seen.went_well()


def test_each_window_has_its_own_picture(tmp_path: Path, open_page: Open) -> None:
    one = session(hostile.recording()).windows[0]
    two = session([{**event, "timestamp": event["timestamp"] + 4500} for event in hostile.recording()]).windows[0]
    windows = [one, msgspec.structs.replace(two, window_id="second")]
    seen = open_page(write_session(tmp_path, player_data(session_of("team", "s", windows), {})), "#at=7000")
    pressed = seen.page.locator('.rs-tabs [aria-pressed="true"]')
    assert pressed.inner_text() == "Window 2"
    seen.page.get_by_role("button", name="Window 1").click()
    assert pressed.inner_text() == "Window 1"
    assert seen.went_well()


# Hostile recordings. Each of the walls is tried without the others, and all together.


def session(events: list[Event]) -> PlaybackSession:
    message = SnapshotMessage("team", "s", "w", json.dumps(events).encode(), SourcePosition("x"))
    return playback_of("team", "s", [message], Playback(enabled=True, page_text="clean"), Policy())


def raw_session() -> PlaybackSession:
    """As it was recorded."""
    return PlaybackSession("team", "s", [PlaybackWindow("w", hostile.recording())])


def played(page: Path, open_page: Open) -> Seen:
    """Plays all of it, by seeking and by playing, and gives it time to do harm."""
    seen = open_page(page)
    for at_ms in (100, 600, 1900, 3000, 5000):
        seen.page.evaluate("(at) => ReplaySignals.ready.then((player) => player.seek(at))", at_ms)
    seen.page.evaluate(
        "ReplaySignals.ready.then((player) => { player.seek(0); player.speed = 8; player.toggle(true); })"
    )
    seen.until("Number(document.querySelector('.rs-track input').value) >= 6000")
    seen.page.wait_for_timeout(300)
    return seen


@pytest.mark.parametrize("make", [hostile.recording, hostile.native])
def test_a_hostile_recording_does_nothing(make: Callable[[], list[Event]], tmp_path: Path, open_page: Open) -> None:
    data = player_data(session([*make(), *([] if make is hostile.recording else hostile.recording()[-1:])]), {})
    seen = played(write_session(tmp_path, data), open_page)
    assert seen.page.url.startswith("file://")
    assert seen.went_well()
    sandboxes = seen.page.evaluate("[...document.querySelectorAll('iframe')].map((one) => one.getAttribute('sandbox'))")
    assert set(sandboxes) == {"allow-same-origin"}


def test_its_harmless_button_is_still_there(tmp_path: Path, open_page: Open) -> None:
    seen = open_page(write_session(tmp_path, player_data(session(hostile.recording()), {})), "#at=3000")
    shown = seen.page.evaluate(
        "document.querySelector('.rs-picture iframe').contentDocument.querySelector('#pay').textContent"
    )
    assert shown == "</title></style></script><img src=x onerror=boom()>"
    assert seen.went_well()


def test_a_page_is_drawn_without_what_a_browser_would_refuse_it_for(tmp_path: Path, open_page: Open) -> None:
    drawn = "[...document.querySelector('.rs-picture iframe').contentDocument.querySelectorAll('#pay')].length"
    cleaned = open_page(write_session(tmp_path / "a", player_data(session(hostile.refused()), {})), "#at=100")
    assert cleaned.page.evaluate(drawn) == 1
    raw = PlaybackSession("team", "s", [PlaybackWindow("w", hostile.refused())])
    assert open_page(write_session(tmp_path / "b", player_data(raw, {})), "#at=100").page.evaluate(drawn) == 0


def test_cleaned_events_ask_for_nothing_even_where_a_page_may(tmp_path: Path, open_page: Open) -> None:
    page = write_session(tmp_path, player_data(session(hostile.recording()), {}))
    page.write_text(page.read_text().replace("Content-Security-Policy", "x-no-policy"))
    assert played(page, open_page).went_well()


def test_the_policy_and_the_sandbox_hold_even_what_was_not_cleaned(tmp_path: Path, open_page: Open) -> None:
    seen = played(write_session(tmp_path, player_data(raw_session(), {})), open_page)
    assert "a recorded script ran" not in seen.faults
    assert seen.net.asked == []
    assert any("Content Security Policy" in fault for fault in seen.faults)


def test_without_them_it_would(tmp_path: Path, open_page: Open) -> None:
    """Else the net does not see what is asked for."""
    page = write_session(tmp_path, player_data(raw_session(), {}))
    page.write_text(page.read_text().replace("Content-Security-Policy", "x-no-policy"))
    asked = played(page, open_page).net.asked
    assert any("evil.test" in one for one in asked)


def test_the_policy_lets_nothing_load_from_elsewhere() -> None:
    sources = {part.split()[0]: part.split()[1:] for part in POLICY.split("; ")}
    assert sources["default-src"] == ["'none'"]
    assert {one for own in sources.values() for one in own} <= {"'none'", "'self'", "'unsafe-inline'", "data:"}
    assert "'unsafe-inline'" not in sources["script-src"]

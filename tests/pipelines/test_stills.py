"""Stills: a page at the moment of a signal with its element marked, and nothing that privacy took out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from replay_signals.jobs.detect import Rejects, collect, judge_all
from replay_signals.pipelines.playback import browser, stills
from replay_signals.pipelines.playback.browser import NoBrowserError, chromium, find_chromium
from replay_signals.pipelines.playback.recordings import sessions_in_recordings
from replay_signals.pipelines.playback.stills import Still, take_stills
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.playback.moment import Moment, events_until, moment_of
from replay_signals.transforms.playback.session import PlaybackSession
from support.nodes_and_events import START_MS, element, text
from support.recorded import page, window_of

EXAMPLE = str(Path(__file__).parents[2] / "examples/s0003.posts.jsonl.gz")
MARK = (213, 0, 109)
here = pytest.mark.skipif(find_chromium() is None, reason="Chromium is not here")


@pytest.fixture(scope="module")
def moments() -> list[Moment]:
    found = collect([EXAMPLE], "auto", Rejects())
    rows = next(iter(judge_all(found, Rules())))
    key = next(iter(found.digests))
    session: PlaybackSession = sessions_in_recordings([EXAMPLE], [key], Rules()).sessions[key]
    rage = moment_of(session, next(row for row in rows["signals"] if row.kind == "rage_click"))
    assert rage is not None
    hidden = window_of(
        [*page(element(4, "div", element(5, "p", text(6, "Secret")), class_="ph-no-capture", style="background:#f00"))],
        clear=False,
    )
    return [rage, Moment(rage.window, rage.window.first_ms - 1), Moment(hidden, START_MS + 5, 4, "box")]


@pytest.fixture(scope="module")
def taken(moments: list[Moment]) -> list[Still | None]:
    return list(take_stills(moments))


@pytest.mark.slow
@here
def test_the_element_is_marked(taken: list[Still | None]) -> None:
    still = taken[0]
    assert still is not None
    assert still.is_marked
    picture = Image.open(BytesIO(still.png)).convert("RGB")
    assert picture.size == (still.width_px, still.height_px)
    assert picture.width <= stills.MAX_WIDTH_PX
    colours = picture.getcolors(1_000_000)
    assert colours is not None
    assert sum(count for count, colour in colours if colour == MARK) > 100


@pytest.mark.slow
@here
def test_before_the_page_there_is_no_picture(taken: list[Still | None]) -> None:
    assert taken[1] is None


@pytest.mark.slow
@here
def test_a_blocked_element_is_a_box(taken: list[Still | None]) -> None:
    still = taken[2]
    assert still is not None
    assert still.is_marked
    colours = Image.open(BytesIO(still.png)).convert("RGB").getcolors(100_000)
    assert colours is not None
    assert (255, 0, 0) not in {colour for _, colour in colours}


def test_without_a_browser_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.CHROMIUM_VARIABLE, "/nowhere/chromium")
    with pytest.raises(NoBrowserError, match="REPLAY_SIGNALS_CHROMIUM"), chromium():
        pass


def test_what_a_picture_needs_begins_with_the_last_page() -> None:
    window = window_of([*page(element(4, "p")), *page(element(5, "p"), at_ms=100), *page(element(6, "p"), at_ms=200)])
    events = events_until(window, START_MS + 150)
    assert [event["type"] for event in events] == [4, 2]
    assert {event["timestamp"] for event in events} == {START_MS + 100}
    assert events_until(window, START_MS - 1) == []

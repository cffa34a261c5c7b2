"""posthog-js empties its buffer when the browser begins to load something: that tells of downloads and programs."""

from __future__ import annotations

import msgspec
import pytest

from replay_signals.pipelines.kafka.messages import snapshot_message
from replay_signals.schemas.messages import SnapshotMessage
from replay_signals.transforms.parse import parse_capture_request, parse_kafka_snapshot
from support.dom import button, el
from support.outcome import START_MS, Outcome, digested, verdict_of
from support.web import Page, Visit
from support.wire_samples import POSITION, RECEIVED_MS, rrweb, snapshot

DEAD, UNKNOWN = "dead", "unknown"


def bank() -> tuple[Visit, Page]:
    visit = Visit()
    page = visit.open("http://a.test/", button("For the tax office", id="tax"), el("p", "0", id="n"))
    return visit, page.says("n", "1", at=500)


def flushed(visit: Visit, *requests: tuple[float, float]) -> Outcome:
    """Sent in requests: until when each holds events, and when its first part was flushed."""
    events, begin = sorted(visit.recorded["window-1"], key=lambda e: float(str(e["timestamp"]))), 0.0
    messages = []
    for until, flushed_ms in requests:
        part = [e for e in events if begin < float(str(e["timestamp"])) - START_MS + 1 <= until + 1]
        messages.append(digested(part, flushed_ms=round(START_MS + flushed_ms)))
        begin = until + 1
    return Outcome(verdict_of(messages))


@pytest.mark.parametrize("after_ms", [4, 90, 240])
def test_a_click_that_made_the_browser_load_something_is_not_dead(after_ms: int) -> None:
    visit, page = bank()
    page.points(3300).click("tax", at=4000).lives(16_000)
    made = flushed(visit, (3000, 2010), (4010, 4000 + after_ms), (20_000, 18_000))
    assert made.click("tax").verdict == UNKNOWN and not made.kinds


@pytest.mark.parametrize(
    "flushed_ms",
    [
        5301,  # the timer: 2 s after the first event
        4700,  # something else, later
        3990,  # before the press
    ],
)
def test_other_flushes_say_nothing(flushed_ms: int) -> None:
    visit, page = bank()
    page.points(3300).click("tax", at=4000).lives(16_000)
    made = flushed(visit, (3000, 2010), (4010, flushed_ms), (20_000, 18_000))
    assert made.click("tax").verdict == DEAD


def test_the_timer_that_ran_out_at_the_click_says_nothing() -> None:
    visit, page = bank()
    page.points(2100).click("tax", at=4000).lives(16_000)
    assert flushed(visit, (2050, 2010), (4010, 4110), (20_000, 18_000)).click("tax").verdict == DEAD


@pytest.mark.parametrize(("next_ms", "verdict"), [(4300, UNKNOWN), (5200, DEAD)])
def test_a_later_part_of_a_request_was_flushed_early_when_the_next_began_before_its_time(
    next_ms: int, verdict: str
) -> None:
    """The request holds two parts, and only the first one says when it was flushed."""
    visit, page = bank()
    page.points(3300).click("tax", at=4000).points(next_ms).lives(16_000)
    assert flushed(visit, (4010, 2010), (20_000, 18_000)).click("tax").verdict == verdict


def test_a_full_buffer_is_flushed_at_any_time() -> None:
    visit, page = bank()
    page.points(3300).click("tax", at=4000).lives(16_000)
    page.adds(el("p", "x" * 600_000), at=3500)
    assert flushed(visit, (3000, 2010), (4010, 4100), (20_000, 18_000)).click("tax").verdict == DEAD


@pytest.mark.parametrize(("count", "is_rage"), [(3, False), (4, True)])
def test_quick_presses_of_a_download_are_impatience_only_beyond_three(count: int, is_rage: bool) -> None:
    visit, page = bank()
    times = [4000 + 200 * n for n in range(count)]
    page.points(3300).clicks("tax", *times).lives(16_000)
    made = flushed(visit, (3000, 2010), *((t + 10, t + 20) for t in times), (20_000, 18_000))
    assert ("rage_click" in made.kinds) == is_rage and "dead_click" not in made.kinds


@pytest.mark.parametrize("sent_at", ["2026-11-24T03:11:02.700Z", None])
def test_capture_and_kafka_tell_the_same_time(sent_at: str | None) -> None:
    """Capture moves the time of an event to its own clock where it knows when the request was sent."""
    event = snapshot("w", [rrweb(1)]) | {"timestamp": "2026-11-24T03:11:01.500Z"}
    event |= {"sent_at": sent_at} if sent_at else {}
    body = msgspec.json.encode([event, event | {"timestamp": "2026-11-24T03:11:02.400Z"}])
    (message,) = parse_capture_request(
        body, path="/s/", received_ms=RECEIVED_MS, user_agent="Mozilla/5.0", position=POSITION
    )
    assert isinstance(message, SnapshotMessage) and message.flushed_ms == 1_795_489_861_500
    out = snapshot_message(message)
    (again,) = parse_kafka_snapshot(out.value, dict(out.headers), RECEIVED_MS, POSITION)
    assert again == message


@pytest.mark.parametrize("timestamp", [None, "soon", True, [1]])
def test_a_time_that_is_none_costs_nothing(timestamp: object) -> None:
    body = msgspec.json.encode([snapshot("w", [rrweb(1)]) | {"timestamp": timestamp}])
    (message,) = parse_capture_request(body, path="/s/", received_ms=1, user_agent="", position=POSITION)
    assert isinstance(message, SnapshotMessage) and message.flushed_ms is None

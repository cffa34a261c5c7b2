"""Times of events: units, text, times from 0, and events that cannot belong to their message."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import DeadLetter, Reason, SnapshotMessage, SourcePosition
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.digest.rejects import MAX_LISTED, digested
from support.weird import weird_items

START_MS = 1_795_500_000_000
DAY_MS = 86_400_000


def message(times: list[Any], received_ms: int | None = None, items: bytes | None = None) -> SnapshotMessage:
    events = [{"type": 3, "data": {"source": 1}, "timestamp": time} for time in times]
    text = json.dumps(events).encode() if items is None else items
    return SnapshotMessage("t", "s", "w", text, SourcePosition("f", 7), received_ms=received_ms)


def span(found: MessageDigest | DeadLetter) -> tuple[float, float, int]:
    assert isinstance(found, MessageDigest)
    return found.first_ms - START_MS, found.last_ms - START_MS, found.event_count


@pytest.mark.parametrize(
    "written",
    [
        lambda ms: ms,
        lambda ms: ms / 1000,
        lambda ms: ms * 1000,
        lambda ms: ms * 1_000_000,
        str,
        lambda ms: f" {ms / 1000}",
        lambda ms: datetime.fromtimestamp(ms / 1000, UTC).isoformat(),
        lambda ms: datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z"),
    ],
)
def test_a_time_is_read_whatever_its_unit(written: Any) -> None:
    assert span(digest(message([written(START_MS), written(START_MS + 1500)]))) == (0, 1500, 2)


@pytest.mark.parametrize(
    "written",
    [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%d %b %Y %H:%M:%S +0000",
        "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)",
        "%a %b %d %Y %H:%M:%S GMT+0000",
        "/Date(%s000)/",
        "/Date(%s000+0200)/",
    ],
)
def test_a_date_that_a_program_wrote_is_read(written: str) -> None:
    """RFC 5322 (`toUTCString`), JavaScript's `Date.toString`, .NET's JSON: the zone is part of it, or it is UTC."""
    moments = [datetime.fromtimestamp(START_MS // 1000 + s, UTC) for s in (0, 2)]
    texts = [m.strftime(written.replace("%s", str(round(m.timestamp())))) for m in moments]
    assert span(digest(message(texts))) == (0, 2000, 2)


def test_a_date_in_a_zone_of_its_own_is_read() -> None:
    texts = ["Tue Nov 24 2026 07:00:00 GMT+0100 (CET)", "Tue, 24 Nov 2026 01:00:02 -0500"]
    assert span(digest(message(texts))) == (0, 2000, 2)


@pytest.mark.parametrize(
    "time", ["Tue, 24 Nov 2026 06:00:00", "11/24/2026, 6:00:00 AM", "Tue Nov 99 2026 06:00:00 GMT+0000"]
)
def test_a_date_that_may_mean_two_moments_is_none_and_named(time: str) -> None:
    """Without a zone, or with the day's place in it unknown."""
    (letter,) = digested(message([time, time]))
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.position.offset) == (Reason.NO_VALID_EVENTS, 7)
    assert f"the timestamp {time!r} is no time" in letter.detail


@pytest.mark.parametrize(
    ("items", "told"),
    [
        (b'[5, {"type": 3}]', "not an rrweb event with a timestamp"),
        (b'[{"type": 3, "data": 7, "timestamp": 1795500000000}]', "data that cannot be read"),
    ],
)
def test_a_message_without_a_valid_event_says_what_the_first_one_lacks(items: bytes, told: str) -> None:
    (letter,) = digested(message([], items=items))
    assert isinstance(letter, DeadLetter)
    assert letter.detail.endswith(f"the first: {told}")


def test_units_may_be_mixed_as_in_sentry_segments() -> None:
    (found,) = digested(message([START_MS, (START_MS + 250) / 1000, START_MS + 500]))
    assert span(found) == (0, 500, 3)


def test_times_from_zero_stay_relative() -> None:
    (found,) = digested(message([0, 10, 5000.5]))
    assert isinstance(found, MessageDigest)
    assert (found.first_ms, found.last_ms, found.event_count) == (0, 5000.5, 3)


@pytest.mark.parametrize("received_ms", [None, START_MS + 2000])
@pytest.mark.parametrize("wrong", [0, 123_456, 315_532_800_000, START_MS + 8 * DAY_MS, 9_000_000_000_000])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_wrong_time_costs_one_event_and_is_told(wrong: int, received_ms: int | None, place: int) -> None:
    times = [START_MS, START_MS + 1000]
    times.insert(place, wrong)
    found, letter = digested(message(times, received_ms))
    assert span(found) == (0, 1000, 2)
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.position.offset) == (Reason.INVALID_TIMESTAMP, 7)
    assert f"event {place + 1} of the message" in letter.detail
    assert json.loads(letter.payload)["timestamp"] == wrong


def test_one_good_time_among_uptimes_decides() -> None:
    found, *letters = digested(message([100, 200, START_MS]))
    assert span(found) == (0, 0, 1)
    assert len(letters) == 2


def test_a_message_that_is_far_from_its_broker_is_rejected_whole() -> None:
    (only,) = digested(message([START_MS, START_MS + 5], START_MS + 8 * DAY_MS))
    assert isinstance(only, DeadLetter)
    assert only.reason == Reason.TIMESTAMP_RANGE


@pytest.mark.parametrize("bad", ["soon", "", None, [], -5, 1e300, True])
def test_what_is_no_time_is_told(bad: Any) -> None:
    found, letter = digested(message([START_MS, bad]))
    assert span(found) == (0, 0, 1)
    assert isinstance(letter, DeadLetter)
    assert letter.reason in (Reason.INVALID_TIMESTAMP, Reason.INVALID_EVENT)


def test_a_message_of_bad_events_has_bounded_letters() -> None:
    _, *letters = digested(message([START_MS, *["x"] * 500]))
    assert len(letters) == MAX_LISTED + 1
    assert isinstance(letters[-1], DeadLetter)
    assert letters[-1].detail.startswith("400 more")


@settings(deadline=None)
@given(weird_items)
def test_every_event_that_is_left_out_is_told(items: bytes) -> None:
    found, *letters = digested(message([], items=items))
    if isinstance(found, MessageDigest):
        assert len(letters) == min(found.rejected_event_count, MAX_LISTED + 1)
    else:
        assert not letters

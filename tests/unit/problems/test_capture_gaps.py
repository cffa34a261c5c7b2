"""Capture gaps: recordings that stop while visitors do not, at the place where they stop."""

from __future__ import annotations

from random import Random

import pytest

from replay_signals.transforms.problems.capture import CaptureDay, CaptureGap, capture_gaps
from support.series import TRAFFIC, day

HOSTS = {"shop": 0.6, "docs": 0.3, "blog": 0.1}


def recorded(n: int, share: dict[str, float], traffic: float = 2000, sampling: float = 1.0) -> list[CaptureDay]:
    """Rows of a day: all sessions, and by host; `share` is that of recorded ones, 0.8 unless named."""
    sessions = {h: round(traffic * TRAFFIC[day(n).weekday()] * part) for h, part in HOSTS.items()}
    kept = {h: round(count * share.get(h, 0.8) * sampling) for h, count in sessions.items()}
    rows = [CaptureDay(day(n), "host", h, sessions[h], kept[h], sampling) for h in HOSTS]
    return [CaptureDay(day(n), "", "", sum(sessions.values()), sum(kept.values()), sampling), *rows]


def history(until: int, **share: float) -> list[CaptureDay]:
    return [row for n in range(until) for row in recorded(n, share)]


def of(gaps: list[CaptureGap]) -> list[tuple[str, str]]:
    return [(g.dimension, g.value) for g in gaps]


def test_a_steady_site_has_no_gap() -> None:
    days = history(40)
    assert [g for n in range(40) for g in capture_gaps(days, day(n))] == []


def test_a_cliff_is_named_at_its_place_with_what_was_lost() -> None:
    days = [*history(20), *recorded(20, {"shop": 0.05}), *recorded(21, {"shop": 0.05})]
    (gap,) = capture_gaps(days, day(21))
    assert (gap.dimension, gap.value, gap.since) == ("host", "shop", day(20))
    assert gap.share == pytest.approx(0.05, abs=0.01)
    assert gap.norm == pytest.approx(0.8, abs=0.01)
    assert gap.lost_sessions == pytest.approx(0.75 * gap.event_sessions, rel=0.01)


def test_a_cliff_everywhere_is_one_gap_of_the_whole() -> None:
    days = [*history(20), *recorded(20, dict.fromkeys(HOSTS, 0.0))]
    assert of(capture_gaps(days, day(20))) == [("", "")]


def test_two_places_of_one_kind_are_two_gaps() -> None:
    days = [*history(20), *recorded(20, {"docs": 0.1, "blog": 0.1})]
    assert of(capture_gaps(days, day(20))) == [("host", "docs"), ("host", "blog")]


def test_a_gap_stays_open_until_recordings_come_back_and_is_no_baseline() -> None:
    gap_days = [row for n in range(20, 40) for row in recorded(n, {"shop": 0.1})]
    days = [*history(20), *gap_days, *recorded(40, {})]
    assert of(capture_gaps(days, day(39))) == [("host", "shop")]
    assert capture_gaps(days, day(39))[0].since == day(20)
    assert capture_gaps(days, day(40)) == []


@pytest.mark.parametrize("change", [0.5, 2.0])
def test_other_traffic_says_nothing_of_capture(change: float) -> None:
    days = [*history(20), *recorded(20, {"shop": 0.1}, traffic=2000 * change)]
    assert capture_gaps(days, day(20)) == []


def test_a_deliberate_change_of_sampling_is_no_loss() -> None:
    days = [*history(20), *recorded(20, {}, sampling=0.1)]
    assert capture_gaps(days, day(20)) == []
    assert of(capture_gaps([*history(20), *recorded(20, {"shop": 0.05}, sampling=0.5)], day(20))) == [("host", "shop")]


def test_small_sites_and_short_histories_are_not_watched() -> None:
    small = [row for n in range(20) for row in recorded(n, {}, traffic=100)]
    assert capture_gaps([*small, *recorded(20, {"shop": 0.0}, traffic=100)], day(20)) == []
    short = [*history(6), *recorded(6, {"shop": 0.0})]
    assert capture_gaps(short, day(6)) == []


def test_order_does_not_matter_and_two_populations_are_refused() -> None:
    days = [*history(20), *recorded(20, {"docs": 0.1, "blog": 0.1})]
    shuffled = days[:]
    Random(1).shuffle(shuffled)
    assert capture_gaps(shuffled, day(20)) == capture_gaps(days, day(20))
    with pytest.raises(ValueError, match="not a part"):
        CaptureDay(day(0), "", "", 10, 11)

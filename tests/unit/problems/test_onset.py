"""Since when: the day, its interval, and what came out then."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.problems.daily import Daily
from replay_signals.transforms.problems.onset import Onset, Rollout, change_point, started_with
from support.series import day, drawn, flat, quick


def test_a_rise_is_dated_within_a_day_and_its_interval_holds_it() -> None:
    found = [change_point(drawn(lambda n: 0.02 if n < 37 else 0.06, 60, seed=seed)) for seed in range(40)]
    assert all(found)
    off = [abs((f.day - day(37)).days) for f in found if f]
    assert sum(d <= 1 for d in off) >= 38
    assert sum(f.low <= day(37) <= f.high for f in found if f) >= 36
    first = found[0]
    assert first is not None
    assert first.p < 1e-6
    assert first.rate_after / first.rate_before == pytest.approx(3, rel=0.3)


def test_quiet_histories_have_no_beginning() -> None:
    found = [
        change_point(drawn(lambda n: 0.05 if day(n).weekday() >= 5 else 0.03, 60, seed=seed)) for seed in range(100)
    ]
    assert sum(f is not None for f in found) <= 3


def test_a_weekly_rhythm_of_the_rate_hides_no_rise() -> None:
    def rate(n: int) -> float:
        return (0.06 if day(n).weekday() >= 5 else 0.02) * (1 if n < 40 else 2.5)

    found = [change_point(drawn(rate, 60, seed=seed)) for seed in range(20)]
    assert sum(f is not None and abs((f.day - day(40)).days) <= 1 for f in found) >= 18


def test_the_latest_rise_counts_and_falls_do_not() -> None:
    days = [*flat(0, 400, 0, 10), *flat(20, 400, 10, 25), *flat(0, 400, 25, 40), *flat(20, 400, 40, 50)]
    found = change_point(days)
    assert found is not None
    assert found.day == found.low == found.high == day(40)
    fallen = change_point(days[:35])
    assert fallen is not None
    assert fallen.day == day(10)
    assert change_point([*flat(20, 400, 0, 10), *flat(0, 400, 10, 30)]) is None


def test_too_short_or_empty_histories_have_none() -> None:
    assert change_point([]) is None
    assert change_point(flat(1, 10, 0, 2)) is None
    assert change_point(flat(0, 0, 0, 30)) is None


def test_what_came_out_within_the_interval_is_what_it_started_with() -> None:
    onset = Onset(day(20), day(19), day(21), 1e-9, 0.0, 0.1)
    rollouts = [
        Rollout("release", "1.3", day(12)),
        Rollout("flag", "checkout=b", day(19)),
        Rollout("release", "1.4", day(20)),
    ]
    found = started_with(onset, rollouts)
    assert found is not None
    assert found.name == "1.4"
    assert started_with(onset, rollouts[:1]) is None
    tie = started_with(onset, [Rollout("flag", "a", day(19)), Rollout("flag", "b", day(21))])
    assert tie is not None
    assert tie.name == "b"


@quick
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=30), st.randoms())
def test_any_history_in_any_order_gives_one_answer_within_it(counts: list[tuple[int, int]], random: Random) -> None:
    days = [Daily(day(n), min(pair), max(pair)) for n, pair in enumerate(counts)]
    shuffled = days[:]
    random.shuffle(shuffled)
    found = change_point(shuffled)
    assert found == change_point(days)
    if found:
        assert days[0].day < found.low <= found.day <= found.high <= days[-1].day
        assert found.rate_before < found.rate_after
        assert found.day - found.low < dt.timedelta(len(days))

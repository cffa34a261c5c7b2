"""State by own history: what is news, what is chronic, what is over."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.problems.daily import Daily
from replay_signals.transforms.problems.history import State, state_of, trend
from support.series import day, drawn, flat, quick


def state(days: list[Daily], n: int) -> State:
    found = state_of(days, day(n))
    assert found is not None
    return found


def test_nothing_is_said_before_anybody_was_affected() -> None:
    assert state_of([], day(0)) is None
    assert state_of(flat(0, 100, 0, 9), day(8)) is None
    assert state_of([*flat(0, 100, 0, 9), *flat(5, 100, 9, 12)], day(8)) is None


def test_a_problem_is_new_for_a_week_and_then_ongoing() -> None:
    days = [*flat(0, 400, 0, 20), *flat(20, 400, 20, 50)]
    assert state(days, 20) == State("new", 0.0, 0.05, day(20), True)
    assert state(days, 26).state == "new"
    assert state(days, 27).state == "ongoing"
    assert state(days, 49).since == day(20)


def test_what_was_there_since_the_records_began_is_no_news() -> None:
    found = state(flat(20, 400, 0, 50), 3)
    assert (found.state, found.proven, found.baseline_rate) == ("new", False, None)
    assert state(flat(20, 400, 0, 50), 49).state == "ongoing"


@pytest.mark.parametrize("affected", [1, 9])
def test_a_few_sessions_are_no_news(affected: int) -> None:
    days = [*flat(0, 400, 0, 20), *flat(affected, 400, 20, 21), *flat(0, 400, 21, 22)]
    assert not state(days, 21).proven


def test_one_visitors_storm_is_no_news() -> None:
    storm = [Daily(day(20), 60, 400, users=1)]
    assert not state([*flat(0, 400, 0, 20), *storm], 20).proven
    crowd = [Daily(day(20), 60, 400, users=55)]
    assert state([*flat(0, 400, 0, 20), *crowd], 20).proven


def test_friction_that_follows_traffic_is_no_news() -> None:
    days = [*flat(8, 400, 0, 30), *flat(80, 4000, 30, 33)]
    assert state(days, 32).state == "ongoing"


def test_a_step_above_the_own_baseline_is_a_regression_and_dated() -> None:
    days = [*flat(8, 400, 0, 30), *flat(40, 400, 30, 33)]
    found = state(days, 30)
    assert (found.state, found.since, found.proven) == ("regressed", day(30), True)
    assert found.baseline_rate == pytest.approx(0.02)
    assert found.rate == pytest.approx(0.1)
    assert state([*flat(8, 400, 0, 30), *flat(20, 400, 30, 33)], 32).state == "ongoing", "2.5 times is no step"


def test_a_rise_where_few_are_affected_shows_within_a_week() -> None:
    days = [*flat(0, 60, 0, 10), *flat(1, 60, 10, 11), *flat(0, 60, 11, 40), *flat(4, 60, 40, 47)]
    assert state(days, 46).state == "regressed"
    assert state(days, 46).proven


def test_a_problem_that_ends_is_resolved_and_comes_back_regressed() -> None:
    days = [*flat(20, 400, 0, 30), *flat(0, 400, 30, 45), *flat(20, 400, 45, 47)]
    assert state(days, 30).state == "ongoing"
    ended = state(days, 33)
    assert (ended.state, ended.since, ended.proven) == ("resolved", day(30), True)
    assert state(days, 44).state == "resolved"
    again = state(days, 45)
    assert (again.state, again.since, again.proven) == ("regressed", day(45), True)


def test_without_visitors_nothing_is_resolved() -> None:
    closed = [*flat(20, 400, 0, 30), *flat(0, 0, 30, 60)]
    assert state(closed, 59).state == "ongoing"
    assert state(flat(20, 400, 0, 30), 59).state == "ongoing"


def test_a_rare_problem_not_seen_for_two_weeks_is_resolved_and_one_session_brings_it_back() -> None:
    days = [*flat(0, 100, 0, 9), *flat(1, 100, 9, 10), *flat(0, 100, 10, 40), *flat(1, 100, 40, 41)]
    assert state(days, 39).state == "resolved"
    assert not state(days, 39).proven
    back = state(days, 40)
    assert (back.state, back.proven) == ("regressed", False)


def test_a_trouble_that_is_rare_anyway_is_not_resolved_by_two_weeks_without_it() -> None:
    """One in 500 sessions of 100 a day: two weeks without it happen by chance, three months do not."""
    rare = [Daily(day(n), int(n % 5 == 0), 100) for n in range(40)]
    assert {state([*rare, *flat(0, 100, 40, 120)], n).state for n in range(40, 75)} == {"ongoing"}
    assert state([*rare, *flat(0, 100, 40, 120)], 119).state == "resolved"


def test_a_quiet_weekend_resolves_nothing_and_a_busy_one_is_no_news() -> None:
    def rate(n: int) -> float:
        return 0.06 if day(n).weekday() >= 5 else 0.03

    days = drawn(rate, 60, exposed=1500)
    assert {state(days, n).state for n in range(40, 60)} == {"ongoing"}
    days = drawn(lambda n: 0.0 if day(n).weekday() >= 5 else 0.03, 60, exposed=1500)
    assert {state(days, n).state for n in range(40, 60)} == {"ongoing"}


@quick
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=40), st.randoms())
def test_neither_order_nor_the_future_nor_split_rows_matter(counts: list[tuple[int, int]], random: Random) -> None:
    days = [Daily(day(n), min(pair), max(pair)) for n, pair in enumerate(counts)]
    middle = len(days) // 2
    rows = [*days, Daily(day(middle), 0, 0)]
    random.shuffle(rows)
    assert state_of(rows, day(middle)) == state_of(days[: middle + 1], day(middle))


def test_the_trend_is_the_last_two_weeks() -> None:
    days = [*flat(1, 10, 0, 20), *flat(0, 0, 20, 21), *flat(3, 10, 21, 22)]
    found = trend(days, day(21))
    assert len(found) == 14
    assert found[-3:] == [0.1, None, 0.3]
    assert trend(days, day(23))[-2:] == [None, None]


def test_a_small_rise_of_what_moves_with_each_day_is_no_news_and_a_large_one_is() -> None:
    days = [*flat(4, 400, 0, 30), *flat(16, 400, 30, 31), *flat(4, 400, 31, 40)]
    assert state(days, 30).state == "regressed"
    edge = state_of(days, day(30), least_rise=0.05)
    assert edge is not None
    assert edge.state == "ongoing"
    risen = state_of([*flat(4, 400, 0, 30), *flat(40, 400, 30, 31)], day(30), least_rise=0.05)
    assert risen is not None
    assert (risen.state, risen.since, risen.proven) == ("regressed", day(30), True)

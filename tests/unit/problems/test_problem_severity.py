"""Severity of a problem: parts that add up, an order with one number behind it, and a weight by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.problems.effect import NOTHING, Effect
from replay_signals.transforms.problems.severity import harm_of, severity_of
from support.series import quick


def sure(difference: float) -> Effect:
    return Effect(difference, difference - 0.001, difference + 0.001, 50_000, 50_000, True)


EFFECTS = st.floats(-1, 1).map(sure) | st.floats(-0.9, 0.9).map(lambda d: Effect(d, d - 0.1, d + 0.1, 50, 80, True))
USERS = st.floats(0, 1e6)


@quick
@given(USERS, EFFECTS | st.none(), st.floats(0.001, 1000), st.floats(0, 1))
def test_the_parts_add_up_exactly_within_0_and_100(users: float, effect: Effect | None, value: float, b: float) -> None:
    found = severity_of(users, effect, value, b)
    assert 0 <= found.score <= 100
    assert sum(round(10 * points) for points in found.components.values()) == round(10 * found.score)
    assert 0 <= found.weight <= 1


@quick
@given(USERS, USERS, EFFECTS, EFFECTS, st.floats(0.01, 100), st.floats(0.01, 100))
def test_the_order_is_that_of_one_number(u: float, v: float, e: Effect, f: Effect, x: float, y: float) -> None:
    one, other = severity_of(u, e, x, 0.5), severity_of(v, f, y, 0.5)
    if one.loss_per_day > other.loss_per_day and min(u, v) >= 0.01:
        assert one.score >= other.score - 0.3  # each of three parts is rounded to a tenth


@quick
@given(USERS, EFFECTS, st.floats(0.01, 100), st.floats(1, 10))
def test_more_users_more_worth_and_a_greater_loss_are_never_less_severe(
    users: float, effect: Effect, value: float, times: float
) -> None:
    here = severity_of(users, effect, value, 0.3).score
    assert severity_of(users * times, effect, value, 0.3).score >= here
    assert severity_of(users, effect, value * times, 0.3).score >= here
    worse = Effect(effect.difference - times / 20, effect.low - times / 20, effect.high - times / 20, 50, 80, True)
    assert severity_of(users, worse, value, 0.3).score >= here


def test_few_users_who_all_lose_outweigh_many_who_shrug() -> None:
    few, many = severity_of(40, sure(-0.6), 1, 1), severity_of(2000, sure(0.0), 1, 0)
    assert few.loss_per_day > many.loss_per_day
    assert few.score > many.score
    assert (few.priority, many.priority) == ("P2", "P3")


def test_what_is_expected_stands_in_until_there_are_figures() -> None:
    assert harm_of(None, 0) == harm_of(NOTHING, 0) == pytest.approx(0.02)
    assert harm_of(None, 1) == pytest.approx(0.2)
    five, thousands = Effect(-0.6, -0.9, 0.1, 5, 90, False), sure(-0.6)
    assert 0.2 < harm_of(five, 1) < 0.4
    assert harm_of(thousands, 1) == pytest.approx(0.6, abs=1e-3)
    assert harm_of(sure(0.3), 1) == 0.001


@pytest.mark.parametrize(
    ("users", "effect", "blocked", "weight"),
    [
        (100, sure(-0.1), 0.2, 1.0),
        (99, sure(-0.1), 0.2, 0.5),
        (3, sure(-0.5), 0.95, 1.0),
        (100, Effect(-0.1, -0.21, 0.01, 40, 40, True), 1.0, 0.52),
        (100, Effect(-0.5, -0.9, -0.1, 5, 40, False, "fewer than 10"), 1.0, 0.57),
        (100, None, 1.0, 0.55),
    ],
)
def test_research_at_once_needs_a_proven_loss_of_many_or_one_that_stops_all(
    users: float, effect: Effect | None, blocked: float, weight: float
) -> None:
    assert severity_of(users, effect, 1.0, blocked).weight == pytest.approx(weight, abs=0.01)

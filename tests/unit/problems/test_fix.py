"""Proof of a fix: enough exposed sessions, and surely far fewer of them affected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.problems.fix import Period, Verdict, proof
from support.series import quick

PERIODS = st.integers(0, 500).flatmap(lambda n: st.builds(Period, st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (Period(100, 1000), Period(0, 400), "fixed"),
        (Period(100, 1000), Period(0, 90), "too_few"),
        (Period(100, 1000), Period(3, 400), "fixed"),
        (Period(100, 1000), Period(35, 400), "not_fixed"),
        (Period(100, 1000), Period(20, 400), "too_few"),
        (Period(100, 1000), Period(60, 1000), "not_fixed"),
        (Period(1000, 1000), Period(0, 30), "fixed"),
        (Period(0, 1000), Period(0, 1000), "too_few"),
        (Period(0, 0), Period(0, 1000), "too_few"),
        (Period(5, 50), Period(0, 0), "too_few"),
    ],
)
def test_verdicts(before: Period, after: Period, verdict: str) -> None:
    assert proof(before, after).verdict == verdict


@quick
@given(PERIODS, PERIODS, st.integers(1, 300))
def test_more_sessions_without_it_never_speak_against_a_fix(before: Period, after: Period, more: int) -> None:
    order = ["not_fixed", "too_few", "fixed"]
    now, then = proof(before, after), proof(before, Period(after.affected, after.exposed + more))
    assert order.index(then.verdict) >= order.index(now.verdict) or not after.exposed


@quick
@given(PERIODS, PERIODS)
def test_the_interval_holds_the_difference(before: Period, after: Period) -> None:
    found: Verdict = proof(before, after)
    assert -1 <= found.low <= found.difference + 1e-12
    assert found.difference <= found.high + 1e-12 <= 1 + 1e-9
    if found.verdict == "fixed":
        assert found.high <= 0

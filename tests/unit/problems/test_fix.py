"""Proof of a fix: enough exposed sessions, and surely far fewer of them affected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.problems.daily import Daily
from replay_signals.transforms.problems.fix import GoneOut, Period, Verdict, proof, proof_after, proof_of_any
from support.problem_counts import LAST, days_before
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


def daily(affected: int, until: int, days: int = 28, exposed: int = 50) -> list[Daily]:
    """Days that end with the last one; the last `until` of them without anybody affected."""
    return [Daily(days_before(n), affected if n >= until else 0, exposed) for n in reversed(range(days))]


def test_days_after_are_held_against_the_days_before_without_the_day_itself() -> None:
    found = proof_after(daily(10, until=7), GoneOut("fix", days_before(7)), days_before(27))
    assert (found.verdict.verdict, found.after) == ("fixed", Period(0, 350))
    assert found.verdict.difference == pytest.approx(-0.2)
    on_its_eve = proof_after(daily(10, until=7), GoneOut("fix", days_before(8)), days_before(27))
    assert on_its_eve.after == Period(10, 400)
    before_it_began = proof_after(daily(10, until=7), GoneOut("fix", days_before(7)), days_before(9))
    assert before_it_began.verdict.verdict == "fixed"
    assert before_it_began.verdict.low < found.verdict.low


@pytest.mark.parametrize("day", [None, LAST, LAST + timedelta(days=3)])
def test_nobody_exposed_after_it_is_too_few(day: object) -> None:
    found = proof_after(daily(10, until=0), GoneOut("release=2", day), days_before(27))  # type: ignore[arg-type]
    assert (found.verdict.verdict, found.after.exposed) == ("too_few", 0)


def test_of_several_releases_the_one_that_it_ended_with_is_named() -> None:
    days = daily(10, until=8)
    releases = [GoneOut(f"release={n}", days_before(n)) for n in (20, 12, 8, 4)]
    found = proof_of_any(days, releases, days_before(27))
    assert found is not None
    assert (found.out.name, found.verdict.verdict) == ("release=8", "fixed")


def test_a_release_that_changed_nothing_did_not_fix_it() -> None:
    found = proof_of_any(daily(10, until=0), [GoneOut("release=1", days_before(9))], days_before(27))
    assert found is not None
    assert found.verdict.verdict == "not_fixed"
    assert proof_of_any(daily(10, until=0), [GoneOut("release=1", days_before(9))], days_before(5)) is None
    assert proof_of_any(daily(10, until=0), [GoneOut("release=1", LAST)], days_before(27)) is None

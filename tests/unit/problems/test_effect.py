"""Effect: confounding is taken out, few sessions are admitted, and the interval is what its definition says."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.problems.effect import StrataSums, Stratum, before_after, risk_difference
from replay_signals.transforms.problems.tails import Z_95
from support.series import quick

ARM = st.integers(0, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
STRATA = st.lists(st.tuples(ARM, ARM), max_size=6).map(
    lambda arms: [Stratum(str(i), *hit, *other) for i, (hit, other) in enumerate(arms)]
)


def test_mobile_visitors_meet_it_more_and_buy_less_anyway() -> None:
    """Both devices lose nothing, yet the naive comparison says 26 points."""
    strata = [Stratum("mobile", 800, 80, 200, 20), Stratum("desktop", 200, 120, 800, 480)]
    naive = (80 + 120) / 1000 - (20 + 480) / 1000
    assert naive == pytest.approx(-0.3)
    found = risk_difference(strata)
    assert found.difference == pytest.approx(0)
    assert found.low < 0 < found.high
    assert found.high - found.low < 0.12


def test_the_estimate_is_the_weighted_mean_of_the_strata() -> None:
    found = risk_difference([Stratum("a", 10, 5, 30, 21), Stratum("b", 40, 10, 40, 20)])
    assert found.difference == pytest.approx((7.5 * (0.5 - 0.7) + 20 * (0.25 - 0.5)) / 27.5)
    assert (found.hit_sessions, found.other_sessions, found.enough) == (50, 70, True)


def test_the_borders_lie_1_96_of_satos_errors_away_from_the_estimate() -> None:
    strata = [Stratum("a", 100, 50, 300, 210), Stratum("b", 400, 100, 400, 200)]
    low, high = StrataSums(strata).score()
    at, weight = risk_difference(strata).difference, 75 + 200
    for border in (low, high):
        slope = (100**2 * 210 - 300**2 * 50 + 30000 * 100) / 400**2 + (400**2 * 200 - 400**2 * 100) / 800**2
        constant = (50 * 90 + 210 * 50) / 800 + (100 * 200 + 200 * 300) / 1600
        assert (border - at) ** 2 == pytest.approx(Z_95**2 * (border * slope + constant) / weight**2, rel=1e-9)


def test_no_event_at_all_is_not_certainty() -> None:
    found = risk_difference([Stratum("", 12, 0, 12, 0)])
    assert found.difference == 0
    assert found.high > 0.2
    assert found.low < -0.2


@pytest.mark.parametrize(
    ("strata", "reason"),
    [
        ([], "no sessions to compare with"),
        ([Stratum("", 500, 10, 0, 0)], "no sessions to compare with"),
        ([Stratum("a", 500, 10, 0, 0), Stratum("b", 0, 0, 500, 10)], "no sessions to compare with"),
        ([Stratum("", 9, 0, 500, 400)], "fewer than 10 affected sessions that others can be compared with"),
        ([Stratum("a", 9, 0, 500, 400), Stratum("b", 90, 0, 0, 0)], "fewer than 10 affected sessions that"),
        ([Stratum("", 500, 0, 9, 9)], "fewer than 10 unaffected sessions"),
    ],
)
def test_too_few_to_say(strata: list[Stratum], reason: str) -> None:
    found = risk_difference(strata)
    assert not found.enough
    assert found.reason.startswith(reason)


def test_what_fails_for_everyone_is_held_against_other_places() -> None:
    place = [Stratum("", 1000, 100, 1000, 500)]
    quiet, campaign = [Stratum("", 1000, 300, 1000, 300)], [Stratum("", 1000, 100, 1000, 300)]
    assert before_after(place, quiet).difference == pytest.approx(-0.4)
    less = before_after(place, campaign)
    assert less.difference == pytest.approx(-0.2)
    assert less.low < -0.2 < less.high < 0
    alone = before_after(place, [])
    assert (alone.enough, alone.reason) == (False, "no other place to compare the change with")
    assert before_after(place, [Stratum("", 3, 1, 1000, 300)]).reason.startswith("other places: fewer than")


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="impossible counts"):
        Stratum("", 3, 4, 0, 0)


@quick
@given(STRATA)
def test_an_interval_holds_its_estimate_and_stays_within_what_is_possible(strata: list[Stratum]) -> None:
    found = risk_difference(strata)
    assert -1 <= found.low <= found.difference + 1e-12
    assert found.difference - 1e-12 <= found.high <= 1


@quick
@given(STRATA, st.randoms())
def test_the_order_and_the_splitting_of_strata_do_not_matter(strata: list[Stratum], random: Random) -> None:
    found = risk_difference(strata)
    shuffled = strata[:]
    random.shuffle(shuffled)
    again = risk_difference([*shuffled, Stratum("nobody to compare", 7, 3, 0, 0)])
    assert (again.difference, again.low, again.high) == pytest.approx((found.difference, found.low, found.high))


@quick
@given(STRATA)
def test_the_other_way_round_is_the_same_with_the_other_sign(strata: list[Stratum]) -> None:
    found = risk_difference(strata)
    turned = [Stratum(s.name, s.other_sessions, s.other_succeeded, s.hit_sessions, s.hit_succeeded) for s in strata]
    back = risk_difference(turned)
    assert (back.difference, back.low, back.high) == pytest.approx((-found.difference, -found.high, -found.low))


@quick
@given(STRATA, st.integers(0, 5))
def test_one_more_that_succeeds_in_spite_of_it_lowers_the_loss(strata: list[Stratum], place: int) -> None:
    both = [s for s in strata if s.hit_sessions and s.other_sessions and s.hit_succeeded < s.hit_sessions]
    if not both:
        return
    one = both[place % len(both)]
    more = Stratum(one.name, one.hit_sessions, one.hit_succeeded + 1, one.other_sessions, one.other_succeeded)
    after = risk_difference([more if s is one else s for s in strata])
    assert after.difference > risk_difference(strata).difference

"""Lifts: what is named with a release or a flag, and what the number of comparisons does to it."""

from __future__ import annotations

from itertools import pairwise
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.problems.lifts import Arm, chance, false_discovery, lifts
from support.series import quick

COUNTS = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
ARMS = st.tuples(COUNTS, COUNTS).map(lambda both: Arm("flag", "on", *both[0], *both[1]))


def test_a_variant_with_twice_the_rate_is_found_and_others_are_not() -> None:
    found = lifts(
        [
            Arm("browser", "Safari", 51, 1000, 99, 2000),
            Arm("flag:checkout", "b", 100, 1000, 50, 1000),
            Arm("release", "1.4", 12, 250, 140, 2750),
        ]
    )
    assert [(lift.value, lift.q <= 0.05) for lift in found] == [("b", True), ("1.4", False), ("Safari", False)]
    assert found[0].ratio == pytest.approx(2)
    assert 1 < found[0].low < 2 < found[0].high


def test_the_same_difference_means_less_among_many_comparisons() -> None:
    arm = Arm("flag", "b", 75, 1000, 50, 1000)
    others = [Arm("country", str(n), 50, 1000, 50, 1000) for n in range(20)]
    (alone,), among = lifts([arm]), lifts([arm, *others])
    assert alone.q == alone.p == pytest.approx(among[0].p)
    assert alone.q < 0.05 < among[0].q


def test_nobody_on_a_side_says_nothing() -> None:
    for arm in (Arm("a", "", 0, 0, 5, 50), Arm("a", "", 5, 50, 0, 0), Arm("a", "", 0, 50, 0, 50)):
        (found,) = lifts([arm])
        assert (found.ratio, found.p, found.low, found.high) == (1.0, 1.0, 0.0, inf)
    (only,) = lifts([Arm("release", "2", 30, 100, 0, 1000)])
    assert only.ratio == only.high == inf
    assert only.low > 10
    with pytest.raises(ValueError, match="impossible"):
        Arm("a", "", 3, 2, 0, 0)


@quick
@given(ARMS)
def test_both_sides_of_a_comparison_are_equally_sure(arm: Arm) -> None:
    back = Arm(arm.dimension, "off", arm.rest_affected, arm.rest_exposed, arm.affected, arm.exposed)
    assert chance(arm) == pytest.approx(chance(back), abs=1e-9)
    assert 0 <= chance(arm) <= 1


@quick
@given(st.lists(ARMS, max_size=8), st.randoms())
def test_order_does_not_matter(arms: list[Arm], random: Random) -> None:
    named = [Arm("d", str(i), a.affected, a.exposed, a.rest_affected, a.rest_exposed) for i, a in enumerate(arms)]
    shuffled = named[:]
    random.shuffle(shuffled)
    assert lifts(shuffled) == lifts(named)


@quick
@given(st.lists(st.floats(0, 1)))
def test_adjusted_chances_keep_their_order_and_only_grow(chances: list[float]) -> None:
    adjusted = false_discovery(chances)
    assert all(p <= q <= 1 or p == pytest.approx(q) for p, q in zip(chances, adjusted, strict=True))
    by_chance = sorted(zip(chances, adjusted, strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(by_chance))

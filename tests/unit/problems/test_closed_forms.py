"""Closed forms against statsmodels 0.15 and scipy 1.17, whose answers are in oracle.json."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.problems import intervals, tails
from replay_signals.transforms.problems.lifts import Arm, chance, false_discovery
from support.series import quick

ORACLE = json.loads((Path(__file__).parent / "oracle.json").read_text())
COUNTS = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_tails_are_those_of_scipy() -> None:
    for x, a, b, value in ORACLE["beta_cdf"]:
        assert tails.beta_cdf(x, a, b) == pytest.approx(value, abs=1e-9)
    for k, n, p, value in ORACLE["binomial_upper"]:
        assert tails.binomial_upper(k, n, p) == pytest.approx(value, rel=1e-9)
        assert tails.binomial_lower(k - 1, n, p) == pytest.approx(1 - value, rel=1e-9)


def test_intervals_and_tests_are_those_of_statsmodels() -> None:
    assert len(ORACLE["tables"]) > 20
    for x, n, y, m, ratio, difference, mid_p, score_p in ORACLE["tables"]:
        assert intervals.ratio(x, n, y, m) == pytest.approx(ratio, rel=1e-6)
        assert intervals.difference(x / n, n, y / m, m) == pytest.approx(difference, abs=1e-9)
        assert tails.hypergeometric_mid_p(x, n, x + y, n + m) == pytest.approx(mid_p, rel=1e-6, abs=1e-12)
        rare = min(n, m) * min(x + y, n + m - x - y) / (n + m) < 10
        assert chance(Arm("", "", x, n, y, m)) == pytest.approx(mid_p if rare else score_p, rel=1e-6, abs=1e-12)
    for x, n, interval in ORACLE["wilson"]:
        assert intervals.wilson(x / n, n) == pytest.approx(interval, abs=1e-9)
    assert false_discovery(ORACLE["benjamini_hochberg"][0]) == pytest.approx(ORACLE["benjamini_hochberg"][1])


def test_ratios_at_the_edge() -> None:
    assert intervals.ratio(0, 20, 0, 100) == (0.0, inf)
    assert intervals.ratio(0, 0, 5, 100) == (0.0, inf)
    low, high = intervals.ratio(0, 20, 5, 100)
    assert low == 0.0
    assert high == pytest.approx(3.4608, abs=1e-4)  # statsmodels
    low, high = intervals.ratio(5, 20, 0, 100)
    assert low > 1
    assert high == inf
    # all affected on one side: Pearson's distance is 3.64 at 1.65, inside
    low, high = intervals.ratio(20, 20, 50, 100)
    assert low < 1.65
    assert high == pytest.approx(2.4763, abs=1e-4)


@quick
@given(COUNTS, COUNTS)
def test_a_ratio_seen_from_the_other_side_is_its_inverse(one: tuple[int, int], other: tuple[int, int]) -> None:
    low, high = intervals.ratio(*one, *other)
    back_low, back_high = intervals.ratio(*other, *one)
    assert low <= high
    assert back_low == pytest.approx(0 if high == inf else 1 / high if high else inf, rel=1e-6)
    assert back_high == pytest.approx(inf if low == 0 else 1 / low, rel=1e-6)


@quick
@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.1, 1e5), st.floats(0.1, 1e5))
def test_a_distribution_function_is_one(x: float, a: float, b: float) -> None:
    at = tails.beta_cdf(x, a, b)
    assert 0 <= at <= 1
    assert at == pytest.approx(1 - tails.beta_cdf(1 - x, b, a), abs=1e-6)
    assert tails.beta_cdf(min(1.0, x + 0.01), a, b) >= at - 1e-9

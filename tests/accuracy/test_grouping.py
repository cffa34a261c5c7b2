"""B-cubed on groups whose figures are known."""

from __future__ import annotations

import pytest
from tests.accuracy.grouping import Item, bcubed


def items(*pairs: str) -> list[Item]:
    """`a1`: fault a under problem 1."""
    return [Item("s", pair[0], pair[1], "") for pair in pairs]


def test_every_fault_its_own_problem() -> None:
    found = bcubed(items("a1", "a1", "b2"))
    assert (found.precision, found.recall) == (1, 1)
    assert (found.items, found.faults, found.problems) == (3, 2, 2)


def test_all_in_one_problem_costs_precision() -> None:
    found = bcubed(items("a1", "a1", "a1", "b1"))
    assert found.precision == pytest.approx((3 * 3 / 4 + 1 / 4) / 4)
    assert found.recall == 1


def test_a_fault_in_two_problems_costs_recall() -> None:
    found = bcubed(items("a1", "a2", "a2", "a2"))
    assert found.precision == 1
    assert found.recall == pytest.approx((1 / 4 + 3 * 3 / 4) / 4)

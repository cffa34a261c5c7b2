"""No message costs more than it may: time and memory, measured in a process of its own that would die of more."""

from __future__ import annotations

import pytest
from bench.bomb_messages import message
from bench.bombs import BOMBS, MAX_MB, MAX_SECONDS, cost_of

NOISE = 3
"""A machine that is busy with other tests is slower; the bombs took 10 to 100 times as long as they may."""


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_no_more_than_a_message_may(name: str) -> None:
    role, make = BOMBS[name]
    cost = cost_of(make(), role)
    assert cost.cpu_seconds < MAX_SECONDS * NOISE
    assert cost.added_mb < MAX_MB
    assert cost.outcomes
    assert "internal_error" not in cost.outcomes


@pytest.mark.slow
def test_the_measure_sees_what_a_message_costs() -> None:
    big = cost_of(message({"type": 3, "timestamp": 1, "data": {"source": 5, "id": 1, "text": "x" * 50_000_000}}))
    assert big.added_mb > 50

"""Mutated recordings raise nothing, and the measure sees what does."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from bench import fuzz

from replay_signals.schemas.rows import DeadLetterRow
from replay_signals.transforms.parse.formats import FORMATS

EXAMPLES = ["examples"]


def test_mutated_recordings_cost_no_exception(tmp_path: Path) -> None:
    notes: list[str] = []
    found = fuzz.run(300, 1, EXAMPLES, tmp_path / "failures", notes.append)
    assert notes == []
    assert (found.inputs, found.failures) == (300, 0)
    assert found.kept > 10
    assert found.dead > 10
    assert found.slowest is not None


def test_every_way_starts_from_inputs_that_are_kept() -> None:
    """Else changes to them would be tried on what is rejected at the door."""
    known = fuzz.seeds(EXAMPLES)
    assert set(known) == {"snapshots", "events", *FORMATS}
    for way, inputs in known.items():
        for one in inputs[:: max(1, len(inputs) // 20)]:
            assert not [item.body for item in fuzz.take(one) if isinstance(item.body, DeadLetterRow)], way


def test_the_same_seed_gives_the_same_inputs() -> None:
    known = [one for inputs in fuzz.seeds(EXAMPLES).values() for one in inputs]
    first, again = ([fuzz.mutated(one, rng) for one in known] for rng in (random.Random(7), random.Random(7)))
    assert first == again
    assert sum(a.data != b.data for a, b in zip(first, known, strict=True)) > len(known) / 2


def test_a_failure_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "take", lambda _: 1 / 0)
    found = fuzz.run(3, 1, EXAMPLES, tmp_path / "failures", lambda _: None)
    assert found.failures == 3
    assert len(list((tmp_path / "failures").iterdir())) == 3

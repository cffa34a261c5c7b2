"""Verdicts of people as labels: one for each kind of signal of a problem, under its grade."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.accuracy import verdicts
from tests.accuracy.calibrate import fit

from replay_signals.pipelines.inbox.folder import current
from replay_signals.schemas.confidence import TABLE
from support.warehouses import SMALL

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


def test_confirmed_and_dismissed_problems_are_right_and_wrong_findings(tmp_path: Path, run_cli: Run) -> None:
    warehouse = str(tmp_path / "w")
    assert run_cli("backfill", *map(str, SMALL), "-w", warehouse)[0] == 0
    problems = [one for one in current(tmp_path / "w" / "inbox").values() if one.problem is not None]
    first, second, third = sorted(problems, key=lambda one: -one.confidence)[:3]
    at = ("-w", warehouse, "--by", "ana")
    for words in (("confirm", first.id), ("dismiss", second.id, "--reason", "a download"),
                  ("dismiss", third.id, "--reason", "as designed", "--meant")):  # fmt: skip
        code, _, err = run_cli("inbox", *words, *at)
        assert code == 0, err
    found = verdicts.outcomes(warehouse)
    assert {one.right for one in found} == {True, False}
    assert len(found) == len({(one.kind, one.right) for one in found})
    assert all(one.grade in TABLE.kinds[one.kind] for one in found)
    wrong = next(one for one in found if not one.right)
    fitted = fit(TABLE, found, TABLE.strength)
    cell = fitted.kinds[wrong.kind][wrong.grade]
    assert cell.labels >= 1
    assert cell.confidence < cell.prior

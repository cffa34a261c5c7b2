"""A backfill killed at any moment: every table is as before or complete, and a second run ends with equal results."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from replay_signals.transforms.revisions.revise import SETS
from support.children import Child, Step
from support.exhaustive import first_then_exhaustive
from support.warehouses import SMALL, backfill, contents, lines, newest, written

pytestmark = pytest.mark.slow

POINTS: list[Step] = [("judge", 2), ("stage", 1), ("stage", 10), ("commit", 1), ("commit", 4), ("commit", 7)]
SEEDS = range(4)


class Scene:
    """A warehouse in which half of every session is stored, and the other half about to come."""

    def __init__(self, folder: Path) -> None:
        self.warehouse = folder / "warehouse"
        self._saved = folder / "saved"
        requests = lines(*SMALL)
        first, self.second = (written(folder / f"{i}.jsonl", requests[i::2]) for i in range(2))
        backfill(self.warehouse, first)
        shutil.copytree(self.warehouse, self._saved)
        self.before = contents(self.warehouse)
        started = time.monotonic()
        backfill(self.warehouse, self.second)
        self.seconds = time.monotonic() - started
        self.after = contents(self.warehouse)
        self.shown = newest(self.warehouse)
        assert self.before != self.after

    def reset(self) -> None:
        """Back to before the second half."""
        shutil.rmtree(self.warehouse)
        shutil.copytree(self._saved, self.warehouse)

    def check(self) -> int:
        """Whole tables after the kill, equal results after a second run; how many tables had been committed."""
        left = contents(self.warehouse)
        for table, rows in left.items():
            assert rows in (self.before[table], self.after[table]), table
        committed = sum(left[table] != self.before[table] for table in left)
        is_unpublished = left["sessions"] == self.before["sessions"] and any(left[t] != self.before[t] for t in SETS)
        backfill(self.warehouse, self.second)
        if (
            not is_unpublished
        ):  # sets that no session's row published stay unseen, and the next revision is behind theirs
            assert contents(self.warehouse) == self.after
        assert newest(self.warehouse) == self.shown
        return committed


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("killed"))


@pytest.fixture
def scene(prepared: Scene) -> Iterator[Scene]:
    prepared.reset()
    yield prepared


@pytest.mark.parametrize("point", first_then_exhaustive(POINTS, 2), ids=lambda point: f"{point[0]} {point[1]}")
def test_killed_at_a_step(scene: Scene, point: Step) -> None:
    child = Child(scene.warehouse, [scene.second], pause_at=point)
    child.started()
    assert child.paused()
    child.kill()
    committed = scene.check()
    assert (committed > 0) == (point[0] == "commit")


@pytest.mark.parametrize("seed", first_then_exhaustive(SEEDS))
def test_killed_at_a_random_moment(scene: Scene, seed: int) -> None:
    child = Child(scene.warehouse, [scene.second])
    child.started()
    time.sleep(random.Random(seed).uniform(0.3, 1.1) * scene.seconds)
    child.kill()
    scene.check()

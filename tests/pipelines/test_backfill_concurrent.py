"""Two backfills into one warehouse at once: as if one had come after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from replay_signals.jobs import backfill as job
from replay_signals.jobs.backfill import BackfillOptions, run_backfill
from replay_signals.pipelines.iceberg import commit
from replay_signals.pipelines.iceberg.errors import WarehouseError
from support.children import Child
from support.exhaustive import first_then_exhaustive
from support.warehouses import SMALL, backfill, lines, newest, written

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    warehouse = tmp_path_factory.mktemp("whole")
    backfill(warehouse, *SMALL)
    return newest(warehouse)


def race(warehouse: Path, *inputs: list[Path]) -> None:
    children = [Child(warehouse, paths) for paths in inputs]
    for child in children:
        child.started()
    for child in children:
        child.result()


@pytest.mark.parametrize("existing", first_then_exhaustive([False, True]), ids=["new warehouse", "existing warehouse"])
def test_disjoint_sessions(whole: dict[str, list[str]], tmp_path: Path, existing: bool) -> None:
    if existing:
        backfill(tmp_path, SMALL[0])
    race(tmp_path, [SMALL[0], SMALL[1]], [SMALL[2]])
    assert newest(tmp_path) == whole


def test_the_same_sessions(whole: dict[str, list[str]], tmp_path: Path) -> None:
    halves = [[written(tmp_path / f"{i}.jsonl", lines(*SMALL)[i::2])] for i in range(2)]
    race(tmp_path / "w", *halves)
    assert newest(tmp_path / "w") == whole


def test_the_same_files(whole: dict[str, list[str]], tmp_path: Path) -> None:
    race(tmp_path, SMALL, SMALL)
    assert newest(tmp_path) == whole


def test_a_commit_under_a_running_backfill_makes_it_look_again(whole: dict[str, list[str]], tmp_path: Path) -> None:
    halves = [written(tmp_path / f"{i}.jsonl", lines(*SMALL)[i::2]) for i in range(2)]
    overtaken = False

    def overtake(stage: str, done: int, total: int) -> None:
        nonlocal overtaken
        if stage == "judge" and not overtaken:
            overtaken = True
            backfill(tmp_path / "w", halves[1])

    result = run_backfill(BackfillOptions([str(halves[0])], str(tmp_path / "w")), overtake)
    assert result.tries == 2
    assert newest(tmp_path / "w") == whole


def test_a_writer_that_is_always_overtaken_gives_up_with_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "CONFLICT_TRIES", 2)
    parts = [written(tmp_path / f"{i}.jsonl", lines(SMALL[0])[i::4]) for i in range(4)]
    rest = iter(parts[1:])

    def overtake(stage: str, done: int, total: int) -> None:
        if stage == "judge":
            backfill(tmp_path / "w", next(rest))

    with pytest.raises(WarehouseError, match="gave up after 2 tries"):
        run_backfill(BackfillOptions([str(parts[0])], str(tmp_path / "w")), overtake)


@pytest.mark.parametrize("step", ["_stage_once", "publish"])
def test_a_commit_whose_answer_is_lost_counts_also_under_others(
    whole: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A database may take a commit and go away before it says so; its files must stay."""
    halves = [written(tmp_path / f"{i}.jsonl", lines(*SMALL)[i::2]) for i in range(2)]
    commit_once = getattr(commit, step)
    lost = False

    def losing(*arguments: Any) -> Any:
        nonlocal lost
        done = commit_once(*arguments)
        if not lost:
            lost = True
            backfill(tmp_path / "w", halves[1])
            raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))
        return done

    monkeypatch.setattr(commit, step, losing)
    backfill(tmp_path / "w", halves[0])
    assert newest(tmp_path / "w") == whole

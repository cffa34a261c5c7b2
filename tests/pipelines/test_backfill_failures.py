"""Backfills that fail: bugs are told apart from surroundings, and what lies in the storage is data, never code."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay_signals.jobs.exits import ExitCode
from replay_signals.pipelines.batch import graph
from replay_signals.pipelines.batch.failures import PipelineBug, explained
from replay_signals.pipelines.batch.outcome import Outcome, encode, taken
from replay_signals.pipelines.files.paths import InputError
from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.iceberg.datafiles import data_file, described, partition_of, write_rows
from replay_signals.pipelines.iceberg.errors import WarehouseError
from support.warehouses import SMALL, backfill, rows

SOURCE = Path(graph.__file__).parents[2]
MULTI = ["--direct_running_mode=multi_processing", "--direct_num_workers=1"]


class Payload:
    """Pickled, it makes a folder where it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


def test_a_plan_is_read_as_data(tmp_path: Path) -> None:
    io = open_tables(open_catalog(str(tmp_path)))["sessions"].io
    mark, plan = tmp_path / "ran", tmp_path / "a.plan"
    for body in (pickle.dumps(Payload(mark)), encode(Outcome())[:-1], msgspec.msgpack.encode({"files": {"s": [b"x"]}})):
        plan.write_bytes(body)
        with pytest.raises(WarehouseError, match=r"the run's plan at .*a\.plan is damaged"):
            taken(io, f"file://{plan}")
    with pytest.raises(WarehouseError, match="the run left no plan at"):
        taken(io, f"file://{tmp_path}/none.plan")
    assert not mark.exists()


def test_nothing_unpickles() -> None:
    guilty = [
        path
        for path in SOURCE.rglob("*.py")
        if "pickle.load" in path.read_text() or "import pickle" in path.read_text()
    ]
    assert not guilty


@pytest.mark.slow
def test_a_data_file_travels_as_plain_values_and_stays_in_its_table(tmp_path: Path) -> None:
    backfill(tmp_path / "w", SMALL[0])
    tables = open_tables(open_catalog(str(tmp_path / "w")))
    digests = rows(tmp_path / "w", "message_digests")
    table = tables["message_digests"]
    (file,) = write_rows(table, partition_of("message_digests", digests[0]), digests)
    travelled = msgspec.msgpack.decode(msgspec.msgpack.encode(described(file)), type=type(described(file)))
    back = data_file(table, travelled)
    assert (back._data, back.spec_id) == (file._data, file.spec_id)
    for path in (file.file_path.replace("message_digests", "signals"), f"{table.location()}/data/../../../x.parquet"):
        with pytest.raises(WarehouseError, match="outside of its table"):
            data_file(table, msgspec.structs.replace(travelled, path=path))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "raised", "says"),
    [
        (TypeError("no such thing"), PipelineBug, "TypeError in step .*JudgeAndRevise.*: no such thing"),
        (KeyError("gone"), PipelineBug, "KeyError in step .*JudgeAndRevise.*gone"),
        (msgspec.ValidationError("odd row"), PipelineBug, "ValidationError in step .*odd row"),
        (OSError(28, "No space left on device"), WarehouseError, "the pipeline failed.*No space left on device"),
        (WarehouseError("table signals cannot be read: gone"), WarehouseError, "^table signals cannot be read: gone$"),
    ],
)  # fmt: skip
def test_bugs_and_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Exception, raised: type[Exception], says: str
) -> None:
    def changes_of_key(*_: object) -> None:
        raise broken

    monkeypatch.setattr(graph, "changes_of_key", changes_of_key)
    with pytest.raises(raised, match=says):
        backfill(tmp_path, SMALL[0])


@pytest.mark.slow
def test_a_bug_has_its_own_exit_code_and_its_stack_under_debug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_cli: Callable[..., tuple[int, str, str]]
) -> None:
    def changes_of_key(*_: object) -> None:
        raise TypeError("no such thing")

    monkeypatch.setattr(graph, "changes_of_key", changes_of_key)
    arguments = ("backfill", str(SMALL[0]), "-w", str(tmp_path))
    code, _, err = run_cli(*arguments)
    assert (code, "Unexpected error, please report it: PipelineBug: TypeError in step" in err) == (
        ExitCode.INTERNAL,
        True,
    )
    code, _, err = run_cli("--debug", *arguments)
    assert code == ExitCode.INTERNAL
    assert "TypeError: no such thing" in err
    assert "Traceback" in err


def test_a_workers_stack_as_text() -> None:
    stack = "Traceback (most recent call last):\n  File worker.py, line 1\n{}\n [while running 'Settle/Judge']"
    bug = explained(RuntimeError(stack.format("KeyError: 'x'")))
    assert isinstance(bug, PipelineBug)
    assert str(bug) == "KeyError in step Settle/Judge: 'x'"
    store = explained(RuntimeError(stack.format("botocore.exceptions.ClientError: access denied")))
    assert isinstance(store, WarehouseError)
    assert str(store) == "the pipeline failed in step Settle/Judge: access denied"
    runner = explained(RuntimeError("cannot start the job server"))
    assert (type(runner), str(runner)) == (WarehouseError, "the pipeline failed: cannot start the job server")


@pytest.mark.slow
def test_a_missing_data_file_is_one_sentence(tmp_path: Path, run_cli: Callable[..., tuple[int, str, str]]) -> None:
    backfill(tmp_path, SMALL[0])
    next((tmp_path / "replay" / "message_digests").rglob("*.parquet")).unlink()
    code, _, err = run_cli("backfill", str(SMALL[0]), "-w", str(tmp_path))
    assert code == ExitCode.STORE
    assert "Error: table message_digests cannot be read: " in err
    assert "Traceback" not in err
    with pytest.raises(WarehouseError, match="table message_digests cannot be read"):
        backfill(tmp_path, SMALL[0], beam_args=MULTI)


def test_a_runner_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="takes neither this runner"):
        backfill(tmp_path, SMALL[0], runner="NoSuchRunner")

"""What a backfill publishes: the sessions that it touched, whatever else the warehouse holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.jobs.exits import ExitCode
from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.inbox import folder
from support.warehouses import SMALL, backfill, rows

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


def ids(warehouse: Path) -> set[str]:
    return {row.signal_id for row in rows(warehouse, "signals")}


def published(inbox: Path) -> set[str]:
    """Signals in an inbox."""
    return {key for key, record in folder.current(inbox).items() if record.record_type == "signal"}


def test_rows_of_other_sessions_are_not_read(tmp_path: Path, run_cli: Run) -> None:
    """Their data files are not even there, which only the ranking of all sessions finds, afterwards."""
    assert run_cli("backfill", str(SMALL[0]), "-w", str(tmp_path))[0] == 0
    first = ids(tmp_path)
    for table in open_tables(open_catalog(str(tmp_path))).values():
        for task in table.scan().plan_files():
            Path(task.file.file_path.removeprefix("file://")).unlink()
    code, _, err = run_cli("backfill", str(SMALL[1]), "-w", str(tmp_path))
    assert (code, "cannot be read" in err) == (ExitCode.STORE, True), err
    assert first < published(tmp_path / "inbox")


def test_what_a_killed_run_had_no_time_to_publish_the_next_one_publishes(tmp_path: Path, run_cli: Run) -> None:
    assert run_cli("backfill", str(SMALL[0]), "-w", str(tmp_path))[0] == 0
    backfill(tmp_path, SMALL[1])  # tables alone
    assert published(tmp_path / "inbox") < ids(tmp_path)
    assert run_cli("backfill", str(SMALL[1]), "-w", str(tmp_path))[0] == 0
    assert published(tmp_path / "inbox") == ids(tmp_path)


def test_a_new_inbox_gets_everything(tmp_path: Path, run_cli: Run) -> None:
    backfill(tmp_path / "w", *SMALL)
    arguments = ("backfill", str(SMALL[0]), "-w", str(tmp_path / "w"), "--inbox", str(tmp_path / "other"))
    assert run_cli(*arguments)[0] == 0
    assert published(tmp_path / "other") == ids(tmp_path / "w")

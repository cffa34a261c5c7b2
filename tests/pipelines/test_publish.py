"""What a backfill publishes: the sessions that it touched, whatever else the warehouse holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.inbox import folder
from support.warehouses import SMALL, backfill, rows

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


def ids(warehouse: Path) -> set[str]:
    return {row.signal_id for row in rows(warehouse, "signals")}


def test_rows_of_other_sessions_are_not_read(tmp_path: Path, run_cli: Run) -> None:
    """Their data files are not even there."""
    assert run_cli("backfill", str(SMALL[0]), "-w", str(tmp_path))[0] == 0
    first = ids(tmp_path)
    for table in open_tables(open_catalog(str(tmp_path))).values():
        for task in table.scan().plan_files():
            Path(task.file.file_path.removeprefix("file://")).unlink()
    code, _, err = run_cli("backfill", str(SMALL[1]), "-w", str(tmp_path))
    assert (code, "Error" in err) == (0, False)
    published = set(folder.current(tmp_path / "inbox"))
    assert first < published
    assert len(published) > len(first)


def test_what_a_killed_run_had_no_time_to_publish_the_next_one_publishes(tmp_path: Path, run_cli: Run) -> None:
    assert run_cli("backfill", str(SMALL[0]), "-w", str(tmp_path))[0] == 0
    backfill(tmp_path, SMALL[1])  # tables alone
    assert set(folder.current(tmp_path / "inbox")) < ids(tmp_path)
    assert run_cli("backfill", str(SMALL[1]), "-w", str(tmp_path))[0] == 0
    assert set(folder.current(tmp_path / "inbox")) == ids(tmp_path)


def test_a_new_inbox_gets_everything(tmp_path: Path, run_cli: Run) -> None:
    backfill(tmp_path / "w", *SMALL)
    arguments = ("backfill", str(SMALL[0]), "-w", str(tmp_path / "w"), "--inbox", str(tmp_path / "other"))
    assert run_cli(*arguments)[0] == 0
    assert set(folder.current(tmp_path / "other")) == ids(tmp_path / "w")

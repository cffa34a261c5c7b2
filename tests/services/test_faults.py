"""A real cluster whose processes are killed, and a job that goes on from a savepoint."""

from __future__ import annotations

import contextlib
import re
import urllib.request
from pathlib import Path

import msgspec
import pytest
from faults import run
from kit import (
    HOUR_MS,
    Row,
    Topics,
    batch_of,
    config_of,
    differences,
    duplicates,
    newest,
    recorded,
    send,
    tick,
    wait_until,
)
from savepoints import KEPT, halves, started

from replay_signals.jobs.stack import rest
from replay_signals.jobs.stack_home import INFRA
from replay_signals.jobs.stack_state import State, load_state
from replay_signals.jobs.stream import stop_with_savepoint, submit
from replay_signals.transforms.revisions.revise import SETS
from replay_signals.transforms.streaming.closing import FACT_TABLES

PROMETHEUS_PORTS = range(19249, 19280)
pytestmark = pytest.mark.slow


def test_killed_processes_lose_and_double_nothing(cluster: tuple[Path, State], tmp_path: Path) -> None:
    root, state = cluster

    account = run(root, state, tmp_path, sessions=12, each=1, seed=1)

    assert account.is_exact, account
    assert len(account.faults) == 4
    assert account.sessions == 12
    assert account.signals > 50


def test_a_job_goes_on_from_a_savepoint(cluster: tuple[Path, State], tmp_path: Path) -> None:
    root, state = cluster
    topics = Topics(state.bootstrap, "savepoint")
    topics.make(tmp_path)
    config = config_of(topics, tmp_path / "stream")
    messages = recorded(3, 8)
    half = len(messages) // 4  # in the middle of the first session
    first = submit(config, root)
    send(topics, messages[:half])
    assert wait_until(lambda: _rows(tmp_path / "stream") > 0)
    savepoint = stop_with_savepoint(load_state(root), first)

    submit(msgspec.structs.replace(config, execution_mode="process"), root, savepoint)  # it fits both modes
    send(topics, messages[half:])
    tick(topics, messages[-1].timestamp_ms + HOUR_MS)

    batch = batch_of(topics, tmp_path)
    assert wait_until(lambda: not differences(tmp_path / "stream", batch), step_s=3), differences(
        tmp_path / "stream", batch
    )
    assert not duplicates(tmp_path / "stream")
    assert wait_until(lambda: not _lacking(), step_s=2), _lacking()


def _lacking() -> set[str]:
    """Metrics of ours that the dashboard or an alert asks for and no TaskManager exposes."""
    asked = "".join((INFRA / "metrics" / name).read_text() for name in ("dashboard.json", "alerts.yaml"))
    names = set(re.findall(r"flink_taskmanager_job_task_operator_replay_signals_\w+", asked))
    exposed = "".join(_metrics(port) for port in PROMETHEUS_PORTS)
    return {name for name in names if name not in exposed}


def _metrics(port: int) -> str:
    """What a process exposes; nothing when there is none at that port."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
        return str(page.read().decode())
    return ""


AT_CLOSE = ("sessions", *SETS, *FACT_TABLES)
"""Rows that the job writes when a session closes: all of them after the savepoint."""
MASKED = ("person_properties", "element")
"""Columns of which less is taken in than was: evidence of before the savepoint says what it said."""


@pytest.mark.parametrize("kept", sorted(path.name for path in KEPT.iterdir()))
def test_a_savepoint_of_an_older_version_is_understood(kept: str, cluster: tuple[Path, State], tmp_path: Path) -> None:
    root, state = cluster
    _, after = halves()

    topics, _, job = started(root, state.bootstrap, tmp_path, f"file://{KEPT / kept}")
    send(topics, after)
    tick(topics, after[-1].timestamp_ms + HOUR_MS)

    batch = newest(batch_of(topics, tmp_path))
    assert wait_until(lambda: len(newest(tmp_path / "stream")["sessions"]) == len(batch["sessions"]), step_s=3)
    found = newest(tmp_path / "stream")
    differing = {
        (name, column) for name in AT_CLOSE for column in _differing(_unmasked(found[name]), _unmasked(batch[name]))
    }
    assert not differing
    # what was a row before the savepoint is no row again: the state knew it
    unread = {m.value for m in after if m.topic == "snapshots"}
    assert len(found["message_digests"]) == len(unread) < len(batch["message_digests"])
    rest(load_state(root), f"/jobs/{job}?mode=cancel", "PATCH")


def _unmasked(rows: list[Row]) -> list[Row]:
    return sorted(tuple(cell for cell in row if cell[0] not in MASKED) for row in rows)


def _differing(ours: list[Row], theirs: list[Row]) -> set[str]:
    """Columns in which the tables say something else."""
    if len(ours) != len(theirs):
        return {f"{len(ours)} rows instead of {len(theirs)}"}
    columns = {cell[0] for row in (*ours, *theirs) for cell in row}
    said = [
        {name: sorted(repr(cell) for row in rows for cell in row if cell[0] == name) for name in columns}
        for rows in (ours, theirs)
    ]
    return {name for name in columns if said[0][name] != said[1][name]}


def _rows(warehouse: Path) -> int:
    return len(newest(warehouse)["message_digests"])

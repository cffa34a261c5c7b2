"""A release whose judge makes wrong rows, on a real cluster: what is refused, what is told, and what is found after."""

from __future__ import annotations

import shutil
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from kit import HOUR_MS, Topics, config_of, inbox_of, newest, recorded, send, tick, wait_until

from replay_signals.jobs.deadletters import letters
from replay_signals.jobs.exits import ExitCode
from replay_signals.jobs.stack_home import PROJECT
from replay_signals.jobs.stack_state import State
from replay_signals.jobs.stream import make_tables, renew_workers, run_module, with_attempts, with_offsets
from replay_signals.pipelines.iceberg.warehouse import latest
from replay_signals.pipelines.stream.config import to_json

pytestmark = pytest.mark.slow
JOB = Path(__file__).with_name("faulty.py")
KIND, SESSION = "dead_click", "01a20b8a-b37b-73ba-9f3a-4219d87f80c5"
"""As there: Flink's environment alone can import it."""
METRIC = "replay_signals_sessions_rejected_unexpected_row"
ORPHANED = "signals: it belongs to a session that has no row in sessions"
Run = Callable[..., tuple[int, str, str]]


def counted(name: str) -> float:
    """What the TaskManagers expose under a name, summed."""
    found = 0.0
    for port in range(19249, 19280):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
            lines = page.read().decode().splitlines()
            found += sum(float(line.rpartition(" ")[2]) for line in lines if name in line and line[:1] != "#")
    return found


def test_refused_rows_are_told_to_nobody_and_what_they_leave_is_found(
    cluster: tuple[Path, State], topics: Topics, tmp_path: Path, run_cli: Run
) -> None:
    root, _ = cluster
    stream, folder = tmp_path / "stream", tmp_path / "job"
    config = with_attempts(with_offsets(config_of(topics, stream)), root)
    make_tables(config)
    renew_workers(root)
    folder.mkdir()
    shutil.copy(JOB, folder)
    before = counted(METRIC)
    run_module(root, JOB.stem, to_json(config), [folder, PROJECT / "src"])
    messages = recorded(3, 8)
    send(topics, messages)
    tick(topics, messages[-1].timestamp_ms + HOUR_MS)

    assert wait_until(lambda: len(newest(stream)["sessions"]) == 1)
    found = Counter(
        row["detail"] for row in latest("dead_letters", str(stream)).to_pylist() if "unexp" in row["reason"]
    )
    assert found == {
        "a row of signals is not as expected: confidence is not 0 to 1": 5,
        "a row of sessions is not as expected: it was active for longer than it lasted": 1,
    }
    told = [
        row.detail for row in letters(topics.bootstrap, topics.name("dead_letters")) if row.reason == "unexpected_row"
    ]
    assert Counter(told) == found
    assert wait_until(lambda: counted(METRIC) - before == found.total(), 60)
    stored = {row["signal_id"]: row["kind"] for row in latest("signals", str(stream)).to_pylist()}
    assert {key: record.kind for key, record in inbox_of(topics, tmp_path).items()} == stored
    assert KIND not in stored.values()

    where = ("--kafka", topics.bootstrap, "--topic", topics.name("inbox"), "--patience", "0")
    assert run_cli("validate", str(stream), "--new", *where)[0] == ExitCode.NOT_VALID
    assert run_cli("validate", str(stream), "--new", *where)[0] == ExitCode.NOT_VALID
    (record,) = (one for one in inbox_of(topics, tmp_path).values() if one.fault)
    assert (record.title, record.status, record.revision) == (ORPHANED, "new", 1)
    assert record.fault
    assert [SESSION in example for example in record.fault.examples] == [True]

    run_cli("rejudge", "-w", str(stream), "--session", SESSION, "--inbox", str(tmp_path / "inbox"))
    assert run_cli("validate", str(stream), "--new", *where)[0] == ExitCode.OK
    (record,) = (one for one in inbox_of(topics, tmp_path).values() if one.fault)
    assert (record.status, record.revision) == ("resolved", 2)

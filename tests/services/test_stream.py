"""The streaming job on real Kafka: the same rows as a backfill, and an inbox that says what the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit import (
    HOUR_MS,
    Topics,
    batch_of,
    config_of,
    differences,
    expected_inbox,
    inbox_of,
    newest,
    recorded,
    send,
    shuffled,
    tick,
    wait_until,
)

from replay_signals.jobs.stack_state import State, end_group
from replay_signals.jobs.stream import run_local

pytestmark = pytest.mark.slow


@pytest.fixture
def topics(cluster: tuple[Path, State], tmp_path: Path, request: pytest.FixtureRequest) -> Topics:
    """The test's own topics."""
    own = Topics(cluster[1].bootstrap, request.node.name.replace("[", "-").rstrip("]"))
    own.make(tmp_path)
    return own


@pytest.fixture(params=["thread", "process"])
def job(cluster: tuple[Path, State], topics: Topics, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The job in an embedded cluster; gives its warehouse."""
    warehouse = tmp_path / "stream"
    child = run_local(config_of(topics, warehouse, execution_mode=request.param), cluster[0])
    try:
        yield warehouse
    finally:
        end_group(child.pid)
        child.wait()


def test_stream_and_backfill_agree(job: Path, topics: Topics, tmp_path: Path) -> None:
    messages = recorded(3, 8, 43)
    end = messages[-1].timestamp_ms
    late = messages[::9]
    send(topics, shuffled([m for m in messages if m not in late], seed=7))
    tick(topics, end + HOUR_MS)
    assert wait_until(lambda: len(newest(job)["sessions"]) == 3, 180)
    send(topics, shuffled(late, seed=8))  # after the sessions closed
    tick(topics, end + 26 * HOUR_MS)

    batch = batch_of(topics, tmp_path)

    assert wait_until(lambda: not differences(job, batch), 90, 3), differences(job, batch)
    inbox = inbox_of(topics, tmp_path)
    assert inbox
    assert inbox == expected_inbox(batch, inbox)

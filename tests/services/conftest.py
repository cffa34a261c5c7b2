"""One broker and one Flink cluster for all tests here, started and stopped by them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "pipelines"))

from replay_signals.jobs import stack
from replay_signals.jobs.stack_home import PROJECT, fetch_jars
from replay_signals.jobs.stack_state import State


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, State]]:
    """The folder and state of a running cluster; jars come from the project's own folder."""
    root = tmp_path_factory.mktemp("stack")
    fetch_jars(PROJECT / ".stack")
    (root / "libs").symlink_to(PROJECT / ".stack" / "libs")
    try:
        yield root, stack.up(root, task_managers=2)
    finally:
        stack.down(root)

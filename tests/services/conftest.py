"""A broker, and a Flink cluster with one of its own, started and stopped by the tests that need them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from kit import Topics, link_jars

from replay_signals.jobs import stack
from replay_signals.jobs.stack_state import State, load_state

ENDED = frozenset(("FINISHED", "CANCELED", "FAILED"))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, State]]:
    """The folder and state of a running cluster."""
    yield from _running(tmp_path_factory.mktemp("stack"), task_managers=2)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker without Flink."""
    for _, state in _running(tmp_path_factory.mktemp("broker"), task_managers=0):
        yield state.bootstrap


@pytest.fixture(autouse=True)
def _no_job_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ends the jobs that a test leaves: they would take the slots and the cores of the tests after it."""
    uses_cluster = "cluster" in request.fixturenames
    root = request.getfixturevalue("cluster")[0] if uses_cluster else None
    yield
    if root is not None:
        state = load_state(root)
        for job in msgspec.convert((stack.rest(state, "/jobs") or {}).get("jobs", []), list[dict[str, str]]):
            if job["status"] not in ENDED:
                stack.rest(state, f"/jobs/{job['id']}?mode=cancel", "PATCH")


@pytest.fixture
def topics(tmp_path: Path, request: pytest.FixtureRequest) -> Topics:
    """The test's own topics, on the cluster's broker if the test has a cluster."""
    uses_cluster = "cluster" in request.fixturenames
    bootstrap = request.getfixturevalue("cluster")[1].bootstrap if uses_cluster else request.getfixturevalue("broker")
    own = Topics(bootstrap, request.node.name.replace("[", "-").rstrip("]"))
    own.make(tmp_path)
    return own


def _running(root: Path, task_managers: int) -> Iterator[tuple[Path, State]]:
    """A cluster in a folder of its own; jars come from the project's own folder."""
    link_jars(root)
    try:
        yield root, stack.up(root, task_managers, metrics=True)
    finally:
        stack.down(root)

"""The local cluster's configuration as it stands in the project: what it listens on."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_signals.jobs.stack import clear
from replay_signals.jobs.stack_home import INFRA, shared_settings


@pytest.mark.parametrize(
    "key", ["taskmanager.bind-host", "taskmanager.host", "jobmanager.bind-host", "rest.bind-address"]
)
def test_flink_listens_on_this_machine_alone(key: str) -> None:
    lines = (INFRA / "flink" / "config.yaml").read_text().splitlines()
    assert [line for line in lines if line.startswith(f"{key}:")] == [f"{key}: 127.0.0.1"]


def test_prometheus_which_listens_everywhere_is_answered_only_when_asked_for() -> None:
    assert "metrics.reporter" not in shared_settings(metrics=False)
    assert "metrics.reporters: prom\n" in shared_settings(metrics=True)


def test_a_cluster_that_is_cleared_forgets_what_readers_died_of(tmp_path: Path) -> None:
    """Its topics begin at their first offset again."""
    (tmp_path / "attempts" / "job").mkdir(parents=True)
    clear(tmp_path)
    assert not (tmp_path / "attempts").exists()

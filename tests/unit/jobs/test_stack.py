"""The local cluster's configuration as it stands in the project: what it listens on."""

from __future__ import annotations

import pytest

from replay_signals.jobs.stack_home import INFRA


@pytest.mark.parametrize(
    "key", ["taskmanager.bind-host", "taskmanager.host", "jobmanager.bind-host", "rest.bind-address"]
)
def test_flink_listens_on_this_machine_alone(key: str) -> None:
    lines = (INFRA / "flink" / "config.yaml").read_text().splitlines()
    assert [line for line in lines if line.startswith(f"{key}:")] == [f"{key}: 127.0.0.1"]

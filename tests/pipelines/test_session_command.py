"""The command `session`: three sentences and the timeline."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.warehouses import SMALL, backfill, rows

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("session") / "warehouse"
    backfill(folder, *SMALL[:2])
    return folder


def test_it_tells_everything_of_the_session_and_nothing_of_others(warehouse: Path, run_cli: Run) -> None:
    for row in rows(warehouse, "sessions"):
        code, out, err = run_cli("session", row.session_id, "-w", str(warehouse), "--json")
        assert (code, err) == (0, "")
        told = json.loads(out)
        signals = [one for one in rows(warehouse, "signals") if one.session_id == row.session_id]
        found = [one for one in told["timeline"] if one["what"] == "signal"]
        assert sorted((one["name"], one["problem_id"]) for one in found) == sorted(
            (one.kind, one.problem_id) for one in signals
        )
        assert all(0 <= one["offset_ms"] <= row.duration_ms + 60_000 for one in told["timeline"])
        code, out, _ = run_cli("session", row.session_id, "-w", str(warehouse), "--limit", "3")
        text = " ".join(out.split())
        assert code == 0
        assert " ".join(told["summary"].values()) in text
        assert "--limit 0 shows all" in text


def test_a_session_that_is_not_there(warehouse: Path, run_cli: Run) -> None:
    code, _, err = run_cli("session", "nobody", "-w", str(warehouse))
    assert (code, err) == (2, "Error: no session nobody in the warehouse; `sessions` lists ids\n")


def test_a_model_that_is_not_there_leaves_the_summary_by_rules(
    warehouse: Path, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = rows(warehouse, "sessions")[0].session_id
    code, _, err = run_cli("session", wanted, "-w", str(warehouse), "--by-model")
    assert (code, "no model is configured" in err) == (2, True)
    monkeypatch.setenv("REPLAY_SIGNALS_MODEL_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("REPLAY_SIGNALS_MODEL", "small")
    code, out, err = run_cli("session", wanted, "-w", str(warehouse), "--by-model")
    assert (code, "A visitor" in out or "A bot" in out) == (0, True)
    assert "the model cannot be reached: ConnectionRefusedError; the summary is by rules." in " ".join(err.split())

"""The notebook runs top to bottom on the demo's warehouse, and is committed without what it printed."""

from __future__ import annotations

from pathlib import Path

import nbclient
import nbformat
import pytest

from replay_signals.jobs.rules import read_rules
from support.samples import EXAMPLES, ROOT
from support.warehouses import backfill, ranked

pytestmark = pytest.mark.slow
NOTEBOOK = EXAMPLES / "analysis.ipynb"
PLOTS = 9


def test_it_runs_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backfill(tmp_path / "demo", EXAMPLES, rules=read_rules(str(ROOT / "infra" / "demo-rules.toml")))
    ranked(tmp_path / "demo")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    monkeypatch.setenv("REPLAY_SIGNALS_WAREHOUSE", str(tmp_path / "demo"))
    monkeypatch.setenv("REPLAY_SIGNALS_PICTURES", str(pictures))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert len(list(pictures.glob("*.png"))) == PLOTS
    printed = "".join(out.get("text", "") for cell in notebook.cells for out in cell.get("outputs", ()))
    assert "visitors with the new checkout had a dead click" in printed


def test_outputs_are_stripped() -> None:
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None

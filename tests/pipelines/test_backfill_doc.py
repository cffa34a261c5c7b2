"""docs/backfill.md: what it shows works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from replay_signals.pipelines.iceberg.commit import COMMIT_ORDER
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.schemas.rows import FED_TABLES
from support.samples import ROOT
from support.warehouses import SMALL, backfill, written

PAGE = (ROOT / "docs" / "backfill.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_every_table_is_committed_and_sessions_last() -> None:
    assert sorted(COMMIT_ORDER) == sorted(FED_TABLES)
    assert COMMIT_ORDER[-1] == "sessions"
    assert COMMIT_ORDER.index("interactions") < COMMIT_ORDER.index("sessions")
    assert COMMIT_ORDER[0] == "message_digests"


@pytest.mark.slow
def test_the_snippets_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / SMALL[0].name).write_bytes(SMALL[0].read_bytes())
    [python], [sql] = blocks("python"), blocks("sql")
    names: dict[str, Any] = {}
    exec(python, names)
    assert names["result"].added["sessions"] == 1
    backfill(tmp_path / "warehouse", written(tmp_path / "bad.jsonl", ["{nothing"]))
    assert [row["inputs"] for row in query(sql, "warehouse").to_pylist()] == [1]

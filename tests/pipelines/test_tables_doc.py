"""docs/tables.md: its reference is what the structs say, and every snippet runs and gives what the text promises."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from replay_signals.pipelines.iceberg.columns import reference
from replay_signals.pipelines.iceberg.warehouse import latest, query
from replay_signals.schemas.digests import millis
from replay_signals.schemas.rows import ROW_KEYS, TABLES
from replay_signals.transforms.revisions.revise import SETS
from support.samples import ROOT
from support.warehouses import SMALL, backfill, page, replay, rows, written

PAGE = (ROOT / "docs" / "tables.md").read_text()
MARK = "<!-- written by: python -m replay_signals.pipelines.iceberg.columns -->\n\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `warehouse` whose sessions came in two runs, so that there are revisions. Read only."""
    folder = tmp_path_factory.mktemp("docs")
    for path in (SMALL[0], SMALL[1]):
        backfill(folder / "warehouse", path)
    first = rows(folder / "warehouse", "sessions")[0]
    ended_ms = round(millis(first.ended_at))
    late = replay(first.session_id, page(ended_ms + 60_000, clicks=1))
    backfill(folder / "warehouse", written(folder / "late.jsonl", [late]))
    return folder


def test_the_reference_is_what_the_structs_say() -> None:
    assert PAGE.partition(MARK)[2].strip() == reference().strip(), "write it anew, see the mark in the page"


def test_every_table_is_listed() -> None:
    assert re.findall(r"^\| \[(\w+)\]\(#\w+\)", PAGE, re.MULTILINE) == list(TABLES)


@pytest.mark.slow
def test_python_snippets_run_and_agree_with_the_views(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    for block in blocks("python"):
        exec(block, names)
    assert names["table"].column("sessions").to_pylist() == [2]
    assert set(names["worst"].column_names) == set(TABLES["sessions"].__struct_fields__)
    assert names["rage"].num_rows > 0
    for table in ("sessions", "signals", *SETS):
        expected = latest(table, "warehouse")
        assert expected.num_rows < len(rows(folder / "warehouse", table)) or table == "exceptions"
        found = names[f"newest_{table}"].select(expected.column_names)
        order = [(name, "ascending") for name in ("team", "session_id", *key(table))]
        assert found.sort_by(order).to_pylist() == expected.sort_by(order).to_pylist()


def key(table: str) -> list[str]:
    return list(ROW_KEYS[table][2:])


@pytest.mark.slow
def test_sql_snippets_run_and_find_something(folder: Path) -> None:
    join, heatmap = blocks("sql")
    found = query(join, str(folder / "warehouse")).to_pylist()
    assert {row["kind"] for row in found} >= {"rage_click", "dead_click"}
    assert any(row["pageviews_before"] > 0 for row in found)
    clicks = query(heatmap, str(folder / "warehouse")).to_pylist()
    assert sum(row["clicks"] for row in clicks) > 0

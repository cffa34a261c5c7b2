"""One statement, two engines: Flink's batch SQL counts the same tables to the same rows as DuckDB."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kit import link_jars

from replay_signals.jobs.ranking import run_rank, settings_of
from replay_signals.jobs.stack_home import flink_python
from replay_signals.jobs.stream import embedded
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.pipelines.problems.counting import SOURCES, Limits
from replay_signals.pipelines.stream.catalog import flink_options
from replay_signals.pipelines.stream.config import StreamConfig, Warehouse
from replay_signals.schemas.problem_rows import RANKED_TABLES
from replay_signals.schemas.problem_rules import Outcome
from replay_signals.schemas.rules import Rules
from support.exhaustive import first_then_exhaustive
from support.problem_sites import DAY, key_event, put, request, shop, together

pytestmark = pytest.mark.slow
CHILD = Path(__file__).parent / "grouping_in_flink.py"


def in_flink(warehouse: Path, root: Path, rules: Rules, days: int) -> dict[str, list[list[Any]]]:
    """Rows that Flink counts, by table."""
    from replay_signals.pipelines.problems.dialects import translated

    link_jars(root)
    where = Warehouse(folder=str(warehouse))
    _, environment = embedded(root, StreamConfig(warehouse=where, name="grouping"))
    settings = settings_of(rules)
    job = {
        "catalog": flink_options(where, {}),
        "sources": SOURCES,
        "steps": list(translated("flink")),
        "folder": str(root / "kept"),
        "days": [str(DAY + timedelta(days=number)) for number in range(days)],
        "outcomes": settings.outcomes,
        "window_ms": settings.window_ms,
        "horizon_ms": settings.horizon_ms,
    }
    done = subprocess.run(
        [str(flink_python()), str(CHILD), json.dumps(job)],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, list[list[Any]]] = {}
    for line in done.stdout.splitlines():
        if line.startswith('["'):
            table, row = json.loads(line)
            found.setdefault(table, []).append(row)
    return found


@pytest.mark.parametrize(
    "rules", first_then_exhaustive([Rules(outcomes=[Outcome("order completed")]), Rules()]), ids=["event", "formula"]
)
def test_rows_are_equal(tmp_path: Path, rules: Rules) -> None:
    warehouse = tmp_path / "warehouse"
    rows = shop(3, 30, 0.4)
    rows["sessions"] = [
        msgspec.structs.replace(row, flags={"pay": "new" if number % 2 else "old"}, release="1.0", country="DE")
        for number, row in enumerate(rows["sessions"])
    ]
    rows["network_requests"] = [request(f"s0-{number}", DAY, "POST /api/order", 61) for number in range(20)]
    rows["events"] = [key_event(f"s0-{number}", DAY, "order completed", 300) for number in range(0, 20, 3)]
    rows["signals"] = [
        msgspec.structs.replace(row, request_route="POST /api/order 5xx", problem_id="b" * 16)
        if number % 4 == 0
        else row
        for number, row in enumerate(rows["signals"])
    ]
    put(warehouse, together(rows))
    run_rank(Store(str(warehouse)), rules, Limits())
    found = in_flink(warehouse, tmp_path / "stack", rules, days=3)
    for table in ("exposure_days", "problem_arms", "problem_days"):
        columns = ", ".join(name for name in RANKED_TABLES[table].__struct_fields__ if name != "sources")
        expected = query(f"SELECT {columns} FROM {table}", str(warehouse)).to_pylist()
        ours = sorted(comparable(list(row.values())) for row in expected)
        assert len(ours) > 3
        assert sorted(map(comparable, found[table])) == ours, table


def comparable(row: list[Any]) -> str:
    """Values as text: times to the second, numbers without trailing zeros, truth in small letters."""
    return "|".join(_plain(str(value)) for value in row)


def _plain(text: str) -> str:
    if re.fullmatch(r"-?\d+\.\d+(E-?\d+)?", text):
        return repr(float(text))
    time = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)", text)
    return f"{time[1]} {time[2]}" if time else text.lower() if text.lower() in ("true", "false") else text

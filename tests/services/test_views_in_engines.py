"""One definition, three engines: Flink and Spark say of the same rows what DuckDB says, in every documented view."""

from __future__ import annotations

import json
import math
import os
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kit import link_jars

from replay_signals.jobs.stack_home import PROJECT, flink_python, java_command
from replay_signals.jobs.stream import embedded
from replay_signals.pipelines.iceberg.dialects import translated
from replay_signals.pipelines.iceberg.views import all_views, views
from replay_signals.pipelines.iceberg.warehouse import connect
from replay_signals.pipelines.stream.catalog import flink_options
from replay_signals.pipelines.stream.config import StreamConfig, Warehouse
from replay_signals.schemas.rows import TABLES
from support.made_rows import made
from support.problem_sites import put
from support.warehouses import SMALL, backfill, ranked

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
AT = datetime(2026, 11, 24, 23, 59, 59, 123000, tzinfo=UTC)
Row = tuple[str, ...]
Rows = dict[str, list[Row]]
SIGNIFICANT = 9
"""Digits of a number that have to be equal: a sum depends on its order in the ones after them."""


def of(table: str, session: str, **fields: object) -> Any:
    return made(table, **({"team": "odd", "day": AT.date(), "session_id": session, "revision": 1} | fields))


ODD = {
    "sessions": [
        of("sessions", "o1", distinct_id="ann", started_at=AT, ended_at=AT, severity=12.5, release="1",
           person_properties='{"plan": "pro", "a b": "it\'s", "$browser": "x\\"y", "seats": 12, "none": null}'),
        of("sessions", "o1", distinct_id="ann", started_at=AT, revision=2, person_properties='{"plan": "プロ 🎉"}'),
        of("sessions", "o2", distinct_id="x", person_id="ann", traffic="bot", person_properties=""),
        of("sessions", "o3", release="2", device_type="Mobile", country="DE"),
    ],
    "page_views": [
        of("page_views", "o1", page_view_id="1", page_pattern="/заказы/:id", is_entry=True, is_exit=True, revision=2,
           started_at=AT, load_ms=1234.5, status=404, lcp_ms=2500.0, cls=0.1, inp_ms=200.0, long_task_ms=0.5),
        of("page_views", "o3", page_view_id="2", page_pattern="/'\"\\", is_entry=True, started_at=AT, load_ms=0.5),
        of("page_views", "o3", page_view_id="3", page_pattern="/заказы/:id", is_exit=True, lcp_ms=4000.1, cls=0.3),
    ],
    "interactions": [
        of("interactions", session, interaction_id=str(n), kind=kind, page_pattern="/заказы/:id", element="Zahlen 💸",
           element_key="pay", page_x_px=10.0 * n, page_y_px=0.1, viewport_width_px=width, verdict=verdict,
           reaction=reaction, reaction_ms=12.5, reason="", revision=revision,
           occurred_at=AT + timedelta(milliseconds=n))
        for n, (session, kind, width, verdict, reaction, revision) in enumerate([
            ("o1", "click", 1250, "dead", "", 2), ("o1", "click", 1250, "alive", "mutation", 2),
            ("o3", "tap", 390, "unknown", "", 1), ("o3", "tap", 399, "alive", "scroll", 1),
        ])
    ],
    "signals": [
        of("signals", "o1", signal_id="1", kind="rage_click", page_pattern="/заказы/:id", severity=40.25,
           problem_id="p", offset_ms=5000, confidence=0.7, started_at=AT, summary="4 clicks; \"Zahlen\" isn't there"),
        of("signals", "o1", signal_id="2", kind="dead_click", page_pattern="/заказы/:id", severity=60.0,
           problem_id="p", offset_ms=2000, confidence=0.9, started_at=AT),
        of("signals", "o3", signal_id="3", kind="dead_click", page_pattern="/", problem_id=""),
        of("signals", "o3", signal_id="4", kind="dead_click", page_pattern="/", problem_id="q"),
        of("signals", "o3", signal_id="4", kind="dead_click", page_pattern="/", problem_id="q", revision=2,
           status="retracted"),
    ],
    "network_requests": [
        of("network_requests", "o1", request_id=str(n), route="GET /api", url="https://a.test/?q=1", status=status,
           duration_ms=duration, initiator="fetch", started_at=AT, revision=2)
        for n, (status, duration) in enumerate([(200, 10.0), (404, 20.5), (500, 1000.0), (None, 1.0), (204, 0.5)])
    ],
    "exceptions": [
        of("exceptions", "o1", exception_id="1", type="", message="x is not a function", revision=2, occurred_at=AT,
           interaction_id="0"),
        of("exceptions", "o3", exception_id="2", type="TypeError", message="нет", occurred_at=AT),
    ],
    "console_logs": [
        of("console_logs", "o1", log_id=str(n), level=level, message="m", occurred_at=AT, revision=2)
        for n, level in enumerate(["info", "warn", "error"])
    ],
    "events": [
        made("events", team="odd", day=AT.date(), session_id=session, uuid=uuid, event="purchase", occurred_at=AT,
             properties=properties)
        for session, uuid, properties in [
            ("o1", "1", '{"price": 30, "$current_url": "https://a.test/?x=\\"1\\"", "list": [1, 2]}'), ("", "2", ""),
        ]
    ],
    "problems": [
        made("problems", team="odd", problem_id=problem, day=AT.date() - timedelta(days), state=state,
             severity=severity, used_sessions=4, affected_share=0.25, effect=effect, first_seen=AT)
        for problem, days, state, severity, effect in [
            ("p", 1, "new", 10.0, None), ("p", 0, "ongoing", 20.125, -0.05), ("r", 0, "resolved", 1.0, None),
        ]
    ],
}  # fmt: skip
"""Rows with what engines read differently: other scripts, quotes, nothing at all, halves, days that end."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded day that was ranked, and the odd rows."""
    folder = tmp_path_factory.mktemp("engines") / "warehouse"
    backfill(folder, *SMALL)
    ranked(folder)
    put(folder, ODD)
    return folder


@pytest.fixture(scope="module")
def expected(warehouse: Path) -> Rows:
    """What DuckDB says: rows of each view, as `comparable` writes them."""
    found = {}
    with connect(str(warehouse)) as db:
        for view in views():
            found[view.name] = sorted(map(comparable, db.execute(f"SELECT * FROM {view.name}").fetchall()))
            assert found[view.name], view.name
    return found


def columns_of(warehouse: Path) -> dict[str, list[str]]:
    with connect(str(warehouse)) as db:
        return {view.name: db.sql(f"SELECT * FROM {view.name}").columns for view in views()}


def asked(python: str, child: str, job: Mapping[str, object], folder: Path, environment: Mapping[str, str]) -> Rows:
    """What an engine says: rows of each view."""
    (folder / "job.json").write_text(json.dumps(job), "utf-8")
    done = subprocess.run(
        [python, str(HERE / child), str(folder / "job.json")],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-5000:]
    found: Rows = defaultdict(list)
    for line in done.stdout.splitlines():
        if line.startswith('["'):
            view, row = json.loads(line)
            found[view].append(comparable(row))
    return {name: sorted(rows) for name, rows in found.items()}


def test_flink_says_the_same(warehouse: Path, expected: Rows, tmp_path: Path) -> None:
    link_jars(tmp_path)
    where = Warehouse(folder=str(warehouse))
    _, environment = embedded(tmp_path, StreamConfig(warehouse=where, name="views"))
    job = {"catalog": flink_options(where, {}), "tables": list(TABLES), "asked": columns_of(warehouse),
           "views": [(name, translated(query, "flink")) for name, query in all_views()]}  # fmt: skip
    found = asked(str(flink_python()), "views_in_flink.py", job, tmp_path, environment)
    same(found, expected | {name: without_lists(expected[name]) for name in expected if name.endswith("_properties")})


def same(found: Rows, expected: Rows) -> None:
    for name, rows in expected.items():
        assert found.get(name) == rows, name


def without_lists(rows: list[Row]) -> list[Row]:
    """Properties as Flink has them, whose JSON_VALUE knows single values alone (docs/analysis.md)."""
    return sorted(tuple("(null)" if cell[:1] in {"[", "{"} else cell for cell in row) for row in rows)


def comparable(row: Sequence[object]) -> Row:
    """A row as texts: moments in UTC to the microsecond, numbers to some digits, truth in small letters."""
    return tuple(_plain(value) for value in row)


def _plain(value: object) -> str:
    if value is None:
        return "(null)"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    text = str(value)
    if text.lower() in {"true", "false"}:
        return text.lower()
    try:
        number = float(text)
    except ValueError:
        return _moment(text)
    return f"{number:.{SIGNIFICANT}g}" if math.isfinite(number) else text


def _moment(text: str) -> str:
    try:
        if len(text) < len("2026-11-24 10:00:00"):
            return str(date.fromisoformat(text))
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S.%f}"
    except ValueError:
        return text


def test_spark_says_the_same(warehouse: Path, expected: Rows, tmp_path: Path) -> None:
    python = PROJECT / ".venv-spark" / "bin" / "python"
    if not python.is_file():
        pytest.skip("no PySpark here: `make .venv-spark` sets it up")
    with connect(str(warehouse)) as db:
        for name in TABLES:
            db.execute(f"COPY {name} TO '{tmp_path}/{name}.parquet'")
    job = {
        "files": {name: f"{tmp_path}/{name}.parquet" for name in TABLES},
        "settings": {"spark.sql.warehouse.dir": str(tmp_path / "spark")},
        "views": [(name, translated(query, "spark")) for name, query in all_views()],
        "asked": columns_of(warehouse),
    }
    environment = {"PYSPARK_PYTHON": str(python), "JAVA_HOME": str(Path(java_command()).parents[1])}
    same(asked(str(python), "views_in_spark.py", job, tmp_path, environment), expected)

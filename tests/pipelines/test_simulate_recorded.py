"""Simulated sessions, recorded and judged, say what the drawn rows of the same sessions say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from replay_signals.jobs.cli_simulate import UNTIL
from replay_signals.jobs.ranking import run_rank
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.pipelines.simulation.site import OUTCOME, PROBLEMS, shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.pipelines.simulation.writing import simulate
from replay_signals.schemas.problem_rules import Outcome
from replay_signals.schemas.rules import Rules

pytestmark = pytest.mark.slow
RULES = Rules(outcomes=[Outcome(OUTCOME)])
DAYS, SESSIONS = 7, 500
SAID = """
    SELECT i.session_id, i.occurred_at, i.element_key, i.verdict
    FROM interactions AS i JOIN sessions AS s USING (team, session_id)
    WHERE s.traffic = 'visitor'
      AND regexp_extract(i.element_key, '[^=]*$') NOT IN ('imprint', 'manual', 'pay', 'add')"""
"""The imprint's key is shorter in a recording; there no click on the manual leaves a trace, and none that fails."""


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The same sessions drawn as rows, and recorded and judged."""
    folder = tmp_path_factory.mktemp("simulated")
    planned = world(shop(), UNTIL - timedelta(DAYS - 1), DAYS, SESSIONS, 3)
    for name in ("drawn", "recorded"):
        for _ in simulate(planned, RULES, str(folder / name), recorded=name == "recorded"):
            pass
    return str(folder / "drawn"), str(folder / "recorded")


def rows_of(warehouse: str, statement: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in query(statement, warehouse).to_pylist()]


def test_sessions_are_who_they_are(warehouses: tuple[str, str]) -> None:
    columns = (
        "session_id, person_id, flags, release, browser, os, device_type, country, library_version, host, judgeable"
    )
    drawn, recorded = (rows_of(one, f"SELECT {columns} FROM sessions ORDER BY session_id") for one in warehouses)
    assert recorded == drawn
    assert len(drawn) > 400


def test_clicks_have_the_verdicts_that_were_drawn(warehouses: tuple[str, str]) -> None:
    drawn, recorded = ({tuple(key): verdict for *key, verdict in rows_of(one, SAID)} for one in warehouses)
    assert len(drawn) > 500
    assert drawn.keys() <= recorded.keys()
    unlike = [key for key, verdict in drawn.items() if (verdict == "dead") != (recorded[key] == "dead")]
    assert len(unlike) <= 0.01 * len(drawn), [(key, drawn[key], recorded[key]) for key in unlike]


def test_every_planted_problem_is_found(warehouses: tuple[str, str]) -> None:
    found = run_rank(Store(warehouses[1]), RULES, Limits()).problems
    for planted in PROBLEMS:
        keys = planted.controls or ("",)
        assert any(
            row.failure == planted.failure and any(key.rpartition("=")[2] in row.element_key for key in keys)
            for row in found
        ), planted.name

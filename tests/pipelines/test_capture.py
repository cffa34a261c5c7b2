"""Capture counted from the tables: one population, and the planted gap is found where it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from replay_signals.jobs.cli_simulate import UNTIL
from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.problems.capturing import capture_days
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.pipelines.simulation.site import shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.pipelines.simulation.writing import simulate
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.problems.capture import capture_gaps

pytestmark = pytest.mark.slow
DAYS = 15


def test_the_planted_gap_is_found_in_the_tables(tmp_path: Path) -> None:
    first = UNTIL - timedelta(DAYS - 1)
    for _ in simulate(world(shop(), first, DAYS, 6_000, 3), Rules(), str(tmp_path / "w")):
        pass
    tables = open_tables(open_catalog(str(tmp_path / "w")))
    days = capture_days(tables, first, UNTIL, Limits())
    assert set(days) == {"1"}
    whole = [row for row in days["1"] if not row.dimension]
    assert len(whole) == DAYS
    for dimension in ("host", "platform", "library_version"):
        sliced = [row for row in days["1"] if row.dimension == dimension]
        assert sum(row.event_sessions for row in sliced) == sum(row.event_sessions for row in whole)
        assert sum(row.recorded_sessions for row in sliced) == sum(row.recorded_sessions for row in whole)
    assert capture_gaps(days["1"], first + timedelta(11)) == []
    (gap,) = capture_gaps(days["1"], UNTIL)
    assert (gap.dimension, gap.value, gap.since) == ("library_version", "1.256.0", first + timedelta(12))
    assert gap.norm == pytest.approx(0.85, abs=0.04)
    assert gap.share < 0.12
    assert gap.lost_sessions == pytest.approx(0.8 * gap.event_sessions, rel=0.1)

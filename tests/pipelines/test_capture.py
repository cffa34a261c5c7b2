"""Capture counted from the tables: one population, and the planted gap is found where it is."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from replay_signals.jobs.announcing import into_folder
from replay_signals.jobs.cli_simulate import UNTIL
from replay_signals.jobs.ranking import run_rank
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.inbox.folder import read
from replay_signals.pipelines.problems.counting import Limits, Settings
from replay_signals.pipelines.problems.loading import History
from replay_signals.pipelines.simulation.site import shop
from replay_signals.pipelines.simulation.world import world
from replay_signals.pipelines.simulation.writing import simulate
from replay_signals.schemas.rows import EventRow
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.problems.capture import CaptureDay, capture_gaps
from support.problem_sites import DAY, Rows, key_event, put, together, visit

pytestmark = pytest.mark.slow
DAYS = 15


def test_the_planted_gap_is_found_in_the_tables(tmp_path: Path) -> None:
    first = UNTIL - timedelta(DAYS - 1)
    for _ in simulate(world(shop(), first, DAYS, 6_000, 3), Rules(), str(tmp_path / "w")):
        pass
    store = Store(str(tmp_path / "w"))
    announce = into_folder(str(tmp_path / "inbox"), Limits())
    done = run_rank(store, Rules(), Limits(), announce)
    days = days_of(str(tmp_path / "w"), first)
    whole = [row for row in days if not row.dimension]
    assert len(whole) == DAYS
    for dimension in ("host", "platform", "library_version"):
        sliced = [row for row in days if row.dimension == dimension]
        assert sum(row.event_sessions for row in sliced) == sum(row.event_sessions for row in whole)
        assert sum(row.recorded_sessions for row in sliced) == sum(row.recorded_sessions for row in whole)
    assert capture_gaps(days, first + timedelta(11)) == []
    (gap,) = capture_gaps(days, UNTIL)
    assert (gap.dimension, gap.value, gap.since) == ("library_version", "1.256.0", first + timedelta(12))
    assert gap.norm == pytest.approx(0.85, abs=0.04)
    assert gap.share < 0.12
    assert gap.lost_sessions == pytest.approx(0.8 * gap.event_sessions, rel=0.1)

    (row,) = (row for row in done.problems if row.kind == "capture_gap")
    assert (row.title, row.state, row.onset) == ("Recordings are missing: SDK version 1.256.0", "new", gap.since)
    assert row.sessions == row.users == gap.lost_sessions
    assert row.trend[-4] < 0.25
    assert row.trend[-3] > 0.85
    (record,) = (r for r in read(tmp_path / "inbox").records if r.kind == "capture_gap")
    assert (record.id, record.problem_type, record.status) == (row.problem_id, "failure", "new")
    again = run_rank(store, Rules(), Limits(), announce)
    assert (again.counted_days, again.written, again.published) == (0, 0, 0)


def days_of(warehouse: str, first: date) -> list[CaptureDay]:
    """The counted days of the one team."""
    tables = open_tables(open_catalog(warehouse))
    (days,) = History(tables, first, UNTIL, Settings(0, 0), Limits()).capture().days.values()
    return days


def test_a_gap_that_closes_is_told_and_recordings_that_cannot_be_judged_are_counted(tmp_path: Path) -> None:
    """Three weeks of 120 sessions a day: recordings stop on the 15th day, and come again on the 18th."""
    reasons = {0: "no_snapshot", 1: "canvas", 2: "canvas"}
    for n in range(21):
        day = DAY + timedelta(n)
        rows: Rows = defaultdict(list)
        for one in range(120):
            session = f"{n}-{one}"
            rows["events"].append(told(session, day))
            if not 14 <= n < 17 or one < 6:
                own = visit(session, day, pays=False, judgeable=reasons.get(one, "ok"))
                rows["sessions"] += own["sessions"]
        put(tmp_path, rows)
        if n not in (13, 14, 16, 17, 20):
            continue
        done = run_rank(Store(str(tmp_path)), Rules(), Limits(), into_folder(str(tmp_path / "inbox"), Limits()))
        gaps = [(row.state, row.sessions) for row in done.problems if row.kind == "capture_gap"]
        assert gaps == {14: [("new", 114)], 16: [("new", 342)], 17: [("resolved", 342)]}.get(n, []), n
    assert done.not_judgeable == {"canvas": 28, "no_snapshot": 14}
    assert done.recordings == 11 * 120 + 3 * 6
    told_of = [(r.revision, r.status) for r in read(tmp_path / "inbox").records if r.kind == "capture_gap"]
    assert told_of == [(2, "resolved")]


def test_a_day_without_any_recording_counts_too(tmp_path: Path) -> None:
    for n in range(12):
        day = DAY + timedelta(n)
        sessions = [f"{n}-{one}" for one in range(120)]
        visits = [visit(one, day, pays=False) for one in sessions if n < 11]
        put(tmp_path, together(*visits, {"events": [told(one, day) for one in sessions]}))
    done = run_rank(Store(str(tmp_path)), Rules(), Limits())
    assert done.as_of == DAY + timedelta(11)
    assert [(row.kind, row.sessions) for row in done.problems] == [("capture_gap", 120)]


def told(session: str, day: date) -> EventRow:
    """A page view of the shop as analytics tell it."""
    properties = {"$host": "shop.test", "$lib": "web", "$lib_version": "1.2"}
    event = key_event(session, day, "$pageview", 1)
    return msgspec.structs.replace(event, properties=msgspec.json.encode(properties).decode())

"""--from --to: exactly the sessions that start on those days are replaced, also around midnight."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import pytest

from replay_signals.transforms.judge.session import JUDGED_TABLES
from support.warehouses import backfill, contents, event, ms, newest, page, replay, rows, snapshots, written

pytestmark = pytest.mark.slow

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
BEFORE_MIDNIGHT, AFTER_MIDNIGHT = "2026-03-02T23:50:00", "2026-03-03T00:10:00"
ONLY_TUESDAY = {"from_day": TUESDAY, "to_day": TUESDAY}
SESSION_TABLES = ("message_digests", *JUDGED_TABLES)


def uid(n: int) -> str:
    return str(uuid.UUID(int=n, version=4))


@pytest.fixture
def week(tmp_path: Path) -> Path:
    """A warehouse: a session on each of three days, one over each midnight, and events with and without a session."""
    requests = [
        replay("monday", page(ms("2026-03-02T10:00:00"), clicks=2)),
        replay("into-tuesday", page(ms(BEFORE_MIDNIGHT), clicks=1)),
        replay("into-tuesday", page(ms(AFTER_MIDNIGHT), clicks=2)),
        replay("tuesday", page(ms("2026-03-03T10:00:00"), clicks=3)),
        replay("out-of-tuesday", page(ms("2026-03-03T23:50:00"), clicks=1)),
        replay("out-of-tuesday", page(ms("2026-03-04T00:10:00"), clicks=1)),
        replay("wednesday", page(ms("2026-03-04T10:00:00"), clicks=2)),
        event(uid(1), ms("2026-03-03T00:15:00"), session="into-tuesday"),
        event(uid(2), ms("2026-03-03T10:00:10"), session="tuesday"),
        event(uid(3), ms("2026-03-03T12:00:00")),
        event(uid(4), ms("2026-03-04T00:11:00"), session="out-of-tuesday"),
        event(uid(5), ms("2026-03-04T12:00:00")),
    ]
    backfill(tmp_path / "w", written(tmp_path / "week.jsonl", requests))
    return tmp_path / "w"


def sessions_in(warehouse: Path, table: str) -> set[str]:
    return {row.session_id for row in rows(warehouse, table) if row.session_id}


def test_replacing_with_the_same_input_changes_nothing(week: Path) -> None:
    before, commits = contents(week), snapshots(week)
    result = backfill(week, week.parent / "week.jsonl", **ONLY_TUESDAY)
    assert result.added == {}
    assert (result.sessions, result.outside) == (2, 3)
    assert contents(week) == before
    assert snapshots(week) == commits


def test_what_starts_on_the_days_is_replaced_and_nothing_else(week: Path, tmp_path: Path) -> None:
    before = {table: rows(week, table) for table in (*SESSION_TABLES, "events")}
    again = [
        replay("tuesday", page(ms("2026-03-03T10:00:00"), clicks=1)),
        replay("new", page(ms("2026-03-03T11:00:00"), clicks=1)),
        event(uid(6), ms("2026-03-03T11:00:01"), session="new"),
        event(uid(7), ms("2026-03-03T13:00:00")),
        event(uid(8), ms("2026-03-04T13:00:00")),
    ]
    backfill(week, written(tmp_path / "again.jsonl", again), **ONLY_TUESDAY)
    for table in SESSION_TABLES:
        kept = [row for row in before[table] if row.session_id in ("monday", "into-tuesday", "wednesday")]
        assert [row for row in rows(week, table) if row.session_id not in ("tuesday", "new")] == kept, table
    assert sessions_in(week, "sessions") == {"monday", "into-tuesday", "tuesday", "new", "wednesday"}
    assert {row.uuid for row in rows(week, "events")} == {uid(1), uid(5), uid(6), uid(7)}
    assert len([row for row in rows(week, "interactions") if row.session_id == "tuesday"]) == 1
    [tuesday] = [row for row in rows(week, "sessions") if row.session_id == "tuesday"]
    assert tuesday.revision == 2


def test_a_replaced_warehouse_equals_a_fresh_one(week: Path, tmp_path: Path) -> None:
    requests = [
        replay("tuesday", page(ms("2026-03-03T10:00:00"), clicks=1)),
        replay("out-of-tuesday", page(ms("2026-03-03T23:50:00"), clicks=4)),
        replay("out-of-tuesday", page(ms("2026-03-04T00:20:00"), clicks=2)),
        event(uid(9), ms("2026-03-04T00:21:00"), session="out-of-tuesday"),
    ]
    file = written(tmp_path / "again.jsonl", requests)
    backfill(week, file, from_day=MONDAY, to_day=WEDNESDAY)
    backfill(tmp_path / "fresh", file)
    assert newest(week) == newest(tmp_path / "fresh")


def test_a_session_that_began_the_day_before_stays_as_it_is(week: Path, tmp_path: Path) -> None:
    before = newest(week)
    tail = written(tmp_path / "tail.jsonl", [replay("into-tuesday", page(ms("2026-03-03T00:30:00"), clicks=5))])
    result = backfill(week, tail, **ONLY_TUESDAY)
    assert (result.sessions, result.outside) == (0, 1)
    after = newest(week)
    for table in SESSION_TABLES:
        others = [row for row in before[table] if "'tuesday'" not in row and "'out-of-tuesday'" not in row]
        assert after[table] == others, table


def test_days_without_input_become_empty(week: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "other.jsonl", [replay("monday", page(ms("2026-03-02T10:00:00"), clicks=2))])
    backfill(week, other, **ONLY_TUESDAY)
    assert sessions_in(week, "sessions") == {"monday", "into-tuesday", "wednesday"}
    assert sessions_in(week, "message_digests") == {"monday", "into-tuesday", "wednesday"}


def test_each_table_is_replaced_in_one_commit(week: Path, tmp_path: Path) -> None:
    before = snapshots(week)
    again = written(tmp_path / "again.jsonl", [replay("tuesday", page(ms("2026-03-03T10:00:00"), clicks=1))])
    backfill(week, again, **ONLY_TUESDAY)
    for table, ids in snapshots(week).items():
        assert len(ids) - len(before[table]) <= 1


def test_events_stored_on_another_day_before_their_session_was_known(tmp_path: Path) -> None:
    late = event(uid(1), ms("2026-03-04T00:05:00"), session="s")
    backfill(tmp_path / "w", written(tmp_path / "a.jsonl", [late]))
    both = written(tmp_path / "b.jsonl", [late, replay("s", page(ms("2026-03-03T23:55:00")))])
    backfill(tmp_path / "w", both, **ONLY_TUESDAY)
    assert len(rows(tmp_path / "w", "events")) == 1
    before = snapshots(tmp_path / "w")
    backfill(tmp_path / "w", both, **ONLY_TUESDAY)
    assert snapshots(tmp_path / "w") == before


def test_open_ends_and_days_in_the_wrong_order(week: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "one.jsonl", [replay("new", page(ms("2026-03-05T10:00:00")))])
    backfill(week, file, from_day=WEDNESDAY)
    assert sessions_in(week, "sessions") == {"monday", "into-tuesday", "tuesday", "out-of-tuesday", "new"}
    with pytest.raises(ValueError, match=r"2026-03-04\) is after the last"):
        backfill(week, file, from_day=WEDNESDAY, to_day=MONDAY)

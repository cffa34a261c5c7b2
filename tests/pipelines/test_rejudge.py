"""Stored sessions judged again: with evidence that came too late for the stream, and with other rules."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from replay_signals.jobs.backfill import BackfillResult, RejudgeOptions, run_rejudge
from replay_signals.pipelines.iceberg.catalog import open_catalog, open_tables
from replay_signals.pipelines.iceberg.datafiles import PartitionOf, partition_of, write_rows
from replay_signals.pipelines.inbox import folder
from replay_signals.schemas.rows import FED_TABLES
from replay_signals.schemas.rules import Rage, Rules
from replay_signals.transforms.judge.session import judge_session
from replay_signals.transforms.revisions.revise import latest
from replay_signals.transforms.streaming.state import EXPIRED
from replay_signals.transforms.table_rows import content
from support.outcome import digested
from support.streaming import HOUR_MS, Stream
from support.warehouses import SMALL, backfill, ms, newest, page, replay, rows, snapshots, written

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]
START_MS = ms("2026-03-02T10:00:00")


def rejudged(warehouse: Path, **options: Any) -> BackfillResult:
    return run_rejudge(RejudgeOptions(str(warehouse), **options))


def stored(warehouse: Path, found: Iterable[tuple[str, Any]]) -> None:
    """Appends rows, as the stream's sinks do."""
    tables = open_tables(open_catalog(str(warehouse)))
    by_partition: dict[PartitionOf, list[Any]] = defaultdict(list)
    for table, row in found:
        by_partition[partition_of(table, row)].append(row)
    for partition, own in by_partition.items():
        table = tables[partition[0]]
        with table.transaction() as transaction, transaction.update_snapshot().fast_append() as append:
            for file in write_rows(table, partition, own):
                append.append_data_file(file)


def standing(warehouse: Path, table: str) -> list[Any]:
    """The newest revisions, without retracted ones."""
    return [row for row in latest(table, rows(warehouse, table)).values() if getattr(row, "status", "") != "retracted"]


def test_late_evidence_of_a_stream_is_judged_with_the_rest(tmp_path: Path) -> None:
    first, late = page(START_MS, clicks=2), page(START_MS, clicks=5)[4:]
    messages = [digested(events, session_id="visit", received_ms=START_MS + 60_000) for events in (first, late)]
    stream = Stream().play([(START_MS + 60_000, messages[0])]).close()
    stream.until(stream.state.closed_ms + stream.rules.session.keep_closed_ms)
    assert stream.phase == EXPIRED
    stream.send(messages[1], START_MS + 40 * HOUR_MS)
    (mark,) = stream.late
    stored(tmp_path, ((table, row) for _, table, row in stream.rows))
    before = {row.kind: row for row in rows(tmp_path, "signals")}

    result = rejudged(tmp_path, sessions=[mark.session_id])

    assert result.touched == [(mark.team, mark.session_id)]
    assert result.added["sessions"] == 1
    assert result.moved
    wanted = judge_session(messages, [], stream.rules).rows
    for table in ("sessions", "signals"):
        held = [
            row for row in latest(table, rows(tmp_path, table)).values() if getattr(row, "status", "") != "retracted"
        ]
        assert sorted(map(content, held)) == sorted(map(content, wanted[table])), table
    assert max(row.revision for row in rows(tmp_path, "signals") if row.kind in before) > 1
    commits = snapshots(tmp_path)
    again = rejudged(tmp_path)
    assert (again.added, again.moved, snapshots(tmp_path)) == ({}, {}, commits)


def test_other_rules_move_signals_and_back(tmp_path: Path, run_cli: Run) -> None:
    warehouse, rules = tmp_path / "w", tmp_path / "rules.toml"
    assert run_cli("backfill", *map(str, SMALL), "-w", str(warehouse))[0] == 0
    shown = newest(warehouse)
    rules.write_text("[rage]\nmin_clicks = 8\n")
    other = ("rejudge", "-w", str(warehouse), "--rules", str(rules), "--json")

    code, out, _ = run_cli(*other)
    moved = json.loads(out)
    assert code == 0
    assert moved["sessions"] == len(SMALL)
    assert moved["changed"] > 0
    assert {status for found in moved["signals"].values() for status in found} <= {"new", "revised", "retracted"}
    count = sum(sum(found.values()) for found in moved["signals"].values())
    assert moved["published"] == count > 0
    assert newest(warehouse) != shown
    live = {
        row.signal_id for row in latest("signals", rows(warehouse, "signals")).values() if row.status != "retracted"
    }
    told = [record for record in folder.current(warehouse / "inbox").values() if record.record_type == "signal"]
    assert {record.id for record in told if record.status != "retracted"} == live

    commits = snapshots(warehouse)
    code, out, _ = run_cli(*other[:-1])
    assert (code, "No signal moved" in out, "0 records" in out) == (0, True, True)
    assert snapshots(warehouse) == commits

    code, out, _ = run_cli("rejudge", "-w", str(warehouse))
    assert (code, "Retracted" in out) == (0, True)
    assert without_rules(newest(warehouse)) == without_rules(shown)


def without_rules(shown: dict[str, list[str]]) -> dict[str, list[str]]:
    """A row keeps the version of the rules that first gave its result; counts say which files they were made from."""
    return {table: sorted(row.split("('rules_version'")[0] for row in shown[table]) for table in FED_TABLES}


def test_days_and_sessions_choose(tmp_path: Path, run_cli: Run) -> None:
    requests = [
        replay(name, page(ms(f"2026-03-0{day}T10:00:00"), clicks=day))
        for name, day in (("monday", 2), ("tuesday", 3), ("wednesday", 4))
    ]
    backfill(tmp_path / "w", written(tmp_path / "week.jsonl", requests))
    other = Rules(rage=Rage(min_clicks=8))

    def touched(**options: Any) -> list[str]:
        return sorted(session for _, session in rejudged(tmp_path / "w", rules=other, **options).touched)

    assert touched() == ["monday", "tuesday", "wednesday"]
    assert touched(from_day=date(2026, 3, 3)) == ["tuesday", "wednesday"]
    assert touched(from_day=date(2026, 3, 3), to_day=date(2026, 3, 3)) == ["tuesday"]
    assert touched(sessions=["monday", "nobody"]) == ["monday"]
    assert touched(sessions=["monday"], from_day=date(2026, 3, 3)) == []
    assert run_cli("rejudge", "-w", str(tmp_path / "w"), "--from", "2026-03-04", "--to", "2026-03-03")[0] == 2
    assert run_cli("rejudge", "-w", str(tmp_path / "none"))[0] == 3
    assert not (tmp_path / "none").exists()

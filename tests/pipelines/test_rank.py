"""rank over a warehouse: what is counted, that only changed days are, and that a kill at any moment changes nothing."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay_signals.jobs import announcing
from replay_signals.jobs.announcing import into_folder
from replay_signals.jobs.ranking import Ranked, run_rank
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.gate import publishing
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.pipelines.inbox.folder import read
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.schemas.problem_rows import RANKED_TABLES
from replay_signals.schemas.problem_rules import Outcome
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.inbox.newest import latest
from support.problem_sites import DAY, PAY, key_event, put, request, shop, together, visit
from support.warehouses import contents

ONE_DAY = timedelta(days=1)


def rank(warehouse: Path, rules: Rules | None = None, **options: Any) -> Ranked:
    announce = into_folder(str(warehouse / "inbox"), Limits())
    return run_rank(Store(str(warehouse)), rules or Rules(), Limits(), announce, **options)


def changed(row: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(row, **changes)


def at_pay(warehouse: Path, columns: str, table: str = "exposure_days") -> list[dict[str, Any]]:
    where = f"unit = 'control' AND unit_key = '{PAY}'"
    return query(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY ALL", str(warehouse)).to_pylist()


def test_who_used_a_control_who_succeeded_after_and_who_met_the_problem_at_once(tmp_path: Path) -> None:
    visits = [
        visit("ok", ordered=True),
        visit("no-order"),
        visit("dead", broken=True),
        visit("dead-but-orders", broken=True, ordered=True),
        visit("dead-later", late=True, ordered=True),
        visit("looks-only", pays=False),
        visit("a-bot", broken=True, traffic="bot"),
    ]
    put(tmp_path, together(*visits))
    rank(tmp_path)
    assert at_pay(tmp_path, "sessions, succeeded") == [{"sessions": 5, "succeeded": 3}]
    assert at_pay(tmp_path, "affected, affected_at_zero, succeeded_at_zero, exposed", "problem_arms") == [
        {"affected": 3, "affected_at_zero": 2, "succeeded_at_zero": 1, "exposed": 5}
    ]
    reached = query("SELECT place, sessions FROM exposure_days WHERE unit = 'page' ORDER BY place", str(tmp_path))
    assert {row["place"]: row["sessions"] for row in reached.to_pylist()} == {
        "/checkout": 6, "/shop": 6, "/thanks": 3, "layout": 6,
    }  # fmt: skip
    (day,) = query("SELECT * FROM problem_days", str(tmp_path)).to_pylist()
    assert (day["sessions"], day["users"], day["incidents"], day["time_lost_ms"]) == (3, 3, 3, 21_000)
    assert day["example_1"].startswith("dead@") or day["example_1"].startswith("dead-but-orders@")


def test_bots_count_where_nobody_else_is_and_rows_say_so(tmp_path: Path) -> None:
    put(tmp_path, together(*(visit(f"bot-{n}", broken=n < 2, traffic="bot") for n in range(3))))
    (only_bots,) = rank(tmp_path).problems
    assert (only_bots.sessions, only_bots.used_sessions, only_bots.traffic) == (2, 3, "bot")
    assert "all bots" in only_bots.summary

    put(tmp_path, together(visit("somebody", broken=True)))
    (problem,) = rank(tmp_path).problems
    assert (problem.sessions, problem.used_sessions, problem.traffic) == (1, 1, "visitor")
    assert "bots" not in problem.summary


def test_a_key_event_is_the_outcome_where_rules_name_one(tmp_path: Path) -> None:
    rules = Rules(outcomes=[Outcome("order completed", 20.0)])
    put(
        tmp_path,
        together(
            visit("buys"), visit("buys-too-late"), visit("leaves", ordered=True),
            {"events": [
                key_event("buys", DAY, "order completed", 600),
                key_event("buys-too-late", DAY, "order completed", 2000),
                key_event("leaves", DAY, "newsletter", 100),
            ]},
        ),
    )  # fmt: skip
    rank(tmp_path, rules)
    assert at_pay(tmp_path, "sessions, succeeded") == [{"sessions": 3, "succeeded": 1}]
    assert rank(tmp_path, Rules(outcomes=[Outcome("newsletter")])).counted_days == 1  # other rules, other counts
    assert at_pay(tmp_path, "sessions, succeeded") == [{"sessions": 3, "succeeded": 1}]


def test_requests_are_compared_with_those_that_made_the_same(tmp_path: Path) -> None:
    failing = {"request_route": "POST /api/order 5xx", "failure": "request", "problem_id": "b" * 16}
    rows = together(visit("ok", ordered=True), visit("fails", broken=True))
    rows["network_requests"] = [request("ok", DAY, "POST /api/order", 61), request("fails", DAY, "POST /api/order", 61)]
    rows["signals"] = [changed(row, **failing) for row in rows["signals"]]
    put(tmp_path, rows)
    rank(tmp_path)
    arms = query(
        "SELECT unit, unit_key, affected, exposed FROM problem_arms WHERE dimension = 'stratum'", str(tmp_path)
    )
    assert arms.to_pylist() == [{"unit": "route", "unit_key": "POST /api/order", "affected": 1, "exposed": 2}]


def test_flags_and_attributes_are_counted_among_those_who_could_have_met_it(tmp_path: Path) -> None:
    rows = together(visit("a", broken=True), visit("b"), visit("c"), visit("d", pays=False))
    flags = {"a": "new", "b": "old", "c": "old", "d": "new"}
    rows["sessions"] = [changed(row, flags={"pay": flags[row.session_id]}, release="1.0") for row in rows["sessions"]]
    put(tmp_path, rows)
    rank(tmp_path)
    found = query(
        "SELECT dimension, value, affected, exposed FROM problem_arms WHERE dimension LIKE 'flag:%' OR dimension = "
        "'release' ORDER BY ALL",
        str(tmp_path),
    )
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("flag:pay", "new", 1, 1),
        ("flag:pay", "old", 0, 2),
        ("release", "1.0", 1, 3),
    ]


def test_effect_onset_and_examples_of_a_planted_problem(tmp_path: Path) -> None:
    put(tmp_path, shop(20, 40, 0.4, since=10))
    (problem,) = rank(tmp_path).problems
    assert (problem.state, problem.comparison, problem.priority) == ("ongoing", "used", "P2")
    assert problem.effect_low is not None
    assert problem.effect_high is not None
    assert problem.effect_low < -0.6 < problem.effect_high < -0.4
    assert problem.onset == DAY + 10 * ONE_DAY
    assert problem.users == problem.sessions
    assert problem.used_sessions == 14 * 40
    assert len(problem.trend) == 14
    (record,) = (r for r in read(tmp_path / "inbox").records if r.record_type == "problem")
    assert record.who.session_id == problem.examples[0].partition("@")[0]
    assert record.where.page == "http://site.test/checkout"
    assert record.recording is not None


def test_only_days_that_changed_are_counted_and_come_to_what_a_new_warehouse_says(tmp_path: Path) -> None:
    whole, grown = tmp_path / "whole", tmp_path / "grown"
    rows = shop(6, 20, 0.4)
    more = visit("one-more", DAY + 3 * ONE_DAY, broken=True)
    put(whole, together(rows, more))
    put(grown, rows)
    assert rank(grown).counted_days == 6
    again = rank(grown)
    assert (again.counted_days, again.written, again.published) == (0, 0, 0)
    put(grown, more)
    assert rank(grown).counted_days == 1
    rank(whole)
    assert shown(grown) == shown(whole)


def shown(warehouse: Path) -> list[str]:
    """All counts and problems, but for what says how they came to be."""
    tables = {name: query(f"SELECT * FROM {name} ORDER BY ALL", str(warehouse)).to_pylist() for name in RANKED_TABLES}
    hidden = {"sources", "revision", "status", "told"}
    return [
        f"{name} {sorted((k, v) for k, v in row.items() if k not in hidden)}" for name in tables for row in tables[name]
    ]


def test_a_session_that_turns_out_to_start_earlier_counts_on_one_day(tmp_path: Path) -> None:
    put(tmp_path, together(visit("moves", DAY, broken=True), visit("stays", DAY)))
    rank(tmp_path)
    earlier = visit("moves", DAY - ONE_DAY, broken=True)
    put(tmp_path, {table: [changed(row, revision=2) for row in rows] for table, rows in earlier.items()})
    assert rank(tmp_path).counted_days == 2
    days = query("SELECT day, sessions FROM problem_days", str(tmp_path)).to_pylist()
    assert days == [{"day": DAY - ONE_DAY, "sessions": 1}]


def test_a_problem_whose_signals_are_taken_back_is_retracted(tmp_path: Path) -> None:
    rows = visit("dead", broken=True)
    put(tmp_path, rows)
    rank(tmp_path)
    put(tmp_path, {"signals": [changed(row, revision=2, status="retracted") for row in rows["signals"]]})
    assert (rank(tmp_path).written, rank(tmp_path).written) == (1, 0)
    assert [(revision, status) for _, revision, status, _ in told(tmp_path)] == [(2, "retracted")]


def test_an_earlier_day_is_shown_and_nothing_is_stored(tmp_path: Path) -> None:
    put(tmp_path, shop(6, 20, 0.5))
    rank(tmp_path)
    before = contents(tmp_path)
    (problem,) = rank(tmp_path, as_of=DAY + ONE_DAY).problems
    assert problem.used_sessions == 40
    assert contents(tmp_path) == before


def test_without_sessions_there_is_nothing_to_say(tmp_path: Path) -> None:
    put(tmp_path, {})
    found = rank(tmp_path)
    assert (found.as_of, found.problems, found.published) == (None, [], 0)


def _killed(warehouse: Path, crossings: int) -> None:
    """Ranks in this process, which ends hard at the n-th door to the outside: a commit, or the inbox."""
    left = crossings

    def door(real: Any) -> Any:
        def through(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os._exit(9)
            done = real(*arguments, **named)
            left -= 1
            if left == 0:
                os._exit(9)
            return done

        return through

    publishing.publish_table = door(publishing.publish_table)  # type: ignore[attr-defined]  # in this process only
    announcing.records = door(announcing.records)
    rank(warehouse)
    os._exit(0)


@pytest.mark.slow
def test_killed_at_any_door_it_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    saved, warehouse = tmp_path / "saved", tmp_path / "warehouse"
    put(warehouse, shop(4, 20, 0.4))
    rank(warehouse)
    more = shop(2, 20, 0.9, first=DAY + 4 * ONE_DAY, seed=3)
    put(
        warehouse,
        {table: [changed(row, session_id=f"more-{row.session_id}") for row in rows] for table, rows in more.items()},
    )
    shutil.copytree(warehouse, saved)
    rank(warehouse)
    expected = shown(warehouse), told(warehouse)
    context = multiprocessing.get_context("fork")
    for crossing in (2, 5, 6, 7, 8, 9):
        shutil.rmtree(warehouse)
        shutil.copytree(saved, warehouse)
        child = context.Process(target=_killed, args=(warehouse, crossing))
        child.start()
        child.join()
        assert child.exitcode == 9, "no door was left"
        rank(warehouse)
        assert (shown(warehouse), told(warehouse)) == expected, crossing


def told(warehouse: Path) -> list[tuple[str, int, str, float]]:
    """What the inbox says of every problem; each revision of it is there at most once."""
    records = [r for r in read(warehouse / "inbox").records if r.record_type == "problem"]
    assert len({(r.id, r.revision) for r in records}) == len(records), "told twice"
    return sorted((r.id, r.revision, r.status, r.severity) for r in latest(records).values())

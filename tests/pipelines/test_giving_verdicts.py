"""inbox confirm, dismiss, snooze, fixed: a row, a revision and a record of each, once, wherever it is killed."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay_signals import inbox
from replay_signals.jobs import verdicts as job
from replay_signals.jobs.announcing import into_folder
from replay_signals.jobs.ranking import Ranked, run_rank
from replay_signals.jobs.tables import Store
from replay_signals.jobs.verdicts import Target, Words
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.pipelines.inbox.encoding import InboxError
from replay_signals.pipelines.inbox.folder import current
from replay_signals.pipelines.problems import storing
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.schemas.inbox import InboxRecord
from replay_signals.schemas.rules import Rules
from support.problem_sites import DAY, Rows, put, shop, together

PROBLEM = "a" * 16
NOW = datetime(2026, 12, 20, 9, 30, tzinfo=UTC)
Run = Callable[..., tuple[int, str, str]]


def rank(warehouse: Path) -> Ranked:
    return run_rank(Store(str(warehouse)), Rules(), Limits(), into_folder(str(warehouse / "inbox"), Limits()))


def say(warehouse: Path, verdict: Any, wanted: str = PROBLEM, **words: Any) -> job.Done:
    words = {"reason": "as meant", "by": "ana"} | words
    target = Target(Store(str(warehouse)), str(warehouse / "inbox"), "", "")
    return job.give(wanted, Words(verdict, **words), target, NOW)


def given(warehouse: Path, columns: str = "number, verdict, label, reason, given_by") -> list[tuple[Any, ...]]:
    rows = query(f"SELECT {columns} FROM verdicts ORDER BY problem_id, number", str(warehouse)).to_pylist()
    return [tuple(row.values()) for row in rows]


def told(warehouse: Path) -> InboxRecord:
    return current(warehouse / "inbox")[PROBLEM]


def days_of(share: float, first: int, days: int, seed: int = 1) -> Rows:
    rows = shop(days, 40, share, DAY + timedelta(days=first), seed)
    for table in rows.values():
        for number, row in enumerate(table):
            table[number] = renamed(row, f"{first}-{row.session_id}")
    return rows


def renamed(row: Any, session: str) -> Any:
    """The row as one of another session, and visitor."""
    own = ("signal_id", "interaction_id", "page_view_id", "incident_id", "distinct_id")
    ids = {name: f"{session}-{getattr(row, name)}" for name in own if hasattr(row, name)}
    return msgspec.structs.replace(row, session_id=session, **ids)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    put(tmp_path, shop(14, 40, 0.3))
    rank(tmp_path)
    return tmp_path


def test_a_dismissed_problem_is_one_row_one_revision_and_one_record(warehouse: Path, run_cli: Run) -> None:
    done = say(warehouse, "dismissed", PROBLEM[:6])
    assert (done.is_new, done.published, done.problem.status) == (True, 1, "dismissed")
    assert given(warehouse) == [(1, "dismissed", "wrong", "as meant", "ana")]
    assert (told(warehouse).revision, told(warehouse).status) == (2, "dismissed")

    assert say(warehouse, "dismissed")[1:] == (False, 0)
    assert len(given(warehouse)) == 1
    assert rank(warehouse).published == 0
    assert told(warehouse).revision == 2

    code, out, _ = run_cli("inbox", str(warehouse / "inbox"))
    assert code == 0
    assert "0 open problems" in out
    assert "1 more are quiet" in out
    code, out, _ = run_cli("inbox", "show", PROBLEM, str(warehouse / "inbox"))
    assert "dismissed by ana on 2026-12-20: as meant" in " ".join(out.split())


def test_quiet_until_it_does_more_harm(warehouse: Path) -> None:
    say(warehouse, "dismissed")
    put(warehouse, days_of(0.3, 14, 3))
    assert (rank(warehouse).published, told(warehouse).status) == (0, "dismissed")
    put(warehouse, days_of(1.0, 17, 3, seed=7))
    (problem,) = rank(warehouse).problems
    assert (problem.status, problem.is_quiet) == ("reopened", False)
    assert (told(warehouse).status, told(warehouse).revision) == ("reopened", 3)
    assert say(warehouse, "dismissed").is_new
    assert [number for (number,) in given(warehouse, "number")] == [1, 2]


def test_a_snoozed_problem_comes_back_on_its_day(warehouse: Path) -> None:
    last = DAY + timedelta(days=13)
    with pytest.raises(InboxError, match="counted already"):
        say(warehouse, "snoozed", until=last)
    say(warehouse, "snoozed", until=last + timedelta(days=2))
    put(warehouse, days_of(0.3, 14, 1))
    assert rank(warehouse).published == 0
    put(warehouse, days_of(0.3, 15, 1, seed=2))
    assert rank(warehouse).published == 1
    assert told(warehouse).status == "reopened"


def test_a_confirmed_problem_stays_open_and_is_believed_more(warehouse: Path) -> None:
    before = told(warehouse).confidence
    say(warehouse, "confirmed", reason="")
    put(warehouse, days_of(0.3, 14, 1))
    (problem,) = rank(warehouse).problems
    assert problem.confidence == pytest.approx((before + 1) / 2)
    assert not problem.is_quiet


@pytest.mark.parametrize(
    ("share", "status", "fix"), [(0.0, "resolved", "fixed"), (0.3, "reopened", "not_fixed")], ids=["fixed", "not fixed"]
)
def test_a_fix_that_somebody_named_closes_or_reopens_the_ticket(
    warehouse: Path, share: float, status: str, fix: str
) -> None:
    on = DAY + timedelta(days=13)
    say(warehouse, "fixed", fixed_on=on, reason="")
    assert told(warehouse).status == "fix_claimed"
    put(warehouse, days_of(share, 14, 1))
    rank(warehouse)
    put(warehouse, days_of(share, 15, 6, seed=3))
    rank(warehouse)
    record = told(warehouse)
    assert record.problem is not None
    assert record.problem.fix is not None
    assert (record.status, record.problem.fix.verdict, record.problem.fix.on) == (status, fix, on.isoformat())
    assert record.problem.fix.effect_low is not None
    words = "Fixed since the fix" if fix == "fixed" else "Not fixed since the fix"
    assert words in record.summary


def test_a_release_that_is_not_seen_yet_is_waited_for(warehouse: Path) -> None:
    say(warehouse, "fixed", release="2.0")
    put(warehouse, days_of(0.3, 14, 2))
    rank(warehouse)
    assert told(warehouse).status == "fix_claimed"
    rows = days_of(0.0, 16, 7)
    rows["sessions"] = [msgspec.structs.replace(row, release="2.0") for row in rows["sessions"]]
    old = days_of(0.3, 15, 1, seed=9)
    old["sessions"] = [msgspec.structs.replace(row, release="1.0") for row in old["sessions"]]
    put(warehouse, together(rows, renamed_all(old)))
    rank(warehouse)
    record = told(warehouse)
    assert record.problem is not None
    assert record.problem.fix is not None
    assert (record.status, record.problem.fix.gone_out) == ("resolved", "release=2.0")
    assert record.problem.fix.on == (DAY + timedelta(days=16)).isoformat()


def renamed_all(rows: Rows) -> Rows:
    return {table: [renamed(row, f"old-{row.session_id}") for row in own] for table, own in rows.items()}


@pytest.mark.parametrize("wanted", ["b" * 16, "aaab"])
def test_an_unknown_id_names_the_nearest(warehouse: Path, wanted: str) -> None:
    with pytest.raises(InboxError, match=f"No record {wanted}") as error:
        say(warehouse, "confirmed", wanted)
    assert (PROBLEM in str(error.value)) is (wanted == "aaab")
    assert given(warehouse) == []


def test_what_cannot_be_said_is_refused_in_a_sentence(warehouse: Path, run_cli: Run) -> None:
    at = ["-w", str(warehouse)]
    code, _, err = run_cli("inbox", "dismiss", PROBLEM, *at)
    assert (code, "--reason" in err) == (3, True)
    code, _, err = run_cli("inbox", "snooze", PROBLEM, "--until", "tomorrow", "--reason", "later", *at)
    assert (code, "tomorrow" in err) == (2, True)
    assert given(warehouse) == []


def test_addresses_in_a_reason_are_masked_and_long_ones_cut(warehouse: Path) -> None:
    say(warehouse, "confirmed", reason=f"seen with maria@example.com\n{'x' * 600}", by="Ana  Lima")
    ((reason, by),) = given(warehouse, "reason, given_by")
    assert "maria" not in reason
    assert (len(reason), by) == (500, "Ana Lima")


def test_consumers_get_each_verdict_once(warehouse: Path) -> None:
    seen: list[tuple[int, str]] = []
    ledger = inbox.SqliteLedger(warehouse / "ledger.db")

    def take(record: InboxRecord) -> None:
        if record.problem is not None:
            seen.append((record.revision, record.status))

    for verdict in ("dismissed", "confirmed", "snoozed"):
        say(warehouse, verdict, until=date(2027, 1, 1) if verdict == "snoozed" else None)
        say(warehouse, verdict, until=date(2027, 1, 1) if verdict == "snoozed" else None)
        inbox.consume(take, folder=warehouse / "inbox", ledger=ledger, until_quiet_s=0.0)
    assert seen[-3:] == [(2, "dismissed"), (3, "confirmed"), (4, "snoozed")]


@pytest.mark.slow
def test_killed_after_any_step_the_same_words_again_are_one_verdict(warehouse: Path) -> None:
    context = multiprocessing.get_context("fork")
    for step in ("store_verdict", "store_problems", "announce"):
        child = context.Process(target=_killed, args=(warehouse, step))
        child.start()
        child.join()
        assert child.exitcode == 9, step
    assert len(given(warehouse)) == 1
    rank(warehouse)
    assert say(warehouse, "dismissed")[1:] == (False, 0)
    assert given(warehouse) == [(1, "dismissed", "wrong", "as meant", "ana")]
    assert (told(warehouse).revision, told(warehouse).status) == (2, "dismissed")
    assert query("SELECT max(revision) AS r FROM problems", str(warehouse)).to_pylist() == [{"r": 2}]


def _killed(warehouse: Path, step: str) -> None:
    """Says it in this process, which ends hard after a step."""
    from replay_signals.jobs import announcing

    owner: Any = announcing if step == "announce" else storing
    name = "into_all" if step == "announce" else step
    real = getattr(owner, name)

    def dying(*arguments: Any, **options: Any) -> Any:
        done = real(*arguments, **options)
        if step == "announce":
            return lambda tables: (done(tables), os._exit(9))
        os._exit(9)

    setattr(owner, name, dying)
    say(warehouse, "dismissed")
    os._exit(9 if step == "store_verdict" else 0)

"""Problems into a real inbox topic: each revision once, wherever the publisher is killed."""

from __future__ import annotations

import multiprocessing
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import Producer
from kit import Topics

from replay_signals import inbox
from replay_signals.jobs import verdicts
from replay_signals.jobs.announcing import into_topic
from replay_signals.jobs.ranking import Ranked, run_rank
from replay_signals.jobs.tables import Store
from replay_signals.pipelines.iceberg.warehouse import query
from replay_signals.pipelines.inbox import topic as topic_module
from replay_signals.pipelines.inbox.registry import VARIABLE
from replay_signals.pipelines.problems.counting import Limits
from replay_signals.schemas.rules import Rules
from support.problem_sites import DAY, put, shop, together, visit
from support.schema_registry import Confluent, serving

pytestmark = pytest.mark.slow
DOORS = ("begin_transaction", "produce", "send_offsets_to_transaction", "commit_transaction")


def rank(warehouse: Path, topics: Topics) -> Ranked:
    announce = into_topic(topics.bootstrap, topics.name("inbox"), Limits())
    return run_rank(Store(str(warehouse)), Rules(), Limits(), announce)


def told(topics: Topics, folder: Path, run: int) -> list[tuple[str, int, str]]:
    """What a consumer that begins at the beginning is given, repeats included."""
    found: list[tuple[str, int, str]] = []
    ledger = inbox.SqliteLedger(folder / f"ledger-{run}.db")
    done = inbox.consume(
        lambda record: found.append((record.id, record.revision, record.status)),
        bootstrap=topics.bootstrap,
        topic=topics.name("inbox"),
        group=f"{topics.prefix}-{run}",
        ledger=ledger,
        until_quiet_s=4.0,
    )
    assert (done.repeated, done.parked) == (0, 0)
    return found


def test_new_revised_and_retracted_are_told_once(topics: Topics, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    rows = together(shop(4, 20, 0.4))
    put(warehouse, rows)
    assert (rank(warehouse, topics).published, rank(warehouse, topics).published) == (1, 0)
    put(warehouse, visit("one-more", DAY + timedelta(days=3), broken=True))
    assert rank(warehouse, topics).published == 0  # a count alone is no news
    gone = [msgspec.structs.replace(row, revision=2, status="retracted") for row in rows["signals"]]
    more = visit("one-more", DAY + timedelta(days=3), broken=True)["signals"]
    put(warehouse, {"signals": gone + [msgspec.structs.replace(row, revision=2, status="retracted") for row in more]})
    assert rank(warehouse, topics).published == 1
    assert told(topics, tmp_path, 1) == [("a" * 16, 1, "new"), ("a" * 16, 2, "retracted")]


def test_what_people_say_is_told_once_and_then_nothing_until_it_holds_no_more(topics: Topics, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    put(warehouse, shop(14, 40, 0.3))
    rank(warehouse, topics)
    target = verdicts.Target(Store(str(warehouse)), "", topics.bootstrap, topics.name("inbox"))
    words = verdicts.Words("dismissed", "as meant", "ana")
    now = datetime(2026, 12, 20, tzinfo=UTC)
    done = verdicts.give("a" * 8, words, target, now)
    assert (done.is_new, done.published) == (True, 1)
    again = verdicts.give("a" * 16, words, target, now + timedelta(minutes=1))
    assert (again.is_new, again.published, rank(warehouse, topics).published) == (False, 0, 0)
    for day in range(14, 17):
        on = DAY + timedelta(days=day)
        put(warehouse, together(*(visit(f"worse-{day}-{n}", on, broken=True) for n in range(40))))
    assert rank(warehouse, topics).published == 1
    assert told(topics, tmp_path, 3) == [
        ("a" * 16, 1, "new"),
        ("a" * 16, 2, "dismissed"),
        ("a" * 16, 3, "reopened"),
    ]


def test_problems_in_a_registrys_wire_format(topics: Topics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "warehouse", shop(4, 20, 0.4))
    with serving() as url:
        monkeypatch.setenv(VARIABLE, url)
        rank(tmp_path / "warehouse", topics)
        assert told(topics, tmp_path, 4) == [("a" * 16, 1, "new")]
        assert [path.partition("/")[2].partition("/")[0] for path, _ in Confluent.asked] == ["subjects", "schemas"]


def test_killed_at_any_door_of_the_transaction_each_revision_is_told_once(topics: Topics, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    context = multiprocessing.get_context("fork")
    ids = []
    for number, (door, after) in enumerate((door, after) for door in DOORS for after in (False, True)):
        problem_id = f"{number:016x}"
        rows = visit(f"visit-{number}", broken=True)
        control = f"button#pay-{number}"  # one control under several ids would be merged
        rows["signals"] = [
            msgspec.structs.replace(row, problem_id=problem_id, element_key=control) for row in rows["signals"]
        ]
        put(warehouse, rows)
        child = context.Process(target=_killed, args=(warehouse, topics, door, after))
        child.start()
        child.join()
        assert child.exitcode == 9, (door, after)
        rank(warehouse, topics)
        ids.append(problem_id)
    found = told(topics, tmp_path, 2)
    assert sorted(problem_id for problem_id, _, status in found if status == "new") == ids
    assert len({(problem_id, revision) for problem_id, revision, _ in found}) == len(found)
    newest = {problem_id: revision for problem_id, revision, _ in sorted(found)}
    stored = query("SELECT problem_id, revision FROM latest_problems", str(warehouse)).to_pylist()
    assert newest == {row["problem_id"]: row["revision"] for row in stored}


def _killed(warehouse: Path, topics: Topics, door: str, after: bool) -> None:
    """Ranks in this process, which ends hard before or after a call of its producer."""

    class Dying:
        def __init__(self, config: dict[str, Any]) -> None:
            self._real = Producer(config)

        def __getattr__(self, name: str) -> Any:
            real = getattr(self._real, name)
            if name != door:
                return real

            def through(*arguments: Any) -> Any:
                if not after:
                    os._exit(9)
                real(*arguments)
                if name == "produce":
                    self._real.flush(10)  # on the broker, and still nobody's to read
                os._exit(9)

            return through

    topic_module.Producer = Dying  # type: ignore[assignment,misc]  # in this process only
    rank(warehouse, topics)
    os._exit(0)

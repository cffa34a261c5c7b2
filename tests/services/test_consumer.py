"""The consumer library on a real broker: every record once in effect, whatever topic, handler and process do."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from kit import Topics, wait_until

from replay_signals import inbox
from replay_signals.pipelines.inbox.encoding import MARKER, encode, fingerprint
from support.samples import record

pytestmark = pytest.mark.slow
QUICK = {"session.timeout.ms": "6000", "heartbeat.interval.ms": "300"}
"""A killed consumer is missed, and a rebalance noticed, as soon as a broker allows."""
CHILD = Path(__file__).parent / "consuming.py"
Consume = Callable[..., inbox.Consumed]
Done = list[tuple[str, int]]


def named(number: int, revision: int = 1) -> inbox.InboxRecord:
    return record(signal_id=f"{number:032d}", revision=revision)


def publish(topics: Topics, *records: inbox.InboxRecord) -> None:
    """As the stream does: the key is the id."""
    producer = Producer({"bootstrap.servers": topics.bootstrap})
    for one in records:
        producer.produce(topics.name("inbox"), encode(one), one.id, partition=0)
    producer.flush()


@pytest.fixture
def ledger(tmp_path: Path) -> inbox.SqliteLedger:
    return inbox.SqliteLedger(tmp_path / "ledger.db")


@pytest.fixture
def consume(topics: Topics, ledger: inbox.SqliteLedger) -> Consume:
    """One run of the test's group until the topic is quiet."""

    def run(handler: Callable[[inbox.InboxRecord], None], **changes: Any) -> inbox.Consumed:
        where = {"bootstrap": topics.bootstrap, "topic": topics.name("inbox"), "group": f"inbox-{topics.prefix}"}
        usual = {"ledger": ledger, "until_quiet_s": 3.0, "retry_s": 0.01, "properties": QUICK}
        return inbox.consume(handler, **{**where, **usual, **changes})

    return run


@pytest.fixture
def done() -> Done:
    """Id and revision of what was handled, in order."""
    return []


@pytest.fixture
def note(done: Done) -> Callable[[inbox.InboxRecord], None]:
    """A handler that does nothing else."""
    return lambda r: done.append((r.id, r.revision))


def test_repeats_and_older_revisions_do_not_reach_the_handler(
    topics: Topics, consume: Consume, done: Done, note: Any
) -> None:
    publish(topics, *(named(1, n) for n in (1, 1, 2, 1, 2)), *(named(2, n) for n in (3, 2, 3, 4)))
    assert consume(note) == inbox.Consumed(handled=4, repeated=5)
    assert done == [(named(1).id, 1), (named(1).id, 2), (named(2).id, 3), (named(2).id, 4)]


def test_a_new_group_with_the_old_ledger_repeats_nothing(
    topics: Topics, consume: Consume, done: Done, note: Any
) -> None:
    publish(topics, named(1), named(2))
    consume(note)
    assert consume(note, group=f"inbox-{topics.prefix}-again") == inbox.Consumed(repeated=2)


def test_a_transaction_that_was_aborted_is_not_seen(topics: Topics, consume: Consume, done: Done, note: Any) -> None:
    producer = Producer({"bootstrap.servers": topics.bootstrap, "transactional.id": topics.prefix})
    producer.init_transactions()
    for number, end in ((1, producer.abort_transaction), (2, producer.commit_transaction)):
        producer.begin_transaction()
        producer.produce(topics.name("inbox"), encode(named(number)), named(number).id, partition=0)
        end()
    assert consume(note) == inbox.Consumed(handled=1)
    assert done == [(named(2).id, 1)]


def test_effects_are_there_once_though_the_process_was_killed_before_it_committed_offsets(
    topics: Topics, tmp_path: Path
) -> None:
    publish(topics, *map(named, range(5)))
    path = tmp_path / "tickets.db"
    command = [sys.executable, str(CHILD), topics.bootstrap, topics.name("inbox"), "inbox-killed", str(path)]
    child = subprocess.Popen([*command, named(3).id])
    try:
        assert wait_until(lambda: Path(f"{path}.holding").exists(), 30, 0.05)
    finally:
        child.kill()
        child.wait()
    again = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert again.stdout.split() == ["2", "3", "0"]  # 0 to 2 had their effects, and come again; 3 was rolled back
    effects = sqlite3.connect(path).execute("SELECT id, revision FROM effects").fetchall()
    assert effects == [(named(number).id, 1) for number in range(5)]


def test_what_cannot_be_decoded_is_parked_and_the_rest_goes_on(
    topics: Topics, consume: Consume, ledger: inbox.SqliteLedger, done: Done, note: Any
) -> None:
    whole = encode(named(9))
    poison = [b"garbage", b"", None, whole[:-1], MARKER + b"12345678", MARKER + fingerprint() + b"\xff" * 90]
    producer = Producer({"bootstrap.servers": topics.bootstrap})
    for number, value in enumerate(poison):
        producer.produce(topics.name("inbox"), value, f"poison-{number}", partition=0)
        producer.produce(topics.name("inbox"), encode(named(number)), named(number).id, partition=0)
    producer.flush()
    assert consume(note) == inbox.Consumed(handled=len(poison), parked=len(poison))
    assert [key for key, _ in done] == [named(number).id for number in range(len(poison))]
    parked = ledger.parked()
    assert [p.value for p in parked] == poison
    assert [p.key for p in parked] == [f"poison-{number}".encode() for number in range(len(poison))]
    assert [(p.topic, p.partition, p.offset) for p in parked] == [
        (topics.name("inbox"), 0, 2 * number) for number in range(len(poison))
    ]
    assert all(p.reason.startswith("not decodable: ") for p in parked)


def test_a_handler_that_fails_once_is_called_again_and_one_that_always_fails_is_parked(
    topics: Topics, consume: Consume, ledger: inbox.SqliteLedger, done: Done
) -> None:
    ledger.connection.execute("CREATE TABLE effects (id TEXT)")
    publish(topics, *map(named, range(4)))

    def handle(r: inbox.InboxRecord) -> None:
        ledger.connection.execute("INSERT INTO effects VALUES (?)", (r.id,))
        done.append((r.id, 1))
        fails = {named(1).id: 1, named(2).id: 99}.get(r.id, 0)
        if done.count((r.id, 1)) <= fails:
            raise KeyError(r.id)

    assert consume(handle) == inbox.Consumed(handled=3, parked=1)
    assert [done.count((named(number).id, 1)) for number in range(4)] == [1, 2, 3, 1]
    (parked,) = ledger.parked()
    assert parked.reason == f"handler failed: KeyError: '{named(2).id}'"
    assert (parked.key, parked.value, parked.offset) == (named(2).id.encode(), encode(named(2)), 2)
    kept = ledger.connection.execute("SELECT id FROM effects").fetchall()
    assert kept == [(named(number).id,) for number in (0, 1, 3)]  # what failed left nothing behind


def test_attempts_have_pauses_between_them(topics: Topics, consume: Consume) -> None:
    publish(topics, named(1))
    times: list[float] = []

    def handle(r: inbox.InboxRecord) -> None:
        times.append(time.monotonic())
        raise OSError("the tracker is away")

    consume(handle, retry_s=0.2)
    assert len(times) == 3
    assert [times[1] - times[0] >= 0.2, times[2] - times[1] >= 0.4] == [True, True]


def test_a_run_that_is_stopped_commits_what_it_did(topics: Topics, consume: Consume, done: Done, note: Any) -> None:
    publish(topics, *map(named, range(5)))
    stop = threading.Event()

    def handle(r: inbox.InboxRecord) -> None:
        note(r)
        if len(done) == 3:
            stop.set()

    assert consume(handle, stop=stop) == inbox.Consumed(handled=3)
    assert consume(note) == inbox.Consumed(handled=2)
    assert consume(note) == inbox.Consumed()


def test_a_stop_between_two_attempts_leaves_the_record_to_the_next_run(
    topics: Topics, consume: Consume, ledger: inbox.SqliteLedger, done: Done, note: Any
) -> None:
    publish(topics, named(0), named(1))
    stop = threading.Event()

    def handle(r: inbox.InboxRecord) -> None:
        if r.id == named(1).id:
            stop.set()
            raise OSError("the tracker is away")

    assert consume(handle, stop=stop, retry_s=60) == inbox.Consumed(handled=1)
    assert consume(note) == inbox.Consumed(handled=1)
    assert ledger.parked() == []


def test_a_long_handler_is_not_taken_for_quiet(topics: Topics, consume: Consume) -> None:
    publish(topics, named(0))

    def handle(r: inbox.InboxRecord) -> None:
        time.sleep(2)
        if r.id == named(0).id:
            publish(topics, named(1))

    assert consume(handle, until_quiet_s=1.5) == inbox.Consumed(handled=2)


def test_two_consumers_of_a_group_lose_and_double_nothing_when_one_joins_and_one_stops(
    topics: Topics, consume: Consume
) -> None:
    done: list[tuple[str, str]] = []
    stops = {"early": threading.Event(), "late": threading.Event()}

    def start(pool: ThreadPoolExecutor, name: str) -> Future[inbox.Consumed]:
        def handle(r: inbox.InboxRecord) -> None:
            time.sleep(0.002)
            done.append((name, r.id))

        return pool.submit(consume, handle, stop=stops[name], until_quiet_s=None)

    def handled(name: str) -> int:
        return sum(who == name for who, _ in done)

    producer, sent = Producer({"bootstrap.servers": topics.bootstrap}), 0

    def send_until(is_true: Callable[[], bool]) -> None:
        nonlocal sent
        end = time.monotonic() + 60
        while not is_true():
            assert time.monotonic() < end
            producer.produce(topics.name("inbox"), encode(named(sent)), named(sent).id)
            producer.flush()
            sent += 1

    with ThreadPoolExecutor(2) as pool:
        try:
            early = start(pool, "early")
            send_until(lambda: handled("early") >= 50)
            late = start(pool, "late")
            send_until(lambda: handled("late") >= 50)
            stops["early"].set()
            alone = sent + 200
            send_until(lambda: sent >= alone and early.done())
            assert wait_until(lambda: len(done) >= sent, 60, 0.1)
        finally:
            for stop in stops.values():
                stop.set()
        runs = early.result(), late.result()
    assert sorted(key for _, key in done) == sorted(named(number).id for number in range(sent))
    assert [sum(run.handled for run in runs), sum(run.parked for run in runs)] == [sent, 0]
    assert consume(lambda r: None) == inbox.Consumed()  # all offsets were committed


def test_partitions_lost_in_the_middle_of_a_handler_double_nothing(
    topics: Topics, consume: Consume, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A handler takes longer than the group waits, so another consumer gets its record while it is still at work."""
    publish(topics, named(0), named(1))
    done: list[tuple[str, str]] = []
    is_busy, other = threading.Event(), inbox.SqliteLedger(tmp_path / "ledger.db")
    impatient = {**QUICK, "max.poll.interval.ms": "6000"}

    def slow(r: inbox.InboxRecord) -> None:
        is_busy.set()
        time.sleep(9 if r.id == named(0).id else 0)
        done.append(("slow", r.id))

    with ThreadPoolExecutor(1) as pool, caplog.at_level(logging.WARNING):
        first = pool.submit(consume, slow, properties=impatient)
        assert is_busy.wait(30)
        second = consume(lambda r: done.append(("quick", r.id)), ledger=other, properties=impatient, until_quiet_s=8)
        first.result()
    assert " partitions: a record took too long" in caplog.text
    assert sorted(key for _, key in done) == [named(0).id, named(1).id]
    assert ("slow", named(0).id) in done
    assert second.repeated >= 1


class Broken(inbox.SqliteLedger):
    def effect(self, record: inbox.InboxRecord) -> Any:
        raise sqlite3.OperationalError("disk I/O error")


def test_a_ledger_that_cannot_be_used_ends_the_run_and_costs_no_record(
    topics: Topics, consume: Consume, tmp_path: Path, done: Done, note: Any
) -> None:
    publish(topics, named(0))
    broken = Broken(tmp_path / "broken.db")
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        consume(note, ledger=broken)
    assert broken.parked() == []
    assert consume(note) == inbox.Consumed(handled=1)

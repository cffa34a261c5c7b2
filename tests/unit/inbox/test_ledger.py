"""The consumer's ledger without a broker: one transaction for check, effect and mark, from several threads too."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from replay_signals import inbox
from support.samples import record


def effects(ledger: inbox.SqliteLedger) -> list[str]:
    return [row[0] for row in ledger.connection.execute("SELECT id FROM effects ORDER BY id")]


@pytest.fixture
def ledger(tmp_path: Path) -> inbox.SqliteLedger:
    own = inbox.SqliteLedger(tmp_path / "ledger.db")
    own.connection.execute("CREATE TABLE effects (id TEXT)")
    return own


def test_threads_that_share_a_ledger_act_once(ledger: inbox.SqliteLedger) -> None:
    records = [record(signal_id=str(number)) for number in range(20)] * 4
    called: Counter[str] = Counter()

    def handle(one: inbox.InboxRecord) -> None:
        with ledger.effect(one) as is_new:
            if is_new:
                called[one.id] += 1
                ledger.connection.execute("INSERT INTO effects VALUES (?)", (one.id,))
        ledger.park(inbox.Parked("t", 0, int(one.id), "reason", None, None))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(handle, records))
    assert set(called.values()) == {1}
    assert len(effects(ledger)) == len(ledger.parked()) == 20


def test_two_connections_to_one_file_act_once(ledger: inbox.SqliteLedger, tmp_path: Path) -> None:
    other = inbox.SqliteLedger(tmp_path / "ledger.db")
    with ledger.effect(record(revision=2)) as is_new:
        assert is_new
    for revision in (2, 1):
        with other.effect(record(revision=revision)) as is_new:
            assert not is_new
    with other.effect(record(revision=3)) as is_new:
        assert is_new


def test_what_raises_leaves_neither_effect_nor_mark(ledger: inbox.SqliteLedger) -> None:
    with pytest.raises(KeyboardInterrupt), ledger.effect(record()):
        ledger.connection.execute("INSERT INTO effects VALUES ('a')")
        raise KeyboardInterrupt
    assert effects(ledger) == []
    with ledger.effect(record()) as is_new:
        assert is_new


def test_a_commit_that_fails_is_rolled_back_and_the_ledger_goes_on(ledger: inbox.SqliteLedger) -> None:
    ledger.connection.executescript(
        "PRAGMA foreign_keys = ON; CREATE TABLE team (id TEXT PRIMARY KEY);"
        "CREATE TABLE ticket (team TEXT REFERENCES team DEFERRABLE INITIALLY DEFERRED);"
    )
    with pytest.raises(sqlite3.IntegrityError), ledger.effect(record()):
        ledger.connection.execute("INSERT INTO ticket VALUES ('nobody')")
    with ledger.effect(record()) as is_new:
        assert is_new


def test_a_handler_that_commits_itself_is_told_of_and_marked_all_the_same(
    ledger: inbox.SqliteLedger, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), ledger.effect(record()), ledger.connection:
        ledger.connection.execute("INSERT INTO effects VALUES ('a')")
    assert "ended the ledger's transaction" in caplog.text
    with ledger.effect(record()) as is_new:
        assert not is_new

"""The canary over a stream on real Kafka and Flink: topics, tables, checkpoints, logs, and what commands print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kit import HOUR_MS, Topics, config_of, link_jars, newest, send_raw, tick, wait_until

from replay_signals.jobs.brokers import everything
from replay_signals.jobs.stack_state import end_group
from replay_signals.jobs.stream import run_local
from replay_signals.pipelines.inbox.encoding import decode
from replay_signals.pipelines.privacy import KEY_VARIABLE
from support.canary import FEW, TEAM, kafka_values, requests, visited_again
from support.canary_marks import Marks, decoded
from support.leftovers import texts_in
from support.nodes_and_events import START_MS

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]
CLOSED_MS = START_MS + 3 * HOUR_MS


def records_of(topics: Topics, role: str, read: Callable[[bytes], Any]) -> Iterator[Any]:
    """Key, headers and decoded value of every message."""
    for message in everything(topics.bootstrap, topics.name(role)):
        yield [message.key(), message.headers(), read(message.value() or b"")]


def test_nothing_marked_is_in_topics_tables_state_or_logs(
    topics: Topics, tmp_path: Path, run_cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "canary")
    m = Marks()
    visit, warehouse = tmp_path / "visit.jsonl", tmp_path / "stream"
    once = requests(m)
    visit.write_text("\n".join((*once, *visited_again(once))) + "\n")
    kafka = ("--kafka", topics.bootstrap)
    letters = ("--topic", topics.name("dead_letters"))
    said: list[Any] = []
    stack = tmp_path / "stack"
    link_jars(stack)
    child = run_local(config_of(topics, warehouse), stack)
    try:
        for role, value in kafka_values(m):
            send_raw(topics, role, value, headers=[("token", TEAM.encode())], timestamp=START_MS + 1000)
        declaration = str(tmp_path / "topics.toml")
        said.append(run_cli("replay", str(visit), "--to", topics.bootstrap, "--topics", declaration, "--speed", "0"))
        assert wait_until(lambda: newest(warehouse)["message_digests"] != [])
        said.append(run_cli("deadletters", "list", *kafka, *letters))
        said.append(run_cli("deadletters", "list", *kafka, *letters, "--json"))
        said.append(run_cli("deadletters", "replay", *kafka, *letters))
        tick(topics, CLOSED_MS)
        assert wait_until(lambda: len(newest(warehouse)["sessions"]) == 3)
        rules = tmp_path / "few.toml"
        rules.write_text(FEW)
        where = ("--topic", topics.name("inbox"), "--rules", str(rules))
        said.append(run_cli("rank", str(warehouse), *kafka, *where))
        inbox = ("--topic", topics.name("inbox"), "--from-start", "--seconds", "5")
        said.append(run_cli("inbox", "follow", *kafka, *inbox))
        said.append(run_cli("inbox", "follow", *kafka, *inbox, "--json"))
    finally:
        end_group(child.pid)
        child.wait()
    assert [code for code, _, _ in said] == [0] * len(said), said
    carried = list(records_of(topics, "inbox", decode))
    rejected = list(records_of(topics, "dead_letters", json.loads))
    assert {record.problem is None for _, _, record in carried if record is not None} == {True, False}
    assert rejected
    job = stack / "local" / topics.prefix
    state = [path.read_bytes() for path in job.rglob("*") if path.is_file()]
    assert len(state) > 3
    assert m.found_in([*decoded([said, carried, rejected, state]), *texts_in(warehouse)]) == {}

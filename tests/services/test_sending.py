"""Sending on a real broker: refusals are told, and recordings of any age arrive and stay."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported, not declared so
from kit import HOUR_MS, Topics, wait_until

from replay_signals.jobs import replay
from replay_signals.jobs.brokers import BrokerError, everything
from replay_signals.jobs.sending import Sender
from replay_signals.pipelines.kafka.topics import create_topics, retention_ms
from support.samples import EXAMPLES

pytestmark = pytest.mark.slow
YEAR_2100_MS = 4_102_444_800_000


def make(topics: Topics, name: str, **config: str) -> str:
    """One more topic of the test's own, which deletes and refuses as brokers do when nothing is declared."""
    admin = AdminClient({"bootstrap.servers": topics.bootstrap})
    (made,) = admin.create_topics([NewTopic(f"{topics.prefix}.{name}", 1, 1, config=config)]).values()
    made.result(20)
    return f"{topics.prefix}.{name}"


def test_a_refused_message_is_told_with_its_cause(topics: Topics) -> None:
    topic = make(topics, "small", **{"max.message.bytes": "1000"})
    sender = Sender(topics.bootstrap)
    sender.send(topic, b"fits")
    sender.flush()  # brokers refuse a batch as a whole
    sender.send(topic, random.Random(1).randbytes(2_000))
    with pytest.raises(BrokerError, match=r"refused 1 of the messages.*small"):
        sender.finish()
    assert sender.sent == 1
    assert [message.value() for message in everything(topics.bootstrap, topic)] == [b"fits"]


def test_declared_topics_take_any_clock(topics: Topics) -> None:
    sender = Sender(topics.bootstrap)
    for when in (1_000, YEAR_2100_MS):
        sender.send(topics.name("snapshots"), b"{}", timestamp=when)
    sender.finish()
    assert sender.sent == 2


def test_recordings_older_than_a_topic_keeps_are_warned_of(topics: Topics, tmp_path: Path) -> None:
    warned: list[str] = []
    paths = [str(EXAMPLES / "s0003.posts.jsonl.gz")]
    declared = replay.Options(paths, topics.bootstrap, tmp_path / "topics.toml", speed=0)
    assert replay.run(declared, warned.append).messages
    assert warned == []

    short = {role: make(topics, f"short-{role}", **{"retention.ms": "3600000"}) for role in ("snapshots", "events")}
    declarations = (f'[{role}]\nname = "{name}"\npartitions = 1\n' for role, name in short.items())
    (tmp_path / "short.toml").write_text("".join(declarations))
    options = replay.Options(paths, topics.bootstrap, tmp_path / "short.toml", speed=0)
    replay.run(options, warned.append)
    assert [role for role in short if any(f"Topic {short[role]} keeps a message for 1 h" in w for w in warned)] == [
        "snapshots",
        "events",
    ]

    warned.clear()
    started = time.time()
    replay.run(replay.Options(paths, topics.bootstrap, tmp_path / "short.toml", speed=0, now=True), warned.append)
    assert warned == []
    newest = max(message.timestamp()[1] for message in everything(topics.bootstrap, short["snapshots"]))
    assert newest >= started * 1000


def test_topics_that_exist_get_the_declared_settings(topics: Topics, tmp_path: Path) -> None:
    name = make(topics, "older", **{"retention.ms": "3600000"})
    assert wait_until(lambda: retention_ms(topics.bootstrap, name) == HOUR_MS, 10, 0.1)  # until brokers know it
    declaration = tmp_path / "again.toml"
    declaration.write_text(f'[snapshots]\nname = "{name}"\npartitions = 4\nconfig = {{ "retention.ms" = "-1" }}\n')
    assert create_topics(topics.bootstrap, declaration) == []
    assert wait_until(lambda: retention_ms(topics.bootstrap, name) is None, 10, 0.1)  # the controller tells the broker

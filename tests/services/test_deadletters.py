"""`deadletters` on a real broker: letters as the stream writes them, and the original messages sent again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from kit import Topics, send_raw

from replay_signals.jobs.deadletters import ORIGIN, Replayed, letters, replay
from replay_signals.schemas.messages import SourcePosition
from replay_signals.schemas.rows import DeadLetterRow
from replay_signals.transforms.evidence.dead_letters import dead_letter_message, dead_letter_row
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka
from replay_signals.transforms.parse.values import dead_of_bug

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]
START_MS = 1_795_489_900_000
HEADERS = [("token", b"phc_test"), ("empty", None), ("token", b"second")]


def send(topics: Topics, value: bytes | None, key: str = "session-1", partition: int = 1, **more: Any) -> None:
    """One message as capture sends it."""
    usual = {"partition": partition, "headers": HEADERS, "timestamp": START_MS}
    send_raw(topics, "snapshots", value, key=key, **{**usual, **more})


def held(topics: Topics, role: str, partition: int = 1) -> list[Any]:
    """Every message of a partition."""
    consumer = Consumer({"bootstrap.servers": topics.bootstrap, "group.id": "held", "enable.partition.eof": True})
    consumer.assign([TopicPartition(topics.name(role), partition, OFFSET_BEGINNING)])
    found = []
    while True:
        message = consumer.poll(10)
        assert message is not None, "the broker does not answer"
        if message.error():
            consumer.close()
            return found
        found.append(message)


def write(topics: Topics, row: DeadLetterRow) -> None:
    key, value, headers = dead_letter_message(row)
    send_raw(topics, "dead_letters", value, key=key, headers=list(headers.items()))


def reject(topics: Topics, since: int = 0) -> int:
    """What the stream does with the messages of partition 1 from an offset on; returns where it ended."""
    messages = held(topics, "snapshots")
    for message in messages:
        if message.offset() >= since:
            position = SourcePosition(message.topic(), message.offset(), message.partition())
            arrived = KafkaMessage(message.value(), dict(message.headers()), message.timestamp()[1], position)
            for evidence in evidence_of_kafka("snapshots", arrived):
                assert isinstance(evidence.body, DeadLetterRow)
                write(topics, evidence.body)
    return len(messages)


def put_back(topics: Topics, reason: str | None = None) -> Replayed:
    return replay(topics.bootstrap, topics.name("dead_letters"), reason)


def as_sent(message: Any) -> tuple[Any, ...]:
    """Everything of a message but its offset, and the header that a replay adds."""
    headers = [pair for pair in message.headers() if pair[0] != ORIGIN]
    return message.key(), message.value(), headers, message.timestamp(), message.partition()


def origins(topics: Topics) -> list[str]:
    """The origin of each message that was sent again."""
    return [dict(m.headers())[ORIGIN].decode() for m in held(topics, "snapshots") if ORIGIN in dict(m.headers())]


def test_the_original_is_sent_again_as_it_was(topics: Topics) -> None:
    send(topics, b"{no json" + b"x" * 10_000)  # longer than what a letter keeps
    send(topics, None, key="session-2")
    reject(topics)
    assert put_back(topics) == Replayed(sent=2)
    first, second, *again = held(topics, "snapshots")
    assert [as_sent(message) for message in again] == [as_sent(first), as_sent(second)]
    assert as_sent(first)[2] == HEADERS
    name = topics.name("snapshots")
    assert origins(topics) == [f"{name}/1#0", f"{name}/1#1"]


def test_copies_that_are_rejected_again_do_not_double(topics: Topics) -> None:
    send(topics, b"{no json")
    send(topics, b"[]", key="session-2")
    done, end = [], 0
    for _ in range(3):
        end = reject(topics, end)
        done.append(put_back(topics))
    assert done == [Replayed(sent=2, repeated=2 * run) for run in range(3)]
    name = topics.name("snapshots")
    assert origins(topics) == [f"{name}/1#0", f"{name}/1#1"] * 3


def test_a_copy_stands_in_for_an_original_that_is_gone(topics: Topics) -> None:
    send(topics, b"{no json")
    end = reject(topics)
    put_back(topics)
    reject(topics, end)
    drop_before(topics, 1)
    assert put_back(topics) == Replayed(sent=1, gone=1)
    assert origins(topics) == [f"{topics.name('snapshots')}/1#0"] * 2


def drop_before(topics: Topics, offset: int) -> None:
    """As retention does."""
    admin = AdminClient({"bootstrap.servers": topics.bootstrap})
    for future in admin.delete_records([TopicPartition(topics.name("snapshots"), 1, offset)]).values():
        future.result(20)


def test_what_is_no_longer_there_and_what_never_had_a_message_is_counted(topics: Topics) -> None:
    for number in range(3):
        send(topics, b"{no json %d" % number)
    reject(topics)
    drop_before(topics, 2)
    write(topics, dead_letter_row(dead_of_bug(ValueError("odd"), SourcePosition("session:s-1"), session_id="s-1")))
    for lost in (SourcePosition("no-such-topic", 7, 0), SourcePosition(topics.name("snapshots"), 0, 99)):
        write(topics, dead_letter_row(dead_of_bug(ValueError("odd"), lost)))
    assert put_back(topics) == Replayed(sent=1, gone=4, without_message=1)
    assert [message.value() for message in held(topics, "snapshots")] == [b"{no json 2"] * 2


def test_only_letters_of_the_reason_are_sent(topics: Topics) -> None:
    send(topics, b"{no json")
    send(topics, None)
    reject(topics)
    assert put_back(topics, "message_value_or_timestamp_is_empty") == Replayed(sent=1)
    assert put_back(topics, "no_such_reason") == Replayed()
    assert [message.value() for message in held(topics, "snapshots")] == [b"{no json", None, None]


def test_letters_are_read_past_transactions_and_rubbish(topics: Topics) -> None:
    producer = Producer({"bootstrap.servers": topics.bootstrap, "transactional.id": topics.prefix})
    producer.init_transactions()
    for reason, end in (("kept", producer.commit_transaction), ("aborted", producer.abort_transaction)):
        position = SourcePosition(topics.name("snapshots"), 0, 0)
        key, value, _ = dead_letter_message(dead_letter_row(dead_of_bug(ValueError(reason), position, what=reason)))
        producer.begin_transaction()
        producer.produce(topics.name("dead_letters"), value, key)
        producer.produce(topics.name("dead_letters"), value, key)
        end()
    send_raw(topics, "dead_letters", b"rubbish")
    send_raw(topics, "dead_letters", None)
    found = list(letters(topics.bootstrap, topics.name("dead_letters")))
    assert [row.detail for row in found] == ["kept: ValueError: kept"]


def test_the_command_lists_and_replays_for_people_and_machines(topics: Topics, run_cli: Run) -> None:
    where = ["--kafka", topics.bootstrap, "--topic", topics.name("dead_letters")]
    assert run_cli("deadletters", "list", *where, "--json") == (0, "", "")
    send(topics, b"{no json")
    send(topics, b"{none either")
    send(topics, None)
    reject(topics)
    for session in ("s-1", "s-2"):
        position = SourcePosition(f"session:{session}")
        write(topics, dead_letter_row(dead_of_bug(ValueError("odd"), position, session_id=session)))
    code, out, _ = run_cli("deadletters", "list", *where, "--json")
    assert code == 0
    name = topics.name("snapshots")
    assert [json.loads(line) for line in out.splitlines()] == [
        {"source": "session", "reason": "internal_error", "letters": 2},
        {"source": name, "reason": "invalid_json", "letters": 2},
        {"source": name, "reason": "message_value_or_timestamp_is_empty", "letters": 1},
    ]
    code, out, _ = run_cli("deadletters", "list", *where, "--json", "--reason", "invalid_json")
    assert json.loads(out) == {"source": name, "reason": "invalid_json", "letters": 2}
    code, out, _ = run_cli("deadletters", "list", *where)
    assert code == 0
    assert "invalid_json" in out
    code, _, err = run_cli("deadletters", "replay", *where, "--reason", "invalid_json")
    assert code == 0
    assert err.startswith("Sent 2 messages again;")
    code, out, err = run_cli("deadletters", "replay", *where, "--json")
    counts = {"sent": 3, "repeated": 0, "gone": 0, "without_message": 2, "refused": 0}
    assert (code, json.loads(out), err) == (0, counts, "")


def test_an_unknown_topic_is_named(topics: Topics, run_cli: Run) -> None:
    for command in ("list", "replay"):
        code, out, err = run_cli("deadletters", command, "--kafka", topics.bootstrap, "--topic", "no-such-topic")
        assert (code, out) == (3, "")
        assert err.startswith(f"Error: Topic no-such-topic at {topics.bootstrap} cannot be read: ")

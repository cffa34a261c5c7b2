"""deadletters: what was rejected and why, and putting it back after a fix.

A dead letter keeps only the first bytes of what was rejected. So a replay reads the original message at the letter's
topic, partition and offset, as long as the topic still holds it, and sends it again with its key, headers and broker
time: the same evidence, whose repeats change nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec
from confluent_kafka import Consumer, Producer, TopicPartition

from replay_signals.schemas.rows import DeadLetterRow

QUIET_S = 5.0


class Replayed(msgspec.Struct):
    """What became of the letters asked for."""

    sent: int = 0
    gone: int = 0
    other: int = 0


def letters(bootstrap: str, topic: str, reason: str | None = None) -> Iterator[DeadLetterRow]:
    """Every letter in the topic, each id once, optionally of one reason."""
    seen: set[str] = set()
    for _, value in _all(bootstrap, topic):
        row = msgspec.json.decode(value, type=DeadLetterRow)
        if row.dead_letter_id not in seen and reason in (None, row.reason):
            seen.add(row.dead_letter_id)
            yield row


def count(bootstrap: str, topic: str) -> dict[tuple[str, str], int]:
    """Letters by (source, reason)."""
    return dict(Counter((row.source, row.reason) for row in letters(bootstrap, topic)))


def replay(bootstrap: str, topic: str, reason: str | None = None) -> Replayed:
    """Sends the original messages of the letters again, to the topics they came from."""
    done = Replayed()
    positions = {(row.source, row.partition, row.offset) for row in letters(bootstrap, topic, reason)}
    consumer = _consumer(bootstrap)
    producer = Producer({"bootstrap.servers": bootstrap, "message.max.bytes": 64 * 1024 * 1024})
    try:
        for source, partition, offset in sorted(positions):
            if ":" in source:  # judge failures name their session, not a topic
                done.other += 1
                continue
            found = _at(consumer, source, partition, offset)
            if found is None:
                done.gone += 1
                continue
            producer.produce(
                source, found.value(), found.key(), headers=found.headers(), timestamp=found.timestamp()[1]
            )
            done.sent += 1
        producer.flush()
    finally:
        consumer.close()
    return done


def _at(consumer: Consumer, topic: str, partition: int, offset: int):  # type: ignore[no-untyped-def]
    """The message at a position, None when the topic no longer holds it."""
    low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
    if not low <= offset < high:
        return None
    consumer.assign([TopicPartition(topic, partition, offset)])
    message = consumer.poll(QUIET_S)
    return message if message is not None and not message.error() and message.offset() == offset else None


def _all(bootstrap: str, topic: str) -> Iterator[tuple[bytes | None, bytes]]:
    """Key and value of everything that a topic holds now."""
    consumer = _consumer(bootstrap)
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=10) for p in partitions}
        left = {p for p, (low, high) in ends.items() if high > low}
        consumer.assign([TopicPartition(topic, p, ends[p][0]) for p in left])
        while left:
            message = consumer.poll(QUIET_S)
            if message is None:
                return  # only control records (transaction marks) are left
            if message.error():
                continue
            yield message.key(), message.value() or b""
            if (message.offset() or 0) >= ends[message.partition()][1] - 1:
                left.discard(message.partition() or 0)
    finally:
        consumer.close()


def _consumer(bootstrap: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "replay-signals-deadletters",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )

"""Looking into topics from the command line: clients that join no group, and one sentence when nobody answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

ANSWER_S = 10.0
POLL_S = 0.2


class BrokerError(Exception):
    """Brokers or a topic that cannot be used; the message says what to do."""


class Watermarks(Protocol):
    """The one question that `bounds` asks of a client."""

    def get_watermark_offsets(self, partition: TopicPartition, /, *, timeout: float) -> tuple[int, int]:
        """First offset and the one after the last. Raises KafkaException."""


def reader(bootstrap: str) -> Consumer:
    """A consumer for `assign`: it commits nothing, so the group it must name is never made. Raises BrokerError."""
    config = {
        "bootstrap.servers": bootstrap,
        "group.id": "replay-signals-reader",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "isolation.level": "read_committed",
        "log_level": 2,  # errors are ours to tell; a broker that is away for a moment is no news
    }
    try:
        return Consumer(config)
    except KafkaException as error:
        raise BrokerError(f"{bootstrap} names no broker: {error.args[0].str()}. Give --kafka HOST:PORT.") from None


def partitions_of(consumer: Consumer, bootstrap: str, topic: str) -> list[int]:
    """Partitions of a topic; raises BrokerError when there is no such topic, or nobody to ask."""
    try:
        found = consumer.list_topics(topic, timeout=ANSWER_S).topics[topic]
    except KafkaException:
        raise BrokerError(
            f"No broker answers at {bootstrap}. Name others (--kafka HOST:PORT) or start the local ones: make stack."
        ) from None
    if found.error is not None:
        raise BrokerError(f"Topic {topic} at {bootstrap} cannot be read: {found.error.str()}. Name another (--topic).")
    return sorted(found.partitions)


def bounds(consumer: Watermarks, place: TopicPartition) -> tuple[int, int]:
    """First offset of a partition and the one after its last. A new or moved partition has no leader for a moment.

    Raises BrokerError when nobody leads it within `ANSWER_S`.
    """
    until = time.monotonic() + ANSWER_S
    while True:
        try:
            return consumer.get_watermark_offsets(place, timeout=ANSWER_S)
        except KafkaException as error:
            if time.monotonic() > until:
                cause = error.args[0].str()
                raise BrokerError(f"Partition {place.partition} of {place.topic} does not answer: {cause}.") from None
            time.sleep(POLL_S)


def end_offsets(bootstrap: str, topic: str) -> dict[str, int]:
    """Where each partition of a topic ends now. Raises BrokerError."""
    consumer = reader(bootstrap)
    try:
        places = [TopicPartition(topic, number) for number in partitions_of(consumer, bootstrap, topic)]
        return {str(place.partition): bounds(consumer, place)[1] for place in places}
    finally:
        consumer.close()


def everything(bootstrap: str, topic: str) -> Iterator[Message]:
    """Everything that a topic holds now. Raises BrokerError."""
    consumer = reader(bootstrap)
    try:
        left = set(partitions_of(consumer, bootstrap, topic))
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in left])
        heard = time.monotonic()
        while left:
            message = consumer.poll(POLL_S)
            if message is None:
                if time.monotonic() - heard > ANSWER_S:
                    raise BrokerError(f"Topic {topic} at {bootstrap} stopped answering. Try again.")
                continue
            heard = time.monotonic()
            error = message.error()
            if error is None:
                yield message
            elif error.code() == KafkaError._PARTITION_EOF:
                left.discard(message.partition() or 0)
    finally:
        consumer.close()

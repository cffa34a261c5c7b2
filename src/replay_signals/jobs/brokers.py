"""Looking into topics from the command line: clients that join no group, and one sentence when nobody answers."""

from __future__ import annotations

from confluent_kafka import Consumer, KafkaException

ANSWER_S = 10.0


class BrokerError(Exception):
    """Brokers or a topic that cannot be used; the message says what to do."""


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

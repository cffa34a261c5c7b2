"""Topics looked into from the command line, where a real broker will not show its bad moments on demand."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from replay_signals.jobs import brokers

PLACE = TopicPartition("inbox", 2)


class Electing:
    """Stands in for a client whose partition has no leader for so many questions."""

    def __init__(self, refusals: int) -> None:
        self._refusals = refusals

    def get_watermark_offsets(self, place: TopicPartition, timeout: float) -> tuple[int, int]:
        if self._refusals:
            self._refusals -= 1
            raise KafkaException(KafkaError(KafkaError.NOT_LEADER_FOR_PARTITION))
        return 3, 17


def test_a_partition_without_a_leader_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers, "POLL_S", 0.01)
    assert brokers.bounds(Electing(3), PLACE) == (3, 17)


def test_a_partition_that_gets_no_leader_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers, "POLL_S", 0.01)
    monkeypatch.setattr(brokers, "ANSWER_S", 0.05)
    with pytest.raises(brokers.BrokerError, match="Partition 2 of inbox does not answer"):
        brokers.bounds(Electing(1_000), PLACE)

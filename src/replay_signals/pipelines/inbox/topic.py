"""Problems into the inbox topic, each revision once: records and how far they reach are one transaction.

How far is kept as the offset of a consumer group that nobody reads with: the sequence number of the snapshot of table
`problems` up to which everything was sent. Records and offset are committed together, so a publisher that was killed in
between left neither, and the next one, whose transactional id fences it off, sends from there. Offsets outlive quiet
times as long as the broker keeps them (`offsets.retention.minutes`, 7 days); after that all is sent once more under the
same ids and revisions, which consumers ignore.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaException, Producer, TopicPartition

from replay_signals.pipelines.inbox.encoding import InboxError, encode_for
from replay_signals.schemas.inbox import InboxRecord

ANSWER_S = 30.0
"""How long brokers may take: the first transaction of a broker makes its topic."""


class TopicPublisher:
    """The only publisher of one source to a topic; another one that opens it ends this one's turn."""

    def __init__(self, bootstrap: str, topic: str, source: str, properties: dict[str, str] | None = None) -> None:
        """`source` names what positions count: they mean nothing for another. Raises InboxError."""
        self._topic, self._group = topic, f"{topic}.{source}"
        self._where = TopicPartition(topic, 0)
        base: dict[str, Any] = {"bootstrap.servers": bootstrap, "log_level": 2, **(properties or {})}
        try:
            self._reader = Consumer({**base, "group.id": self._group, "enable.auto.commit": False})
            self._producer = Producer({**base, "transactional.id": self._group, "compression.type": "lz4"})
            self._producer.init_transactions(ANSWER_S)
        except KafkaException as error:
            raise _refused(topic, bootstrap, error) from error
        self._bootstrap = bootstrap

    def __enter__(self) -> TopicPublisher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()

    def position(self) -> int:
        """Up to where everything was sent; 0 when nothing is known. Raises InboxError."""
        try:
            (found,) = self._reader.committed([self._where], timeout=ANSWER_S)
        except KafkaException as error:
            raise _refused(self._topic, self._bootstrap, error) from error
        return 0 if found.offset == OFFSET_INVALID else found.offset

    def send(self, records: Iterable[InboxRecord], position: int) -> int:
        """Sends records and takes down the new position; both or neither. How many records. Raises InboxError."""
        count = 0
        try:
            self._producer.begin_transaction()
            for record in records:
                self._producer.produce(self._topic, encode_for(self._topic, record), record.id)
                self._producer.poll(0)
                count += 1
            reached = TopicPartition(self._topic, 0, position)
            self._producer.send_offsets_to_transaction([reached], self._reader.consumer_group_metadata(), ANSWER_S)
            self._producer.commit_transaction(ANSWER_S)
        except KafkaException as error:
            raise _refused(self._topic, self._bootstrap, error) from error
        return count


def _refused(topic: str, bootstrap: str, error: KafkaException) -> InboxError:
    return InboxError(f"Topic {topic} at {bootstrap} takes no problems: {error.args[0].str()}.")

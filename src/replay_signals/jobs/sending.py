"""Sending to topics such that nothing is lost in silence: a client that hears what became of each message."""

from __future__ import annotations

from typing import Any

from confluent_kafka import KafkaError, Message, Producer

from replay_signals.jobs.brokers import BrokerError
from replay_signals.pipelines.kafka.messages import Outgoing

PRODUCER = {
    "linger.ms": 5,
    "compression.type": "lz4",
    "message.max.bytes": 64 * 1024 * 1024,
    "enable.idempotence": True,
    "log_level": 2,  # a broker that is away for a moment is no news: sending goes on when it is back
}
BUFFER_FULL_S = 0.1


class Sender:
    """Sends in order, and counts what brokers took and what they refused, the first time with the cause."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = Producer({"bootstrap.servers": bootstrap, **PRODUCER})
        self.sent = 0
        self.refused = 0
        self.cause = ""

    def send(self, topic: str, value: bytes | None, key: str | bytes | None = None, **more: Any) -> None:
        """One message; `more` as `Producer.produce` takes it. Waits while the buffer is full."""
        while True:
            try:
                self._producer.produce(topic, value, key, on_delivery=self._heard, **more)
                break
            except BufferError:
                self.wait(BUFFER_FULL_S)
        self.wait(0)

    def send_message(self, topic: str, message: Outgoing) -> None:
        """A message under its own broker time."""
        headers = list(message.headers)
        self.send(topic, message.value, message.key, headers=headers, timestamp=message.timestamp_ms)

    def wait(self, seconds: float) -> None:
        """Hears what became of messages, at most so long."""
        self._producer.poll(seconds)

    def flush(self) -> None:
        """Returns when it is known of every message whether brokers took it."""
        self._producer.flush()

    def finish(self) -> None:
        """As `flush`, but raises BrokerError when brokers refused a message."""
        self.flush()
        if self.refused:
            raise BrokerError(f"Brokers refused {self.refused} of the messages; the first one: {self.cause}.")

    def _heard(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.sent += 1
        else:
            self.refused += 1
            self.cause = self.cause or f"{error.str()} ({message.topic()})"

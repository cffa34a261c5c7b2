"""Consumer library of the inbox topic: `from replay_signals import inbox; inbox.consume(handler, ...)`.

The stream may publish a record twice (at-least-once is the quick mode), consumers crash between effect and commit,
partitions move to other consumers. `consume` gives a handler each record once all the same:

- A ledger remembers the newest revision handled of each id. Repeats and older revisions do not reach the handler.
- An offset is committed after the effect, and when partitions are taken away.
- A handler that writes to the ledger's own database does so in the transaction that marks the record: then nothing
  can come between the two. A handler with effects elsewhere may see a record again after a crash in that moment, and
  is given `record.id` and `record.revision` to recognise it.
- What cannot be decoded, or fails `attempts` times, is parked in the ledger with its reason, and the rest goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message

from replay_signals.pipelines.inbox.handling import Consumed, Delivered, Handler, Handling
from replay_signals.pipelines.inbox.ledger import Ledger, Parked, SqliteLedger

__all__ = ["Consumed", "Handler", "Ledger", "Parked", "SqliteLedger", "consume"]

log = logging.getLogger(__name__)

COMMIT_EVERY_S = 1.0
POLL_S = 0.2
CONFIG: dict[str, Any] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
    "partition.assignment.strategy": "cooperative-sticky",
    "logger": log,
}
REFUSED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError._AUTHENTICATION,
}
"""Errors that no waiting mends. All others, such as a broker that is away or a topic still to be made, may pass."""


def consume(  # noqa: PLR0913 - keyword arguments with defaults
    handler: Handler,
    *,
    bootstrap: str,
    group: str,
    ledger: Ledger,
    topic: str = "replay_signals",
    attempts: int = 3,
    retry_s: float = 1.0,
    stop: threading.Event | None = None,
    until_quiet_s: float | None = None,
    properties: dict[str, str] | None = None,
) -> Consumed:
    """Calls the handler for every record until `stop` is set, or nothing came for `until_quiet_s`.

    What a handler raises is tried again after `retry_s`, then twice that and so on, and parked in the end. Raises
    KafkaException when the broker refuses the client for good, or never answered a run that ends when it is quiet;
    and whatever the ledger raises when it cannot be used.
    """
    config = {"bootstrap.servers": bootstrap, "group.id": group, **CONFIG, **(properties or {})}
    run = _Run(Handling(handler, ledger, attempts, retry_s, stop or threading.Event()), config)
    run.consumer.subscribe([topic], on_assign=run.on_assign, on_revoke=run.on_revoke, on_lost=run.on_lost)
    try:
        run.until_end(until_quiet_s)
    finally:
        run.commit()
        run.consumer.close()
    return run.handling.done


class _Run:
    """One consumer's work."""

    def __init__(self, handling: Handling, config: dict[str, Any]) -> None:
        self.handling = handling
        self.consumer = Consumer({**config, "error_cb": self.on_error})
        self.is_dirty = self.is_member = False
        self.error: KafkaError | None = None
        self.busy_at = self.committed_at = time.monotonic()

    def until_end(self, until_quiet_s: float | None) -> None:
        """Takes message after message."""
        while not self.handling.stop.is_set():
            message = self.consumer.poll(POLL_S)
            if self.error is not None and self.error.code() in REFUSED:
                raise KafkaException(self.error)
            if message is not None:
                self.take(message)
            elif until_quiet_s is not None and time.monotonic() - self.busy_at > until_quiet_s:
                if self.is_member:
                    return
                if self.error is not None:
                    raise KafkaException(self.error)
            if time.monotonic() - self.committed_at > COMMIT_EVERY_S:
                self.commit()

    def take(self, message: Message) -> None:
        """Handles, skips or parks one message; its offset counts as done then."""
        error = message.error()
        if error is not None:
            if error.fatal() or error.code() in REFUSED:
                raise KafkaException(error)
            log.warning("consumer: %s", error)
            return
        if self.handling.take(_delivered(message)):
            self._store(message)
        self.busy_at = time.monotonic()

    def _store(self, message: Message) -> None:
        try:
            self.consumer.store_offsets(message)
            self.is_dirty = True
        except KafkaException as error:  # the partition was lost meanwhile: its next owner repeats the message
            log.warning("offset not stored: %s", error)

    def commit(self) -> None:
        """Commits what was done, if anything was; what fails is tried again with the next commit."""
        self.committed_at = time.monotonic()
        if not self.is_dirty:
            return
        try:
            self.consumer.commit(asynchronous=False)
            self.is_dirty = False
        except KafkaException as error:
            if error.args[0].code() == KafkaError._NO_OFFSET:
                self.is_dirty = False  # of partitions that were taken away
            else:
                log.warning("offsets not committed: %s", error)

    def on_assign(self, consumer: Any, partitions: Any) -> None:
        """Being a member, quiet counts from now."""
        self.is_member, self.error = True, None
        self.busy_at = time.monotonic()

    def on_revoke(self, consumer: Any, partitions: Any) -> None:
        """Partitions go to another consumer: what was done here is told first."""
        self.commit()

    def on_lost(self, consumer: Any, partitions: Any) -> None:
        """Another consumer has them already, and what was done here may not be committed any more."""
        log.warning("lost %d partitions: a record took too long, or the broker was away", len(partitions))

    def on_error(self, error: KafkaError) -> None:
        """Errors of the connection; the client goes on trying."""
        self.error = error


def _delivered(message: Message) -> Delivered:
    place = (message.topic() or "", message.partition() or 0, message.offset() or 0)
    return Delivered(message.value() or b"", place, _bytes(message.key()), _bytes(message.value()))


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value

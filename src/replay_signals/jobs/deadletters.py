"""deadletters: what was rejected and why, and putting it back after a fix.

A dead letter keeps only the first bytes of what was rejected. So a replay reads the original message at the letter's
topic, partition and offset, as long as the topic still holds it, and sends it again with its key, headers and broker
time: the same evidence, whose repeats change nothing. A header names the position of the original. A copy that is
rejected again gets a letter of its own; by that header it is known for the same message, which is sent once a run.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from typing import cast

import msgspec
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from replay_signals.jobs.brokers import ANSWER_S, POLL_S, BrokerError, everything, reader
from replay_signals.jobs.sending import Sender
from replay_signals.schemas.rows import DeadLetterRow

ORIGIN = "replay-signals-origin"
"""Header of a message that was sent again: `topic/partition#offset` of the original."""
GONE = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION}
Position = tuple[str, int, int]
log = logging.getLogger(__name__)


class Replayed(msgspec.Struct):
    """What became of the letters asked for, by position of what they are about.

    `gone`: the topic holds the message no longer. `repeated`: a copy of a message that was sent in this run.
    `without_message`: letters of a judgement, which name a session. `refused`: the broker did not take it.
    """

    sent: int = 0
    repeated: int = 0
    gone: int = 0
    without_message: int = 0
    refused: int = 0


def letters(bootstrap: str, topic: str, reason: str | None = None) -> Iterator[DeadLetterRow]:
    """Every letter in the topic, each id once, optionally of one reason. Raises BrokerError."""
    seen: set[str] = set()
    for message in everything(bootstrap, topic):
        try:
            row = msgspec.json.decode(message.value() or b"", type=DeadLetterRow)
        except msgspec.DecodeError as error:
            log.warning("no dead letter at %s/%s#%s: %s", topic, message.partition(), message.offset(), error)
            continue
        if row.dead_letter_id not in seen and reason in (None, row.reason):
            seen.add(row.dead_letter_id)
            yield row


def count(bootstrap: str, topic: str, reason: str | None = None) -> dict[tuple[str, str], int]:
    """Letters by (source, reason); those of judgements, each of a session, together. Raises BrokerError."""
    return dict(Counter((row.source.partition(":")[0], row.reason) for row in letters(bootstrap, topic, reason)))


def replay(bootstrap: str, topic: str, reason: str | None = None) -> Replayed:
    """Sends the original messages of the letters again, to where they came from. Raises BrokerError."""
    done = Replayed()
    positions = {(row.source, row.partition, row.offset) for row in letters(bootstrap, topic, reason)}
    consumer = reader(bootstrap)
    sender = Sender(bootstrap)
    origins: set[str] = set()
    try:
        for position in sorted(positions):  # an original comes before its copies
            if ":" in position[0]:  # no topic may have such a name
                done.without_message += 1
            elif (found := _at(consumer, position)) is None:
                done.gone += 1
            elif (origin := origin_of(found)) in origins:
                done.repeated += 1
            else:
                origins.add(origin)
                _send_again(sender, found, origin)
        sender.flush()
    finally:
        consumer.close()
    if sender.refused:
        log.warning("not sent: %s", sender.cause)
    done.sent, done.refused = sender.sent, sender.refused
    return done


def origin_of(message: Message) -> str:
    """Position of the message that this one repeats, its own when it is no copy."""
    for name, value in _headers(message):
        if name == ORIGIN and value is not None:
            return value.decode("utf-8", "replace")
    return f"{message.topic()}/{message.partition()}#{message.offset()}"


def _send_again(sender: Sender, found: Message, origin: str) -> None:
    headers = [*(pair for pair in _headers(found) if pair[0] != ORIGIN), (ORIGIN, origin.encode())]
    where = {"partition": found.partition(), "timestamp": found.timestamp()[1]}
    sender.send(found.topic() or "", found.value(), found.key(), headers=headers, **where)


def _headers(message: Message) -> list[tuple[str, bytes | None]]:
    return cast("list[tuple[str, bytes | None]]", message.headers() or [])  # the stubs name what producers may give


def _at(consumer: Consumer, position: Position) -> Message | None:
    """The message at a position, None when the topic no longer holds it. Raises BrokerError."""
    topic, partition, offset = position
    try:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_S)
    except KafkaException as error:
        if error.args[0].code() in GONE:
            return None
        raise BrokerError(f"{topic}/{partition} cannot be read: {error.args[0].str()}.") from None
    if not low <= offset < high:
        return None
    consumer.assign([TopicPartition(topic, partition, offset)])
    end = time.monotonic() + ANSWER_S
    while time.monotonic() < end:
        message = consumer.poll(POLL_S)
        if message is None:
            continue
        problem = message.error()
        if problem is None:
            return message if message.offset() == offset else None
        if problem.code() == KafkaError._PARTITION_EOF:
            return None  # only marks of transactions are left
    raise BrokerError(f"{topic}/{partition} did not answer within {ANSWER_S:.0f} s. Try again.")

"""The canary in the stream's functions: state, early results, inbox records as Kafka carries them, counters, logs."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from replay_signals.pipelines.inbox.encoding import decode, encode
from replay_signals.schemas.messages import REASONS, SourcePosition
from replay_signals.schemas.rows import DeadLetterRow, EventRow
from replay_signals.transforms.evidence.dead_letters import dead_letter_message
from replay_signals.transforms.evidence.kafka import KafkaMessage, evidence_of_kafka
from replay_signals.transforms.privacy.policy import Policy
from replay_signals.transforms.session.event_rows import event_of
from replay_signals.transforms.signals import SIGNALS
from replay_signals.transforms.streaming.state import ID_ONLY
from support.canary import kafka_values
from support.canary_marks import Marks, decoded
from support.nodes_and_events import START_MS
from support.streaming import MAPS, VALUES, Stream

STEP_MS = 5000


def in_state(stream: Stream) -> Iterator[Any]:
    """Everything in the store, decoded."""
    store = stream.store
    pieces = [getattr(store, name).value() for name in VALUES]
    entries = [entry for name in MAPS for entry in getattr(store, name).items()]
    yield [key for key, _ in entries]
    for data in [*pieces, *(value for _, value in entries)]:
        if data and data != ID_ONLY:
            value = msgspec.msgpack.decode(data[1:])  # after the version
            yield value
            yield from unpacked(value)


def unpacked(value: Any) -> Iterator[Any]:
    """Records of digests in state."""
    if isinstance(value, bytes) and value[:2] == b"\x78\x9c":  # a hash may begin with the first byte, too
        yield msgspec.msgpack.decode(zlib.decompress(value))
    elif isinstance(value, (list, tuple, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from unpacked(one)


def test_nothing_marked_is_in_state_or_comes_out() -> None:
    m = Marks()
    stream, session = Stream(), None
    seen: list[Any] = []
    letters: list[Any] = []
    for at, (role, value) in enumerate(kafka_values(m)):
        now_ms = START_MS + STEP_MS * at
        arrived = KafkaMessage(value, {"token": b"team"}, now_ms, SourcePosition("topic", at))
        for evidence in evidence_of_kafka(role, arrived, policy=Policy(key=b"canary")):
            seen.append(evidence.key)
            if isinstance(evidence.body, DeadLetterRow):
                letters.append(dead_letter_message(evidence.body))
                assert evidence.body.reason in REASONS
                continue
            session = session or evidence.body.session_id
            if evidence.body.session_id == session:
                body = event_of(evidence.body) if isinstance(evidence.body, EventRow) else evidence.body
                stream.until(now_ms)
                stream.send(body, now_ms)
        if at % 10 == 0 and stream.rows:
            seen += in_state(stream)
    stream.until(START_MS + 600_000)
    seen += in_state(stream)
    assert stream.of("signals"), "nothing was published early"
    stream.close()
    seen += in_state(stream)
    carried = [decode(encode(record)) for record in stream.inbox]
    assert carried and letters
    assert {record.kind for record in carried} <= set(SIGNALS)  # labels of metrics
    out = [seen, letters, carried, [row for _, _, row in stream.rows], stream.letters, stream.late, dict(stream.counts)]
    assert m.found_in(decoded(out)) == {}

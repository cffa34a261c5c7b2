"""From what arrives to what is kept: the one way into `detect`, batch and stream. Raw payload ends here.

    raw input --parse--> records --evidence_of--> evidence, keyed

Total: a bug met by one record costs that record and gives a dead letter with its payload and source position, so that
it can be put back after a fix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.messages import AnalyticsEvent, DeadLetter, Record, SnapshotMessage, SourcePosition
from replay_signals.schemas.rows import EventRow
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS
from replay_signals.transforms.digest.rejects import digested
from replay_signals.transforms.evidence.dead_letters import dead_letter_row
from replay_signals.transforms.evidence.keys import Body, EvidenceKey, key_of
from replay_signals.transforms.parse.values import dead_of_bug
from replay_signals.transforms.session.analytics import event_row
from replay_signals.transforms.table_rows import canonical
from replay_signals.transforms.text import utf8, well_formed


class Evidence(msgspec.Struct, frozen=True):
    """What is kept of one record: a message digest, an event row or a dead letter row, as the tables hold it.

    `position` is where the record came from, so that whatever fails later can name it.
    """

    key: EvidenceKey
    body: Body
    position: SourcePosition
    is_part: bool = False
    """A dead letter for a part of a record whose rest is kept."""


def evidence_in(
    parse: Callable[[], Iterable[Record]],
    payload: bytes,
    position: SourcePosition,
    *,
    received_ms: int | None = None,
) -> Iterator[Evidence]:
    """All evidence in one raw input (a Kafka value, a request body, a line). `parse` gives its records."""
    try:
        for record in parse():
            yield from evidence_of(record, payload)
    except Exception as error:  # noqa: BLE001 - a bug met by one input costs that input, not the run
        yield _of_letter(dead_of_bug(error, position, payload=payload, received_ms=received_ms))


def evidence_of(record: Record, payload: bytes = b"") -> list[Evidence]:
    """The evidence of one record: one piece, and a dead letter for every event of a message that its digest leaves out.

    `payload` is its raw input, where the caller still has it.
    """
    try:
        if isinstance(record, SnapshotMessage):
            found = digested(record)
            return [_of_message(one, record, is_part=len(found) > 1) for one in found]
        if isinstance(record, AnalyticsEvent):
            row = event_evidence(record)
            return [Evidence(key_of(row), row, record.position)]
        return [_of_letter(record)]
    except Exception as error:  # noqa: BLE001 - a bug met by one record costs that record, not the run
        letter = dead_of_bug(
            error,
            record.position,
            payload=payload or _payload_of(record),
            team=record.team,
            session_id=record.session_id,
            received_ms=record.received_ms,
        )
        return [_of_letter(letter)]


def event_evidence(event: AnalyticsEvent) -> EventRow:
    """The row of an event, as it will come back from the table."""
    row: EventRow = canonical("events", [event_row(event)])[0]
    return row


def sound_digest(digest: MessageDigest) -> MessageDigest:
    """Without lone surrogates, and without broker or sending times that no calendar holds."""
    unusable = [
        name
        for name in ("received_ms", "sent_ms")
        if (ms := getattr(digest, name)) is not None and not 0 <= ms <= MAX_TIMESTAMP_MS
    ]
    if unusable:
        digest = msgspec.structs.replace(digest, **dict.fromkeys(unusable))
    texts = (digest.team, digest.session_id, digest.window_id, digest.distinct_id, digest.snapshot_library or "")
    try:
        "".join((*texts, digest.snapshot_source)).encode()
    except UnicodeEncodeError:
        digest = well_formed(digest)
    return digest


def _of_message(found: MessageDigest | DeadLetter, message: SnapshotMessage, *, is_part: bool) -> Evidence:
    if isinstance(found, DeadLetter):
        return _of_letter(found, is_part=is_part)
    body = sound_digest(found)
    return Evidence(key_of(body), body, message.position)


def _of_letter(letter: DeadLetter, *, is_part: bool = False) -> Evidence:
    row = dead_letter_row(letter)
    return Evidence(key_of(row), row, letter.position, is_part)


def _payload_of(record: Record) -> bytes:
    """The text of a record whose raw input is gone; nothing in it is known to be sound."""
    if isinstance(record, SnapshotMessage):
        return record.items
    return record.payload if isinstance(record, DeadLetter) else utf8(repr(record.properties))

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
from replay_signals.transforms.digest.masking import DEFAULT_POLICY
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS
from replay_signals.transforms.digest.rejects import digested
from replay_signals.transforms.evidence.dead_letters import dead_letter_row
from replay_signals.transforms.evidence.keys import Body, EvidenceKey, key_of
from replay_signals.transforms.evidence.masked import masked_event, masked_letter, with_safe_ids
from replay_signals.transforms.parse.values import dead_of_bug
from replay_signals.transforms.privacy.policy import Policy, Removed
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
    policy: Policy = DEFAULT_POLICY,
) -> Iterator[Evidence]:
    """All evidence in one raw input (a Kafka value, a request body, a line). `parse` gives its records."""
    try:
        for record in parse():
            yield from evidence_of(record, payload, policy)
    except Exception as error:  # noqa: BLE001 - a bug met by one input costs that input, not the run
        yield _of_letter(dead_of_bug(error, position, payload=payload, received_ms=received_ms), policy)


def evidence_of(record: Record, payload: bytes = b"", policy: Policy = DEFAULT_POLICY) -> list[Evidence]:
    """The evidence of one record: one piece, and a dead letter for every event of a message that its digest leaves out.

    `payload` is its raw input, where the caller still has it. No text leaves but through `policy`: it stands before the
    first step that can fail, and what fails passes it too.
    """
    removed = Removed()
    try:
        if isinstance(record, SnapshotMessage):
            safe = with_safe_ids(record, policy, removed)
            found = digested(safe, policy)
            return [_of_message(one, safe, policy, removed, is_part=len(found) > 1) for one in found]
        if isinstance(record, AnalyticsEvent):
            row = event_evidence(with_safe_ids(record, policy, removed), policy, removed)
            return [Evidence(key_of(row), row, record.position)]
        return [_of_letter(record, policy)]
    except Exception as error:  # noqa: BLE001 - a bug met by one record costs that record, not the run
        letter = dead_of_bug(
            error,
            record.position,
            payload=payload or _payload_of(record),
            team=record.team,
            session_id=record.session_id,
            received_ms=record.received_ms,
        )
        return [_of_letter(letter, policy)]


def event_evidence(event: AnalyticsEvent, policy: Policy = DEFAULT_POLICY, removed: Removed | None = None) -> EventRow:
    """The row of an event, as it will come back from the table."""
    counts = Removed() if removed is None else removed
    masked = event_row(masked_event(event, policy, counts))
    made = msgspec.structs.replace(masked, removed=dict(sorted(counts.items())), privacy_version=policy.version)
    row: EventRow = canonical("events", [made])[0]
    return row


def sound_digest(digest: MessageDigest) -> MessageDigest:
    """Without lone surrogates, and without broker or sending times that no calendar holds."""
    unusable = [
        name
        for name in ("received_ms", "sent_ms", "flushed_ms")
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


def _of_message(
    found: MessageDigest | DeadLetter, message: SnapshotMessage, policy: Policy, removed: Removed, *, is_part: bool
) -> Evidence:
    if isinstance(found, DeadLetter):
        return _of_letter(found, policy, is_part=is_part)
    if removed:
        found = msgspec.structs.replace(found, removed=dict(sorted({**found.removed, **removed}.items())))
    body = sound_digest(found)
    return Evidence(key_of(body), body, message.position)


def _of_letter(letter: DeadLetter, policy: Policy, *, is_part: bool = False) -> Evidence:
    removed = Removed()
    row = dead_letter_row(masked_letter(letter, policy, removed))
    row = msgspec.structs.replace(row, removed=dict(sorted(removed.items())), privacy_version=policy.version)
    return Evidence(key_of(row), row, letter.position, is_part)


def _payload_of(record: Record) -> bytes:
    """The text of a record whose raw input is gone; nothing in it is known to be sound."""
    if isinstance(record, SnapshotMessage):
        return record.items
    return record.payload if isinstance(record, DeadLetter) else utf8(repr(record.properties))

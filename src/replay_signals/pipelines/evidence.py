"""What is shuffled: pieces of an owner's evidence as bytes, so that engines never pickle our structs.

An owner is a session, an event without a session, or a dead letter. Everything about an owner meets in one place.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from replay_signals.schemas.digests import EPOCH, MessageDigest, at
from replay_signals.schemas.messages import DeadLetter
from replay_signals.schemas.rows import TABLES, DeadLetterRow, EventRow
from replay_signals.transforms.revisions.canonical import encoded, well_formed

DIGEST, EVENT, LETTER = "digest", "event", "letter"
PUBLISHED = "published"
"""A record of the inbox, as encoded there."""
Part = tuple[str, bytes]
"""Kind and body: a fresh digest, event row or dead letter row, or (kind = table) a stored row."""


class Owner(msgspec.Struct, frozen=True, array_like=True):
    """Who a part belongs to. `loose` is the id of an event or dead letter that belongs to no session."""

    team: str
    session_id: str
    kind: str = ""
    loose: str = ""


_encoder = msgspec.msgpack.Encoder()
_owner = msgspec.msgpack.Decoder(Owner)
_bodies: dict[str, msgspec.msgpack.Decoder[Any]] = {
    DIGEST: msgspec.msgpack.Decoder(MessageDigest),
    EVENT: msgspec.msgpack.Decoder(EventRow),
    LETTER: msgspec.msgpack.Decoder(DeadLetterRow),
    **{table: msgspec.msgpack.Decoder(row) for table, row in TABLES.items()},
}


def pack_owner(owner: Owner) -> bytes:
    """A deterministic key."""
    return encoded(_encoder.encode, owner)


def unpack_owner(data: bytes) -> Owner:
    """The inverse of `pack_owner`."""
    return _owner.decode(data)


def pack(kind: str, body: msgspec.Struct) -> Part:
    """A part."""
    return kind, encoded(_encoder.encode, body)


def unpack(part: Part) -> Any:
    """The struct in a part."""
    return _bodies[part[0]].decode(part[1])


def owner_of_event(row: EventRow) -> Owner:
    """Its session, or itself."""
    return Owner(row.team, row.session_id) if row.session_id else Owner(row.team, "", EVENT, row.uuid)


def owner_of_letter(row: DeadLetterRow) -> Owner:
    """A dead letter owns itself, also when it names a session: it is no evidence about it."""
    return Owner("", "", LETTER, row.dead_letter_id)


def letter_row(letter: DeadLetter) -> DeadLetterRow:
    """The row of a dead letter; the same input rejected twice has one id."""
    position = letter.position
    name = msgspec.json.encode([well_formed(position.source), position.partition, position.offset, letter.reason])
    received = _arrival(letter.received_ms)
    return DeadLetterRow(
        day=(received or EPOCH).date(),
        dead_letter_id=blake2b(name + letter.payload, digest_size=16).hexdigest(),
        source=position.source,
        partition=position.partition,
        offset=position.offset,
        reason=letter.reason,
        detail=letter.detail,
        team=letter.team,
        session_id=letter.session_id,
        received_at=received,
        payload=letter.payload,
    )


def letter_message(row: DeadLetterRow) -> tuple[bytes, bytes, dict[str, bytes]]:
    """Key, value and headers of a dead letter in its topic: JSON, the payload in base64."""
    headers = {"reason": row.reason.encode(), "source": f"{row.source}/{row.partition}#{row.offset}".encode()}
    return row.dead_letter_id.encode(), msgspec.json.encode(row), headers


def _arrival(received_ms: int | None) -> datetime | None:
    """The time of arrival; nothing is known about an input that was rejected, so it may be beyond any calendar."""
    try:
        return None if received_ms is None else at(received_ms)
    except OverflowError:
        return None

"""EvidenceKey: what engines group evidence by, so that everything about a session meets in one place."""

from __future__ import annotations

import msgspec

from replay_signals.schemas.digests import MessageDigest
from replay_signals.schemas.rows import DeadLetterRow, EventRow

Body = MessageDigest | EventRow | DeadLetterRow
"""What is kept of a record."""
DIGEST, EVENT, DEAD_LETTER = "digest", "event", "letter"
"""Kinds of evidence; part of keys that streams have in their state and in headers of the inbox topic."""


class EvidenceKey(msgspec.Struct, frozen=True, array_like=True):
    """A session, or one record that belongs to none: `kind` is then EVENT or DEAD_LETTER and `record_id` its id."""

    team: str
    session_id: str
    kind: str = ""
    record_id: str = ""


def key_of_event(row: EventRow) -> EvidenceKey:
    """Its session, or itself."""
    if row.session_id:
        return EvidenceKey(row.team, row.session_id)
    return EvidenceKey(row.team, "", EVENT, row.uuid)


def key_of_dead_letter(row: DeadLetterRow) -> EvidenceKey:
    """Itself, also when it names a session: it is no evidence about it."""
    return EvidenceKey("", "", DEAD_LETTER, row.dead_letter_id)


def key_of(body: Body) -> EvidenceKey:
    """The key of any evidence."""
    if isinstance(body, MessageDigest):
        return EvidenceKey(body.team, body.session_id)
    return key_of_event(body) if isinstance(body, EventRow) else key_of_dead_letter(body)


def kind_of(body: Body) -> str:
    """DIGEST, EVENT or DEAD_LETTER."""
    if isinstance(body, MessageDigest):
        return DIGEST
    return EVENT if isinstance(body, EventRow) else DEAD_LETTER

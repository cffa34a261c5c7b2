"""Events that a digest leaves out: each a dead letter with its reason, so that nothing is lost without a word.

Only messages with such events come here, so the digest itself stays one pass.
"""

from __future__ import annotations

import msgspec

from replay_signals.schemas import rrweb
from replay_signals.schemas.digests import MessageDigest, at
from replay_signals.schemas.messages import DeadLetter, Reason, SnapshotMessage
from replay_signals.transforms.digest import times
from replay_signals.transforms.digest.masking import DEFAULT_POLICY, Masking
from replay_signals.transforms.digest.message import digest, event_of, parts_of, record_of
from replay_signals.transforms.digest.records import MAX_TIMESTAMP_MS, encodable
from replay_signals.transforms.parse.budget import Budget
from replay_signals.transforms.parse.values import dead
from replay_signals.transforms.privacy.policy import Policy

MAX_LISTED = 100
"""Dead letters of one message; a hostile one has as many bad events as fit into it."""
_DAY_MS = 86_400_000


def digested(message: SnapshotMessage, policy: Policy = DEFAULT_POLICY) -> list[MessageDigest | DeadLetter]:
    """The digest of a message, and a dead letter for every event that is not in it. Total."""
    found = digest(message, policy)
    if isinstance(found, DeadLetter):
        return [_explained(message, found)]
    if not found.rejected_event_count:
        return [found]
    letters = _rejected(message, found)
    more = found.rejected_event_count - len(letters)
    if more > 0:
        letters.append(_letter(message, Reason.INVALID_EVENT, f"{more} more events of this message left out", b""))
    return [found, *letters]


def _explained(message: SnapshotMessage, letter: DeadLetter) -> DeadLetter:
    """With what is wrong with the first event, where none is valid."""
    parts = parts_of(message.items) if letter.reason == Reason.NO_VALID_EVENTS else []
    if not parts:
        return letter
    _, why = _timeless(event_of(parts[0])) or (letter.reason, "data that cannot be read")
    return msgspec.structs.replace(letter, detail=f"{letter.detail}; the first: {why}")


def _rejected(message: SnapshotMessage, found: MessageDigest) -> list[DeadLetter]:
    letters: list[DeadLetter] = []
    masking = Masking(DEFAULT_POLICY, Budget.for_checks())
    for number, part in enumerate(parts_of(message.items), 1):
        problem = _problem(event_of(part), found, masking)
        if problem is not None:
            reason, detail = problem
            letters.append(_letter(message, reason, f"event {number} of the message: {detail}", part))
        if len(letters) == MAX_LISTED:
            break
    return letters


def _problem(event: rrweb.Event | None, found: MessageDigest, masking: Masking) -> tuple[str, str] | None:
    """Why an event is not in the digest of its message, None when it is."""
    timeless = _timeless(event)
    if event is None or timeless is not None:
        return timeless
    if not found.first_ms <= event.time_ms <= found.last_ms:
        days = abs(event.time_ms - times.reference_ms([found.first_ms], found.received_ms)) / _DAY_MS
        others = "the broker's time" if found.received_ms is not None else "the other events"
        date = f"{at(event.time_ms):%Y-%m-%d}"
        return Reason.INVALID_TIMESTAMP, f"the timestamp {event.timestamp!r} ({date}) is {days:.0f} days off {others}"
    # never too large: the digest took the same events
    record = record_of(event, masking, masking.budget)
    if record is None or not encodable(record):
        return Reason.INVALID_EVENT, f"data of type {event.type} that cannot be read"
    return None


def _timeless(event: rrweb.Event | None) -> tuple[str, str] | None:
    """Why an event has no place in any message, None when it has."""
    if event is None:
        return Reason.INVALID_EVENT, "not an rrweb event with a timestamp"
    if not 0 <= event.time_ms <= MAX_TIMESTAMP_MS:
        return Reason.INVALID_TIMESTAMP, f"the timestamp {event.timestamp!r} is no time"
    return None


def _letter(message: SnapshotMessage, reason: str, detail: str, payload: bytes) -> DeadLetter:
    return dead(
        message.position,
        reason,
        detail,
        payload,
        team=message.team,
        session_id=message.session_id,
        received_ms=message.received_ms,
    )

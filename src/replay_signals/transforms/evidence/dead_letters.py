"""Rows of rejected input."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from replay_signals.schemas.digests import EPOCH, at
from replay_signals.schemas.messages import DeadLetter, Reason, SourcePosition
from replay_signals.schemas.rows import DeadLetterRow
from replay_signals.transforms.parse.values import dead
from replay_signals.transforms.table_rows import Misfit, key_of
from replay_signals.transforms.text import well_formed


def dead_letter_row(letter: DeadLetter) -> DeadLetterRow:
    """The row of a dead letter; the same input rejected twice for one reason has one id."""
    sound: DeadLetter = well_formed(letter)
    position = sound.position
    name = msgspec.json.encode([position.source, position.partition, position.offset, sound.reason])
    received = _arrival(sound.received_ms)
    return DeadLetterRow(
        day=(received or EPOCH).date(),
        dead_letter_id=blake2b(name + sound.payload, digest_size=16).hexdigest(),
        source=position.source,
        partition=position.partition,
        offset=position.offset,
        reason=sound.reason,
        detail=sound.detail,
        team=sound.team,
        session_id=sound.session_id,
        received_at=received,
        payload=sound.payload,
    )


def misfit_letter(misfit: Misfit, received_ms: int | None = None) -> DeadLetter:
    """The dead letter of a row that its table cannot hold. It names table, key and column; the value is not kept."""
    row = misfit.row
    key = "/".join(str(part) for part in key_of(misfit.table, row))
    return dead(
        SourcePosition(f"table:{misfit.table}:{key}"),
        Reason.INTERNAL,
        f"a row does not fit table {misfit.table}: column {misfit.column}",
        team=getattr(row, "team", ""),
        session_id=getattr(row, "session_id", None) or "",
        received_ms=received_ms,
    )


def unexpected_letter(table: str, row: Any, what: str, received_ms: int | None = None) -> DeadLetter:
    """The dead letter of a row that does not hold what its table promises. It names table, key and what is wrong."""
    key = "/".join(str(part) for part in key_of(table, row))
    return dead(
        SourcePosition(f"table:{table}:{key}"),
        Reason.UNEXPECTED_ROW,
        f"a row of {table} is not as expected: {what}",
        team=getattr(row, "team", ""),
        session_id=getattr(row, "session_id", None) or "",
        received_ms=received_ms,
    )


def deadly_letter(position: SourcePosition, received_ms: int | None = None) -> DeadLetter:
    """The dead letter of an input that processes died of; nothing in it is looked at, so none of it is kept."""
    return dead(position, Reason.DEADLY, "the process that read it died each time", received_ms=received_ms)


def dead_letter_message(row: DeadLetterRow) -> tuple[bytes, bytes, dict[str, bytes]]:
    """Key, value and headers of a dead letter in its topic: JSON, the payload in base64."""
    headers = {"reason": row.reason.encode(), "source": f"{row.source}/{row.partition}#{row.offset}".encode()}
    return row.dead_letter_id.encode(), msgspec.json.encode(row), headers


def _arrival(received_ms: int | None) -> datetime | None:
    """The time of arrival; nothing is known about an input that was rejected, so it may be beyond any calendar."""
    try:
        return None if received_ms is None else at(received_ms)
    except OverflowError:
        return None

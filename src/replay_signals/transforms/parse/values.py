"""Single values that senders get wrong: ids, times, and the dead letters that say so."""

from __future__ import annotations

import json
import re
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import PurePath

from replay_signals.schemas.messages import (
    MAX_DEAD_LETTER_PAYLOAD_BYTES,
    MAX_SESSION_ID_CHARS,
    DeadLetter,
    Reason,
    SourcePosition,
)
from replay_signals.transforms.text import bounded_id, error_text

MAX_CAPTURE_SESSION_ID_CHARS = 70  # capture: InvalidSessionId
LATEST_MS = 253_402_300_799_999  # end of the year 9999: the last moment a timestamp column can hold
_SECONDS_BELOW = 100_000_000_000  # numeric texts below are seconds (milliseconds would be before March 1973)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_DATE_CHARS = 100
_DOT_NET = re.compile(r"/Date\((\d{1,16})(?:[+-]\d{4})?\)/", re.ASCII)
_WRITTEN = re.compile(r"(?:[A-Z][a-z]{2},? )?(?:[A-Z][a-z]{2} )?\d{1,2} ", re.ASCII)
_JAVASCRIPT = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})\b.*", re.ASCII | re.DOTALL
)


def dead(
    position: SourcePosition,
    reason: str,
    detail: str,
    payload: bytes = b"",
    *,
    team: str = "",
    session_id: str = "",
    received_ms: int | None = None,
) -> DeadLetter:
    """A dead letter with a bounded piece of what was rejected."""
    return DeadLetter(
        position=position,
        reason=reason,
        detail=error_text(detail),
        payload=bytes(payload[:MAX_DEAD_LETTER_PAYLOAD_BYTES]),
        team=team,
        session_id=session_id,
        received_ms=received_ms,
    )


def dead_of_bug(
    error: Exception,
    position: SourcePosition,
    *,
    what: str = "",
    payload: bytes = b"",
    team: str = "",
    session_id: str = "",
    received_ms: int | None = None,
) -> DeadLetter:
    """The dead letter of an exception that nobody foresaw; `what` says what was being done."""
    detail = f"{what}: {error_text(error)}" if what else f"{cause_of_bug(error)}: {error}"
    return dead(position, Reason.INTERNAL, detail, payload, team=team, session_id=session_id, received_ms=received_ms)


def cause_of_bug(error: Exception) -> str:
    """The type of an exception and where it was raised; what it says may be about a visitor."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def text_of(value: object) -> str:
    """An id as text, as capture makes it: other types stringified, then `bounded_id`."""
    if value is None:
        return ""
    if not isinstance(value, str):
        try:
            value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)  # takes integers of any size
        except RecursionError:
            return ""
    return bounded_id(value)


def capture_session_problem(value: object) -> str | None:
    """Why capture would reject a session id (`recordings.rs`: up to 70 characters of [A-Za-z0-9-]), or None."""
    if value is None or value == "":
        return "no $session_id"
    if not isinstance(value, str):
        return "$session_id is no text"
    if len(value) > MAX_CAPTURE_SESSION_ID_CHARS:
        return f"$session_id is longer than {MAX_CAPTURE_SESSION_ID_CHARS} characters"
    if not (value.isascii() and value.replace("-", "a").isalnum()):
        return "$session_id has characters other than letters, digits and -"
    return None


def session_problem(value: str) -> str | None:
    """Why a session id of another recorder cannot be used, or None."""
    if len(value) > MAX_SESSION_ID_CHARS:
        return f"the session id is longer than {MAX_SESSION_ID_CHARS} characters"
    if not value.isprintable():
        return "the session id has characters that cannot be printed"
    return None


def whole_ms(value: object) -> int | None:
    """Epoch milliseconds of a trusted clock (number or decimal text), None when it cannot be one."""
    if isinstance(value, bytes | str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 < value <= LATEST_MS else None


def number_within(value: object, most: float) -> float | None:
    """A JSON number from `-most` to `most`, None for anything else: `true` is an int in Python, and NaN a float."""
    return value if type(value) in (int, float) and abs(value) <= most else None  # type: ignore[arg-type, return-value]


def epoch_ms(value: object) -> int | None:
    """Epoch milliseconds of a client's time: text (ISO 8601, ClickHouse's, both UTC without a zone, or what programs
    make of a date: RFC 5322, JavaScript's `Date`, .NET's `/Date(…)/`), or epoch numbers.

    None when it is missing, unreadable, or outside of 1970 to 9999 (capture ignores such times too).
    """
    if isinstance(value, str):
        value = value.strip()
        when = _moment(value)
        if when is not None:
            return whole_ms((when - _EPOCH) // timedelta(milliseconds=1))
        if found := _DOT_NET.fullmatch(value):
            return whole_ms(found[1])
    ms = whole_ms(value)
    if ms is not None and ms < _SECONDS_BELOW:
        return whole_ms(float(value) * 1000)  # type: ignore[arg-type]  # whole_ms took it, so it is a number
    return ms


def _moment(text: str) -> datetime | None:
    if text.isdigit():
        return None
    text = text.removesuffix(" UTC")  # BigQuery
    when: datetime | None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = _written(text)
    if when is None or when.tzinfo is None:
        return when and when.replace(tzinfo=UTC)
    try:
        return when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _written(text: str) -> datetime | None:
    """A date in words, as programs write it; never without a zone."""
    if not _WRITTEN.match(text):
        return None
    if found := _JAVASCRIPT.match(text):
        text = f"{found[2]} {found[1]} {found[3]} {found[4]}"  # in the order of RFC 5322
    try:
        when = parsedate_to_datetime(text[:MAX_DATE_CHARS])
    except (ValueError, IndexError, OverflowError):
        return None
    return when if when.tzinfo is not None else None

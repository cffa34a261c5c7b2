"""What happened around the fault in the sessions that met it: failed requests, exceptions, the console. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from replay_signals.schemas.briefs import ConsoleLine, FailedRequest, Thrown
from replay_signals.schemas.fact_rows import ExceptionRow, NetworkRequestRow
from replay_signals.transforms.brief.meeting import Meeting
from replay_signals.transforms.text import utf8

MAX_OF_A_KIND = 8
MAX_FRAMES = 8
LEVELS = ("error", "warn")


class _OfSession(Protocol):
    @property
    def session_id(self) -> str: ...


R = TypeVar("R", bound=_OfSession)


def failed_requests(meetings: Sequence[Meeting]) -> list[FailedRequest]:
    """Requests with a status of 400 or above, by route and status, the most frequent in sessions first."""
    rows = (
        row for one in meetings for row in one.requests if (row.status or 0) >= 400 and one.is_around(row.started_at)
    )
    return [
        FailedRequest(route=key[0], status=key[1], times=times, sessions=sessions)
        for key, (_, times, sessions) in _grouped(rows, lambda row: (_route(row), row.status))
    ]


def thrown(meetings: Sequence[Meeting]) -> list[Thrown]:
    """Exceptions by fingerprint, with the frames of the site's own code."""
    rows = (row for one in meetings for row in one.exceptions if one.is_around(row.occurred_at))
    return [
        Thrown(type=row.type, message=row.message, frames=frames_of(row), times=times, sessions=sessions)
        for _, (row, times, sessions) in _grouped(rows, lambda row: row.fingerprint)
    ]


def console_lines(meetings: Sequence[Meeting]) -> list[ConsoleLine]:
    """Errors and warnings of the console, errors first."""
    rows = (row for one in meetings for row in one.console if row.level in LEVELS and one.is_around(row.occurred_at))
    found = [
        ConsoleLine(level=row.level, message=row.message, source=row.source, times=times, sessions=sessions)
        for _, (row, times, sessions) in _grouped(rows, lambda row: (row.level, row.message))
    ]
    return sorted(found, key=lambda line: LEVELS.index(line.level))


def frames_of(row: ExceptionRow) -> list[str]:
    """`file:line function` of each own frame, innermost first; none when the column holds something else."""
    try:
        frames = msgspec.json.decode(utf8(row.frames), type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError):
        return []
    return [_frame(frame) for frame in frames[:MAX_FRAMES]]


def _frame(frame: dict[str, Any]) -> str:
    line = f":{frame['line']}" if frame.get("line") else ""
    return f"{frame.get('file') or '?'}{line} {frame.get('function') or ''}".rstrip()


def _route(row: NetworkRequestRow) -> str:
    return row.route or f"{row.method} {row.url}".strip()


def _grouped(rows: Iterable[R], key_of: Callable[[R], Any]) -> Iterator[tuple[Any, tuple[R, int, int]]]:
    """(key, (first row, rows, sessions)) of the groups that most sessions have."""
    groups: defaultdict[Any, list[R]] = defaultdict(list)
    for row in rows:
        groups[key_of(row)].append(row)
    counted = {key: (own[0], len(own), len({row.session_id for row in own})) for key, own in groups.items()}
    ordered = sorted(counted.items(), key=lambda item: (-item[1][2], -item[1][1]))
    yield from ordered[:MAX_OF_A_KIND]

"""How cost grows with the size of a page and with the length of a session. Twice the work may take twice the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from bench import spoiler
from bench.synthetic import checkouts, failures, page_message, session_messages, tabs, throws
from bench.tasks import digests_of
from bench.timing import Task, least_seconds
from replay_signals.schemas.messages import SnapshotMessage
from replay_signals.schemas.rules import Rules
from replay_signals.transforms.digest.merge import session_of
from replay_signals.transforms.digest.message import digest
from replay_signals.transforms.judge.judgement import judge

PAGE_NODES = (5_000, 10_000, 20_000, 50_000)
SESSION_MESSAGES = (1_000, 2_000, 5_000, 10_000)
LONG_SESSIONS: dict[str, Callable[[int], Iterable[SnapshotMessage]]] = {
    "windows": tabs,
    "checkouts": checkouts,
    "failures": failures,
    "exceptions": throws,
}
"""Sessions in which one thing is looked up for each of another: so many of what the name says."""
LONG_SIZES = (100, 200, 500, 1_000)
"""Up to the clicks of a session that are judged."""


@dataclass(frozen=True)
class Size:
    """One size of an input: `unit` says what `size` counts. Seconds of each step, the peer's None without it."""

    unit: str
    size: int
    input_bytes: int
    digest_bytes: int
    digest_seconds: float
    judge_seconds: float
    spoiler_seconds: float | None


@dataclass(frozen=True)
class Growth:
    """Cost per unit of the largest input over that of the smallest: 1.0 is linear. Sizes differ by ten."""

    name: str
    factor: float


def measured(repeats: int, command: str | None, folder: Path) -> list[Size]:
    """All sizes, smallest first."""
    sizes = [_size("nodes", n, [page_message(n)], repeats, command, folder) for n in PAGE_NODES]
    sizes += [_size("messages", n, session_messages(n), repeats, command, folder) for n in SESSION_MESSAGES]
    return sizes + [
        _size(unit, n, list(make(n)), repeats, None, folder) for unit, make in LONG_SESSIONS.items() for n in LONG_SIZES
    ]


def growths(sizes: Sequence[Size]) -> list[Growth]:
    """Growth of each step over page size and over session length."""
    found = []
    for unit in ("nodes", "messages", *LONG_SESSIONS):
        first, *_, last = [size for size in sizes if size.unit == unit]
        for step in ("judge",) if unit in LONG_SESSIONS else ("digest", "judge"):
            costs = [getattr(size, f"{step}_seconds") / size.size for size in (first, last)]
            found.append(Growth(f"{step} by {unit}", costs[1] / costs[0]))
    return found


def _size(
    unit: str, size: int, messages: list[SnapshotMessage], repeats: int, command: str | None, folder: Path
) -> Size:
    digests = digests_of(messages)
    session = session_of(digests)
    tasks = [
        Task("digest", [lambda: [digest(message) for message in messages]]),
        Task("judge", [partial(judge, session, [], Rules())]),
    ]
    if command is not None:
        tasks.append(spoiler.task_of(command, "spoiler", "", [messages], folder))
    seconds = least_seconds(tasks, repeats)
    return Size(
        unit,
        size,
        sum(len(message.items) for message in messages),
        sum(len(msgspec.msgpack.encode(one)) for one in digests),
        seconds["digest"],
        seconds["judge"],
        seconds.get("spoiler"),
    )

"""Collections and playlists as their page lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from replay_signals.transforms.report.names import session_key
from replay_signals.transforms.report.shown import span, text

TITLES = 4
"""Problems that are named of a session."""


class Member(NamedTuple):
    """One session of a collection; `new` are problems that none before it in the list shows."""

    key: str
    started_at: datetime
    length: str
    severity: float
    new: list[str]
    more: int


class Collection(NamedTuple):
    """A collection with some of its sessions, and how many it has in all."""

    name: str
    about: str
    members: list[Member]
    total: int


def collection(name: str, about: str, members: Iterable[Member], total: int) -> Collection:
    """What the page shows of one."""
    return Collection(text(name), text(about), list(members), total)


def member(  # one parameter a column
    session: tuple[str, str], started_at: datetime, duration_ms: int, severity: float, first_seen: Sequence[str]
) -> Member:
    """One session, by team and id."""
    titles = [text(title, 160) for title in first_seen[:TITLES]]
    more = max(0, len(first_seen) - TITLES)
    return Member(session_key(*session), started_at, span(duration_ms), severity, titles, more)

"""Problems at a glance: signals in memory by their problem, for `detect`, which has no tables to count in. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from replay_signals.schemas.rows import SignalRow


class Glance(NamedTuple):
    """One problem of a few sessions: the signal that shows it best, and how many sessions and visitors it hit."""

    worst: SignalRow
    sessions: int
    users: int

    @property
    def harm(self) -> float:
        """What orders a list: visitors x severity x confidence of the worst."""
        return self.users * self.worst.severity * self.worst.confidence


def glance(signals: Iterable[SignalRow]) -> list[Glance]:
    """Problems of signals, the most harmful first; equal ones in order of the worst signal's id."""
    groups: defaultdict[tuple[str, ...], list[SignalRow]] = defaultdict(list)
    for signal in signals:
        groups[_key(signal)].append(signal)
    return sorted(map(_glance, groups.values()), key=lambda one: (-one.harm, one.worst.signal_id))


def _glance(signals: list[SignalRow]) -> Glance:
    worst = max(signals, key=lambda one: (one.severity * one.confidence, one.is_leading, one.signal_id))
    users = {one.person_id or one.distinct_id or one.session_id for one in signals}
    return Glance(worst, len({one.session_id for one in signals}), len(users))


def _key(signal: SignalRow) -> tuple[str, ...]:
    """Its problem; of a row from before problems had ids, what it happened at."""
    if signal.problem_id:
        return signal.team, signal.problem_id
    return signal.team, signal.kind, signal.page_pattern, signal.element_key

"""The order in which sessions are worth watching: so that the first few show as many different problems as possible.

Which ten sessions show the most problems is a set cover, and choosing greedily comes within 63 % of the best choice
(Nemhauser, Wolsey, Fisher: An analysis of approximations for maximizing submodular set functions, 1978).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import NamedTuple


class Candidate(NamedTuple):
    """A session, how bad it was (0 to 100), how long it is, and the problems that it shows."""

    session_id: str
    severity: float
    duration_ms: int
    problems: frozenset[str]


class Chosen(NamedTuple):
    """A session, and those of its problems that none before it shows."""

    session_id: str
    first_seen: frozenset[str]


def by_coverage(candidates: Iterable[Candidate], limit: int) -> list[Chosen]:
    """The first `limit` sessions (0: all): each time that which shows most problems not seen yet.

    Of equal ones the worse session comes first, then the shorter one, then by id. When no session shows anything new,
    the others follow in the same way, counted anew; those without a problem come last.
    """
    left = list(candidates)
    chosen: list[Chosen] = []
    shown: set[str] = set()
    while left and (not limit or len(chosen) < limit):
        picked, left = _one_round(left)
        for one in picked:
            chosen.append(Chosen(one.session_id, one.problems - shown))
            shown |= one.problems
    return chosen[: limit or None]


def _one_round(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Sessions until none shows anything new, and the others."""
    waiting = [(_rank(one, one.problems), one) for one in candidates]
    heapq.heapify(waiting)
    picked: list[Candidate] = []
    covered: set[str] = set()
    while waiting:
        rank, best = heapq.heappop(waiting)
        now = _rank(best, best.problems - covered)
        if now != rank:  # others showed some of it meanwhile: it waits for its new turn
            heapq.heappush(waiting, (now, best))
        elif best.problems <= covered and picked:
            heapq.heappush(waiting, (now, best))
            break
        else:
            picked.append(best)
            covered |= best.problems
    return picked, [one for _, one in waiting]


def _rank(one: Candidate, new: frozenset[str]) -> tuple[int, float, int, str]:
    return -len(new), -one.severity, one.duration_ms, one.session_id

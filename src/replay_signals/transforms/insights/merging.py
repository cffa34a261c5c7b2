"""Which ids are one visitor: a person's merges leave events under each of the ids that it had."""

from __future__ import annotations

from collections.abc import Iterable

Id = tuple[str, str]
"""Team and id."""


def merged(pairs: Iterable[tuple[Id, Id]]) -> dict[Id, Id]:
    """The least id of each set of ids that pairs say are one, by every other id of the set."""
    above: dict[Id, Id] = {}

    def top(one: Id) -> Id:
        while (higher := above.get(one, one)) != one:
            above[one] = above.get(higher, higher)
            one = higher
        return one

    for first, second in pairs:
        low, high = sorted((top(first), top(second)))
        above[high] = low
    return {one: top(one) for one in list(above) if top(one) != one}

"""Shares of few cases, with what they are worth: the lower end of Wilson's interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


def wilson_low(hits: int, of: int) -> float:
    """The lowest share that is still likely when `hits` of `of` were seen (Wilson 1927, 95 %)."""
    if of == 0:
        return 0.0
    share, z2 = hits / of, Z * Z
    middle = share + z2 / (2 * of)
    reach = Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, (middle - reach) / (1 + z2 / of))


@dataclass(frozen=True)
class Rate:
    """So many of so many."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """None when there is nothing to tell it from."""
        return self.hits / self.of if self.of else None

    def __str__(self) -> str:
        if not self.of:
            return "–"
        return f"{self.hits / self.of:.0%} (≥ {wilson_low(self.hits, self.of):.0%})"


@dataclass(frozen=True)
class Row:
    """One kind of signal: labels found, and signals that are right of those that a label confirms or contradicts."""

    kind: str
    recall: Rate
    precision: Rate

    @property
    def labels(self) -> int:
        """Labels of this kind that recordings can show."""
        return self.recall.of

    @property
    def false(self) -> int:
        """Signals that a label contradicts."""
        return self.precision.of - self.precision.hits


@dataclass(frozen=True)
class Outcome:
    """A finding that a label confirms or contradicts."""

    site: str
    kind: str
    grade: str
    right: bool

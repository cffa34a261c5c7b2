"""Proof of a fix: whether those who could meet a problem still do."""

from __future__ import annotations

from typing import Literal

import msgspec

from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems import intervals
from replay_signals.transforms.problems.effect import DEFAULT


class Period(msgspec.Struct, frozen=True):
    """Sessions of some days: those exposed to a problem and those among them that it affected."""

    affected: int
    exposed: int

    def __post_init__(self) -> None:
        if not 0 <= self.affected <= self.exposed:
            raise ValueError(f"impossible counts in {self}")


class Verdict(msgspec.Struct, frozen=True):
    """What became of a problem: `difference` is the rate after less the rate before, with its 95 % interval."""

    verdict: Literal["fixed", "not_fixed", "too_few"]
    difference: float
    low: float
    high: float


def proof(before: Period, after: Period, rules: Problems = DEFAULT) -> Verdict:
    """Fixed when the rate is surely below `fixed_ratio` of what it was, not fixed when it surely is not.

    Nobody affected among few exposed proves nothing: with nobody affected afterwards, 12 must have been expected.
    """
    if not before.exposed or not after.exposed:
        return Verdict("too_few", 0.0, -1.0, 1.0)
    share, was = after.affected / after.exposed, before.affected / before.exposed
    low, high = intervals.difference(share, after.exposed, was, before.exposed)
    least, most = intervals.ratio(after.affected, after.exposed, before.affected, before.exposed)
    if before.affected and most <= rules.fixed_ratio:
        return Verdict("fixed", share - was, low, high)
    return Verdict("not_fixed" if least > rules.fixed_ratio else "too_few", share - was, low, high)

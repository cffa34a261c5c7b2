"""Proof of a fix: whether those who could meet a problem still do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems import intervals
from replay_signals.transforms.problems.daily import Daily
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


class GoneOut(msgspec.Struct, frozen=True):
    """What may have mended a problem: `release=2.4.0`, or `fix` for one without a release; `day` None: not seen yet."""

    name: str
    day: dt.date | None


class Proof(msgspec.Struct, frozen=True):
    """What became of a problem when something went out: those exposed on the days after, and the verdict."""

    out: GoneOut
    after: Period
    verdict: Verdict


def proof_after(days: Sequence[Daily], out: GoneOut, began: dt.date, rules: Problems = DEFAULT) -> Proof:
    """Days after something went out against the `baseline_days` before; its own day, which mixes both, is left out.

    Days before the problem began say nothing of it.
    """
    if out.day is None:
        return Proof(out, Period(0, 0), proof(Period(0, 0), Period(0, 0), rules))
    first = max(began, out.day - dt.timedelta(rules.baseline_days))
    before = period(d for d in days if first <= d.day < out.day)
    after = period(d for d in days if d.day > out.day)
    return Proof(out, after, proof(before, after, rules))


def proof_of_any(
    days: Sequence[Daily], releases: Iterable[GoneOut], began: dt.date, rules: Problems = DEFAULT
) -> Proof | None:
    """The release that a problem ended with, else what the newest one did; None without a release since it began.

    Of several that it may have ended with it is the one with the fewest affected after it and the most before.
    """
    found = [proof_after(days, out, began, rules) for out in releases if out.day is not None and out.day > began]
    seen = [one for one in found if one.after.exposed]
    fixed = [one for one in seen if one.verdict.verdict == "fixed"]
    if fixed:
        return min(fixed, key=lambda one: (_rate(one.after), one.verdict.difference, one.out.name))
    return max(seen, key=lambda one: (one.out.day or dt.date.min, one.out.name), default=None)


def period(days: Iterable[Daily]) -> Period:
    """Sums of days."""
    counted = list(days)
    return Period(sum(d.affected for d in counted), sum(d.exposed for d in counted))


def _rate(period: Period) -> float:
    return period.affected / period.exposed

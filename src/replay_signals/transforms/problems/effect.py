"""What a problem costs: the difference in outcome between sessions that met it and comparable ones that did not."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import msgspec

from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems import intervals
from replay_signals.transforms.problems.tails import Z_95

DEFAULT = Problems()


class Stratum(msgspec.Struct, frozen=True):
    """Sessions that are alike in all but the problem: page, device, entry. `hit` met it, `other` did not.

    Counts of sessions, and of those among them with the outcome; a session stands in one stratum and one arm.
    """

    name: str
    hit_sessions: int
    hit_succeeded: int
    other_sessions: int
    other_succeeded: int

    def __post_init__(self) -> None:
        if not (0 <= self.hit_succeeded <= self.hit_sessions and 0 <= self.other_succeeded <= self.other_sessions):
            raise ValueError(f"impossible counts in {self}")


class Effect(msgspec.Struct, frozen=True):
    """Difference of the shares with the outcome, affected minus others: negative is a loss. -0.11: stops 1 in 9.

    `low` and `high` are its 95 % interval. Sessions are those of strata with both arms; others have nobody to be
    compared with. When `enough` is false the figures are there, yet `reason` says why they mean nothing.
    """

    difference: float
    low: float
    high: float
    hit_sessions: int
    other_sessions: int
    enough: bool
    reason: str = ""


NOTHING = Effect(0.0, -1.0, 1.0, 0, 0, False, "no sessions to compare with")


def risk_difference(strata: Iterable[Stratum], rules: Problems = DEFAULT) -> Effect:
    """Mantel-Haenszel risk difference over strata, with an interval that holds for few events and sparse strata.

    The interval is the score-like one of Klingenberg (2014) on Sato's variance (1989), widened where Newcombe's
    on the standardized shares is wider: where the effect differs between strata, and where an arm has no or only
    successes and the former has no width. docs/impact.md compares their coverage.
    """
    both = [s for s in strata if s.hit_sessions and s.other_sessions]
    if not both:
        return NOTHING
    hits, others = sum(s.hit_sessions for s in both), sum(s.other_sessions for s in both)
    sums = StrataSums(both)
    low, high = sums.score()
    wide_low, wide_high = sums.standardized()
    return Effect(
        sums.difference,
        max(-1.0, min(low, wide_low)),
        min(1.0, max(high, wide_high)),
        hits,
        others,
        *_enough(hits, others, rules),
    )


def before_after(place: Iterable[Stratum], control: Iterable[Stratum], rules: Problems = DEFAULT) -> Effect:
    """Effect of what fails for everyone: the change at its place less the change elsewhere over the same days.

    Strata compare days after the onset (`hit`) with days before (`other`); `control` holds other places of the
    page. What changed everywhere, such as traffic from a campaign, cancels out (difference in differences).
    """
    here, there = risk_difference(place, rules), risk_difference(control, rules)
    if not there.hit_sessions:
        return msgspec.structs.replace(here, enough=False, reason="no other place to compare the change with")
    low, high = intervals.recover(here.difference, (here.low, here.high), there.difference, (there.low, there.high))
    reason = here.reason or (there.reason and f"other places: {there.reason}")
    return Effect(
        here.difference - there.difference,
        max(-1.0, low),
        min(1.0, high),
        here.hit_sessions,
        here.other_sessions,
        not reason,
        reason,
    )


def _enough(hits: int, others: int, rules: Problems) -> tuple[bool, str]:
    if hits < rules.min_sessions:
        return False, f"fewer than {rules.min_sessions} affected sessions that others can be compared with"
    if others < rules.min_sessions:
        return False, f"fewer than {rules.min_sessions} unaffected sessions to compare with"
    return True, ""


class StrataSums:
    """Sums over strata that both intervals need, each stratum with both arms.

    Weight of a stratum: hits x others / all (Mantel and Haenszel). Sato's variance of the difference d is
    (d x slope + constant) / weight².
    """

    def __init__(self, strata: list[Stratum]) -> None:
        self.strata = strata
        self.weights = [s.hit_sessions * s.other_sessions / (s.hit_sessions + s.other_sessions) for s in strata]
        self.weight = sum(self.weights)
        self.hit_share = self._standard(s.hit_succeeded / s.hit_sessions for s in strata)
        self.other_share = self._standard(s.other_succeeded / s.other_sessions for s in strata)
        self.difference = self.hit_share - self.other_share
        self.slope = self.constant = 0.0
        for s in strata:
            n1, x1, n0, x0 = s.hit_sessions, s.hit_succeeded, s.other_sessions, s.other_succeeded
            self.slope += (n1 * n1 * x0 - n0 * n0 * x1 + n1 * n0 * (n0 - n1) / 2) / (n1 + n0) ** 2
            self.constant += (x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * (n1 + n0))

    def _standard(self, shares: Iterable[float]) -> float:
        return min(1.0, sum(w * share for w, share in zip(self.weights, shares, strict=True)) / self.weight)

    def score(self) -> tuple[float, float]:
        """Klingenberg's interval: the differences whose distance is at most 1.96 of Sato's errors under themselves."""
        spread = (Z_95 / self.weight) ** 2
        middle = self.difference + spread * self.slope / 2
        half = sqrt(max(0.0, middle**2 - self.difference**2 + spread * self.constant))
        return middle - half, middle + half

    def standardized(self) -> tuple[float, float]:
        """Newcombe's interval on the standardized shares, with the number of sessions that has their variance."""
        hit = self._effective(self.hit_share, ((s.hit_sessions, s.hit_succeeded) for s in self.strata))
        other = self._effective(self.other_share, ((s.other_sessions, s.other_succeeded) for s in self.strata))
        return intervals.difference(self.hit_share, hit, self.other_share, other)

    def _effective(self, share: float, arm: Iterable[tuple[int, int]]) -> float:
        """Sessions of one stratum with a share as certain as the standardized one.

        A stratum's own share is drawn towards the standardized one as by one more session with it: a stratum of one
        session has no variance of its own.
        """
        counts = list(arm)
        plain = sum(w * w / n for w, (n, _) in zip(self.weights, counts, strict=True)) / self.weight**2
        drawn = (((x + share) / (n + 1), n) for n, x in counts)
        variance = sum(w * w * p * (1 - p) / n for w, (p, n) in zip(self.weights, drawn, strict=True))
        if not 0 < share < 1 or variance <= 0:
            return 1 / plain
        return share * (1 - share) * self.weight**2 / variance

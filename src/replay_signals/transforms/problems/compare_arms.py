"""Which comparison is fair for a problem, and what it gives: the effect on the outcome, or an honest none. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems.counts import Counts, Met, stratum_of, unit_of
from replay_signals.transforms.problems.effect import NOTHING, Effect, Stratum, before_after, risk_difference

Comparison = Literal["used", "before_after", "reached", "none"]

FAILS_FOR_ALL = 0.9
"""Share of those who met a unit at time zero, from which the few unaffected are too odd to compare with."""


class Compared(NamedTuple):
    """An effect with the comparison behind it and the reason for it in words."""

    comparison: Comparison
    effect: Effect
    reason: str


def compared(counts: Counts, failure: str, first: date, onset: date | None, rules: Problems) -> Compared:
    """The fairest comparison that the counts allow; days from `first` on are those of the window.

    With fewer than `min_sessions` affected it is one of the first two, and too few to say.

    - `used`: who met it at time zero with who used the same control or route then and did not, in one stratum.
    - `reached`: the same among those who reached the page.
    - `before_after`: where it fails for nearly everyone, days from the onset on with days before, less the same change
      at other controls of the page.
    - `none`: leaving is no cause of not coming back, and what fails for all from the first day on has no other side.
    """
    if failure == "exit":
        return Compared("none", NOTHING, "leaving is the outcome itself, so nobody who left can have it")
    start = first if onset is None else max(first, onset)
    strata = list(_strata(counts, start))
    hits = sum(s.hit_sessions for s in strata)
    everybody = hits + sum(s.other_sessions for s in strata)
    if not everybody:
        return Compared("none", NOTHING, "nobody was affected at the first use")
    if hits < max(FAILS_FOR_ALL * everybody, rules.min_sessions):
        effect = risk_difference(strata, rules)
        if all(unit.unit == "page" for unit in counts.units):
            return Compared("reached", effect, effect.reason or "affected with unaffected visitors of the page")
        return Compared("used", effect, effect.reason or "affected with unaffected visitors who used the same")
    if onset is None or not any(met.day < onset for met in counts.met):
        return Compared("none", NOTHING, "it fails for nearly everyone, and there is no time before it to compare with")
    effect = before_after(_around_onset(counts.met, onset), _around_onset(counts.around, onset), rules)
    reason = (
        effect.reason or "it fails for nearly everyone: days since it began with days before, less the change nearby"
    )
    return Compared("before_after", effect, reason)


def _strata(counts: Counts, start: date) -> Iterable[Stratum]:
    """Strata with everybody who met a unit on the days from `start` on, affected at time zero or not."""
    hit: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    everybody: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for arm in counts.arms:
        if arm.day >= start:
            own = hit[stratum_of(unit_of(arm), arm.page_pattern, arm.device_type, arm.is_entry)]
            own[0] += arm.affected_at_zero
            own[1] += arm.succeeded_at_zero
    for met in counts.met:
        if met.day >= start:
            own = everybody[met.stratum]
            own[0] += met.sessions
            own[1] += met.succeeded
    for name, (sessions, succeeded) in sorted(everybody.items()):
        hits, hits_succeeded = hit[name]
        yield Stratum(name, hits, hits_succeeded, sessions - hits, succeeded - hits_succeeded)


def _around_onset(rows: Iterable[Met], onset: date) -> list[Stratum]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for met in rows:
        own = sums[met.stratum]
        side = 0 if met.day >= onset else 2
        own[side] += met.sessions
        own[side + 1] += met.succeeded
    return [Stratum(name, *four) for name, four in sorted(sums.items())]

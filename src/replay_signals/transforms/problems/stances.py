"""What the counts of an element say about a silent click on it. Pure.

Thresholds are held against the lower or upper ends of 95 % intervals.

answers    it answers nearly everybody: one who meets silence met a fault
traceless  it never answered anybody, its visitors do not try again, and go on and succeed as others do: a download by
           script, a copy button. A button that is broken for everyone is none of these: its visitors try again or lose
           the outcome, and one that ever answered is never traceless
plain      as traceless, for what nothing marks as a control (tag, role, handler): there it is enough that nothing shows
           that its visitors fare worse
"""

from __future__ import annotations

from typing import NamedTuple

from replay_signals.schemas.prior_rows import ANSWERS, NOTHING, PLAIN, TRACELESS, Stance
from replay_signals.transforms.problems.intervals import difference, wilson

ANSWERED_SHARE = 0.8
"""Share of visitors answered that is proven of an element that answers: 16 of 16, 48 of 50."""
CHANCE_SHARE = 0.1
"""Share of visitors answered up to which the answers may belong to something else that changed just then."""
MIN_SILENT = 20
"""Silent visitors below which silence is no habit of the element."""
TRIED_SHARE = 0.2
"""Share of silent visitors who try again that is ruled out of one whose silence disturbs nobody."""
CARRIED_MARGIN = 0.1
"""How much less often its visitors may go on than others."""
SUCCESS_MARGIN = 0.05
"""How much less often they may reach a key event."""


class Tally(NamedTuple):
    """Distinct visitors of an element, see `PriorRow`."""

    answered: int
    silent: int
    tried: int
    carried_on: int
    succeeded: int | None
    others: int
    others_carried_on: int
    others_succeeded: int | None
    has_answered: bool


def has_answered(answered: int, silent: int) -> bool:
    """More than chance says that it answered somebody."""
    seen = answered + silent
    return seen > 0 and wilson(answered / seen, seen)[0] > CHANCE_SHARE


def stance_of(tally: Tally) -> Stance:
    """What the judge takes from an element's counts."""
    seen = tally.answered + tally.silent
    if seen and wilson(tally.answered / seen, seen)[0] >= ANSWERED_SHARE:
        return ANSWERS
    if tally.has_answered or tally.silent < MIN_SILENT or not tally.others:
        return NOTHING
    if wilson(tally.tried / tally.silent, tally.silent)[1] > TRIED_SHARE:
        return NOTHING
    apart = [(_apart(tally, tally.carried_on, tally.others_carried_on), CARRIED_MARGIN)]
    if tally.succeeded is not None and tally.others_succeeded is not None:
        apart.append((_apart(tally, tally.succeeded, tally.others_succeeded), SUCCESS_MARGIN))
    if all(low > -margin for (low, _), margin in apart):
        return TRACELESS
    return PLAIN if all(high >= 0 for (_, high), _ in apart) else NOTHING


def _apart(tally: Tally, own: int, others: int) -> tuple[float, float]:
    """Interval of the difference between the element's silent visitors and others."""
    return difference(own / tally.silent, tally.silent, others / tally.others, tally.others)

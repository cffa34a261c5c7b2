"""Severity of a problem, 0 to 100: users affected x loss of outcomes x worth, on a scale where tenfold is 16.7 points.

    users    16.7 x log10(users a day / 0.01)     one user a day 33.3, a hundred 66.7
    effect   16.7 x log10(loss)                   all lose the outcome 0, one in ten -16.7
    value    16.7 x log10(worth of an outcome)    worth 1: 0, worth 10: 16.7
    limit    what keeps the sum within 0 and 100

Logarithms make the product a sum whose parts can be shown, in the same order: `loss_per_day` is the product itself, the
one number that explains the order.
"""

from __future__ import annotations

from math import log10
from typing import Literal

import msgspec

from replay_signals.schemas.problem_rules import Problems
from replay_signals.transforms.problems.effect import DEFAULT, Effect
from replay_signals.transforms.problems.tails import Z_95

Priority = Literal["P0", "P1", "P2", "P3", "P4"]

LEAST_LOSS = 0.01
MOST_LOSS = 10_000.0
"""Outcomes' worth lost a day at severity 0 and 100: one visitor annoyed now and then; a large shop's checkout down."""
TENFOLD_POINTS = 100 / log10(MOST_LOSS / LEAST_LOSS)
LEAST_HARM = 0.001
"""Loss that stands for none: a logarithm needs one, and a thousand sessions could not tell it from 0."""
LEAST_USERS = 0.01
"""Users a day that stand for none: one in a hundred days."""
PRIORITIES: tuple[tuple[float, Priority], ...] = ((80, "P0"), (60, "P1"), (40, "P2"), (20, "P3"))
"""Least severity of each priority on PostHog's scale; below is P4."""
STOPPED_SHARE = 0.95
"""Of those who met it that a problem stops to be one that blocks completely."""
USUAL_WEIGHT = 0.95
"""Greatest weight of a problem that is no reason to research at once."""


class Severity(msgspec.Struct, frozen=True):
    """`components` add up to `score` exactly (in tenths). `harm` is the loss of outcomes per affected session used."""

    score: float
    components: dict[str, float]
    priority: Priority
    weight: float
    harm: float
    loss_per_day: float


def severity_of(
    users_per_day: float, effect: Effect | None, value: float, blocked_share: float, rules: Problems = DEFAULT
) -> Severity:
    """Severity, priority and weight of a problem.

    `value` is the worth of the outcome lost, `blocked_share` the share of affected sessions in which the visitor was
    stopped. Without a comparison, or with few sessions, the loss expected of such a problem stands in (`harm_of`).
    """
    harm = harm_of(effect, blocked_share, rules)
    exact = {
        "users": TENFOLD_POINTS * log10(max(LEAST_USERS, users_per_day) / LEAST_LOSS),
        "effect": TENFOLD_POINTS * log10(harm),
        "value": TENFOLD_POINTS * log10(value) if value > 0 else -100.0,
    }
    tenths = {name: round(10 * points) for name, points in exact.items()}
    total = sum(tenths.values())
    tenths["limit"] = min(1000, max(0, total)) - total
    score = (total + tenths["limit"]) / 10
    return Severity(
        score,
        {name: points / 10 for name, points in tenths.items() if points},
        next((name for least, name in PRIORITIES if score >= least), "P4"),
        _weight(score, users_per_day, effect, blocked_share, rules),
        harm,
        max(0.0, users_per_day) * harm * max(0.0, value),
    )


def harm_of(effect: Effect | None, blocked_share: float, rules: Problems = DEFAULT) -> float:
    """Loss of outcomes per affected session: the measured one and the expected one, each by how sure it is.

    Expected: `friction_effect` for what annoys up to `blocked_effect` for what stops everybody, give or take
    `effect_spread`. So a problem of five sessions is not ranked by luck, and one of thousands only by its figures.
    """
    share = min(1.0, max(0.0, blocked_share))
    expected = rules.friction_effect + share * (rules.blocked_effect - rules.friction_effect)
    if effect is None or not (effect.hit_sessions and effect.other_sessions):
        return max(LEAST_HARM, expected)
    error = max(1e-9, (effect.high - effect.low) / (2 * Z_95))
    trust = rules.effect_spread**2 / (rules.effect_spread**2 + error**2)
    return min(1.0, max(LEAST_HARM, trust * -effect.difference + (1 - trust) * expected))


def _weight(score: float, users: float, effect: Effect | None, blocked_share: float, rules: Problems) -> float:
    """Weight for PostHog's grouping, which researches a report at once when its signals add up to 1.

    Exactly 1 is for a proven loss (interval below 0) that hits `urgent_users` a day or stops all who meet it; others
    weigh severity / 100, at most 0.95.
    """
    proven = effect is not None and effect.enough and effect.high < 0
    if proven and (users >= rules.urgent_users or blocked_share >= STOPPED_SHARE):
        return 1.0
    return min(USUAL_WEIGHT, score / 100)

"""95 % intervals of shares, of their difference and of their ratio, with right coverage for few events too."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt

from replay_signals.transforms.problems.tails import Z_95

PRECISE = 1e-9
"""Relative width at which the search for a border ends."""


def wilson(share: float, of: float) -> tuple[float, float]:
    """Score interval of one share (Wilson 1927). `of` may be an effective number of observations."""
    z2 = Z_95**2
    center = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 / (1 + z2 / of) * sqrt(max(0.0, share * (1 - share) / of + z2 / (4 * of * of)))
    return max(0.0, center - half), min(1.0, center + half)


def poisson(count: int) -> tuple[float, float]:
    """Score interval of the mean of which a count was drawn (Rao's): (0, 3.8) for none."""
    center, half = count + Z_95**2 / 2, Z_95 * sqrt(count + Z_95**2 / 4)
    return max(0.0, center - half), center + half


def difference(share: float, of: float, other: float, other_of: float) -> tuple[float, float]:
    """Interval of `share - other` from the Wilson intervals of both (Newcombe 1998, method 10)."""
    low, high = recover(share, wilson(share, of), other, wilson(other, other_of))
    return max(-1.0, low), min(1.0, high)


def recover(
    value: float, interval: tuple[float, float], other: float, other_interval: tuple[float, float]
) -> tuple[float, float]:
    """Interval of `value - other` from the interval of each, which are independent (Zou and Donner 2008)."""
    (low, high), (other_low, other_high) = interval, other_interval
    at = value - other
    return (
        at - sqrt((value - low) ** 2 + (other_high - other) ** 2),
        at + sqrt((high - value) ** 2 + (other - other_low) ** 2),
    )


def ratio(hits: int, of: int, other_hits: int, other_of: int) -> tuple[float, float]:
    """Score interval of the ratio of two shares (Koopman 1984): (0, inf) when nobody was hit on either side."""
    if of <= 0 or other_of <= 0 or hits + other_hits == 0:
        return 0.0, inf

    def far(candidate: float) -> bool:
        return _ratio_score(candidate, hits, of, other_hits, other_of) > Z_95**2

    at = hits * other_of / (other_hits * of) if other_hits else inf
    low = 0.0 if hits == 0 else _border(far, at if at < inf else None, -1)
    high = inf if other_hits == 0 else _border(far, at if at > 0 else None, 1)
    return low, high


def _ratio_score(ratio_: float, x: int, n: int, y: int, m: int) -> float:
    """Squared score statistic of the hypothesis p1 = ratio * p0, both at their likeliest under it."""
    total = n + m
    a, b, c = total * ratio_, -(ratio_ * (n + y) + x + m), x + y
    p0 = (-b - sqrt(max(0.0, b * b - 4 * a * c))) / (2 * a)
    return _pearson(x, n, min(1.0, p0 * ratio_)) + _pearson(y, m, min(1.0, p0))


def _pearson(hits: int, of: int, share: float) -> float:
    """(observed - expected)² / variance; a share of 0 or 1 that explains all is no distance at all."""
    variance = of * share * (1 - share)
    distance = (hits - of * share) ** 2
    if distance < 1e-9 * of:
        return 0.0
    return distance / variance if variance > 0 else inf


def _border(far: Callable[[float], bool], inside: float | None, side: int) -> float:
    """Where `far` begins to hold, left (-1) or right (1) of a ratio for which it does not; searched on a log scale."""
    near = inside if inside is not None else 1.0
    if inside is None:  # the estimate is 0 or infinite: walk from 1 towards it until inside
        while far(near) and 1e-12 < near < 1e12:
            near *= 2.0**-side
    edge = near
    while not far(edge) and 1e-12 < edge < 1e12:
        edge *= 2.0**side
    while abs(edge - near) > PRECISE * near:
        middle = sqrt(near * edge)
        near, edge = (near, middle) if far(middle) else (middle, edge)
    return near

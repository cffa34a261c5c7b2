"""Tails of distributions in closed form: no library that has them fits both environments."""

from __future__ import annotations

from collections.abc import Iterator
from math import erfc, exp, inf, lgamma, log, log1p, sqrt
from statistics import NormalDist

Z_95 = NormalDist().inv_cdf(0.975)
"""Half width of a 95 % interval in standard errors."""

CONVERGED = 1e-15
TINY = 1e-300
MAX_TERMS = 20_000
"""Terms of the continued fraction; it needs about the square root of the greater parameter."""


def z_of(chance: float) -> float:
    """The standard normal value that is exceeded with this chance; `chance` in (0, 1)."""
    return -NormalDist().inv_cdf(chance)


def two_sided(z: float) -> float:
    """Chance of a standard normal value at least as far from 0."""
    return erfc(abs(z) / sqrt(2))


def beta_cdf(x: float, a: float, b: float) -> float:
    """Regularized incomplete beta function I_x(a, b), for a, b > 0 (DLMF 8.17.22, by Lentz' method)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_cdf(1 - x, b, a)
    scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    c, d, value = 1.0, 0.0, 1.0
    for term in _beta_terms(x, a, b):
        d = 1 / (1 + term * d or TINY)
        c = 1 + term / c or TINY
        value *= c * d
        if abs(c * d - 1) < CONVERGED:
            break
    return min(1.0, scale / value)


def _beta_terms(x: float, a: float, b: float) -> Iterator[float]:
    """Partial numerators of the continued fraction."""
    for m in range(MAX_TERMS):
        if m:
            yield m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))


def binomial_upper(count: float, of: float, share: float) -> float:
    """Chance of at least `count` among `of`, each with chance `share`; counts need not be whole numbers."""
    if count <= 0:
        return 1.0
    return 0.0 if count > of else beta_cdf(share, count, of - count + 1)


def binomial_lower(count: float, of: float, share: float) -> float:
    """Chance of at most `count` among `of`."""
    return 1.0 if count >= of else beta_cdf(1 - share, of - count, count + 1)


def hypergeometric_mid_p(hit: int, drawn: int, marked: int, total: int) -> float:
    """Two-sided mid-p of Fisher's exact test: `hit` of `drawn` are marked, as are `marked` of `total`.

    Tables as likely as the one seen count half (Lancaster 1961): the test keeps its level on average instead of
    staying far below it, as the exact one does with few counts.
    """
    low, high = max(0, drawn + marked - total), min(drawn, marked)
    fixed = _log_choose(total, drawn)

    def chance(k: int) -> float:
        return exp(_log_choose(marked, k) + _log_choose(total - marked, drawn - k) - fixed)

    seen = chance(hit)
    below, level = seen * (1 - 1e-9), seen * (1 + 1e-9)
    summed = 0.0
    for k in range(low, high + 1):
        p = chance(k)
        summed += p if p < below else p / 2 if p <= level else 0.0
    return min(1.0, summed)


def _log_choose(n: int, k: int) -> float:
    return -inf if not 0 <= k <= n else lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

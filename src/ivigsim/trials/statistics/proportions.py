"""Shares of two arms: differences and ratios with limits, for parallel groups and for pairs.

Sources
-------
Newcombe 1998a
    Stat Med 17:873, method 10: Wilson limits of both shares, squared and added (parallel groups).
Newcombe 1998b
    Stat Med 17:2635, method 10: the same with the correlation of the pairs, corrected for continuity.
Katz 1978
    Biometrics 34:469: ratio of two shares on the log scale (parallel groups).
Bonett & Price 2006
    Stat Med 25:3039: ratio of two paired shares from Wilson limits at an adjusted level.
McNemar 1947
    Psychometrika 12:153; the exact test is the sign test on the pairs that differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ivigsim.errors import InputError
from ivigsim.outcomes import Interval, wilson

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """How many of the same patients responded in both arms, in one only, in neither."""

    both: int
    arm_only: int
    reference_only: int
    neither: int

    def __post_init__(self) -> None:
        """Refuse no pair at all."""
        if min(self.both, self.arm_only, self.reference_only, self.neither) < 0 or not self.n:
            raise InputError(f"{self} is no table of pairs; accepted: numbers from 0, at least one pair")

    @property
    def n(self) -> int:
        """Pairs in all."""
        return self.both + self.arm_only + self.reference_only + self.neither


def share(successes: int, n: int, level: float) -> Interval:
    """Return a share with Wilson limits; None when there is nobody."""
    if not n:
        return Interval(None, None, None)
    low, high = wilson(successes, n, level)
    return Interval(successes / n, float(low), float(high))


def difference(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Return the difference of two independent shares (first minus second) with Newcombe's limits.

    Examples
    --------
    The first example of Newcombe's Table II, 56 of 70 against 48 of 80:

    >>> found = difference(56, 70, 48, 80)
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not n1 or not n2:
        return Interval(None, None, None)
    low, high = confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff", alpha=1 - level)
    return Interval(k1 / n1 - k2 / n2, float(low), float(high))


def ratio(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Interval:
    """Return the ratio of two independent shares with log limits (Katz).

    There is no ratio over nobody, and there are no limits where nobody of the first arm or all of both
    responded: the method would give a width of zero or infinity.

    Examples
    --------
    >>> found = ratio(56, 70, 48, 80)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (1.333, 1.077, 1.651)
    >>> ratio(3, 10, 0, 10)
    Interval(value=None, low=None, high=None)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not n1 or not k2:
        return Interval(None, None, None)
    value = k1 / n1 * n2 / k2
    if not k1 or (k1 == n1 and k2 == n2):
        return Interval(value, None, None)
    low, high = confint_proportions_2indep(k1, n1, k2, n2, method="log", compare="ratio", alpha=1 - level)
    return Interval(value, float(low), float(high))


def score_p(k1: ArrayLike, n1: ArrayLike, k2: ArrayLike, n2: ArrayLike) -> Floats:
    """Return two-sided p values of the score test that independent shares are equal, element by element.

    It is Pearson's chi-squared without continuity correction; p is 1 where all or nobody responded.

    Examples
    --------
    >>> round(float(score_p(56, 70, 48, 80)), 4)
    0.008
    """
    from scipy.special import ndtr

    a, m, b, n = (np.asarray(x, dtype=np.float64) for x in (k1, n1, k2, n2))
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (a + b) / (m + n)
        z = (a / m - b / n) / np.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    p: Floats = np.where(np.isfinite(z), 2 * ndtr(-np.abs(z)), 1.0)
    return p


def paired_difference(pairs: Pairs, level: float = 0.95) -> Interval:
    """Return the difference of two paired shares (arm minus reference) with Newcombe's limits.

    Examples
    --------
    Complete response of 161 patients after and before consolidation (Cavo 2012, in Fagerland 2017, chapter
    8):

    >>> found = paired_difference(Pairs(both=59, arm_only=6, reference_only=16, neither=80))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (-0.0621, -0.1186, -0.0046)
    """
    a, b, c, d, n = pairs.both, pairs.arm_only, pairs.reference_only, pairs.neither, pairs.n
    value = (b - c) / n
    first, second = share(a + b, n, level), share(a + c, n, level)
    down1, up1 = _reach(first)
    down2, up2 = _reach(second)
    phi = _correlation(a, b, c, d)
    low = value - sqrt(max(0.0, down1**2 - 2 * phi * down1 * up2 + up2**2))
    high = value + sqrt(max(0.0, up1**2 - 2 * phi * up1 * down2 + down2**2))
    return Interval(value, low, high)


def _reach(limits: Interval) -> tuple[float, float]:
    """Return how far the limits lie below and above the share."""
    value, low, high = limits.value or 0.0, limits.low or 0.0, limits.high or 0.0
    return value - low, high - value


def _correlation(a: int, b: int, c: int, d: int) -> float:
    """Return the correlation of the pairs; a positive one is corrected for continuity, as method 10 says."""
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if not margins:
        return 0.0
    product = float(a * d - b * c)
    if product > 0:
        product = max(product - (a + b + c + d) / 2, 0.0)
    return product / sqrt(margins)


def paired_ratio(pairs: Pairs, level: float = 0.95) -> Interval:
    """Return the ratio of two paired shares with Bonett and Price's limits; none over nobody.

    Examples
    --------
    >>> found = paired_ratio(Pairs(both=59, arm_only=6, reference_only=16, neither=80))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.8667, 0.7579, 0.991)
    """
    first, second = pairs.both + pairs.arm_only, pairs.both + pairs.reference_only
    either = pairs.both + pairs.arm_only + pairs.reference_only  # who responded in neither says nothing here
    if not second:
        return Interval(None, None, None)
    spread = sqrt((pairs.arm_only + pairs.reference_only + 2) / ((first + 1) * (second + 1)))
    parts = sum(sqrt((1 - (k + 1) / (either + 2)) / (k + 1)) for k in (first, second))
    z = spread / parts * NormalDist().inv_cdf(0.5 + level / 2)
    adjusted = 2 * NormalDist().cdf(z) - 1
    low1, high1 = (float(x) for x in wilson(first, either, adjusted))
    low2, high2 = (float(x) for x in wilson(second, either, adjusted))
    return Interval(first / second, low1 / high2, high1 / low2)


def mcnemar_p(arm_only: ArrayLike, reference_only: ArrayLike) -> Floats:
    """Return two-sided p values of McNemar's exact test, element by element.

    Examples
    --------
    >>> round(float(mcnemar_p(6, 16)), 6)
    0.052479
    """
    from scipy.stats import binom

    b, c = np.asarray(arm_only, dtype=np.float64), np.asarray(reference_only, dtype=np.float64)
    p: Floats = np.minimum(1.0, 2 * binom.cdf(np.minimum(b, c), b + c, 0.5))
    return p

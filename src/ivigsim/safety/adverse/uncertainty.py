"""Intervals: those of counts, those published, and what they become when a ratio or a course is applied."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes.intervals import Interval, stream, wilson

Floats = NDArray[np.float64]

DRAWS = 20_000  # assumed: limits then move by less than a hundredth of the width with another seed
_SEED = 1  # any: it only fixes which draws are taken
_Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Term:
    """A published number and what is known of its error.

    Attributes
    ----------
    key : str
        Two terms of the same key are the same number, so that it cancels in a difference.
    value : float
        A share from 0 to 1, a rate, an excess or a ratio.
    low, high : float or None
        Published interval.
    n : float or None
        Counted in how many; the share then has the interval of its counts.
    shape : str
        "share", "positive" (rates and ratios: normal on the logarithm) or "any" (an excess: normal).
    """

    key: str
    value: float
    low: float | None = None
    high: float | None = None
    n: float | None = None
    shape: str = "share"

    @property
    def known(self) -> bool:
        """Whether anything is known of its error."""
        return self.n is not None or self.low is not None

    def draws(self) -> Floats:
        """Return values as likely as the number's error makes them, the same for the same key.

        A published interval gives the spread, the published value the middle.

        Examples
        --------
        >>> odds = Term("x", 0.22, 0.05, 0.90, shape="positive").draws()
        >>> [round(float(x), 2) for x in np.quantile(odds, [0.025, 0.5, 0.975])]
        [0.05, 0.22, 0.95]
        """
        rng = stream(_SEED, self.key)
        if self.n is not None:
            # Jeffreys: of the usual priors, the one whose interval is nearest to the score interval
            events = self.value * self.n
            return rng.beta(events + 0.5, self.n - events + 0.5, DRAWS)
        if self.low is None or self.high is None:
            return np.full(DRAWS, self.value)
        z = rng.standard_normal(DRAWS)
        if self.shape == "any" or self.low <= 0:
            return self.value + z * (self.high - self.low) / (2 * _Z95)
        spread = self.value * np.exp(z * log(self.high / self.low) / (2 * _Z95))
        return np.minimum(spread, 1.0) if self.shape == "share" else spread


def counted(share: float, n: float) -> Interval:
    """Return a share with Wilson's 95% interval.

    Examples
    --------
    >>> found = counted(17 / 40, 40)
    >>> round(found.low, 3), round(found.high, 3)
    (0.285, 0.578)
    """
    low, high = wilson(share * n, n)
    return Interval(share, float(low), float(high))


def on_odds(share: float | Floats, ratio: float | Floats) -> Floats:
    """Return the share whose odds are `ratio` times those of `share`.

    Examples
    --------
    >>> round(float(on_odds(27 / 89, 0.22)), 4)
    0.0874
    """
    odds = ratio * np.asarray(share, dtype=np.float64)
    result: Floats = odds / (1.0 - share + odds)
    return result


def over_draws(value: float, draws: Floats, known: bool) -> Interval:
    """Return a value with the middle 95% of its draws, or without when nothing is known of its error."""
    if not known:
        return Interval(value, None, None)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def at_least_once(share: float | Floats, times: int) -> Floats:
    """Return the share with at least one event in `times` infusions that do not know of each other.

    Examples
    --------
    >>> float(at_least_once(0.5, 2))
    0.75
    """
    each = np.asarray(share, dtype=np.float64)
    result: Floats = each if times == 1 else 1.0 - (1.0 - each) ** times
    return result


def within(rate: float | Floats, days: float) -> Floats:
    """Return the share with an event in `days` at a constant rate per day.

    Examples
    --------
    >>> round(float(within(0.1, 2.0)), 4)
    0.1813
    """
    result: Floats = -np.expm1(-np.asarray(rate, dtype=np.float64) * days)
    return result

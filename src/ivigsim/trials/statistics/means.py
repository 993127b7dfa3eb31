"""Limits of means and of ratios of means."""

from __future__ import annotations

from math import sqrt

from ivigsim.outcomes import Interval


def t_quantile(level: float, freedom: float) -> float:
    """Return how many standard errors the limits of a mean lie off."""
    from scipy.stats import t

    return float(t.ppf(0.5 + level / 2, freedom))


def fieller(
    over: float, under: float, var_over: float, var_under: float, covariance: float, z: float
) -> Interval:
    """Return a ratio of two means with Fieller's limits.

    Source: Fieller 1954 J R Stat Soc B 16:175. There are no limits where the mean below is within z standard
    errors of 0: the set of ratios that fit is then not an interval.

    Parameters
    ----------
    over, under : float
        Means above and below the line.
    var_over, var_under, covariance : float
        Squared standard errors of both, and the covariance of their errors.
    z : float
        Standard errors to the limits.

    Examples
    --------
    With nothing unsure below the line the limits are those of the mean above, divided:

    >>> fieller(10.0, 2.0, 1.0, 0.0, 0.0, 2.0)
    Interval(value=5.0, low=4.0, high=6.0)
    >>> fieller(10.0, 2.0, 1.0, 4.0, 0.0, 2.0)
    Interval(value=5.0, low=None, high=None)
    """
    if under == 0:
        return Interval(None, None, None)
    a = under**2 - z**2 * var_under
    b = over * under - z**2 * covariance
    c = over**2 - z**2 * var_over
    # z * var is the limit at which the mean below would be compatible with none
    if a <= 1e-12 * under**2:
        return Interval(over / under, None, None)
    root = sqrt(max(0.0, b**2 - a * c))
    return Interval(over / under, (b - root) / a, (b + root) / a)

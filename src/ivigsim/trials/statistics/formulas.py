"""Power by textbook formulas, as a check on what the replicates show."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, log, sqrt
from statistics import NormalDist

import numpy as np

from ivigsim.trials.statistics.replicates import Shares, Times, log_ranks
from ivigsim.trials.statistics.survival import first_of_two

Formula = tuple[str, Callable[[int], float | None]]
"""What it is, and power by patients per arm; None where it has none."""


def formula_for(trial: Shares | Times, alpha: float) -> Formula:
    """Return the textbook power of a comparison for the effect that all replicates together show.

    Examples
    --------
    >>> arm, reference = np.repeat([[1.0, 0.0]], [60, 40], axis=1), np.repeat([[1.0, 0.0]], [40, 60], axis=1)
    >>> words, power = formula_for(Shares(arm, reference, paired=False), 0.05)
    >>> round(power(100), 2)
    0.81
    """
    if isinstance(trial, Shares):
        return _paired_shares(trial, alpha) if trial.paired else _shares(trial, alpha)
    return _paired_times(trial, alpha) if trial.paired else _times(trial, alpha)


def _shares(trial: Shares, alpha: float) -> Formula:
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    words = "two shares on the arcsine scale (statsmodels NormalIndPower)"
    if not np.isfinite(trial.arm).any() or not np.isfinite(trial.reference).any():
        return words, lambda _: None
    effect = float(proportion_effectsize(np.nanmean(trial.arm), np.nanmean(trial.reference)))
    return words, lambda n: float(NormalIndPower().power(effect, n, alpha)) if effect else alpha


def _paired_shares(trial: Shares, alpha: float) -> Formula:
    a, b = trial.arm[:, : trial.size], trial.reference[:, : trial.size]
    n = max(1, int((np.isfinite(a) & np.isfinite(b)).sum()))
    return _connor(float((a > b).sum()) / n, float((a < b).sum()) / n, alpha)


def _connor(first: float, second: float, alpha: float) -> Formula:
    """Return the power of McNemar's test from the shares of pairs that differ one way and the other.

    Source: Connor 1987 Biometrics 43:207. It is that of the test without exactness, so above the exact one.
    """
    apart, differing = abs(first - second), first + second
    spread = differing - apart**2
    z = NormalDist().inv_cdf(1 - alpha / 2)

    def at(n: int) -> float | None:
        if spread <= 0:
            return None  # nobody differs, or everybody the same way
        return NormalDist().cdf((apart * sqrt(n) - z * sqrt(differing)) / sqrt(spread))

    return "pairs that differ (Connor 1987); the exact test lies below it, most with few", at


def _times(trial: Times, alpha: float) -> Formula:
    """Return the power of the log-rank test from its events, for the one-step hazard ratio.

    Source: Schoenfeld 1981 Biometrika 68:316.
    """
    t, e, u, f = trial.parts(trial.size)
    ratio = float(log_ranks(t.reshape(1, -1), e.reshape(1, -1), u.reshape(1, -1), f.reshape(1, -1))[1][0])
    events = float((e & np.isfinite(t)).mean()) + float((f & np.isfinite(u)).mean())  # per pair of patients
    words = "log-rank test by its events (Schoenfeld 1981), one-step hazard ratio"
    if not isfinite(ratio) or ratio <= 0:
        return words, lambda _: None
    z = NormalDist().inv_cdf(1 - alpha / 2)
    return words, lambda n: NormalDist().cdf(sqrt(n * events / 4) * abs(log(ratio)) - z)


def _paired_times(trial: Times, alpha: float) -> Formula:
    t, e, u, f = trial.parts(trial.size)
    both = np.isfinite(t) & np.isfinite(u)
    earlier, later, _ = first_of_two(t, e, u, f)
    n = max(1, int(both.sum()))
    return _connor(float((earlier & both).sum()) / n, float((later & both).sum()) / n, alpha)

"""How well a number tells responders from others: area under the ROC curve, its interval, and a cut."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ivigsim.outcomes.reading import BoolArray, FloatArray


@dataclass(frozen=True)
class Area:
    """An area under the ROC curve and its 95% limits, which are None at 0 and 1."""

    value: float
    low: float | None
    high: float | None

    def turned(self) -> Area:
        """Return the area of the number with its sign changed."""
        low, high = (None if end is None else 1.0 - end for end in (self.high, self.low))
        return Area(1.0 - self.value, low, high)


def placements(values: FloatArray, responded: BoolArray) -> FloatArray:
    """Return where each patient stands among those of the other outcome, shape (n,).

    For a responder it is the share of the others with a smaller value, for another patient the share of the
    responders with a larger one; ties count half. Either mean is the area under the ROC curve.

    Examples
    --------
    >>> placements(np.array([1.0, 2, 2, 3]), np.array([False, False, True, True])).tolist()
    [1.0, 0.75, 0.75, 1.0]
    """
    found = np.empty(len(values))
    for group, sign in ((responded, 1.0), (~responded, -1.0)):
        others = np.sort(sign * values[~group])
        own = sign * values[group]
        below = others.searchsorted(own, "left") + others.searchsorted(own, "right")
        found[group] = below / (2.0 * len(others))
    return found


def area(values: FloatArray, responded: BoolArray) -> Area:
    """Return the area under the ROC curve of a number that is higher in responders, with its limits.

    Source: DeLong 1988 Biometrics 44:837 for the variance; the limits are symmetrical on the logit scale.

    Examples
    --------
    >>> round(area(np.arange(8.0), np.array([0, 0, 1, 0, 1, 0, 1, 1], dtype=bool)).value, 3)
    0.812
    """
    return area_of(placements(values, responded), responded)


def area_of(placed: FloatArray, responded: BoolArray, value: float | None = None) -> Area:
    """Return the area of placements, and its limits; `value` when it is known better."""
    found = float(placed[responded].mean()) if value is None else value
    if not 0.0 < found < 1.0:
        return Area(found, None, None)
    logit = np.log(found / (1.0 - found))
    reach = _Z * standard_error(placed, responded) / (found * (1.0 - found))
    low, high = (float(1.0 / (1.0 + np.exp(-end))) for end in (logit - reach, logit + reach))
    return Area(found, low, high)


def standard_error(placed: FloatArray, responded: BoolArray) -> float:
    """Return the standard error of the mean of placements, or of differences between them."""
    parts = (placed[group].var(ddof=1) / group.sum() for group in (responded, ~responded))
    return float(np.sqrt(sum(parts)))


def difference(one: FloatArray, other: FloatArray, responded: BoolArray) -> Area:
    """Return how much larger the first area is than the second in the same patients, with 95% limits."""
    gap = one - other
    value = float(gap[responded].mean())
    reach = _Z * standard_error(gap, responded)
    return Area(value, value - reach, value + reach)


def best_cut(values: FloatArray, responded: BoolArray) -> float:
    """Return the cut at or above which responders are best told, by Youden's index; halfway between values.

    Source: Youden 1950 Cancer 3:32: sensitivity + specificity - 1 is largest.

    Examples
    --------
    >>> best_cut(np.array([1.0, 2, 4, 8]), np.array([False, False, True, True]))
    3.0
    """
    order = np.argsort(values, kind="stable")
    ordered, hit = values[order], responded[order]
    youden = np.cumsum(~hit) / (~hit).sum() - np.cumsum(hit) / hit.sum()
    gaps = np.flatnonzero(np.diff(ordered) > 0)
    if not len(gaps):
        return float(ordered[0])
    at = gaps[int(np.argmax(youden[gaps]))]
    return float((ordered[at] + ordered[at + 1]) / 2.0)


_Z = NormalDist().inv_cdf(0.975)

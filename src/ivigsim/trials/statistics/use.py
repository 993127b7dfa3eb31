"""Grams of IVIG used, per patient and per responder, and what they cost at the user's price."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from ivigsim.outcomes import Interval
from ivigsim.trials.statistics.cohorts import Cohorts, Floats, check_matched
from ivigsim.trials.statistics.design import Design
from ivigsim.trials.statistics.means import fieller

if TYPE_CHECKING:
    import polars as pl

METHOD = (
    "per responder: all grams of the arm over all its responders; who was not judged used IVIG and is no"
    " responder; Fieller's limits; cost is that of IVIG alone, at your price"
)


@dataclass(frozen=True)
class ArmUse:
    """IVIG of an arm (g) and its cost; cost is None without a price.

    Attributes
    ----------
    arm : str
    patients : int
    total_g : float
    mean_g, median_g : float
        Per patient.
    mean_cost : float or None
        Per patient.
    """

    arm: str
    patients: int
    total_g: float
    mean_g: float
    median_g: float
    mean_cost: float | None


@dataclass(frozen=True)
class PerResponder:
    """IVIG per responder of an arm (g), and its cost; None values: nobody responded."""

    arm: str
    endpoint: str
    responders: int
    grams: Interval
    cost: Interval | None


@dataclass(frozen=True)
class Extra:
    """IVIG per extra responder of an arm over the reference.

    Attributes
    ----------
    arm, reference, endpoint : str
    more_g : float
        Grams per patient beyond the reference.
    more_responders : float
        Share of responders beyond the reference.
    grams : Interval
        Extra grams per extra responder; no value where `why_undefined` says why.
    cost : Interval or None
    why_undefined : str
        Empty where `grams` has a value.
    """

    arm: str
    reference: str
    endpoint: str
    more_g: float
    more_responders: float
    grams: Interval
    cost: Interval | None
    why_undefined: str


@dataclass(frozen=True)
class UseResult:
    """IVIG used; `currency` is None without a price."""

    method: str
    currency: str | None
    arms: tuple[ArmUse, ...]
    per_responder: tuple[PerResponder, ...]
    extra: tuple[Extra, ...]


@dataclass(frozen=True)
class _Moments:
    """Means of grams and of responding per patient, with the squared errors and covariance of the means."""

    grams: float
    share: float
    var_grams: float
    var_share: float
    covariance: float


def use(found: Cohorts, design: Design) -> UseResult:
    """Return what every arm used, per patient and per responder, and per extra responder."""
    arms = tuple(_arm(frame, arm, design.price_per_g) for arm, frame in found.by_arm.items())
    per = tuple(
        _per_responder(frame, arm, endpoint, design)
        for endpoint in design.responses
        for arm, frame in found.by_arm.items()
    )
    extra = tuple(
        _extra(found, arm, endpoint, design) for endpoint in design.responses for arm in design.compared
    )
    return UseResult(METHOD, design.currency, arms, per, extra)


def _arm(frame: pl.DataFrame, arm: str, price: float | None) -> ArmUse:
    grams = _grams(frame)
    mean = float(grams.mean())
    cost = None if price is None else mean * price
    return ArmUse(arm, len(grams), float(grams.sum()), mean, float(np.median(grams)), cost)


def _grams(frame: pl.DataFrame) -> Floats:
    import polars as pl

    return frame["ivig_g"].cast(pl.Float64).to_numpy()


def _responded(frame: pl.DataFrame, endpoint: str) -> Floats:
    """Return 1 for responders, else 0, shape (n,)."""
    import polars as pl

    # a patient who was not judged used IVIG all the same, so stays among those it is shared by
    return frame[endpoint].fill_null(value=False).cast(pl.Float64).to_numpy()


def _moments(grams: Floats, responded: Floats) -> _Moments:
    n = len(grams)
    mean_g, mean_r = float(grams.mean()), float(responded.mean())
    if n == 1:
        return _Moments(mean_g, mean_r, 0.0, 0.0, 0.0)
    spread = np.cov(grams, responded) / n
    return _Moments(mean_g, mean_r, float(spread[0, 0]), float(spread[1, 1]), float(spread[0, 1]))


def _per_responder(frame: pl.DataFrame, arm: str, endpoint: str, design: Design) -> PerResponder:
    responded = _responded(frame, endpoint)
    grams = _ratio(_moments(_grams(frame), responded), design.level, len(responded))
    return PerResponder(arm, endpoint, int(responded.sum()), grams, _cost(grams, design.price_per_g))


def _ratio(m: _Moments, level: float, n: int) -> Interval:
    z = NormalDist().inv_cdf(0.5 + level / 2)
    found = fieller(m.grams, m.share, m.var_grams, m.var_share, m.covariance, z)
    return found if n > 1 else Interval(found.value, None, None)


def _extra(found: Cohorts, arm: str, endpoint: str, design: Design) -> Extra:
    """Compare an arm with the reference: differences of independent means, or means of paired differences."""
    frame, other = found.by_arm[arm], found.by_arm[design.reference]
    g1, r1, g0, r0 = _grams(frame), _responded(frame, endpoint), _grams(other), _responded(other, endpoint)
    if design.kind == "paired":
        check_matched(frame, other, arm, design.reference)
        more = _moments(g1 - g0, r1 - r0)
    else:
        a, b = _moments(g1, r1), _moments(g0, r0)
        more = _Moments(
            a.grams - b.grams,
            a.share - b.share,
            a.var_grams + b.var_grams,
            a.var_share + b.var_share,
            a.covariance + b.covariance,
        )
    why = ""
    if more.share <= 0:
        why = "no more responders"
    elif more.grams <= 0:
        why = "more responders without more IVIG"
    grams = Interval(None, None, None) if why else _ratio(more, design.level, min(len(g1), len(g0)))
    cost = None if why else _cost(grams, design.price_per_g)
    return Extra(arm, design.reference, endpoint, more.grams, more.share, grams, cost, why)


def _cost(grams: Interval, price: float | None) -> Interval | None:
    if price is None:
        return None
    return Interval(*(None if x is None else x * price for x in (grams.value, grams.low, grams.high)))

"""The weight that a dose is taken on: actual, ideal or adjusted."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ivigsim.errors import InputError

DosingWeight = Literal["actual", "ideal", "adjusted"]
DOSING_WEIGHTS: tuple[DosingWeight, ...] = ("actual", "ideal", "adjusted")

CM_PER_INCH = 2.54
AT_60_IN_KG = {"M": 50.0, "F": 45.5}
"""Ideal weight at 60 inches (kg): Devine, as the National Blood Authority, Australia, gives it."""
PER_INCH_KG = 2.3
"""Ideal weight per inch above, or below (kg): the source gives no limit."""
ADJUSTED = 0.4
"""Share of the weight above the ideal that counts in the dose determining weight of the same authority."""
ADULT_YEARS = 18.0

Floats = NDArray[np.float64]


def dosing_weight(
    kind: DosingWeight, weight_kg: ArrayLike, height_cm: ArrayLike, sex: Any, age_years: ArrayLike
) -> Floats:
    """Return the weight that doses are taken on, never above the actual one.

    Parameters
    ----------
    kind : {"actual", "ideal", "adjusted"}
    weight_kg, height_cm, age_years : array_like, shape (n,)
    sex : array_like of "F" and "M", shape (n,)

    Returns
    -------
    ndarray, shape (n,)
        kg.

    Raises
    ------
    InputError
        For a child, unless the actual weight is taken.

    Source
    ------
    Devine's formula and the dose determining weight as the National Blood Authority, Australia, gives them.

    Examples
    --------
    A man of 175 cm and 100 kg (the worked example of the facts: ideal 70.4, adjusted 82.2 kg):

    >>> dosing_weight("adjusted", [100.0], [175.0], ["M"], [50.0]).round(1).tolist()
    [82.3]
    """
    weight = np.asarray(weight_kg, dtype=np.float64)
    if kind == "actual":
        return weight
    age = np.asarray(age_years, dtype=np.float64)
    if (age < ADULT_YEARS).any():
        raise InputError(
            f"dosing weight is {kind} for a patient of {age.min():.0f} years; accepted: actual, since"
            " Devine's formula is for adults"
        )
    at_60 = np.where(np.asarray(sex) == "M", AT_60_IN_KG["M"], AT_60_IN_KG["F"])
    ideal = at_60 + PER_INCH_KG * (np.asarray(height_cm, dtype=np.float64) / CM_PER_INCH - 60)
    ideal = np.minimum(ideal, weight)  # a light patient is dosed on the actual weight
    return ideal if kind == "ideal" else ideal + ADJUSTED * (weight - ideal)

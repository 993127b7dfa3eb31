"""Viscosity of serum from IgG: an assumed curve through two published figures, shown as a check only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ivigsim.safety.adverse.facts import load_facts
from ivigsim.safety.adverse.readings import parsed_cell

ROW = "SAF01"
CURVE = (
    "viscosity from IgG by an assumed curve through two figures of Dalakas 1994 Neurology 44:223 (SAF01);"
    " no published relation was found, and how much viscosity adds to thrombosis is unknown"
)


def viscosity(igg: ArrayLike) -> NDArray[np.float64]:
    """Return the viscosity of serum (cP) at an IgG (g/L): 1.6 exp(0.0125 (IgG - 12)).

    The curve is assumed (fact SAF01): it passes through 1.6 cP at 12 g/L and through the mean rise of 0.55 cP
    that Dalakas measured after 2 g/kg, at an IgG of 35.7 g/L. Its three numbers are in the row.

    Examples
    --------
    >>> [round(float(x), 2) for x in viscosity([12.0, 35.7, 51.0])]
    [1.6, 2.15, 2.61]
    """
    at_rest, steepness, usual = (_number(text) for text in ("1.6", "0.0125", "12"))
    result: NDArray[np.float64] = at_rest * np.exp(steepness * (np.asarray(igg, dtype=np.float64) - usual))
    return result


def measured_rise() -> tuple[float, float, float]:
    """Return the published rise after 2 g/kg (cP): mean, least, greatest.

    Examples
    --------
    >>> measured_rise()
    (0.55, 0.1, 1.0)
    """
    return _number("0.55"), _number("0.1"), _number("1.0")


def _number(text: str) -> float:
    found = parsed_cell(text, load_facts()[ROW])
    assert found is not None
    return found

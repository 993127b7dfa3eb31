"""Which rates of a label hold for an indication and a strength, in mg/kg/min."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivigsim.errors import InputError
from ivigsim.products.definition import Product
from ivigsim.products.rates import Rate

_SAME = 0.01  # relative; assumed: a label's two figures for one rate differ so much by rounding alone


@dataclass(frozen=True)
class LabelRates:
    """First and highest rate (mg/kg/min) of a label, and what had to be chosen between.

    Attributes
    ----------
    initial, highest : float
        mg/kg/min.
    remarks : tuple of str
        Sentences on choices.
    """

    initial: float
    highest: float
    remarks: tuple[str, ...]


def label_rates(product: Product, percent: float, indication: str) -> LabelRates:
    """Return the rates of a label.

    A label gives a rate in mg/kg/min, in mL/kg/h, or both; where they disagree the lower holds. Where the
    label gives none for the indication, the lowest of the others holds.

    Parameters
    ----------
    product : Product
    percent : float
        Strength of the solution (%).
    indication : str
        Code, as "ITP".

    Raises
    ------
    InputError
        When the first or the highest rate is not in the sources.

    Examples
    --------
    >>> from ivigsim.products import product
    >>> rates = label_rates(product("Privigen"), 10.0, "ITP")
    >>> rates.initial, rates.highest
    (0.5, 4.0)
    """
    remarks: list[str] = []
    initial = _rate(product, "initial", percent, indication, remarks)
    highest = _rate(product, "highest", percent, indication, remarks)
    for name, rate in (("initial", initial), ("highest", highest)):
        if rate is None:
            raise InputError(_lacking(product, percent, name))
    assert initial is not None  # both were just checked
    assert highest is not None
    return LabelRates(initial, highest, tuple(dict.fromkeys(remarks)))


def highest_rate(product: Product, percent: float, indication: str) -> float | None:
    """Return the highest rate (mg/kg/min) of a label, None when it is unknown.

    Examples
    --------
    >>> from ivigsim.products import product
    >>> highest_rate(product("Gammagard S/D"), 10, "ITP"), highest_rate(product("Alyglo"), 10, "ITP")
    (13.3, None)
    """
    return _rate(product, "highest", percent, indication, [])


def _rate(product: Product, name: str, percent: float, indication: str, remarks: list[str]) -> float | None:
    """Return the first or the highest rate (mg/kg/min), the lower where the label's two figures disagree."""
    by_mass, by_volume = (
        (product.initial_rate_mg_kg_min, product.initial_rate_ml_kg_h)
        if name == "initial"
        else (product.max_rate_mg_kg_min, product.max_rate_ml_kg_h)
    )
    of_mass = _chosen(by_mass, percent, indication, f"{name} rate", remarks)
    of_volume = _chosen(by_volume, percent, indication, f"{name} rate", remarks)
    rates = [] if of_mass is None else [of_mass]
    if of_volume is not None:
        rates.append(mass_rate(of_volume, percent))
    if name == "highest" and indication == "ITP" and product.itp_max_rate_mg_kg_min is not None:
        rates.append(product.itp_max_rate_mg_kg_min)
    if of_mass is not None and of_volume is not None and max(rates[:2]) > min(rates[:2]) * (1 + _SAME):
        remarks.append(
            f"the label's {name} rate is {of_mass:g} mg/kg/min and {of_volume:g} mL/kg/h, which is"
            f" {rates[1]:.3g} mg/kg/min: the lower is taken"
        )
    return min(rates, default=None)


def mass_rate(ml_kg_h: float, percent: float) -> float:
    """Return mg/kg/min for a rate in mL/kg/h of a solution of some strength (%).

    Examples
    --------
    >>> mass_rate(4.8, 10), round(mass_rate(6.0, 5), 9)
    (8.0, 5.0)
    """
    return ml_kg_h * percent * 10.0 / 60.0


def _chosen(
    rates: Sequence[Rate], percent: float, indication: str, what: str, remarks: list[str]
) -> float | None:
    """Return the rate for an indication at a strength, None when there is none at it."""
    here = [rate for rate in rates if rate.at_percent in (None, percent)]
    if not here:
        return None
    for fits in (
        [rate for rate in here if indication in rate.indications],
        [rate for rate in here if not rate.indications],
    ):
        if fits:
            return min(rate.value for rate in fits)
    lowest = min(here, key=lambda rate: rate.value)
    remarks.append(
        f"the label gives no {what} for {indication}: its lowest, for {', '.join(lowest.indications)},"
        " is taken"
    )
    return lowest.value


def _lacking(product: Product, percent: float, name: str) -> str:
    known = [
        rate.at_percent
        for rate in (*product.initial_rate_mg_kg_min, *product.initial_rate_ml_kg_h)
        if rate.at_percent not in (None, percent)
    ]
    near = f" (nearest: --concentration {known[0]:g})" if known else ""
    at = f" at {percent:g}%" if len(product.concentrations_percent) > 1 else ""
    return (
        f"the {name} infusion rate of {product.name}{at} is unknown, so no infusion can be planned; accepted:"
        f" a product whose first and highest rates were found in a source, as `ivigsim products` shows{near}"
    )

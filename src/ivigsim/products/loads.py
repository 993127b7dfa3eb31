"""Sodium and sugar that come with a dose; unknown where no source gives the amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivigsim.products.cells import Measure
from ivigsim.products.composition import Ingredient
from ivigsim.products.definition import UNKNOWN, Product


@dataclass(frozen=True)
class Load:
    """An amount that comes with a dose.

    Attributes
    ----------
    low, high : float or None
        Ends; None for an open or unknown end, both None when no verified amount is known.
    unit : str
        "mmol" or "g".
    text : str
        What it is, or why it is unknown.
    """

    low: float | None
    high: float | None
    unit: str
    text: str

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return self.high is not None or self.low is not None


def sodium_load(product: Product, percent: float, volume_ml: float) -> Load:
    """Return sodium (mmol) in a volume (mL).

    Examples
    --------
    >>> from ivigsim.products import product
    >>> sodium_load(product("Privigen"), 10, 700).high
    0.7
    """
    found = product.sodium
    if found is None:
        return Load(None, None, "mmol", UNKNOWN)
    if found.low is None and found.high is None:
        return Load(None, None, "mmol", f"unknown ({found.basis})")
    if not found.holds_at(percent):
        return Load(None, None, "mmol", f"unknown at {percent:g}% (known at {found.at_percent:g}%)")
    return _scaled(found, volume_ml / 1000.0, "mmol", product.text("sodium"))


def sugar_load(product: Product, percent: float, volume_ml: float, grams: float) -> Load:
    """Return sugar and sugar alcohol (g) in a volume (mL) that holds a dose (g).

    Examples
    --------
    >>> from ivigsim.products import product
    >>> sugar_load(product("Octagam 10%"), 10, 700, 70).high
    63.0
    >>> sugar_load(product("Privigen"), 10, 700, 70).text
    'none (the stabiliser is L-proline)'
    """
    if not product.stabiliser:
        no = " (no sucrose; the stabiliser is not known)" if product.sucrose is False else ""
        return Load(None, None, "g", f"{UNKNOWN}{no}")
    if "stabiliser" in product.unverified:
        return Load(None, None, "g", f"{UNKNOWN} (the stabiliser is partly unverified)")
    if not product.sugars:
        return Load(0.0, 0.0, "g", f"none (the stabiliser is {_names(product.stabiliser)})")
    if product.sucrose_g_per_g is not None:
        amount = round(product.sucrose_g_per_g * grams, 9)
        return Load(amount, amount, "g", f"sucrose, {product.sucrose_g_per_g:g} g per g of IgG")
    (sugar,) = product.sugars
    if sugar.amount is None:
        return Load(None, None, "g", f"unknown ({sugar.name}, how much was not found)")
    if not sugar.amount.holds_at(percent):
        at = f"known at {sugar.amount.at_percent:g}%"
        return Load(None, None, "g", f"unknown at {percent:g}% ({sugar.name}, {at})")
    return _scaled(sugar.amount, volume_ml / 1000.0, "g", sugar.name)  # mg/mL is g/L


def _names(stabiliser: Sequence[Ingredient]) -> str:
    return " and ".join(each.name for each in stabiliser)


def _scaled(measure: Measure, factor: float, unit: str, text: str) -> Load:
    ends = [None if end is None else round(end * factor, 9) for end in (measure.low, measure.high)]
    return Load(ends[0], ends[1], unit, text)

"""Choosing products by what their labels say; a cell that does not say sets a product apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ivigsim.errors import InputError, unknown
from ivigsim.products.asked import read_number
from ivigsim.products.definition import Product
from ivigsim.products.label_rates import highest_rate
from ivigsim.products.library import indication_titles, load_products

FORMS = ("liquid", "lyophilised")


@dataclass(frozen=True)
class Selection:
    """Products that fit, and those of which it is not known whether they do.

    Attributes
    ----------
    fits : tuple of Product
    unknown : tuple of (Product, tuple of str)
        Each with the reasons.
    not_fitting : int
        How many are left out.
    """

    fits: tuple[Product, ...]
    unknown: tuple[tuple[Product, tuple[str, ...]], ...]
    not_fitting: int


@dataclass(frozen=True)
class Wish:
    """What a product must be; None or False asks for nothing.

    Attributes
    ----------
    indications : sequence of str
        Codes that it must be licensed for, all of them.
    concentration : float, optional
        Strength (%).
    form : str, optional
        "liquid" or "lyophilised".
    sucrose_free, sugar_free : bool
        Without sucrose; without any sugar or sugar alcohol.
    stabiliser : str, optional
        Name of a stabiliser, as in "glycine".
    max_iga : float, optional
        ug/mL.
    max_sodium : float, optional
        mmol/L.
    min_rate : float, optional
        mg/kg/min that the label must allow, for every indication asked for (in ITP when none is).
    vial : float, optional
        Size (g) that must exist.
    virus_step : str, optional
        Part of the name of a step, as in "20 nm".
    """

    indications: Sequence[str] = ()
    concentration: float | None = None
    form: str | None = None
    sucrose_free: bool = False
    sugar_free: bool = False
    stabiliser: str | None = None
    max_iga: float | None = None
    max_sodium: float | None = None
    min_rate: float | None = None
    vial: float | None = None
    virus_step: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no product could be."""
        for code in self.indications:
            if code not in indication_titles():
                raise unknown("indication", str(code), indication_titles())
        if self.form is not None and self.form not in FORMS:
            raise unknown("form", str(self.form), FORMS)
        _refuse_strange("stabiliser", self.stabiliser, stabilisers(), exact=True)
        _refuse_strange("virus step", self.virus_step, _steps(), exact=False)
        for name in ("concentration", "max_iga", "max_sodium", "min_rate", "vial"):
            value = read_number(getattr(self, name), name)
            if value is not None and value < 0:
                raise InputError(f"{name} is {value:g}; accepted: a finite number from 0 (nearest: 0)")


def select_products(wish: Wish) -> Selection:
    """Choose products.

    Parameters
    ----------
    wish : Wish

    Returns
    -------
    Selection
        A product fits when every part of the wish is known to hold, and is left out when one is known not
        to. A blank cell, or one marked as partly unverified, does not tell.

    Examples
    --------
    >>> wish = Wish(indications=["ITP"], sucrose_free=True, max_iga=25, concentration=10)
    >>> found = select_products(wish)
    >>> [product.name for product in found.fits]
    ['Gammaplex 10%', 'Privigen']
    >>> [(product.name, why) for product, why in found.unknown]
    [('Gammagard S/D (IgA <1)', ('IgA is known at 5% only',))]
    """
    fits: list[Product] = []
    apart: list[tuple[Product, tuple[str, ...]]] = []
    left_out = 0
    for product in load_products().values():
        verdicts = list(_verdicts(product, wish))
        if any(holds is False for holds, _ in verdicts):
            left_out += 1
        elif reasons := tuple(reason for holds, reason in verdicts if holds is None):
            apart.append((product, reasons))
        else:
            fits.append(product)
    return Selection(tuple(fits), tuple(apart), left_out)


def stabilisers() -> tuple[str, ...]:
    """Return the names of all stabilisers in the table.

    Examples
    --------
    >>> "L-proline" in stabilisers()
    True
    """
    every = (each.name for product in load_products().values() for each in product.stabiliser)
    return tuple(sorted(set(every), key=str.lower))


def _steps() -> tuple[str, ...]:
    return tuple(dict.fromkeys(step for product in load_products().values() for step in product.virus_steps))


def _refuse_strange(what: str, wanted: str | None, known: tuple[str, ...], *, exact: bool) -> None:
    if wanted is None:
        return
    word = str(wanted).lower()
    if not any(word == name.lower() if exact else word in name.lower() for name in known) or not word:
        raise unknown(what, str(wanted), known)


Verdict = tuple[bool | None, str]


def _verdicts(product: Product, wish: Wish) -> Iterator[Verdict]:
    """Yield, for each part of the wish, whether it holds; None with the reason when that is not known."""
    for code in wish.indications:
        yield _cell(product, "fda_indications", "licence", partial(_licensed, product, code))
    if wish.concentration is not None:
        strengths = product.concentrations_percent
        yield _cell(product, "concentration_percent", "strength", lambda: wish.concentration in strengths)
    if wish.form is not None:
        yield _cell(product, "form", "form", lambda: product.form == wish.form)
    if wish.sucrose_free:
        yield _cell(product, "sucrose", "sucrose", lambda: product.sucrose is False)
    if wish.sugar_free:
        yield _cell(product, "stabiliser", "stabiliser", lambda: not product.sugars)
    if wish.stabiliser is not None:
        names = [each.name.lower() for each in product.stabiliser]
        name = wish.stabiliser.lower()
        yield _cell(product, "stabiliser", "stabiliser", lambda: name in names)
    if wish.max_iga is not None:
        yield _at_most(product, "IgA_ug_per_mL", "IgA", wish.max_iga, wish.concentration)
    if wish.max_sodium is not None:
        yield _at_most(product, "sodium", "sodium", wish.max_sodium, wish.concentration)
    if wish.min_rate is not None:
        yield from _rates(product, wish, wish.min_rate)
    if wish.vial is not None:
        yield _cell(product, "vial_sizes_g", "vial sizes", lambda: wish.vial in product.vial_sizes_g)
    if wish.virus_step is not None:
        part = wish.virus_step.lower()
        has = any(part in step.lower() for step in product.virus_steps)
        yield _cell(product, "virus_steps", "virus steps", lambda: has)


def _licensed(product: Product, code: str) -> bool:
    return code in product.indications


def _cell(product: Product, column: str, what: str, holds: Callable[[], bool]) -> Verdict:
    if not product.cells[column]:
        return None, f"{what} unknown"
    if column in product.unverified:
        return None, f"{what} partly unverified"
    return holds(), ""


def _at_most(product: Product, column: str, what: str, limit: float, percent: float | None) -> Verdict:
    measure = product.iga_ug_per_ml if what == "IgA" else product.sodium
    if measure is None or not product.known(column):
        return _cell(product, column, what, lambda: False)
    if not measure.holds_at(percent):
        return None, f"{what} is known at {measure.at_percent:g}% only"
    if measure.low is None and measure.high is None:
        return None, f"{what}: {measure.basis}, no figure"
    return measure.at_most(limit), f"{what}: only its mean is known"


def _rates(product: Product, wish: Wish, least: float) -> Iterator[Verdict]:
    """Yield whether the label allows a rate, at the best of the strengths asked for."""
    strengths = [wish.concentration] if wish.concentration is not None else product.concentrations_percent
    for code in wish.indications or ("ITP",):
        known = [rate for percent in strengths if (rate := highest_rate(product, percent, code)) is not None]
        yield (max(known) >= least, "") if known else (None, "highest rate unknown")

"""Write the tables of the populations page from the population files themselves."""

from __future__ import annotations

from collections.abc import Iterable

from ivigsim.patients.population import Population
from ivigsim.patients.spreads import (
    ByAge,
    BySex,
    Categories,
    LogitNormal,
    Lognormal,
    Normal,
    Override,
    Spread,
)
from model_page import escape, list_table

_WIDTHS = "20 34 46"


def populations_page(populations: Iterable[Population]) -> str:
    """Return MyST text: for each population who they are, each covariate and each parameter of its own."""
    parts = []
    for people in populations:
        disease = "" if people.disease else " Without the disease (`disease = false`)."
        parts += [
            f"## `{people.name}`",
            f"{escape(people.title)}.{disease} Source: {escape(people.source)}.",
            list_table(
                ("Covariate", "Spread", "Source"),
                [(f"`{k}`", spread_text(v), escape(v.source)) for k, v in people.covariates.items()],
                _WIDTHS,
            ),
            list_table(
                ("Parameter of its own", "Value", "Source"),
                [(f"`{k}`", override_text(v), escape(v.source)) for k, v in people.parameters.items()],
                _WIDTHS,
            ),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def spread_text(spread: Spread) -> str:
    """Return how a covariate is spread, in words."""
    unit = f" {spread.unit}" if spread.unit else ""
    if isinstance(spread, Lognormal):
        return f"median {spread.median:g}{unit}, SD of ln {spread.spread:g}"
    if isinstance(spread, Normal):
        mean = f"F {spread.mean.F:g}, M {spread.mean.M:g}" if isinstance(spread.mean, BySex) else spread.mean
        return f"mean {mean}{unit}, SD {spread.spread:g}"
    if isinstance(spread, LogitNormal):
        bounds = f"{spread.low:g} and {spread.high:g}"
        return f"median {spread.median:g}{unit}, SD of logit {spread.spread:g} between {bounds}"
    if isinstance(spread, ByAge):
        known = zip(spread.ages, spread.medians, strict=True)
        medians = ", ".join(f"{median:g} at {age:g}" for age, median in known)
        return f"median{unit} by age in years: {medians}; SD of ln {spread.spread:g}"
    if isinstance(spread, Categories):
        return ", ".join(f"{level} {100 * share:g}%" for level, share in spread.probabilities.items())
    return f"yes {100 * spread.probability:g}%"


def override_text(new: Override) -> str:
    """Return the value of a parameter and its spread, in words."""
    unit = "" if new.unit in ("", "dimensionless") else f" {new.unit}"
    kinds = {
        "none": "",
        "lognormal": f", SD of ln {new.spread:g}",
        "logitnormal": f", SD of logit {new.spread:g}",
    }
    return f"{new.value:g}{unit}{kinds[new.kind]}"

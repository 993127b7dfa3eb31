"""The parameters that calibration estimates, their priors, and the populations they make."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from ivigsim.model.parameters import Parameter, load_parameters
from ivigsim.patients.population import Population, load_population, population_names
from ivigsim.patients.spreads import Override

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Free:
    """One number to estimate: it moves one parameter, or a few together.

    Attributes
    ----------
    id : str
    parameters : tuple of str
        Ids in `parameters.tsv`; all are moved by the same step on the scale.
    populations : tuple of str
        Only in these; empty for the common value of `parameters.tsv`.
    part : {"value", "spread"}
    scale : {"log", "logit"}
        On which the prior is normal.
    prior : tuple of float
        Prior median of each parameter, in its unit.
    prior_sd : float
        Prior SD on the scale.
    why : str
        Where the prior comes from.
    """

    id: str
    parameters: tuple[str, ...]
    populations: tuple[str, ...]
    part: Literal["value", "spread"]
    scale: Literal["log", "logit"]
    prior: tuple[float, ...]
    prior_sd: float
    why: str

    def values(self, x: float) -> tuple[float, ...]:
        """Return the parameters `x` prior SDs from their prior medians.

        Examples
        --------
        >>> steepness = next(free for free in load_free() if free.id == "steepness")
        >>> steepness.values(0.0)
        (7.0,)
        """
        step = self.prior_sd * x
        if self.scale == "log":
            return tuple(float(p * np.exp(step)) for p in self.prior)
        return tuple(float(1.0 / (1.0 + (1.0 - p) / p * np.exp(-step))) for p in self.prior)


@cache
def load_free() -> tuple[Free, ...]:
    """Read `free.tsv`; the order is that of the coordinates of a calibration."""
    text = files(__package__).joinpath("free.tsv").read_text(encoding="utf-8")
    return read_free(text, load_parameters())


def read_free(text: str, known: Mapping[str, Parameter]) -> tuple[Free, ...]:
    """Read free parameters from text with the columns of `free.tsv`.

    Raises
    ------
    ValueError
        When a row names an unknown parameter or population, or its numbers do not fit the scale.
    """
    found = tuple(map(_free, csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)))
    for free in found:
        for name in free.parameters:
            if name not in known:
                raise ValueError(f"free.tsv, {free.id!r}: parameter {name!r} is not in parameters.tsv")
            if free.part == "spread" and known[name].spread_kind == "none" and not free.populations:
                raise ValueError(f"free.tsv, {free.id!r}: {name!r} has no spread between patients")
        for name in free.populations:
            if name not in population_names():
                raise ValueError(f"free.tsv, {free.id!r}: population {name!r} does not exist")
        if len(free.prior) != len(free.parameters) or not free.prior_sd > 0:
            raise ValueError(f"free.tsv, {free.id!r}: a prior for each parameter, and prior_sd above 0")
        if min(free.prior) <= 0 or (free.scale == "logit" and max(free.prior) >= 1):
            raise ValueError(f"free.tsv, {free.id!r}: the prior does not lie on the {free.scale} scale")
    if len({free.id for free in found}) != len(found):
        raise ValueError("free.tsv names an id twice")
    return found


def _free(row: dict[str, str]) -> Free:
    if row["part"] not in ("value", "spread") or row["scale"] not in ("log", "logit"):
        raise ValueError(f"free.tsv, {row['id']!r}: part is value or spread, scale is log or logit")
    return Free(
        id=row["id"],
        parameters=tuple(row["parameters"].split(",")),
        populations=tuple(filter(None, row["populations"].split(","))),
        part=cast(Literal["value", "spread"], row["part"]),
        scale=cast(Literal["log", "logit"], row["scale"]),
        prior=tuple(float(number) for number in row["prior"].split(",")),
        prior_sd=float(row["prior_sd"]),
        why=row["why"],
    )


def populations_at(x: Floats, free: tuple[Free, ...] | None = None) -> dict[str, Population]:
    """Return every population with its parameters at a point.

    Parameters
    ----------
    x : ndarray, shape (parameters,)
        Prior SDs from the prior median, in the order of `free`.
    free : tuple of Free, optional
        Default: those of `free.tsv`.

    Returns
    -------
    dict of str to Population
        A parameter that a population overrides itself keeps that value, unless it is free there.

    Examples
    --------
    >>> at_prior = populations_at(np.zeros(len(load_free())))
    >>> at_prior["adult-chronic"].parameters["steepness"].value
    7.0
    """
    free = free or load_free()
    usual = load_parameters()
    found = {}
    for name in population_names():
        population = load_population(name)
        overrides = dict(population.parameters)
        free_here = {parameter for each in free if name in each.populations for parameter in each.parameters}
        fixed_here = frozenset(overrides) - free_here
        # common values first: a value free in this population has the last word
        for each, step in sorted(zip(free, x, strict=True), key=lambda pair: bool(pair[0].populations)):
            if (each.populations and name not in each.populations) or (
                not each.populations and fixed_here.intersection(each.parameters)
            ):
                continue
            for parameter, value in zip(each.parameters, each.values(float(step)), strict=True):
                overrides[parameter] = _changed(overrides.get(parameter), usual[parameter], each.part, value)
        found[name] = population.model_copy(update={"parameters": overrides})
    return found


def _changed(now: Override | None, usual: Parameter, part: str, number: float) -> Override:
    if now is None:
        kind = cast(Literal["none", "lognormal", "logitnormal"], usual.spread_kind)
        assert usual.value is not None  # free parameters have values of their own
        now = Override(
            value=usual.value, spread=usual.spread, kind=kind, unit=usual.unit, source="calibration"
        )
    return now.model_copy(update={part: number})

"""Populations: how covariates are spread, read from a TOML file and checked."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from ivigsim.errors import unknown
from ivigsim.patients.covariates import COVARIATES, YES_NO, Covariate


class _Spread(BaseModel):
    """What every covariate's spread has: a unit and a source."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: str
    source: str = Field(min_length=3)


class Lognormal(_Spread):
    """Median, and SD of the natural logarithm."""

    kind: Literal["lognormal"]
    median: PositiveFloat
    spread: PositiveFloat


class BySex(BaseModel):
    """A value for women and one for men."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    F: float
    M: float


class Normal(_Spread):
    """Mean, for everyone or by sex, and SD."""

    kind: Literal["normal"]
    mean: float | BySex
    spread: PositiveFloat


class LogitNormal(_Spread):
    """Median and SD of the logit, stretched between two bounds that are never passed."""

    kind: Literal["logitnormal"]
    median: float
    spread: PositiveFloat
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> LogitNormal:
        if not self.low < self.median < self.high:
            raise ValueError(f"median {self.median:g} is not between low {self.low:g} and high {self.high:g}")
        return self


class Categories(_Spread):
    """Probabilities of levels, adding up to 1."""

    kind: Literal["categories"]
    probabilities: dict[str, float]

    @model_validator(mode="after")
    def _adds_up(self) -> Categories:
        if min(self.probabilities.values()) < 0 or abs(sum(self.probabilities.values()) - 1) > 1e-9:
            raise ValueError(f"probabilities add up to {sum(self.probabilities.values()):g}, not 1")
        return self


class Probability(_Spread):
    """Probability of yes."""

    kind: Literal["probability"]
    probability: float = Field(ge=0, le=1)


Spread = Annotated[Lognormal | Normal | LogitNormal | Categories | Probability, Field(discriminator="kind")]


class Population(BaseModel):
    """A population of virtual patients.

    Attributes
    ----------
    name, title, source : str
        Short name, one line for people, and where the entry criteria come from.
    covariates : dict of str to a spread
        One entry per covariate of `ivigsim.patients.covariates.COVARIATES`.

    Examples
    --------
    >>> load_population("adult-chronic").covariates["weight_kg"].unit
    'kg'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: str
    source: str
    covariates: dict[str, Spread]

    @model_validator(mode="after")
    def _complete(self) -> Population:
        missing = sorted(COVARIATES.keys() - self.covariates.keys())
        strange = sorted(self.covariates.keys() - COVARIATES.keys())
        if missing or strange:
            raise ValueError(f"covariates missing: {missing}, unknown: {strange}")
        for name, spread in self.covariates.items():
            if spread.unit != COVARIATES[name].unit:
                raise ValueError(f"covariate {name} has unit {spread.unit!r}, not {COVARIATES[name].unit!r}")
            _check_against(name, spread, COVARIATES[name])
        return self


def _check_against(name: str, spread: Spread, covariate: Covariate) -> None:
    """Refuse levels that a covariate does not have, and bounds outside its range."""
    kinds = {YES_NO: Probability}.get(covariate.levels, Categories if covariate.levels else None)
    if kinds and not isinstance(spread, kinds):
        raise ValueError(f"covariate {name} has kind {spread.kind!r}; it has levels, not a range")
    if isinstance(spread, Categories):
        strange = sorted(spread.probabilities.keys() - set(covariate.levels))
        if strange:
            raise ValueError(
                f"covariate {name} has levels {strange}; accepted: {', '.join(covariate.levels)}"
            )
    elif isinstance(spread, LogitNormal) and not covariate.low <= spread.low < spread.high <= covariate.high:
        within = f"{covariate.low:g} to {covariate.high:g} {covariate.unit}"
        raise ValueError(f"covariate {name} runs from {spread.low:g} to {spread.high:g}; accepted: {within}")


def population_names() -> tuple[str, ...]:
    """Return the names of the populations that come with ivigsim.

    Examples
    --------
    >>> "adult-chronic" in population_names()
    True
    """
    folder = files(__package__).joinpath("populations")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


@cache
def load_population(name: str) -> Population:
    """Read a population by name.

    Raises
    ------
    InputError
        When no population has this name.
    """
    if name not in population_names():
        raise unknown("population", name, population_names())
    text = files(__package__).joinpath("populations", f"{name}.toml").read_text(encoding="utf-8")
    return Population.model_validate({"name": name, **tomllib.loads(text)})

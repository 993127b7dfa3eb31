"""How a covariate or a parameter is spread in a population: the kinds a population file may use."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from ivigsim.patients.covariates import Covariate


class _Entry(BaseModel):
    """Unknown keys, numbers in quotes, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class _Spread(_Entry):
    """What every spread has: a unit and a source."""

    unit: str
    source: str = Field(min_length=3)


class Lognormal(_Spread):
    """Median, and SD of the natural logarithm."""

    kind: Literal["lognormal"]
    median: PositiveFloat
    spread: PositiveFloat


class BySex(_Entry):
    """A value for women and one for men."""

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


class ByAge(_Spread):
    """Medians at ages (years), a straight line between them, and SD of the natural logarithm."""

    kind: Literal["by_age"]
    ages: list[float] = Field(min_length=2)
    medians: list[PositiveFloat] = Field(min_length=2)
    spread: PositiveFloat

    @model_validator(mode="after")
    def _ordered(self) -> ByAge:
        if len(self.ages) != len(self.medians):
            raise ValueError(
                f"there are {len(self.ages)} ages and {len(self.medians)} medians; as many needed"
            )
        if not all(a < b for a, b in pairwise(self.ages)):
            raise ValueError(f"ages {self.ages} do not increase")
        return self


class Categories(_Spread):
    """Probabilities of levels, adding up to 1."""

    kind: Literal["categories"]
    probabilities: dict[str, float] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Categories:
        if min(self.probabilities.values()) < 0 or abs(sum(self.probabilities.values()) - 1) > 1e-9:
            raise ValueError(f"probabilities add up to {sum(self.probabilities.values()):g}, not 1")
        return self


class Probability(_Spread):
    """Probability of yes."""

    kind: Literal["probability"]
    probability: float = Field(ge=0, le=1)


Spread = Annotated[
    Lognormal | Normal | LogitNormal | ByAge | Categories | Probability, Field(discriminator="kind")
]


KINDS: Mapping[str, type[_Spread]] = {
    "lognormal": Lognormal,
    "normal": Normal,
    "logitnormal": LogitNormal,
    "by_age": ByAge,
    "categories": Categories,
    "probability": Probability,
}


class Override(_Spread):
    """A parameter of `parameters.tsv` with another value or spread in this population."""

    value: float = Field(ge=0)
    spread: float = Field(default=0.0, ge=0)
    kind: Literal["none", "lognormal", "logitnormal"]

    @model_validator(mode="after")
    def _consistent(self) -> Override:
        if (self.spread > 0) != (self.kind != "none"):
            raise ValueError(f"spread {self.spread:g} and kind {self.kind!r} disagree: 0 goes with 'none'")
        if self.kind == "lognormal" and self.value == 0:
            raise ValueError("value is 0; a lognormal spread needs one above 0")
        if self.kind == "logitnormal" and not 0 < self.value < 1:
            raise ValueError(f"value is {self.value:g}; a logitnormal spread needs one between 0 and 1")
        return self


def check_spread(name: str, spread: Spread, covariate: Covariate) -> None:
    """Refuse a unit or levels that a covariate does not have, and bounds outside its range."""
    if spread.unit != covariate.unit:
        raise ValueError(f"covariate {name} has unit {spread.unit!r}, not {covariate.unit!r}")
    yes_no = covariate.levels and set(covariate.levels) <= {False, True}
    kind = Probability if yes_no else Categories if covariate.levels else None
    if kind and not isinstance(spread, kind):
        raise ValueError(f"covariate {name} has kind {spread.kind!r}; it has levels, not a range")
    if kind is None and isinstance(spread, Probability | Categories):
        raise ValueError(f"covariate {name} has kind {spread.kind!r}; it has a range, not levels")
    if isinstance(spread, Categories):
        strange = sorted(spread.probabilities.keys() - set(covariate.levels))
        if strange:
            raise ValueError(
                f"covariate {name} has levels {strange}; accepted: {', '.join(covariate.levels)}"
            )
    elif isinstance(spread, Probability):
        if spread.probability > 0 and True not in covariate.levels:
            raise ValueError(f"covariate {name} has probability {spread.probability:g}; accepted: 0")
    elif isinstance(spread, LogitNormal) and not covariate.low <= spread.low < spread.high <= covariate.high:
        within = f"{covariate.low:g} to {covariate.high:g} {covariate.unit}"
        raise ValueError(f"covariate {name} runs from {spread.low:g} to {spread.high:g}; accepted: {within}")
    elif isinstance(spread, ByAge) and name in ("sex", "age_years"):
        raise ValueError(f"covariate {name} has kind 'by_age'; age is drawn without it")

"""Populations: how covariates are spread and which parameters differ, read from a TOML file and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ivigsim.errors import InputError, nearest, unknown
from ivigsim.model.parameters import Parameter, load_parameters
from ivigsim.model.rest import DOSE_INPUTS
from ivigsim.patients.covariates import COVARIATES, IN_ITP, WITHOUT_ITP, Covariate
from ivigsim.patients.refusals import first_refusal
from ivigsim.patients.spreads import Override, Spread, check_spread

NO_DISEASE: Mapping[str, float] = {
    # the solver needs a coat above zero: a ten-thousandth of one IgG per platelet stands for none
    "occupancy_gpiibiiia": 1e-9,
    "occupancy_gpib": 1e-9,
    "production_excess": 0.0,
    "baseline_suppression": 0.0,
    "antigen_share": 0.0,
    "remission_rate": 0.0,
}
"""What these parameters are without ITP: no antibody on platelets, no immune loss, no recovery."""


class Population(BaseModel):
    """A population of virtual patients.

    Attributes
    ----------
    name, title, source : str
        Short name, one line for people, and where the entry criteria come from.
    covariates : dict of str to a spread
        One entry per covariate of `ivigsim.patients.covariates.COVARIATES`.
    parameters : dict of str to an override
        Parameters of the model that differ from `parameters.tsv` in this population.
    at_most : dict of str to float
        Entry criteria: covariates above are drawn again, as patients who are not enrolled.
    disease : bool
        Whether they have ITP. Without it platelets carry no antibody, and production alone makes the count.

    Examples
    --------
    >>> from ivigsim import load_population
    >>> load_population("adult-chronic").covariates["weight_kg"].unit
    'kg'
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    name: str
    title: str = Field(min_length=3)
    source: str = Field(min_length=3)
    disease: bool = True
    covariates: dict[str, Spread]
    parameters: dict[str, Override] = {}
    at_most: dict[str, float] = {}

    @property
    def accepted(self) -> Mapping[str, Covariate]:
        """What each covariate may be here."""
        return IN_ITP if self.disease else WITHOUT_ITP

    def table(self, usual: Mapping[str, Parameter]) -> dict[str, Parameter]:
        """Return `parameters.tsv` as it is in this population.

        Examples
        --------
        >>> load_population("healthy").table(load_parameters())["production_excess"].value
        0.0
        """
        table = dict(usual)
        for name, new in self.parameters.items():
            row = usual[name]
            table[name] = Parameter(name, new.value, row.unit, new.spread, new.kind, new.source, row.note)
        for name, value in ({} if self.disease else NO_DISEASE).items():
            table[name] = replace(usual[name], value=value, spread=0.0, spread_kind="none", source="no ITP")
        return table

    @model_validator(mode="after")
    def _complete(self) -> Population:
        missing = sorted(COVARIATES.keys() - self.covariates.keys())
        strange = sorted(self.covariates.keys() - COVARIATES.keys())
        if missing or strange:
            known = ", ".join(COVARIATES)
            raise ValueError(f"covariates missing: {missing}, unknown: {strange}; accepted: each of {known}")
        for name in self.at_most:
            if name not in COVARIATES or COVARIATES[name].levels:
                raise ValueError(f"at_most names {name!r}; accepted: a covariate that is a number")
        for name, spread in self.covariates.items():
            check_spread(name, spread, self.accepted[name])
        for name, override in self.parameters.items():
            _check_override(name, override, self.disease)
        return self


def _check_override(name: str, new: Override, disease: bool) -> None:
    """Refuse a parameter that a population cannot set, or sets in another unit or kind of spread."""
    row = load_parameters().get(name)
    if row is None:
        close = nearest(name, load_parameters())
        hint = f" (nearest: '{close}')" if close else ""
        raise ValueError(f"parameter {name!r} is unknown; accepted: what `ivigsim parameters` lists{hint}")
    if row.spread_kind == "derived":
        raise ValueError(f"parameter {name} is solved for each patient; accepted: one that has a value")
    if row.is_switch or name in DOSE_INPUTS.values():
        raise ValueError(f"parameter {name} is a switch or a dose; accepted: a property of patients")
    if not disease and name in NO_DISEASE:
        raise ValueError(f"parameter {name} says how ill people are; accepted: only with disease = true")
    if new.unit != row.unit:
        raise ValueError(f"parameter {name} has unit {new.unit!r}, not {row.unit!r}")
    if "none" not in (row.spread_kind, new.kind) and new.kind != row.spread_kind:
        raise ValueError(f"parameter {name} has kind {new.kind!r}, not {row.spread_kind!r}")


def population_names() -> tuple[str, ...]:
    """Return the names of the populations that come with ivigsim.

    Examples
    --------
    >>> population_names()
    ('adult-chronic', 'adult-new', 'child-new', 'healthy', 'immunodeficient')
    """
    folder = files(__package__).joinpath("populations")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def load_population(name: str | Path) -> Population:
    """Read a population that comes with ivigsim by its name, or a file of your own.

    Parameters
    ----------
    name : str or Path
        One of `population_names`, or the path of a TOML file: a Path, or text that ends in ".toml". The
        population of a file is named by its path.

    Raises
    ------
    InputError
        When no population has this name; when the file cannot be read or is wrong, with the first thing that
        is and what is accepted there.

    Examples
    --------
    >>> load_population("child-new").title
    'Child newly diagnosed ITP, platelets at most 20e9/L'
    """
    return read_population(Path(name)) if is_file(name) else _shipped(str(name))


def population_bytes(name: str) -> bytes:
    """Return what the file of a population holds, for its checksum."""
    if is_file(name):
        return Path(name).read_bytes()
    return files(__package__).joinpath("populations", f"{name}.toml").read_bytes()


def is_file(name: str | Path) -> bool:
    """Say whether a population is given as a file.

    Examples
    --------
    >>> is_file("mine.toml"), is_file("healthy")
    (True, False)
    """
    return isinstance(name, Path) or str(name).lower().endswith(".toml")


@cache
def _shipped(name: str) -> Population:
    if name not in population_names():
        raise unknown("population", name, (*population_names(), "FILE.toml"))
    return Population.model_validate({"name": name, **tomllib.loads(population_bytes(name).decode())})


def read_population(path: Path) -> Population:
    """Read and check a population file; each time anew, since it may have changed.

    Raises
    ------
    InputError
        As `load_population`.
    """
    where = f"population file '{path}'"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{where} cannot be read ({error.strerror}); accepted: a TOML file") from None
    except UnicodeDecodeError:
        raise InputError(f"{where} is not UTF-8 text; accepted: a TOML file") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where} is not TOML ({error}); accepted: a TOML file") from None
    try:
        return Population.model_validate({**content, "name": str(path)})
    except ValidationError as error:
        raise InputError(f"{where}: {first_refusal(error)}") from None

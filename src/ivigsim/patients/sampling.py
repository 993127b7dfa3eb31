"""Draw virtual patients: covariates of a population, spread of `parameters.tsv`, then the steady state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.model.parameters import Parameter, load_parameters
from ivigsim.patients import random
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import Population
from ivigsim.patients.spreads import ByAge, BySex, Categories, Lognormal, Normal, Probability, Spread
from ivigsim.patients.steady_state import steady_state

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]

_PART = 8192  # patients drawn at once
_DRAWN_AGAIN = 1000  # times that one who is not enrolled is drawn again: enough where one in a hundred is


@dataclass(frozen=True)
class Patients:
    """Virtual patients, numbered from `start`.

    Attributes
    ----------
    start, count : int
        Number of the first patient, and how many.
    covariates : dict of str to ndarray, shape (count,)
        What a clinic knows.
    values : dict of str to ndarray, shape (count,)
        Every parameter and initial state of the model, in its units.
    spread : tuple of str
        The parameters that differ between patients.
    """

    start: int
    count: int
    covariates: dict[str, NDArray[Any]]
    values: dict[str, Floats]
    spread: tuple[str, ...]

    def to_polars(self) -> pl.DataFrame:
        """Return one row per patient: number, covariates, and the parameters that differ between patients."""
        import polars as pl

        columns: dict[str, Any] = {"patient": np.arange(self.start, self.start + self.count)}
        columns |= self.covariates
        columns |= {name: self.values[name] for name in self.spread}
        return pl.DataFrame(columns)


@dataclass(frozen=True)
class Draw:
    """A draw that can be repeated: what `sample_patients` needs, kept instead of the patients themselves."""

    population: Population
    start: int
    count: int
    seed: int
    covariates: Mapping[str, Any]
    switches: Mapping[str, bool]

    def patients(self) -> Patients:
        """Draw all patients."""
        return self._part(self.start, self.count)

    def sizes(self) -> tuple[Floats, Floats]:
        """Return body weights (kg) and heights (cm), each of shape (count,)."""
        names = ("sex", "age_years", "weight_kg", "height_cm")  # sizes may depend on sex or age
        drawn = _draw_covariates(self.population, self.start, self.count, self.seed, self.covariates, names)
        weight, height = (np.asarray(drawn[name], dtype=np.float64) for name in names[2:])
        return weight, height

    def parameters(self, names: Iterable[str]) -> dict[str, Floats]:
        """Return parameters of all patients by their id, each (count,)."""
        wanted, parts = list(names), []
        for start in range(0, self.count, _PART):  # all the rest of a million patients would fill the memory
            values = self._part(self.start + start, min(_PART, self.count - start)).values
            parts.append(np.stack([values[name] for name in wanted]))
        return dict(zip(wanted, np.concatenate(parts, axis=1), strict=True))

    def table(self) -> pl.DataFrame:
        """Return one row per patient."""
        return self.patients().to_polars()

    def values(self, patient: int) -> dict[str, float]:
        """Return parameters and initial states of one patient, counted from the first of the draw."""
        return {name: float(array[0]) for name, array in self._part(self.start + patient, 1).values.items()}

    def _part(self, start: int, count: int) -> Patients:
        return sample_patients(self.population, start, count, self.seed, self.covariates, self.switches)


def sample_patients(
    population: Population,
    start: int,
    count: int,
    seed: int,
    covariates: Mapping[str, Any] | None = None,
    switches: Mapping[str, bool] | None = None,
) -> Patients:
    """Draw patients `start` to `start + count - 1` of a seed and solve their state before treatment.

    Parameters
    ----------
    population : Population
    start, count, seed : int
        The same patient comes out whatever the chunk it is drawn in.
    covariates : mapping, optional
        Values fixed for everyone, already checked; other draws stay the same.
    switches : mapping, optional
        Mechanisms turned on or off.

    Examples
    --------
    >>> from ivigsim.patients.population import load_population
    >>> p = sample_patients(load_population("adult-chronic"), 0, 3, seed=1)
    >>> float(p.covariates["baseline_platelets"].max()) < 20
    True
    """
    known = _draw_covariates(population, start, count, seed, covariates or {})
    table = population.table(load_parameters())
    values = _draw_parameters(table, start, count, seed)
    values |= _from_covariates(known, values)
    _scale_by_level(values, "isoagglutinin_coat", "isoagglutinin_factor", known["blood_group"])
    _scale_by_level(values, "haemoglobin_baseline", "haemoglobin_factor", known["sex"])
    for name, on in (switches or {}).items():
        values[name] = np.full(count, float(on))
    spread = tuple(p.id for p in table.values() if p.spread_kind != "none")
    return Patients(start, count, known, steady_state(values), spread)


def _draw_covariates(
    population: Population,
    start: int,
    count: int,
    seed: int,
    fixed: Mapping[str, Any],
    names: Iterable[str] = COVARIATES,
) -> dict[str, NDArray[Any]]:
    drawn: dict[str, NDArray[Any]] = {}
    for name in names:  # sex and age come first: others may depend on them
        if name in fixed:
            drawn[name] = np.full(count, fixed[name])
        else:
            drawn[name] = _draw(population.covariates[name], name, start, count, seed, drawn)
            if name in population.at_most:
                drawn[name] = _enrolled(population, name, start, seed, drawn)
            _refuse_out_of_range(population, name, start, drawn[name])
    return drawn


def _enrolled(
    population: Population, name: str, start: int, seed: int, drawn: Mapping[str, NDArray[Any]]
) -> Floats:
    """Draw those above an entry criterion again, each by its own keyed numbers, until none is."""
    values, limit = drawn[name], population.at_most[name]
    for again in range(1, _DRAWN_AGAIN):
        above = values > limit
        if not above.any():
            return values
        other = _draw(population.covariates[name], f"{name} {again}", start, len(values), seed, drawn)
        values = np.where(above, other, values)
    raise InputError(
        f"hardly anyone of population {population.name} has {name} at most {limit:g}; accepted: a higher"
        " limit"
    )


def _refuse_out_of_range(population: Population, name: str, start: int, values: NDArray[Any]) -> None:
    """Refuse a spread without bounds that leaves the range the equations are meant for; never clip."""
    known = population.accepted[name]
    if known.levels:
        return
    wrong = np.flatnonzero((values < known.low) | (values > known.high))
    if len(wrong):
        i = int(wrong[0])
        raise InputError(
            f"population {population.name} draws {name} {values[i]:.3g} {known.unit} for patient {start + i};"
            f" accepted: {known.low:g} to {known.high:g}{known.whom}"
            " (a smaller spread, or kind 'logitnormal')"
        )


def _draw(
    spread: Spread, name: str, start: int, count: int, seed: int, drawn: Mapping[str, NDArray[Any]]
) -> NDArray[Any]:
    if isinstance(spread, Probability):
        return random.uniform(seed, name, start, count) < spread.probability
    if isinstance(spread, Categories):
        edges = np.cumsum(list(spread.probabilities.values()))[:-1]
        level = np.searchsorted(edges, random.uniform(seed, name, start, count), side="right")
        return np.array(list(spread.probabilities))[level]
    z = random.normal(seed, name, start, count)
    if isinstance(spread, Lognormal):
        return _lognormal(spread.median, spread.spread, z)
    if isinstance(spread, ByAge):
        return _lognormal(_median_at(spread, name, drawn["age_years"]), spread.spread, z)
    if isinstance(spread, Normal):
        mean: Any = spread.mean
        if isinstance(mean, BySex):
            mean = np.where(drawn["sex"] == "F", mean.F, mean.M)
        return np.asarray(mean + spread.spread * z)
    share = (spread.median - spread.low) / (spread.high - spread.low)
    return spread.low + (spread.high - spread.low) * _logitnormal(share, spread.spread, z)


def _median_at(spread: ByAge, name: str, age: Floats) -> Floats:
    """Read the median between the ages that a population gives; never beyond them."""
    low, high = spread.ages[0], spread.ages[-1]
    beyond = age[(age < low) | (age > high)]
    if len(beyond):
        raise InputError(
            f"{name} is not known at age {beyond[0]:g}; accepted here: {low:g} to {high:g} years"
        )
    return np.interp(age, spread.ages, spread.medians)


def _draw_parameters(table: Mapping[str, Parameter], start: int, count: int, seed: int) -> dict[str, Floats]:
    values = {}
    for p in table.values():
        if p.value is None:
            continue
        if p.spread_kind == "none":
            values[p.id] = np.full(count, p.value)
            continue
        z = random.normal(seed, p.id, start, count)
        shape = _lognormal if p.spread_kind == "lognormal" else _logitnormal
        values[p.id] = shape(p.value, p.spread, z)
    return values


def _from_covariates(known: Mapping[str, NDArray[Any]], values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Translate covariates into the model's quantities."""
    v_alleles = np.char.count(known["fcgr3a"].astype(str), "V") / 2
    h_alleles = np.char.count(known["fcgr2a"].astype(str), "H") / 2
    k_3a = values["K_fcgr3a_F"] + v_alleles * (values["K_fcgr3a_V"] - values["K_fcgr3a_F"])
    k_2a = values["K_fcgr2a_R"] + h_alleles * (values["K_fcgr2a_H"] - values["K_fcgr2a_R"])
    return {
        "igg_baseline": known["baseline_igg"].astype(np.float64),
        "baseline_platelets": known["baseline_platelets"].astype(np.float64),
        "spleen": 1.0 - known["splenectomised"],
        "rhd_positive": np.asarray(known["rhd_positive"], dtype=np.float64),
        "anti_gpib": np.asarray(known["anti_gpib"], dtype=np.float64),
        "K_receptor": values["receptor_excess"] * (k_2a + k_3a) / 2,
    }


def _scale_by_level(values: dict[str, Floats], name: str, factor: str, levels: NDArray[Any]) -> None:
    """Multiply a parameter by the factor of each patient's level, for example the blood group."""
    for level in np.unique(levels):
        values[name] = np.where(levels == level, values[name] * values[f"{factor}_{level}"], values[name])


def _lognormal(median: float | Floats, spread: float, z: Floats) -> Floats:
    values: Floats = median * np.exp(spread * z)
    return values


def _logitnormal(median: float, spread: float, z: Floats) -> Floats:
    values: Floats = 1.0 / (1.0 + (1.0 - median) / median * np.exp(-spread * z))
    return values

"""Draw virtual patients: covariates of a population, spread of `parameters.tsv`, then the steady state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.model.parameters import load_parameters
from ivigsim.patients import random
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import (
    BySex,
    Categories,
    Lognormal,
    Normal,
    Population,
    Probability,
    Spread,
)
from ivigsim.patients.steady_state import steady_state

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]


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
    """

    start: int
    count: int
    covariates: dict[str, NDArray[Any]]
    values: dict[str, Floats]

    def to_polars(self) -> pl.DataFrame:
        """Return one row per patient: number, covariates, and the parameters that differ between patients."""
        import polars as pl

        spread = [p.id for p in load_parameters().values() if p.spread_kind != "none"]
        columns: dict[str, Any] = {"patient": np.arange(self.start, self.start + self.count)}
        columns |= self.covariates
        columns |= {name: self.values[name] for name in spread}
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

    def weights(self) -> Floats:
        """Return body weights (kg), shape (count,)."""
        names = ("sex", "weight_kg")  # a weight may depend on sex
        drawn = _draw_covariates(self.population, self.start, self.count, self.seed, self.covariates, names)
        return np.asarray(drawn["weight_kg"], dtype=np.float64)

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
    values = _draw_parameters(start, count, seed) | _from_covariates(known)
    _scale_by_level(values, "isoagglutinin_coat", "isoagglutinin_factor", known["blood_group"])
    _scale_by_level(values, "haemoglobin_baseline", "haemoglobin_factor", known["sex"])
    for name, on in (switches or {}).items():
        values[name] = np.full(count, float(on))
    return Patients(start, count, known, steady_state(values))


def _draw_covariates(
    population: Population,
    start: int,
    count: int,
    seed: int,
    fixed: Mapping[str, Any],
    names: Iterable[str] = COVARIATES,
) -> dict[str, NDArray[Any]]:
    drawn: dict[str, NDArray[Any]] = {}
    for name in names:  # sex comes first: others may depend on it
        if name in fixed:
            drawn[name] = np.full(count, fixed[name])
        else:
            drawn[name] = _draw(population.covariates[name], name, start, count, seed, drawn)
            _refuse_out_of_range(population, name, start, drawn[name])
    return drawn


def _refuse_out_of_range(population: Population, name: str, start: int, values: NDArray[Any]) -> None:
    """Refuse a spread without bounds that leaves the range the equations are meant for; never clip."""
    known = COVARIATES[name]
    if known.levels:
        return
    wrong = np.flatnonzero((values < known.low) | (values > known.high))
    if len(wrong):
        i = int(wrong[0])
        raise InputError(
            f"population {population.name} draws {name} {values[i]:.3g} {known.unit} for patient {start + i};"
            f" accepted: {known.low:g} to {known.high:g} (a smaller spread, or kind 'logitnormal')"
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
    if isinstance(spread, Normal):
        mean: Any = spread.mean
        if isinstance(mean, BySex):
            mean = np.where(drawn["sex"] == "F", mean.F, mean.M)
        return np.asarray(mean + spread.spread * z)
    share = (spread.median - spread.low) / (spread.high - spread.low)
    return spread.low + (spread.high - spread.low) * _logitnormal(share, spread.spread, z)


def _draw_parameters(start: int, count: int, seed: int) -> dict[str, Floats]:
    values = {}
    for p in load_parameters().values():
        if p.value is None:
            continue
        if p.spread_kind == "none":
            values[p.id] = np.full(count, p.value)
            continue
        z = random.normal(seed, p.id, start, count)
        shape = _lognormal if p.spread_kind == "lognormal" else _logitnormal
        values[p.id] = shape(p.value, p.spread, z)
    return values


def _from_covariates(known: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    """Translate covariates into the model's quantities."""
    table = {p.id: p.value for p in load_parameters().values() if p.value is not None}
    count = len(known["sex"])
    v_alleles = np.char.count(known["fcgr3a"].astype(str), "V") / 2
    h_alleles = np.char.count(known["fcgr2a"].astype(str), "H") / 2
    k_3a = table["K_fcgr3a_F"] + v_alleles * (table["K_fcgr3a_V"] - table["K_fcgr3a_F"])
    k_2a = table["K_fcgr2a_R"] + h_alleles * (table["K_fcgr2a_H"] - table["K_fcgr2a_R"])
    return {
        "igg_baseline": known["baseline_igg"].astype(np.float64),
        "baseline_platelets": known["baseline_platelets"].astype(np.float64),
        "spleen": 1.0 - known["splenectomised"],
        "rhd_positive": np.asarray(known["rhd_positive"], dtype=np.float64),
        "anti_gpib": np.asarray(known["anti_gpib"], dtype=np.float64),
        "K_receptor": np.broadcast_to((k_2a + k_3a) / 2, (count,)),
    }


def _scale_by_level(values: dict[str, Floats], name: str, factor: str, levels: NDArray[Any]) -> None:
    """Multiply a parameter by the factor of each patient's level, for example the blood group."""
    for level in np.unique(levels):
        values[name] = np.where(levels == level, values[name] * values[f"{factor}_{level}"], values[name])


def _lognormal(median: float, spread: float, z: Floats) -> Floats:
    values: Floats = median * np.exp(spread * z)
    return values


def _logitnormal(median: float, spread: float, z: Floats) -> Floats:
    values: Floats = 1.0 / (1.0 + (1.0 - median) / median * np.exp(-spread * z))
    return values

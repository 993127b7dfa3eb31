"""Haemolysis in the mechanistic model: the fall of haemoglobin by blood group, beside published rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.simulation import Simulation
from ivigsim.errors import InputError
from ivigsim.model.parameters import load_parameters
from ivigsim.outcomes.intervals import Interval
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import Population, load_population
from ivigsim.patients.spreads import Categories, Override
from ivigsim.run import simulate
from ivigsim.safety.adverse.uncertainty import counted
from ivigsim.safety.adverse.viscosity import viscosity
from ivigsim.treatment import Regimen

Floats = NDArray[np.float64]

OUTPUTS = ("haemoglobin", "isoagglutinin", "k_haemolysis", "igg")
GROUPS: tuple[str, ...] = COVARIATES["blood_group"].levels
STEP_D = 0.25  # d; assumed: four outputs a day find the peak of IgG after an infusion of hours
FALLS = (1.0, 2.0)  # g/dL
TITRES = (0.01, 100.0)  # assumed: titres of products lie within 2 to 1024, so ratios within these


@dataclass(frozen=True, eq=False)
class GroupCourse:
    """The same virtual patients, all of one blood group.

    Attributes
    ----------
    blood_group : str
    patients, failed : int
        Those whose course was found, and the others.
    time : ndarray, shape (T,)
        Days.
    haemoglobin : ndarray, shape (3, T)
        5th, 50th and 95th percentile (g/dL).
    fall : Interval
        From before treatment to the lowest (g/dL): median, 5th and 95th percentile.
    lowest_day : float
        Median day of the lowest haemoglobin (d), of those who fall at all; NaN when no one does.
    share : dict of float to Interval
        Share with a fall of at least so many g/dL, with Wilson's 95% interval.
    isoagglutinin : float
        Median peak, g/L of the IVIG they came with.
    k_haemolysis : float
        Median peak (1/d).
    """

    blood_group: str
    patients: int
    failed: int
    time: Floats
    haemoglobin: Floats
    fall: Interval
    lowest_day: float
    share: dict[float, Interval]
    isoagglutinin: float
    k_haemolysis: float


@dataclass(frozen=True, eq=False)
class HaemolysisCourse:
    """Haemoglobin by blood group, and viscosity.

    Attributes
    ----------
    regimen, population : str
    patients, seed : int
    titre_ratio : float
        Isoagglutinin titre of the product over that of the product the model is calibrated to.
    groups : tuple of GroupCourse
    non_o : dict of float to float
        Share with such a fall in group A, B and AB together, as frequent as in the population; empty when
        the group is fixed.
    peak_igg, viscosity_rise : Interval
        Highest IgG (g/L) and rise of viscosity then (cP): median, 5th and 95th percentile of patients.
    """

    regimen: str
    population: str
    patients: int
    seed: int
    titre_ratio: float
    groups: tuple[GroupCourse, ...]
    non_o: dict[float, float]
    peak_igg: Interval
    viscosity_rise: Interval

    def __getitem__(self, blood_group: str) -> GroupCourse:
        """Return one blood group."""
        return {each.blood_group: each for each in self.groups}[blood_group]


def haemolysis_course(
    regimen: str | Sequence[str] | Regimen,
    *,
    population: str | Path | Population = "adult-chronic",
    covariates: Mapping[str, object] | None = None,
    titre_ratio: float = 1.0,
    patients: int = 200,
    seed: int = 1,
    days: int = 28,
) -> HaemolysisCourse:
    """Simulate haemoglobin in each blood group: isoagglutinins of IVIG coat red cells, macrophages eat them.

    Parameters
    ----------
    regimen : str, sequence of str or Regimen
    population : str, Path or Population
    covariates : mapping, optional
        Fixed for everyone; with "blood_group" only that group is simulated.
    titre_ratio : float
        Multiplies the coat of red cells: the titre of the product over that of the reference, which is not
        known in titre steps. Assumed: the coat is proportional to the titre; 1/4 to 1/8 stands for an
        immunoaffinity step (hem_iac: 2-3 steps).
    patients, seed, days : int
        The same virtual patients in every group.

    Returns
    -------
    HaemolysisCourse

    Raises
    ------
    InputError
        For anything that is not accepted.

    Examples
    --------
    >>> found = haemolysis_course("IVIG 1 g/kg daily x2", patients=40, days=14)
    >>> found["O"].fall.value, found["AB"].fall.value > found["A"].fall.value > found["B"].fall.value > 0
    (0.0, True)
    """
    given = regimen if isinstance(regimen, Regimen) else Regimen.parse(regimen)
    people = population if isinstance(population, Population) else load_population(population)
    treated = _with_titre(people, titre_ratio)
    fixed = dict(covariates or {})
    only = fixed.pop("blood_group", None)
    if only is not None:
        COVARIATES["blood_group"].check("blood_group", only)
    times = np.arange(0.0, days + STEP_D / 2, STEP_D)
    groups, found = [], None
    for group in GROUPS if only is None else (str(only),):
        found = simulate(
            given,
            population=treated,
            patients=patients,
            seed=seed,
            times=times,
            covariates={**fixed, "blood_group": group},
            outputs=OUTPUTS,
        )
        groups.append(_group(group, found))
    assert found is not None
    igg = found["igg"][~np.isnan(found["igg"][:, 0])]
    return HaemolysisCourse(
        regimen=str(given),
        population=people.name,
        patients=patients,
        seed=seed,
        titre_ratio=titre_ratio,
        groups=tuple(groups),
        non_o=_non_o(groups, people) if only is None else {},
        peak_igg=_spread(igg.max(axis=1)),
        viscosity_rise=_spread(viscosity(igg.max(axis=1)) - viscosity(igg[:, 0])),
    )


def _with_titre(people: Population, ratio: float) -> Population:
    """Return the population with another isoagglutinin coat."""
    if isinstance(ratio, bool) or not TITRES[0] <= ratio <= TITRES[1]:
        low, high = TITRES
        raise InputError(f"titre_ratio is {ratio!r}; accepted: {low:g} to {high:g} (nearest: 1)")
    if ratio == 1.0:
        return people
    row = people.table(load_parameters())["isoagglutinin_coat"]
    assert row.value is not None
    changed = Override.model_validate(
        {
            "unit": row.unit,
            "source": f"titre of the product, times {ratio:g} (assumed: the coat is proportional to it)",
            "value": row.value * ratio,
            "spread": row.spread,
            "kind": row.spread_kind,
        }
    )
    return people.model_copy(update={"parameters": {**people.parameters, "isoagglutinin_coat": changed}})


def _group(group: str, sim: Simulation) -> GroupCourse:
    usable = ~np.isnan(sim["haemoglobin"][:, 0])
    if not usable.any():
        raise InputError(f"no patient of group {group} could be simulated; accepted: a plan that can be")
    haemoglobin = sim["haemoglobin"][usable]
    falls = haemoglobin[:, 0] - haemoglobin.min(axis=1)
    fell = falls > 1e-6  # g/dL: below the solver's tolerance nothing has fallen
    falls = np.where(fell, falls, 0.0)
    lowest = sim.time[haemoglobin.argmin(axis=1)]
    return GroupCourse(
        blood_group=group,
        patients=int(usable.sum()),
        failed=int((~usable).sum()),
        time=sim.time,
        haemoglobin=np.quantile(haemoglobin, [0.05, 0.5, 0.95], axis=0),
        fall=_spread(falls),
        lowest_day=float(np.median(lowest[fell])) if fell.any() else float("nan"),
        share={least: counted(float((falls >= least).mean()), len(falls)) for least in FALLS},
        isoagglutinin=float(np.median(sim["isoagglutinin"][usable].max(axis=1))),
        k_haemolysis=float(np.median(sim["k_haemolysis"][usable].max(axis=1))),
    )


def _spread(values: Floats) -> Interval:
    low, median, high = (float(x) for x in np.quantile(values, [0.05, 0.5, 0.95]))
    return Interval(median, low, high)


def _non_o(groups: Sequence[GroupCourse], people: Population) -> dict[float, float]:
    """Return the shares in all but group O, weighted by how frequent the groups are in the population."""
    spread = people.covariates["blood_group"]
    assert isinstance(spread, Categories)
    weights = {each.blood_group: spread.probabilities.get(each.blood_group, 0.0) for each in groups}
    weights["O"] = 0.0
    total = sum(weights.values())
    if not total:
        return {}
    return {
        least: sum(weights[each.blood_group] * (each.share[least].value or 0.0) for each in groups) / total
        for least in FALLS
    }

"""The patients of a job: who they are, when they are seen and leave, all by keyed random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.patients import random
from ivigsim.patients.covariates import check_covariates
from ivigsim.patients.population import Population, load_population
from ivigsim.patients.sampling import Draw
from ivigsim.trials.scenario import Group, Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Cohort:
    """Some patients of an arm.

    Attributes
    ----------
    scenario : Scenario
    populations : tuple of Population
        Of the scenario's groups, see `populations_of`.
    arm : int
    first, count : int
        Number of the first patient among all of the trial, and how many. In a paired trial an arm's patients
        have the same numbers, and so are the same, as those of the other arms.
    """

    scenario: Scenario
    populations: tuple[Population, ...]
    arm: int
    first: int
    count: int

    @cached_property
    def group(self) -> Ints:
        """Population of each patient, shape (count,)."""
        shares = np.cumsum([group.share for group in self.scenario.populations])
        edges = (shares / shares[-1])[:-1]
        return np.searchsorted(edges, self._uniform("trial population"), side="right")

    @cached_property
    def people(self) -> tuple[dict[str, NDArray[Any]], dict[str, Floats]]:
        """Covariates and model values of the patients, each of shape (count,)."""
        groups = zip(self.scenario.populations, self.populations, strict=True)
        drawn = [self._draw(group, people).patients() for group, people in groups]
        covariates = {n: self._pick([d.covariates[n] for d in drawn]) for n in drawn[0].covariates}
        return covariates, {n: self._pick([d.values[n] for d in drawn]) for n in drawn[0].values}

    def _draw(self, group: Group, people: Population) -> Draw:
        fixed = check_covariates(group.covariates, people.accepted)
        return Draw(people, self.first, self.count, self.scenario.seed, fixed, self.scenario.switches)

    def _pick(self, columns: list[NDArray[Any]]) -> NDArray[Any]:
        if len(columns) == 1:
            return columns[0]
        return np.choose(self.group, np.broadcast_arrays(*columns))

    @cached_property
    def nominal(self) -> Floats:
        """Planned days of the visits, the first 0, shape (k,)."""
        return np.array([0.0, *self.scenario.visits.planned(self.scenario.days)])

    @cached_property
    def days(self) -> Floats:
        """Actual days of the visits, shape (count, k)."""
        window = self.scenario.visits.window
        days = np.tile(self.nominal, (self.count, 1))
        for j, planned in enumerate(self.nominal[1:], start=1):
            if window:
                days[:, j] += np.floor(self._uniform(f"visit {planned:g}") * (2 * window + 1)) - window
        return days

    def visits_on(self, day: float) -> Iterator[tuple[int, Bools]]:
        """Yield the visits that some patients have on a day, and who: those who have not left."""
        here = day < self.left
        if not self.scenario.visits.window:
            for visit in np.flatnonzero(self.nominal == day):
                yield int(visit), here
            return
        at = self.days == day
        for visit in np.flatnonzero(at.any(axis=0)):
            yield int(visit), at[:, visit] & here

    @cached_property
    def left(self) -> Floats:
        """Day on which each patient leaves the trial, inf for never, shape (count,)."""
        if self.scenario.drop_out is None or not self.scenario.drop_out.per_30_days:
            return np.full(self.count, np.inf)
        rate = -np.log1p(-self.scenario.drop_out.per_30_days) / 30
        left: Floats = -np.log(self._uniform("drop-out")) / rate
        return left

    def measured(self, counts: Floats, visit: int) -> Floats:
        """Return what the laboratory finds at a visit: a lognormal error around the true count.

        Errors of the same patient in two arms are independent, as two samples would be.
        """
        spread = np.sqrt(np.log1p(self.scenario.visits.assay_cv**2))
        name = f"count {self.nominal[visit]:g} in {self.scenario.arms[self.arm].name}"
        measured: Floats = counts * np.exp(
            spread * random.normal(self.scenario.seed, name, self.first, self.count)
        )
        return measured

    def bleeds(self, hazard: Floats, visit: int) -> Bools:
        """Say who bled since the visit before, given the expected number of bleeds."""
        name = f"bleed {self.nominal[visit]:g} in {self.scenario.arms[self.arm].name}"
        happened: Bools = random.uniform(self.scenario.seed, name, self.first, self.count) < -np.expm1(
            -hazard
        )
        return happened

    def _uniform(self, what: str) -> Floats:
        return random.uniform(self.scenario.seed, what, self.first, self.count)


def population_of(group: Group, folder: Path) -> Population:
    """Return the population of a group with its entry criterion; a file is sought beside the scenario."""
    name = group.name
    people = load_population(folder / name if name.lower().endswith(".toml") else name)
    if group.baseline_at_most is None:
        return people
    return people.model_copy(update={"at_most": {"baseline_platelets": group.baseline_at_most}})


def populations_of(scenario: Scenario, folder: Path = Path()) -> tuple[Population, ...]:
    """Return the population of each group of a scenario."""
    return tuple(population_of(group, folder) for group in scenario.populations)

"""Conduct a trial on some patients: stop at visits, read counts, treat by rule, judge endpoints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.carried import Carried
from ivigsim.engine.integrator import Integrator
from ivigsim.engine.schedule import SAME_TIME, Doses
from ivigsim.patients.population import Population
from ivigsim.trials.cohort import Cohort
from ivigsim.trials.dosing import Dosing
from ivigsim.trials.endpoints import Seen
from ivigsim.trials.scenario import Rule, Scenario

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OUTPUTS = ("platelets",)
COURSE_OUTPUTS = ("platelets", "igg")


@dataclass(frozen=True)
class Conducted:
    """What came out for the patients of a cohort.

    Attributes
    ----------
    cohort : Cohort
    grid : ndarray, shape (T,)
        Output times (d).
    courses : dict of str to ndarray, shape (n, T)
    seen : Seen
    rescues, bleeds : ndarray, shape (n,)
        How often rescue was given, and at how many visits a bleed was found.
    ivig_g, infusions : ndarray, shape (n,)
        IVIG given while in the trial (g), and in how many infusions.
    failures : dict of int to str
        Row of a failed patient -> reason.
    """

    cohort: Cohort
    grid: Floats
    courses: dict[str, Floats]
    seen: Seen
    rescues: Floats
    bleeds: Floats
    ivig_g: Floats
    infusions: Floats
    failures: dict[int, str]


def grid_of(scenario: Scenario) -> Floats:
    """Return the times (d) that the engine must report: visits, and every day where something needs it."""
    # the last day belongs to it, so that a rule can act at the last visit before
    planned = np.array([0.0, *scenario.visits.planned(scenario.days)])
    daily = np.arange(0.0, scenario.days + 1)
    if scenario.keep_courses or scenario.bleeding:
        return np.union1d(planned, daily)
    if scenario.visits.window:
        shifts = np.arange(-scenario.visits.window, scenario.visits.window + 1.0)
        return np.union1d([0.0, scenario.days], planned[1:, None] + shifts)
    return np.union1d(planned, [scenario.days])


def conduct(
    scenario: Scenario,
    populations: tuple[Population, ...],
    arm: int,
    first: int,
    count: int,
    integrator: Integrator,
) -> Conducted:
    """Simulate patients of an arm as the trial would treat and see them.

    Parameters
    ----------
    scenario : Scenario
    populations : tuple of Population
        Of the scenario's groups.
    arm : int
    first, count : int
        Number of the first patient, and how many.
    integrator : Integrator
        For the inputs of `Dosing.inputs` and the outputs of `outputs_of`.
    """
    return _Conduct(Cohort(scenario, populations, arm, first, count), integrator).run()


def outputs_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the outputs of the model that a trial reads."""
    return COURSE_OUTPUTS if scenario.keep_courses else OUTPUTS


class _Conduct:
    """A cohort on its way through the trial."""

    def __init__(self, cohort: Cohort, integrator: Integrator) -> None:
        self.cohort = cohort
        self.scenario = cohort.scenario
        self.integrator = integrator
        self.rules = self.scenario.rules_of(cohort.arm)
        self.grid = grid_of(self.scenario)
        count, rules = cohort.count, len(self.rules)
        self.counts = np.full((count, len(cohort.nominal)), np.nan)
        self.rescued = np.full(count, np.inf)
        self.rescues = np.zeros(count)
        self.bleeds = np.zeros(count)
        self.bled_now = np.zeros(count, dtype=np.bool_)  # since the visit before
        self.hazard = np.zeros(count)  # expected bleeds since then
        self.acted = np.zeros((rules, count))
        self.last = np.full((rules, count), -np.inf)

    def run(self) -> Conducted:
        covariates, values = self.cohort.people
        scenario = self.scenario
        dosing = Dosing(scenario.arms[self.cohort.arm], self.rules, covariates, scenario.allow_extreme)
        doses = dosing.planned()
        carried = Carried(self.integrator, values, values["immune_loss"])
        self.given = [doses]
        parts: list[dict[str, Floats]] = []
        begin = 0
        for stop in self._stops():
            parts.append(carried.advance(doses, self.grid[begin : stop + 1]))
            for column, place in enumerate(range(begin, stop + 1)):
                self._look(parts[-1]["platelets"][:, column], place)
            begin = stop + 1
            if begin < len(self.grid):
                doses = self._decide(dosing, doses, float(self.grid[stop]))
        cohort, until = self.cohort, np.minimum(self.cohort.left, scenario.days)
        grams = [dosing.grams(each, until) for each in self.given]
        courses = {name: np.hstack([part[name] for part in parts]) for name in parts[0]}
        for array in courses.values():
            array[list(carried.failures)] = np.nan  # all of a course or none
        return Conducted(
            cohort=cohort,
            grid=self.grid,
            courses=courses,
            seen=Seen(cohort.nominal, cohort.days, self.counts, cohort.left, self.rescued),
            rescues=self.rescues,
            bleeds=self.bleeds,
            ivig_g=np.sum([each[0] for each in grams], axis=0),
            infusions=np.sum([each[1] for each in grams], axis=0),
            failures=carried.failures,
        )

    def _stops(self) -> list[int]:
        """Return the places of the grid where a rule may act, and its end."""
        acting = np.zeros(len(self.grid), dtype=np.bool_)
        for rule in self.rules:
            acting |= (self.grid >= max(rule.from_day, SAME_TIME)) & (self.grid <= rule.to_day)
        # every day on which a visit may fall: where to stop must not depend on who is in this part
        window = self.scenario.visits.window
        visited = np.isin(self.grid, self.cohort.nominal[:, None] + np.arange(-window, window + 1.0))
        return sorted({*map(int, np.flatnonzero(acting & visited)), len(self.grid) - 1})

    def _look(self, platelets: Floats, place: int) -> None:
        """Take the counts of those who are seen on a day, and note who bled since the visit before."""
        day = float(self.grid[place])
        for visit, here in self.cohort.visits_on(day):
            self.counts[here, visit] = self.cohort.measured(platelets, visit)[here]
            if self.scenario.bleeding and visit:
                bled = here & self.cohort.bleeds(self.hazard, visit)
                self.bleeds += bled
                self.bled_now = np.where(here, bled, self.bled_now)
                self.hazard = np.where(here, 0.0, self.hazard)
        if self.scenario.bleeding and place + 1 < len(self.grid):
            self.hazard = self.hazard + self._bleeding(platelets) * (self.grid[place + 1] - day)

    def _bleeding(self, counts: Floats) -> Floats:
        """Return bleeds per day at a count: those of the lowest threshold above it."""
        rate = np.zeros(len(counts))
        for step in sorted(self.scenario.bleeding, key=lambda step: step.count_below, reverse=True):
            rate = np.where(counts < step.count_below, step.per_day, rate)
        return rate

    def _decide(self, dosing: Dosing, doses: Doses | None, day: float) -> Doses | None:
        """Let the first rule that fits act in each patient who is seen now."""
        count = np.full(self.cohort.count, np.nan)
        for visit, here in self.cohort.visits_on(day):
            count[here] = self.counts[here, visit]
        free = np.isfinite(count)  # a failed patient, or one who left, is not treated
        for r, rule in enumerate(self.rules):
            who = free & self._fits(r, rule, count, day)
            if not who.any():
                continue
            more = dosing.after(rule, day, who)
            self.given.append(more)
            doses = dosing.joined(doses, more, day)
            free &= ~who
            self.acted[r] += who
            self.last[r, who] = day
            if rule.rescue:
                self.rescues += who
                self.rescued = np.where(who, np.minimum(self.rescued, day), self.rescued)
        return doses

    def _fits(self, r: int, rule: Rule, count: Floats, day: float) -> Bools:
        """Say in whom a rule acts on what was found on a day."""
        fits: Bools = (self.acted[r] < rule.at_most) & (day - self.last[r] >= rule.days_apart - SAME_TIME)
        fits &= rule.from_day <= day <= rule.to_day
        if rule.when.count_below is not None:
            fits &= count < rule.when.count_below
        return fits & self.bled_now if rule.when.bleeding else fits

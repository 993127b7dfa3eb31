"""Simulate the total IgG (and haemoglobin) of an indication's patients under its doses."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from pathlib import Path

import numpy as np

from ivigsim.checks import LONGEST_DAYS, check_whole
from ivigsim.engine.simulation import Simulation
from ivigsim.errors import InputError
from ivigsim.indications.definition import Indication
from ivigsim.indications.igg_course import RISE_DAY, Floats, IgGCourse
from ivigsim.indications.library import load_indication
from ivigsim.indications.plan import Plan, read_plan
from ivigsim.run import simulate
from ivigsim.treatment import Course
from ivigsim.treatment.body import body

OUTPUTS = ("igg", "haemoglobin")
MOST_PATIENTS = 20_000  # all courses are kept in memory: 20,000 years of daily outputs are 120 MB
MAINTENANCE_D = 364  # assumed: a year, ten half-lives of 36 d (E213)
COURSE_D = 84  # assumed: three to four half-lives of IgG in adults with normal IgG
REFERENCE_KG = 70.0  # IGG08; how long doses per kg run does not depend on it
LONGEST_INFUSION_H = 24  # of a dose in grams without `over`; 4 mg/kg/min gives 5 g/kg in 21 h


class IgGFailed(RuntimeError):
    """No patient finished, so there is nothing to report."""


def simulate_indication(
    indication: str | Path | Indication,
    *,
    dose: str | Plan | None = None,
    template: str | None = None,
    population: str | Path | None = None,
    patients: int = 1000,
    seed: int = 1,
    days: int | None = None,
    covariates: Mapping[str, object] | None = None,
    threads: int | None = None,
) -> IgGCourse:
    """Simulate total IgG in an indication.

    Parameters
    ----------
    indication : str, Path or Indication
        Name, alias, file or what `load_indication` returned.
    dose : str or Plan, optional
        Dose phrases, as in "400 mg/kg every 4 weeks"; without a count they go on.
    template : str, optional
        Instead, a regimen of the indication by its name; the first without either.
    population : str or Path, optional
        Instead of that of the indication.
    patients, seed : int
    days : int, optional
        The last day; by default that of a year of maintenance, or day 84 of a course.
    covariates : mapping, optional
        Fixed for everyone, besides those of the indication.
    threads : int, optional
        As for `ivigsim.simulate`.

    Returns
    -------
    IgGCourse

    Raises
    ------
    InputError
        For anything that is not accepted, with what is.

    Examples
    --------
    >>> from ivigsim.indications import simulate_indication
    >>> course = simulate_indication("gbs", patients=50)
    >>> 6 < float(course.rise.mean()) < 10
    True
    """
    chosen = indication if isinstance(indication, Indication) else load_indication(indication)
    plan = plan_of(chosen, dose, template)
    last_day = _last_day(plan, days)
    fixed = {**chosen.covariates, **(covariates or {})}
    sim = simulate(
        plan.until(last_day),
        population=population or chosen.population,
        patients=check_whole("patients", patients, 1, MOST_PATIENTS),
        seed=seed,
        times=_grid(plan, last_day),
        covariates=fixed,
        outputs=OUTPUTS,
        threads=threads,
    )
    igg, haemoglobin = (finished(sim, name) for name in OUTPUTS)
    return IgGCourse(
        indication=chosen,
        plan=plan,
        cycles=plan.whole_cycles(last_day),
        population=sim.population,
        patients=len(sim),
        seed=sim.seed,
        covariates=fixed,
        time_d=sim.time,
        igg=igg,
        haemoglobin=haemoglobin,
        failures=sim.failures,
    )


def plan_of(indication: Indication, dose: str | Plan | None, template: str | None) -> Plan:
    """Return the doses asked for: a phrase, a template by name, or the first template.

    Raises
    ------
    InputError
        When both are given, or one is wrong.
    """
    if dose is not None and template is not None:
        raise InputError(f"a dose and the regimen {template!r} are both given; accepted: one of them")
    if isinstance(dose, Plan):
        return dose
    return indication.template(template).plan() if dose is None else read_plan(dose)


def _last_day(plan: Plan, days: int | None) -> int:
    """Return the last day of the run: long enough for one whole interval of maintenance."""
    usual = plan.start_d + max(MAINTENANCE_D, 2 * plan.every_d) if plan.maintenance else COURSE_D
    last = check_whole("days", ceil(usual) if days is None else days, ceil(RISE_DAY), LONGEST_DAYS)
    if plan.maintenance and not plan.whole_cycles(last):
        least = ceil(plan.start_d + plan.every_d)
        raise InputError(
            f"days is {days}, less than one interval of '{plan}'; accepted: a whole number from {least} to"
            f" {LONGEST_DAYS} (nearest: {least})"
        )
    return last


def _grid(plan: Plan, days: int) -> Floats:
    """Return the output times (d): daily, the starts of doses (troughs) and their ends (peaks)."""
    times = [np.arange(days + 1.0), plan.starts_d(plan.whole_cycles(days)) + plan.every_d]
    for course in plan.until(days).courses:
        times += [course.times_d() + offset for offset in (0.0, *_ends_d(course))]
    found: Floats = np.unique(np.round(np.concatenate(times), 6))  # closer times are one
    return found[found <= days]


def _ends_d(course: Course) -> Floats:
    """Return when an infusion may end after its start (d): hour by hour when weight decides."""
    if course.per_kg or course.over_d is not None:
        return course.duration_d(course.model_amount(body([REFERENCE_KG])))
    return np.arange(1.0, LONGEST_INFUSION_H + 1) / 24.0


def finished(sim: Simulation, output: str) -> Floats:
    """Return an output of the patients that did not fail."""
    kept: Floats = sim[output][~sim.failed]
    if not len(kept):
        raise IgGFailed(f"every simulation failed, the first with: {next(iter(sim.failures.values()))}")
    return kept

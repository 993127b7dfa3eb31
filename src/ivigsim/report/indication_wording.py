"""Sentences and rows on the IgG of an indication, shared by terminal, figure and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

import numpy as np

from ivigsim.evidence import load_rows
from ivigsim.indications import DoseForTrough, IgGCourse, Indication, Interval, Spread
from ivigsim.report.wording import count, settings_text

IGG_ONLY = (
    "Only IgG and haemoglobin are computed: platelets and other outcomes of this disease are not modelled."
)
ITP_ELSEWHERE = 'Platelets in ITP: `ivigsim simulate "IVIG 1 g/kg daily x2"`.'
HAEMOGLOBIN = "The fall of haemoglobin was fitted in ITP, and compared with no data elsewhere."
SOURCED = "`ivigsim indications --check` puts IgG beside what was measured."


@dataclass(frozen=True)
class Line:
    """One line of the table: what, median and middle 90% of patients, unit."""

    id: str
    label: str
    unit: str
    spread: Spread


def lines(course: IgGCourse) -> list[Line]:
    """Return the table of a simulation.

    Examples
    --------
    >>> from ivigsim.indications import simulate_indication
    >>> [line.id for line in lines(simulate_indication("kd", patients=5))]
    ['baseline', 'highest', 'rise_day_14', 'half_life', 'haemoglobin_fall']
    """
    found = [
        Line("baseline", "IgG before treatment", "g/L", course.baseline),
        Line("highest", "highest IgG", "g/L", course.highest),
        Line("rise_day_14", "rise on day 14", "g/L", Spread.of(course.rise)),
    ]
    if course.cycles:
        steady = "at steady state" if course.steady_after else "of the last interval, not yet steady"
        found.append(Line("trough", f"trough {steady}", "g/L", course.intervals[-1].trough))
    life = "half-life of total IgG, last interval" if course.cycles else "half-life of the excess"
    found += [
        Line("half_life", life, "d", course.half_life),
        Line("haemoglobin_fall", "largest fall of haemoglobin", "g/dL", course.haemoglobin_fall),
    ]
    return found


def shown_intervals(course: IgGCourse) -> list[Interval]:
    """Return the intervals that a table shows: the first four, the first steady one and the last."""
    every = course.intervals
    wanted = {0, 1, 2, 3, course.steady_after, every[-1].number}
    return [each for each in every if each.number in wanted]


def interval_name(interval: Interval) -> str:
    """Return what an interval is called.

    Examples
    --------
    >>> nothing = Spread(0.0, 0.0, 0.0)
    >>> interval_name(Interval(0, 0, 21, nothing, nothing))
    'loading'
    """
    return str(interval.number) if interval.number else "loading"


def spread_text(spread: Spread, places: int = 1) -> str:
    """Return median and middle 90%.

    Examples
    --------
    >>> spread_text(Spread(5.04, 3.4, 6.8)), spread_text(Spread(float("nan"), float("nan"), float("nan")))
    ('5.0 (3.4–6.8)', '-')
    """
    if not isfinite(spread.median):
        return "-"
    middle, low, high = (
        f"{round(x, places) + 0.0:,.{places}f}" for x in (spread.median, spread.low, spread.high)
    )
    return f"{middle} ({low}–{high})"


def setting(course: IgGCourse) -> str:
    """Return whom was simulated.

    Examples
    --------
    >>> from ivigsim.indications import simulate_indication
    >>> setting(simulate_indication("pid", patients=5, covariates={"weight_kg": 70.0}))
    '5 virtual patients (immunodeficient) with weight_kg = 70, 364 days, seed 1'
    """
    who = f"{count(course.patients, 'virtual patient')} ({course.population})"
    days = count(round(float(course.time_d[-1])), "day")
    return f"{who}{settings_text(course.covariates, {}, ' with ')}, {days}, seed {course.seed}"


def steady_text(course: IgGCourse) -> str:
    """Return after how many infusions the trough is steady; empty for a course.

    Examples
    --------
    >>> from ivigsim.indications import simulate_indication
    >>> steady_text(simulate_indication("pid", patients=40))
    'Steady after 3 maintenance infusions: from then on the median trough stays within 2% of that at the end.'
    """
    if not course.cycles:
        return ""
    after = course.steady_after
    if after is None:
        return (
            f"Not steady within {count(round(float(course.time_d[-1])), 'day')}: simulate longer with --days."
        )
    infusions = count(after * len(course.plan.maintenance), "maintenance infusion")
    return f"Steady after {infusions}: from then on the median trough stays within 2% of that at the end."


def grams_text(course: IgGCourse) -> str:
    """Return the size of each dose in grams when all have one weight; empty otherwise.

    Examples
    --------
    >>> from ivigsim.indications import simulate_indication
    >>> grams_text(simulate_indication("cidp", patients=5, covariates={"weight_kg": 70.0}))
    'At 70 kg: 70 g an infusion.'
    """
    grams, weight = course.grams, course.covariates.get("weight_kg")
    if grams is None:
        return ""
    sizes = list(dict.fromkeys(f"{size:.4g}" for size in grams))
    return f"At {weight:g} kg: {', then '.join(sizes)} g an infusion."


def dose_text(found: DoseForTrough) -> str:
    """Return the answer to a target trough.

    Examples
    --------
    >>> from ivigsim.indications import read_plan
    >>> print(dose_text(DoseForTrough(5.0, 0.9, 700, read_plan("700 mg/kg every 28 d"), 1.6, 5.004, 15)))
    Trough of at least 5 g/L in 90% of patients: 700 mg/kg every 28 d, the smallest whole mg/kg (5.00 g/L;
    untreated 1.6 g/L; 15 simulations).
    """
    whom = "the median patient" if found.share == 0.5 else f"{100 * found.share:g}% of patients"
    each = f" in {count(len(found.plan.maintenance), 'infusion')}" if len(found.plan.maintenance) > 1 else ""
    return (
        f"Trough of at least {found.target:g} g/L in {whom}: {found.mg_per_kg:,} mg/kg every"
        f" {found.plan.every_d:g} d{each}, the smallest whole mg/kg ({found.at_dose:.2f} g/L; untreated"
        f" {found.without:.1f} g/L; {found.simulations} simulations)."
    )


def slope_text(course: IgGCourse) -> str:
    """Return the rise of the trough per dose beside the published one, and what follows; may be empty."""
    if course.slope is None:
        return ""
    rows = {row.id: row for row in load_rows()}
    low, high = sorted(float(rows[name].value_published) for name in ("E139", "E210"))
    text = f"The trough rises by {course.slope:.0f} mg/dL per 100 mg/kg every {course.plan.every_d:g} d"
    if course.population != "immunodeficient":
        return f"{text}."
    text += f"; measured in immunodeficiency: {low:g} and {high:g} (E139, E210)."
    if course.slope < low:
        text += (
            " The model's troughs are too low for a dose, and its dose for a trough too high: compare"
            " regimens, do not read off doses."
        )
    return text


def target_text(course: IgGCourse) -> str:
    """Return how many reach what the sources aim at; empty when they name no level."""
    said = []
    for target in course.indication.targets:
        trough = target.quantity == "trough"
        if trough and not course.cycles:
            continue
        values = course.troughs[:, -1] if trough else course.rise
        share = 100 * float(np.mean(values >= target.g_per_l))
        note = f"; {target.note}" if target.note else ""
        goal = f"{target.quantity} of at least {target.g_per_l:g} g/L"
        said.append(f"Published target, {goal} ({target.source}{note}): reached by {share:.0f}% here.")
    return " ".join(said)


def notes(course: IgGCourse) -> list[str]:
    """Return what to bear in mind about a simulation."""
    indication = course.indication
    said: Iterable[str] = (
        slope_text(course),
        target_text(course),
        f"Population {course.population} instead of {indication.population}."
        if course.population != indication.population
        else f"Population {course.population} ({indication.population_reason}).",
        HAEMOGLOBIN,
        ITP_ELSEWHERE if indication.platelets else IGG_ONLY,
    )
    return [each for each in said if each]


def facts(indication: Indication) -> list[tuple[str, str]]:
    """Return what is known of an indication, line by line.

    Examples
    --------
    >>> from ivigsim.indications import load_indication
    >>> dict(facts(load_indication("kd")))["mechanism"]
    'unknown'
    """
    names = (
        "patients",
        "usual",
        "interval",
        "aim",
        "products",
        "first_approval",
        "mechanism",
        "age",
        "weight",
    )
    known = [(name.replace("_", " "), str(getattr(indication, name))) for name in names]
    igg = [("IgG of", f"{indication.population} ({indication.population_reason})")]
    return [*known, *igg, ("notes", indication.notes), ("source", indication.source)]

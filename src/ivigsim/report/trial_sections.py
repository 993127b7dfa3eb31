"""The tables of a trial's report, as rows of text that a page can lay out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivigsim.report.trial_wording import (
    BLANK,
)
from ivigsim.report.wording import count
from ivigsim.trials.endpoints import PUBLISHED, Endpoint
from ivigsim.trials.scenario import Arm, Rule, Scenario

if TYPE_CHECKING:
    import polars as pl

_MEASURES = (
    ("age_years", "Age, years"),
    ("weight_kg", "Weight, kg"),
    ("baseline_platelets", "Platelets before treatment (true), 1e9/L"),
    ("baseline_igg", "IgG before treatment, g/L"),
)
_SHARES = (
    ("sex", "F", "Female"),
    ("anti_gpib", True, "Anti-GPIb"),
    ("splenectomised", True, "Splenectomised"),
)
SHOWN = (
    "arm",
    "population",
    *(name for name, _ in _MEASURES),
    *(name for name, _, _ in _SHARES),
    "rescues",
    "bleeds",
    "infusions",
)
"""Columns of the table of patients that the tables below read."""


@dataclass(frozen=True)
class Section:
    """A table with a title.

    Attributes
    ----------
    title : str
    head : tuple of str
        The first column names the rows.
    rows : tuple of tuple of str
    groups : tuple of str
        Group of each row, or none.
    notes : tuple of str
        Sentences below it.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def arms_section(scenario: Scenario) -> Section:
    """Return what each arm gets."""
    rows = tuple(
        (arm.name, " + ".join(arm.treatments), _dosing(arm), _rules(scenario, i))
        for i, arm in enumerate(scenario.arms)
    )
    return Section("Arms", ("Arm", "Treatment", "IVIG is dosed by", "Treatment by rule"), rows)


def _dosing(arm: Arm) -> str:
    vials = "" if arm.vial_g is None else f", whole vials of {arm.vial_g:g} g ({arm.rounding})"
    return f"{arm.dosing_weight} weight{vials}"


def _rules(scenario: Scenario, arm: int) -> str:
    return "; ".join(map(rule_words, scenario.rules_of(arm))) or "none"


def rule_words(rule: Rule) -> str:
    """Return a rule in words.

    Examples
    --------
    >>> rule_words(Rule(when={"count_below": 20}, give="IVIG 1 g/kg", from_day=3, to_day=28))
    'rescue: IVIG 1 g/kg on a count below 20e9/L, from day 3 to day 28'
    """
    when = [] if rule.when.count_below is None else [f"a count below {rule.when.count_below:g}e9/L"]
    when += ["a bleed"] * rule.when.bleeding
    days = "" if rule.from_day == 0 else f", from day {rule.from_day:g}"
    days += "" if rule.to_day > 3000 else f" to day {rule.to_day:g}"
    often = "" if rule.at_most == 1 else f", at most {rule.at_most} times"
    apart = "" if not rule.days_apart else f", {rule.days_apart:g} d apart or more"
    kind = "" if rule.rescue else " (part of the arm's treatment)"
    return f"{rule.name}: {rule.give} on {' and '.join(when)}{days}{often}{apart}{kind}"


def design_section(scenario: Scenario) -> Section:
    """Return how the trial is run."""
    visits = scenario.visits
    days = (
        "every " + f"{visits.every:g} d"
        if visits.every
        else "days " + ", ".join(f"{d:g}" for d in visits.days or ())
    )
    who = "; ".join(
        group.name
        + (f" (share {group.share:g})" if len(scenario.populations) > 1 else "")
        + (f", platelets at most {group.baseline_at_most:g}e9/L" if group.baseline_at_most else "")
        + "".join(f", {name} = {value}" for name, value in group.covariates.items())
        for group in scenario.populations
    )
    leave = scenario.drop_out
    rows = [
        ("Patients", who),
        (
            "Size",
            f"{scenario.size:,} per arm, {count(scenario.replicates, 'replicate')}, seed {scenario.seed}",
        ),
        ("Length", f"{scenario.days} d"),
        ("Counts", f"{days}; window {visits.window} d; assay error CV {100 * visits.assay_cv:g}%"),
        ("Drop-out", "none" if leave is None else f"{100 * leave.per_30_days:g}% within 30 d"),
        (
            "Endpoints",
            "; ".join(
                f"{e.words}{_definition(e)}{_primary(scenario, e)}"
                for e in scenario.endpoints
                for e in scenario.endpoints
            ),
        ),
    ]
    if scenario.bleeding:
        rates = ", ".join(
            f"{step.per_day:g} per day below {step.count_below:g}e9/L" for step in scenario.bleeding
        )
        rows.append(("Bleeds", f"{rates} (the scenario's own assumption)"))
    if scenario.switches:
        rows.append(
            ("Mechanisms", ", ".join(f"{k} {'on' if v else 'off'}" for k, v in scenario.switches.items()))
        )
    return Section("Design", ("Part", "How"), tuple(rows))


def _primary(scenario: Scenario, endpoint: Endpoint) -> str:
    return " (primary)" if endpoint.id == scenario.primary_endpoint else ""


def _definition(endpoint: Endpoint) -> str:
    """Return what a published definition asks for."""
    if endpoint.definition is None:
        return ""
    asked = PUBLISHED[endpoint.definition]
    fold = f" and {asked.fold:g} times baseline" if asked.fold else ""
    return f" (at least {asked.count:g}e9/L{fold}, twice {asked.confirm_d:g} d apart, not lost between)"


def patients_section(patients: pl.DataFrame, arms: Sequence[str]) -> Section:
    """Return who the patients are, by arm: median (middle 50%) or share."""
    by_arm = {arm: patients.filter(patients["arm"] == arm) for arm in arms}
    rows = [("Patients", *(f"{by_arm[arm].height:,}" for arm in arms))]
    populations = patients["population"].unique(maintain_order=True)
    if len(populations) > 1:
        rows += [
            (f"From {name}", *(_share(by_arm[arm]["population"] == name) for arm in arms))
            for name in populations
        ]
    for column, words in _MEASURES:
        rows.append((words, *(_quartiles(by_arm[arm][column]) for arm in arms)))
    for column, level, words in _SHARES:
        rows.append((words, *(_share(by_arm[arm][column] == level) for arm in arms)))
    return Section("Patients before treatment", ("Median (middle 50%) or share", *arms), tuple(rows))


def _quartiles(values: pl.Series) -> str:
    low, middle, high = (values.quantile(q, "linear") for q in (0.25, 0.5, 0.75))
    return BLANK if middle is None else f"{middle:.3g} ({low:.3g}–{high:.3g})"


def _share(hits: pl.Series) -> str:
    return f"{100 * float(hits.mean() or 0.0):.0f}%"  # type: ignore[arg-type]


def harms_section(scenario: Scenario, patients: pl.DataFrame) -> Section:
    """Return rescues, bleeds and infusions per patient; bleeds only where the scenario gives their rates."""
    import polars as pl

    found = patients.group_by("arm").agg(pl.col("rescues", "bleeds", "infusions").mean())
    by_arm = {arm: counts for arm, *counts in found.iter_rows()}
    rows = tuple(
        (
            arm.name,
            f"{rescues:.2f}",
            f"{bleeds:.2f}" if scenario.bleeding else "not simulated",
            f"{infusions:.2f}",
        )
        for arm in scenario.arms
        for rescues, bleeds, infusions in (by_arm[arm.name],)
    )
    return Section(
        "Rescues, bleeds and infusions", ("Mean per patient", "Rescues", "Bleeds", "IVIG infusions"), rows
    )


def risks_section(scenario: Scenario, patients: pl.DataFrame) -> Section:
    """Return the published adverse events of each arm's IVIG: ranges over sources, never averages."""
    from ivigsim.report.safety_wording import summary_text
    from ivigsim.safety.adverse import assess

    age = float(patients["age_years"].median() or 0.0)  # type: ignore[arg-type]
    found: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for arm in scenario.arms:
        if any(phrase.strip().upper().startswith("IVIG") for phrase in arm.treatments):
            lines = tuple(
                (risk.title, summary_text(summary), ", ".join(summary.rows))
                for risk in assess(arm.treatments, covariates={"age_years": age}).events
                for summary in risk.summaries
            )
            found.setdefault(lines, []).append(arm.name)  # arms with the same risks stand together
    rows = [line for lines in found for line in lines]
    groups = [", ".join(arms) for lines, arms in found.items() for _ in lines]
    note = (
        f"At the median age of {age:.0f} years, health unknown, for IVIG as first given: adverse events of"
        " rescue and of other drugs are not here. `ivigsim safety` shows every source and what is not known."
    )
    return Section(
        "Published adverse events",
        ("Event", "Range over sources", "Rows"),
        tuple(rows),
        tuple(groups),
        (note,),
    )

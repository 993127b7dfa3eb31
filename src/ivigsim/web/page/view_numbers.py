"""Every number behind: the parameters of the model and the covariates of the population, with sources."""

from __future__ import annotations

from htmltools import TagChild, TagList, tags

from ivigsim.model.parameters import Parameter, load_parameters
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import load_population
from ivigsim.patients.spreads import Spread
from ivigsim.web.jobs import Task
from ivigsim.web.page.markup import Panel, about, table
from ivigsim.web.page.state import State
from ivigsim.web.page.words import COVARIATE_TITLES, unit_text

KINDS = {"lognormal": "SD of ln", "logitnormal": "SD of logit"}


def build(state: State, task: Task) -> Panel:
    """Return the tables."""
    del task
    people = load_population(state.population)
    parameters = people.table(load_parameters())
    fixed: list[list[TagChild]] = [
        [
            about(COVARIATE_TITLES[name], f"covariate:{name}"),
            spread_text(people.covariates[name]),
            source(name, state),
        ]
        for name in COVARIATES
    ]
    rows: list[list[TagChild]] = [
        [about(row.id, f"parameter:{row.id}"), value_text(row), spread_of(row), row.note, row.source]
        for row in parameters.values()
        if not row.is_switch
    ]
    html = TagList(
        table(f"Covariates of {state.population}: {people.title}", ["Covariate", "Spread", "Source"], fixed),
        table(
            f"Parameters in {state.population}",
            ["Parameter", "Value", "Between patients", "What it is", "Source"],
            rows,
        ),
    )
    return Panel(
        view="numbers",
        html={"numbers-tables": str(html)},
        command="ivigsim parameters",
        code="from ivigsim.model.parameters import load_parameters\n\n"
        "for row in load_parameters().values():\n    print(row.id, row.value, row.unit, row.source)",
        status=f"{len(rows)} parameters and {len(fixed)} covariates of {state.population}.",
    )


def source(name: str, state: State) -> TagChild:
    """Return the source of a covariate, or that it was fixed."""
    if name in state.covariates:
        return tags.strong(f"fixed on this page at {plain(state.covariates[name])}")
    return load_population(state.population).covariates[name].source


def value_text(row: Parameter) -> str:
    """Return value and unit.

    Examples
    --------
    >>> value_text(load_parameters()["k_int"])
    '0.18 1/d'
    """
    unit = unit_text(row.unit)
    return (
        f"{unit}, solved for each patient".lstrip(", ")
        if row.value is None
        else f"{row.value:g} {unit}".strip()
    )


def spread_of(row: Parameter) -> str:
    """Return the spread between patients.

    Examples
    --------
    >>> spread_of(load_parameters()["k_12"]), spread_of(load_parameters()["k_int"])
    ('SD of ln 0.3', 'none')
    """
    if row.spread_kind == "derived":
        return "follows from others"
    return f"{KINDS[row.spread_kind]} {row.spread:g}" if row.spread else "none"


def spread_text(spread: Spread) -> str:
    """Return how a covariate is spread.

    Examples
    --------
    >>> spread_text(load_population("adult-chronic").covariates["weight_kg"])
    'median 65.5 kg, SD of ln 0.247'
    >>> spread_text(load_population("adult-chronic").covariates["splenectomised"])
    '15% yes'
    """
    unit = f" {unit_text(spread.unit)}" if spread.unit else ""
    if spread.kind == "categories":
        return ", ".join(f"{name} {100 * share:g}%" for name, share in spread.probabilities.items())
    if spread.kind == "probability":
        return f"{100 * spread.probability:g}% yes"
    if spread.kind == "normal":
        mean = spread.mean
        text = f"{mean:g}" if isinstance(mean, float) else f"{mean.F:g} (women), {mean.M:g} (men)"
        return f"mean {text}{unit}, SD {spread.spread:g}"
    if spread.kind == "by_age":
        first, last = spread.medians[0], spread.medians[-1]
        ends = f"{first:g} at {spread.ages[0]:g} years to {last:g} at {spread.ages[-1]:g}"
        return f"median by age, {ends}{unit}, SD of ln {spread.spread:g}"
    if spread.kind == "logitnormal":
        ends = f"{spread.low:g} to {spread.high:g}"
        return f"median {spread.median:g}{unit}, {ends}, SD of logit {spread.spread:g}"
    return f"median {spread.median:g}{unit}, SD of ln {spread.spread:g}"


def plain(value: object) -> str:
    """Return a covariate as the command line takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)

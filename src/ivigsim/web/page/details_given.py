"""What stands behind what goes in: parameters, switches, covariates, published results."""

from __future__ import annotations

from shlex import quote
from typing import Any

from ivigsim.evidence import load_rows
from ivigsim.evidence.wording import result_text
from ivigsim.model.parameters import load_parameters
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import load_population
from ivigsim.web.jobs import Task
from ivigsim.web.page.detail import Detail
from ivigsim.web.page.state import State
from ivigsim.web.page.view_numbers import plain, source, spread_of, spread_text
from ivigsim.web.page.words import COVARIATE_TITLES, unit_text

UNKNOWN = "unknown"


def parameter(state: State, task: Task, name: str) -> Detail:
    """Return what stands behind a parameter in the population that is chosen."""
    del task
    row = load_population(state.population).table(load_parameters())[name]
    return Detail(
        title=name,
        value="solved for each patient" if row.value is None else f"{row.value:g}",
        unit=unit_text(row.unit) or "none",
        spread=spread_of(row),
        source=row.source,
        more=row.note,
        command=f"ivigsim parameters {name}",
        code=f'from ivigsim.model.parameters import load_parameters\n\nprint(load_parameters()["{name}"])',
    )


def switch(state: State, task: Task, name: str) -> Detail:
    """Return what stands behind a switch of a mechanism."""
    del task
    row = load_parameters()[name]
    if not row.is_switch:
        raise KeyError(name)
    usual = bool(row.value)
    flag = "--switch-off" if usual else "--switch-on"
    return Detail(
        title=name,
        value="on" if state.switches.get(name, usual) else "off",
        unit="switch",
        spread="none: the same in every patient",
        source=row.source,
        more=row.note,
        command=f"ivigsim simulate {quote(state.a)} {flag} {name}",
        code=f'import ivigsim\n\nsim = ivigsim.simulate("{state.a}", switches={{"{name}": {not usual}}})',
    )


def covariate(state: State, task: Task, name: str) -> Detail:
    """Return what stands behind a covariate."""
    del task
    spread, known = load_population(state.population).covariates[name], COVARIATES[name]
    fixed = state.covariates.get(name)
    limits = (
        ", ".join(plain(level) for level in known.levels)
        if known.levels
        else f"{known.low:g} to {known.high:g} {unit_text(known.unit)}"
    )
    example = plain(
        fixed if fixed is not None else known.levels[-1] if known.levels else _middle(spread, known)
    )
    return Detail(
        title=COVARIATE_TITLES[name],
        value=f"as in the population {state.population}" if fixed is None else plain(fixed),
        unit=unit_text(known.unit) or "none",
        spread=spread_text(spread) if fixed is None else "none: the same in every patient",
        source=str(spread.source if fixed is None else source(name, state).children[0]),  # type: ignore[union-attr]
        more=f"Accepted: {limits}.",
        command=(
            f"ivigsim simulate {quote(state.a)} --population {state.population} --covariate {name}={example}"
        ),
        code=f"from ivigsim import load_population\n\n"
        f'print(load_population("{state.population}").covariates["{name}"])',
    )


def published(state: State, task: Task, name: str) -> Detail:
    """Return what stands behind a published result."""
    del state, task
    row = {row.id: row for row in load_rows()}[name]
    spread = f"{row.low:g} to {row.high:g}, {row.interval}" if row.low is not None else UNKNOWN
    texts = [row.endpoint_published, row.note, row.reading, row.difference]
    return Detail(
        title=f"{row.id}: {result_text(row)}",
        value=row.value_published or (f"{row.value:g}" if row.value is not None else UNKNOWN),
        unit=unit_text(row.unit) or UNKNOWN,
        spread=f"{spread}; n = {row.n if row.n is not None else UNKNOWN}",
        source=f"{row.citation}; {row.population}, {row.regimen_published}",
        more=". ".join(text for text in texts if text),
        command=f"ivigsim evidence {name}",
        code="from ivigsim.evidence import load_rows\n\n"
        f'print(next(row for row in load_rows() if row.id == "{name}"))',
        link=row.link,
    )


def _middle(spread: Any, known: Any) -> float:
    """Return a value as an example: the median or mean where there is one for all."""
    middle = getattr(spread, "median", None) or getattr(spread, "mean", None)
    return middle if isinstance(middle, float) else (known.low + known.high) / 2

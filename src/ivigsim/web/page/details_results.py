"""What stands behind what comes out: outcomes, courses, shares, tests, adverse events."""

from __future__ import annotations

from ivigsim.engine.simulation import OUTPUTS
from ivigsim.model.parameters import load_parameters
from ivigsim.report.attribution_text import share_text
from ivigsim.report.red_cells import rows
from ivigsim.report.safety_wording import figure_text, summary_text
from ivigsim.report.table import simulated_text
from ivigsim.report.wording import CALIBRATED, MONTE_CARLO
from ivigsim.web.jobs import Task
from ivigsim.web.page import view_redcell, view_why
from ivigsim.web.page.commands import command, outcome_code, quantile_code
from ivigsim.web.page.detail import Detail
from ivigsim.web.page.results import arms
from ivigsim.web.page.state import State
from ivigsim.web.page.view_response import difference_of, difference_text
from ivigsim.web.page.view_safety import assessments, safety_code, safety_command
from ivigsim.web.page.words import EXPLAINED, TITLES, number, unit_text

SIMULATED = f"Simulated with this version of the model. {CALIBRATED} {MONTE_CARLO}"


def outcome(state: State, task: Task, letter: str, name: str) -> Detail:
    """Return what stands behind an outcome of a regimen."""
    arm = arms(state, task)[letter]
    outcome = arm.outcome(name)
    if outcome is None:
        raise KeyError(name)
    interval = (
        "no interval" if outcome.low is None else f"95% interval {simulated_text(outcome).partition(' ')[2]}"
    )
    return Detail(
        title=f"{outcome.label}, regimen {letter}: {arm.regimen}",
        value=simulated_text(outcome).partition(" ")[0],
        unit=unit_text(outcome.unit),
        spread=interval,
        source=SIMULATED,
        more=f"{outcome.method}; n = {outcome.n:,}",
        command=command(state, "simulate"),
        code=outcome_code(state, letter, name),
    )


def output(state: State, task: Task, letter: str, name: str, day: str) -> Detail:
    """Return what stands behind an output of a regimen on a day."""
    arm = arms(state, task)[letter]
    curve, place = arm.curves.outputs[name], int(day)
    if not 0 <= place < len(curve.p50):
        raise IndexError(day)
    return Detail(
        title=f"{TITLES[name]} on day {place}, regimen {letter}: {arm.regimen}",
        value=f"median {number(curve.p50[place])}",
        unit=unit_text(OUTPUTS[name]),
        spread=(
            f"middle 50% of patients {number(curve.p25[place])}–{number(curve.p75[place])},"
            f" middle 90% {number(curve.p05[place])}–{number(curve.p95[place])}"
        ),
        source=SIMULATED,
        more=EXPLAINED[name],
        command=command(state, "simulate"),
        code=quantile_code(state, letter, name, place),
    )


def difference(state: State, task: Task, name: str) -> Detail:
    """Return what stands behind the difference of an outcome between the regimens."""
    found = arms(state, task)
    made = difference_of(found, name)
    outcome = found["A"].outcome(name)
    if made is None or outcome is None:
        raise KeyError(name)
    pairs, interval = made
    value, _, limits = difference_text(interval).partition(" ")
    code = (
        "from ivigsim.trials.statistics.proportions import Pairs, paired_difference\n\n"
        f"print(paired_difference({pairs!r}))"
    )
    return Detail(
        title=f"{outcome.label}: B − A",
        value=value,
        unit="percentage points",
        spread=f"95% interval {limits}",
        source=SIMULATED,
        more=(
            f"Of {pairs.n:,} virtual patients {pairs.both:,} reach it under both, {pairs.arm_only:,} under B"
            f" only, {pairs.reference_only:,} under A only, {pairs.neither:,} under neither."
        ),
        command=command(state, "simulate"),
        code=code,
    )


def share(state: State, task: Task, letter: str, name: str, day: str) -> Detail:
    """Return what stands behind the share of a mechanism on a day."""
    found = view_why.attribution(state, letter, task)
    share = next(each for each in found.shares if (each.mechanism, each.day) == (name, int(day)))
    value, _, limits = share_text(share).partition(" ")
    spread = f"95% limits {limits}" if limits else "no limits"
    if share.percentiles:
        spread += f"; middle 80% of patients {share.percentiles[0]:.0f} to {share.percentiles[-1]:.0f}"
    return Detail(
        title=f"Share of {name} on day {share.day}, regimen {letter}: {found.regimen}",
        value=value,
        unit="% of the mean attributed rise",
        spread=spread,
        source=f"{SIMULATED} Shapley values over the switches.",
        more=f"Mean contribution {number(share.contribution)}×10⁹/L; {load_parameters()[name].note}.",
        command=view_why.command_of(state, letter),
        code=view_why.explain_code(state, letter),
    )


def redcell(state: State, task: Task, letter: str, place: str) -> Detail:
    """Return what stands behind a line of the red-cell test."""
    line = rows(view_redcell.tested(state, letter, task))[int(place)]
    known = "; ".join(f"{each.id}: {each.value:g} {each.unit}, {each.source}" for each in line.published)
    return Detail(
        title=f"{line.label}, regimen {letter}: {state.phrases[letter]}",
        value="-" if line.value is None else f"median {number(line.value)}",
        unit=line.unit or "none",
        spread="-"
        if line.low is None or line.high is None
        else f"middle 90% {line.low:.3g} to {line.high:.3g}",
        source=SIMULATED,
        more=f"Published beside it: {known}." if known else "",
        command=view_redcell.command_of(state, letter),
        code=view_redcell.redcell_code(state, letter),
    )


def event(state: State, task: Task, letter: str, name: str, place: str) -> Detail:
    """Return what stands behind a range of published figures of an adverse event."""
    del task
    risk = assessments(state)[letter][name]
    summary = risk.summaries[int(place)]
    used = [
        each for each in risk.used if set(each.rows) & set(summary.rows) and each.outcome == summary.outcome
    ]
    figures = "; ".join(f"{each.id}: {figure_text(each)}, {each.who}" for each in used)
    value, _, limits = summary_text(summary).removeprefix(f"{summary.outcome}: ").partition(" (")
    return Detail(
        title=f"{risk.title}: {summary.outcome}, regimen {letter}",
        value=value,
        unit=summary.denominator,
        spread=f"({limits}",
        source="; ".join(dict.fromkeys(source for each in used for source in each.sources)),
        more=figures,
        command=f"{safety_command(state, letter)} --event {name}",
        code=safety_code(state, letter),
    )

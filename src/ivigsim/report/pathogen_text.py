"""Pathogen safety for the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ivigsim.errors import InputError
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.safety.pathogens import AGENTS, Donors, Reduction, Residual, reduction, residual_risk
from ivigsim.safety.pathogens.reduction import Part, processes
from ivigsim.safety.pathogens.residual import as_dict
from ivigsim.treatment import Regimen


@dataclass(frozen=True)
class Found:
    """The reduction of an agent, and its risk or why there is none."""

    reduction: Reduction
    risk: Residual | None
    why_not: str


def read_titre(text: str) -> tuple[float, float]:
    """Return the limits of a titre (log10 copies/mL).

    Examples
    --------
    >>> read_titre("2,7")
    (2.0, 7.0)
    """
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--titre is {text!r}; accepted: two numbers, log10 copies/mL, as in 2,7") from None
    return low, high


def doses_g(dose: str, weight_kg: float) -> list[float]:
    """Return the grams of each infusion of a dose phrase without the drug.

    Examples
    --------
    >>> doses_g("1 g/kg daily x2", 70)
    [70.0, 70.0]
    """
    if not 1 <= weight_kg <= 300:
        raise InputError(f"weight is {weight_kg:g} kg; accepted: 1 to 300 kg")
    amounts = Regimen.parse(f"IVIG {dose}").doses([weight_kg]).amount[0]
    return [float(amount) * weight_kg / 1000 for amount in amounts]


def assess(
    process: str,
    agents: Sequence[str],
    grams: Sequence[float],
    donors: Donors,
    without: tuple[str, ...],
    seed: int,
) -> list[Found]:
    """Return reduction and risk of each agent; where no number of donors is known, the reason."""
    found = []
    for name in agents:
        whole = reduction(process, name)
        known = tuple(each for each in without if each in {part.mechanism for part in whole.parts})
        if without and len(agents) == 1 and not known:
            reduction(process, name, without)  # refuses, and says what there is
        less = reduction(process, name, known)
        if name == "prion":
            found.append(
                Found(less, None, "how many donations carry prions is unknown, and no test screens them")
            )
            continue
        try:
            found.append(Found(less, residual_risk(less, grams, donors, seed), ""))
        except InputError as missing:
            if len(agents) == 1:
                raise
            found.append(Found(less, None, str(missing).partition(", so no risk")[0]))
    return found


def as_json(found: Sequence[Found]) -> str:
    """Return one JSON document; a risk that is not computed says why."""
    rows = [
        as_dict(each.risk)
        if each.risk
        else {
            "agent": each.reduction.agent.name,
            "log10_reduction": each.reduction.log10,
            "no_risk": each.why_not,
        }
        for each in found
    ]
    return json.dumps({"agents": rows, "disclaimer": RESEARCH_ONLY}, indent=2)


def print_processes() -> None:
    """Print the processes with factors of their own, and their sums."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    table = Table("Process", *AGENTS, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for process in processes():
        table.add_row(process, *(_sum(reduction(process, name)) for name in AGENTS))
    console.print(table)
    console.print(
        "log10 reduction, each kind of step once; >= lower bound; ? partly unverified; - not in the table."
    )
    console.print(
        "`ivigsim pathogens --product NAME` shows steps, rows and the risk left. " + RESEARCH_ONLY,
        style="dim",
    )


def _sum(found: Reduction) -> str:
    if not found.parts:
        return "-"
    return f"{'>=' if found.at_least else ''}{found.log10:.1f}{'?' if found.doubtful else ''}"


def print_risks(found: Sequence[Found], process: str, dose: str, weight_kg: float) -> None:
    """Print reduction and risk of each agent."""
    from rich.console import Console
    from rich.padding import Padding

    console = Console(highlight=False, markup=False)
    console.print(f"{process}, {dose}, {weight_kg:g} kg, all from one pool", style="bold")
    for each in found:
        less, risk = each.reduction, each.risk
        kind = {True: "enveloped", False: "not enveloped", None: "prion"}[less.agent.enveloped]
        console.print(f"\n{less.agent.name}, {less.agent.title} ({kind})", style="bold")
        for line in (_steps(less), *(_risk_lines(risk) if risk else [f"No risk computed: {each.why_not}."])):
            console.print(Padding(line, (0, 0, 0, 2)))
    inputs = {(i.what, i.value, i.origin): None for each in found if each.risk for i in each.risk.inputs}
    if inputs:
        console.print("\nWhat it rests on", style="bold")
    for what, value, origin in inputs:
        console.print(Padding(f"{what}: {value} ({origin})", (0, 0, 0, 2)))
    console.print(
        "\nRisks are those of infection, 5% to 95% over what is not known. With factors that are lower bounds"
        " they are upper bounds, often by far. " + RESEARCH_ONLY,
        style="dim",
    )


def _steps(less: Reduction) -> str:
    if not less.parts:
        return "Reduction: none in the table."
    parts = "; ".join(map(_part, less.parts))
    return f"Reduction: {_sum(less)} log10 = {parts}."


def _part(part: Part) -> str:
    bound = ">=" if part.fact.at_least else ""
    doubt = f", {part.fact.doubt}" if part.fact.doubt else ""
    alike = f"; {len(part.others)} more alike not added" if part.others else ""
    return f"{part.mechanism} {bound}{part.log10:g} ({part.fact.agent}, row {part.fact.id}{doubt}{alike})"


def _risk_lines(risk: Residual) -> list[str]:
    bound = "at most " if risk.at_most else ""
    pool, course = risk.contaminated, risk.per_course
    return [
        f"Pool with such a donation: {_chance(pool.mean)} ({_chance(pool.low)} to {_chance(pool.high)}).",
        (
            f"Course from such a pool: {bound}{_chance(course.median)} ({_chance(course.low)} to"
            f" {_chance(course.high)}); per dose {bound}{_chance(risk.per_dose.median)}, per gram"
            f" {bound}{_chance(risk.per_gram.median)}."
        ),
        (
            f"Course over all pools: {bound}{_chance(risk.overall_per_course)}; without any step"
            f" {_chance(risk.without_steps)}."
        ),
    ]


def _chance(value: float) -> str:
    """Return a chance as a power of ten.

    Examples
    --------
    >>> _chance(0.25), _chance(3.2e-9), _chance(0.0)
    ('0.25', '3.2e-09', 'below 1e-300')
    """
    return "below 1e-300" if value == 0 else f"{value:.2g}"

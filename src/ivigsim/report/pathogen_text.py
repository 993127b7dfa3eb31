"""Pathogen safety as a terminal shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivigsim.report.pathogen_wording import (
    KINDS,
    PRION,
    UPPER,
    chance_text,
    fact_value,
    input_text,
    left_out,
    one_in,
    part_notes,
    risk_rows,
    sum_text,
)
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.safety.pathogens.agents import AGENTS
from ivigsim.safety.pathogens.assessment import Assessed, doses_g
from ivigsim.safety.pathogens.donors import Input
from ivigsim.safety.pathogens.factors import Reduction, reduction
from ivigsim.safety.pathogens.facts import Fact
from ivigsim.safety.pathogens.processes import PROCESSES
from ivigsim.safety.pathogens.residual import Residual

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def print_processes(unverified: bool = False) -> None:
    """Print the processes with factors in the table, and their sums."""
    console = _console()
    table = _table("Process", *AGENTS)
    for process in PROCESSES.values():
        sums = (reduction(process, name, unverified=unverified) for name in AGENTS)
        table.add_row(process.name, *map(_cell, sums))
    console.print(table)
    what = "? partly or not at all verified" if unverified else "(?) only unverified factors, not counted"
    _say(console, f"\nlog10 reduction, each mechanism once. >= lower bound; {what}; - none in the table.")
    _say(
        console,
        "`ivigsim pathogens --product NAME` shows steps, rows and the risk left; `--rows` every row. "
        + RESEARCH_ONLY,
        "dim",
    )


def _cell(found: Reduction) -> str:
    return "(?)" if not found.parts and found.unverified else sum_text(found)


def print_risks(found: Sequence[Assessed], dose: str, weight_kg: float, lots: int) -> None:
    """Print reduction and risk of each agent, and what they rest on."""
    console = _console()
    grams = sum(doses_g(dose, weight_kg))
    pools = "one pool" if lots == 1 else f"{lots} pools"
    process = found[0].reduction.process.name
    _say(console, f"{process}: {dose} at {weight_kg:g} kg ({grams:g} g), from {pools}", "bold")
    for each in found:
        _print_agent(console, each)
    inputs: list[Input] = list(dict.fromkeys(i for each in found if each.risk for i in each.risk.inputs))
    if inputs:
        console.print("\nWhat it rests on", style="bold")
    for one in inputs:
        _say(console, input_text(one), indent="  ")
    if any(each.risk for each in found):
        console.print()
        _say(console, UPPER)
    if any(each.reduction.agent.enveloped is None for each in found):
        _say(console, PRION)
    _say(console, RESEARCH_ONLY, "dim")


def _print_agent(console: Console, each: Assessed) -> None:
    less = each.reduction
    console.print()
    _say(console, f"{less.agent.name}, {less.agent.title} ({KINDS[less.agent.enveloped]})", "bold")
    total = "none counts" if not less.parts else f"{sum_text(less)} log10"
    _say(console, f"Reduction: {total}", indent="  ")
    for part in less.parts:
        bound, notes = (">=" if part.at_least else ""), part_notes(part)
        row = f"{part.mechanism} {bound}{part.log10:.3g} ({part.fact.agent}; {part.fact.id})"
        _say(console, f"{row}{f': {notes}' if notes else ''}", indent="    ")
    for line in left_out(less):
        _say(console, line, indent="    ")
    if each.risk is None:
        _say(console, f"No risk: {each.why_not}.", indent="  ")
    else:
        console.print(_risk_table(each.risk))


def _risk_table(risk: Residual) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("  Chance of infection", no_wrap=True)
    for name in ("Median", "5%", "95%", "Mean", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for name, *chances in risk_rows(risk):
        table.add_row(f"  {name}", *map(chance_text, chances), one_in(chances[-1]))
    return table


def print_rows(facts: Sequence[Fact]) -> None:
    """Print rows in short."""
    console = _console()
    for fact in facts:
        doubt = f" [{fact.doubt}]" if fact.doubt else ""
        counted = "" if fact.counts or fact.log10 is None else " [not counted by its source]"
        _say(console, f"{fact.id}: {fact_value(fact)}{counted}{doubt}", "bold")
        what = (fact.step, fact.setting, fact.agent, fact.detail, fact.notes)
        _say(console, "; ".join(part for part in what if part), indent="  ")
    console.print(f"\n{len(facts)} rows. `ivigsim pathogens ROW` shows one with its source.")


def print_row(fact: Fact) -> None:
    """Print one row in full."""
    console = _console()
    shown = {
        "row": fact.id,
        "topic": fact.step,
        "setting": fact.setting,
        "agent": fact.agent or "unknown",
        "stands for": fact.model_for,
        "mechanism": fact.mechanism if fact.log10 is not None else "",
        "value": fact_value(fact),
        "detail": fact.detail,
        "notes": fact.notes,
        "source": fact.source,
        "checked": fact.doubt or "against its source",
    }
    for name, text in shown.items():
        if text:
            console.print(f"{name:<12}{text}", soft_wrap=True)


def _say(console: Console, text: str, style: str = "", indent: str = "") -> None:
    """Print a sentence, broken between words."""
    import textwrap

    lines = textwrap.wrap(
        text,
        console.width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  " if indent else "",
        break_on_hyphens=False,
    )
    console.print("\n".join(lines), style=style)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False)


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, no_wrap=i == 0, overflow="fold")
    return table

"""`ivigsim plan`: the infusions of a product for one patient."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ivigsim.cli.options import AllowExtreme
from ivigsim.errors import InputError

if TYPE_CHECKING:
    from ivigsim.products import InfusionPlan
    from ivigsim.report.comparison import Comparison


def plan(
    product: Annotated[str, typer.Option(help="Product; `ivigsim products` lists them.")],
    weight: Annotated[float, typer.Option(help="Body weight (kg).")],
    dose: Annotated[str, typer.Option(metavar="PHRASE", help='Doses of IVIG, as in "1 g/kg daily x2".')],
    indication: Annotated[
        str, typer.Option(metavar="CODE", help="Whose rates of the label are taken.")
    ] = "ITP",
    concentration: Annotated[
        float | None,
        typer.Option(metavar="PERCENT", help="Strength (%), of a product with several.", show_default=False),
    ] = None,
    dosing_weight: Annotated[
        str, typer.Option(help="actual, ideal or adjusted: what a dose per kg, and a rate, is taken on.")
    ] = "actual",
    height: Annotated[
        float | None, typer.Option(help="Height (cm), for the ideal and adjusted weight.", show_default=False)
    ] = None,
    sex: Annotated[str | None, typer.Option(help="F or M, for the ideal and adjusted weight.")] = None,
    rounding: Annotated[
        str | None,
        typer.Option(
            "--round",
            help="To whole vials: nearest (the default where sizes are known), up, down, or none.",
            show_default=False,
        ),
    ] = None,
    max_rate: Annotated[
        float | None,
        typer.Option(help="A lower highest rate (mg/kg/min) than the label's.", show_default=False),
    ] = None,
    at_risk: Annotated[
        bool, typer.Option("--at-risk", help="Take the product's cap at risk of renal failure or thrombosis.")
    ] = False,
    step_minutes: Annotated[
        float | None,
        typer.Option(help="How long each rate but the last runs (min).", show_default=False),
    ] = None,
    start: Annotated[str, typer.Option(metavar="HH:MM", help="When infusions begin.")] = "09:00",
    simulate: Annotated[bool, typer.Option("--simulate", help="Give it to virtual patients.")] = False,
    population: Annotated[
        str | None, typer.Option(help="With --simulate: adult-chronic by default.", show_default=False)
    ] = None,
    patients: Annotated[
        int | None, typer.Option(help="With --simulate: 200 by default.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="With --simulate: 1 by default.", show_default=False)
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="With --simulate: 60 by default.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    events: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Write the rate steps as an event table in NONMEM columns."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep figure, tables, document and a manifest in a new folder."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in --out.")] = False,
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no figure in --out.")] = False,
    allow_extreme: AllowExtreme = False,
) -> None:
    """Plan the infusions of a product.

    Dose, vials, volume, rate steps with their times, sodium and sugar, within
    the rates of the label. What was assumed, or is unknown, says so.
    """
    from ivigsim.products import infusion_plan
    from ivigsim.report.comparison import RunFailed

    asked = {"population": population, "patients": patients, "seed": seed, "days": days}
    _check(simulate, asked, events, out, overwrite=overwrite, no_figure=no_figure)
    made = infusion_plan(
        product,
        weight,
        dose,
        indication=indication,
        concentration=concentration,
        dosing_weight=dosing_weight,
        height_cm=height,
        sex=sex,
        rounding=rounding,
        max_rate=max_rate,
        at_risk=at_risk,
        step_minutes=step_minutes,
        start=start,
        allow_extreme=allow_extreme,
    )
    comparison = None
    if simulate:
        try:
            comparison = _simulated(made, asked, allow_extreme)
        except RunFailed as failure:
            typer.echo(f"Error: {failure}", err=True)
            raise typer.Exit(1) from None
    kept = _keep(made, comparison, events, out, figure=not no_figure)
    _print(made, comparison, kept, json)


def _check(
    simulate: bool,
    asked: Mapping[str, object],
    events: Path | None,
    out: Path | None,
    *,
    overwrite: bool,
    no_figure: bool,
) -> None:
    """Refuse options that would have no effect, and places that cannot be written, before the work."""
    from ivigsim.report.files import check_folder, check_place
    from ivigsim.report.plan_files import TABLES

    for name, value in asked.items():
        if value is not None and not simulate:
            raise InputError(f"--{name} has nothing to act on; accepted: together with --simulate")
    if out is None and (overwrite or no_figure):
        name = "--overwrite" if overwrite else "--no-figure"
        raise InputError(f"{name} has nothing to act on; accepted: together with --out DIR")
    if events is not None:
        if events.exists():
            raise InputError(f"the file '{events}' exists; accepted: a new name")
        check_place(events)
    if out is not None:
        check_folder(out, overwrite, TABLES)


def _simulated(made: InfusionPlan, asked: Mapping[str, Any], allow_extreme: bool) -> Comparison:
    from ivigsim.report.plan_simulation import simulate_plan

    given = {name: value for name, value in asked.items() if value is not None}
    return simulate_plan(made, **given, allow_extreme=allow_extreme)


def _keep(
    made: InfusionPlan, comparison: Comparison | None, events: Path | None, out: Path | None, *, figure: bool
) -> str:
    """Write what was asked for and return a sentence on where it is."""
    from ivigsim.report.files import NO_FIGURE, can_draw, write_text
    from ivigsim.report.plan_files import write_plan_folder

    kept = []
    if events is not None:
        write_text(made.event_table().write_csv(), events)
        kept.append(f"Event table: {events}")
    if out is not None:
        if figure and not can_draw():
            typer.echo(NO_FIGURE, err=True)
            figure = False
        command = shlex.join(["ivigsim", *sys.argv[1:]])
        write_plan_folder(made, comparison, out, command, figure=figure)
        kept.append(f"{'Figure, tables' if figure else 'Tables'}, document and manifest: {out}")
    return "; ".join(kept)


def _print(made: InfusionPlan, comparison: Comparison | None, kept: str, json: bool) -> None:
    from ivigsim.report.plan_document import plan_document
    from ivigsim.report.plan_text import print_plan
    from ivigsim.report.text import print_report

    if json:
        typer.echo(plan_document(made, comparison))
        return
    print_plan(made, kept)
    if comparison is not None:
        typer.echo()
        print_report(comparison, "")

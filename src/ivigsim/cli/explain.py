"""`ivigsim explain`: why the platelets rose."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.cli.options import (
    AllowExtreme,
    Covariate,
    Days,
    Population,
    Seed,
    SwitchOff,
    SwitchOn,
    read_covariates,
    read_switches,
)
from ivigsim.errors import InputError

if TYPE_CHECKING:
    from ivigsim.mechanisms import Attribution
    from ivigsim.treatment import Regimen

FIGURE = Path("explain")  # .png and .svg, in the working directory


def explain(
    phrase: Annotated[
        str | None, typer.Argument(metavar="PHRASE", help='Dose phrase, as in "IVIG 1 g/kg daily x2".')
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(metavar="TABLE.csv", help="Instead of a phrase, an event table in NONMEM columns."),
    ] = None,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Split the rise among these switches instead of the usual six; repeatable."
            " `ivigsim switches` lists them.",
        ),
    ] = None,
    population: Population = "adult-chronic",
    patients: Annotated[int, typer.Option(help="Virtual patients.")] = 1000,
    seed: Seed = 1,
    days: Days = 35,
    covariate: Covariate = None,
    switch_off: SwitchOff = None,
    switch_on: SwitchOn = None,
    permutations: Annotated[
        int | None,
        typer.Option(
            help="Orders to sample per patient; without it, all subsets of up to 6 mechanisms, 16 orders"
            " beyond.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep figure, tables, patients and a manifest in a new folder."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in --out.")] = False,
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no figure.")] = False,
    allow_extreme: AllowExtreme = False,
    tolerance: Annotated[float, typer.Option(help="Local error of the solver per step.")] = 1e-6,
    threads: Annotated[
        int | None, typer.Option(help="Threads; one per processor by default.", show_default=False)
    ] = None,
) -> None:
    """Split the platelet rise by mechanism.

    The same virtual patients are simulated with every set of mechanisms on and the others off; shares are
    Shapley values. Without --json and --out the figure is written to explain.png and explain.svg in the
    working directory.
    """
    from ivigsim.mechanisms import DEFAULT_MECHANISMS, AttributionFailed
    from ivigsim.mechanisms import explain as split
    from ivigsim.report.files import NO_FIGURE, can_draw, check_folder, check_place

    treatment = _treatment(phrase, events)
    figure = not no_figure and (out is not None or not json)
    if overwrite and out is None:
        raise InputError("--overwrite has nothing to replace; accepted: together with --out DIR")
    if out is not None:
        check_folder(out, overwrite)
    elif figure:
        check_place(FIGURE)
    began = perf_counter()
    try:
        found = split(
            treatment,
            mechanisms=mechanism or DEFAULT_MECHANISMS,
            population=population,
            patients=patients,
            seed=seed,
            days=days,
            covariates=read_covariates(covariate),
            switches=read_switches(switch_off, switch_on),
            permutations=permutations,
            tolerance=tolerance,
            allow_extreme=allow_extreme,
            threads=threads,
        )
    except AttributionFailed as failure:
        typer.echo(f"Error: {failure}", err=True)
        raise typer.Exit(1) from None
    if events is not None:
        found = replace(found, regimen=f"event table {events.name}")
    seconds = perf_counter() - began
    if figure and not can_draw():
        typer.echo(NO_FIGURE, err=True)
        figure = False
    kept = _keep(found, out, figure, events)
    if json:
        from ivigsim.report.attribution_document import attribution_document

        typer.echo(attribution_document(found).model_dump_json(indent=2))
    else:
        from ivigsim.report.attribution_text import print_attribution

        print_attribution(found, kept, seconds)


def _keep(found: Attribution, out: Path | None, figure: bool, events: Path | None) -> str:
    """Write what was asked for and return a sentence on where it is."""
    from ivigsim.report.attribution_files import write_attribution_figure, write_attribution_folder

    if out is not None:
        command = shlex.join(["ivigsim", *sys.argv[1:]])
        write_attribution_folder(found, out, command, figure=figure, events=events)
        return f"{'Figure, tables' if figure else 'Tables'}, patients and manifest: {out}"
    if figure:
        return f"Figure: {' and '.join(map(str, write_attribution_figure(found, FIGURE)))}"
    return ""


def _treatment(phrase: str | None, events: Path | None) -> Regimen | Path | None:
    """Return the one treatment that is given."""
    from ivigsim.treatment import Regimen

    if (phrase is None) == (events is None):
        given = "a dose phrase and an event table are both" if events else "no treatment is"
        raise InputError(
            f"{given} given; accepted: one of them (nearest: 'IVIG 1 g/kg daily x2', or --events TABLE.csv)"
        )
    if phrase is None:
        return events
    if phrase.lower().endswith(".csv"):
        raise InputError(
            f"{phrase!r} is no dose phrase; accepted: text as 'IVIG 1 g/kg' (nearest: --events {phrase})"
        )
    return None if phrase.strip().lower() == "untreated" else Regimen.parse(phrase)

"""`ivigsim simulate`: the main job."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
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
    from ivigsim.report.comparison import Comparison
    from ivigsim.treatment import Regimen

FIGURE = Path("ivigsim")  # .png and .svg, in the working directory
UNTREATED = "untreated"


def simulate(
    phrases: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PHRASE",
            help='Dose phrases, one per arm, as in "IVIG 1 g/kg daily x2"; " + " joins courses of one arm;'
            ' "untreated" is an arm without doses.',
        ),
    ] = None,
    events: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="TABLE.csv", help="An event table in NONMEM columns as one more arm; repeatable."
        ),
    ] = None,
    population: Population = "adult-chronic",
    patients: Annotated[
        int, typer.Option(help="Virtual patients per arm; the same ones in every arm.")
    ] = 1000,
    seed: Seed = 1,
    days: Days = 60,
    covariate: Covariate = None,
    switch_off: SwitchOff = None,
    switch_on: SwitchOn = None,
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
    """Simulate regimens beside published results.

    Every regimen is given to the same virtual patients. Without --json and --out the figure is written to
    ivigsim.png and ivigsim.svg in the working directory.
    """
    from ivigsim.report.comparison import Request, RunFailed, compare
    from ivigsim.report.files import NO_FIGURE, can_draw, check_folder, check_place

    request = Request(
        treatments=(*map(_treatment, phrases or ()), *(events or ())),
        population=population,
        patients=patients,
        seed=seed,
        days=days,
        covariates=read_covariates(covariate),
        switches=read_switches(switch_off, switch_on),
        tolerance=tolerance,
        allow_extreme=allow_extreme,
        threads=threads,
    )
    figure = not no_figure and (out is not None or not json)
    if overwrite and out is None:
        raise InputError("--overwrite has nothing to replace; accepted: together with --out DIR")
    if out is not None:
        check_folder(out, overwrite)
    elif figure:
        check_place(FIGURE)
    try:
        comparison = compare(request, keep_people=out is not None)
    except RunFailed as failure:
        typer.echo(f"Error: {failure}", err=True)
        raise typer.Exit(1) from None
    if figure and not can_draw():
        typer.echo(NO_FIGURE, err=True)
        figure = False
    kept = _keep(comparison, out, figure)
    if json:
        from ivigsim.report.document import document

        typer.echo(document(comparison).model_dump_json(indent=2))
    else:
        from ivigsim.report.text import print_report

        print_report(comparison, kept)


def _keep(comparison: Comparison, out: Path | None, figure: bool) -> str:
    """Write what was asked for and return a sentence on where it is."""
    from ivigsim.report.files import write_figure, write_folder

    if out is not None:
        command = shlex.join(["ivigsim", *sys.argv[1:]])
        write_folder(comparison, out, command, figure=figure)
        return (
            f"Figure, tables, patients and manifest: {out}"
            if figure
            else f"Tables, patients and manifest: {out}"
        )
    if figure:
        return f"Figure: {' and '.join(map(str, write_figure(comparison, FIGURE)))}"
    return ""


def _treatment(phrase: str) -> Regimen | None:
    from ivigsim.treatment import Regimen

    if phrase.strip().lower() == UNTREATED:
        return None
    if phrase.lower().endswith(".csv"):
        raise InputError(
            f"{phrase!r} is no dose phrase; accepted: text as 'IVIG 1 g/kg' (nearest: --events {phrase})"
        )
    return Regimen.parse(phrase)

"""`ivigsim biomarkers`: what tells who will respond."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.cli.options import (
    AllowExtreme,
    Covariate,
    Population,
    Seed,
    SwitchOff,
    SwitchOn,
    read_covariates,
    read_switches,
)
from ivigsim.errors import InputError

if TYPE_CHECKING:
    from ivigsim.prediction import BiomarkerRanking

FIGURE = Path("biomarkers")  # .png and .svg, in the working directory


def biomarkers(
    phrase: Annotated[
        str, typer.Argument(metavar="PHRASE", help='Dose phrase, as in "IVIG 1 g/kg daily x2".')
    ],
    response: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What counts as a response: responded_by_day_7 (the default: at least 50e9/L),"
            " responded_by_day_1, iwg_r, iwg_cr, ema_r or ema_cr.",
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Instead, a count (1e9/L) to reach; 50 with --by-day alone.", show_default=False),
    ] = None,
    by_day: Annotated[
        int | None,
        typer.Option(help="And the day to reach it by; 7 with --threshold alone.", show_default=False),
    ] = None,
    marker: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Rank this marker instead of all; repeatable."),
    ] = None,
    population: Population = "adult-chronic",
    patients: Annotated[int, typer.Option(help="Virtual patients.")] = 1000,
    seed: Seed = 1,
    days: Annotated[
        int | None,
        typer.Option(
            help="Days to simulate; up to the day of the response, 28 for a confirmed one.",
            show_default=False,
        ),
    ] = None,
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
    """Rank what predicts response.

    What a clinic can measure before treatment and at 24 and 48 h is ranked by how well it tells who will
    respond, alone and together, in virtual patients. Without --json and --out the figure is written to
    biomarkers.png and biomarkers.svg in the working directory.
    """
    from ivigsim.prediction import RankingFailed
    from ivigsim.prediction import biomarkers as rank
    from ivigsim.report.biomarker_files import FILES
    from ivigsim.report.files import NO_FIGURE, can_draw, check_folder, check_place
    from ivigsim.treatment import Regimen

    treatment = None if phrase.strip().lower() == "untreated" else Regimen.parse(phrase)
    figure = not no_figure and (out is not None or not json)
    if overwrite and out is None:
        raise InputError("--overwrite has nothing to replace; accepted: together with --out DIR")
    if out is not None:
        check_folder(out, overwrite, FILES)
    elif figure:
        check_place(FIGURE)
    began = perf_counter()
    try:
        found = rank(
            treatment,
            response=response,
            threshold=threshold,
            by_day=by_day,
            markers=marker,
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
    except RankingFailed as failure:
        typer.echo(f"Error: {failure}", err=True)
        raise typer.Exit(1) from None
    seconds = perf_counter() - began
    if figure and not can_draw():
        typer.echo(NO_FIGURE, err=True)
        figure = False
    kept = _keep(found, out, figure)
    if json:
        from ivigsim.report.biomarker_document import biomarker_document

        typer.echo(biomarker_document(found).model_dump_json(indent=2))
    else:
        from ivigsim.report.biomarker_text import print_ranking

        print_ranking(found, kept, seconds)


def _keep(found: BiomarkerRanking, out: Path | None, figure: bool) -> str:
    """Write what was asked for and return a sentence on where it is."""
    from ivigsim.report.biomarker_files import write_ranking_figure, write_ranking_folder

    if out is not None:
        command = shlex.join(["ivigsim", *sys.argv[1:]])
        write_ranking_folder(found, out, command, figure=figure)
        return f"{'Figure, tables' if figure else 'Tables'}, patients and manifest: {out}"
    if figure:
        return f"Figure: {' and '.join(map(str, write_ranking_figure(found, FIGURE)))}"
    return ""

"""`ivigsim redcell`: the red-cell clearance test before and after treatment."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
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
    from ivigsim.report.red_cells import Tested

FIGURE = Path("redcell")  # .png and .svg, in the working directory


def redcell(
    phrase: Annotated[
        str, typer.Argument(metavar="PHRASE", help='Dose phrase, as in "IVIG 1 g/kg daily x2".')
    ],
    day: Annotated[int, typer.Option(help="Day of the second test; the first is on day 0.")] = 7,
    igg_per_cell: Annotated[float, typer.Option(help="IgG on each red cell of the tracer.")] = 800,
    population: Population = "adult-chronic",
    patients: Annotated[int, typer.Option(help="Virtual patients.")] = 1000,
    seed: Seed = 1,
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
) -> None:
    """Test the clearance of antibody-coated red cells.

    A tracer of IgG-coated red cells is given to each virtual patient before treatment and on a day after it.
    Half-lives stand beside published ones. Without --json and --out the survival curves are drawn in
    redcell.png and redcell.svg in the working directory.
    """
    from ivigsim.checks import LONGEST_DAYS, check_whole
    from ivigsim.model.parameters import switches as default_switches
    from ivigsim.outcomes import RED_CELL_OUTPUTS, red_cell_clearance
    from ivigsim.report.files import NO_FIGURE, can_draw, check_folder, check_place
    from ivigsim.report.red_cell_files import TABLES
    from ivigsim.report.red_cells import FRANK, HEAVY, KELTON, LIGHT, Tested, document, print_test
    from ivigsim.report.wording import count, settings_text
    from ivigsim.run import simulate

    check_whole("--day", day, 1, LONGEST_DAYS)
    covariates, switches = read_covariates(covariate), read_switches(switch_off, switch_on)
    figure = not no_figure and (out is not None or not json)
    if overwrite and out is None:
        raise InputError("--overwrite has nothing to replace; accepted: together with --out DIR")
    if out is not None:
        check_folder(out, overwrite, TABLES)
    elif figure:
        check_place(FIGURE)
    sim = simulate(
        None if phrase.strip().lower() == "untreated" else phrase,
        population=population,
        patients=patients,
        seed=seed,
        times=[0.0, float(day)],
        covariates=covariates,
        switches=switches,
        outputs=RED_CELL_OUTPUTS,
        allow_extreme=allow_extreme,
    )
    test, alone = (
        red_cell_clearance(sim, day=day, igg_per_cell=igg_per_cell, carry_load=load) for load in (True, False)
    )
    coats = {
        coat: red_cell_clearance(sim, day=day, igg_per_cell=coat) for coat in (LIGHT, FRANK, KELTON, HEAVY)
    }
    usual = default_switches()
    switched = {name: on for name, on in switches.items() if on != usual[name]}
    setting = (
        f"{count(patients, 'virtual patient')} ({sim.population})"
        f"{settings_text(covariates, switched, ' with ')}, seed {seed}"
    )
    found = Tested(
        test=test,
        receptors=alone,
        other_coats=coats,
        setting=setting,
        regimen=sim.regimen,
        population=sim.population,
        failures=sim.failures,
        seed=seed,
        covariates=covariates,
        switched=switched,
    )
    if figure and not can_draw():
        typer.echo(NO_FIGURE, err=True)
        figure = False
    kept = _keep(found, out, figure)
    if json:
        typer.echo(document(found))
    else:
        print_test(found, kept)


def _keep(found: Tested, out: Path | None, figure: bool) -> str:
    """Write what was asked for and return a sentence on where it is."""
    from ivigsim.report.red_cell_files import write_test_figure, write_test_folder

    if out is not None:
        write_test_folder(found, out, shlex.join(["ivigsim", *sys.argv[1:]]), figure=figure)
        return f"{'Figure, tables' if figure else 'Tables'}, patients and manifest: {out}"
    if figure:
        return f"Figure: {' and '.join(map(str, write_test_figure(found, FIGURE)))}"
    return ""

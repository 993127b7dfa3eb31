"""`ivigsim sbml`: one virtual patient for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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


def sbml(
    phrase: Annotated[
        str, typer.Argument(metavar="PHRASE", help='Dose phrase, as in "IVIG 1 g/kg daily x2".')
    ],
    patient: Annotated[int, typer.Option(help="Number of the patient, from 0.")] = 0,
    population: Population = "adult-chronic",
    seed: Seed = 1,
    days: Annotated[int, typer.Option(help="Doses up to this day are written as events.")] = 60,
    covariate: Covariate = None,
    switch_off: SwitchOff = None,
    switch_on: SwitchOn = None,
    allow_extreme: AllowExtreme = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write here instead of the terminal.")
    ] = None,
) -> None:
    """Print one virtual patient as SBML.

    Level 3 Version 2 with the doses as events, for COPASI, Tellurium and others.
    """
    from ivigsim.checks import check_whole
    from ivigsim.report.files import check_place, write_text
    from ivigsim.run import simulate
    from ivigsim.treatment import Regimen

    number = check_whole("patient", patient, 0, 10**6)
    if out is not None:
        if out.exists():
            raise InputError(f"the file '{out}' exists; accepted: a new name")
        check_place(out)
    # the patients before this one cost little: 1,000 of them take less than a second
    run = simulate(
        Regimen.parse(phrase),
        population=population,
        patients=number + 1,
        seed=seed,
        days=days,
        covariates=read_covariates(covariate),
        switches=read_switches(switch_off, switch_on),
        outputs=("platelets",),
        allow_extreme=allow_extreme,
    )
    text = run.to_sbml(number)
    if out is None:
        typer.echo(text)
    else:
        write_text(text, out)
        typer.echo(f"Patient {number}: {out}")

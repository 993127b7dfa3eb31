"""`ivigsim indications`: regimens, IgG and the dose for a trough, in ITP and elsewhere."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.cli.options import Covariate, read_covariates
from ivigsim.errors import InputError

if TYPE_CHECKING:
    from ivigsim.indications import DoseForTrough, IgGCourse, Indication, Plan

SHARE = 0.5  # of patients, when none is given: the median


def indications(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Show this one in full, with its sources.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="Instead of a name, an indication of your own.")
    ] = None,
    simulate: Annotated[bool, typer.Option("--simulate", help="Simulate its total IgG.")] = False,
    regimen: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which of its regimens; the first by default.")
    ] = None,
    dose: Annotated[
        str | None,
        typer.Option(metavar="PHRASE", help='Instead, any doses, as in "400 mg/kg every 4 weeks".'),
    ] = None,
    target_trough: Annotated[
        float | None,
        typer.Option(help="Find the dose for this trough (g/L) at steady state.", show_default=False),
    ] = None,
    share: Annotated[
        float | None,
        typer.Option(help="Percent of patients to reach it; 50, the median, by default.", show_default=False),
    ] = None,
    population: Annotated[
        str | None,
        typer.Option(
            help="Instead of the indication's; `ivigsim populations` lists them.", show_default=False
        ),
    ] = None,
    patients: Annotated[
        int | None, typer.Option(help="Virtual patients; 1000 by default.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="The same seed gives the same patients; 1 by default.", show_default=False),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(help="Last day; a year of maintenance, 84 days of a course.", show_default=False),
    ] = None,
    weight: Annotated[
        float | None, typer.Option(help="Body weight (kg) of everyone, to see grams.", show_default=False)
    ] = None,
    covariate: Covariate = None,
    check: Annotated[
        bool, typer.Option("--check", help="Put simulated IgG beside what was measured.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep figure, tables and a manifest in a new folder."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in --out.")] = False,
    no_figure: Annotated[bool, typer.Option("--no-figure", help="Draw no figure.")] = False,
) -> None:
    """List what IVIG is given for, and simulate IgG there.

    Without a name, the list; with one, its regimens and sources. --simulate, --dose and --target-trough
    compute total IgG and haemoglobin. Platelets are modelled in ITP alone.
    """
    chosen_by = {"NAME": name, "--file": file}
    asks = {
        "--simulate": simulate or None,
        "--regimen": regimen,
        "--dose": dose,
        "--target-trough": target_trough,
    }
    of_run = {"--population": population, "--days": days, "--weight": weight, "--covariate": covariate,
              "--share": share, "--out": out, "--overwrite": overwrite or None,
              "--no-figure": no_figure or None}  # fmt: skip
    numbers = {"--patients": patients, "--seed": seed}
    patients, seed = (usual if given is None else given for usual, given in ((1000, patients), (1, seed)))
    if check:
        _refuse({**chosen_by, **asks, **of_run}, "--check", "it with --patients, --seed and --json alone")
        _check(patients, seed, json)
        return
    runs = any(value is not None for value in asks.values())
    if name is None and file is None:
        _refuse({**asks, **of_run, **numbers}, "no indication", "a name before it (nearest: 'pid')")
    elif not runs:
        _refuse({**of_run, **numbers}, "no simulation", "it together with --simulate")
    shown = _chosen(name, file)
    if not runs:
        _show(shown, json)
        return
    if target_trough is None:
        _refuse({"--share": share}, "no target", "it together with --target-trough")
    else:
        _refuse({"--days": days}, "--target-trough", "a year, which it takes by itself")
    if share is not None and not 1 <= share <= 99:
        raise InputError(f"--share is {share:g}; accepted: 1 to 99 percent of patients")
    _check_out(out, overwrite)
    asked = _Asked(shown[0], dose, regimen, population, patients, seed, _covariates(weight, covariate))
    course, found = _simulate(asked, target_trough, share, days)
    _report(course, found, json, out, figure=not no_figure)


@dataclass(frozen=True)
class _Asked:
    """Whom to simulate under what."""

    indication: Indication
    dose: str | None
    regimen: str | None
    population: str | None
    patients: int
    seed: int
    covariates: dict[str, object]


def _refuse(given: Mapping[str, object], beside: str, accepted: str) -> None:
    """Refuse the first option that was given."""
    for name, value in given.items():
        if value is not None:
            raise InputError(f"{name} does not go with {beside}; accepted: {accepted}")


def _chosen(name: str | None, file: Path | None) -> list[Indication]:
    """Return the indication asked for, or all."""
    from ivigsim.indications import indication_names, load_indication

    if name is not None and file is not None:
        raise InputError(f"the name {name!r} and the file '{file}' are both given; accepted: one of them")
    if file is not None:
        return [load_indication(file)]
    return [load_indication(each) for each in ((name,) if name is not None else indication_names())]


def _show(shown: list[Indication], json: bool) -> None:
    from ivigsim.report.indication_document import indications_text
    from ivigsim.report.indication_text import print_indication, print_list

    if json:
        typer.echo(indications_text(shown))
    elif len(shown) == 1:
        print_indication(shown[0])
    else:
        print_list(shown)


def _check(patients: int, seed: int, json: bool) -> None:
    from ivigsim.indications import published_checks
    from ivigsim.report.indication_document import checks_text
    from ivigsim.report.indication_text import print_checks

    checks = published_checks(patients, seed)
    if json:
        typer.echo(checks_text(checks))
    else:
        print_checks(checks, patients, seed)


def _check_out(out: Path | None, overwrite: bool) -> None:
    """Refuse a folder that must not be written, before the work is done."""
    from ivigsim.report.files import check_folder
    from ivigsim.report.indication_files import TABLES

    if out is not None:
        check_folder(out, overwrite, TABLES)
    elif overwrite:
        raise InputError("--overwrite has nothing to replace; accepted: together with --out DIR")


def _covariates(weight: float | None, texts: list[str] | None) -> dict[str, object]:
    found = read_covariates(texts)
    if weight is None:
        return found
    if "weight_kg" in found:
        raise InputError(f"--weight {weight:g} and weight_kg are both given; accepted: one of them")
    return {**found, **read_covariates([f"weight_kg={weight!r}"])}


def _simulate(
    asked: _Asked, target: float | None, share: float | None, days: int | None
) -> tuple[IgGCourse, DoseForTrough | None]:
    """Simulate; with a target, first find the dose for it."""
    from ivigsim.indications import IgGFailed, dose_for_trough, simulate_indication

    plan: Plan | str | None = asked.dose
    regimen, found = asked.regimen, None
    try:
        if target is not None:
            found = dose_for_trough(
                asked.indication,
                target,
                share=SHARE if share is None else share / 100,
                dose=plan,
                template=regimen,
                population=asked.population,
                patients=asked.patients,
                seed=asked.seed,
                covariates=asked.covariates,
            )
            plan, regimen = found.plan, None
        course = simulate_indication(
            asked.indication,
            dose=plan,
            template=regimen,
            population=asked.population,
            patients=asked.patients,
            seed=asked.seed,
            days=days,
            covariates=asked.covariates,
        )
    except IgGFailed as failure:
        typer.echo(f"Error: {failure}", err=True)
        raise typer.Exit(1) from None
    return course, found


def _report(
    course: IgGCourse, found: DoseForTrough | None, json: bool, out: Path | None, *, figure: bool
) -> None:
    """Keep what was asked for and print."""
    from ivigsim.report.files import NO_FIGURE, can_draw
    from ivigsim.report.indication_document import igg_document
    from ivigsim.report.indication_files import write_indication_folder
    from ivigsim.report.indication_text import print_course

    kept = ""
    if out is not None:
        if figure and not can_draw():
            typer.echo(NO_FIGURE, err=True)
            figure = False
        write_indication_folder(course, found, out, shlex.join(["ivigsim", *sys.argv[1:]]), figure=figure)
        kept = f"{'Figure, tables' if figure else 'Tables'}, document and manifest: {out}"
    if json:
        typer.echo(igg_document(course, found).model_dump_json(indent=2))
    else:
        print_course(course, found, kept)

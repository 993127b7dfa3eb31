"""`ivigsim optimise`: the least IVIG that reaches a goal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.cli.options import Covariate, Population, Seed, read_covariates

if TYPE_CHECKING:
    from ivigsim.trials.sparing import Search


def optimise(
    goal: Annotated[
        str, typer.Option(metavar="GOAL", help="What to reach, as in '70% at >=50e9/L by day 3'.")
    ] = "70% at >=50e9/L by day 7",
    population: Population = "adult-chronic",
    patients: Annotated[int, typer.Option(help="Virtual patients, the same ones for every regimen.")] = 2000,
    seed: Seed = 1,
    splits: Annotated[
        str, typer.Option(metavar="DAYS,...", help="Numbers of daily infusions to try.")
    ] = "1,2,5",
    beside: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PHRASE", help="Given beside IVIG in every regimen; repeatable."),
    ] = None,
    most: Annotated[float, typer.Option(help="Largest total dose, g/kg.")] = 2.0,
    dosing_weight: Annotated[
        str, typer.Option(help="Weight that doses are taken on: actual, ideal or adjusted.")
    ] = "actual",
    vial: Annotated[
        float | None, typer.Option(help="Whole vials of this size only, g.", show_default=False)
    ] = None,
    rounding: Annotated[
        str | None, typer.Option(help="To whole vials: nearest (by default), up or down.", show_default=False)
    ] = None,
    covariate: Covariate = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Draw the trade-off of grams, response, speed and duration."),
    ] = None,
) -> None:
    """Find the least IVIG that reaches a goal.

    For each number of daily infusions, the least total dose, in steps of 0.05 g/kg, with which the stated
    share of the same virtual patients reaches the count; then what other doses would give.
    """
    from ivigsim.report.sparing_text import as_json, print_sparing

    search = _search(
        goal,
        population,
        (patients, seed),
        splits,
        tuple(beside or ()),
        most,
        _dosing(dosing_weight, vial, rounding),
        read_covariates(covariate),
    )
    if out is not None:
        from ivigsim.report.sparing_figure import check_figure

        check_figure(out)
    found = search.run()
    if out is not None:
        from ivigsim.report.sparing_figure import write_figure

        write_figure(found, out)
    if json:
        typer.echo(as_json(search, found))
    else:
        print_sparing(search, found, out)


def _dosing(dosing_weight: str, vial: float | None, rounding: str | None) -> dict[str, object]:
    from ivigsim.errors import InputError

    if vial is None and rounding is not None:
        raise InputError(f"--rounding {rounding} is given without --vial; accepted: both, or neither")
    dosing: dict[str, object] = {"dosing_weight": dosing_weight}
    return dosing if vial is None else dosing | {"vial_g": vial, "rounding": rounding or "nearest"}


def _search(
    goal: str,
    population: str,
    who: tuple[int, int],
    splits: str,
    beside: tuple[str, ...],
    most: float,
    dosing: dict[str, object],
    covariates: dict[str, object],
) -> Search:
    from ivigsim.errors import InputError
    from ivigsim.treatment import Regimen
    from ivigsim.trials.sparing import Goal, Search

    try:
        days = tuple(dict.fromkeys(int(text) for text in splits.split(",")))
    except ValueError:
        raise InputError(f"--splits is {splits!r}; accepted: whole numbers of days, as in 1,2,5") from None
    for phrase in beside:
        Regimen.parse(phrase)
    return Search(
        goal=Goal.parse(goal),
        population=population,
        patients=who[0],
        seed=who[1],
        splits=days,
        beside=beside,
        most_g_per_kg=most,
        dosing=tuple(dosing.items()),
        covariates=tuple(covariates.items()),
    )

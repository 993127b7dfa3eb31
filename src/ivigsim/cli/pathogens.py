"""`ivigsim pathogens`: how far a product's steps reduce viruses, and what risk is left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.errors import InputError, unknown

if TYPE_CHECKING:
    from ivigsim.safety.pathogens import Assessed
    from ivigsim.safety.pathogens.facts import Fact


def pathogens(
    row: Annotated[
        str | None, typer.Argument(metavar="[ROW]", help="Show this row in full, as in hb_sd_HCV.")
    ] = None,
    product: Annotated[
        str | None,
        typer.Option(help="Product or process with reduction factors; without it, they are listed."),
    ] = None,
    agent: Annotated[
        list[str] | None, typer.Option(help="HIV, HCV, HBV, HAV, B19 or prion; repeatable; all by default.")
    ] = None,
    weight: Annotated[float, typer.Option(help="Body weight, kg.")] = 70.0,
    dose: Annotated[str, typer.Option(help='Dose phrase, as in "1 g/kg daily x2".')] = "1 g/kg daily x2",
    lots: Annotated[int, typer.Option(help="Pools that the course is spread over.")] = 1,
    pool: Annotated[
        float | None, typer.Option(help="Donations in a pool; a range by default.", show_default=False)
    ] = None,
    screening: Annotated[
        str | None,
        typer.Option(
            help="MP16-NAT (the default), MP8-NAT, ID-NAT, or antibody (HIV, HCV).", show_default=False
        ),
    ] = None,
    incidence: Annotated[
        float | None, typer.Option(help="New infections per 100,000 donor-years.", show_default=False)
    ] = None,
    window: Annotated[
        float | None, typer.Option(help="Days that an infection is not detected.", show_default=False)
    ] = None,
    per_donation: Annotated[
        float | None,
        typer.Option(help="Instead, the chance that a donation carries it undetected.", show_default=False),
    ] = None,
    titre: Annotated[
        str | None,
        typer.Option(
            metavar="LOW,HIGH",
            help="log10 copies/mL of such a donation; 2,7 by default (HIV, HCV, HBV).",
            show_default=False,
        ),
    ] = None,
    copies: Annotated[
        float | None, typer.Option(help="Copies that infect; 1 by default.", show_default=False)
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MECHANISM", help="Leave this mechanism out, as before it was added; repeatable."
        ),
    ] = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Count factors that were not fully checked, too.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same draws.")] = 1,
    rows: Annotated[bool, typer.Option("--rows", help="List the rows of the table, by --agent.")] = False,
    figure: Annotated[
        Path | None,
        typer.Option(metavar="NAME", help="Write the distributions to NAME.png and NAME.svg."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Work out the residual risk of viruses in a course of IVIG.

    From donors, screening and pool over the reduction factors of the product's steps, each mechanism once,
    to the patient. A factor that is a lower bound makes the risk an upper bound. Without --product the
    products with factors are listed.
    """
    if row is not None or rows:
        if product is not None or figure is not None or (row is not None and (rows or agent)):
            raise InputError(
                "a row, --rows and --product do not go together; accepted: one of them, --agent beside --rows"
            )
        _show_rows(_facts(row, agent or ()), row is not None, json)
        return
    if product is None:
        _list_processes(unverified, json, agent or (), figure)
        return
    from ivigsim.report.files import NO_FIGURE, can_draw, check_place
    from ivigsim.safety.pathogens import Donors, assess

    if figure is not None:
        check_place(figure)
    donors = Donors(
        per_donation=per_donation,
        incidence_per_1e5=incidence,
        window_d=window,
        screening=screening,
        pool=pool,
        titre_log10=None if titre is None else _titre(titre),
        copies_per_infection=copies,
    )
    found = assess(
        product,
        dose,
        weight,
        agents=agent or (),
        donors=donors,
        without=without or (),
        unverified=unverified,
        lots=lots,
        seed=seed,
    )
    if json:
        from ivigsim.report.pathogen_document import risks_document

        typer.echo(risks_document(found, dose, weight, lots, seed))
    else:
        from ivigsim.report.pathogen_text import print_risks

        print_risks(found, dose, weight, lots)
    if figure is not None and not can_draw():
        typer.echo(NO_FIGURE, err=True)
    elif figure is not None:
        _draw(found, dose, weight, figure, quiet=json)


def _draw(found: Sequence[Assessed], dose: str, weight: float, figure: Path, *, quiet: bool) -> None:
    """Write the figure of the agents with a risk."""
    from ivigsim.report.pathogen_figure import write_risks

    risks = {each.reduction.agent.name: each.risk for each in found if each.risk is not None}
    if not risks:
        raise InputError(f"no figure: {found[0].why_not}")
    written = write_risks(risks, f"{found[0].reduction.process.name}, {dose} at {weight:g} kg", figure)
    if not quiet:
        typer.echo(f"Figure: {' and '.join(map(str, written))}")


def _list_processes(unverified: bool, json: bool, agents: Sequence[str], figure: Path | None) -> None:
    if agents or figure is not None:
        what = "--agent" if agents else "--figure"
        raise InputError(f"{what} is given without a product; accepted: with --product NAME or --rows")
    if json:
        from ivigsim.report.pathogen_document import processes_document

        typer.echo(processes_document(unverified))
    else:
        from ivigsim.report.pathogen_text import print_processes

        print_processes(unverified)


def _facts(row: str | None, agents: Sequence[str]) -> list[Fact]:
    from ivigsim.safety.pathogens.agents import agent_named
    from ivigsim.safety.pathogens.facts import load_facts

    known = load_facts()
    if row is not None:
        if row not in known:
            raise unknown("row", row, ["an id such as hb_sd_HCV"], also=known)
        return [known[row]]
    wanted = [agent_named(each) for each in agents]
    return [fact for fact in known.values() if not wanted or any(fact.concerns(each) for each in wanted)]


def _show_rows(facts: Sequence[Fact], one: bool, json: bool) -> None:
    from ivigsim.report import pathogen_text
    from ivigsim.report.pathogen_document import rows_document

    if json:
        typer.echo(rows_document(facts))
    elif one:
        pathogen_text.print_row(facts[0])
    else:
        pathogen_text.print_rows(facts)


def _titre(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--titre is {text!r}; accepted: two numbers, log10 copies/mL, as in 2,7") from None
    return low, high

"""`ivigsim pathogens`: how far a product's steps reduce viruses, and what risk is left."""

from __future__ import annotations

from typing import Annotated

import typer


def pathogens(
    product: Annotated[
        str | None, typer.Option(help="Product or process with reduction factors; none lists them.")
    ] = None,
    agent: Annotated[
        list[str] | None, typer.Option(help="HIV, HCV, HBV, HAV, B19 or prion; repeatable; all by default.")
    ] = None,
    weight: Annotated[float, typer.Option(help="Body weight, kg.")] = 70.0,
    dose: Annotated[
        str, typer.Option(help='Dose phrase without the drug, as in "1 g/kg daily x2".')
    ] = "1 g/kg daily x2",
    pool: Annotated[
        float | None, typer.Option(help="Donations in a pool; a range of sizes by default.")
    ] = None,
    per_donation: Annotated[
        float | None,
        typer.Option(help="Chance that a donation carries the agent undetected, not the table's."),
    ] = None,
    screening: Annotated[str, typer.Option(help="For the window: MP16-NAT, MP8-NAT or ID-NAT.")] = "MP16-NAT",
    titre: Annotated[
        str | None,
        typer.Option(metavar="LOW,HIGH", help="log10 copies/mL of such a donation, as in 2,7."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MECHANISM", help="Leave this kind of step out, as before it was added; repeatable."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Work out the residual risk of viruses and prions in a course.

    From donors, screening and pool over the reduction factors of the product's steps, each kind of step once,
    to the patient. A factor that is a lower bound makes the risk an upper bound.
    """
    from ivigsim.report import pathogen_text
    from ivigsim.safety.pathogens import AGENTS, Donors
    from ivigsim.safety.pathogens.agents import agent_named
    from ivigsim.safety.pathogens.reduction import process_of
    from ivigsim.safety.pathogens.residual import TITRE_LOG10

    if product is None:
        pathogen_text.print_processes()
        return
    process = process_of(product)
    names = [agent_named(each).name for each in agent or AGENTS]
    limits = TITRE_LOG10 if titre is None else pathogen_text.read_titre(titre)
    donors = Donors(per_donation, screening, pool, limits)
    grams = pathogen_text.doses_g(dose, weight)
    found = pathogen_text.assess(process, names, grams, donors, tuple(without or ()), seed)
    if json:
        typer.echo(pathogen_text.as_json(found))
    else:
        pathogen_text.print_risks(found, process, dose, weight)

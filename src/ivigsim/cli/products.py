"""`ivigsim products`: the catalogue of IVIG products."""

from __future__ import annotations

from typing import Annotated

import typer

from ivigsim.errors import InputError


def products(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Show this one in full.")] = None,
    indication: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Licensed for it in the US, as in ITP; repeatable, all must be."),
    ] = None,
    concentration: Annotated[
        float | None, typer.Option(metavar="PERCENT", help="Strength (%).", show_default=False)
    ] = None,
    form: Annotated[str | None, typer.Option(help="liquid or lyophilised.")] = None,
    sucrose_free: Annotated[bool, typer.Option("--sucrose-free", help="Without sucrose.")] = False,
    sugar_free: Annotated[
        bool, typer.Option("--sugar-free", help="Without any sugar or sugar alcohol.")
    ] = False,
    stabiliser: Annotated[str | None, typer.Option(help="Name of a stabiliser, as in glycine.")] = None,
    max_iga: Annotated[
        float | None, typer.Option(help="IgA at most this (ug/mL).", show_default=False)
    ] = None,
    max_sodium: Annotated[
        float | None, typer.Option(help="Sodium at most this (mmol/L).", show_default=False)
    ] = None,
    min_rate: Annotated[
        float | None,
        typer.Option(
            help="The label allows this rate (mg/kg/min) for --indication, else in ITP.", show_default=False
        ),
    ] = None,
    vial: Annotated[
        float | None, typer.Option(help="A vial of this size (g) exists.", show_default=False)
    ] = None,
    virus_step: Annotated[
        str | None, typer.Option(metavar="TEXT", help='Part of a virus step, as in "20 nm".')
    ] = None,
    matrix: Annotated[bool, typer.Option("--matrix", help="Who is licensed for what.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """List IVIG products, with the sources of each.

    A product whose cell is blank or partly unverified is neither passed nor
    failed by a filter: it is listed apart.
    """
    from ivigsim.products import Wish, product, select_products
    from ivigsim.report import product_document, product_text

    wish = Wish(
        indications=tuple(indication or ()),
        concentration=concentration,
        form=form,
        sucrose_free=sucrose_free,
        sugar_free=sugar_free,
        stabiliser=stabiliser,
        max_iga=max_iga,
        max_sodium=max_sodium,
        min_rate=min_rate,
        vial=vial,
        virus_step=virus_step,
    )
    filtered = wish != Wish()
    if name is not None:
        if filtered or matrix:
            raise InputError(
                f"the name {name!r} does not go with a filter or --matrix; accepted: one of them"
                f" (nearest: ivigsim products {name!r})"
            )
        chosen = product(name)
        if json:
            typer.echo(product_document.product_document(chosen))
        else:
            product_text.print_product(chosen)
        return
    found = select_products(wish)
    if json:
        typer.echo(
            product_document.matrix_document(found)
            if matrix
            else product_document.products_document(found, wish)
        )
    elif matrix:
        product_text.print_matrix(found, filtered=filtered)
    else:
        product_text.print_products(found, filtered=filtered)

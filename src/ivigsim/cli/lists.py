"""`ivigsim populations`, `switches` and `parameters`: what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from ivigsim.model.parameters import Parameter


def populations() -> None:
    """List the populations of virtual patients."""
    from ivigsim.patients.population import load_population, population_names

    table = _table("Name", "Who", "Source")
    for name in population_names():
        people = load_population(name)
        table.add_row(name, people.title, people.source)
    _print(table)


def switches() -> None:
    """List the mechanisms that can be switched."""
    from ivigsim.model.parameters import load_parameters

    table = _table("Name", "Default", "What it does when on")
    for row in load_parameters().values():
        if row.is_switch:
            table.add_row(row.id, "on" if row.value else "off", row.note)
    _print(table)


def parameters(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this one in full.")] = None,
) -> None:
    """List every number of the model.

    With its unit, spread between patients and source; name one to see it in full.
    """
    from ivigsim.errors import unknown
    from ivigsim.model.parameters import load_parameters

    known = {row.id: row for row in load_parameters().values() if not row.is_switch}
    if id_ is None:
        table = _table("Id", "Value", "Source")
        for row in known.values():
            table.add_row(row.id, _value(row), row.source)
    elif id_ in known:
        row = known[id_]
        table = _table("", "")
        table.show_header = False
        shown = {"id": row.id, "value": _value(row), "source": row.source, "note": row.note}
        for name, text in shown.items():
            table.add_row(name, text)
    else:
        raise unknown("parameter", id_, known)
    _print(table)


def _value(row: Parameter) -> str:
    """Return value and unit, and the spread between patients below."""
    value = f"{row.unit}, solved" if row.value is None else f"{row.value:g} {row.unit}"
    kinds = {"lognormal": "SD of ln", "logitnormal": "SD of logit"}
    return f"{value}\n{kinds[row.spread_kind]} {row.spread:g}" if row.spread else value


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, no_wrap=i == 0)
    return table


def _print(table: Table) -> None:
    from rich.console import Console

    Console(highlight=False, markup=False).print(table)

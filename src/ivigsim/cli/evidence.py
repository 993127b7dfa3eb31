"""`ivigsim evidence`: the published results that the model is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from ivigsim.evidence import Row


def evidence(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this one in full.")] = None,
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this group, as in dose; repeatable.")
    ] = None,
    use: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help='Only this use: fit, "hold out", check or "not simulated"; repeatable.'
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    tsv: Annotated[bool, typer.Option("--tsv", help="Print tab-separated columns and nothing else.")] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print comma-separated columns and nothing else.")
    ] = False,
) -> None:
    """List the published results: what was measured, in whom, and what each is used for.

    Name one to see it in full, with its source and how it was read.
    """
    from ivigsim.evidence import load_rows
    from ivigsim.evidence.listing import listing

    forms = [name for name, wanted in {"json": json, "tsv": tsv, "csv": csv}.items() if wanted]
    if len(forms) > 1:
        raise InputError(f"--{forms[0]} and --{forms[1]} do not go together; accepted: one of them")
    rows = _chosen(load_rows(), id_, group or (), use or ())
    if forms:
        typer.echo(listing(rows, forms[0]), nl=False)
        return
    _print(_in_full(rows[0]) if id_ is not None else _list(rows))
    if id_ is None:
        typer.echo(f"\n{len(rows)} published results. `ivigsim evidence ID` shows one in full.")


def _chosen(
    rows: Sequence[Row], id_: str | None, groups: Sequence[str], uses: Sequence[str]
) -> Sequence[Row]:
    """Return the rows asked for; an unknown name, or none left, is refused."""
    from ivigsim.errors import unknown
    from ivigsim.evidence.rows import GROUPS, USES

    if id_ is not None:
        if groups or uses:
            raise InputError(f"{id_!r} names one result; accepted: without --group and --use")
        known = {row.id: row for row in rows}
        if id_ not in known:
            raise unknown("result", id_, ["an id such as E019"], also=known)
        return [known[id_]]
    for what, names, accepted in (("group", groups, GROUPS), ("use", uses, USES)):
        for name in names:
            if name not in accepted:
                raise unknown(what, name, accepted)
    found = [row for row in rows if row.group in (groups or GROUPS) and row.use in (uses or USES)]
    if not found:
        raise InputError(
            f"no published result has group {' or '.join(groups)!r} and use {' or '.join(uses)!r};"
            " accepted: a wider choice (nearest: --group alone)"
        )
    return found


def _list(rows: Sequence[Row]) -> Table:
    from ivigsim.evidence.wording import result_text

    table = _table("Id", "Published", "Treatment", "Who", "Use")
    for row in rows:
        who = row.population if row.n is None else f"{row.population}; n = {row.n}"
        table.add_row(row.id, result_text(row), row.regimen_published, who, row.use)
    return table


def _in_full(row: Row) -> Table:
    from ivigsim.evidence.listing import listing

    head, cells = (line.split("\t") for line in listing([row], "tsv").splitlines())
    table = _table("", "")
    table.show_header = False
    for name, text in zip(head, cells, strict=True):
        if text:
            table.add_row(name.replace("_", " "), text)
    return table


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, no_wrap=i == 0, overflow="fold")  # a link that is cut is of no use
    return table


def _print(table: Table) -> None:
    from rich.console import Console

    Console(highlight=False, markup=False).print(table)

"""`ivigsim guidance`: what bodies recommend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ivigsim.guidance import Statement


def guidance(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this one in full.")] = None,
    topic: Annotated[
        str | None, typer.Option(help="One topic, as in emergency; --topics lists them.")
    ] = None,
    topics: Annotated[bool, typer.Option("--topics", help="List the topics.")] = False,
    body: Annotated[str | None, typer.Option(help="Part of a body's name, as in ASH.")] = None,
    population: Annotated[str | None, typer.Option(help="Part of a population, as in child.")] = None,
    since: Annotated[int | None, typer.Option(metavar="YEAR", help="Year from which on.")] = None,
    word: Annotated[list[str] | None, typer.Option(help="In the statement; repeatable, all must be.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """List what bodies recommend on IVIG in ITP, with year, grade and source.

    Within a topic the newest stands first; statements that conflict stand beside each other. What was not
    checked against its source says so.
    """
    from ivigsim.errors import unknown
    from ivigsim.guidance import load_statements, select
    from ivigsim.report import guidance_text

    if topics:
        guidance_text.print_topics()
        return
    if id_ is not None:
        known = load_statements()
        if id_ not in known:
            raise unknown("guidance row", id_, known)
        found: tuple[Statement, ...] = (known[id_],)
    else:
        found = select(topic, body, population, since, word or ())
    if json:
        typer.echo(guidance_text.as_json(found))
    elif id_ is not None:
        guidance_text.print_statement(found[0])
    else:
        guidance_text.print_statements(found)

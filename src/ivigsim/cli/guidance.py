"""`ivigsim guidance`: what bodies recommend."""

from __future__ import annotations

from typing import Annotated

import typer

from ivigsim.errors import InputError


def guidance(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this one in full.")] = None,
    topic: Annotated[
        str | None, typer.Option(help="One topic, as in emergency; --topics lists them.")
    ] = None,
    topics: Annotated[bool, typer.Option("--topics", help="List the topics.")] = False,
    body: Annotated[str | None, typer.Option(help="Part of a body's name, as in ASH.")] = None,
    population: Annotated[str | None, typer.Option(help="Part of a population, as in child.")] = None,
    since: Annotated[int | None, typer.Option(metavar="YEAR", help="Year from which on.")] = None,
    word: Annotated[list[str] | None, typer.Option(help="Word in the row; repeatable, all must be.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """List what bodies recommend on IVIG in ITP, with year, grade and source.

    Within a topic the newest stands first; statements that conflict stand beside each other. What was not
    checked against its source says so.
    """
    from ivigsim.guidance import select
    from ivigsim.guidance.statements import statement
    from ivigsim.report import guidance_text

    filters = {"--topic": topic, "--body": body, "--population": population, "--since": since, "--word": word}
    given = [name for name, value in filters.items() if value is not None]
    if (id_ is not None or topics) and given:
        what = "--topics" if topics else f"the row {id_!r}"
        raise InputError(f"{what} and {given[0]} do not go together; accepted: one of them")
    if id_ is not None and topics:
        raise InputError(f"--topics and the row {id_!r} do not go together; accepted: one of them")
    if topics:
        if json:
            typer.echo(guidance_text.topics_json())
        else:
            guidance_text.print_topics()
        return
    found = (statement(id_),) if id_ is not None else select(topic, body, population, since, word or ())
    if json:
        typer.echo(guidance_text.as_json(found))
    elif id_ is not None:
        guidance_text.print_statement(found[0])
    else:
        guidance_text.print_statements(found, since)

"""Guidance for the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from ivigsim.guidance.statements import Statement, load_statements, topics
from ivigsim.report.wording import RESEARCH_ONLY

UNKNOWN = "unknown"


def as_json(found: Sequence[Statement]) -> str:
    """Return statements as one JSON document; what is unknown is null."""
    rows = [{name: value or None for name, value in asdict(each).items()} for each in found]
    return json.dumps({"statements": rows, "disclaimer": RESEARCH_ONLY}, indent=2, ensure_ascii=False)


def print_topics() -> None:
    """Print the topics and how many statements each has."""
    from rich.console import Console

    counts = [each.topic for each in load_statements().values()]
    for topic in topics():
        Console(highlight=False, markup=False).print(f"{topic} ({counts.count(topic)})")


def print_statements(found: Sequence[Statement]) -> None:
    """Print statements by topic."""
    from rich.console import Console
    from rich.padding import Padding

    console = Console(highlight=False, markup=False)
    if not found:
        console.print("No statement fits; fewer filters show more.")
        return
    before = ""
    for each in found:
        if each.topic != before:
            console.print(each.topic[:1].upper() + each.topic[1:], style="bold")
            before = each.topic
        grade = f" (grade {each.grade})" if each.grade else ""
        whom = f", {each.population}" if each.population else ""
        figure = f": {each.figure}" if each.figure else ""
        doubt = f" [{each.verified}]" if each.verified else ""
        console.print(Padding(f"{each.body} {each.year}{grade}{whom}  {each.id}", (0, 0, 0, 2)))
        console.print(Padding(f"{each.statement}{figure}{doubt}", (0, 0, 0, 4)))
    console.print("\n`ivigsim guidance ID` shows one with its source. " + RESEARCH_ONLY, style="dim")


def print_statement(each: Statement) -> None:
    """Print one statement in full."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, soft_wrap=True)
    shown = {
        "id": each.id,
        "topic": each.topic,
        "body": each.body,
        "year": each.year or UNKNOWN,
        "population": each.population or UNKNOWN,
        "statement": each.statement,
        "figure": each.figure or "none",
        "grade": each.grade or UNKNOWN,
        "source": each.source or UNKNOWN,
        "checked": each.verified or "against its source",
    }
    for name, text in shown.items():
        console.print(f"{name:<11}{text}")

"""Guidance for the terminal and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ivigsim._version import __version__
from ivigsim.guidance.statements import VERIFIED, Statement, load_statements, side_by_side, topics
from ivigsim.report.wording import RESEARCH_ONLY

if TYPE_CHECKING:
    from rich.console import Console

UNKNOWN = "unknown"


def as_json(found: Sequence[Statement]) -> str:
    """Return statements as one JSON document; what is unknown is null."""
    content = {
        "ivigsim": __version__,
        "disclaimer": RESEARCH_ONLY,
        "statements": [_part(each) for each in found],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def topics_json() -> str:
    """Return the topics and how many statements each has as JSON."""
    content = {"ivigsim": __version__, "disclaimer": RESEARCH_ONLY, "topics": _counts()}
    return json.dumps(content, indent=2, ensure_ascii=False)


def print_topics() -> None:
    """Print the topics and how many statements each has."""
    console = _console()
    for topic, count in _counts().items():
        console.print(f"{topic} ({count})")


def print_statements(found: Sequence[Statement], since: int | None = None) -> None:
    """Print statements by topic, the newest first, and figures in the same unit beside each other."""
    console = _console()
    if not found:
        console.print("No statement fits; fewer filters show more.")
    for topic, group in groupby(found, key=lambda each: each.topic):
        same = list(group)
        console.print(topic[:1].upper() + topic[1:], style="bold")
        for each in same:
            _print_short(console, each)
        for unit, figures in side_by_side(same).items():
            beside = "; ".join(f"{figure} ({', '.join(ids)})" for figure, ids in figures.items())
            _say(console, f"Figures in {unit} side by side: {beside}", "  ")
        console.print()
    if since is not None and (undated := [each.id for each in load_statements().values() if not each.year]):
        _say(console, f"Left out, since their year is unknown: {', '.join(undated)}.")
    _say(
        console,
        "`ivigsim guidance ID` shows one with its source. Where no grade stands, none is known. "
        + RESEARCH_ONLY,
        style="dim",
    )


def print_statement(each: Statement) -> None:
    """Print one statement in full."""
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
        "checked": "nothing to check" if each.is_gap else each.verified or "against its source",
    }
    console = _console()
    for name, text in shown.items():
        console.print(f"{name:<11}{text}", soft_wrap=True)  # a link that is broken is of no use


def _print_short(console: Console, each: Statement) -> None:
    grade = f", grade {each.grade}" if each.grade else ""
    whom = each.population or "population unknown"
    figure = f": {each.figure}" if each.figure and each.figure not in each.statement else ""
    doubt = f" [{each.verified}]" if each.verified else ""
    _say(console, f"{each.when}  {each.body}{grade}; {whom}  ({each.id})", "  ")
    _say(console, f"{each.statement}{figure}{doubt}", "    ")


def _counts() -> dict[str, int]:
    every = [each.topic for each in load_statements().values()]
    return {topic: every.count(topic) for topic in topics()}


def _part(each: Statement) -> dict[str, Any]:
    checked = next(word for word, doubt in VERIFIED.items() if doubt == each.verified)
    return {name: value or None for name, value in asdict(each).items()} | {"verified": checked}


def _say(console: Console, text: str, indent: str = "", style: str = "") -> None:
    """Print a sentence, broken between words."""
    lines = textwrap.wrap(
        text, console.width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
    console.print("\n".join(lines), style=style)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False)

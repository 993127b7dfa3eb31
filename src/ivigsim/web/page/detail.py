"""What is shown of a value that is pressed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Detail:
    """What is shown of a value.

    Attributes
    ----------
    title, value, unit, spread, source : str
    more : str
        What it is, or how it was got.
    command, code : str
        A command line and Python lines that give it; empty when there is none.
    link : str
        Address of the source, as text to follow; empty for none.
    """

    title: str
    value: str
    unit: str
    spread: str
    source: str
    more: str = ""
    command: str = ""
    code: str = ""
    link: str = ""

"""Small pieces of HTML that the views share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from htmltools import HTML, Tag, TagChild, TagList, tags

Attributes = dict[str, str | float | bool | HTML | None]
"""Of an element, as htmltools takes them."""


@dataclass(frozen=True)
class Panel:
    """What a view shows.

    Attributes
    ----------
    view : str
    html : dict of str to str
        Place in the page -> what stands there.
    charts : dict of str to dict
        Chart -> its numbers; the browser draws it.
    command, code : str
        The command line and the Python lines that give the same numbers.
    status : str
        One sentence for the line above.
    """

    view: str
    html: dict[str, str]
    charts: dict[str, dict[str, Any]] = field(default_factory=dict)
    command: str = ""
    code: str = ""
    status: str = ""


def about(text: str, key: str, tip: str = "") -> Tag:
    """Return a value that says where it comes from when it is pointed at or pressed.

    Examples
    --------
    >>> print(about("80.7", "published:E019"))
    <button type="button" class="about" data-about="published:E019">80.7</button>
    """
    return tags.button(
        text,
        {"type": "button", "class": "about", "data-about": key},
        {"data-tip": tip} if tip else {},
    )


def badge(letter: str) -> Tag:
    """Return the letter of a regimen in its colour."""
    return tags.span(letter, class_=f"letter letter-{letter.lower()}")


def head_of(letter: str, regimen: str) -> Tag:
    """Return a column heading of a regimen."""
    return tags.th(badge(letter), " ", tags.span(regimen, class_="regimen"), scope="col")


def table(caption: str, heads: Sequence[TagChild], rows: Iterable[Sequence[TagChild]]) -> Tag:
    """Return a table that scrolls sideways in its own box; the first cell of a row names it.

    A row of one cell is a heading over all columns.
    """
    columns = [head if isinstance(head, Tag) else tags.th(head, scope="col") for head in heads]
    body = [_row(row, len(columns)) for row in rows]
    made = tags.table(
        tags.caption(caption),
        tags.thead(tags.tr(*columns)),
        tags.tbody(*body),
        class_="table table-sm",
    )
    return tags.div(made, {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption})


def _row(row: Sequence[TagChild], columns: int) -> Tag:
    if len(row) == 1:
        return tags.tr(tags.th(row[0], {"colspan": str(columns), "scope": "colgroup", "class": "section"}))
    return tags.tr(tags.th(row[0], scope="row"), *(tags.td(cell) for cell in row[1:]))


def stacked(parts: Iterable[TagChild]) -> TagList:
    """Put parts below each other."""
    return TagList(*(tags.div(part) for part in parts))


def bullets(texts: Iterable[TagChild], class_: str = "notes") -> Tag:
    """Return a list of remarks."""
    return tags.ul(*(tags.li(text) for text in texts), class_=class_)


def short(value: float) -> float:
    """Return a number with four significant figures, enough for a figure.

    Examples
    --------
    >>> short(123.456), short(0.0123456)
    (123.5, 0.01235)
    """
    return float(f"{value:.4g}")

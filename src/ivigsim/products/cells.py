"""Strict readers of the cells of `products.tsv`: a text that is not understood is an error, never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNVERIFIED = "[partly unverified]"
NUMBER = r"[0-9]+(?:\.[0-9]+)?"

_BOUND = re.compile(
    rf"(?P<sign><=|>=|<|~)?(?P<low>{NUMBER})(?:-(?P<high>{NUMBER})| \+/- (?P<spread>{NUMBER}))?"
    r"(?: \((?P<basis>[^()]+)\))?"
)
_BASIS = re.compile(rf"mean|nominal|typ\. {NUMBER}|EU max|by diluent and strength")
_AT = re.compile(rf"({NUMBER})%")


class CellError(ValueError):
    """A cell that cannot be read; the table and the readers disagree."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__(f"{text!r} is not understood as {what}")


@dataclass(frozen=True)
class Measure:
    """A figure as a label gives it: a value, a range or a limit, with what it is a figure of.

    Attributes
    ----------
    low, high : float or None
        Ends; equal for a single value, None for an open end. Both None: a text without a figure.
    unit : str
    basis : str
        What the figure is, as in "mean" or "nominal"; the text itself where there is no figure.
    strict : bool
        Whether the open end does not include its limit ("<" and not "<=").
    at_percent : float or None
        Strength of the solution (%) that the figure is for; None for all.

    Examples
    --------
    >>> Measure(37.0, 37.0, "ug/mL", "mean").value
    37.0
    """

    low: float | None
    high: float | None
    unit: str
    basis: str = ""
    strict: bool = False
    at_percent: float | None = None

    @property
    def value(self) -> float | None:
        """The single value, or None for a range, a limit or a text."""
        return self.low if self.low == self.high else None

    def holds_at(self, percent: float | None) -> bool:
        """Tell whether the figure is for a solution of this strength (%); None asks for any."""
        return percent is None or self.at_percent in (None, percent)

    def at_most(self, limit: float) -> bool | None:
        """Tell whether the quantity is at most `limit`; None when the figure does not say.

        A mean below the limit does not say: a lot may be above.

        Examples
        --------
        >>> read_measure("<=25", "ug/mL").at_most(25), read_measure("37 (mean)", "ug/mL").at_most(50)
        (True, None)
        >>> read_measure("37 (mean)", "ug/mL").at_most(25), read_measure("<=200", "ug/mL").at_most(25)
        (False, False)
        """
        if self.high is not None and self.high <= limit:
            return None if self.basis == "mean" else True
        if self.high is None:
            return False if self.low is not None and self.low > limit else None
        return False


def read_doubt(text: str) -> tuple[str, bool]:
    """Split the mark of doubt off a cell.

    Examples
    --------
    >>> read_doubt("5;10 [partly unverified]")
    ('5;10', True)
    """
    doubtful = text.endswith(UNVERIFIED)
    return (text.removesuffix(UNVERIFIED).rstrip() if doubtful else text), doubtful


def read_measure(text: str, unit: str) -> Measure:
    """Read a figure such as "<=25", "240-300", "6.8 +/- 0.4", "46 (mean)" or "<1 (5%)".

    Raises
    ------
    CellError
        For any other text.

    Examples
    --------
    >>> read_measure("6.8 +/- 0.4", "pH").low
    6.4
    >>> read_measure("<1 (5%)", "ug/mL").at_percent
    5.0
    """
    match = _BOUND.fullmatch(text)
    if match is None or (match["sign"] and (match["high"] or match["spread"])):
        raise CellError(text, f"a figure in {unit}")
    low = high = float(match["low"])
    if match["high"]:
        high = float(match["high"])
    elif match["spread"]:
        spread = float(match["spread"])
        low, high = round(low - spread, 9), round(high + spread, 9)
    basis, sign = match["basis"] or "", match["sign"] or ""
    at = _AT.fullmatch(basis)
    if basis and not at and not _BASIS.fullmatch(basis):
        raise CellError(text, f"a figure in {unit}, of {basis!r}")
    return Measure(
        None if sign in ("<", "<=") else low,
        None if sign == ">=" else high,
        unit,
        "" if at else "about" if sign == "~" else basis,
        strict=sign == "<",
        at_percent=float(at[1]) if at else None,
    )


def read_sizes(text: str) -> tuple[float, ...]:
    """Read increasing vial sizes (g) such as "1;2.5;5".

    Examples
    --------
    >>> read_sizes("1;2.5;5")
    (1.0, 2.5, 5.0)
    """
    parts = text.split(";")
    if not all(re.fullmatch(NUMBER, part) for part in parts):
        raise CellError(text, "vial sizes")
    sizes = tuple(float(part) for part in parts)
    if list(sizes) != sorted(set(sizes)) or sizes[0] <= 0:
        raise CellError(text, "increasing vial sizes")
    return sizes


_STRENGTHS = re.compile(
    rf"(?P<list>{NUMBER}(?:, {NUMBER})*(?: or {NUMBER})?)"
    rf"(?: after reconstitution| \({NUMBER}-{NUMBER} protein\))?"
)


def read_strengths(text: str) -> tuple[float, ...]:
    """Read strengths (%, g per 100 mL) such as "10" or "3, 6, 9 or 12 after reconstitution".

    Examples
    --------
    >>> read_strengths("5 or 10 after reconstitution"), read_strengths("10 (9-11 protein)")
    ((5.0, 10.0), (10.0,))
    """
    match = _STRENGTHS.fullmatch(text)
    if match is None:
        raise CellError(text, "strengths")
    return tuple(float(part) for part in re.split(r", | or ", match["list"]))


_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?: \([^()]+\))?")


def read_year(text: str) -> int:
    """Read a year, with or without a remark.

    Examples
    --------
    >>> read_year("1994 (S/D process)")
    1994
    """
    match = _YEAR.fullmatch(text)
    if match is None:
        raise CellError(text, "a year")
    return int(match[1])


_SOURCE = re.compile(r"https?://\S+(?: \([^()]+\))?", re.I)


def read_sources(text: str) -> tuple[str, ...]:
    """Read addresses joined by " ; ", each with or without a remark.

    Examples
    --------
    >>> read_sources("https://example.org/a ; http://example.org/b (EU)")
    ('https://example.org/a', 'http://example.org/b (EU)')
    """
    parts = tuple(text.split(" ; "))
    if not all(_SOURCE.fullmatch(part) for part in parts):
        raise CellError(text, "addresses")
    return parts


_LICENCE = re.compile(r"(?P<code>[A-Z]+)(?: \((?P<whom>[^()]+)\))?")


def read_indications(text: str, known: tuple[str, ...]) -> dict[str, str]:
    """Read licensed indications: code to whom it is limited to, empty for no limit on the label read.

    Examples
    --------
    >>> read_indications("PI (>=17 y);ITP", ("PI", "ITP"))
    {'PI': '>=17 y', 'ITP': ''}
    """
    found = {}
    for part in text.split(";"):
        match = _LICENCE.fullmatch(part)
        if match is None or match["code"] not in known or match["code"] in found:
            raise CellError(text, "indications")
        found[match["code"]] = match["whom"] or ""
    return found


def read_steps(text: str) -> tuple[str, ...]:
    """Read the steps of making that remove or inactivate viruses, joined by ";".

    Examples
    --------
    >>> read_steps("ethanol; S/D; 20 nm filtration")
    ('ethanol', 'S/D', '20 nm filtration')
    """
    steps = tuple(part.strip() for part in text.split(";"))
    if not all(steps) or any(step.count("(") != step.count(")") for step in steps):
        raise CellError(text, "virus steps")
    return steps

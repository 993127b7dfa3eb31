"""What is in the bottle besides IgG: stabilisers, sugar and sodium, read from their cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivigsim.products.cells import NUMBER, CellError, Measure, read_measure

# g/mol; standard atomic weights of IUPAC (2021, abridged): Na 22.990, Cl 35.45
SALT_G_PER_MOL = 58.44

SUGARS = ("sucrose", "maltose", "glucose", "D-sorbitol")  # D-sorbitol is a sugar alcohol
_OTHERS = ("glycine", "L-proline", "albumin", "PEG", "polysorbate 80")
_REMARKS = ("sugar-free", "same process as Gamunex-C")
_SCALE = {  # unit of the cell -> unit it is kept in, factor
    "mg/mL": ("mg/mL", 1.0),
    "mg/100 mL": ("mg/mL", 0.01),
    "M": ("mmol/L", 1000.0),
    "mM": ("mmol/L", 1.0),
    "mmol/L": ("mmol/L", 1.0),
}
_INGREDIENT = re.compile(
    rf"(?P<name>{'|'.join(re.escape(name) for name in (*SUGARS, *_OTHERS))})"
    rf"(?: (?P<low>{NUMBER})(?:-(?P<high>{NUMBER}))? (?P<unit>mg/mL|mg/100 mL|mM|M|mmol/L))?"
)
_TAIL = re.compile(r"(?P<list>.*?)(?: \((?P<remark>[^()]+)\))?")
_SOLUTION = re.compile(rf"({NUMBER})% solution")


@dataclass(frozen=True)
class Ingredient:
    """A stabiliser with its amount per volume (mg/mL or mmol/L), None where the amount is not known."""

    name: str
    amount: Measure | None

    @property
    def is_sugar(self) -> bool:
        """Whether it is a sugar or a sugar alcohol."""
        return self.name in SUGARS


def read_stabiliser(text: str) -> tuple[Ingredient, ...]:
    """Read the stabilisers of a solution.

    Raises
    ------
    CellError
        When a part is no known stabiliser with or without an amount.

    Examples
    --------
    >>> [(each.name, each.amount.low) for each in read_stabiliser("glycine 0.25 M")]
    [('glycine', 250.0)]
    >>> read_stabiliser("D-sorbitol")
    (Ingredient(name='D-sorbitol', amount=None),)
    """
    tail = _TAIL.fullmatch(text)
    assert tail is not None  # it takes any text on one line
    remark = tail["remark"] or ""
    at = _SOLUTION.fullmatch(remark)
    if remark and not at and remark not in _REMARKS:
        raise CellError(text, "stabilisers")
    percent = float(at[1]) if at else None
    return tuple(_ingredient(part, text, percent) for part in tail["list"].split(" + "))


def _ingredient(part: str, text: str, percent: float | None) -> Ingredient:
    match = _INGREDIENT.fullmatch(part)
    if match is None:
        raise CellError(text, "stabilisers")
    if match["low"] is None:
        return Ingredient(match["name"], None)
    unit, factor = _SCALE[match["unit"]]
    low, high = (round(float(match[end] or match["low"]) * factor, 9) for end in ("low", "high"))
    return Ingredient(match["name"], Measure(low, high, unit, at_percent=percent))


_SUCROSE = re.compile(rf"yes \(({NUMBER}) g per g IgG\)")


def read_sucrose(text: str) -> tuple[bool, float | None]:
    """Read whether there is sucrose, and how much (g per g of IgG).

    Examples
    --------
    >>> read_sucrose("no"), read_sucrose("yes (1.67 g per g IgG)")
    ((False, None), (True, 1.67))
    """
    if text == "no":
        return False, None
    match = _SUCROSE.fullmatch(text)
    if match is None:
        raise CellError(text, "sucrose")
    return True, float(match[1])


_SODIUM_WORDS = ("none added", "depends on diluent")
_LIMIT = re.compile(rf"(?P<limit>(?:<=|<){NUMBER}) (?:mmol/L|mM NaCl)")  # one Na per NaCl
_SALT = re.compile(rf"NaCl ~(?P<salt>{NUMBER}) mg/mL \((?P<at>{NUMBER})%\)")
_BOTH = re.compile(rf"{NUMBER} mg per 100 mL \(=(?P<mmol>{NUMBER}) mmol/L\)")


def read_sodium(text: str) -> Measure:
    """Read sodium (mmol/L); a text without a figure stays a text.

    Raises
    ------
    CellError
        For any other text.

    Examples
    --------
    >>> read_sodium("<=1 mmol/L").high, read_sodium("none added").high
    (1.0, None)
    >>> round(read_sodium("NaCl ~8.5 mg/mL (5%)").value, 1)
    145.4
    """
    if text in _SODIUM_WORDS:
        return Measure(None, None, "mmol/L", text)
    if match := _LIMIT.fullmatch(text):
        return read_measure(match["limit"], "mmol/L")
    if match := _SALT.fullmatch(text):
        sodium = float(match["salt"]) / SALT_G_PER_MOL * 1000.0  # mg/mL is g/L
        return Measure(sodium, sodium, "mmol/L", "about", at_percent=float(match["at"]))
    if match := _BOTH.fullmatch(text):
        return read_measure(match["mmol"], "mmol/L")
    raise CellError(text, "sodium")

"""The rows on pathogen safety, read from `pathogen_safety.tsv`."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

COLUMNS = (
    *(
        "id",
        "kind",
        "step_or_topic",
        "product_or_setting",
        "agent",
        "model_for",
        "log10_reduction",
        "operator",
    ),
    *("value", "unit", "detail", "source", "notes", "verified"),
)
DOUBT: Mapping[str, str] = {"yes": "", "partly": "partly unverified", "no": "unverified"}

MECHANISMS: Mapping[str, str] = {
    "solvent/detergent": "solvent/detergent",
    "pasteurisation": "heat in solution",
    "low pH": "low pH",
    "pH 4": "low pH",
    "caprylic acid": "caprylate",
    "caprylate incubation": "caprylate",
    "caprylate precipitation / depth filtration": "depth filtration",
    "nanofiltration": "nanofiltration",
    "depth filtration": "depth filtration",
    "column chromatography": "chromatography",
    "PEG fractionation": "partitioning",
    "cold ethanol": "partitioning",
}
"""How a step acts, by how its name begins. Filter aids of ethanol fractionation act with its precipitates."""


@dataclass(frozen=True)
class Fact:
    """A row.

    Attributes
    ----------
    id, kind, step, setting, agent, model_for : str
    log10 : float or None
        Reduction (log10); None for a row that gives none.
    at_least : bool
        Whether the reduction is a lower bound.
    value, unit, detail, source, notes : str
        As published.
    doubt : str
        Empty when the row was checked against its source, else how far it was not.
    """

    id: str
    kind: str
    step: str
    setting: str
    agent: str
    model_for: str
    log10: float | None
    at_least: bool
    value: str
    unit: str
    detail: str
    source: str
    notes: str
    doubt: str

    @property
    def counts(self) -> bool:
        """Whether the source counts the reduction: one within the limit of the assay does not."""
        return self.log10 is not None and "not counted" not in self.notes

    @property
    def mechanism(self) -> str:
        """How the step acts.

        Examples
        --------
        >>> load_facts()["car_pH_HIV"].mechanism
        'low pH'
        """
        return next(how for begin, how in MECHANISMS.items() if self.step.startswith(begin))


@cache
def load_facts() -> Mapping[str, Fact]:
    """Return all rows by their id.

    Examples
    --------
    >>> load_facts()["gsd_step2_BVDV"].log10
    1.3
    """
    text = files(__package__).joinpath("pathogen_safety.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise ValueError(f"pathogen_safety.tsv has columns {rows.fieldnames}; expected {COLUMNS}")
    return {row["id"]: _fact(row) for row in rows}


def _fact(row: Mapping[str, str]) -> Fact:
    text, operator = row["log10_reduction"], row["operator"]
    if not text and row["id"].startswith("hb_") and row["unit"] == "log10":
        # what a published risk model takes for a step stands in the column of values
        text, operator = row["value"].lstrip(">"), row["value"][:1]
    return Fact(
        id=row["id"],
        kind=row["kind"],
        step=row["step_or_topic"],
        setting=row["product_or_setting"],
        agent=row["agent"],
        model_for=row["model_for"],
        log10=float(text) if text else None,
        at_least=operator in (">", ">="),
        value=row["value"],
        unit=row["unit"],
        detail=row["detail"],
        source=row["source"],
        notes=row["notes"],
        doubt=DOUBT[row["verified"]],
    )


def number(name: str) -> float:
    """Return the value of a row that holds one number.

    Examples
    --------
    >>> number("wp_mp16_HCV")
    3.1
    """
    found = re.search(r"[\d.]+(?:e-?\d+)?", load_facts()[name].value)
    if found is None:
        raise ValueError(f"row {name} holds no number")
    return float(found[0])

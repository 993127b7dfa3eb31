"""The rows on pathogen safety, read from `pathogen_safety.tsv`."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ivigsim.safety.pathogens.agents import Agent

COLUMNS = (
    *("id", "kind", "step_or_topic", "product_or_setting", "agent", "model_for", "log10_reduction"),
    *("operator", "value", "unit", "detail", "source", "notes", "verified"),
)
DOUBT: Mapping[str, str] = {"yes": "", "partly": "partly unverified", "no": "unverified"}

MECHANISMS: Mapping[str, str] = {
    "solvent/detergent": "solvent/detergent",
    "pasteurisation": "heat",
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
"""How a step acts, by how its name begins; filter aids of ethanol fractionation act with its precipitates."""


@dataclass(frozen=True)
class Fact:
    """A row.

    Attributes
    ----------
    id, kind, step, setting, agent, model_for : str
    log10 : float or None
        Reduction (log10); None for a row that gives none.
    operator : str
        As published: "=", ">", ">=", "<" or "<=".
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
    operator: str
    value: str
    unit: str
    detail: str
    source: str
    notes: str
    doubt: str

    @property
    def at_least(self) -> bool:
        """Whether the number is a lower bound.

        Examples
        --------
        >>> load_facts()["hb_sd_HCV"].at_least, load_facts()["gsd_step2_BVDV"].at_least
        (True, False)
        """
        return self.operator in (">", ">=")

    @property
    def counts(self) -> bool:
        """Whether the source counts the reduction: one within the limit of the assay does not."""
        return self.log10 is not None and "not counted" not in self.notes

    @property
    def mechanism(self) -> str:
        """How the step acts; empty for a row that is on no step.

        Examples
        --------
        >>> load_facts()["car_pH_HIV"].mechanism
        'low pH'
        """
        return next((how for begin, how in MECHANISMS.items() if self.step.startswith(begin)), "")

    def concerns(self, agent: Agent) -> bool:
        """Say whether the row is on an agent or a virus that stands for it.

        Examples
        --------
        >>> from ivigsim.safety.pathogens.agents import AGENTS
        >>> load_facts()["nat_yield"].concerns(AGENTS["HCV"]), load_facts()["peg_hiv"].concerns(AGENTS["HCV"])
        (True, False)
        """
        spiked = {name for equals in agent.models for name in equals}
        named = self.agent.split(" (")[0].replace(",", " /").split(" / ")
        return self.model_for in agent.models_for or not spiked.isdisjoint({*named, self.agent})

    @property
    def steps(self) -> int:
        """How many steps the reduction is the sum of.

        Examples
        --------
        >>> load_facts()["car_depth_HIV"].steps
        4
        """
        found = re.search(r"\((\d+) steps summed\)", self.step)
        return int(found[1]) if found else 1


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
    text, operator, value = row["log10_reduction"], row["operator"], row["value"]
    if not text and row["unit"] == "log10":
        # what a published risk model takes for a step stands in the column of values, the bound with it
        text = value = row["value"].lstrip(">")
        operator = ">" if row["value"].startswith(">") else operator
    return Fact(
        id=row["id"],
        kind=row["kind"],
        step=row["step_or_topic"],
        setting=row["product_or_setting"],
        agent=row["agent"],
        model_for=row["model_for"],
        log10=float(text) if text else None,
        operator=operator,
        value=value,
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
    >>> number("wp_mp16_HCV"), number("pool_min")
    (3.1, 1000.0)
    """
    return float(load_facts()[name].value)


def numbers_in(name: str, column: str, pattern: str) -> tuple[float, ...]:
    """Return the numbers that the groups of a pattern find in a column of a row.

    Raises
    ------
    ValueError
        When the pattern is not found: the table is no longer what the code reads.

    Examples
    --------
    >>> numbers_in("rr_hcv_2008", "detail", r"incidence ([0-9.]+) per 1e5 person-years")
    (5.1,)
    """
    found = re.search(pattern, str(getattr(load_facts()[name], column)))
    if found is None:
        raise ValueError(f"row {name} has no {pattern!r} in its {column}")
    return tuple(map(float, found.groups()))

"""Every number of the model, read from `parameters.tsv` with its unit, spread and source."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isfinite
from types import MappingProxyType

SPREAD_KINDS = ("none", "lognormal", "logitnormal", "derived")
"""`lognormal`: SD of the natural log; `logitnormal`: SD of the logit; `derived`: solved before treatment."""


@dataclass(frozen=True)
class Parameter:
    """One row of `parameters.tsv`.

    Attributes
    ----------
    id : str
        Name in the equations (or a patient descriptor that the steady state turns into model parameters).
    value : float or None
        Typical value (the median where there is a spread) in `unit`; None when derived.
    unit : str
        Unit as printed, for example ``mg/kg/d``.
    spread : float
        Between-patient standard deviation on the scale that `spread_kind` names; 0 for none.
    spread_kind : str
        One of `SPREAD_KINDS`.
    source, note : str
        Where the value comes from ("assumed" and why, where nothing was measured), and what it is.
    """

    id: str
    value: float | None
    unit: str
    spread: float
    spread_kind: str
    source: str
    note: str

    @property
    def is_switch(self) -> bool:
        """Whether this row turns a mechanism on (1) or off (0)."""
        return self.unit == "switch"


def parameters_text() -> str:
    """Return the text of `parameters.tsv`."""
    return files(__package__).joinpath("parameters.tsv").read_text(encoding="utf-8")


@cache
def load_parameters() -> Mapping[str, Parameter]:
    """Read `parameters.tsv`; the order is that of the file.

    Raises
    ------
    ValueError
        When a row is incomplete: the model must never run on a number without unit or source.

    Examples
    --------
    >>> p = load_parameters()["k_int"]
    >>> p.value, p.unit
    (0.18, '1/d')
    """
    rows = list(csv.DictReader(parameters_text().splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    table = {row["id"]: _parameter(row) for row in rows}
    if len(table) != len(rows):
        raise ValueError("parameters.tsv names an id twice")
    return MappingProxyType(table)


def switches() -> Mapping[str, bool]:
    """Return the mechanism switches and whether each is on by default.

    Examples
    --------
    >>> switches()["fc_gamma_blockade"]
    True
    """
    return {p.id: bool(p.value) for p in load_parameters().values() if p.is_switch}


def _parameter(row: dict[str, str]) -> Parameter:
    where = f"parameters.tsv, {row['id']!r}"
    if row["spread_kind"] not in SPREAD_KINDS:
        raise ValueError(
            f"{where}: spread_kind is {row['spread_kind']!r}; accepted: {', '.join(SPREAD_KINDS)}"
        )
    if not row["unit"] or not row["source"]:
        raise ValueError(f"{where}: a unit and a source are required")
    value = float(row["value"]) if row["value"] else None
    if (value is None) != (row["spread_kind"] == "derived") or (value is not None and not isfinite(value)):
        raise ValueError(f"{where}: a finite value is required, except where it is derived")
    spread = float(row["spread"]) if row["spread"] else 0.0
    if (spread > 0) != (row["spread_kind"] in ("lognormal", "logitnormal")):
        raise ValueError(f"{where}: spread and spread_kind disagree")
    return Parameter(row["id"], value, row["unit"], spread, row["spread_kind"], row["source"], row["note"])
